//! Tables of what is accepted and refused, and the conversion from Unix cron checked against `croner`.

mod advice;

use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, Direction};
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use serde_json::json;

use super::field::{Dialect, Field, Span};
use super::{CRON, RATE, Schedule, ScheduleError, Timezone, UNIX, cron};

/// What is written, and what AWS gets.
const ACCEPTED: &[(&str, &str)] = &[
    ("rate(1 minute)", "rate(1 minute)"),
    ("rate(5 minutes)", "rate(5 minutes)"),
    ("rate(1 hour)", "rate(1 hour)"),
    ("rate(12 hours)", "rate(12 hours)"),
    ("rate(1 day)", "rate(1 day)"),
    ("  rate( 007   days )  ", "rate(7 days)"),
    ("cron(0 10 * * ? *)", "cron(0 10 * * ? *)"),
    ("cron(15 12 * * ? *)", "cron(15 12 * * ? *)"),
    ("cron(0 18 ? * MON-FRI *)", "cron(0 18 ? * MON-FRI *)"),
    ("cron(0 8 1 * ? *)", "cron(0 8 1 * ? *)"),
    ("cron(0/15 * * * ? *)", "cron(0/15 * * * ? *)"),
    ("cron(*/5 * * * ? *)", "cron(*/5 * * * ? *)"),
    ("cron(0/5 8-17 ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)"),
    ("cron(0,30 0-4/2,12 ? jan,Mar-may sun,wed *)", "cron(0,30 0-4/2,12 ? JAN,MAR-MAY SUN,WED *)"),
    ("cron(  00 08\t1  1 ? 2030 )", "cron(0 8 1 1 ? 2030)"),
    ("cron(0 0 L * ? *)", "cron(0 0 L * ? *)"),
    ("cron(0 0 15w * ? *)", "cron(0 0 15W * ? *)"),
    ("cron(15 10 ? * 6L 2022-2023)", "cron(15 10 ? * 6L 2022-2023)"),
    ("cron(15 10 ? * FRIL *)", "cron(15 10 ? * 6L *)"),
    ("cron(0 9 ? * L *)", "cron(0 9 ? * 7 *)"),
    ("cron(0 9 lw * ? *)", "cron(0 9 LW * ? *)"),
    ("cron(0/30 20-2 ? * MON-FRI *)", "cron(0/30 20-2 ? * MON-FRI *)"),
    ("cron(50-10/5,30 22-02/2 25-5 nov-feb ? *)", "cron(50-10/5,30 22-2/2 25-5 NOV-FEB ? *)"),
    ("cron(0 17 ? * mon-sun *)", "cron(0 17 ? * MON-SUN *)"),
    ("cron(0 0 31 11-1 ? *)", "cron(0 0 31 11-1 ? *)"),
    ("cron(0 9 ? * 2#1 *)", "cron(0 9 ? * 2#1 *)"),
    ("cron(0 9 ? * mon#5 *)", "cron(0 9 ? * 2#5 *)"),
    ("cron(0 0 29 2 ? *)", "cron(0 0 29 2 ? *)"),
    ("cron(0 0 ? * * *)", "cron(0 0 ? * * *)"),
    ("cron(0 0 1 1 ? 1970)", "cron(0 0 1 1 ? 1970)"),
    ("cron(0 0 1 1 ? 2199)", "cron(0 0 1 1 ? 2199)"),
    ("cron(0 0 1/7 1/3 ? 2025/2,2040)", "cron(0 0 1/7 1/3 ? 2025/2,2040)"),
    ("*/5 * * * *", "cron(*/5 * * * ? *)"),
    ("30 6 * * 1-5", "cron(30 6 ? * MON-FRI *)"),
    ("0 0 1 * *", "cron(0 0 1 * ? *)"),
    ("0 0 */2 * *", "cron(0 0 */2 * ? *)"),
    ("0 0 * * 0", "cron(0 0 ? * SUN *)"),
    ("0 0 * * 7", "cron(0 0 ? * SUN *)"),
    ("0 0 * * 5-7", "cron(0 0 ? * SUN,FRI,SAT *)"),
    ("0 0 * * fri-sun", "cron(0 0 ? * SUN,FRI,SAT *)"),
    ("0 0 * * sun-tue", "cron(0 0 ? * SUN-TUE *)"),
    ("0 0 * * */2", "cron(0 0 ? * SUN,TUE,THU,SAT *)"),
    ("0 0 * * 1-5/2,SAT", "cron(0 0 ? * MON,WED,FRI,SAT *)"),
    ("0 0 * * 0-6", "cron(0 0 * * ? *)"),
    ("0 0 13 * */1", "cron(0 0 13 * ? *)"),
    ("0 0 1 * ?", "cron(0 0 1 * ? *)"),
    ("0 0 ? * MON", "cron(0 0 ? * MON *)"),
    ("0 0 ? * ?", "cron(0 0 * * ? *)"),
    ("0 0 ? * *", "cron(0 0 * * ? *)"),
    ("5-59/15 22-23,0-2 * mar,JUN *", "cron(5-59/15 22-23,0-2 * MAR,JUN ? *)"),
];

