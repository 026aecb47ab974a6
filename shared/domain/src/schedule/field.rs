//! One field of a cron expression: which values, names and wildcards it takes in which dialect.

use super::ScheduleError;

/// Who reads the field; the two number the days of the week differently and share no special wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// EventBridge Scheduler: Sunday is 1, `?`, `L`, `W` and `#` exist.
    Aws,
    /// Vixie's cron: Sunday is 0 or 7, plain values, ranges, steps and lists only.
    Unix,
}

/// A position in a cron expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Minutes,
    Hours,
    DayOfMonth,
    Month,
    DayOfWeek,
    Year,
}

/// The names of the months, January first.
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// The names of the days of the week, Sunday first.
pub(super) const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Field {
    /// What the field is called in messages and in AWS's documentation.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::DayOfMonth => "day-of-month",
            Self::Month => "month",
            Self::DayOfWeek => "day-of-week",
            Self::Year => "year",
        }
    }

    /// The smallest and the largest value.
    pub(super) fn bounds(self, dialect: Dialect) -> (u16, u16) {
        match (self, dialect) {
            (Self::Minutes, _) => (0, 59),
            (Self::Hours, _) => (0, 23),
            (Self::DayOfMonth, _) => (1, 31),
            (Self::Month, _) => (1, 12),
            (Self::DayOfWeek, Dialect::Aws) => (1, 7),
            (Self::DayOfWeek, Dialect::Unix) => (0, 7),
            (Self::Year, _) => (1970, 2199),
        }
    }

    /// The first and the last value of `*`, in which Sunday is one day: a step does not start a second week.
    pub(super) fn bounds_of_every(self, dialect: Dialect) -> (u16, u16) {
        match (self, dialect) {
            (Self::DayOfWeek, Dialect::Unix) => (0, 6),
            _ => self.bounds(dialect),
        }
    }

    /// Whether `/` is taken.
    pub(super) fn takes_steps(self, dialect: Dialect) -> bool {
        (self, dialect) != (Self::DayOfWeek, Dialect::Aws)
    }

    /// An error about `token` in this field.
    pub(super) fn refused(self, token: &str, problem: &str, remedy: impl Into<String>) -> ScheduleError {
        ScheduleError::new(self.name(), format!("'{token}' {problem}"), remedy)
    }

    fn largest_step(self, dialect: Dialect) -> u16 {
        match (self, self.bounds(dialect)) {
            (Self::Year, (first, last)) => last - first,
            (_, (_, last)) => last,
        }
    }

    pub(super) fn allowed(self, dialect: Dialect) -> String {
        let (first, last) = self.bounds(dialect);
        match self {
            Self::Month => format!("use {first}-{last} or JAN-DEC"),
            Self::DayOfWeek => format!("use {first}-{last} or SUN-SAT"),
            _ => format!("use {first}-{last}"),
        }
    }

    /// Reads a number or a name; `None` when it is neither or out of bounds.
    fn number(self, dialect: Dialect, token: &str) -> Option<u16> {
        let names: &[&str] = match self {
            Self::Month => &MONTHS,
            Self::DayOfWeek => &WEEKDAYS,
            _ => &[],
        };
        let (first, last) = self.bounds(dialect);
        if let Some(position) = names.iter().position(|name| name.eq_ignore_ascii_case(token)) {
            return u16::try_from(position).ok().map(|position| position + first);
        }
        // `parse` alone would take a leading plus sign.
        let digits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
        let number = token.parse().ok().filter(|_| digits)?;
        (first..=last).contains(&number).then_some(number)
    }
}

/// One end of a range, with the text that goes into the AWS expression.
struct Value {
    number: u16,
    text: String,
}

impl Value {
    fn parse(field: Field, dialect: Dialect, token: &str) -> Result<Self, ScheduleError> {
        let number = field
            .number(dialect, token)
            .ok_or_else(|| field.refused(token, "is not a value of this field", field.allowed(dialect)))?;
        let named = token.bytes().all(|byte| byte.is_ascii_alphabetic());
        let text = if named { token.to_ascii_uppercase() } else { number.to_string() };
        Ok(Self { number, text })
    }
}

/// A plain entry of a field: every `step`-th value from `from` to `to`.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) from: u16,
    /// The last value. Before `from` where the range goes over the end of the field: 20-2 is from 20:00 to 02:00.
    pub(super) to: u16,
    pub(super) step: u16,
    /// The entry as AWS takes it: names in upper case, numbers without leading zeros.
    pub(super) text: String,
}

