//! The operator's word on a connector that asks to be certified.

use domain::connector::{CertificationComment, Connector, ConnectorStaged, ConnectorStatus, EditRefused};
use domain::metadata::{Principal, Timestamp};
use domain::report::EntryType;
use domain::text::Note;
use domain::work::Worked;
use serde::Deserialize;

/// Under whose name the operator's comments stand, where those of others have the key of a project.
const OPERATOR: &str = "operator";

/// The title of the entry that says why it was not certified.
const REJECTED: &str = "Certification rejected";

/// What the operator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// Begin to look.
    Start,
    /// Publish it, for everybody.
    Certify,
    /// Do not.
    Reject,
}

/// Why nothing was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Undecided {
    /// It does not ask to be certified.
    #[error(
        "it is {}; only what is ReadyForCertification can be started, and only that or what is InCertification decided",
        .0.as_str()
    )]
    NotAsked(ConnectorStatus),
    /// There is no room for the word on it.
    #[error("{0}; decide without a comment")]
    Comment(#[from] EditRefused),
}

impl Undecided {
    /// The name of the error.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotAsked(_) => "ConnectorStagedNotInCertification",
            Self::Comment(refused) => crate::refusal::code(refused).as_str(),
        }
    }
}

impl Decision {
    /// Does what was decided, with a word on it, and returns what is published in place of `before`, if anything.
    pub(crate) fn carry_out(
        self,
        staged: &mut ConnectorStaged,
        comment: Option<Note>,
        before: Option<&Connector>,
        now: Timestamp,
        by: &Principal,
    ) -> Result<Option<Connector>, Undecided> {
        let status = staged.status;
        let ready = status == ConnectorStatus::ReadyForCertification;
        let open = ready || (status == ConnectorStatus::InCertification && self != Self::Start);
        if !open {
            return Err(Undecided::NotAsked(status));
        }
        let words = comment.as_ref().map(|comment| comment.as_str().to_owned());
        if let Some(comment) = comment {
            staged.comment(CertificationComment { user_id: OPERATOR.to_owned(), datetime: now, comment })?;
        }
        // What is published names the version that its author sees afterwards.
        staged.metadata.touch(now, by);
        let published = match self {
            Self::Start => {
                staged.status = ConnectorStatus::InCertification;
                None
            }
            Self::Certify => {
                staged.status = ConnectorStatus::Published;
                (staged.private, staged.has_changes, staged.already_listed) = (false, false, true);
                Some(Connector::publish(staged, before, true, now, by))
            }
            Self::Reject => {
                staged.status = ConnectorStatus::Failed;
                staged.report(EntryType::Error, REJECTED, words, now);
                None
            }
        };
        Ok(published)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::editing::samples::{at, by, published, staged};

    fn decide(decision: Decision, status: &str) -> Result<(ConnectorStaged, Option<Connector>), Undecided> {
        let operation = json!({
            "id": "3f0e5b6d-9a41-4d7a-8c55-71d2e0a9b6c4", "kind": "publish", "certification": true, "requestedAt": at(),
        });
        let mut staged = staged(&json!({ "status": status, "hasChanges": true, "operation": operation }));
        let before = published(&staged, false);
        let comment = Some("Well done".parse().unwrap());
        let published = decision.carry_out(&mut staged, comment, Some(&before), at(), &by())?;
        Ok((staged, published))
    }

    #[test]
    fn what_is_ready_is_looked_at_and_then_decided() {
        let statuses =
            ["Draft", "Processing", "ReadyForCertification", "InCertification", "Published", "Failed"];
        for status in statuses {
            let ready = status == "ReadyForCertification";
            assert_eq!(decide(Decision::Start, status).is_ok(), ready, "{status}");
            for decision in [Decision::Certify, Decision::Reject] {
                assert_eq!(
                    decide(decision, status).is_ok(),
                    ready || status == "InCertification",
                    "{status}"
                );
            }
        }
        let (staged, published) = decide(Decision::Start, "ReadyForCertification").unwrap();
        assert_eq!((staged.status, published), (ConnectorStatus::InCertification, None));
    }

    #[test]
    fn what_is_certified_is_open_to_all() {
        let (staged, published) = decide(Decision::Certify, "InCertification").unwrap();
        let published = published.unwrap();
        assert_eq!((staged.status, staged.metadata.version), (ConnectorStatus::Published, 2));
        assert!(!staged.private && !staged.has_changes && staged.already_listed);
        assert!(published.certified && published.listed && !published.private);
        assert!(published.is_open_to(&"stranger".parse().unwrap()));
        assert_eq!(published.metadata.version, 2);
        assert_eq!(staged.comments.first().unwrap().user_id, OPERATOR);
    }

    #[test]
    fn the_operator_may_say_no_more_than_others() {
        let mut full = staged(&json!({ "status": "InCertification" }));
        let said = |text: &str| CertificationComment {
            user_id: "acme".to_owned(),
            datetime: at(),
            comment: text.parse().unwrap(),
        };
        full.comments = vec![said("Ready"); domain::connector::MAX_COMMENTS];
        let word = Some("Well done".parse().unwrap());
        let refused = Decision::Reject.carry_out(&mut full.clone(), word, None, at(), &by()).unwrap_err();
        assert_eq!(refused.code(), "ConnectorStagedTooManyComments");
        assert!(refused.to_string().ends_with("decide without a comment"), "{refused}");
        Decision::Reject.carry_out(&mut full, None, None, at(), &by()).unwrap();
        assert_eq!(full.status, ConnectorStatus::Failed);
    }

    #[test]
    fn what_is_rejected_has_failed_and_says_why() {
        let (staged, published) = decide(Decision::Reject, "InCertification").unwrap();
        assert_eq!((staged.status, published), (ConnectorStatus::Failed, None));
        let report = staged.publishing_report.unwrap();
        let entry = report.entries.first().unwrap();
        assert_eq!((entry.entry_type, entry.message.as_deref()), (EntryType::Error, Some("Well done")));
        assert!(staged.has_changes && staged.private);
    }
}
