//! Why a use case did not come to its end, told apart by what follows from it for the caller.

use std::error::Error;

use domain::lifecycle::IllegalTransition;
use domain::throttle::is_throttled;
use runtime::MissingVariable;
use runtime::aws::AwsError;
use runtime::tokens::KeysError;
use store::StoreError;

/// Why a use case did not come to its end.
///
/// Every text but those of [`AppError::Unavailable`] and [`AppError::Internal`] is fit for a client. What those two hold
/// is for the log, and for the report of an operation that is tried again.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Something that it needs is not there.
    #[error("{0}")]
    NotFound(String),
    /// The caller saw a version that is not the current one.
    #[error("{message}")]
    Stale {
        /// What happened, and what to do.
        message: String,
        /// The version that the caller saw.
        expected: u64,
        /// The current version.
        current: u64,
    },
    /// Somebody else changed the same thing meanwhile. Doing it again helps.
    #[error("{0}")]
    Conflict(String),
    /// Another worker has taken over the lease that this was done under.
    #[error("another worker has taken over")]
    LeaseLost,
    /// It cannot be done, and not later either, unless somebody changes something.
    #[error("{title}: {}", reasons.join("; "))]
    Refused {
        /// A stable word for programs.
        code: &'static str,
        /// What happened, in a few words for people.
        title: &'static str,
        /// Everything that is in the way, each with its remedy. May be empty where they were told already.
        reasons: Vec<String>,
    },
    /// A service was asked for too much at once. Doing it again after a pause helps.
    #[error("{0}")]
    Throttled(String),
    /// A service did not answer. Doing it again helps.
    #[error("{0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The process was told too little, or a key does not open: for the operator to mend.
    #[error("{0}")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl AppError {
    /// Refused for one reason.
    pub fn refused(code: &'static str, title: &'static str, reason: impl Into<String>) -> Self {
        Self::Refused { code, title, reasons: vec![reason.into()] }
    }

    /// What helps to do again, because of `source`: later where it was throttled.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        if is_throttled(&*source) { Self::throttled("AWS") } else { Self::Unavailable(source) }
    }

    fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        if is_throttled(&*source) { Self::throttled("AWS") } else { Self::Internal(source) }
    }

    fn throttled(service: &str) -> Self {
        Self::Throttled(format!("{service} takes no more requests for the moment"))
    }

    /// Something stored does not read back. The cause may repeat a part of it, so it is told to the log only.
    fn unreadable(what: &str, cause: &str) -> Self {
        tracing::error!(cause, what, "it does not read back");
        let reason = format!("{what} does not read back; the operator's log says why");
        Self::refused("Unreadable", "What is stored cannot be read", reason)
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let message = error.sentence();
        match error {
            StoreError::NotFound { .. } => Self::NotFound(message),
            StoreError::Stale { expected, current, .. } => Self::Stale { message, expected, current },
            StoreError::Raced => Self::Conflict(message),
            StoreError::Fenced => Self::LeaseLost,
            StoreError::InUse { .. } => Self::refused("EntityInUse", "Something is missing", message),
            StoreError::Rejected(_) => Self::refused("Rejected", "The table refused", message),
            StoreError::Corrupt(cause) => Self::unreadable("A stored item", &cause),
            other => Self::unavailable(other),
        }
    }
}

impl From<AwsError> for AppError {
    fn from(error: AwsError) -> Self {
        match error {
            AwsError::Refused { .. } | AwsError::Missing { .. } => {
                Self::refused("AwsRefused", "AWS refused", error.to_string())
            }
            AwsError::Quota { .. } => {
                Self::refused("QuotaUsedUp", "A quota of AWS is used up", capitalized(&error.to_string()))
            }
            AwsError::Unavailable { service, source } if is_throttled(&*source) => Self::throttled(service),
            AwsError::Unavailable { service, source } => {
                // An error of the SDK only says of what kind it is; what came from the service is below.
                let cause = source.source().map_or_else(|| source.to_string(), ToString::to_string);
                Self::Unavailable(format!("{service} cannot do it now: {cause}").into())
            }
        }
    }
}

impl From<artifacts::Error> for AppError {
    fn from(error: artifacts::Error) -> Self {
        match error {
            artifacts::Error::Missing(_) | artifacts::Error::Corrupt { .. } => {
                Self::refused("PayloadUnusable", "The stored payload cannot be used", error.to_string())
            }
            // It is the document that is wrong, and it is the same next time.
            artifacts::Error::NotCanonical(_) => {
                Self::refused("BuildNotStorable", "The build cannot be stored", error.to_string())
            }
            other => Self::unavailable(other),
        }
    }
}

impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> Self {
        Self::unreadable("A stored document", &error.to_string())
    }
}

macro_rules! internal {
    ($($error:ty),+) => {$(
        impl From<$error> for AppError {
            fn from(error: $error) -> Self {
                Self::internal(error)
            }
        }
    )+};
}

internal!(MissingVariable, KeysError, secrets::Error, IllegalTransition);

/// The text with a capital first.
fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::payload;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_the_same_every_time_is_refused_and_says_why() {
        let number = payload::canonical(&json!(9_007_199_254_740_993_u64)).unwrap_err();
        let unreadable = serde_json::from_str::<u8>("\"hunter2\"").unwrap_err();
        let corrupt = || StoreError::Corrupt("invalid type: string \"hunter2\"".to_owned());
        for (error, words) in [
            (AppError::from(artifacts::Error::from(number)), "9007199254740993 cannot be kept exactly"),
            (AppError::from(unreadable), "does not read back"),
            (AppError::from(corrupt()), "does not read back"),
        ] {
            let AppError::Refused { reasons, .. } = error else { panic!("{error}") };
            assert!(reasons[0].contains(words) && !reasons[0].contains("hunter2"), "{reasons:?}");
        }
        assert!(matches!(AppError::from(artifacts::Error::Conflict), AppError::Unavailable(_)));
        assert!(matches!(AppError::from(StoreError::Raced), AppError::Conflict(_)));
    }
}
