//! What can go wrong in a job, told apart by what follows from it.

use std::error::Error;

use domain::lifecycle::IllegalTransition;
use runtime::MissingVariable;
use runtime::aws::AwsError;
use runtime::context::SigningKeyError;
use store::StoreError;

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

    fn transient(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Transient(source.into())
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
            AwsError::Unavailable { service, source } => {
                Self::transient(format!("{service} cannot do it now: {source}"))
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
            other => Self::transient(other),
        }
    }
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
transient!(MissingVariable, SigningKeyError, secrets::Error, serde_json::Error, IllegalTransition);
