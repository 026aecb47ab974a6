//! Cron expressions: AWS's six fields, and the conversion of Unix cron's five.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{DateTime, date};

use super::ScheduleError;
use super::field::{Dialect, Field, Span, WEEKDAYS};
use super::quartz;

/// What AWS writes in the day field that does not decide.
const ANY_DAY: &str = "?";

/// A checked cron expression, field by field, as AWS takes it.
#[derive(Debug)]
pub(super) struct AwsCron {
    fields: [String; 6],
    pattern: Cron,
}

impl AwsCron {
    /// The expression with its `cron(…)`.
    pub(super) fn expression(&self) -> String {
        format!("cron({})", self.fields.join(" "))
    }

    /// Whether it fires at or after `moment`.
    pub(super) fn fires_after(&self, moment: DateTime) -> bool {
        self.pattern.find_next_occurrence(&moment, true).is_ok()
    }

    /// When it fires, from `moment` on.
    #[cfg(test)]
    pub(super) fn occurrences_from(&self, moment: DateTime) -> impl Iterator<Item = DateTime> {
        self.pattern.iter_from(moment, croner::Direction::Forward)
    }

    /// Lets `croner` judge six fields that are right one by one.
    fn judged(fields: [Checked; 6]) -> Result<Self, ScheduleError> {
        let [minutes, hours, day_of_month, month, day_of_week, year] =
            fields.each_ref().map(|field| &field.judged);
        let pattern = format!("0 {minutes} {hours} {day_of_month} {month} {day_of_week} {year}");
        let pattern = CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Required)
            .alternative_weekdays(true)
            .build()
            .parse(&pattern)
            .map_err(|error| ScheduleError::new("schedule", error.to_string(), "check the fields"))?;
        let cron = Self { fields: fields.map(|field| field.aws), pattern };
        if cron.fires_after(date(1970, 1, 1).at(0, 0, 0, 0)) {
            return Ok(cron);
        }
        Err(ScheduleError::new(
            "schedule",
            format!("{} never fires: no such day exists", cron.expression()),
            "check day, month and year against each other",
        ))
    }
}

/// One field, twice: as AWS takes it, and for `croner` (numbers only, every range with its end).
struct Checked {
    aws: String,
    judged: String,
}

impl Checked {
    fn any_day() -> Self {
        Self { aws: ANY_DAY.to_owned(), judged: "*".to_owned() }
    }

    fn special(text: String) -> Self {
        Self { judged: text.clone(), aws: text }
    }

    fn list(field: Field, dialect: Dialect, text: &str) -> Result<Self, ScheduleError> {
        let spans = spans(field, dialect, text)?;
        let aws: Vec<&str> = spans.iter().map(|span| span.text.as_str()).collect();
        let judged: Vec<String> = spans.iter().map(|span| span.numbers(field, dialect)).collect();
        Ok(Self { aws: aws.join(","), judged: judged.join(",") })
    }
}

/// Checks the inside of `cron(…)`.
pub(super) fn from_aws(inside: &str) -> Result<AwsCron, ScheduleError> {
    let fields: Vec<&str> = inside.split_whitespace().collect();
    quartz::refuse_seconds(&fields)?;
    let &[minutes, hours, day_of_month, month, day_of_week, year] = fields.as_slice() else {
        return Err(not_six(&fields));
    };
    require_one_any_day(day_of_month, day_of_week).map_err(|error| {
        error.lifted(|days| {
            let (day_of_month, day_of_week) = days.split_once(' ').unwrap_or((days, ANY_DAY));
            format!("cron({minutes} {hours} {day_of_month} {month} {day_of_week} {year})")
        })
    })?;
    let field = |at: usize, field: Field, text: &str| {
        aws_field(field, text)
            .map_err(|error| error.lifted(|advice| format!("cron({})", replaced(&fields, at, advice, " "))))
    };
    AwsCron::judged([
        field(0, Field::Minutes, minutes)?,
        field(1, Field::Hours, hours)?,
        field(2, Field::DayOfMonth, day_of_month)?,
        field(3, Field::Month, month)?,
        field(4, Field::DayOfWeek, day_of_week)?,
        field(5, Field::Year, year)?,
    ])
}

