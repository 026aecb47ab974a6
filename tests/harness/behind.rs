use std::collections::BTreeSet;

use aws_sdk_scheduler::operation::get_schedule::{GetScheduleError, GetScheduleOutput};
use domain::connector_deployment::ConnectorDeployment;
use domain::ids::BuildId;
use uuid::Uuid;

use super::{Answer, Environment, Flow, Stack, http};

/// What the emulated AWS services hold, which no answer shows.
#[derive(Debug)]
pub(crate) struct Behind {
    states: aws_sdk_sfn::Client,
    pub(crate) queues: aws_sdk_sqs::Client,
    schedules: aws_sdk_scheduler::Client,
    topics: aws_sdk_sns::Client,
    objects: aws_sdk_s3::Client,
}

impl Behind {
    pub(crate) async fn look() -> Self {
        let sdk = Stack::get().sdk().await;
        Self {
            states: aws_sdk_sfn::Client::new(&sdk),
            queues: aws_sdk_sqs::Client::new(&sdk),
            schedules: aws_sdk_scheduler::Client::new(&sdk),
            topics: aws_sdk_sns::Client::new(&sdk),
            objects: aws_sdk_s3::Client::from_conf(
                aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true).build(),
            ),
        }
    }

    /// Puts an object into the stack's bucket, as an operator does. Answers the bucket's name.
    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) -> &'static str {
        let bucket = &Stack::get().outputs["BucketName"];
        self.objects.put_object().bucket(bucket).key(key).body(bytes.into()).send().await.unwrap();
        bucket
    }

    /// Sends a message to a topic, as whoever is told its ARN does.
    pub(crate) async fn publish(&self, topic: &str, message: &str) {
        self.topics.publish().topic_arn(topic).message(message).send().await.unwrap();
    }

    /// Whether there is such a topic.
    pub(crate) async fn has_topic(&self, topic: &str) -> bool {
        self.topics.get_topic_attributes().topic_arn(topic).send().await.is_ok()
    }

    /// Whether there is such a state machine.
    pub(crate) async fn has_machine(&self, machine: &str) -> bool {
        self.machines().await.iter().any(|arn| arn == machine)
    }

    /// Everything that is provisioned for a connector deployment: the state machines that these builds made, and
    /// whatever topics and schedules there are. Names and ARNs, in order.
    pub(crate) async fn provisioned_for(
        &self,
        deployment: &ConnectorDeployment,
        builds: &[BuildId],
    ) -> BTreeSet<String> {
        let applications = || {
            let all = deployment.applications.iter().chain(&deployment.leaving);
            all.map(|application| application.id.uuid())
        };
        let machine = |build: &BuildId, application: Uuid| {
            format!("_app-{}", Uuid::new_v5(&build.uuid(), application.as_bytes()).simple())
        };
        let ends: Vec<String> =
            builds.iter().flat_map(|build| applications().map(|id| machine(build, id))).collect();
        let machines = self.machines().await;
        let ours = |arn: &String| ends.iter().any(|end| arn.ends_with(end));
        let mut found: BTreeSet<String> = machines.into_iter().filter(ours).collect();
        let topics = self.topics.list_topics().into_paginator().items().send();
        let topics = topics.collect::<Result<Vec<_>, _>>().await.unwrap();
        let id = simple(&deployment.id.to_string());
        found.extend(topics.into_iter().filter_map(|topic| topic.topic_arn).filter(|arn| arn.contains(&id)));
        for application in applications() {
            let schedule = self.schedule_of_application(&application.to_string()).await;
            found.extend(schedule.and_then(|schedule| schedule.name));
        }
        found
    }

    /// The state machine of a build, by its ARN.
    pub(crate) async fn machine_of(&self, build: &str) -> Option<String> {
        let end = format!("_{}", simple(build));
        self.machines().await.into_iter().find(|arn| arn.ends_with(&end))
    }

    /// Those of `builds` that have a state machine.
    pub(crate) async fn provisioned<'b>(&self, builds: &[&'b str]) -> BTreeSet<&'b str> {
        let machines = self.machines().await;
        let has_one = |build: &str| machines.iter().any(|arn| arn.ends_with(&format!("_{}", simple(build))));
        builds.iter().copied().filter(|build| has_one(build)).collect()
    }

    /// The definition that Step Functions has under an ARN.
    pub(crate) async fn definition(&self, machine: &str) -> String {
        self.states.describe_state_machine().state_machine_arn(machine).send().await.unwrap().definition
    }

    /// Asks IAM for something, as an operator does.
    pub(crate) async fn iam(parameters: &[(&str, &str)]) {
        let http = http();
        let signed = "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/iam/aws4_request, \
                      SignedHeaders=host, Signature=none";
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let request = http.post(Stack::get().endpoint()).header("authorization", signed).body(body);
        let answer =
            request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{parameters:?}: {}", answer.text().await.unwrap());
    }

    /// The role that a state machine runs as.
    pub(crate) async fn role(&self, machine: &str) -> String {
        self.states.describe_state_machine().state_machine_arn(machine).send().await.unwrap().role_arn
    }

    /// The names of the executions of a state machine.
    pub(crate) async fn executions(&self, machine: &str) -> Vec<String> {
        let listed = self.states.list_executions().state_machine_arn(machine).send().await.unwrap();
        listed.executions.into_iter().map(|execution| execution.name).collect()
    }

    /// The schedule of an application of a connector deployment.
    pub(crate) async fn schedule_of_application(&self, application: &str) -> Option<GetScheduleOutput> {
        self.schedule_named(&format!("app-{}", simple(application))).await
    }

    /// The schedule of a flow in an environment.
    pub(crate) async fn schedule(
        &self,
        flow: &Flow<'_>,
        environment: &Environment,
    ) -> Option<GetScheduleOutput> {
        let [environment, flow] = [&environment.id, &flow.id].map(|id| Uuid::parse_str(id).unwrap());
        self.schedule_named(&format!("flow-{}", Uuid::new_v5(&environment, flow.as_bytes()).simple())).await
    }

    async fn schedule_named(&self, name: &str) -> Option<GetScheduleOutput> {
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
