//! Undeploying: out of the route first, then the schedule, then the state machines, then the deployment itself.

use worker::{JobError, Stage};

use crate::job::FlowJob;

impl FlowJob<'_, '_> {
    pub(crate) async fn undeploy(&mut self) -> Result<(), JobError> {
        let out = self.project.save_with_route(&self.subject, self.held, |deployment, route| {
            let mut retired = route.take_out(deployment.id);
            retired.extend(deployment.candidate.take().map(|candidate| candidate.state_machine));
            // Its own in any case, for the route may have forgotten it.
            retired.extend(deployment.application.iter().map(|made| made.state_machine.clone()));
            for arn in retired {
                if !deployment.retiring.contains(&arn) {
                    deployment.retiring.push(arn);
                }
            }
            Ok(())
        });
        self.subject = out.await?;
        self.reached(Stage::Switch).await;
        self.settle().await?;
        self.remove().await
    }
}
