//! What may happen to a staged connector when.

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::report::EntryType;

const STATUSES: &[ConnectorStatus] = &[
    ConnectorStatus::Draft,
    ConnectorStatus::Processing,
    ConnectorStatus::ReadyForCertification,
    ConnectorStatus::InCertification,
    ConnectorStatus::Published,
    ConnectorStatus::Failed,
];
const PREVIEWABLES: &[Previewable] =
    &[Previewable::True, Previewable::False, Previewable::Pending, Previewable::None];

fn at() -> Timestamp {
    "2026-11-20T09:15:02.120Z".parse().unwrap()
}

fn id() -> OperationId {
    OperationId::new(Uuid::from_u128(7))
}

fn staged(status: ConnectorStatus, previewable: Previewable) -> ConnectorStaged {
    let mut staged: ConnectorStaged = serde_json::from_value(json!({
        "id": "5b0b3a2e-7b54-4f0a-8a58-9b1c2d3e4f50", "key": null, "owner": "acme", "name": "Acme tax", "description": "",
        "integrationTypes": [], "creator": { "email": "dev@acme.example" },
        "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
        "specification": { "applications": [] }, "package": { "digest": "0".repeat(64), "size": 2 },
        "private": true, "privateProjects": [], "comments": [], "status": status, "previewable": previewable,
        "previewableReport": null, "publishingReport": null, "alreadyListed": false, "hasChanges": false,
        "operation": null, "lease": null,
        "metadata": {
            "version": 1, "createdAt": at(), "createdBy": "client:1", "lastModifiedAt": at(),
            "lastModifiedBy": "client:1",
        },
    }))
    .unwrap();
    staged.work_state.attempts = 3;
    staged
}

/// The refusal of every change while it stands so.
fn refusal(status: ConnectorStatus, previewable: Previewable) -> Option<EditRefused> {
    match (status, previewable) {
        (ConnectorStatus::Processing, _) => Some(EditRefused::Processing),
        (ConnectorStatus::ReadyForCertification | ConnectorStatus::InCertification, _) => {
            Some(EditRefused::InCertification)
        }
        (_, Previewable::Pending) => Some(EditRefused::UnderPreview),
        (ConnectorStatus::Draft | ConnectorStatus::Published | ConnectorStatus::Failed, _) => None,
    }
}

/// Every status, with every word on previews.
fn all() -> impl Iterator<Item = (ConnectorStatus, Previewable)> {
    STATUSES.iter().flat_map(|status| PREVIEWABLES.iter().map(|previewable| (*status, *previewable)))
}

#[test]
fn a_preview_is_asked_for_when_nothing_is_under_way() {
    for (status, previewable) in all() {
        let before = staged(status, previewable);
        let mut after = before.clone();
        let outcome = after.request_preview(id(), at());
        assert_eq!(outcome.err(), refusal(status, previewable), "{status:?} {previewable:?}");
        assert_eq!(before.check_editable().err(), refusal(status, previewable));
        if outcome.is_err() {
            assert_eq!(after, before, "{status:?} {previewable:?}");
            continue;
        }
        assert_eq!((after.status, after.previewable), (status, Previewable::Pending));
        assert_eq!(after.previewable_report, Some(Report::default()), "the report of before is gone");
        assert_eq!(after.job().map(|job| job.kind), Some(StagedOperationKind::Preview));
        assert_eq!((after.work_state.attempts, after.has_changes), (0, before.has_changes));
        assert_eq!((after.operation_id(), after.requested_at()), (Some(id()), Some(at())));
    }
}

#[test]
fn publishing_is_asked_for_when_nothing_is_under_way_and_there_is_something_to_certify() {
    for (status, previewable) in all() {
        for (certification, certified, has_changes) in
            (0..8).map(|bits| (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0))
        {
            let mut before = staged(status, previewable);
            before.has_changes = has_changes;
            let mut after = before.clone();
            let outcome = after.request_publish(certification, certified, id(), at());
            let is_certified = certification && certified && !has_changes;
            let expected = refusal(status, previewable)
                .or_else(|| is_certified.then_some(EditRefused::AlreadyCertified));
            assert_eq!(outcome.err(), expected, "{status:?} {previewable:?} {certification} {certified}");
            if outcome.is_err() {
                assert_eq!(after, before);
                continue;
            }
            assert_eq!((after.status, after.previewable), (ConnectorStatus::Processing, previewable));
            assert_eq!(after.publishing_report, Some(Report::default()));
            assert_eq!(after.job().map(|job| job.kind), Some(StagedOperationKind::Publish { certification }));
            assert_eq!((after.work_state.attempts, after.has_changes), (0, has_changes));
        }
    }
}

#[test]
fn a_worker_changes_no_status_by_taking_a_job_up() {
    for (status, previewable) in all() {
        let mut staged = staged(status, previewable);
        staged.acquire("worker-1", at(), 60).unwrap();
        assert_eq!((staged.status, staged.previewable), (status, previewable));
        assert!(staged.work_state.is_held(at()));
        let under_way = status == ConnectorStatus::Processing || previewable == Previewable::Pending;
        assert_eq!(staged.in_progress(), under_way);
        assert_eq!(staged.status_word(), status.as_str());
    }
}

