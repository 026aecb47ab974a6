//! Switch the route, then bring what follows the route in line: the schedule, and what nothing leads to any more.

use std::slice;

use domain::deployment::{Application, Deployment, OperationKind};
use domain::flow::Trigger;
use domain::report::EntryType;
use domain::route::{Route, RouteEntry};
use domain::work::Worked;
use runtime::Context;
use runtime::aws::{AwsError, ScheduleDraft};
use serde_json::json;
use uuid::Uuid;

use crate::fault::Fault;
use crate::job::Job;
use crate::retire::{Haste, retire};
use crate::stage::Stage;

pub(crate) const NOT_SCHEDULED: &str = "The schedule could not be set";

/// Two jobs on one route may bring the schedule in line at the same time; the last look has to agree.
const LOOKS: usize = 8;

impl Job<'_, Deployment> {
    /// Lets the application answer, in place of whatever did: one transaction.
    pub(crate) async fn switch_to(&mut self, application: &Application) -> Result<(), Fault> {
        let entry = RouteEntry::new(&self.subject, application, self.now());
        let switched = self.project.save_with_route(&self.subject, self.held, |deployment, route| {
            let displaced = route.switch_to(entry.clone());
            deployment.retiring.extend(displaced.retired);
            deployment.application = deployment.candidate.take();
            Ok(())
        });
        self.subject = switched.await?;
        let message = format!("Release {} answers", self.subject.release);
        self.done(Stage::Switch, "Switched", message).await
    }

    /// Everything that follows from the route.
    pub(crate) async fn settle(&mut self) -> Result<(), Fault> {
        self.align_schedule().await?;
        self.reached(Stage::Schedule).await;
        // What was switched off a moment ago may still be used: it is left to the sweeper. What is undeployed goes.
        if self.subject.operation.kind == OperationKind::Undeploy {
            self.retire().await?;
        }
        self.reached(Stage::Retire).await;
        Ok(())
    }

    /// Deletes the state machines that nothing leads to any more, whatever runs on them.
    async fn retire(&mut self) -> Result<(), Fault> {
        let machines = &self.subject.retiring;
        self.subject.retiring =
            retire(self.context, &self.project, &self.subject, machines, Haste::Now).await?;
        self.save().await
    }

    /// Deletes what was made for an operation that fails. What cannot be deleted now is left to the sweeper.
    pub(crate) async fn discard_candidate(&mut self) {
        let Some(made) = self.subject.candidate.take().map(|candidate| candidate.state_machine) else {
            return;
        };
        let all = slice::from_ref(&made);
        if let Err(cause) = retire(self.context, &self.project, &self.subject, all, Haste::Now).await {
            tracing::warn!(deployment = %self.subject.id, %cause, "not everything could be deleted");
            self.subject.retiring.push(made);
        }
    }

    /// Once the route is switched its schedule has to follow, as far as it can, even if the operation fails.
    pub(crate) async fn align_schedule_at_last(&mut self) {
        let may_have_switched = match self.subject.operation.kind {
            OperationKind::Deploy | OperationKind::Redeploy => self.is_switched(),
            OperationKind::Rollback { .. } | OperationKind::Undeploy => true,
        };
        if !may_have_switched {
            return;
        }
        let Err(fault) = self.align_schedule().await else { return };
        tracing::warn!(deployment = %self.subject.id, cause = %fault, "the schedule is not what it should be");
        let reasons = match fault {
            Fault::Permanent { reasons, .. } => reasons,
            other => vec![other.to_string()],
        };
        let now = self.now();
        for reason in reasons {
            self.subject.report(EntryType::Error, NOT_SCHEDULED, Some(reason), now);
        }
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
                Some(draft) => put_schedule(self.context, draft, "The flow").await?,
                // Asked for even where there never was one: a job that was killed may have left it behind.
                None => self.context.schedules()?.remove(&self.schedule_name()).await?,
            }
            aligned = Some(wanted);
        }
        Err(Fault::Transient("the route changes faster than its schedule".into()))
    }

    async fn wanted_schedule(&self) -> Result<Option<ScheduleDraft>, Fault> {
        let route = self.project.route(self.subject.flow, self.subject.environment).await?;
        let trigger = route.as_ref().and_then(Route::answering).map(|entry| &entry.trigger);
        let Some(Trigger::Job { schedule, timezone }) = trigger else { return Ok(None) };
        let input = json!({
            "project": self.project.project(),
            "environment": self.subject.environment,
            "flow": self.subject.flow,
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
        let (environment, flow) = (self.subject.environment.uuid(), self.subject.flow.uuid());
        format!("flow-{}", Uuid::new_v5(&environment, flow.as_bytes()).as_simple())
    }
}

/// Where the schedule is refused, there is none at all: the one before would fire at times that nobody asked for.
/// `what` it starts is told to whoever reads why.
pub(crate) async fn put_schedule(context: &Context, draft: &ScheduleDraft, what: &str) -> Result<(), Fault> {
    let schedules = context.schedules()?;
    match schedules.put(draft).await {
        Err(refused @ (AwsError::Refused { .. } | AwsError::Missing { .. })) => {
            if let Err(cause) = schedules.remove(&draft.name).await {
                tracing::warn!(schedule = draft.name, %cause, "the schedule before may still fire");
            }
            let (expression, timezone) = (&draft.expression, &draft.timezone);
            let reason = format!(
                "{refused}. {what} answers, but nothing starts it at {expression} in {timezone}: give it \
                 another schedule and deploy that, or redeploy once AWS takes this one"
            );
            Err(Fault::permanent(NOT_SCHEDULED, reason))
        }
        put => Ok(put?),
    }
}
