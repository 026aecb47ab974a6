//! Quartz's form of cron, which has seconds before the minutes and may leave the year out.

use super::ScheduleError;

/// Refuses fields that begin with seconds, and advises AWS's fields with the same meaning: Quartz and AWS write days
/// alike. Six fields are Quartz's where `?` is in the fourth or the last, which are its day fields and none of AWS's.
///
/// # Errors
///
/// [`ScheduleError`] at `cron`.
pub(super) fn refuse_seconds(fields: &[&str]) -> Result<(), ScheduleError> {
    let (seconds, rest, year) = match fields {
        [seconds, rest @ ..] if rest.len() == 6 => (seconds, rest, ""),
        [seconds, rest @ ..] if rest.len() == 5 && is_without_year(rest) => (seconds, rest, " *"),
        _ => return Ok(()),
    };
    let problem = format!(
        "has {} fields, of which the first, '{seconds}', is for seconds, as in Quartz; EventBridge Scheduler has none",
        fields.len()
    );
    let remedy = "write minutes hours day-of-month month day-of-week year";
    let error = ScheduleError::new("cron", problem, remedy);
    // At any other second, or at several, a schedule of minutes does not fire.
    let is_on_the_minute = seconds.bytes().all(|byte| byte == b'0');
    let advice = is_on_the_minute.then(|| format!("cron({}{year})", rest.join(" ")));
    Err(advice.into_iter().fold(error, ScheduleError::instead))
}

/// Whether five fields, minutes first, have `?` in a day field of theirs.
fn is_without_year(rest: &[&str]) -> bool {
    matches!(rest, [_, _, "?", ..] | [_, _, _, _, "?"])
}
