//! `rate(value unit)`.

use super::{RATE, ScheduleError};

/// Normalises the inside of `rate(…)` and returns the whole AWS expression.
///
/// The value is a positive integer below 2^32; the unit is singular with 1 and plural with everything else,
/// which AWS insists on.
pub(super) fn to_aws(inside: &str) -> Result<String, ScheduleError> {
    let mut words = inside.split_whitespace();
    let (Some(value), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        return Err(refused(
            format!("'{}' is not a number and a unit", inside.trim()),
            format!("write for example {RATE}"),
        ));
    };
    let value = positive(value)?;
    let base = base_unit(value, unit)?;
    if (unit == base) != (value == 1) {
        let rule = if value == 1 { "1 takes a singular unit" } else { "only 1 takes a singular unit" };
        let error = refused(format!("'{value} {unit}': {rule}"), "mend the unit");
        return Err(error.instead(every(value, base)));
    }
    Ok(every(value, base))
}

fn positive(value: &str) -> Result<u32, ScheduleError> {
    const REMEDY: &str = "use a positive whole number, at least 1";
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused(format!("'{value}' is not a positive whole number"), REMEDY));
    }
    match value.parse::<u32>() {
        Ok(0) => Err(refused("0 would never pass", "use at least 1 minute, the smallest rate")),
        Ok(number) => Ok(number),
        Err(_) => Err(refused(
            format!("'{value}' is too large"),
            format!("use a whole number from 1 to {}, or a larger unit", u32::MAX),
        )),
    }
}

fn base_unit(value: u32, unit: &str) -> Result<&'static str, ScheduleError> {
    match unit {
        "minute" | "minutes" => Ok("minute"),
        "hour" | "hours" => Ok("hour"),
        "day" | "days" => Ok("day"),
        "second" | "seconds" => {
            let error = refused("seconds are too fine: the smallest rate is one minute", "count in minutes");
            let minutes = Some(value / 60).filter(|_| value.is_multiple_of(60));
            Err(minutes
                .map(|minutes| every(minutes, "minute"))
                .into_iter()
                .fold(error, ScheduleError::instead))
        }
        "week" | "weeks" => {
            let error = refused("weeks are not a unit: a week is 7 days", "count in days");
            let days = value.checked_mul(7);
            Err(days.map(|days| every(days, "day")).into_iter().fold(error, ScheduleError::instead))
        }
        _ => Err(refused(
            format!("'{unit}' is not a unit"),
            "use minute, minutes, hour, hours, day or days, in lower case",
        )),
    }
}

/// The expression for a value and a unit, which is in the plural but for 1.
fn every(value: u32, base: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("rate({value} {base}{plural})")
}

fn refused(problem: impl Into<String>, remedy: impl Into<String>) -> ScheduleError {
    ScheduleError::new("rate", problem, remedy)
}
