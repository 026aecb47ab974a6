//! How much of a request's URL the definition itself says.

use crate::definition::is_expression;

/// The URL, or its beginning up to behind the host, as far as the definition says it whatever a run's data are: a text
/// that is no expression, an expression that is one literal, or one that appends to a literal, as in
/// `{% 'https://example.com/orders/' & $states.input.id %}`. Nothing when the host depends on the run, or might.
pub(super) fn written_url(url: &str) -> Option<&str> {
    if !is_expression(url) {
        return Some(url);
    }
    let expression = url.strip_prefix("{%")?.strip_suffix("%}")?.trim();
    let quote = expression.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let (literal, rest) = expression.strip_prefix(quote)?.split_once(quote)?;
    if literal.contains('\\') {
        return None;
    }
    let rest = rest.trim();
    let is_known =
        rest.is_empty() || (has_whole_host(literal) && rest.strip_prefix('&').is_some_and(is_operand));
    is_known.then_some(literal)
}

/// Whether nothing that is appended can change the host.
fn has_whole_host(text: &str) -> bool {
    let behind = text.split_once("://").map(|(_, behind)| behind);
    behind.is_some_and(|behind| behind.contains(['/', '?', '#']))
}

/// Whether an expression is made of names, calls, literals and `&` only, so that what stands before it and `&` is what the
/// result begins with. Any other operator could bind less tightly and have another result.
fn is_operand(expression: &str) -> bool {
    let mut depth = 0_usize;
    let mut word = String::new();
    let mut rest = expression.chars();
    while let Some(c) = rest.next() {
        match c {
            '\'' | '"' if !skip_literal(&mut rest, c) => return false,
            '\'' | '"' => {}
            // Regular expressions, comments and names in backticks may hold brackets and quotes of their own.
            '/' | '`' => return false,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return false,
            ')' | ']' | '}' => depth -= 1,
            _ if depth > 0 => {}
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                word.push(c);
                continue;
            }
            '.' | '&' => {}
            c if c.is_whitespace() => {}
            _ => return false,
        }
        if is_operator(&word) {
            return false;
        }
        word.clear();
    }
    depth == 0 && !is_operator(&word) && !expression.trim().is_empty()
}

fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "in")
}

/// Goes on behind the end of a literal. `false` when it has none.
fn skip_literal(rest: &mut std::str::Chars<'_>, quote: char) -> bool {
    while let Some(c) = rest.next() {
        if c == '\\' {
            rest.next();
        } else if c == quote {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_cannot_change_is_known() {
        for (url, known) in [
            ("https://example.com/a", "https://example.com/a"),
            ("{% 'https://example.com' %}", "https://example.com"),
            ("{% \"https://example.com/\" & $states.input.id %}", "https://example.com/"),
            (
                "{%'https://example.com?a='&$x&'&b='&$encodeUrlComponent($y[0].z ? '/' : ':')%}",
                "https://example.com?a=",
            ),
            ("{% 'http://h:8080/' & a.b & ($x := 1; $x) & {'a': 1}.a %}", "http://h:8080/"),
            ("{% 'https://h/' & 'it\\'s' & android %}", "https://h/"),
        ] {
            assert_eq!(written_url(url), Some(known), "{url}");
        }
    }

    #[test]
    fn what_a_run_may_change_is_not() {
        for url in [
            "{% $states.input.url %}",
            "{% $base & '/a' %}",
            "{% 'https://example.com' & $path %}",
            "{% 'https://' & $host & '/' %}",
            "{% 'https://a/' & $x = 'https://a/b' ? 'https://b/' : 'https://c/' %}",
            "{% 'https://a/' & $x ? 'https://b/' : 'https://c/' %}",
            "{% 'https://a/' & $x ~> $f %}",
            "{% 'https://a/' & $x and $y %}",
            "{% 'https://a/' in $x %}",
            "{% 'https://a/' & $x in $y %}",
            "{% 'https://a/'; $x %}",
            "{% 'https://a/' & $x; $y %}",
            "{% 'https://a/' ? $x : $y %}",
            "{% 'https://a/'.$x %}",
            "{% 'https://a/'[0] & $x %}",
            "{% 'https://a/' & $replace($x, /'/, ')') ? 'b' : 'c' %}",
            "{% 'https://a/' & `a' ` ? 'b' : 'c' %}",
            "{% 'https://a/' & /* ' */ $x %}",
            "{% 'https:\\u002f\\u002fb/' & $x %}",
            "{% 'https://a/' & 'b %}",
            "{% 'https://a/' & ($x %}",
            "{% 'https://a/' & $x) %}",
            "{% 'https://a/' & %}",
            "{% 'https://a/ %}",
            "{% ('https://a/') %}",
            "{% %}",
        ] {
            assert_eq!(written_url(url), None, "{url}");
        }
    }
}