fn not_six(fields: &[&str]) -> ScheduleError {
    let error = ScheduleError::new(
        "cron",
        format!("has {} fields instead of six", fields.len()),
        "write minutes hours day-of-month month day-of-week year",
    );
    if fields.len() != 5 {
        return error;
    }
    let inside = fields.join(" ");
    // Five fields lack the year, or are those of Unix cron and need no cron(…).
    let is_unix = !inside.contains(ANY_DAY);
    error.instead(if is_unix { inside } else { format!("cron({inside} *)") })
}

/// The parts with the one `at` replaced.
fn replaced(parts: &[&str], at: usize, by: &str, separator: &str) -> String {
    let parts = parts.iter().enumerate().map(|(index, part)| if index == at { by } else { *part });
    parts.collect::<Vec<_>>().join(separator)
}

fn require_one_any_day(day_of_month: &str, day_of_week: &str) -> Result<(), ScheduleError> {
    const PLACE: &str = "day-of-month and day-of-week";
    match (day_of_month, day_of_week) {
        (ANY_DAY, ANY_DAY) => {
            Err(ScheduleError::new(PLACE, "are both '?'", "for every day write * and ?").instead("* ?"))
        }
        (ANY_DAY, _) | (_, ANY_DAY) => Ok(()),
        (month, week) => {
            let remedy = "write ? in one of them; for one day or the other use two schedules";
            let problem = format!("'{month}' and '{week}': one of the two must be '?'");
            let error = ScheduleError::new(PLACE, problem, remedy);
            Err(match (month, week) {
                (_, "*") => error.instead(format!("{month} {ANY_DAY}")),
                ("*", _) => error.instead(format!("{ANY_DAY} {week}")),
                _ => error,
            })
        }
    }
}

fn aws_field(field: Field, text: &str) -> Result<Checked, ScheduleError> {
    if text == ANY_DAY && matches!(field, Field::DayOfMonth | Field::DayOfWeek) {
        return Ok(Checked::any_day());
    }
    let token = text.to_ascii_uppercase();
    let special = match field {
        Field::DayOfMonth => special_day_of_month(&token)?,
        Field::DayOfWeek => special_day_of_week(&token)?,
        _ => None,
    };
    special.map_or_else(|| Checked::list(field, Dialect::Aws, text), Ok)
}

/// `L` (the last day), `LW` (the last working day) and `15W` (the working day nearest to the 15th).
fn special_day_of_month(token: &str) -> Result<Option<Checked>, ScheduleError> {
    const FIELD: Field = Field::DayOfMonth;
    if token == "L" {
        return Ok(Some(Checked::special(token.to_owned())));
    }
    if token == "LW" {
        // Every month has both, so what is never with the one is never with the other.
        return Ok(Some(Checked { aws: token.to_owned(), judged: "L".to_owned() }));
    }
    if !token.contains(['L', 'W']) {
        return Ok(None);
    }
    refuse_in_list(FIELD, token)?;
    match token.strip_suffix('W') {
        Some(day) if !day.contains(['L', 'W']) => {
            let day = single(FIELD, token, day)?;
            Ok(Some(Checked::special(format!("{day}W"))))
        }
        _ => Err(FIELD.refused(
            token,
            "is not a value of this field",
            "use L for the last day, LW for the last working day or 15W for the one nearest to the 15th",
        )),
    }
}

/// `L` (Saturday), `6L` (the last Friday of the month) and `6#2` (its second Friday).
///
/// A name becomes a number, the form that AWS documents for both.
fn special_day_of_week(token: &str) -> Result<Option<Checked>, ScheduleError> {
    const FIELD: Field = Field::DayOfWeek;
    if token == "L" {
        return Ok(Some(Checked::special("7".to_owned())));
    }
    if let Some((day, nth)) = token.split_once('#') {
        refuse_in_list(FIELD, token)?;
        let day = single(FIELD, token, day)?;
        return match nth {
            "1" | "2" | "3" | "4" | "5" => Ok(Some(Checked::special(format!("{day}#{nth}")))),
            _ => Err(FIELD.refused(token, "names no week of the month", "use 1 to 5 after the '#'")),
        };
    }
    // No name of a day ends in L.
    let Some(day) = token.strip_suffix('L') else {
        return Ok(None);
    };
    refuse_in_list(FIELD, token)?;
    let day = single(FIELD, token, day)?;
    Ok(Some(Checked::special(format!("{day}L"))))
}