/// What is written, and words that the error must contain.
const REFUSED: &[(&str, &[&str])] = &[
    ("", &["schedule: is empty", "rate(5 minutes)"]),
    ("every day", &["'every day' is not a schedule"]),
    ("@daily", &["'@daily'", "write 0 0 * * *"]),
    ("at(2030-01-01T00:00:00)", &["runs only once", "use rate(5 minutes) or cron(0 9 ? * MON-FRI *)"]),
    ("AT(2030-01-01T00:00:00)", &["runs only once"]),
    ("rate(5 minutes", &["'rate(' is not closed"]),
    ("Rate(5 minutes)", &["lower case", "write rate(5 minutes)"]),
    ("often(5 minutes)", &["'often' is not a schedule"]),
    ("rate()", &["rate: '' is not a number and a unit"]),
    ("rate(5)", &["not a number and a unit"]),
    ("rate(0 minutes)", &["at least 1 minute"]),
    ("rate(-5 minutes)", &["'-5' is not a positive whole number"]),
    ("rate(+5 minutes)", &["'+5' is not a positive whole number"]),
    ("rate(1.5 hours)", &["'1.5' is not a positive whole number"]),
    ("rate(99999999999 days)", &["too large", "from 1 to 4294967295"]),
    ("rate(99999999999999999999 days)", &["too large", "from 1 to 4294967295"]),
    ("rate(4294967295 weeks)", &["count in days"]),
    ("(5 minutes)", &["'(5 minutes)' is not a schedule"]),
    ("rate(1 minutes)", &["1 takes a singular unit", "write rate(1 minute)"]),
    ("rate(5 hour)", &["only 1 takes a singular unit", "write rate(5 hours)"]),
    ("rate(30 seconds)", &["smallest rate is one minute; count in minutes"]),
    ("rate(60 seconds)", &["write rate(1 minute)"]),
    ("rate(2 weeks)", &["write rate(14 days)"]),
    ("rate(2 Days)", &["'Days' is not a unit", "lower case"]),
    ("cron(0 10 * * ?)", &["5 fields instead of six", "write cron(0 10 * * ? *)"]),
    ("cron(0 10 * * 1)", &["5 fields instead of six", "write 0 10 * * 1"]),
    ("60 10 * * ? *", &["must stand in cron(…)", "put them there"]),
    ("cron(0 0 10 * * ? *)", &["7 fields", "seconds, as in Quartz", "write cron(0 10 * * ? *)"]),
    ("0 0 10 * * ? *", &["seconds, as in Quartz", "write cron(0 10 * * ? *)"]),
    (
        "cron(0 0 12 * * ?)",
        &["6 fields, of which the first, '0', is for seconds", "write cron(0 12 * * ? *)"],
    ),
    ("cron(00 0 12 ? * MON-FRI)", &["seconds, as in Quartz", "write cron(0 12 ? * MON-FRI *)"]),
    ("0 0 0 * * ?", &["seconds, as in Quartz", "write cron(0 0 * * ? *)"]),
    ("0 0 12 ? * 2#1", &["seconds, as in Quartz", "write cron(0 12 ? * 2#1 *)"]),
    ("cron(*/10 * * * * ?)", &["'*/10', is for seconds", "write minutes hours"]),
    ("30 0 12 * * ?", &["'30', is for seconds", "write minutes hours"]),
    ("0 0 12 * * *", &["a field of seconds is left out"]),
    ("0 10 * * ? *", &["write cron(0 10 * * ? *)"]),
    ("cron(0 10 * * * *)", &["'*' and '*'", "write cron(0 10 * * ? *)"]),
    ("cron(0 10 * * MON *)", &["write cron(0 10 ? * MON *)"]),
    ("cron(0 10 1 * MON *)", &["one of the two must be '?'", "two schedules"]),
    ("cron(0 10 ? * ? *)", &["are both '?'", "write cron(0 10 * * ? *)"]),
    ("cron(60 10 * * ? *)", &["minutes: '60'", "use 0-59"]),
    ("cron(0 24 * * ? *)", &["hours: '24'", "use 0-23"]),
    ("cron(0 0 0 * ? *)", &["day-of-month: '0'", "use 1-31"]),
    ("cron(0 0 1 13 ? *)", &["month: '13'", "1-12 or JAN-DEC"]),
    ("cron(0 0 ? * 0 *)", &["day-of-week: '0'", "1-7 or SUN-SAT"]),
    ("cron(0 0 ? * 8 *)", &["day-of-week: '8'"]),
    ("cron(0 0 1 1 ? 1969)", &["year: '1969'", "1970-2199"]),
    ("cron(0 0 1 1 ? 2200)", &["year: '2200'"]),
    ("cron(? 0 1 1 ? *)", &["minutes: '?'", "write cron(* 0 1 1 ? *)"]),
    ("cron(0 0 ?,1 * MON *)", &["one of the two must be '?'"]),
    ("cron(0 0 1 1 ? 2030-2029)", &["runs backwards", "write cron(0 0 1 1 ? 2029-2030)"]),
    ("cron(0 0 W * ? *)", &["'W' has no day before"]),
    ("cron(0 0 ? * #2 *)", &["'#2' has no day before"]),
    (
        "-1 * * * *",
        &["minutes: '-1' is not a value of this field, and as a range it has no start", "use 0-59"],
    ),
    ("0 5- * * *", &["hours: '5-' is a range without an end", "use 0-23"]),
    ("0 1-5-7 * * *", &["hours: '1-5-7' is more than one range"]),
    ("1,2,3-5,*/10 * * * *", &["has a * in a list", "write 1,2,3-5,0-59/10 * * * *"]),
    ("0 0 * * 1,*/3", &["has a * in a list", "write 0 0 * * 1,0-6/3"]),
    ("cron(1,*,*/7 * * * ? *)", &["has a * in a list", "write cron(* * * * ? *)"]),
    ("cron(0 0 ? * */2 *)", &["does not take", "write cron(0 0 ? * SUN,TUE,THU,SAT *)"]),
    ("cron(0 0 ? * FRI-MON/2,WED *)", &["does not take", "write cron(0 0 ? * FRI,SUN,WED *)"]),
    ("0 20-2/3 * * *", &["runs backwards", "split it in two"]),
    ("cron(/5 * * * ? *)", &["has no start", "write cron(*/5 * * * ? *)"]),
    ("cron(/5x * * * ? *)", &["has no start", "write a value or * before the /"]),
    ("cron(*/0 * * * ? *)", &["a step from 1 to 59"]),
    ("cron(*/60 * * * ? *)", &["a step from 1 to 59"]),
    ("cron(*/+5 * * * ? *)", &["a step from 1 to 59"]),
    ("cron(0,,5 * * * ? *)", &["has an empty entry"]),
    ("cron(*,5 * * * ? *)", &["has a * in a list"]),
    ("cron(0 0 ? * 2/2 *)", &["does not take", "write cron(0 0 ? * MON,WED,FRI *)"]),
    ("cron(0 0 1,15W * ? *)", &["more than one value"]),
    ("cron(0 0 1-5W * ? *)", &["takes one value"]),
    ("cron(0 0 WL * ? *)", &["day-of-month: 'WL'", "LW for the last working day"]),
    ("cron(0 0 1,LW * ? *)", &["more than one value"]),
    ("cron(0 0 L-3 * ? *)", &["day-of-month: 'L-3'"]),
    ("cron(0 0 ? * 3#1,6#3 *)", &["more than one value"]),
    ("cron(0 0 ? * 2#6 *)", &["no week of the month", "1 to 5"]),
    ("cron(0 0 ? * 6LL *)", &["day-of-week: '6L'"]),
    ("cron(L 0 1 * ? *)", &["minutes: 'L'"]),
    ("cron(0 0 31 2 ? *)", &["cron(0 0 31 2 ? *) never fires"]),
    ("cron(0 0 31 4,6,9,11 ? *)", &["never fires"]),
    ("cron(0 0 29 FEB ? 2021-2023)", &["never fires"]),
    ("cron(0 0 31W 2 ? *)", &["never fires"]),
    ("cron(0 0 ? 2 2#5 2021-2023)", &["never fires"]),
    ("0 0 30 2 *", &["never fires"]),
    ("0 0 13 * 5", &["both restrict the day", "two schedules"]),
    ("0 0 */2 * MON", &["both restrict the day"]),
    ("? 0 * * *", &["has a ? where none is allowed", "write * 0 * * *"]),
    ("0 0 ? * 1-5", &["'1-5' beside a ? is one day in Unix cron", "write the days by name"]),
    ("0 0 L * *", &["Unix cron does not have", "write cron(0 0 L * ? *)"]),
    ("0 0 L * ?", &["Unix cron does not have", "write cron(0 0 L * ? *)"]),
    ("0 0 15W * ?", &["Unix cron does not have", "write cron(0 0 15W * ? *)"]),
    ("0 0 ? * 2#1", &["Unix cron does not have", "write cron(0 0 ? * 2#1 *)"]),
    ("0 0 ? * 6L", &["Unix cron does not have", "write cron(0 0 ? * 6L *)"]),
    ("0 0 * * FRIL", &["Unix cron does not have", "write cron(0 0 ? * FRIL *)"]),
    ("0 0 * * mon#2", &["Unix cron does not have", "write cron(0 0 ? * mon#2 *)"]),
    ("0 0 * * 5L", &["Unix cron does not have", "all six fields in cron(…), where Sunday is 1"]),
    ("0 0 * * 1#2", &["Unix cron does not have", "where Sunday is 1"]),
    ("5/15 * * * *", &["step without a range", "write 5-59/15"]),
    ("0 0 * * 8", &["day-of-week: '8'", "0-7 or SUN-SAT"]),
    ("0 0 * * 6-1", &["runs backwards", "write 0 0 * * 6-7,0-1"]),
    ("0 22 * * 5-1", &["runs backwards", "write 0 22 * * 5-7,0-1"]),
    ("0 20-2 * * *", &["runs backwards", "write 0 20-23,0-2 * * *"]),
    ("*/90 * * * *", &["a step from 1 to 59"]),
    ("60 * * * *", &["minutes: '60'"]),
    ("* * * *", &["is not a schedule"]),
];

