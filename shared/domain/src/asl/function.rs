//! Intrinsic functions of `JSONPath` states: which there are, and how many arguments each takes.

use thiserror::Error;

use super::path::{Reader, string_end};
use crate::placeholders::BLANK;
use crate::spelling::nearest;

/// Maximum number of intrinsic functions within each other.
const MAX_NESTED: usize = 10;

const PREFIX: &str = "States.";

/// The function whose first argument says how many there are.
const FORMAT: &str = "Format";

/// Takes any number of arguments.
const ANY: usize = usize::MAX;

/// Each function, with the least and the greatest number of its arguments.
const FUNCTIONS: [(&str, usize, usize); 18] = [
    ("Array", 0, ANY),
    ("ArrayContains", 2, 2),
    ("ArrayGetItem", 2, 2),
    ("ArrayLength", 1, 1),
    ("ArrayPartition", 2, 2),
    ("ArrayRange", 3, 3),
    ("ArrayUnique", 1, 1),
    ("Base64Decode", 1, 1),
    ("Base64Encode", 1, 1),
    (FORMAT, 1, ANY),
    ("Hash", 2, 2),
    ("JsonMerge", 3, 3),
    ("JsonToString", 1, 1),
    ("MathAdd", 2, 2),
    // The third is the seed.
    ("MathRandom", 2, 3),
    ("StringSplit", 2, 2),
    ("StringToJson", 1, 1),
    ("UUID", 0, 0),
];

/// Why a text is no intrinsic function.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum FunctionFault {
    /// It does not look like one, or is not closed.
    #[error("it is not written as one")]
    Syntax,
    /// There is none of that name.
    #[error("there is no \"{PREFIX}{0}\"{hint}", hint = hint(.0))]
    Unknown(String),
    /// It takes another number of arguments.
    #[error("\"{PREFIX}{name}\" takes {wanted}, and is given {given}")]
    Arguments {
        /// The function.
        name: &'static str,
        /// The number that it takes, in words.
        wanted: String,
        /// How many there are.
        given: usize,
    },
    /// The template of `States.Format` has another number of `{}` than there are arguments after it.
    #[error(
        "the template of \"{PREFIX}{FORMAT}\" has \"{{}}\" {places} times, and the number of arguments after it is {given}"
    )]
    Template {
        /// How many `{}` there are.
        places: usize,
        /// How many arguments stand after the template.
        given: usize,
    },
    /// More than [`MAX_NESTED`] of them within each other.
    #[error(
        "more than {MAX_NESTED} functions stand within each other, the limit of Step Functions; compute a part of it in a \
         state before"
    )]
    TooDeep,
}

/// Whether a text is meant as an intrinsic function.
pub(super) fn is_meant(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Reads a text that is an intrinsic function and nothing else.
pub(super) fn check(text: &str) -> Result<(), FunctionFault> {
    let mut reader = Reader { rest: text };
    reader.function(1)?;
    if reader.rest.trim().is_empty() { Ok(()) } else { Err(FunctionFault::Syntax) }
}

impl Reader<'_> {
    fn function(&mut self, depth: usize) -> Result<(), FunctionFault> {
        if depth > MAX_NESTED {
            return Err(FunctionFault::TooDeep);
        }
        if !self.skip(PREFIX) {
            return Err(FunctionFault::Syntax);
        }
        let before = self.rest;
        let length = self.skip_while(|c| c.is_ascii_alphanumeric());
        let called = before.get(..length).unwrap_or_default();
        if called.is_empty() {
            return Err(FunctionFault::Syntax);
        }
        let Some((name, least, most)) = FUNCTIONS.into_iter().find(|(name, ..)| *name == called) else {
            return Err(FunctionFault::Unknown(called.to_owned()));
        };
        if !self.skip("(") {
            return Err(FunctionFault::Syntax);
        }
        let places = if name == FORMAT { places(self.rest.trim_start()) } else { None };
        let given = self.arguments(depth)?;
        if !(least..=most).contains(&given) {
            return Err(FunctionFault::Arguments { name, wanted: arguments(least, most), given });
        }
        match places {
            Some(places) if places + 1 != given => Err(FunctionFault::Template { places, given: given - 1 }),
            _ => Ok(()),
        }
    }

    /// Goes past the arguments and the bracket that closes them. How many there are.
    fn arguments(&mut self, depth: usize) -> Result<usize, FunctionFault> {
        self.skip_while(char::is_whitespace);
        if self.skip(")") {
            return Ok(0);
        }
        let mut number = 0;
        loop {
            self.skip_while(char::is_whitespace);
            self.argument(depth)?;
            number += 1;
            self.skip_while(char::is_whitespace);
            if self.skip(")") {
                return Ok(number);
            }
            if !self.skip(",") {
                return Err(FunctionFault::Syntax);
            }
        }
    }

    fn argument(&mut self, depth: usize) -> Result<(), FunctionFault> {
        let is_one = match self.rest.chars().next() {
            Some('S') => return self.function(depth + 1),
            Some('$') => self.path().is_some(),
            Some('\'') => {
                let end = string_end(self.rest);
                self.rest = end.and_then(|end| self.rest.get(end + 1..)).unwrap_or_default();
                end.is_some()
            }
            // A value as it goes in: a number, true, false or null.
            Some(BLANK) => self.skip_while(|c| c == BLANK) > 0,
            Some(c) if c.is_ascii_digit() || c == '-' => {
                self.skip_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')) > 0
            }
            _ => ["true", "false", "null"].into_iter().any(|word| self.skip(word)),
        };
        if is_one { Ok(()) } else { Err(FunctionFault::Syntax) }
    }
}

