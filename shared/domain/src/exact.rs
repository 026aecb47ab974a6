//! Numbers that come through as they were written: one rule for every JSON document that a client sends.
//!
//! Between a client and a run a number passes through readers that know double-precision numbers only: the canonical
//! form of payloads (RFC 8785) and JSONata. A number is exact when its decimal value survives that: when the shortest
//! text of the nearest double has the same value. `0.1`, `1e3` and `9007199254740992` are; `9007199254740993`,
//! `0.10000000000000000001` and `1e400` are not, and are refused where they are given instead of being changed later.

use std::fmt::Write as _;

use serde_json::Value;

/// What is wrong with a number that is not exact, and how to mend it. Follows the number, or the place where it is.
pub const NOT_EXACT: &str = "cannot be kept exactly; write it as a string";

/// Maximum number of places that [`inexact`] tells.
const MAX_PLACES: usize = 20;

/// A number of this many characters is exact without a closer look: every integer below 10^15 is a double.
const SURELY_EXACT: usize = 15;

/// Whether the number that a JSON document writes as `number` is kept exactly.
///
/// ```
/// # use domain::exact::is_exact;
/// assert!(is_exact("0.10") && is_exact("1234567890123456800"));
/// assert!(!is_exact("1234567890123456789") && !is_exact("1e400"));
/// ```
pub fn is_exact(number: &str) -> bool {
    if number.len() <= SURELY_EXACT && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return true;
    }
    let Ok(double) = number.parse::<f64>() else { return false };
    double.is_finite() && Decimal::of(number) == Decimal::of(&format!("{double:e}"))
}

/// Whether the number that a JSON document writes as `number` is larger than any double.
fn is_infinite(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// Where `json` has numbers that are not exact: JSON pointers (RFC 6901), the first twenty at most. The text has to be
/// JSON; of any other the answer means nothing.
pub fn inexact(json: &str) -> Vec<String> {
    numbers(json, |number| !is_exact(number))
}

/// Where `json` has numbers that are larger than any double, in the same way.
pub fn infinite(json: &str) -> Vec<String> {
    numbers(json, is_infinite)
}

/// A JSON value as text, each number in the one form that RFC 8785 gives its value: `1E2` is `100` and `1.0` is `1`, as
/// payloads and JSONata write them, so that a number reads the same wherever it goes.
pub fn canonical(value: &Value) -> String {
    // Where it is exact, these are the digits of RFC 8785; where it is not, it keeps them.
    if let Value::Number(whole) = value
        && !whole.is_f64()
    {
        return whole.to_string();
    }
    // A `Value` has no number that is not finite, which is all that could fail.
    serde_json_canonicalizer::to_string(value).unwrap_or_else(|_| value.to_string())
}

/// The text of a number that a JSON document writes as `number`: its one form where it is exact, else as it is written.
pub fn text_of(number: &str) -> String {
    let exact = Some(number).filter(|number| is_exact(number));
    let value: Option<Value> = exact.and_then(|number| serde_json::from_str(number).ok());
    value.map_or_else(|| number.to_owned(), |value| canonical(&value))
}

fn numbers(json: &str, wanted: fn(&str) -> bool) -> Vec<String> {
    let mut scan = Scan { wanted, path: Vec::new(), found: Vec::new() };
    let mut rest = json;
    while let Some(next) = rest.chars().next() {
        if scan.found.len() == MAX_PLACES {
            break;
        }
        let (token, after) = split(rest, next);
        scan.token(next, token);
        rest = after;
    }
    scan.found
}

/// The token at the beginning of `rest`, which begins with `next`, and what follows it.
fn split(rest: &str, next: char) -> (&str, &str) {
    let end = match next {
        '"' => end_of_string(rest),
        '-' | '0'..='9' => {
            rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len())
        }
        other => other.len_utf8(),
    };
    rest.split_at_checked(end).unwrap_or((rest, ""))
}

/// Where the string ends that `rest` begins with, its quotes included.
fn end_of_string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    rest.len()
}

struct Scan<'a> {
    /// Which numbers are looked for.
    wanted: fn(&str) -> bool,
    /// What leads to where the scan is.
    path: Vec<Step<'a>>,
    found: Vec<String>,
}

enum Step<'a> {
    Element(usize),
    /// The member's name, with its quotes. Nothing between a member and the name of the next one.
    Member(Option<&'a str>),
}

impl<'a> Scan<'a> {
    fn token(&mut self, first: char, token: &'a str) {
        match (first, self.path.last_mut()) {
            ('"', Some(Step::Member(name @ None))) => *name = Some(token),
            ('[', _) => self.path.push(Step::Element(0)),
            ('{', _) => self.path.push(Step::Member(None)),
            (']' | '}', _) => drop(self.path.pop()),
            (',', Some(Step::Element(index))) => *index += 1,
            (',', Some(Step::Member(name))) => *name = None,
            ('-' | '0'..='9', _) if (self.wanted)(token) => {
                let pointer = self.pointer();
                self.found.push(pointer);
            }
            _ => {}
        }
    }

    fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |mut pointer, step| {
            let _ = match step {
                Step::Element(index) => write!(pointer, "/{index}"),
                Step::Member(name) => {
                    let name = name.and_then(|name| serde_json::from_str::<String>(name).ok());
                    let name = name.unwrap_or_default().replace('~', "~0").replace('/', "~1");
                    write!(pointer, "/{name}")
                }
            };
            pointer
        })
    }
}

/// The magnitude of a number: digits without zeros at either end, and the power of ten of the last one.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a number as JSON writes it. Nothing when its exponent is beyond all measure.
    fn of(number: &str) -> Option<Self> {
        let number = number.trim_start_matches('-');
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let digits = all.trim_matches('0');
        if digits.is_empty() {
            return Some(Self { digits: String::new(), exponent: 0 });
        }
        let zeros = all.len() - all.trim_end_matches('0').len();
        let shift = i64::try_from(zeros).ok()? - i64::try_from(fraction.len()).ok()?;
        let exponent = exponent.parse::<i64>().ok()?.checked_add(shift)?;
        Some(Self { digits: digits.to_owned(), exponent })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_exact_when_its_decimal_value_survives() {
        for exact in [
            "0",
            "-0",
            "-0.0",
            "0e5",
            "7",
            "1.0",
            "1E3",
            "1e+3",
            "0.1",
            "0.10",
            "-2.5e-3",
            "1e21",
            "1e308",
            "5e-324",
            "9007199254740992",
            "-9007199254740992",
            "9007199254740994",
            "1234567890123456800",
            "0.30000000000000004",
            "100000000000000000000000",
            "0e999999999999999999999",
            "1e000000000000000000000003",
            "123456789012345",
        ] {
            assert!(is_exact(exact), "{exact}");
        }
        for inexact in [
            "9007199254740993",
            "-9007199254740993",
            "1234567890123456789",
            "18446744073709551615",
            "12345678901234567890123456789",
            "0.1000000000000000055511151231257827",
            "1e400",
            "-1e999",
            "1e-400",
            "1.00000000000000000001",
            "3.14159265358979323846",
            "1e99999999999999999999",
        ] {
            assert!(!is_exact(inexact), "{inexact}");
        }
    }

    #[test]
    fn a_number_has_one_text() {
        for (written, text) in [
            ("1E2", "100"),
            ("100", "100"),
            ("1.0", "1"),
            ("1.50", "1.5"),
            ("-0.0", "0"),
            ("1e21", "1e+21"),
            ("1234567890123456800", "1234567890123456800"),
            ("1234567890123456789", "1234567890123456789"),
            (r#"{"b":[1E2],"a":"1E2"}"#, r#"{"a":"1E2","b":[100]}"#),
        ] {
            assert_eq!(canonical(&serde_json::from_str(written).unwrap()), text, "{written}");
        }
    }

    #[test]
    fn every_number_that_is_not_exact_is_pointed_at() {
        let document = r#"{ "a": [1, 9007199254740993, {"b/c~": 1e400}], "9007199254740993": "9007199254740993",
            "q\"": {"x": "\\", "y": 12345678901234567890123, "z": [[], {}, -1e-999]}, "last": 0.5 }"#;
        assert_eq!(inexact(document), ["/a/1", "/a/2/b~1c~0", "/q\"/y", "/q\"/z/2"]);
        assert_eq!(inexact("9007199254740993"), [""]);
        assert_eq!(inexact(r#"{"a":1,"b":[0.1,true,null,"é"]}"#), Vec::<String>::new());
        let many = format!("[{}]", vec!["1e999"; 100].join(","));
        assert_eq!(inexact(&many).len(), MAX_PLACES);
    }

    proptest! {
        #[test]
        fn every_double_and_every_small_integer_is_exact(double in any::<f64>(), integer in -(1_i64 << 53)..=1 << 53) {
            let text = serde_json::to_string(&double).unwrap();
            prop_assert!(!double.is_finite() || is_exact(&text), "{}", text);
            prop_assert!(is_exact(&integer.to_string()));
        }

        #[test]
        fn what_is_exact_reads_back_as_the_same_decimal(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?(e-?[0-9]{1,3})?") {
            if is_exact(&text) {
                let read: f64 = serde_json::from_str(&text).unwrap();
                let written = serde_json::to_string(&Value::from(read)).unwrap();
                prop_assert_eq!(Decimal::of(&written), Decimal::of(&text));
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}|[\\[\\]{}\",:0-9e.-]{0,60}") {
            let _ = inexact(&text);
        }
    }
}