fn refuse_in_list(field: Field, token: &str) -> Result<(), ScheduleError> {
    if token.contains(',') {
        return Err(field.refused(
            token,
            "lists more than one value with L, W or #",
            "use one schedule for each",
        ));
    }
    Ok(())
}

/// The number of a single value, the part of a special `token` before its letter.
fn single(field: Field, token: &str, value: &str) -> Result<u16, ScheduleError> {
    if value.is_empty() {
        return Err(field.refused(token, "has no day before L, W or #", "use a single day"));
    }
    let span = Span::parse(field, Dialect::Aws, value).map_err(ScheduleError::without_advice)?;
    if span.from == span.to && span.step == 1 && !value.contains(['-', '*', '/']) {
        return Ok(span.from);
    }
    Err(field.refused(token, "takes one value before L, W or #", "use a single day"))
}

/// Converts the five fields of Unix cron.
///
/// Unix runs on a day that fits either restricted day field; AWS lets only one of the two decide. So one of them
/// must be `*`, and becomes the `?` when the other is not. Where `?` is written, as in AWS's dialect, it restricts
/// nothing either.
pub(super) fn from_unix(text: &str) -> Result<AwsCron, ScheduleError> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let &[minutes, hours, day_of_month, month, day_of_week] = fields.as_slice() else {
        return Err(ScheduleError::new(
            "schedule",
            format!("has {} cron fields instead of five", fields.len()),
            "write minutes hours day-of-month month day-of-week",
        ));
    };
    refuse_aws_days(&fields, day_of_month, day_of_week)?;
    let [day_of_month, day_of_week] =
        [day_of_month, day_of_week].map(|day| if day == ANY_DAY { "*" } else { day });
    let lifted = |at: usize| {
        let fields = fields.clone();
        move |error: ScheduleError| error.lifted(|advice| replaced(&fields, at, advice, " "))
    };
    let field =
        |at: usize, field: Field, text: &str| Checked::list(field, Dialect::Unix, text).map_err(lifted(at));
    let (day_of_month, day_of_week) = match (is_every(day_of_month), is_every(day_of_week)) {
        (_, true) => (field(2, Field::DayOfMonth, day_of_month)?, Checked::any_day()),
        (true, false) => unix_weekdays(day_of_week).map_err(lifted(4))?,
        (false, false) => {
            return Err(ScheduleError::new(
                "day-of-month and day-of-week",
                format!(
                    "'{day_of_month}' and '{day_of_week}' both restrict the day; Unix runs on either, which AWS cannot express"
                ),
                "make one of them *, and use two schedules if you need both",
            ));
        }
    };
    AwsCron::judged([
        field(0, Field::Minutes, minutes)?,
        field(1, Field::Hours, hours)?,
        day_of_month,
        field(3, Field::Month, month)?,
        day_of_week,
        aws_field(Field::Year, "*")?,
    ])
}

fn is_every(text: &str) -> bool {
    matches!(text, "*" | "*/1")
}

/// The two day fields for a restricted day of the week: 0-7 become names, which both dialects read alike.
fn unix_weekdays(text: &str) -> Result<(Checked, Checked), ScheduleError> {
    let mut chosen = [false; 7];
    let (_, every) = Field::DayOfWeek.bounds_of_every(Dialect::Unix);
    for span in spans(Field::DayOfWeek, Dialect::Unix, text)? {
        let to = if span.text.starts_with('*') { every } else { span.to };
        for day in (span.from..=to).step_by(usize::from(span.step)) {
            if let Some(slot) = chosen.get_mut(usize::from(day % 7)) {
                *slot = true;
            }
        }
    }
    if chosen.iter().all(|&day| day) {
        return Ok((aws_field(Field::DayOfMonth, "*")?, Checked::any_day()));
    }
    Ok((Checked::any_day(), aws_field(Field::DayOfWeek, &weekday_names(chosen))?))
}

/// `MON-FRI` for runs of three days and more, `SUN,SAT` otherwise.
fn weekday_names(chosen: [bool; 7]) -> String {
    let days: Vec<(&str, bool)> = WEEKDAYS.into_iter().zip(chosen).collect();
    let runs = days.split(|(_, chosen)| !chosen).filter(|run| !run.is_empty());
    let names = runs.map(|run| match run {
        [(first, _), _, .., (last, _)] => format!("{first}-{last}"),
        _ => run.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(","),
    });
    names.collect::<Vec<_>>().join(",")
}

