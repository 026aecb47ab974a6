use super::*;
use crate::samples::{APPLICATIONS, ID, now};

const ENTRY: &str = "2026-11-19T10:00:00.000Z#8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

fn token(position: &str) -> PageToken {
    PageToken {
        deployment: ID.parse().unwrap(),
        application: Some(APPLICATIONS[0].parse().unwrap()),
        from: now().plus_seconds(-2 * 86_400),
        to: now(),
        position: position.to_owned(),
        made_at: now(),
    }
}

#[test]
fn a_token_is_read_back_for_a_day() {
    let text = token(ENTRY).to_text().unwrap();
    assert!(
        text.len() < 1024 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
        "{text}"
    );
    assert_eq!(PageToken::read(&text, now().plus_seconds(LIFETIME_SECONDS)), Some(token(ENTRY)));
    assert_eq!(PageToken::read(&text, now().plus_seconds(LIFETIME_SECONDS + 1)), None);
}

#[test]
fn what_is_changed_cut_or_made_up_is_no_token() {
    let text = token(ENTRY).to_text().unwrap();
    for place in 0..text.len() {
        let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        assert_eq!(PageToken::read(&changed, now()), None, "{place}");
        assert_eq!(PageToken::read(&text[..place], now()), None, "{place}");
    }
    for bad in ["x", "eyJ9", "é", &"A".repeat(1024)] {
        assert_eq!(PageToken::read(bad, now()), None, "{bad}");
    }
}

#[test]
fn a_position_lies_within_the_query() {
    for bad in [
        "",
        "2026-11-19T10:00:00.000Z",
        "2026-11-19T10:00:00.000Z#x",
        "2026-11-01T10:00:00.000Z#8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10",
        "2026-11-30T10:00:00.000Z#8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10",
    ] {
        assert_eq!(PageToken::read(&token(bad).to_text().unwrap(), now()), None, "{bad}");
    }
}
