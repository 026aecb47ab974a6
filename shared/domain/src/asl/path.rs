//! Paths of `JSONPath` states, as far as their shape tells whether they are any.
//!
//! The grammar is that of Jayway's `JsonPath`, which Step Functions uses. Where it is in doubt, a text is taken for a path:
//! Step Functions has the last word.

mod filter;

use crate::placeholders::BLANK;
use filter::is_filter;

/// What a path begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    /// `$`, the state's input or result.
    Input,
    /// `$$`, the context object.
    Context,
    /// `$name`, a workflow variable.
    Variable,
}

/// A path that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Path {
    root: Root,
    /// Whether it can lead to one value only.
    single: bool,
}

/// Whether a text is a path.
pub(super) fn is_path(text: &str) -> bool {
    whole_path(text).is_some()
}

/// Whether a text is a path to one place in a state's input, as a result is written to.
pub(super) fn is_reference(text: &str) -> bool {
    whole_path(text) == Some(Path { root: Root::Input, single: true })
}

/// Whether a text is a path to one place in a state's input or in a variable.
pub(super) fn is_single(text: &str) -> bool {
    whole_path(text).is_some_and(|path| path.single && path.root != Root::Context)
}

fn whole_path(text: &str) -> Option<Path> {
    let mut reader = Reader { rest: text };
    let path = reader.path()?;
    // Spaces at the end are no part of it, as Step Functions reads it; a line feed is.
    reader.rest.trim_end_matches(' ').is_empty().then_some(path)
}

/// Reads a text from its beginning.
pub(super) struct Reader<'a> {
    /// What is still to be read.
    pub(super) rest: &'a str,
}

impl Reader<'_> {
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn skip_while(&mut self, test: impl Fn(char) -> bool) -> usize {
        let before = self.rest.len();
        self.rest = self.rest.trim_start_matches(test);
        before - self.rest.len()
    }

    pub(super) fn path(&mut self) -> Option<Path> {
        if !self.skip("$") {
            return None;
        }
        let root = if self.skip("$") {
            Root::Context
        } else if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        } else if self.skip_while(|c| c.is_alphanumeric() || c == '_' || c == BLANK) > 0 {
            Root::Variable
        } else {
            Root::Input
        };
        let mut single = true;
        loop {
            if self.rest.starts_with('[') {
                single &= self.brackets()?;
            } else if self.skip(".") {
                single &= !self.skip(".");
                single &= self.step()?;
            } else {
                return Some(Path { root, single });
            }
        }
    }

    /// What follows a dot. Whether it leads to one value only.
    fn step(&mut self) -> Option<bool> {
        if self.rest.starts_with('[') {
            return self.brackets();
        }
        if self.skip("*") {
            return Some(false);
        }
        let ends = |c: char| {
            c.is_whitespace() || matches!(c, '.' | '[' | ']' | '(' | ')' | ',' | '*' | '?' | '\'' | '"')
        };
        let before = self.rest;
        let length = self.skip_while(|c| !ends(c));
        // A root is no step: `$.$`, `$..$..a`.
        if length == 0 || before.get(..length).is_some_and(|name| name.chars().all(|c| c == '$')) {
            return None;
        }
        // A function of the path, such as `length()`.
        Some(!self.skip("()"))
    }

    /// What stands in brackets. Whether it leads to one value only.
    fn brackets(&mut self) -> Option<bool> {
        let end = closing(self.rest)?;
        let inner = self.rest.get(1..end)?.trim();
        self.rest = self.rest.get(end + 1..)?;
        match inner.chars().next()? {
            '*' => (inner == "*").then_some(false),
            '?' => {
                let filter = inner.strip_prefix('?')?.trim_start();
                is_filter(filter.strip_prefix('(')?.strip_suffix(')')?).then_some(false)
            }
            // A script, such as `(@.length-1)`.
            '(' => is_filter(inner).then_some(false),
            _ => selectors(inner),
        }
    }
}

