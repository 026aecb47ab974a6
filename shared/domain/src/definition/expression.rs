//! Which strings of a definition are evaluated.

/// What an expression begins with.
pub(crate) const OPEN: &str = "{%";
/// What it ends with.
pub(crate) const CLOSE: &str = "%}";

/// Whether a string is evaluated, or is meant to be: whether it begins with `{%`.
pub(crate) fn is_expression(text: &str) -> bool {
    text.starts_with(OPEN)
}

/// The text that a string of a definition stands for, if that is known without a run: the string itself, or an expression
/// that is one literal.
pub(crate) fn written_out(text: &str) -> Option<&str> {
    if !is_expression(text) {
        return Some(text);
    }
    let inner = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?.trim();
    let literal = ['\'', '"'].iter().find_map(|quote| inner.strip_prefix(*quote)?.strip_suffix(*quote))?;
    (!literal.contains(['\'', '"', '\\'])).then_some(literal)
}
