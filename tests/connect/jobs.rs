//! Jobs on staged connectors that the deployed worker never hears of, and a worker in this process that does them.

use crate::lifecycle::work;
use domain::connector::{ConnectorStaged, StagedOperationKind};
use domain::ids::OperationId;
use domain::metadata::Principal;
use domain::work::WorkKind;
use runtime::aws::WorkMessage;
use uuid::Uuid;
use worker::{Done, NoObserver, Stage};

use crate::harness::StagedConnector;
use crate::lifecycle::{Stop, Workshop};

/// A staged connector with a job under way.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) workshop: Workshop,
    pub(super) message: WorkMessage,
}

impl Job {
    /// A check for previews that nobody begins.
    pub(super) async fn preview(staged: &StagedConnector<'_>) -> Self {
        Self::ask(Workshop::of(staged.project).await, staged, StagedOperationKind::Preview).await
    }

    /// A publishing that nobody begins.
    pub(super) async fn publish(staged: &StagedConnector<'_>) -> Self {
        let kind = StagedOperationKind::Publish { certification: false };
        Self::ask(Workshop::of(staged.project).await, staged, kind).await
    }

    /// Asks for a job by the clock of a workshop.
    pub(super) async fn ask(
        workshop: Workshop,
        staged: &StagedConnector<'_>,
        kind: StagedOperationKind,
    ) -> Self {
        let store = workshop.store();
        let mut found = store.get_by_id::<ConnectorStaged>(staged.id.parse().unwrap()).await.unwrap().entity;
        let (expected, id, now) =
            (found.metadata.version, OperationId::new(Uuid::new_v4()), workshop.context.clock.now());
        let asked = match kind {
            StagedOperationKind::Preview => found.request_preview(id, now),
            StagedOperationKind::Publish { certification } => {
                found.request_publish(certification, false, id, now)
            }
        };
        asked.unwrap();
        found.metadata.touch(now, &Principal::system("story"));
        store.update(&found, expected).await.unwrap();
        let project = store.project().clone();
        let message =
            WorkMessage { project, kind: WorkKind::ConnectorStaged, id: found.id.uuid(), operation_id: id };
        Self { workshop, message }
    }

    /// Delivers the message to a worker that nothing happens to.
    pub(super) async fn deliver(&self) -> Done {
        work(&self.workshop.context, &self.message, &NoObserver).await.unwrap()
    }

    /// Delivers the message to a worker that finds something in its way that may pass. The message comes again then.
    pub(super) async fn deliver_in_vain(&self) {
        let interrupted = work(&self.workshop.context, &self.message, &NoObserver).await;
        assert!(interrupted.is_err(), "{interrupted:?}");
    }

    /// Delivers the message to a worker that is killed once `stage` is done. What it came to, if it never got there.
    pub(super) async fn deliver_and_kill(&self, stage: Stage) -> Option<Done> {
        let stop = Stop::after(stage);
        tokio::select! {
            biased;
            () = stop.reached.notified() => None,
            done = work(&self.workshop.context, &self.message, &stop) => Some(done.unwrap()),
        }
    }

    /// What the queue would deliver.
    pub(super) fn body(&self) -> String {
        serde_json::to_string(&self.message).unwrap()
    }
}