#[test]
fn accepts_what_aws_accepts() {
    for (text, expression) in ACCEPTED {
        let schedule = Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(schedule.as_aws_expression(), *expression, "{text}");
        assert_eq!(schedule.to_string(), text.trim());
        let again = Schedule::parse(expression).unwrap();
        assert_eq!(again.as_aws_expression(), *expression, "{text}");
    }
}

#[test]
fn refuses_with_place_problem_and_remedy() {
    for (text, words) in REFUSED {
        let error = Schedule::parse(text).expect_err(text);
        for word in *words {
            assert!(error.to_string().contains(word), "{text}: {error}");
        }
        takes_its_own_advice(&error, text);
        assert!(!error.place().is_empty() && !error.problem().is_empty() && !error.remedy().is_empty());
    }
}

/// Every schedule in a message is one that is taken, whether it was made for the message or always stands there.
fn takes_its_own_advice(error: &ScheduleError, text: &str) {
    if let Some(advice) = error.advice() {
        assert!(Schedule::parse(advice).is_ok(), "{text}: {advice}");
        assert_eq!(error.remedy(), format!("write {advice}"));
    }
    let remedy = error.remedy();
    for form in ["rate(", "cron("] {
        for (at, _) in remedy.match_indices(form) {
            let Some((schedule, _)) = remedy[at..].split_once(')') else { panic!("{remedy}") };
            // `cron(…)` only names the form.
            if !schedule.contains('…') {
                assert!(Schedule::parse(&format!("{schedule})")).is_ok(), "{text}: {remedy}");
            }
        }
    }
}

