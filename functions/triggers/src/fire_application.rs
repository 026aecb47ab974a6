use app::application_runs::{self, Cause};
use domain::connector_deployment::Place;
use domain::ids::{ApplicationId, ConnectorDeploymentId, RunId};
use domain::text::ProjectKey;
use runtime::applications::ApplicationAddress;
use runtime::{Context, EventError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::slot::slot;

/// What the schedule of a connector's application says.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationTick {
    /// Whose.
    pub project: ProjectKey,
    /// The deployment.
    pub deployment: ConnectorDeploymentId,
    /// The application.
    pub application: ApplicationId,
    /// The slot. EventBridge Scheduler fills it in; a schedule fires at least once for each.
    pub scheduled_at: String,
}

/// Starts the run of a slot, unless the application is deployed no more, or as something else. A slot that comes
/// again after a redeploy may run again: a build has a state machine of its own.
pub(crate) async fn start(context: &Context, tick: ApplicationTick) -> Result<Option<RunId>, EventError> {
    let slot = slot(&tick.scheduled_at, context.clock.now());
    let run = Uuid::new_v5(&tick.application.uuid(), slot.as_bytes());
    let cause = Cause {
        run: &run.to_string(),
        payload: Value::Null,
        trigger: json!({ "type": "job", "scheduledAt": slot }),
        machine: |place| if let Place::Job { machine, .. } = place { Some(machine) } else { None },
    };
    let ApplicationTick { project, deployment, application, .. } = tick;
    let address = ApplicationAddress { project, deployment, application };
    let started = application_runs::start(context, &address, cause).await?;
    Ok(started.then(|| RunId::new(run)))
}
