//! Schedules as Connect writes them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::schedule::Schedule;
use crate::spelling::hint;
use crate::text::cut;

/// When a job runs, as Connect writes it: five-field cron, or a macro such as `@daily`, `@every 5m` or `@reboot`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cadence {
    text: String,
    schedule: Option<Schedule>,
}

/// Why a text is no [`Cadence`], and what to write instead. Fit to be shown to whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidCadence(pub String);

impl Cadence {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As the scheduler is told; nothing for `@reboot`, which names no time.
    pub const fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }
}

impl FromStr for Cadence {
    type Err = InvalidCadence;

    fn from_str(text: &str) -> Result<Self, InvalidCadence> {
        let text = text.trim();
        Ok(Self { schedule: schedule(text)?, text: text.to_owned() })
    }
}

impl TryFrom<String> for Cadence {
    type Error = InvalidCadence;

    fn try_from(text: String) -> Result<Self, InvalidCadence> {
        text.parse()
    }
}

impl From<Cadence> for String {
    fn from(cadence: Cadence) -> Self {
        cadence.text
    }
}

/// The macros and what they stand for.
const MACROS: &[(&str, &str)] = &[
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// The units of a duration, in nanoseconds. Micro is written with either of two signs that look alike.
const UNITS: &[(&str, u128)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", MINUTE),
    ("h", 60 * MINUTE),
];

const MINUTE: u128 = 60_000_000_000;

/// Maximum number of digits of a part of a duration, before the point and after it, so that nothing overflows.
const MAX_DIGITS: usize = 9;

/// When a process starts: no time at all for a job that no process waits for.
const REBOOT: &str = "@reboot";

/// Refuses what is a schedule here and none to the vendor's reader of `connect.yaml`: a file that only works here is no
/// `connect.yaml`.
pub(super) fn refuse_unknown_elsewhere(text: &str) -> Result<(), InvalidCadence> {
    let text = text.trim();
    let start = cut(text);
    if text == "@midnight" {
        return Err(refused(format!("\"{start}\" is no macro of Connect's; write \"@daily\"")));
    }
    if let Some(duration) = text.strip_prefix("@every") {
        let words = "write one blank and whole numbers with units, such as \"@every 1h30m\"";
        let is_known = duration.strip_prefix(' ').is_some_and(|it| !it.contains(['.', ' ', '\t']));
        return if is_known {
            Ok(())
        } else {
            Err(refused(format!("\"{start}\" is not read by Connect; {words}")))
        };
    }
    if text.starts_with('@') {
        return Ok(());
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let single = fields.join(" ");
    if single != text {
        return Err(refused(format!(
            "\"{start}\" has more than one blank between fields; write \"{single}\""
        )));
    }
    match fields.into_iter().find(|field| !is_known_elsewhere(field)) {
        None => Ok(()),
        Some(field) => Err(refused(format!(
            "\"{field}\" is not read by Connect, which knows *, a number, numbers with commas, and one range or step \
             such as 1-5 or */5; write numbers instead of names"
        ))),
    }
}

/// Whether a field is `*`, a number, numbers with commas, or one of the first two with a `/` or `-` and a number.
fn is_known_elsewhere(field: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match field.split_once(['/', '-']) {
        Some((from, to)) => (from == "*" || is_number(from)) && is_number(to),
        None => field == "*" || field.split(',').all(is_number),
    }
}

/// Reads five cron fields, a macro, or `@every` and a duration of whole minutes. Nothing where it names no time.
fn schedule(text: &str) -> Result<Option<Schedule>, InvalidCadence> {
    if text.trim() == REBOOT { Ok(None) } else { timed(text).map(Some) }
}

fn timed(text: &str) -> Result<Schedule, InvalidCadence> {
    let text = text.trim();
    if let Some(duration) = text.strip_prefix("@every") {
        return parsed(&every(duration)?);
    }
    if text.starts_with('@') {
        return parsed(unix_of(text)?);
    }
    let fields = text.split_whitespace().count();
    if fields != 5 || text.contains('(') {
        let start = cut(text);
        return Err(refused(format!(
            "\"{start}\" is no schedule; write the five fields minutes, hours, day of month, month and day of week, \
                such as \"*/5 * * * *\", or a macro such as \"@daily\" or \"@every 5m\""
        )));
    }
    parsed(text)
}

fn parsed(text: &str) -> Result<Schedule, InvalidCadence> {
    Schedule::parse(text).map_err(|error| {
        // What is only read in cron(…) is no schedule of Connect's.
        if error.remedy().contains('(') {
            let (place, problem) = (error.place(), error.problem());
            let remedy = "write five fields as Unix cron reads them, such as \"*/5 * * * *\"";
            return refused(format!("{place}: {problem}; {remedy}"));
        }
        refused(error.to_string())
    })
}

fn unix_of(text: &str) -> Result<&'static str, InvalidCadence> {
    let known = || MACROS.iter().map(|(name, _)| *name).chain([REBOOT, "@every"]);
    MACROS.iter().find(|(name, _)| *name == text).map(|(_, unix)| *unix).ok_or_else(|| {
        let (names, start) = (known().collect::<Vec<_>>().join(", "), cut(text));
        refused(format!("\"{start}\" is no macro; the macros are {names}.{}", hint(text, known())))
    })
}

/// The rate that `@every` and a duration stand for.
fn every(duration: &str) -> Result<String, InvalidCadence> {
    const EXAMPLE: &str = "write whole minutes, at least one, such as \"@every 5m\" or \"@every 1h30m\"";
    let start = cut(duration.trim());
    // Without the space it would be another macro.
    let spaced = duration.starts_with(char::is_whitespace);
    let Some(nanoseconds) = spaced.then(|| nanoseconds(duration.trim())).flatten() else {
        return Err(refused(format!("\"@every {start}\" has no duration; {EXAMPLE}")));
    };
    let minutes = nanoseconds / MINUTE;
    if minutes == 0 || !nanoseconds.is_multiple_of(MINUTE) {
        let words = "the scheduler counts in minutes";
        return Err(refused(format!("\"@every {start}\" is no number of whole minutes: {words}; {EXAMPLE}")));
    }
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    Ok(format!("rate({minutes} {unit})"))
}

/// A duration as Go writes it: `1h30m`, `1.5h`, `90s`.
fn nanoseconds(mut text: &str) -> Option<u128> {
    let mut sum = 0_u128;
    if text.is_empty() {
        return None;
    }
    while !text.is_empty() {
        let number_ends = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at(number_ends);
        let unit_ends = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(unit_ends);
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
        sum += part(number, *unit)?;
        text = rest;
    }
    Some(sum)
}

fn part(number: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| {
        let known = text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        known.then(|| text.parse::<u128>().unwrap_or_default())
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok().filter(|length| *length <= 9)?);
    Some(digits(whole)? * unit + digits(fraction)? * unit / scale)
}

fn refused(message: String) -> InvalidCadence {
    InvalidCadence(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_advised_is_a_schedule_of_connects() {
        for (text, words) in [
            ("0 0 L * *", "as Unix cron reads them"),
            ("0 0 ? * 2#1", "as Unix cron reads them"),
            ("0 0 * * 5L", "as Unix cron reads them"),
            ("5/15 * * * *", "; write 5-59/15 * * * *"),
            ("0 0 1 * MON", "make one of them *"),
        ] {
            let InvalidCadence(message) = schedule(text).unwrap_err();
            assert!(message.contains(words) && !message.contains('('), "{message}");
        }
    }
}