#[test]
fn what_messages_always_say_is_taken() {
    for schedule in [RATE, CRON, UNIX] {
        assert!(Schedule::parse(schedule).is_ok(), "{schedule}");
    }
    for day in ["L", "LW", "15W"] {
        assert!(Schedule::parse(&format!("cron(0 0 {day} * ? *)")).is_ok(), "{day}");
    }
    for dialect in [Dialect::Aws, Dialect::Unix] {
        for field in
            [Field::Minutes, Field::Hours, Field::DayOfMonth, Field::Month, Field::DayOfWeek, Field::Year]
        {
            let words = field.refused("x", "", field.allowed(dialect)).to_string();
            let Some((_, ranges)) = words.split_once("use ") else { panic!("{words}") };
            for range in ranges.split(" or ") {
                assert!(Span::parse(field, dialect, range).is_ok(), "{range}");
            }
        }
    }
    for form in ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"] {
        let error = Schedule::parse(form).unwrap_err();
        assert!(error.advice().is_some(), "{error}");
    }
    let misspelt = Timezone::parse("Europe/Zurych").unwrap_err().to_string();
    for name in ["UTC", "Europe/Zurich"] {
        assert!(misspelt.contains(name) && Timezone::parse(name).is_ok(), "{misspelt}");
    }
}

