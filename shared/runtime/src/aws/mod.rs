//! The AWS services beside table, bucket and key, in our own words: no AWS type goes further up.

mod machines;
mod queue;
mod roles;
mod schedules;
pub(crate) mod sdk;
mod topics;

use std::error::Error;

use domain::throttle::{is_quota, is_throttle, marked};

pub use machines::{Execution, Machine, MachineDraft, Machines, Outcome};
pub use queue::{Queue, WorkMessage};
pub use roles::Roles;
pub use schedules::{ScheduleDraft, Schedules};
pub use topics::Topics;

/// Why an AWS service did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// It says no, and will say so again. The words are AWS's and fit for the build report.
    #[error("{service} refused: {message}")]
    Refused {
        /// Which service.
        service: &'static str,
        /// What it said.
        message: String,
    },
    /// There may be no more of something in this account and region until somebody raises a quota.
    #[error("a quota of {service} is used up: {message}")]
    Quota {
        /// Which service.
        service: &'static str,
        /// Which quota, and what to do.
        message: String,
    },
    /// What was asked about is not there.
    #[error("{service} knows of no such thing")]
    Missing {
        /// Which service.
        service: &'static str,
    },
    /// It did not answer, or is throttled; trying again helps. Whether it is throttled, `domain::throttle` finds in
    /// the source.
    #[error("{service} did not answer")]
    Unavailable {
        /// Which service.
        service: &'static str,
        /// For the log.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// The code of an error that says that somebody else is changing the same thing, in every service that has it.
pub(crate) const CONFLICT: &str = "ConflictException";

/// The quotas that Slipway may use up: the code of the answer, and the name in Service Quotas.
const QUOTAS: [(&str, &str); 4] = [
    ("StateMachineLimitExceeded", "Registered state machines"),
    ("TopicLimitExceeded", "Topics per Account"),
    ("SubscriptionLimitExceeded", "Subscriptions per Topic"),
    ("ServiceQuotaExceededException", "Number of schedules"),
];

/// Tells refusals from outages: a 4xx is final unless it is throttling, or somebody else is changing the same thing.
pub(crate) fn classify<E, R>(
    service: &'static str,
    error: aws_sdk_sfn::error::SdkError<E, R>,
    missing: &[&str],
    status: impl Fn(&R) -> u16,
) -> AwsError
where
    E: aws_sdk_sfn::error::ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error.as_service_error().and_then(|service| service.code()).unwrap_or_default().to_owned();
    if missing.contains(&code.as_str()) {
        return AwsError::Missing { service };
    }
    let passing = is_throttle(&code) || code == CONFLICT;
    let final_answer = error.raw_response().is_some_and(|raw| (400..500).contains(&status(raw)));
    match error.as_service_error() {
        Some(refusal) if code.contains("AccessDenied") || code == "AuthorizationError" => {
            // Names roles and accounts: for whoever reads the log, not for whoever deploys a flow.
            tracing::error!(service, cause = refusal.message(), "a permission is missing");
            let message = "Slipway lacks a permission; its operator's log says which".to_owned();
            AwsError::Refused { service, message }
        }
        Some(refusal) if is_quota(&code) => {
            let message = quota(&code, refusal.message().unwrap_or(&code));
            AwsError::Quota { service, message }
        }
        Some(refusal) if final_answer && !passing => {
            AwsError::Refused { service, message: refusal.message().unwrap_or(&code).to_owned() }
        }
        _ => AwsError::Unavailable { service, source: marked(Some(&code), Box::new(error)) },
    }
}

/// Which quota is used up, what AWS says of it, and what to do.
fn quota(code: &str, said: &str) -> String {
    let known = QUOTAS.iter().find(|(known, _)| {
        code.trim_end_matches("Exception").starts_with(known.trim_end_matches("Exception"))
    });
    let name = known.map_or_else(|| code.to_owned(), |(_, name)| format!("'{name}'"));
    format!(
        "{name}. AWS says: {said}. Raise the quota of this account and region in Service Quotas, or undeploy what is \
         no longer needed; then redeploy"
    )
}

#[cfg(test)]
mod tests;