impl Span {
    /// Reads `*`, a value or a range, each with an optional step.
    pub(super) fn parse(field: Field, dialect: Dialect, token: &str) -> Result<Self, ScheduleError> {
        let Some((base, step_text)) = token.split_once('/') else {
            return Self::without_step(field, dialect, token);
        };
        if base.is_empty() {
            let error = field.refused(token, "has no start", "write a value or * before the /");
            return Err(error.instead(format!("*/{step_text}")));
        }
        let step = read_step(field, dialect, token, step_text)?;
        // A range that runs backwards is not split in two here: the step goes on over its end.
        let mut span = Self::without_step(field, dialect, base).map_err(ScheduleError::without_advice)?;
        if base != "*" && !base.contains('-') {
            let (_, last) = field.bounds(dialect);
            if dialect == Dialect::Unix {
                // Implementations disagree whether this is one value or a range to the end.
                let error = field.refused(token, "is a step without a range", "write a range before the /");
                return Err(error.instead(format!("{base}-{last}/{step}")));
            }
            span.to = last;
        }
        span.step = step;
        span.text = format!("{}/{step}", span.text);
        if field.takes_steps(dialect) {
            return Ok(span);
        }
        let error = field.refused(token, "has a step, which this field does not take", "list the days");
        let names =
            span.values(field, dialect).filter_map(|day| WEEKDAYS.get(usize::from(day).checked_sub(1)?));
        Err(error.instead(names.copied().collect::<Vec<_>>().join(",")))
    }

    fn without_step(field: Field, dialect: Dialect, token: &str) -> Result<Self, ScheduleError> {
        let (first, last) = field.bounds(dialect);
        if token == "*" {
            return Ok(Self { from: first, to: last, step: 1, text: "*".to_owned() });
        }
        let Some((from, to)) = token.split_once('-') else {
            let value = Value::parse(field, dialect, token)?;
            return Ok(Self { from: value.number, to: value.number, step: 1, text: value.text });
        };
        let problem = match (from, to) {
            ("", _) => Some("is not a value of this field, and as a range it has no start"),
            (_, "") => Some("is a range without an end"),
            _ if to.contains('-') => Some("is more than one range"),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(field.refused(token, problem, field.allowed(dialect)));
        }
        let from = Value::parse(field, dialect, from)?;
        let mut to = Value::parse(field, dialect, to)?;
        if dialect == Dialect::Unix && field == Field::DayOfWeek && to.text == "SUN" && from.number > 0 {
            // A week that ends on Sunday: FRI-SUN is 5-7.
            to.number = last;
        }
        if from.number > to.number && (dialect == Dialect::Unix || field == Field::Year) {
            let (remedy, advice) = match field {
                Field::Year => ("write the earlier year first", format!("{}-{}", to.text, from.text)),
                _ => ("split it in two", format!("{}-{last},{first}-{}", from.number, to.number)),
            };
            return Err(field.refused(token, "runs backwards", remedy).instead(advice));
        }
        Ok(Self { from: from.number, to: to.number, step: 1, text: format!("{}-{}", from.text, to.text) })
    }
}

impl Span {
    /// The values it stands for, as one range or, where it goes over the end of the field, one by one.
    pub(super) fn numbers(&self, field: Field, dialect: Dialect) -> String {
        let Self { from, to, step, .. } = *self;
        if from <= to {
            return format!("{from}-{to}/{step}");
        }
        self.values(field, dialect).map(|value| value.to_string()).collect::<Vec<_>>().join(",")
    }

    /// The values it stands for, one by one.
    fn values(&self, field: Field, dialect: Dialect) -> impl Iterator<Item = u16> {
        let Self { from, to, step, .. } = *self;
        let (first, last) = field.bounds(dialect);
        let size = last - first + 1;
        let to = if from <= to { to } else { to + size };
        (from..=to).step_by(usize::from(step)).map(move |value| (value - first) % size + first)
    }
}

fn read_step(field: Field, dialect: Dialect, token: &str, step: &str) -> Result<u16, ScheduleError> {
    let largest = field.largest_step(dialect);
    let digits = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    step.parse()
        .ok()
        .filter(|number| digits && (1..=largest).contains(number))
        .ok_or_else(|| field.refused(token, "has a wrong step", format!("use a step from 1 to {largest}")))
}
