//! What nothing leads to any more: schedules, topics and state machines that are to be deleted.

use app::machines::{remove, runs_are_over};
use domain::connector_deployment::{ConnectorDeployment, Place, Retired};
use domain::ids::ApplicationId;
use domain::work::Worked;
use runtime::Context;
use runtime::applications::schedule_name;
use store::ProjectStore;
use worker::{JobError, note};

use crate::job::ConnectorJob;

/// What has to wait.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spare {
    /// Nothing: the deployment is being taken away, or nothing ever led to it.
    Nothing,
    /// What is in use. Nobody holds the deployment while the sweeper clears away.
    InUse,
    /// State machines. Right after the switch a run that started a moment before is not listed yet.
    Machines,
}

/// Deletes one thing that `deployment` had. `false` when it has to wait. What is not there is deleted already.
pub(super) async fn clear(
    context: &Context,
    project: &ProjectStore,
    deployment: &ConnectorDeployment,
    retired: &Retired,
    spare: Spare,
) -> Result<bool, JobError> {
    if has_to_wait(context, project, deployment, retired, spare).await? {
        return Ok(false);
    }
    match retired {
        Retired::Machine(arn) => remove(context, project, arn).await?,
        Retired::Topic(arn) => context.topics()?.delete(arn).await?,
        Retired::Schedule(application) => {
            if let Ok(id) = application.parse::<ApplicationId>() {
                context.schedules()?.remove(&schedule_name(id)).await?;
            }
        }
    }
    Ok(true)
}

async fn has_to_wait(
    context: &Context,
    project: &ProjectStore,
    deployment: &ConnectorDeployment,
    retired: &Retired,
    spare: Spare,
) -> Result<bool, JobError> {
    match (retired, spare) {
        (Retired::Machine(_), Spare::Machines) => Ok(true),
        (Retired::Machine(arn), Spare::InUse) => {
            let is_idle = context.machines().is_idle(arn).await?;
            Ok(!is_idle.unwrap_or_else(|| runs_are_over(context, deployment)))
        }
        // The next build has the same schedule again, and may have been asked for since the deployment was read.
        (Retired::Schedule(_), Spare::InUse) => {
            let now = project.worked::<ConnectorDeployment>(deployment.id.uuid()).await?;
            Ok(now.is_some_and(|now| is_taken_up(&now.entity, retired)))
        }
        _ => Ok(false),
    }
}

/// Whether something on the list is in use again, or may be as soon as the operation under way has come so far.
fn is_taken_up(deployment: &ConnectorDeployment, retired: &Retired) -> bool {
    deployment.in_progress() || leads_to(deployment, retired)
}

/// Deletes what the deployment has on its list, and returns what stays on it, and the first reason why something
/// could not be deleted. One that cannot be deleted keeps no other from it.
pub(super) async fn clear_list(
    context: &Context,
    project: &ProjectStore,
    deployment: &ConnectorDeployment,
    spare: Spare,
) -> (Vec<Retired>, Option<JobError>) {
    let (mut waiting, mut reason) = (Vec::new(), None);
    for retired in deployment.retiring.iter().filter(|retired| !leads_to(deployment, retired)) {
        match clear(context, project, deployment, retired, spare).await {
            Ok(true) => {}
            Ok(false) => waiting.push(retired.clone()),
            Err(fault) => {
                tracing::warn!(deployment = %deployment.id, ?retired, cause = %fault, "it could not be deleted");
                waiting.push(retired.clone());
                reason.get_or_insert(fault);
            }
        }
    }
    (waiting, reason)
}

/// Whether something on the list is in use after all: what hosts an application has the last word.
fn leads_to(deployment: &ConnectorDeployment, retired: &Retired) -> bool {
    deployment.applications.iter().chain(&deployment.leaving).any(|application| {
        let hosted = application.hosted.iter().chain(&application.candidate);
        hosted.map(|hosted| &hosted.place).any(|place| match retired {
            Retired::Machine(arn) => place.machine() == Some(arn),
            Retired::Topic(arn) => place.topic() == Some(arn),
            Retired::Schedule(id) => *id == application.id.to_string() && matches!(place, Place::Job { .. }),
        })
    })
}

