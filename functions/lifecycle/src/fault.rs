//! What can go wrong in a job, told apart by what follows from it.

use std::error::Error;

use domain::lifecycle::IllegalTransition;
use domain::throttle::is_throttled;
use runtime::MissingVariable;
use runtime::aws::AwsError;
use runtime::tokens::KeysError;
use store::StoreError;

/// The title of the report's entry when something that is stored cannot be read.
const UNREADABLE: &str = "What is stored cannot be read";
/// The title of the entry that says that there may be no more of something.
pub(crate) const QUOTA: &str = "A quota of AWS is used up";

/// Why a job did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It cannot be done. The deployment fails with these reasons.
    #[error("{title}: {}", reasons.join("; "))]
    Permanent {
        /// The title of the report's entries.
        title: &'static str,
        /// One entry each.
        reasons: Vec<String>,
    },
    /// It may work next time.
    #[error("{0}")]
    Transient(#[source] Box<dyn Error + Send + Sync>),
    /// Not a failure: AWS was asked for too much at once. The operation is taken up again after a pause, and the
    /// attempt does not count.
    #[error("{0}")]
    Throttled(String),
    /// Not a failure: there is more to do than one attempt can, or it has to wait for somebody. The operation is taken
    /// up again, and the attempt does not count.
    #[error("to be continued: {0}")]
    Yield(String),
    /// Another worker has taken over. There is nothing left to do here.
    #[error("another worker has taken over")]
    Fenced,
}

impl Fault {
    /// One reason why it cannot be done.
    pub(crate) fn permanent(title: &'static str, reason: impl Into<String>) -> Self {
        Self::Permanent { title, reasons: vec![reason.into()] }
    }

    /// Why, as it is told in a report.
    pub(crate) fn reasons(self) -> Vec<String> {
        match self {
            Self::Permanent { reasons, .. } => reasons,
            other => vec![other.to_string()],
        }
    }

    /// What may work next time, because of `source`.
    pub(crate) fn transient(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        if is_throttled(&*source) { Self::throttled("AWS") } else { Self::Transient(source) }
    }

    fn throttled(service: &str) -> Self {
        Self::Throttled(format!("{service} takes no more requests for the moment"))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Fenced => Self::Fenced,
            StoreError::NotFound { .. } | StoreError::InUse { .. } => {
                Self::permanent("Something is missing", error.sentence())
            }
            StoreError::Rejected(_) => Self::permanent("The table refused", error.sentence()),
            StoreError::Corrupt(cause) => {
                tracing::error!(cause, "a stored item does not read back");
                Self::permanent(UNREADABLE, "A stored item does not read back; the operator's log says why")
            }
            other => Self::transient(other),
        }
    }
}

impl From<AwsError> for Fault {
    fn from(error: AwsError) -> Self {
        match error {
            AwsError::Refused { .. } | AwsError::Missing { .. } => {
                Self::permanent("AWS refused", error.to_string())
            }
            AwsError::Quota { .. } => Self::permanent(QUOTA, sentence(&error.to_string())),
            AwsError::Unavailable { service, source } if is_throttled(&*source) => Self::throttled(service),
            AwsError::Unavailable { service, source } => {
                // An error of the SDK only says of what kind it is; what came from the service is below.
                let cause = source.source().map_or_else(|| source.to_string(), ToString::to_string);
                Self::Transient(format!("{service} cannot do it now: {cause}").into())
            }
        }
    }
}

impl From<artifacts::Error> for Fault {
    fn from(error: artifacts::Error) -> Self {
        match error {
            artifacts::Error::Missing(_) | artifacts::Error::Corrupt { .. } => {
                Self::permanent("The stored payload cannot be used", error.to_string())
            }
            // It is the document that is wrong, and it is the same next time.
            artifacts::Error::NotCanonical(_) => {
                Self::permanent("The build cannot be stored", error.to_string())
            }
            other => Self::transient(other),
        }
    }
}

/// The text with a capital first.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

macro_rules! transient {
    ($($error:ty),+) => {$(
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::transient(error)
            }
        }
    )+};
}

// A process that was told too little, or a key that does not open, is the operator's to mend; the deployment waits.
transient!(MissingVariable, KeysError, secrets::Error, IllegalTransition);

impl From<serde_json::Error> for Fault {
    /// What is stored reads the same in every attempt. The cause may repeat a part of it, so it is told to the log only.
    fn from(error: serde_json::Error) -> Self {
        tracing::error!(cause = %error, "a stored document does not read back");
        Self::permanent(UNREADABLE, "A stored document does not read back; the operator's log says why")
    }
}

#[cfg(test)]
mod tests {
    use domain::payload;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_the_same_in_every_attempt_is_permanent_and_says_why() {
        let number = payload::canonical(&json!(9_007_199_254_740_993_u64)).unwrap_err();
        let unreadable = serde_json::from_str::<u8>("\"hunter2\"").unwrap_err();
        let corrupt = || StoreError::Corrupt("invalid type: string \"hunter2\"".to_owned());
        for (fault, words) in [
            (Fault::from(artifacts::Error::from(number)), "9007199254740993 cannot be kept exactly"),
            (Fault::from(unreadable), "does not read back"),
            (Fault::from(corrupt()), "does not read back"),
        ] {
            let Fault::Permanent { reasons, .. } = fault else { panic!("{fault}") };
            assert!(reasons[0].contains(words) && !reasons[0].contains("hunter2"), "{reasons:?}");
        }
        for passing in [Fault::from(artifacts::Error::Conflict), Fault::from(StoreError::Raced)] {
            assert!(matches!(passing, Fault::Transient(_)), "{passing}");
        }
    }
}