#[test]
fn only_what_is_under_way_ends_badly() {
    for (status, previewable) in all() {
        let mut staged = staged(status, previewable);
        staged.work_state.take("worker-1", at(), 60);
        staged.end_badly().unwrap();
        let expected = if status == ConnectorStatus::Processing { ConnectorStatus::Failed } else { status };
        assert_eq!(staged.status, expected);
        let expected = if previewable == Previewable::Pending { Previewable::False } else { previewable };
        assert_eq!(staged.previewable, expected);
        assert!(!staged.in_progress() && staged.work_state.lease.is_none());
    }
}

#[test]
fn each_job_fails_in_its_own_report() {
    let mut preview = staged(ConnectorStatus::Published, Previewable::None);
    preview.request_preview(id(), at()).unwrap();
    preview.fail("Checks", &["no flow".to_owned()], at()).unwrap();
    assert_eq!((preview.status, preview.previewable), (ConnectorStatus::Published, Previewable::False));
    assert!(preview.publishing_report.is_none() && preview.job().is_none());
    let entries = preview.previewable_report.unwrap().entries;
    assert_eq!((entries.len(), entries[0].entry_type), (1, EntryType::Error));

    let mut publish = staged(ConnectorStatus::Draft, Previewable::True);
    publish.request_publish(true, false, id(), at()).unwrap();
    publish.fail("Checks", &["no flow".to_owned()], at()).unwrap();
    assert_eq!((publish.status, publish.previewable), (ConnectorStatus::Failed, Previewable::True));
    assert!(publish.previewable_report.is_none() && publish.job().is_none());
    assert_eq!(publish.publishing_report.unwrap().entries.len(), 1);
}

#[test]
fn what_is_changed_is_a_draft_again() {
    for status in [ConnectorStatus::Draft, ConnectorStatus::Published, ConnectorStatus::Failed] {
        let mut staged = staged(status, Previewable::True);
        staged.touch_contents();
        assert_eq!((staged.status, staged.has_changes), (ConnectorStatus::Draft, true));
        assert_eq!(staged.previewable, Previewable::True, "only other contents undo a check");
    }
}

#[test]
fn what_is_stored_is_read_back_and_previewable_is_a_text() {
    for (status, previewable) in all() {
        let staged = staged(status, previewable);
        let stored = serde_json::to_value(&staged).unwrap();
        assert!(stored["previewable"].is_string() && stored["status"] == status.as_str());
        assert_eq!(serde_json::from_value::<ConnectorStaged>(stored).unwrap(), staged);
    }
}

#[test]
fn there_is_an_end_to_what_may_be_said() {
    let said = |text: &str| CertificationComment {
        user_id: "acme".to_owned(),
        datetime: at(),
        comment: text.parse().unwrap(),
    };
    let mut many = staged(ConnectorStatus::InCertification, Previewable::True);
    for _ in 0..MAX_COMMENTS {
        many.comment(said("Ready")).unwrap();
    }
    assert_eq!(many.comment(said("")), Err(EditRefused::TooManyComments));
    assert_eq!(many.comments.len(), MAX_COMMENTS);

    let mut long = staged(ConnectorStatus::InCertification, Previewable::True);
    for _ in 0..11 {
        long.comment(said(&"e".repeat(2_000))).unwrap();
    }
    assert_eq!(long.comment(said(&"\n".repeat(2_000))), Err(EditRefused::TooManyComments), "as JSON");
    long.comment(said(&"e".repeat(2_000))).unwrap();
    let words = long.comment(said("e")).unwrap_err().to_string();
    assert!(words.contains("50 comments, and for 24 KB"), "{words}");
}

#[test]
fn jobs_of_one_request_are_done_in_order_and_end_one_by_one() {
    let publish = StagedOperationKind::Publish { certification: false };
    let mut asked = staged(ConnectorStatus::Draft, Previewable::None);
    asked.request_preview(id(), at()).unwrap();
    let other = OperationId::new(Uuid::from_u128(8));
    assert_eq!(asked.clone().request_publish(false, false, other, at()), Err(EditRefused::UnderPreview));
    asked.request_publish(false, false, id(), at()).unwrap();
    assert_eq!((asked.status, asked.previewable), (ConnectorStatus::Processing, Previewable::Pending));
    assert_eq!(
        (asked.job().map(|job| job.kind), asked.has_next()),
        (Some(StagedOperationKind::Preview), true)
    );
    asked.acquire("worker-1", at(), 60).unwrap();

    let mut done = asked.clone();
    done.previewable = Previewable::True;
    assert!(done.advance());
    assert_eq!((done.job().map(|job| job.kind), done.has_next()), (Some(publish), false));
    assert!(done.work_state.is_held(at()), "the worker goes on");
    done.status = ConnectorStatus::Published;
    assert!(!done.advance());
    assert!(!done.work_state.is_held(at()) && done.job().is_none());

    let mut failed = asked.clone();
    failed.fail_one();
    assert_eq!((failed.status, failed.previewable), (ConnectorStatus::Processing, Previewable::False));
    assert_eq!(failed.job().map(|job| job.kind), Some(publish));

    let mut given_up = asked;
    given_up.end_badly().unwrap();
    assert_eq!((given_up.status, given_up.previewable), (ConnectorStatus::Failed, Previewable::False));
    let told = given_up.publishing_report.unwrap().entries;
    assert_eq!(told.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), ["Not begun"]);
}
