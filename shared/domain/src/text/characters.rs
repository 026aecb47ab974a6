//! Characters that steer a screen, a terminal or the reader of a log instead of being shown.

/// Whether a character steers: a control character (C0, DEL, C1), or a separator of lines or paragraphs. Characters that
/// set the direction of writing are part of texts in Arabic or Hebrew; who shows a text has to isolate it.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a character leaves no mark by itself.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || steers(c)
}

/// Whether there is something to see.
pub(super) fn has_visible_character(text: &str) -> bool {
    !text.chars().all(is_blank)
}

/// Whether a text can be shown in one line.
pub(super) fn is_line(text: &str) -> bool {
    unprintable(text, false).is_none()
}

/// Whether a text can be shown in as many lines as it has.
pub(super) fn is_prose(text: &str) -> bool {
    unprintable(text, true).is_none()
}

/// What is wrong with a text that holds a character that cannot be shown; nothing for any other text. Where it may have
/// several `lines`, line breaks and tabs are fine.
pub fn unprintable(text: &str, lines: bool) -> Option<String> {
    let is_wrong = |c: char| steers(c) && !(lines && matches!(c, '\n' | '\r' | '\t'));
    let (place, found) = text.chars().enumerate().find(|(_, c)| is_wrong(*c))?;
    let what = match found {
        '\n' | '\r' | '\t' => "; it may have one line, without tabs",
        _ => ", which cannot be shown; leave it out",
    };
    Some(format!("must not contain U+{:04X} (character {}){what}", u32::from(found), place + 1))
}

#[cfg(test)]
mod tests {
    use crate::text::{Description, Email, Label, Line, Name, Note};

    use super::*;

    /// Every character that steers.
    fn steering() -> impl Iterator<Item = char> {
        ('\0'..='\u{ffff}').filter(|c| steers(*c))
    }

    #[test]
    fn no_text_holds_a_character_that_steers() {
        assert_eq!(steering().count(), 32 + 33 + 2);
        for c in steering() {
            let text = format!("a{c}b");
            let is_break = matches!(c, '\n' | '\r' | '\t');
            assert!(text.parse::<Name>().is_err(), "{c:?}");
            assert!(text.parse::<Label>().is_err(), "{c:?}");
            assert!(text.parse::<Line>().is_err(), "{c:?}");
            assert!(format!("{text}@c.example").parse::<Email>().is_err(), "{c:?}");
            assert_eq!(text.parse::<Description>().is_ok(), is_break, "{c:?}");
            assert_eq!(text.parse::<Note>().is_ok(), is_break, "{c:?}");
        }
    }

    #[test]
    fn what_people_write_is_taken() {
        for text in [
            "Zürich → 東京",
            "👩‍👩‍👧",
            "שלום\u{200f}!",
            "\u{202b}שלום\u{202c} Ltd",
            "می\u{200c}خواهم",
            "a\u{a0}b",
        ] {
            assert!(text.parse::<Name>().is_ok() && text.parse::<Line>().is_ok(), "{text}");
        }
        assert!("".parse::<Line>().is_ok() && "".parse::<Note>().is_ok());
    }

    #[test]
    fn a_name_leaves_a_mark() {
        for text in ["", " \t", "\u{a0}", "\u{200b}", "\u{feff} \u{2060}"] {
            assert!(text.parse::<Name>().is_err() && text.parse::<Description>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_character_and_its_place_are_named() {
        let said = |text| unprintable(text, false).unwrap();
        assert_eq!(said("é\0"), "must not contain U+0000 (character 2), which cannot be shown; leave it out");
        assert_eq!(said("a\nb"), "must not contain U+000A (character 2); it may have one line, without tabs");
        assert_eq!(unprintable("a\n\tb\r\n", true), None);
    }
}
