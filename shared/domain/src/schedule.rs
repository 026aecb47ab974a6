//! When a job runs: the recurring schedules that Amazon EventBridge Scheduler accepts, and their time zone.
//!
//! Three ways of writing a [`Schedule`] are understood:
//!
//! | form | example | means |
//! |---|---|---|
//! | `rate(value unit)` | `rate(5 minutes)` | every five minutes |
//! | `cron(six fields)` | `cron(0 9 ? * MON-FRI *)` | 09:00 on working days, in AWS's dialect |
//! | five-field Unix cron | `0 9 * * 1-5` | the same; converted to AWS's dialect. `?` in a day field is read as `*` |
//!
//! A schedule is judged here, before anything is stored, because the scheduler answers a wrong expression only
//! when the schedule is created, which for us is in the middle of a deployment. Only what AWS documents is
//! accepted; `croner` decides whether a pattern ever fires. A schedule cannot run more often than once a minute:
//! neither form can say so.

mod cron;
mod field;
mod quartz;
mod rate;
#[cfg(test)]
mod tests;
mod timezone;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::metadata::Timestamp;

pub use timezone::Timezone;

/// The longest expression EventBridge Scheduler takes, in characters.
const MAX_CHARACTERS: usize = 256;

/// Maximum number of things wrong with one schedule for which advice is given.
const MAX_REFUSALS: usize = 8;

/// Why a schedule or a time zone was refused: where, what is wrong, and how to mend it.
///
/// `Display` puts the three together and is fit to be shown to the person who wrote the value. A schedule that is
/// advised is one that [`Schedule::parse`] takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}; {remedy}")]
pub struct ScheduleError {
    place: Cow<'static, str>,
    problem: String,
    remedy: String,
    /// What to write instead: first of an entry, then of the field, in the end of the whole schedule.
    advice: Option<String>,
}

impl ScheduleError {
    fn new(
        place: impl Into<Cow<'static, str>>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { place: place.into(), problem: problem.into(), remedy: remedy.into(), advice: None }
    }

    /// Advises to write `advice` instead of what is refused.
    fn instead(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The error without advice: what it advises would not mean the same where it stands.
    fn without_advice(mut self) -> Self {
        self.advice = None;
        self
    }

    /// The error as one of what surrounds the part that is refused: `around` puts the advice into it.
    fn lifted(mut self, around: impl FnOnce(&str) -> String) -> Self {
        self.advice = self.advice.map(|advice| around(&advice));
        self
    }

    /// The error with its advice in words. Where something else is wrong too, the advice is what is advised for that in
    /// turn; if there is none, none is given.
    fn advised(mut self) -> Self {
        for _ in 0..MAX_REFUSALS {
            let refused = self.advice.as_deref().and_then(|advice| Schedule::read(advice).err());
            let Some(refused) = refused else { break };
            self.advice = refused.advice;
        }
        self.advice = self.advice.filter(|advice| Schedule::read(advice).is_ok());
        if let Some(advice) = &self.advice {
            self.remedy = format!("write {advice}");
        }
        self
    }

    /// A whole schedule to write instead, where one can be told.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    /// The part that is wrong: `schedule`, `rate`, `timezone`, or a field such as `day-of-week`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to write instead.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

/// A recurring schedule that EventBridge Scheduler accepts and that fires at least once.
///
/// Keeps the text its author wrote (surrounding white space apart) for display and storage, and the equivalent
/// AWS expression. At most 256 characters.
///
/// ```
/// # use domain::schedule::Schedule;
/// let schedule = Schedule::parse("30 6 * * 1-5")?;
/// assert_eq!(schedule.to_string(), "30 6 * * 1-5");
/// assert_eq!(schedule.as_aws_expression(), "cron(30 6 ? * MON-FRI *)");
/// # Ok::<(), domain::schedule::ScheduleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Schedule {
    text: String,
    expression: String,
}

impl Schedule {
    /// Reads a schedule in any of the three forms of the [module](self).
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] when the text is none of them, when a field is wrong, when the pattern can never fire
    /// (31 February), when AWS cannot express it (a Unix cron that restricts both day fields), or when it is a
    /// one-time `at(…)`.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        Self::read(text).map_err(ScheduleError::advised)
    }

    /// Refuses a schedule whose years are over at `now`. It was one that fires when it was stored, so it is not refused
    /// by [`Schedule::parse`], but nobody should be given one.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] at `year`.
    pub fn fires_after(&self, now: Timestamp) -> Result<(), ScheduleError> {
        let Some(inside) = self.expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'))
        else {
            return Ok(());
        };
        // No zone is further from UTC than this.
        let earliest = now.plus_seconds(-86_400).utc();
        if cron::from_aws(inside)?.fires_after(earliest) {
            return Ok(());
        }
        let every_year = inside.rsplit_once(' ').map(|(rest, _)| format!("cron({rest} *)"));
        let error = ScheduleError::new(
            "year",
            format!("'{}' never fires again: it lies in the past", self.text),
            "write a later year, or * for every year",
        );
        Err(every_year.into_iter().fold(error, ScheduleError::instead).advised())
    }

    fn read(text: &str) -> Result<Self, ScheduleError> {
        let text = text.trim();
        refuse_too_long(text)?;
        let expression = match Form::of(text)? {
            Form::Rate(inside) => rate::to_aws(inside)?,
            Form::AwsCron(inside) => cron::from_aws(inside)?.expression(),
            Form::UnixCron => cron::from_unix(text)?.expression(),
        };
        // Converting adds a few characters, which may be the few too many.
        refuse_too_long(&expression)?;
        Ok(Self { text: text.to_owned(), expression })
    }

    /// The schedule as EventBridge Scheduler's `ScheduleExpression`: `rate(…)` or a six-field `cron(…)`.
    ///
    /// Differs from the text its author wrote where that was Unix cron, had lower-case names, superfluous white
    /// space or leading zeros. Parsing it again gives the same expression.
    pub fn as_aws_expression(&self) -> String {
        self.expression.clone()
    }

    /// The text its author wrote.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The three accepted ways of writing a schedule, told apart by how the text begins.
