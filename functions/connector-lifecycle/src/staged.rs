//! Staged connectors as a kind of work: they are checked, and published.

mod checks;
mod inspection;

use domain::connector::{Connector, ConnectorStaged, ConnectorStatus, Previewable, StagedOperationKind};
use domain::report::{Entry, EntryType};
use domain::work::Worked;
use worker::{Job, JobError, Kind, Stage, worker};

use crate::job::{StagedConnectors, StagedJob};

impl Kind for StagedConnectors {
    type Entity = ConnectorStaged;

    async fn carry_out(job: &mut Job<'_, Self>) -> Result<(), JobError> {
        let mut job = StagedJob(job);
        if job.subject.job().is_none() {
            return Err(JobError::Fenced);
        }
        // Each job is done as if it had been asked for when those in front of it were over.
        while let Some(operation) = job.subject.job() {
            let kind = operation.kind;
            let has_next = job.subject.has_next();
            match job.carry_out_one(kind).await {
                Err(JobError::Permanent { title, reasons }) if has_next => {
                    job.fail_one(title, &reasons).await?;
                }
                done => done?,
            }
            if !has_next {
                break;
            }
        }
        Ok(())
    }

    /// Nothing is made before the one write that ends it.
    async fn clean_up(_: &mut Job<'_, Self>, _: &'static str, _: &mut Vec<String>) -> Result<(), JobError> {
        Ok(())
    }
}

impl StagedJob<'_, '_> {
    async fn carry_out_one(&mut self, kind: StagedOperationKind) -> Result<(), JobError> {
        match kind {
            StagedOperationKind::Preview => self.preview().await,
            StagedOperationKind::Publish { certification } => self.publish(certification).await,
        }
    }

    /// Ends a job badly that another one follows.
    async fn fail_one(&mut self, title: &str, reasons: &[String]) -> Result<(), JobError> {
        let now = self.now();
        for reason in reasons {
            self.subject.report(EntryType::Error, title, Some(reason.clone()), now);
        }
        self.subject.fail_one();
        self.save().await
    }

    async fn preview(&mut self) -> Result<(), JobError> {
        self.check(true).await?;
        let mut checked = self.over();
        checked.previewable = Previewable::True;
        self.finish(checked).await
    }

    /// Publishes for the projects that it is open to, or leaves it to the operator to certify it. Until then what was
    /// published before stays as it is.
    async fn publish(&mut self, certification: bool) -> Result<(), JobError> {
        // What everybody is to deploy has to be complete; what somebody publishes for themselves need not be.
        self.check(certification).await?;
        if certification {
            let mut checked = self.over();
            checked.status = ConnectorStatus::ReadyForCertification;
            return self.finish(checked).await;
        }
        let before = self.project.published(&self.subject).await?;
        let (published, connector) = published(self.over_as_counted().await?, before.as_ref());
        let before = before.map(|before| before.metadata.version);
        self.project.publish(&published, self.held, &connector, before).await?;
        self.subject = published;
        self.reached(Stage::Switch).await;
        Ok(())
    }

    /// The subject as it is when its job is over, and the next one of the same request, if there is one, is under way.
    fn over(&self) -> ConnectorStaged {
        let mut over = self.subject.clone();
        if over.advance() {
            over.work_state.renew(self.now(), self.context.config.lease_seconds);
        }
        over.metadata.sign(self.now(), &worker());
        over
    }

    /// The same with the version that it will have: the table counts the writes of a worker, this one as well.
    async fn over_as_counted(&self) -> Result<ConnectorStaged, JobError> {
        let stored = self.project.worked::<ConnectorStaged>(self.subject.id.uuid()).await?;
        let counted = stored.ok_or(JobError::Fenced)?.entity.metadata.version;
        let mut over = self.over();
        over.metadata.version = counted + 1;
        Ok(over)
    }

    async fn finish(&mut self, finished: ConnectorStaged) -> Result<(), JobError> {
        StagedConnectors::end(self.0, finished).await?;
        self.reached(Stage::Switch).await;
        Ok(())
    }
}

/// A staged connector once it is published for those that it is open to, and what is published in place of `before`.
fn published(mut staged: ConnectorStaged, before: Option<&Connector>) -> (ConnectorStaged, Connector) {
    let now = staged.metadata.last_modified_at;
    (staged.private, staged.has_changes, staged.already_listed) = (true, false, true);
    staged.status = ConnectorStatus::Published;
    let connector = Connector::publish(&staged, before, false, now, &worker());
    let message = format!("Version {} is what is deployed from now on", connector.metadata.version);
    let entry_type = EntryType::Information;
    let entry = Entry {
        entry_type,
        code: None,
        title: "Connector published".to_owned(),
        message: Some(message),
        application: None,
        created_at: now,
    };
    // Not `report`: that of another job may be the one under way by now.
    staged.publishing_report.get_or_insert_default().add_within(ConnectorStaged::REPORT_BYTES, entry);
    (staged, connector)
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
