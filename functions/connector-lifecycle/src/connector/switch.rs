//! Switch all applications at once, then bring what follows in line: schedules, and what nothing leads to any more.

use app::schedules::{self, NOT_SCHEDULED};
use domain::connector_deployment::{Application, ConnectorDeployment, Place, Retired};
use domain::report::EntryType;
use domain::text::{Key, ProjectKey};
use domain::work::Worked;
use runtime::applications::schedule_name;
use runtime::aws::ScheduleDraft;
use serde_json::json;
use worker::{JobError, Stage};

use super::leftovers::{Spare, clear_list};
use super::outcome::{Outcome, sort_out};
use crate::job::ConnectorJob;

/// Cadences are in universal time.
const TIMEZONE: &str = "UTC";

impl ConnectorJob<'_, '_> {
    /// Whether an earlier attempt got as far as the switch.
    pub(super) fn is_switched(&self) -> bool {
        let build = self.subject.build.id;
        let is_ours = |one: &Application| one.hosted.as_ref().is_some_and(|hosted| hosted.build == build);
        self.subject.applications.iter().all(is_ours)
    }

    /// Lets every application of this build answer, in place of whatever did: one write.
    pub(super) async fn switch(&mut self) -> Result<(), JobError> {
        let mut replaced = switch(&mut self.subject.applications);
        replaced.extend(take_down(&mut std::mem::take(&mut self.subject.leaving)));
        self.abandon(replaced);
        let message = format!("Applications that answer: {}", self.subject.applications.len());
        self.done(Stage::Switch, "Switched", message).await
    }

    /// No application answers any more: one write.
    pub(super) async fn take_out(&mut self) -> Result<(), JobError> {
        let mut replaced = take_down(&mut self.subject.applications);
        replaced.extend(take_down(&mut std::mem::take(&mut self.subject.leaving)));
        self.abandon(replaced);
        self.save().await?;
        self.reached(Stage::Switch).await;
        Ok(())
    }

    /// Every job has the schedule that it answers to. What is no job any more has its schedule on the list.
    pub(super) async fn align_schedules(&mut self) -> Result<(), JobError> {
        self.unschedule().await?;
        let mut outcomes: Vec<Outcome<()>> = Vec::new();
        for (name, draft) in schedules(&self.subject, self.project.project()) {
            let put = schedules::put(self.context, &draft, &format!("The application '{name}'")).await;
            outcomes.push((name, put.map_err(Into::into)));
        }
        let (_, wrong) = sort_out(outcomes)?;
        self.refuse(NOT_SCHEDULED, wrong)
    }

    /// Jobs whose schedule names no time have none, and a warning says so.
    async fn unschedule(&mut self) -> Result<(), JobError> {
        let timeless = |application: &Application| match &application.hosted.as_ref()?.place {
            Place::Job { schedule, .. } if schedule.schedule().is_none() => {
                Some((application.id, application.name.clone(), schedule.as_str().to_owned()))
            }
            _ => None,
        };
        let jobs: Vec<_> = self.subject.applications.iter().filter_map(timeless).collect();
        for (id, name, written) in jobs {
            self.context.schedules()?.remove(&schedule_name(id)).await?;
            let message = format!(
                "'{name}' has the schedule {written}, which names no time: nothing starts the job. Give the deployment \
                 another schedule for it"
            );
            self.say(&name, EntryType::Warning, "About the schedule", message);
        }
        Ok(())
    }

    /// Before the operation fails: once switched, the schedules have to follow as far as they can.
    pub(super) async fn align_schedules_at_last(&mut self) {
        let Err(fault) = self.align_schedules().await else { return };
        tracing::warn!(deployment = %self.subject.id, cause = %fault, "a schedule is not what it should be");
        // What is final is in the report already.
        if !matches!(fault, JobError::Permanent { .. }) {
            let now = self.now();
            self.subject.report(EntryType::Error, NOT_SCHEDULED, Some(fault.to_string()), now);
        }
    }

    /// After a deployment: schedules and topics that lead nowhere go. State machines may still be used and are left
    /// to the sweeper, and so is whatever cannot be deleted now: the new build answers all the same.
    pub(super) async fn retire_behind_switch(&mut self) -> Result<(), JobError> {
        let (waiting, _) = clear_list(self.context, &self.project, &self.subject, Spare::Machines).await;
        self.note_list(waiting).await
    }

    /// Before the deployment is removed: everything goes, whatever runs on it.
    pub(super) async fn retire_all(&mut self) -> Result<(), JobError> {
        let (waiting, reason) = clear_list(self.context, &self.project, &self.subject, Spare::Nothing).await;
        self.reached(Stage::Schedule).await;
        self.note_list(waiting).await?;
        reason.map_or(Ok(()), Err)
    }

    async fn note_list(&mut self, waiting: Vec<Retired>) -> Result<(), JobError> {
        self.subject.retiring = waiting;
        self.save().await?;
        self.reached(Stage::Retire).await;
        Ok(())
    }
}