/// Refuses days of five fields that are written as in AWS's dialect: with `L`, `W` or `#`, which Unix cron does not have,
/// or as a number beside a `?`, which is another day in each of the two.
fn refuse_aws_days(fields: &[&str], day_of_month: &str, day_of_week: &str) -> Result<(), ScheduleError> {
    let has_number = day_of_week
        .split(',')
        .filter_map(|day| day.split('#').next())
        .any(|day| day.bytes().any(|byte| byte.is_ascii_digit()));
    let has_any_day = day_of_month == ANY_DAY || day_of_week == ANY_DAY;
    let days = [(Field::DayOfMonth, day_of_month), (Field::DayOfWeek, day_of_week)];
    if let Some((field, text)) = days.into_iter().find(|(field, text)| is_special(*field, text)) {
        let remedy = "write all six fields in cron(…), where Sunday is 1";
        let error = field.refused(text, "uses L, W or #, which Unix cron does not have", remedy);
        // Only where no day has another number in Unix cron is it clear which one is meant.
        if !has_any_day && has_number {
            return Err(error);
        }
        let any =
            |day: &str, other: &str| if day == "*" && other != ANY_DAY { ANY_DAY } else { day }.to_owned();
        let days = [any(day_of_month, day_of_week), any(day_of_week, day_of_month)];
        let [month, week] = days.each_ref().map(String::as_str);
        let inside = replaced(fields, 2, month, " ");
        let inside: Vec<&str> = inside.split(' ').collect();
        return Err(error.instead(format!("cron({} *)", replaced(&inside, 4, week, " "))));
    }
    if day_of_month == ANY_DAY && has_number {
        let problem = "beside a ? is one day in Unix cron, where Monday is 1, and another in AWS's cron, where Sunday is 1";
        let remedy = "write the days by name, such as MON-FRI";
        return Err(Field::DayOfWeek.refused(day_of_week, problem, remedy));
    }
    Ok(())
}

/// Whether a day is written with `L`, `W` or `#`. No name of a day ends in a letter of these.
fn is_special(field: Field, text: &str) -> bool {
    let token = text.to_ascii_uppercase();
    match field {
        Field::DayOfMonth => token.contains(['L', 'W']),
        _ => token.contains('#') || token.split(',').any(|token| token.ends_with('L')),
    }
}

fn spans(field: Field, dialect: Dialect, text: &str) -> Result<Vec<Span>, ScheduleError> {
    let tokens: Vec<&str> = text.split(',').collect();
    let mut spans = Vec::new();
    for (at, token) in tokens.iter().copied().enumerate() {
        if token.is_empty() {
            let error = field.refused(text, "has an empty entry", "remove the superfluous comma");
            let filled: Vec<_> = tokens.iter().copied().filter(|token| !token.is_empty()).collect();
            return Err(error.instead(filled.join(",")));
        }
        if tokens.len() > 1 && (token == "*" || (token.starts_with("*/") && field.takes_steps(dialect))) {
            let error = field.refused(text, "has a * in a list", "write only the *, or only the values");
            return Err(error.instead(without_wildcards(field, dialect, &tokens)));
        }
        if token == ANY_DAY {
            let error = field.refused(text, "has a ? where none is allowed", "use * for every value");
            return Err(if token == text { error.instead("*") } else { error });
        }
        let span = Span::parse(field, dialect, token);
        spans.push(span.map_err(|error| error.lifted(|advice| replaced(&tokens, at, advice, ",")))?);
    }
    Ok(spans)
}

/// A list that means the same without a `*` in it: alone that is every value, and with a step it is a range.
fn without_wildcards(field: Field, dialect: Dialect, tokens: &[&str]) -> String {
    if tokens.contains(&"*") {
        return "*".to_owned();
    }
    let (first, last) = field.bounds_of_every(dialect);
    let tokens = tokens.iter().map(|token| match token.strip_prefix("*/") {
        Some(step) => format!("{first}-{last}/{step}"),
        None => (*token).to_owned(),
    });
    tokens.collect::<Vec<_>>().join(",")
}
