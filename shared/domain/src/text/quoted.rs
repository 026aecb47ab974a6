//! Texts as messages quote them.

/// Maximum number of characters of a text in a message.
const MAX_QUOTED: usize = 64;

/// The beginning of a text, fit for a message.
pub(crate) fn cut(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let mut start: String = text.chars().take(MAX_QUOTED).map(shown).collect();
    if text.chars().nth(MAX_QUOTED).is_some() {
        start.push('…');
    }
    start
}