/// Lets nothing of these applications answer, and returns all that there is of them.
fn take_down(applications: &mut [Application]) -> Vec<Retired> {
    let mut replaced = Vec::new();
    for application in applications {
        for hosted in application.hosted.take().into_iter().chain(application.candidate.take()) {
            replaced.extend(hosted.place.leavings(application.id));
        }
    }
    replaced
}

/// Lets candidates answer, and returns what they replace.
fn switch(applications: &mut [Application]) -> Vec<Retired> {
    let mut replaced = Vec::new();
    for application in applications {
        let Some(candidate) = application.candidate.take() else { continue };
        let before = application.hosted.replace(candidate);
        replaced.extend(before.into_iter().flat_map(|hosted| hosted.place.leavings(application.id)));
    }
    // The schedule of what is still a job stays, and is changed.
    replaced
}

/// The schedules of the applications that answer.
fn schedules(deployment: &ConnectorDeployment, project: &ProjectKey) -> Vec<(Key, ScheduleDraft)> {
    let scheduled = deployment.applications.iter().filter_map(|application| {
        let Place::Job { schedule, .. } = &application.hosted.as_ref()?.place else { return None };
        let input = json!({
            "project": project,
            "deployment": deployment.id,
            "application": application.id,
            "scheduledAt": "<aws.scheduler.scheduled-time>",
        });
        let draft = ScheduleDraft {
            name: schedule_name(application.id),
            expression: schedule.schedule()?.as_aws_expression(),
            timezone: TIMEZONE.to_owned(),
            input: input.to_string(),
        };
        Some((application.name.clone(), draft))
    });
    scheduled.collect()
}

#[cfg(test)]
mod tests {
    use domain::connector_deployment::Hosted;
    use domain::ids::BuildId;
    use uuid::Uuid;

    use super::super::samples::deployment;
    use super::*;

    fn hosted(build: u128, place: Place) -> Hosted {
        Hosted { build: BuildId::new(Uuid::from_u128(build)), place }
    }

    fn job(machine: &str) -> Place {
        Place::Job { machine: machine.to_owned(), schedule: "*/5 * * * *".parse().unwrap() }
    }

    fn event(machine: &str, topic: &str) -> Place {
        Place::Event { machine: machine.to_owned(), topic: topic.to_owned() }
    }

    #[test]
    fn all_candidates_answer_and_what_they_replace_is_to_be_deleted() {
        let mut applications = deployment(&["nightly", "told", "new", "kept"]).applications;
        let ids: Vec<_> = applications.iter().map(|application| application.id).collect();
        for (application, (before, after)) in applications.iter_mut().zip([
            (Some(job("m1")), Some(job("m2"))),
            (Some(event("m3", "t3")), Some(event("m4", "t4"))),
            (None, Some(job("m5"))),
            (Some(job("m6")), None),
        ]) {
            application.hosted = before.map(|place| hosted(1, place));
            application.candidate = after.map(|place| hosted(2, place));
        }
        let replaced = switch(&mut applications);
        let expected = [
            Retired::Schedule(ids[0].to_string()),
            Retired::Machine("m1".to_owned()),
            Retired::Topic("t3".to_owned()),
            Retired::Machine("m3".to_owned()),
        ];
        assert_eq!(replaced, expected);
        assert!(applications.iter().all(|application| application.candidate.is_none()));
        let machines: Vec<_> =
            applications.iter().filter_map(|one| one.hosted.as_ref()?.place.machine()).collect();
        assert_eq!(machines, ["m2", "m4", "m5", "m6"]);
        assert_eq!(switch(&mut applications), []);
    }

    #[test]
    fn only_jobs_that_answer_have_a_schedule_and_it_says_whose_it_is() {
        let mut deployment = deployment(&["nightly", "told", "new"]);
        let [nightly, told, new] = deployment.applications.as_mut_slice() else { panic!() };
        nightly.hosted = Some(hosted(1, job("m1")));
        told.hosted = Some(hosted(1, event("m2", "t2")));
        new.candidate = Some(hosted(1, job("m3")));
        let id = nightly.id;
        let scheduled = schedules(&deployment, &"acme".parse().unwrap());
        let [(name, draft)] = scheduled.as_slice() else { panic!("{scheduled:?}") };
        assert_eq!((name.as_str(), draft.timezone.as_str()), ("nightly", "UTC"));
        assert_eq!(draft.name, schedule_name(id));
        assert!(draft.expression.starts_with("cron("), "{}", draft.expression);
        let input: serde_json::Value = serde_json::from_str(&draft.input).unwrap();
        let expected = json!({ "project": "acme", "deployment": deployment.id, "application": id,
            "scheduledAt": "<aws.scheduler.scheduled-time>" });
        assert_eq!(input, expected);
    }
}
