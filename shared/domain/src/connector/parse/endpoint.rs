//! Paths that an application answers at.

use super::fields::Found;
use super::report::Report;
use crate::text::cut;

/// Maximum number of characters of a path of an application: a limit of Slipway's own.
const MAX_ENDPOINT: usize = 256;

/// A path of letters, digits, `_`, `-` and `/`. It gets the `/` that it should begin with.
pub(super) fn endpoint(found: &Found<'_>, report: &mut Report) -> Option<String> {
    let text = found.text(report)?;
    let known = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-/".contains(c));
    if known && !text.contains("//") && text.len() <= MAX_ENDPOINT {
        return Some(if text.starts_with('/') { text.to_owned() } else { format!("/{text}") });
    }
    let words =
        format!("use up to {MAX_ENDPOINT} letters, digits, '_', '-' and single '/', such as /service");
    report.add(&found.place, format!("\"{}\" is no path; {words}", cut(text)));
    None
}