/// How many `{}` the template has that a text begins with, if it is written out.
fn places(text: &str) -> Option<usize> {
    let template = text.strip_prefix('\'')?.get(..string_end(text)?.checked_sub(1)?)?;
    let mut chars = template.chars().peekable();
    let mut places = 0;
    while let Some(c) = chars.next() {
        match c {
            // What a variable holds is not known yet.
            BLANK => return None,
            '\\' => {
                chars.next();
            }
            '{' if chars.peek() == Some(&'}') => places += 1,
            _ => {}
        }
    }
    Some(places)
}

/// The function that was probably meant.
fn hint(called: &str) -> String {
    let meant = nearest(called, FUNCTIONS.map(|(name, ..)| name));
    meant.map(|meant| format!(" (did you mean \"{PREFIX}{meant}\"?)")).unwrap_or_default()
}

/// A number of arguments in words.
fn arguments(least: usize, most: usize) -> String {
    match (least, most) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (1, ANY) => "at least 1 argument".to_owned(),
        (least, ANY) => format!("at least {least} arguments"),
        (least, most) if least == most => format!("{least} arguments"),
        (least, most) => format!("{least} or {most} arguments"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn functions() {
        for text in [
            "States.UUID()",
            "States.Format('Hello {}, for example: \\{ \"name\": \\'Bob\\' \\}', $.Name)",
            "States.ArrayGetItem(States.StringSplit($$.StateMachine.Name, '-'), -1)",
            "States.Array( 1.5e3 , true,null, $x[?(@.a == ')')], 'é')",
            "States.Array()",
            "States.MathRandom(1, 9, $.seed)",
            "States.Format('none')",
            "States.Format($.template, 1, 2)",
            "States.Format('\\{}{}', 1)",
            "States.Format('{}\u{fffc}', 1, 2)",
            "States.Array(\u{fffc})",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in [
            "States.Format('open, $.a)",
            "States.Format($.a",
            "States.Format($.a) + 1",
            "States.Format(a)",
            "States.Array(1,)",
            " States.UUID()",
            "States.Format",
        ] {
            assert_eq!(check(text), Err(FunctionFault::Syntax), "{text}");
        }
        let nested = |levels: usize| format!("{}1{}", "States.Array(".repeat(levels), ")".repeat(levels));
        assert_eq!(check(&nested(MAX_NESTED)), Ok(()));
        assert_eq!(check(&nested(MAX_NESTED + 1)), Err(FunctionFault::TooDeep));
        assert_eq!(check(&nested(100_000)), Err(FunctionFault::TooDeep));
    }

    #[test]
    fn what_is_wrong_is_told_by_name() {
        for (text, told) in [
            ("States.UUID(1)", "\"States.UUID\" takes no arguments, and is given 1"),
            ("States.Format()", "\"States.Format\" takes at least 1 argument, and is given 0"),
            ("States.JsonMerge($.a, $.b)", "\"States.JsonMerge\" takes 3 arguments, and is given 2"),
            ("States.Array(States.ArrayLength())", "\"States.ArrayLength\" takes 1 argument, and is given 0"),
            ("States.MathRandom(1)", "\"States.MathRandom\" takes 2 or 3 arguments, and is given 1"),
            ("States.Frmat('')", "there is no \"States.Frmat\" (did you mean \"States.Format\"?)"),
            (
                "States.Format('{}-{}', $.a)",
                "the template of \"States.Format\" has \"{}\" 2 times, and the number of arguments after it is 1",
            ),
            (
                "States.Array(States.Format('a', 1))",
                "the template of \"States.Format\" has \"{}\" 0 times, and the number of arguments after it is 1",
            ),
            ("States.Xyz($.a)", "there is no \"States.Xyz\""),
        ] {
            assert_eq!(check(text).unwrap_err().to_string(), told, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_reading_it_ends(text in r#"States\.(\$|\.|\[|\]|\(|\)|'|"|\\|a|0|,|\*|\?|@|é| |States\.|Array){0,30}"#) {
            let _ = check(&text);
        }
    }
}
