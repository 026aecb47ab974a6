use std::collections::BTreeSet;

use aws_sdk_scheduler::operation::get_schedule::{GetScheduleError, GetScheduleOutput};
use uuid::Uuid;

use super::{Answer, Environment, Flow, Stack};

/// What the emulated AWS services hold, which no answer shows.
#[derive(Debug)]
pub(crate) struct Behind {
    states: aws_sdk_sfn::Client,
    pub(crate) queues: aws_sdk_sqs::Client,
    schedules: aws_sdk_scheduler::Client,
}

impl Behind {
    pub(crate) async fn look() -> Self {
        let sdk = Stack::get().sdk().await;
        Self {
            states: aws_sdk_sfn::Client::new(&sdk),
            queues: aws_sdk_sqs::Client::new(&sdk),
            schedules: aws_sdk_scheduler::Client::new(&sdk),
        }
    }

    /// The state machine of a build, by its ARN.
    pub(crate) async fn machine_of(&self, build: &str) -> Option<String> {
        let end = format!("-{}", simple(build));
        self.machines().await.into_iter().find(|arn| arn.ends_with(&end))
    }

    /// Those of `builds` that have a state machine.
    pub(crate) async fn provisioned<'b>(&self, builds: &[&'b str]) -> BTreeSet<&'b str> {
        let machines = self.machines().await;
        let has_one = |build: &str| machines.iter().any(|arn| arn.ends_with(&format!("-{}", simple(build))));
        builds.iter().copied().filter(|build| has_one(build)).collect()
    }

    /// The definition that Step Functions has under an ARN.
    pub(crate) async fn definition(&self, machine: &str) -> String {
        self.states.describe_state_machine().state_machine_arn(machine).send().await.unwrap().definition
    }

    /// The names of the executions of a state machine.
    pub(crate) async fn executions(&self, machine: &str) -> Vec<String> {
        let listed = self.states.list_executions().state_machine_arn(machine).send().await.unwrap();
        listed.executions.into_iter().map(|execution| execution.name).collect()
    }

    /// The schedule of a flow in an environment.
    pub(crate) async fn schedule(
        &self,
        flow: &Flow<'_>,
        environment: &Environment,
    ) -> Option<GetScheduleOutput> {
        let [environment, flow] = [&environment.id, &flow.id].map(|id| Uuid::parse_str(id).unwrap());
        let name = format!("flow-{}", Uuid::new_v5(&environment, flow.as_bytes()).simple());
        let group = &Stack::get().outputs["ScheduleGroupName"];
        match self.schedules.get_schedule().group_name(group).name(name).send().await {
            Ok(found) => Some(found),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetScheduleError::is_resource_not_found_exception) =>
            {
                None
            }
            Err(error) => panic!("EventBridge Scheduler: {error:?}"),
        }
    }

    async fn machines(&self) -> Vec<String> {
        let pages = self.states.list_state_machines().into_paginator().items().send();
        let machines = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
        machines.into_iter().map(|machine| machine.state_machine_arn).collect()
    }
}

/// The id of the last build of a deployment.
pub(crate) fn build_of(deployment: &Answer) -> String {
    deployment.text("/details/build/id")
}

/// Ids stand in names without hyphens.
fn simple(id: &str) -> String {
    id.replace('-', "")
}