#[test]
fn a_range_goes_over_the_end_of_its_field() {
    let fires = |text: &str, count: usize| -> Vec<String> {
        let expression = Schedule::parse(text).unwrap().as_aws_expression();
        let inside = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')).unwrap();
        let cron = cron::from_aws(inside).unwrap();
        let times = cron.occurrences_from(date(2026, 1, 1).at(0, 0, 0, 0)).take(count);
        times.map(|time| time.strftime("%a %m-%d %H:%M").to_string()).collect()
    };
    assert_eq!(
        fires("cron(0 20-2/3 * * ? *)", 4),
        ["Thu 01-01 02:00", "Thu 01-01 20:00", "Thu 01-01 23:00", "Fri 01-02 02:00"]
    );
    assert_eq!(
        fires("cron(0 0 1 NOV-FEB ? *)", 4),
        ["Thu 01-01 00:00", "Sun 02-01 00:00", "Sun 11-01 00:00", "Tue 12-01 00:00"]
    );
    assert_eq!(
        fires("cron(0 0 ? * SAT-SUN *)", 3),
        ["Sat 01-03 00:00", "Sun 01-04 00:00", "Sat 01-10 00:00"]
    );
}

#[test]
fn years_that_are_over_are_told_with_what_to_write() {
    let now = "2026-11-30T16:00:00Z".parse().unwrap();
    let ask = |text: &str| Schedule::parse(text).unwrap().fires_after(now);
    for lasting in
        ["cron(0 0 1 1 ? *)", "cron(0 0 1 1 ? 2027)", "cron(0 0 1 12 ? 2026)", "rate(1 day)", "*/5 * * * *"]
    {
        assert_eq!(ask(lasting), Ok(()), "{lasting}");
    }
    for over in ["cron(0 0 1 1 ? 2020)", "cron(0 0 1 1 ? 2026)", "cron(0 0 ? * MON 1999-2025)"] {
        let error = ask(over).unwrap_err();
        assert!(error.place() == "year" && error.problem().contains("in the past"), "{error}");
        takes_its_own_advice(&error, over);
        assert_eq!(ask(error.advice().unwrap()), Ok(()), "{error}");
    }
}

#[test]
fn refuses_what_is_longer_than_aws_takes_before_and_after_conversion() {
    let long = format!("{} * * * *", ["1"; 130].join(","));
    assert!(Schedule::parse(&long).unwrap_err().problem().contains("at most 256"));
    let grows = format!("{} * * * *", ["1"; 124].join(","));
    assert_eq!(grows.len(), 255);
    assert!(Schedule::parse(&grows).unwrap_err().problem().contains("at most 256"));
}

