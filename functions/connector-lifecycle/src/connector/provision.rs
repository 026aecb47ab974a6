//! Provision and verify: a state machine per application that runs, and a topic per application that is told of events.

use app::machines::{is_made, is_there, make, not_made};
use domain::connector_deployment::{ConnectorDeployment, Hosted, Retired};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Context;
use store::ProjectStore;
use worker::{JobError, MAX_ATTEMPTS, Stage};

use super::leftovers::{Spare, clear};
use super::outcome::{Outcome, side_by_side, sort_out};
use super::plan::Planned;
use crate::job::ConnectorJob;

const NOT_PROVISIONED: &str = "The application could not be provisioned";

impl ConnectorJob<'_, '_> {
    /// Notes what is about to be made, makes it, and looks at it.
    pub(super) async fn provision(&mut self, planned: &[Planned]) -> Result<(), JobError> {
        self.prepare(planned).await?;
        let (context, project, work_state) = (self.context, self.project.clone(), &self.subject.work_state);
        let again = work_state.attempts > 1 || work_state.throttled > 0;
        let making = planned.iter().map(|one| provide(context, &project, one, again)).collect();
        let outcomes = side_by_side(making).await;
        let (_, wrong) = sort_out(outcomes)?;
        self.refuse(NOT_PROVISIONED, wrong)?;
        let running = planned.iter().filter(|one| one.program.is_some()).count();
        let topics = planned.iter().filter(|one| one.place.topic().is_some()).count();
        let message = format!("State machines: {running}, topics: {topics}");
        let noted = self.done(Stage::Provision, "Provisioned", message).await;
        if matches!(noted, Err(JobError::Fenced)) {
            let made = planned.iter().flat_map(|one| one.place.leavings(one.id));
            // Nothing is scheduled before the switch.
            let made = made.filter(|made| !matches!(made, Retired::Schedule(_))).collect();
            self.disown(made).await?;
        }
        noted?;
        self.verify(planned).await
    }

    /// The deployment knows what is going to be made before any of it exists: whatever happens, nothing is made that
    /// nobody knows of.
    async fn prepare(&mut self, planned: &[Planned]) -> Result<(), JobError> {
        let build = self.subject.build.id;
        let mut forgotten = Vec::new();
        for application in &mut self.subject.applications {
            let place = planned.iter().find(|one| one.id == application.id).map(|one| one.place.clone());
            let candidate = place.map(|place| Hosted { build, place });
            let before = std::mem::replace(&mut application.candidate, candidate);
            let before = before.filter(|before| before.build != build);
            forgotten.extend(before.into_iter().flat_map(|before| before.place.leavings(application.id)));
        }
        self.abandon(forgotten);
        self.save().await?;
        self.reached(Stage::Prepare).await;
        Ok(())
    }

    /// Another worker took over while we made something. When it has ended the operation since, nobody knows of that.
    pub(super) async fn disown(&self, made: Vec<Retired>) -> Result<(), JobError> {
        let stored = self.project.worked::<ConnectorDeployment>(self.subject.id.uuid()).await?;
        let mut known = Vec::new();
        if let Some(stored) = stored.map(|stored| stored.entity) {
            for application in &stored.applications {
                let hosted = application.hosted.iter().chain(&application.candidate);
                known.extend(hosted.flat_map(|hosted| hosted.place.leavings(application.id)));
            }
            known.extend(stored.retiring);
        }
        for made in made.iter().filter(|made| !known.contains(made)) {
            clear(self.context, &self.project, &self.subject, made, Spare::Nothing).await?;
        }
        Ok(())
    }

    async fn verify(&mut self, planned: &[Planned]) -> Result<(), JobError> {
        let (context, attempt) = (self.context, self.subject.work_state.attempts);
        let looks = planned.iter().map(|one| look_at(context, one, attempt)).collect();
        let outcomes = side_by_side(looks).await;
        let (_, wrong) = sort_out(outcomes)?;
        self.refuse(NOT_PROVISIONED, wrong)?;
        let message = "The state machines run the definitions of this build".to_owned();
        self.done(Stage::Verify, "Verified", message).await
    }
}

/// Makes what an application needs. Names are those of the build, so making it again makes nothing more.
/// `again` it is looked first, because AWS lets more be looked at than made.
fn provide<'a>(
    context: &'a Context,
    project: &'a ProjectStore,
    one: &'a Planned,
    again: bool,
) -> BoxFuture<'a, Outcome<()>> {
    let provided = async move {
        if let (Some(machine), Some(program)) = (one.place.machine(), &one.program)
            && !(again && is_there(context, machine, &program.text).await?)
        {
            make(context, project, machine, &program.text, program.express).await?;
        }
        let Some(topic) = one.place.topic() else { return Ok(()) };
        let made = context.topics()?.create(topic).await?;
        if made == topic {
            return Ok(());
        }
        let reason = format!("The topic of '{}' was made as {made}, not as {topic}", one.name);
        Err(JobError::permanent(NOT_PROVISIONED, reason))
    };
    provided.map(|provided| (one.name.clone(), provided)).boxed()
}

fn look_at<'a>(context: &'a Context, one: &'a Planned, attempt: u32) -> BoxFuture<'a, Outcome<()>> {
    let looked = async move {
        let (Some(machine), Some(program)) = (one.place.machine(), &one.program) else { return Ok(()) };
        if is_made(context, machine, &program.text).await? {
            return Ok(());
        }
        Err(not_made(attempt >= MAX_ATTEMPTS).into())
    };
    looked.map(|looked| (one.name.clone(), looked)).boxed()
}
