//! Staged connectors: the working copy that is checked and published.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::profile::Profile;
use super::specification::Specification;
use crate::ids::{ConnectorId, OperationId};
use crate::lifecycle::IllegalTransition;
use crate::metadata::{Metadata, Timestamp};
use crate::payload::Payload;
use crate::report::{EntryType, Report};
use crate::text::{Key, Note, ProjectIdentifier, ProjectKey};
use crate::work::{WorkKind, WorkState, Worked};

/// So much may be said in the course of certification: all of it is in one item with the rest.
pub const MAX_COMMENTS: usize = 50;

/// So long may all of it be together, in bytes of JSON without its quotes.
pub const MAX_COMMENTS_BYTES: usize = 24_000;

/// A staged connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorStaged {
    /// The id; also that of what is published from it.
    pub id: ConnectorId,
    /// The user's own name for it, unique among the connectors of the stack.
    pub key: Option<Key>,
    /// Whose it is.
    pub owner: ProjectKey,
    /// What it says of itself.
    #[serde(flatten)]
    pub profile: Profile,
    /// What `connect.yaml` declares at the tag.
    pub specification: Specification,
    /// The contents of the repository at the tag.
    pub package: Payload,
    /// Whether only its owner and `private_projects` may use what is published; until it is certified.
    pub private: bool,
    /// The projects that may use it, besides its own, while it is private.
    pub private_projects: Vec<ProjectIdentifier>,
    /// The comments that were made during certification.
    pub comments: Vec<CertificationComment>,
    /// The status of publishing.
    pub status: ConnectorStatus,
    /// Whether it may be deployed as a preview.
    pub previewable: Previewable,
    /// The report of the last checks.
    pub previewable_report: Option<Report>,
    /// The report of the last publishing.
    pub publishing_report: Option<Report>,
    /// Whether it was published and can be found.
    pub already_listed: bool,
    /// Whether it differs from what was published.
    pub has_changes: bool,
    /// The job under way, or the last one.
    pub operation: Option<StagedOperation>,
    /// Who works on it.
    #[serde(flatten)]
    pub work_state: WorkState,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// A word in the course of certification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CertificationComment {
    /// The key of the project that says it, or the name of the operator.
    pub user_id: String,
    /// When the comment was made.
    pub datetime: Timestamp,
    /// The comment.
    pub comment: Note,
}

/// The status of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConnectorStatus {
    /// Being edited.
    Draft,
    /// Being published.
    Processing,
    /// The checks passed; the operator has to look.
    ReadyForCertification,
    /// The operator looks.
    InCertification,
    /// Published.
    Published,
    /// Publishing failed; the report says why.
    Failed,
}

impl ConnectorStatus {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Processing => "Processing",
            Self::ReadyForCertification => "ReadyForCertification",
            Self::InCertification => "InCertification",
            Self::Published => "Published",
            Self::Failed => "Failed",
        }
    }
}

/// Whether a staged connector may be deployed as a preview. Texts on the wire, all four.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Previewable {
    /// The checks passed.
    True,
    /// The checks failed, or found an error.
    False,
    /// The checks are under way.
    Pending,
    /// The checks were not requested, or the contents have changed since.
    #[default]
    None,
}

/// The jobs on a staged connector that one request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StagedOperation {
    /// Names them in messages and conditions.
    pub id: OperationId,
    /// What is to be done now.
    #[serde(flatten)]
    pub kind: StagedOperationKind,
    /// What is to be done afterwards, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<StagedOperationKind>,
    /// Time of the request.
    pub requested_at: Timestamp,
}

/// The kinds of job on a staged connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum StagedOperationKind {
    /// Check whether it may be deployed as a preview.
    Preview,
    /// Publish it.
    Publish {
        /// Whether it is to be certified first.
        certification: bool,
    },
}

/// Why a staged connector does not change now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditRefused {
    /// It is being published.
    #[error("The connector is being published; wait until its status is Published or Failed")]
    Processing,
    /// It is being checked.
    #[error("The connector is being checked; wait until isPreviewable is \"true\" or \"false\"")]
    UnderPreview,
    /// It is being certified.
    #[error("The connector is in certification; until that is decided it takes only comments")]
    InCertification,
    /// It is not private.
    #[error(
        "The connector is not private: every project may use it, so there is no list of private projects"
    )]
    NotPrivate,
    /// What is published is certified already, and nothing has changed since.
    #[error("The connector is certified already, and nothing has changed since")]
    AlreadyCertified,
    /// Too much was said already.
    #[error(
        "There is room for {MAX_COMMENTS} comments, and for {} KB of text in all, as JSON; this one would be too much",
        MAX_COMMENTS_BYTES / 1_000
    )]
    TooManyComments,
}

impl ConnectorStaged {
    /// Refuses what would change it while a job or a certification is under way.
    pub const fn check_editable(&self) -> Result<(), EditRefused> {
        match (self.status, self.previewable) {
            (ConnectorStatus::Processing, _) => Err(EditRefused::Processing),
            (ConnectorStatus::ReadyForCertification | ConnectorStatus::InCertification, _) => {
                Err(EditRefused::InCertification)
            }
            (_, Previewable::Pending) => Err(EditRefused::UnderPreview),
            _ => Ok(()),
        }
    }

    /// Notes that what it says, or who may use it, is no longer what was published.
    pub const fn touch_contents(&mut self) {
        self.has_changes = true;
        self.status = ConnectorStatus::Draft;
    }

