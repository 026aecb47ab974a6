use api::operation::{Entry, Grant, Resource, grant};
use app::runs;
use domain::flow::Trigger;
use domain::ids::{FlowId, RunId};
use domain::metadata::Principal;
use domain::placement::Placement;
use domain::run::RunTrigger;
use domain::text::ProjectKey;
use domain::via::Source;
use runtime::{Context, EventEndpoint, EventError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fire_application::{self, ApplicationTick};
use crate::slot::slot;

/// What a schedule says when it fires. The worker writes it into the schedule.
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Tick {
    /// The schedule of a flow.
    Flow(FlowTick),
    /// The schedule of a connector's application.
    Application(ApplicationTick),
}

/// What the schedule of a flow says.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlowTick {
    /// Whose.
    pub project: ProjectKey,
    /// Where.
    #[serde(rename = "environment")]
    pub placement: Placement,
    /// What.
    pub flow: FlowId,
    /// The slot. EventBridge Scheduler fills it in; a schedule fires at least once for each.
    pub scheduled_at: String,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fired {
    /// The run; nothing when no deployment with a schedule answers any more.
    pub run: Option<RunId>,
}

/// Starts the run of a schedule's slot.
#[derive(Debug)]
pub struct Fire;

impl EventEndpoint for Fire {
    const ID: &'static str = "triggers.fire";
    const SUMMARY: &'static str = "Start the run of a slot of a schedule";
    const ENTRY: Entry = Entry::Schedules;
    const GRANTS: &'static [Grant] = &[
        grant::READ_SEVERAL,
        grant::CREATE,
        // The job of a connector tells in its log that a run began.
        grant::LOG,
        // What has a schedule is never an EXPRESS state machine.
        Grant { on: Resource::StateMachines, actions: &["states:StartExecution"] },
    ];
    type Event = Tick;
    type Answer = Fired;

    async fn handle(context: &Context, tick: Tick) -> Result<Fired, EventError> {
        let run = match tick {
            Tick::Flow(tick) => start_flow(context, tick).await?,
            Tick::Application(tick) => fire_application::start(context, tick).await?,
        };
        Ok(Fired { run })
    }
}

async fn start_flow(context: &Context, tick: FlowTick) -> Result<Option<RunId>, EventError> {
    let project = context.project(&tick.project, context.part("schedule", Source::Trigger));
    let found = project.answering(tick.flow, tick.placement).await?;
    // What answers everywhere has a schedule of its own, which runs it once, not once for every environment.
    let entry = found.filter(|(_, place)| *place == tick.placement).map(|(entry, _)| entry);
    let Some(entry) = entry.filter(|entry| matches!(entry.trigger, Trigger::Job { .. })) else {
        // Undeployed, switched off, or redeployed without a schedule, a moment ago.
        return Ok(None);
    };
    let start = runs::Start {
        id: RunId::of_slot(tick.placement, tick.flow, &slot(&tick.scheduled_at, context.clock.now())),
        flow: tick.flow,
        placement: tick.placement,
        trigger: RunTrigger::Job,
        payload: Value::Null,
        told: Value::Null,
        by: Principal::system("schedule"),
    };
    let run = runs::start(context, &project, entry, start).await;
    // The Scheduler invokes asynchronously, so Lambda itself tries a failure again, twice; the slot's id keeps that
    // from starting a second run.
    let run = run.map_err(|error| EventError::new("RunNotStarted", error.to_string()))?;
    Ok(Some(run.id))
}
