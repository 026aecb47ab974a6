//! Placeholders taken for what could stand in their place, of the same length, so that the text around them can be
//! checked and a place in it stays where it is.

use super::expression::{Place, Tracker};
use super::segment::{Segment, literal, segments};

/// Stands for a placeholder in a path or an intrinsic function, where it may be a name, an index or a text.
pub(crate) const BLANK: char = '\u{fffc}';

/// A path or an intrinsic function, with [`BLANK`] for every placeholder.
pub(crate) fn blank_path(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for segment in segments(text) {
        match segment {
            Segment::Name(_) => out.push(BLANK),
            other => push(other, &mut out),
        }
    }
    out
}

/// A JSONata expression, with a variable for every placeholder that stands for a value, and letters for one that
/// stands within a string.
pub(crate) fn blank_expression(text: &str) -> String {
    let mut tracker = Tracker::new();
    let mut out = String::with_capacity(text.len());
    for segment in segments(text) {
        match (segment, tracker.place()) {
            (Segment::Name(name), Place::Code) => {
                out.push('$');
                letters(name.len() + 2, &mut out);
            }
            (segment, _) => push(segment, &mut out),
        }
        tracker.pass(segment);
    }
    out
}

/// Any other text, with letters for every placeholder.
pub(crate) fn blank_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for segment in segments(text) {
        push(segment, &mut out);
    }
    out
}

fn push(segment: Segment<'_>, out: &mut String) {
    match segment {
        Segment::Name(name) => letters(name.len() + 3, out),
        Segment::Escape => out.push_str(" ${"),
        other => literal(other, out),
    }
}

fn letters(number: usize, out: &mut String) {
    out.extend(std::iter::repeat_n('x', number));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_has_the_length_and_the_kind_of_what_was_there() {
        for (text, blank) in [
            ("{% ${a} + '${b.c}' %}", "{% $xxx + 'xxxxxx' %}"),
            ("{% $x[/${a}/] & '$${b}' %}", "{% $x[/xxxx/] & ' ${b}' %}"),
            ("{% ${ %}", "{% ${ %}"),
        ] {
            assert_eq!(blank_expression(text), blank);
        }
        assert_eq!(blank_text("$.${key}.a"), "$.xxxxxx.a");
    }
}