#[test]
fn keeps_the_text_in_json_and_publishes_a_string_schema() {
    let schedule: Schedule = serde_json::from_value(json!("0 6 * * mon")).unwrap();
    assert_eq!(serde_json::to_value(&schedule).unwrap(), json!("0 6 * * mon"));
    let error = serde_json::from_value::<Schedule>(json!("61 6 * * mon")).unwrap_err();
    assert!(error.to_string().contains("minutes: '61'"), "{error}");
    let schema = schemars::schema_for!(Schedule);
    assert_eq!(schema.get("type"), Some(&json!("string")));
    assert_eq!(schema.get("maxLength"), Some(&json!(256)));
}

/// Reads a pattern with `croner` alone, as the judge of the conversion.
fn judge(pattern: &str, aws: bool) -> Cron {
    let parser = CronParser::builder().seconds(Seconds::Required).year(Year::Required);
    parser.alternative_weekdays(aws).sloppy_ranges(aws).build().parse(pattern).unwrap()
}

fn first_occurrences(cron: &Cron) -> Vec<DateTime> {
    cron.iter_from(date(2023, 12, 30).at(0, 0, 0, 0), Direction::Forward).take(40).collect()
}

/// An entry of a Unix field: `*`, a step, a value, a range or a stepped range, and lists of the last three.
fn field(first: u16, last: u16) -> impl Strategy<Value = String> {
    let range = (first..=last, first..=last).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b)));
    let entry = prop_oneof![
        (first..=last).prop_map(|value| value.to_string()),
        range.clone(),
        (range, 1..=last).prop_map(|(range, step)| format!("{range}/{step}")),
    ];
    prop_oneof![
        Just("*".to_owned()),
        (1..=last).prop_map(|step| format!("*/{step}")),
        prop::collection::vec(entry, 1..4).prop_map(|entries| entries.join(",")),
    ]
}

fn weekdays() -> impl Strategy<Value = String> {
    const RANGES: [&str; 5] = ["mon-FRI", "SAT-SUN", "SUN", "tue-thu/2", "sun-wed"];
    prop_oneof![3 => field(0, 7), 1 => prop::sample::select(&RANGES[..]).prop_map(str::to_owned)]
}

proptest! {
    #[test]
    fn conversion_fires_when_unix_cron_does(
        minutes in field(0, 59),
        hours in field(0, 23),
        days in prop_oneof![
            field(1, 31).prop_map(|day| (day, "*".to_owned())),
            weekdays().prop_map(|day| ("*".to_owned(), day)),
        ],
        month in field(1, 12),
    ) {
        let unix = format!("{minutes} {hours} {} {month} {}", days.0, days.1);
        let before = first_occurrences(&judge(&format!("0 {unix} 2023-2060"), false));
        match Schedule::parse(&unix) {
            Ok(schedule) => {
                let expression = schedule.as_aws_expression();
                let inside = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(" *)")).unwrap();
                let after = first_occurrences(&judge(&format!("0 {inside} 2023-2060"), true));
                prop_assert_eq!(before, after, "{} became {}", unix, expression);
                prop_assert_eq!(Schedule::parse(&expression).unwrap().as_aws_expression(), expression);
            }
            Err(error) => prop_assert!(before.is_empty() && error.problem().contains("never"), "{}: {}", unix, error),
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,40}|(rate|cron|at)\\([0-9A-Z*?#,/ -]{0,40}\\)|[0-9A-Z*?#,/ -]{5,40}") {
        if let Ok(schedule) = Schedule::parse(&text) {
            let expression = schedule.as_aws_expression();
            prop_assert_eq!(Schedule::parse(&expression).unwrap().as_aws_expression(), expression);
        }
        if let Err(error) = Schedule::parse(&text) {
            takes_its_own_advice(&error, &text);
        }
        if let Err(error) = Timezone::parse(&text)
            && let Some((_, name)) = error.problem().split_once(", but ")
        {
            let name = name.trim_end_matches(" is");
            prop_assert!(Timezone::parse(name).is_ok(), "{}", error);
        }
    }
}
