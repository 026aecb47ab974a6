//! What YAML readers take a text without quotes for, when not for a text.
//!
//! Readers differ: some know the words and numbers of YAML 1.1, some those of 1.2. A value that any of them would not
//! take for a text must be quoted, so that it means the same to all.

use serde_json::Value;

/// What a plain text would be read as; nothing when everybody reads a text.
pub(super) fn stands_for(text: &str) -> Option<&'static str> {
    if is_nothing(text) {
        return Some("nothing");
    }
    let word = text.to_ascii_lowercase();
    if matches!(word.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n") {
        return Some("a truth value");
    }
    if is_number(&word) {
        return Some("a number");
    }
    is_date(&word).then_some("a date")
}

/// A plain text as JSON: a text only where every reader takes it for one, and a truth value or a number only where every
/// reader takes it for that one. Whatever readers differ about is `null`, which fits nothing.
pub(super) fn as_json(text: &str) -> Value {
    // Some readers take 010 for 8, and 1.0 is a whole number to some.
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    match text {
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ if is_whole && let Ok(number) = text.parse::<u64>() => number.into(),
        _ if stands_for(text).is_some() => Value::Null,
        _ => text.into(),
    }
}

/// Whether a plain text is no value at all.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if matches!(unsigned, ".inf" | ".nan") {
        return true;
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    let digits = unsigned.replace('_', "");
    let of_base = |prefix: &str, base: u32| {
        digits
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(base)))
    };
    digits.parse::<f64>().is_ok()
        || of_base("0x", 16)
        || of_base("0o", 8)
        || of_base("0b", 2)
        || is_sexagesimal(&digits)
}

/// `10:30`, which YAML 1.1 takes for 630.
fn is_sexagesimal(digits: &str) -> bool {
    let mut parts = digits.split(':');
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut places = 0;
    parts.next().is_some_and(is_digits)
        && parts.all(|part| {
            places += 1;
            is_digits(part) && part.parse::<u32>().is_ok_and(|value| value < 60)
        })
        && places > 0
}

/// `2026-01-31`, alone or with a time.
fn is_date(word: &str) -> bool {
    let (date, time) = word.split_once(['t', ' ']).unwrap_or((word, ""));
    let lengths = [4..=4, 1..=2, 1..=2];
    let parts: Vec<&str> = date.split('-').collect();
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, lengths)| {
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
        && time.chars().all(|c| c.is_ascii_digit() || ":.+-z \t".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_any_reader_takes_for_something_else() {
        for (texts, kind) in [
            (&["", "~", "null", "NULL"][..], "nothing"),
            (&["true", "False", "YES", "no", "On", "off", "y", "N"][..], "a truth value"),
            (
                &[
                    "5", "-5", "+1.5", "1e3", ".5", "0x1F", "0o17", "0b1", "1_000", "10:30", ".inf", "-.Inf",
                    ".NaN",
                ][..],
                "a number",
            ),
            (&["2026-01-31", "2026-1-3", "2026-01-31T10:00:00Z", "2026-01-31 10:00:00 +1"][..], "a date"),
        ] {
            for text in texts {
                assert_eq!(stands_for(text), Some(kind), "{text}");
            }
        }
    }

    #[test]
    fn texts() {
        for text in [
            "europe-west1.gcp",
            "nope",
            "1.2.3",
            "5 minutes",
            "10:75",
            "2026-01-31.clover",
            "127.0.0.1:80",
            "inf",
            "nan",
            "-",
            ".",
            "0x",
            "/",
            "https://a.example",
            "Null and void",
            "_1",
            "1:",
            "2026-01-31 noon",
        ] {
            assert_eq!(stands_for(text), None, "{text}");
        }
    }
}
