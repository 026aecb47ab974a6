//! The time zone a schedule is read in.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::ScheduleError;

/// The longest time zone name EventBridge Scheduler takes, in characters.
const MAX_CHARACTERS: usize = 50;

/// The first parts of names in the IANA time zone database. The list has not changed in decades, so it catches a
/// misspelt area without carrying the database.
const AREAS: [&str; 16] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Chile",
    "Etc",
    "Europe",
    "Indian",
    "Mexico",
    "Pacific",
    "US",
];

/// The name of a time zone in the IANA database: `UTC` (the default) or `Area/City`, at most 50 characters.
///
/// Only the form is checked. Whether the city exists is known to the scheduler, whose database is newer than any
/// that could be built in here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timezone(String);

impl Timezone {
    /// Reads a time zone name; surrounding white space is dropped.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] at `timezone` when the name is neither `UTC` nor of the form `Area/City`: offsets and
    /// abbreviations are refused, as they know nothing about daylight saving time.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let text = text.trim();
        if text == "UTC" {
            return Ok(Self(text.to_owned()));
        }
        if text.chars().count() > MAX_CHARACTERS {
            return Err(refused(format!("is longer than {MAX_CHARACTERS} characters")));
        }
        let Some((area, city)) = text.split_once('/') else {
            return Err(refused(format!("'{text}' is not the name of a time zone")));
        };
        if !AREAS.contains(&area) {
            return Err(refused(format!("'{area}' is not an area of the IANA time zone database")));
        }
        if !city.split('/').all(is_location) {
            return Err(refused(format!("'{city}' is not a city's name")));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name, as EventBridge Scheduler's `ScheduleExpressionTimezone` takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Capitalised words of letters, digits, `_`, `-` and `+` (`Etc/GMT+5`).
fn is_location(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_uppercase())
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte))
}

fn refused(problem: String) -> ScheduleError {
    ScheduleError::new("timezone", problem, "use UTC or a name such as Europe/Zurich, with these capitals")
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
            "description": "A time zone of the IANA database: UTC or Area/City.",
            "examples": ["UTC", "Europe/Zurich"],
        })
    }
}
