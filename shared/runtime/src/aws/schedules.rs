//! Schedules in Slipway's own group of EventBridge Scheduler. One per environment and flow.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, Target};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{AwsError, CONFLICT, classify};

const SERVICE: &str = "EventBridge Scheduler";

/// A schedule as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleDraft {
    /// Its name, at most 64 characters.
    pub name: String,
    /// `rate(…)` or `cron(…)`.
    pub expression: String,
    /// An IANA zone.
    pub timezone: String,
    /// What the target is called with, as JSON.
    pub input: String,
}

/// Others may make or remove the same schedule meanwhile: so often it is looked at again, in one call.
const ROUNDS: usize = 4;

/// The group and what its schedules invoke.
#[derive(Debug, Clone)]
pub struct Schedules {
    client: Client,
    group: String,
    role: String,
    target: String,
}

impl Schedules {
    /// Schedules in `group` that invoke the function `target` as `role`.
    pub fn new(client: Client, group: String, role: String, target: String) -> Self {
        Self { client, group, role, target }
    }

    /// Makes the schedule, or changes the one of that name to this.
    pub fn put<'a>(&'a self, draft: &'a ScheduleDraft) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            let (window, target) = self
                .parts(draft)
                .map_err(|error| AwsError::Refused { service: SERVICE, message: error.to_string() })?;
            macro_rules! send {
                ($request:expr) => {
                    $request
                        .group_name(&self.group)
                        .name(&draft.name)
                        .schedule_expression(&draft.expression)
                        .schedule_expression_timezone(&draft.timezone)
                        .flexible_time_window(window.clone())
                        .target(target.clone())
                        .send()
                        .await
                        .map(|_| ())
                };
            }
            for _ in 0..ROUNDS {
                match send!(self.client.update_schedule()).map_err(failed) {
                    Err(AwsError::Missing { .. }) => {}
                    updated => return updated,
                }
                match send!(self.client.create_schedule()) {
                    // Somebody else has made it since: it is there to be changed.
                    Err(error) if error.code() == Some(CONFLICT) => {}
                    created => return created.map_err(failed),
                }
            }
            let source = "the schedule comes and goes".into();
            Err(AwsError::Unavailable { service: SERVICE, source })
        }
        .boxed()
    }

    fn parts(&self, draft: &ScheduleDraft) -> Result<(FlexibleTimeWindow, Target), BuildError> {
        let exact = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build()?;
        let target = Target::builder().arn(&self.target).role_arn(&self.role).input(&draft.input).build()?;
        Ok((exact, target))
    }

    /// Removes the schedule. One that is not there is removed already.
    pub fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            let removed = self.client.delete_schedule().group_name(&self.group).name(name).send().await;
            match removed.map_err(failed) {
                Ok(_) | Err(AwsError::Missing { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        }
        .boxed()
    }
}

fn failed<E>(
    error: aws_sdk_sfn::error::SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    classify(SERVICE, error, &["ResourceNotFoundException"], |raw| raw.status().as_u16())
}
