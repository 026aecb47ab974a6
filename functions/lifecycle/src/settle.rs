//! Switch the route, then bring what follows the route in line: the schedule, and what nothing leads to any more.

use domain::deployment::{Application, OperationKind};
use domain::flow::Trigger;
use domain::route::{Route, RouteEntry};
use domain::trail::Timestamp;
use runtime::aws::ScheduleDraft;
use serde_json::json;
use uuid::Uuid;

use crate::fault::Fault;
use crate::job::Job;
use crate::retire::{Haste, retire};
use crate::stage::Stage;

/// Two jobs on one route may bring the schedule in line at the same time; the last look has to agree.
const LOOKS: usize = 8;

impl Job<'_> {
    /// Lets the application answer, in place of whatever did: one transaction.
    pub(crate) async fn switch_to(&mut self, application: &Application) -> Result<(), Fault> {
        let entry = RouteEntry::new(&self.deployment, application, self.context.clock.now());
        let switched = self.project.save_with_route(&self.deployment, self.held, |deployment, route| {
            let displaced = route.switch_to(entry.clone());
            deployment.retiring.extend(displaced.retired);
            deployment.application = deployment.candidate.take();
            Ok(())
        });
        self.deployment = switched.await?;
        let message = format!("Release {} answers", self.deployment.release);
        self.done(Stage::Switch, "Switched", message).await
    }

    /// Everything that follows from the route.
    pub(crate) async fn settle(&mut self) -> Result<(), Fault> {
        self.align_schedule().await?;
        self.reached(Stage::Schedule).await;
        self.retire().await?;
        self.reached(Stage::Retire).await;
        Ok(())
    }

    /// Deletes the state machines that nothing leads to any more. One that still runs something is left to the
    /// sweeper, unless the deployment itself goes.
    pub(crate) async fn retire(&mut self) -> Result<(), Fault> {
        if self.deployment.retiring.is_empty() {
            return Ok(());
        }
        let haste = match self.deployment.operation.kind {
            OperationKind::Undeploy => Haste::Now,
            _ => Haste::WhenIdle,
        };
        self.deployment.retiring = retire(self.context, &self.project, &self.deployment, haste).await?;
        self.save().await
    }

    /// One schedule per flow and environment, as the deployment that answers wants it.
    async fn align_schedule(&self) -> Result<(), Fault> {
        let mut aligned = None;
        for _ in 0..LOOKS {
            let wanted = self.wanted_schedule().await?;
            if aligned.as_ref() == Some(&wanted) {
                return Ok(());
            }
            match &wanted {
                Some(draft) => self.context.schedules()?.put(draft).await?,
                // Asked for even where there never was one: a job that was killed may have left it behind.
                None => self.context.schedules()?.remove(&self.schedule_name()).await?,
            }
            aligned = Some(wanted);
        }
        Err(Fault::Transient("the route changes faster than its schedule".into()))
    }

    async fn wanted_schedule(&self) -> Result<Option<ScheduleDraft>, Fault> {
        let route = self.project.route(self.deployment.flow, self.deployment.environment).await?;
        let trigger = route.as_ref().and_then(Route::answering).map(|entry| &entry.trigger);
        let Some(Trigger::Job { schedule, timezone }) = trigger else { return Ok(None) };
        let input = json!({
            "project": self.project.project(),
            "environment": self.deployment.environment,
            "flow": self.deployment.flow,
            "scheduledAt": "<aws.scheduler.scheduled-time>",
        });
        Ok(Some(ScheduleDraft {
            name: self.schedule_name(),
            expression: schedule.as_aws_expression(),
            timezone: timezone.as_str().to_owned(),
            input: input.to_string(),
        }))
    }

    /// The same for every deployment of the flow in the environment; at most 64 characters.
    fn schedule_name(&self) -> String {
        let (environment, flow) = (self.deployment.environment.uuid(), self.deployment.flow.uuid());
        format!("flow-{}", Uuid::new_v5(&environment, flow.as_bytes()).as_simple())
    }

    /// The time, for entries that are switched on now.
    pub(crate) fn now(&self) -> Timestamp {
        self.context.clock.now()
    }
}