/// Names in quotes, indexes and slices, with commas between them. Whether they lead to one value only.
fn selectors(text: &str) -> Option<bool> {
    let mut rest = text;
    let mut single = true;
    loop {
        let is_name = rest.starts_with(['\'', '"']);
        let end = if is_name { string_end(rest)? + 1 } else { rest.find(',').unwrap_or(rest.len()) };
        let selector = rest.get(..end)?.trim();
        single &= is_name || is_index(selector);
        if !is_name && !is_index(selector) && !is_slice(selector) {
            return None;
        }
        rest = rest.get(end..)?.trim_start();
        if rest.is_empty() {
            return Some(single);
        }
        rest = rest.strip_prefix(',')?.trim_start();
        single = false;
    }
}

fn is_index(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == BLANK)
}

/// Whether a text is a slice, `from:to` or `from:to:step`, of which each number can be left out.
fn is_slice(text: &str) -> bool {
    let numbers: Vec<_> = text.split(':').map(str::trim).collect();
    (2..=3).contains(&numbers.len()) && numbers.iter().all(|number| number.is_empty() || is_index(number))
}

/// Where the quote that opens `text` is closed; a backslash escapes any character.
pub(super) fn string_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next()?;
    let mut escaped = false;
    chars.find_map(|(at, c)| {
        let ends = !escaped && c == quote;
        escaped = !escaped && c == '\\';
        ends.then_some(at)
    })
}

/// Where the bracket that opens `text` is closed, leaving strings out.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                if !escaped && c == open {
                    quote = None;
                }
                escaped = !escaped && c == '\\';
            }
            None => match c {
                '\'' | '"' => quote = Some(c),
                '[' => depth += 1,
                ']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            },
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths() {
        for text in [
            "$",
            "$$",
            "$x",
            "$.a",
            "$.a.b-c[0]['d e'].f",
            "$..a",
            "$.a[1:]",
            "$.a[?(@.b == ']')].c",
            "$.[0]",
            "$[*][*]",
            "$$.Execution.Name ",
            "$[(@.length-1)].a",
            "$x.a[-1]",
            "$.a..b",
            "$.a.length()",
            "$.é",
            "$.a[1, -2,'b']",
            "$.a[-3:]",
            "$.a[ 0:9:2 ]",
            "$['a','b']",
            "$.$ref",
            "$.@id",
            "$.a ",
            "$.a[?(@.b == 1 && @['c'])]",
        ] {
            assert!(is_path(text), "{text}");
        }
        for text in [
            "",
            "a",
            "$.",
            "$..",
            "$.a.",
            "$.a b",
            "$[",
            "$[]",
            "$.a[0",
            "$.a[?(@.b == ']]",
            "$.a)",
            " $.a",
            "$.a..",
            "States.UUID()",
            "$[0[0]]",
            "$[abc]",
            "$[?(]",
            "$[?()]",
            "$[?]",
            "$.a[?(@.x==)]",
            "$[1:2:3:4]",
            "$[a:b]",
            "$[1,]",
            "$['a' 'b']",
            "$[**]",
            "$[()]",
            "$..$..a",
            "$.$",
            "$.a[1e3]",
            "$.a[1.5]",
            "$1",
            "$1.a",
            "$.a\n",
            "$.a\t",
        ] {
            assert!(!is_path(text), "{text}");
        }
    }

    #[test]
    fn references_lead_to_one_place_in_the_input() {
        for text in ["$", "$.a", "$.a[0].b", "$['a b']", "$.a-b"] {
            assert!(is_reference(text), "{text}");
        }
        for text in
            ["$$.a", "$a", "$..a", "$.*", "$.a[*]", "$.a[0:1]", "$.a[?(@.b)]", "$.a['b','c']", "$.a.length()"]
        {
            assert!(!is_reference(text), "{text}");
        }
    }

    #[test]
    fn single_paths_lead_to_one_place_in_the_input_or_a_variable() {
        for text in ["$", "$.a[0].b", "$x", "$x.a"] {
            assert!(is_single(text), "{text}");
        }
        for text in ["$$.Execution.Input.n", "$..a", "$x[*]"] {
            assert!(!is_single(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_reading_it_ends(text in r#"(\$|\.|\[|\]|\(|\)|'|"|\\|a|0|,|\*|\?|@|é| |States\.|Array){0,30}"#) {
            let _ = (is_path(&text), is_reference(&text), is_single(&text));
        }
    }
}
