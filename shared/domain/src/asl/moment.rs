//! Moments as Step Functions takes them: RFC 3339, with a capital `T` and a capital `Z`.

use jiff::Timestamp;
use serde_json::Value;

use crate::placeholders::has_placeholder;

/// Whether a value is a moment, or will be one for all that is known before its placeholders have values.
pub(super) fn is_moment(value: &Value) -> bool {
    value.as_str().is_some_and(|text| has_placeholder(text) || is_rfc3339(text))
}

/// Whether a text has the form of RFC 3339 and is a moment that there is.
fn is_rfc3339(text: &str) -> bool {
    // Jiff takes more than this form.
    let fits = |(place, c): (usize, char)| match place {
        4 | 7 => c == '-',
        10 => c == 'T',
        13 | 16 => c == ':',
        0..=18 => c.is_ascii_digit(),
        _ => c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | ':' | 'Z'),
    };
    text.chars().enumerate().all(fits) && text.parse::<Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for text in [
            "2030-01-31T08:00:00Z",
            "2024-12-05T21:29:29.243167252Z",
            "2024-02-29T00:00:00+05:30",
            "2024-02-29T00:00:00.5-01:00",
            "${day}T00:00:00Z",
        ] {
            assert!(is_moment(&text.into()), "{text}");
        }
        for text in [
            "",
            "tomorrow",
            "2030-13-01T00:00:00Z",
            "2030-02-30T00:00:00Z",
            "2030-01-31T25:00:00Z",
            "2030-01-31T08:00:00",
            "2030-01-31 08:00:00Z",
            "2030-01-31t08:00:00Z",
            "2030-01-31T08:00:00z",
            "2030-01-31T08:00Z",
            "2030-01-31",
            "20300131T080000Z",
            "2030-01-31T08:00:00Z[UTC]",
        ] {
            assert!(!is_moment(&text.into()), "{text}");
        }
    }
}
