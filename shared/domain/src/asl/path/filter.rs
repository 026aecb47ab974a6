//! Filters of paths, `[?(…)]`, as far as their shape tells whether they are any.

use super::string_end;

/// Operators written in signs; longer ones first, for of two that fit, the longer one is meant.
const OPERATORS: [&str; 12] = ["===", "!==", "==", "!=", "<=", ">=", "=~", "&&", "||", "<", ">", "!"];

/// Operators written in letters.
const WORDS: [&str; 8] = ["in", "nin", "subsetof", "anyof", "noneof", "size", "empty", "contains"];

/// Whether a text, the inside of `?(…)`, is a filter: its brackets are closed and each operator has something on both
/// sides.
pub(super) fn is_filter(text: &str) -> bool {
    let mut filter = Filter { rest: text.trim_start(), ended: false, open: Vec::new() };
    while !filter.rest.is_empty() {
        if filter.token().is_none() {
            return false;
        }
        filter.rest = filter.rest.trim_start();
    }
    filter.ended && filter.open.is_empty()
}

struct Filter<'a> {
    /// What is still to be read.
    rest: &'a str,
    /// Whether an operand has just ended.
    ended: bool,
    /// What closes the brackets that are open.
    open: Vec<char>,
}

impl Filter<'_> {
    /// Goes past one token; nothing where there can be none.
    fn token(&mut self) -> Option<()> {
        let first = self.rest.chars().next()?;
        match first {
            '\'' | '"' => self.literal(),
            '/' if !self.ended => self.literal(),
            '(' | '[' | '{' => self.opening(first),
            ')' | ']' | '}' => {
                self.skip(1)?;
                (self.open.pop()? == first && std::mem::replace(&mut self.ended, true)).then_some(())
            }
            ',' | ':' => {
                self.skip(1)?;
                (!self.open.is_empty() && std::mem::replace(&mut self.ended, false)).then_some(())
            }
            '<' | '>' | '=' | '!' | '&' | '|' | '~' => self.operator(),
            _ => self.operand(),
        }
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }

    /// A string or a regular expression.
    fn literal(&mut self) -> Option<()> {
        self.ended = true;
        self.skip(string_end(self.rest)? + 1)
    }

    fn opening(&mut self, bracket: char) -> Option<()> {
        let closing = match bracket {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        self.skip(1)?;
        self.rest = self.rest.trim_start();
        // `length()`, `[]`.
        if self.rest.starts_with(closing) && (self.ended || closing != ')') {
            self.ended = true;
            return self.skip(1);
        }
        self.open.push(closing);
        self.ended = false;
        Some(())
    }

    fn operator(&mut self) -> Option<()> {
        let operator = OPERATORS.into_iter().find(|operator| self.rest.starts_with(operator))?;
        let fits = self.ended != (operator == "!");
        self.ended = false;
        self.skip(operator.len())?;
        fits.then_some(())
    }

    fn operand(&mut self) -> Option<()> {
        let ends = |c: char| c.is_whitespace() || "'\"()[]{},<>=!&|~".contains(c);
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let word = self.rest.get(..length)?;
        self.ended = !(self.ended && WORDS.contains(&word.to_ascii_lowercase().as_str()));
        self.skip(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn filters() {
        for text in [
            "@.a",
            "!@.a",
            "@.a == 'b]'",
            "@.a==Failure",
            "@['a b'] >= 1.5 && !(@.b || @.c)",
            "@.a =~ /^(a|\\/)$/i",
            "@.a in ['x', 'y'] && @.b nin []",
            "@.a size 2",
            "@.length() > 1",
            "@.id == $.id",
            "@.a == {'b': 1}",
            "'a' == @.a",
        ] {
            assert!(is_filter(text), "{text}");
        }
        for text in [
            "",
            " ",
            "@.x==",
            "== 1",
            "@.a &&",
            "&& @.a",
            "@.a == == 1",
            "(@.a",
            "@.a)",
            "()",
            "@.a = 1",
            "@.a in",
            "@.a & @.b",
            "@.a == 'b",
            "@.a =~ /x",
            "@.a && ()",
            "@.a || !",
            "@[",
            "@.a == [1,]",
        ] {
            assert!(!is_filter(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_reading_it_ends(text in r#"(@|\.|\[|\]|\(|\)|'|"|\\|/|a|0|,|=|!|<|&|\||~| in |é| |\{|:){0,30}"#) {
            let _ = is_filter(&text);
        }
    }
}
