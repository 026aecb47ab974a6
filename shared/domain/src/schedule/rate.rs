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
    let base = base_unit(unit)?;
    let right = if value == 1 { base.to_owned() } else { format!("{base}s") };
    if right != unit {
        let rule = if value == 1 { "1 takes a singular unit" } else { "only 1 takes a singular unit" };
        let error = refused(format!("'{value} {unit}': {rule}"), "mend the unit");
        return Err(error.instead(format!("rate({value} {right})")));
    }
    Ok(format!("rate({value} {right})"))
}

fn positive(value: &str) -> Result<u32, ScheduleError> {
    const REMEDY: &str = "use a positive whole number, at least 1";
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused(format!("'{value}' is not a positive whole number"), REMEDY));
    }
    match value.parse::<u32>() {
        Ok(0) => Err(refused("0 would never pass", "use at least 1 minute, the smallest rate")),
        Ok(number) => Ok(number),
        Err(_) => Err(refused(format!("'{value}' is too large"), REMEDY)),
    }
}

fn base_unit(unit: &str) -> Result<&'static str, ScheduleError> {
    match unit {
        "minute" | "minutes" => Ok("minute"),
        "hour" | "hours" => Ok("hour"),
        "day" | "days" => Ok("day"),
        "second" | "seconds" => {
            Err(refused("seconds are too fine: the smallest rate is one minute", "count in minutes")
                .instead("rate(1 minute)"))
        }
        "week" | "weeks" => {
            Err(refused("weeks are not a unit: a week is 7 days", "count in days").instead("rate(7 days)"))
        }
        _ => Err(refused(
            format!("'{unit}' is not a unit"),
            "use minute, minutes, hour, hours, day or days, in lower case",
        )),
    }
}

fn refused(problem: impl Into<String>, remedy: impl Into<String>) -> ScheduleError {
    ScheduleError::new("rate", problem, remedy)
}
