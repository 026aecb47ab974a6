//! The end of an operation that the table does not take.

use domain::report::EntryType;
use domain::work::Worked;
use worker::shortened;

#[test]
fn what_is_too_large_ends_with_the_first_reason_alone() {
    let mut deployment = crate::connector::samples::deployment(&["calc"]);
    let now = deployment.metadata.created_at;
    for turn in 0..200 {
        deployment.report(
            EntryType::Information,
            "Switched",
            Some(format!("{turn}{}", "i".repeat(900))),
            now,
        );
    }
    let reasons = ["the first".to_owned(), "the second".to_owned()];
    deployment.fail("Refused", &reasons, now).unwrap();
    let short = shortened(deployment.clone(), "Refused", &reasons, now);
    let [entry] = short.build.report.entries.as_slice() else { panic!("one entry") };
    assert_eq!((entry.entry_type, entry.title.as_str()), (EntryType::Error, "Refused"));
    assert_eq!(entry.message.as_deref(), Some("the first"));
    deployment.build.report = short.build.report.clone();
    assert_eq!(short, deployment, "nothing else changes");
}
