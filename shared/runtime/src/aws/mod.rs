//! The AWS services beside table, bucket and key, in our own words: no AWS type goes further up.

mod machines;
mod queue;
mod schedules;
mod topics;

use std::error::Error;

pub use machines::{Execution, Machine, MachineDraft, Machines, Outcome};
pub use queue::{Queue, WorkMessage};
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
    /// What was asked about is not there.
    #[error("{service} knows of no such thing")]
    Missing {
        /// Which service.
        service: &'static str,
    },
    /// It did not answer, or is throttled; trying again helps.
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
    let throttled =
        code.contains("Throttl") || code.contains("TooManyRequests") || code.contains("LimitExceeded");
    let passing = throttled || code == CONFLICT;
    let final_answer = error.raw_response().is_some_and(|raw| (400..500).contains(&status(raw)));
    match error.as_service_error() {
        Some(refusal) if code.contains("AccessDenied") || code == "AuthorizationError" => {
            // Names roles and accounts: for whoever reads the log, not for whoever deploys a flow.
            tracing::error!(service, cause = refusal.message(), "a permission is missing");
            let message = "Slipway lacks a permission; its operator's log says which".to_owned();
            AwsError::Refused { service, message }
        }
        Some(refusal) if final_answer && !passing => {
            AwsError::Refused { service, message: refusal.message().unwrap_or(&code).to_owned() }
        }
        _ => AwsError::Unavailable { service, source: Box::new(error) },
    }
}

#[cfg(test)]
mod tests;