    /// Adds a word on its certification, if there is room for it.
    pub fn comment(&mut self, comment: CertificationComment) -> Result<(), EditRefused> {
        let texts = self.comments.iter().chain([&comment]).map(|said| said.comment.as_str());
        // The quotes around it are no part of what was said.
        let bytes = texts.map(|text| serde_json::Value::from(text).to_string().len() - 2).sum::<usize>();
        if self.comments.len() >= MAX_COMMENTS || bytes > MAX_COMMENTS_BYTES {
            return Err(EditRefused::TooManyComments);
        }
        self.comments.push(comment);
        Ok(())
    }

    /// Asks for the checks of a preview, after what the same request, of the same `id`, has asked for already.
    pub fn request_preview(&mut self, id: OperationId, now: Timestamp) -> Result<(), EditRefused> {
        self.check_free(id)?;
        self.previewable = Previewable::Pending;
        self.previewable_report = Some(Report::default());
        self.request(StagedOperationKind::Preview, id, now);
        Ok(())
    }

    /// Asks to be published, after what the same request has asked for already. `certified` is whether what is published
    /// now was certified.
    pub fn request_publish(
        &mut self,
        certification: bool,
        certified: bool,
        id: OperationId,
        now: Timestamp,
    ) -> Result<(), EditRefused> {
        self.check_free(id)?;
        if certification && certified && !self.has_changes {
            return Err(EditRefused::AlreadyCertified);
        }
        self.status = ConnectorStatus::Processing;
        self.publishing_report = Some(Report::default());
        self.request(StagedOperationKind::Publish { certification }, id, now);
        Ok(())
    }

    /// Refuses a job while others are under way than those of the same request.
    fn check_free(&self, id: OperationId) -> Result<(), EditRefused> {
        if self.job().is_some_and(|job| job.id == id) { Ok(()) } else { self.check_editable() }
    }

    fn request(&mut self, kind: StagedOperationKind, id: OperationId, now: Timestamp) {
        if let Some(operation) = self.operation.as_mut().filter(|operation| operation.id == id) {
            operation.then.push(kind);
            return;
        }
        self.operation = Some(StagedOperation { id, kind, then: Vec::new(), requested_at: now });
        self.work_state.start_over();
    }

    /// The job under way is over: the next one of its request is under way, or, where there is none, the worker's lease
    /// is given back. Whether there is a next one.
    pub fn advance(&mut self) -> bool {
        let next = self.operation.as_mut().filter(|operation| !operation.then.is_empty());
        let Some(operation) = next else {
            self.work_state.give_back();
            return false;
        };
        operation.kind = operation.then.remove(0);
        true
    }

    /// Whether something is to be done after the job under way.
    pub fn has_next(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| !operation.then.is_empty())
    }

    /// The job under way cannot be done, and the next one of its request is under way.
    pub fn fail_one(&mut self) {
        match self.operation.as_ref().map(|operation| operation.kind) {
            Some(StagedOperationKind::Publish { .. }) => self.status = ConnectorStatus::Failed,
            Some(StagedOperationKind::Preview) => self.previewable = Previewable::False,
            None => {}
        }
        self.advance();
    }

    /// Whether `project` may try it out. Its owner always may.
    pub fn is_open_to(&self, project: &ProjectKey) -> bool {
        self.owner == *project || self.private_projects.iter().any(|one| one.project() == project.as_str())
    }

    /// The job under way.
    pub fn job(&self) -> Option<&StagedOperation> {
        self.operation.as_ref().filter(|_| self.in_progress())
    }
}

impl Worked for ConnectorStaged {
    const WORK: WorkKind = WorkKind::ConnectorStaged;

    // There are two reports, and long lists beside them.
    const REPORT_BYTES: usize = 60_000;

    fn work_state(&self) -> &WorkState {
        &self.work_state
    }

    fn work_state_mut(&mut self) -> &mut WorkState {
        &mut self.work_state
    }

    fn operation_id(&self) -> Option<OperationId> {
        self.operation.as_ref().map(|operation| operation.id)
    }

    fn requested_at(&self) -> Option<Timestamp> {
        self.operation.as_ref().map(|operation| operation.requested_at)
    }

    fn status_word(&self) -> &'static str {
        self.status.as_str()
    }

    fn in_progress(&self) -> bool {
        self.status == ConnectorStatus::Processing || self.previewable == Previewable::Pending
    }

    fn begin(&mut self) -> Result<(), IllegalTransition> {
        Ok(())
    }

    fn end_badly(&mut self) -> Result<(), IllegalTransition> {
        // What was to follow is not begun, and says so.
        let reason = "What was asked for before it never came to its end; ask for this one again";
        while self.has_next() {
            self.advance();
            if let Some(at) = self.requested_at() {
                self.report(EntryType::Error, "Not begun", Some(reason.to_owned()), at);
            }
        }
        // Only what is under way fails: a message that comes late must not undo what was published.
        if self.status == ConnectorStatus::Processing {
            self.status = ConnectorStatus::Failed;
        }
        if self.previewable == Previewable::Pending {
            self.previewable = Previewable::False;
        }
        self.work_state.give_back();
        Ok(())
    }

    fn report_mut(&mut self) -> &mut Report {
        let report = match self.operation.as_ref().map(|operation| operation.kind) {
            Some(StagedOperationKind::Publish { .. }) => &mut self.publishing_report,
            _ => &mut self.previewable_report,
        };
        report.get_or_insert_default()
    }
}

#[cfg(test)]
mod tests;
