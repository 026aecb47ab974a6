//! What is advised fires when what was written would have.

use jiff::civil::DateTime;
use proptest::prelude::*;

use super::{Schedule, field, first_occurrences, judge};

/// What is refused although it means something, and what it means: seconds, AWS's five fields without the year, and the
/// year, as `croner` reads them.
const MEANT: &[(&str, &str)] = &[
    ("cron(0 0 12 * * ?)", "0 0 12 * * *"),
    ("0 0 0 * * ?", "0 0 0 * * *"),
    ("0 15 10 ? * 6#3", "0 15 10 * * 6#3"),
    ("cron(0 15 10 ? * 2-6 2025-2030)", "0 15 10 * * 2-6"),
    ("0 0 ? * 2#1", "0 0 0 * * 2#1"),
    ("0 0 * * FRIL", "0 0 0 * * 6L"),
    ("0 0 L * *", "0 0 0 L * *"),
    ("1,2,3-5,*/10 * * * *", "0 0,1-5,10,20,30,40,50 * * * *"),
    ("0 0 * * SAT,*/3", "0 0 0 * * 1,4,7"),
    ("cron(5,*/17 1,*/9 */12,2 1,*/6 ? *)", "0 5,0-59/17 1,0-23/9 1-31/12,2 1,1-12/6 *"),
    ("cron(0 0,,5 * * MON *)", "0 0 0,5 * * 2"),
    ("cron(0 0 ? * 3/2 *)", "0 0 0 * * 3,5,7"),
    ("cron(0 0,,5 * * ? *)", "0 0 0,5 * * *"),
    ("0 20-2 * * *", "0 0 0-2,20-23 * * *"),
    ("0 22 * * 5-1", "0 0 22 * * 6,7,1,2"),
    ("cron(0 10 * * MON *)", "0 0 10 * * 2"),
    ("cron(0 10 * * ?)", "0 0 10 * * *"),
    ("cron(0 10 * * 1)", "0 0 10 * * 2"),
    ("@weekly", "0 0 0 * * 1"),
];

#[test]
fn advice_fires_when_what_was_written_would_have() {
    for (text, meant) in MEANT {
        let error = Schedule::parse(text).expect_err(text);
        let advice = error.advice().unwrap_or_else(|| panic!("{error}"));
        let year = if text.contains("2025-2030") { "2025-2030" } else { "2023-2060" };
        assert_eq!(
            fires(advice),
            first_occurrences(&judge(&format!("{meant} {year}"), true)),
            "{text}: {advice}"
        );
    }
}

/// When a schedule that is taken fires, judged by `croner` alone.
fn fires(text: &str) -> Vec<DateTime> {
    let expression = Schedule::parse(text).unwrap().as_aws_expression();
    let inside = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')).unwrap();
    let (fields, year) = inside.rsplit_once(' ').unwrap();
    let year = if year == "*" { "2023-2060" } else { year };
    first_occurrences(&judge(&format!("0 {fields} {year}"), true))
}

proptest! {
    #[test]
    fn advice_for_fields_with_seconds_means_the_same(
        (minutes, hours, days, month) in (field(0, 59), field(0, 23), field(1, 31), field(1, 12)),
        is_call in any::<bool>(),
    ) {
        let quartz = format!("0 {minutes} {hours} {days} {month} ?");
        let text = if is_call { format!("cron({quartz})") } else { quartz.clone() };
        let before = first_occurrences(&judge(&format!("{quartz} 2023-2060"), true));
        match Schedule::parse(&text).unwrap_err().advice() {
            Some(advice) => prop_assert_eq!(fires(advice), before, "{}: {}", text, advice),
            None => prop_assert!(before.is_empty(), "{}", text),
        }
    }

    #[test]
    fn advice_for_a_step_in_a_list_means_the_same(minutes in field(0, 59), hour in field(0, 23), step in 1_usize..60) {
        let text = format!("{minutes},*/{step} {hour} * * *");
        prop_assume!(!minutes.starts_with('*'));
        let each: Vec<String> = (0..60).step_by(step).map(|minute| minute.to_string()).collect();
        let meant = format!("0 {minutes},{} {hour} * * * 2023-2060", each.join(","));
        let error = Schedule::parse(&text).unwrap_err();
        prop_assert_eq!(fires(error.advice().unwrap()), first_occurrences(&judge(&meant, false)), "{}", error);
    }
}
