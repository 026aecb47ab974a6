//! When a job runs.

use domain::connector::Cadence;

use super::{assert_refused, read};

#[test]
fn five_fields_and_macros() {
    for (written, means) in [
        ("*/40 * * * *", "cron(*/40 * * * ? *)"),
        ("0 0 * * *", "cron(0 0 * * ? *)"),
        (" 30 6 * * 1-5 ", "cron(30 6 ? * MON-FRI *)"),
        ("@hourly", "cron(0 * * * ? *)"),
        ("@daily", "cron(0 0 * * ? *)"),
        ("@midnight", "cron(0 0 * * ? *)"),
        ("@weekly", "cron(0 0 ? * SUN *)"),
        ("@monthly", "cron(0 0 1 * ? *)"),
        ("@yearly", "cron(0 0 1 1 ? *)"),
        ("@annually", "cron(0 0 1 1 ? *)"),
        ("@every 1m", "rate(1 minute)"),
        ("@every 5m", "rate(5 minutes)"),
        ("@every   1h30m", "rate(90 minutes)"),
        ("@every 1.5h", "rate(90 minutes)"),
        ("@every 120s", "rate(2 minutes)"),
        ("@every 90s30s", "rate(2 minutes)"),
        ("@every 60000ms", "rate(1 minute)"),
        ("@every 24h", "rate(1440 minutes)"),
    ] {
        let cadence: Cadence = written.parse().unwrap();
        assert_eq!(cadence.as_str(), written.trim());
        assert_eq!(cadence.schedule().unwrap().as_aws_expression(), means, "{written}");
        let kept = serde_json::to_string(&cadence).unwrap();
        assert_eq!(serde_json::from_str::<Cadence>(&kept).unwrap(), cadence);
    }
}

#[test]
fn what_is_no_schedule() {
    let huge = format!("@every {}h", "9".repeat(400));
    for (written, words) in [
        ("", "is no schedule; write the five fields"),
        ("daily", "is no schedule; write the five fields"),
        ("* * * *", "is no schedule; write the five fields"),
        ("* * * * * *", "is no schedule; write the five fields"),
        ("every */5 * * * *", "is no schedule; write the five fields"),
        ("rate(5 minutes)", "is no schedule; write the five fields"),
        ("cron(0 9 ? * MON-FRI *)", "is no schedule; write the five fields"),
        ("cron(0 9 * * *)", "is no schedule; write the five fields"),
        ("61 * * * *", "minutes: '61'"),
        ("0 0 31 2 *", "never fires"),
        ("0 0 1 * 1", "both restrict the day"),
        ("? * * * *", "minutes"),
        ("@dayly", "\"@dayly\" is no macro; the macros are @hourly, @daily"),
        ("@dayly", "Did you mean \"@daily\"?"),
        ("@daily x", "is no macro"),
        ("@every", "has no duration; write whole minutes"),
        ("@every ", "has no duration"),
        ("@every5m", "has no duration"),
        ("@every 5", "has no duration"),
        ("@every m", "has no duration"),
        ("@every .m", "has no duration"),
        ("@every 1.2.3m", "has no duration"),
        ("@every -5m", "has no duration"),
        ("@every 5 m", "has no duration"),
        ("@every 1d", "has no duration"),
        ("@every 1M", "has no duration"),
        (huge.as_str(), "has no duration"),
        ("@every 59s", "is no number of whole minutes"),
        ("@every 0m", "is no number of whole minutes"),
        ("@every 90s", "is no number of whole minutes"),
        ("@every 999999999h", "is too large"),
    ] {
        let refused = written.parse::<Cadence>().unwrap_err().to_string();
        assert!(refused.contains(words), "{written}: {refused}");
    }
}

#[test]
fn in_a_file() {
    let job = |schedule: &str| {
        format!(
            "deployAs:\n  - name: job\n    applicationType: job\n    endpoint: /job\n    properties:\n      schedule: {schedule}\n"
        )
    };
    let specification = read(&job("\"@every 1h30m\""));
    assert_eq!(specification.applications[0].schedule.as_ref().unwrap().as_str(), "@every 1h30m");
    assert_eq!(read(&job("0 0 * * *")).applications[0].schedule.as_ref().unwrap().as_str(), "0 0 * * *");

    let reboot = read(&job("\"@reboot\"")).applications[0].schedule.clone().unwrap();
    assert_eq!((reboot.as_str(), reboot.schedule()), ("@reboot", None));
    for known in ["0,30 6 * * 1-5", "*/5 * * * *", "0 0 1 */3 *", "@every 1h30m", "@hourly"] {
        assert_eq!(
            read(&job(&format!("{known:?}"))).applications[0].schedule.as_ref().unwrap().as_str(),
            known
        );
    }

    let path = "deployAs[0].properties.schedule";
    for (schedule, words) in [
        ("0 0 * * SUN", "\"SUN\" is not read by Connect"),
        ("0 0 * * 1-5,0", "\"1-5,0\" is not read by Connect"),
        ("0 8-18/2 * * *", "\"8-18/2\" is not read by Connect"),
        ("0  0 * * *", "more than one blank between fields; write \"0 0 * * *\""),
        ("@midnight", "is no macro of Connect's; write \"@daily\""),
        ("@every 1.5h", "is not read by Connect; write one blank and whole numbers"),
        ("@every  5m", "is not read by Connect; write one blank and whole numbers"),
    ] {
        assert_refused(&job(&format!("{schedule:?}")), &[(path, 6, words)]);
    }
    assert_refused(&job("\"rate(5 minutes)\""), &[(path, 6, "\"rate(5 minutes)\" is no schedule")]);
    assert_refused(&job("5"), &[(path, 6, "quote it: \"5\"")]);
    // A star begins an alias, an at sign nothing at all.
    assert_refused(&job("*/5 * * * *"), &[("", 6, "put the value in quotes")]);
    assert_refused(&job("@daily"), &[("", 6, "put the value in quotes")]);
    let more = format!("{}      timezone: UTC\n", job("\"@daily\""));
    assert_refused(&more, &[("deployAs[0].properties.timezone", 7, "the keys are schedule")]);
}
