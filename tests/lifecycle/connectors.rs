//! The workshop's work on connector deployments.

use app::operation::request;
use domain::connector_deployment::{ConnectorDeployment, OperationKind};
use domain::ids::{ApplicationId, ConnectorDeploymentId};
use domain::lifecycle::Status;
use domain::metadata::Principal;
use domain::report::Report;
use domain::work::{WorkKind, WorkState};
use store::StoreError;
use uuid::Uuid;
use worker::SweepOutcome;

use super::workshop::{Task, Workshop};

impl Workshop {
    /// The deployment as the table has it, while it is there.
    pub(crate) async fn connector_deployment(&self, id: &str) -> Option<ConnectorDeployment> {
        match self.store().get_by_id::<ConnectorDeployment>(id.parse().unwrap()).await {
            Ok(stored) => Some(stored.entity),
            Err(StoreError::NotFound { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Asks for an operation on a connector deployment that is there.
    pub(crate) async fn ask_connector(&self, id: &str, kind: OperationKind) -> Task {
        let mut found = self.connector_deployment(id).await.unwrap();
        let expected = found.metadata.version;
        found.request(kind, &request(&self.context, &Principal::system("story"))).unwrap();
        self.store().request_connector_operation(&found, expected, &[], None).await.unwrap();
        self.task(&found, found.build.id)
    }

    /// Asks for another deployment of the same connector with the same plain values.
    pub(crate) async fn ask_for_another(&self, like: &str) -> Task {
        let mut another = self.connector_deployment(like).await.unwrap();
        let request = request(&self.context, &Principal::system("story"));
        another.id = ConnectorDeploymentId::new(Uuid::new_v4());
        another.key = None;
        another.status = Status::Draft;
        another.retiring.clear();
        another.work_state = WorkState::default();
        another.build.report = Report::default();
        for application in &mut another.applications {
            application.id = ApplicationId::new(Uuid::new_v4());
            (application.hosted, application.candidate) = (None, None);
        }
        another.request(OperationKind::Deploy, &request).unwrap();
        another.metadata.version = 1;
        self.store().create_connector_deployment(&another, &[], None).await.unwrap();
        self.task(&another, another.build.id)
    }

    /// Puts a deployment that rests into a status, as it would be after other things had happened.
    pub(crate) async fn set_connector_status(&self, id: &str, status: Status) {
        let mut found = self.connector_deployment(id).await.unwrap();
        let expected = found.metadata.version;
        found.status = status;
        found.metadata.touch(self.context.clock.now(), &Principal::system("story"));
        self.store().update(&found, expected).await.unwrap();
    }

    /// Looks after a connector deployment as the sweeper does, once it is due.
    pub(crate) async fn look_after_connector(&self, id: &str) -> SweepOutcome {
        self.look_after_any(WorkKind::ConnectorDeployment, id.parse().unwrap()).await
    }
}