enum Form<'a> {
    Rate(&'a str),
    AwsCron(&'a str),
    UnixCron,
}

impl<'a> Form<'a> {
    fn of(text: &'a str) -> Result<Self, ScheduleError> {
        if let Some((name, rest)) = text.split_once('(') {
            return Self::of_call(name, rest);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        quartz::refuse_seconds(&fields)?;
        match fields.len() {
            5 => Ok(Self::UnixCron),
            6 => Err(six_fields(text)),
            _ => Err(not_a_schedule(text)),
        }
    }

    fn of_call(name: &str, rest: &'a str) -> Result<Self, ScheduleError> {
        let Some(inside) = rest.strip_suffix(')') else {
            return Err(ScheduleError::new(
                "schedule",
                format!("'{name}(' is not closed"),
                "end the schedule with one ')'",
            ));
        };
        match name {
            "rate" => Ok(Self::Rate(inside)),
            "cron" => Ok(Self::AwsCron(inside)),
            _ if name.eq_ignore_ascii_case("at") => Err(ScheduleError::new(
                "schedule",
                "at(…) runs only once, but a job needs a recurring schedule",
                format!("use {RATE} or {CRON}, and start a single run by hand"),
            )),
            _ if ["rate", "cron"].contains(&name.to_ascii_lowercase().as_str()) => Err(ScheduleError::new(
                "schedule",
                format!("'{name}' must be in lower case"),
                format!("write {}", name.to_ascii_lowercase()),
            )
            .instead(format!("{}({inside})", name.to_ascii_lowercase()))),
            "" => Err(not_a_schedule(&format!("({rest}"))),
            _ => Err(not_a_schedule(name)),
        }
    }
}

/// Six fields without `cron(…)`. Unless they are AWS's as they stand, the first may as well be for seconds as the last
/// for the year, so that nothing is advised.
fn six_fields(text: &str) -> ScheduleError {
    let error = ScheduleError::new(
        "schedule",
        "six cron fields must stand in cron(…)",
        "put them there, as minutes hours day-of-month month day-of-week year; a field of seconds is left out",
    );
    let inside = Some(text).filter(|text| cron::from_aws(text).is_ok());
    inside.map(|inside| format!("cron({inside})")).into_iter().fold(error, ScheduleError::instead)
}

/// One schedule of each form, for messages.
const RATE: &str = "rate(5 minutes)";
const CRON: &str = "cron(0 9 ? * MON-FRI *)";
const UNIX: &str = "*/5 * * * *";

fn not_a_schedule(text: &str) -> ScheduleError {
    let forms = || format!("use {RATE}, {CRON} or five-field Unix cron such as {UNIX}");
    let unix = match text.to_ascii_lowercase().as_str() {
        "" => return ScheduleError::new("schedule", "is empty", forms()),
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        _ => return ScheduleError::new("schedule", format!("'{text}' is not a schedule"), forms()),
    };
    ScheduleError::new(
        "schedule",
        format!("the short form '{text}' is not supported"),
        "write its five fields",
    )
    .instead(unix)
}

fn refuse_too_long(text: &str) -> Result<(), ScheduleError> {
    let characters = text.chars().count();
    if characters <= MAX_CHARACTERS {
        return Ok(());
    }
    Err(ScheduleError::new(
        "schedule",
        format!("is {characters} characters long, at most {MAX_CHARACTERS} are allowed"),
        "use ranges and steps instead of lists",
    ))
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Schedule {
    type Error = ScheduleError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.text
    }
}

impl JsonSchema for Schedule {
    fn schema_name() -> Cow<'static, str> {
        "Schedule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_CHARACTERS,
            "format": "schedule",
            "description": "A recurring schedule: rate(value unit), cron(minutes hours day-of-month month \
                day-of-week year) as in Amazon EventBridge Scheduler, or five-field Unix cron.",
            "examples": ["rate(5 minutes)", "cron(0 9 ? * MON-FRI *)", "*/5 * * * *"],
        })
    }
}