/// The sweeper's part: deletes what a resting deployment had to leave. `false` when nothing could go yet.
pub(super) async fn tidy(
    context: &Context,
    project: &ProjectStore,
    mut deployment: ConnectorDeployment,
) -> Result<bool, JobError> {
    let (waiting, _) = clear_list(context, project, &deployment, Spare::InUse).await;
    if waiting.len() == deployment.retiring.len() {
        return Ok(false);
    }
    deployment.retiring = waiting;
    note(context, project, deployment).await?;
    Ok(true)
}

impl ConnectorJob<'_, '_> {
    /// Puts things on the list of what is to be deleted, once each.
    pub(super) fn abandon(&mut self, things: Vec<Retired>) {
        for thing in things {
            if !self.subject.retiring.contains(&thing) {
                self.subject.retiring.push(thing);
            }
        }
    }

    /// Deletes what was made for a build that will never answer. What cannot be deleted now is left to the sweeper.
    pub(super) async fn discard_candidates(&mut self) {
        let mut made = Vec::new();
        for application in &mut self.subject.applications {
            let candidate = application.candidate.take();
            made.extend(candidate.into_iter().flat_map(|hosted| hosted.place.leavings(application.id)));
        }
        // The schedule is that of the build that still answers, if there is any.
        made.retain(|made| !matches!(made, Retired::Schedule(_)));
        for made in made {
            if let Err(cause) = clear(self.context, &self.project, &self.subject, &made, Spare::Nothing).await
            {
                tracing::warn!(deployment = %self.subject.id, %cause, "not everything could be deleted");
                self.abandon(vec![made]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::connector_deployment::Application;
    use domain::lifecycle::Status;

    use super::*;

    #[test]
    fn what_hosts_an_application_is_never_deleted() {
        let machine = "arn:aws:states:eu-central-1:1:stateMachine:s-app-1".to_owned();
        let place = Place::Job { machine: machine.clone(), schedule: "@daily".parse().unwrap() };
        let mut deployment = super::super::samples::deployment(&["nightly"]);
        let id = deployment.applications.first().unwrap().id;
        let things = place.leavings(id);
        assert_eq!(things, [Retired::Schedule(id.to_string()), Retired::Machine(machine)]);
        let hosted = domain::connector_deployment::Hosted { build: deployment.build.id, place };
        let in_use = |deployment: &ConnectorDeployment| {
            things.iter().map(|thing| leads_to(deployment, thing)).collect::<Vec<_>>()
        };
        assert_eq!(in_use(&deployment), [false, false]);
        let set = |deployment: &mut ConnectorDeployment, change: &dyn Fn(&mut Application)| {
            deployment.applications.iter_mut().for_each(change);
        };
        set(&mut deployment, &|application| application.hosted = Some(hosted.clone()));
        assert_eq!(in_use(&deployment), [true, true]);
        set(&mut deployment, &|application| {
            application.candidate = application.hosted.take();
        });
        assert_eq!(in_use(&deployment), [true, true]);
        // The sample is being deployed: whatever its next build takes up again is not deleted either.
        let schedule = Retired::Schedule(id.to_string());
        set(&mut deployment, &|application| application.candidate = None);
        assert!(is_taken_up(&deployment, &schedule));
        deployment.status = Status::Deployed;
        assert!(!is_taken_up(&deployment, &schedule));
        set(&mut deployment, &|application| application.hosted = Some(hosted.clone()));
        assert!(is_taken_up(&deployment, &schedule));
        let topic = Retired::Topic("arn:topic".to_owned());
        assert!(!leads_to(&deployment, &topic));
    }
}
