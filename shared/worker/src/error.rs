//! What can go wrong in a job, told apart by what follows from it.

use std::error::Error;

use app::AppError;
use domain::lifecycle::IllegalTransition;
use domain::report_code::ReportCode;
use retry::Exhausted;
use runtime::MissingVariable;
use runtime::aws::AwsError;
use runtime::tokens::KeysError;
use store::StoreError;

/// Why a job did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It cannot be done. The operation fails with these reasons.
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

impl JobError {
    /// One reason why it cannot be done.
    pub fn permanent(title: &'static str, reason: impl Into<String>) -> Self {
        Self::Permanent { title, reasons: vec![reason.into()] }
    }

    /// Why, as it is told in a report.
    pub fn reasons(self) -> Vec<String> {
        match self {
            Self::Permanent { reasons, .. } => reasons,
            other => vec![other.to_string()],
        }
    }

    /// What may work next time, because of `source`.
    pub fn transient(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        AppError::unavailable(source).into()
    }
}

impl From<AppError> for JobError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Store(error) => of_store(error),
            AppError::NotFound(reason) => Self::permanent(MISSING, reason),
            AppError::Refused(refusal) => Self::Permanent { title: REFUSED, reasons: refusal.words() },
            AppError::Failed { code, reasons } => Self::Permanent { title: code.title(), reasons },
            AppError::Throttled(words) => Self::Throttled(words),
            // A process that was told too little, or a key that does not open, is the operator's to mend; the
            // deployment waits.
            AppError::Unavailable(source) | AppError::Internal(source) => Self::Transient(source),
        }
    }
}

/// The title of the entries of what is missing, or kept by something else.
const MISSING: &str = ReportCode::ResourceMissing.title();

/// The title of the entries of what breaks a rule of requests.
const REFUSED: &str = "Refused";

/// What follows from what the table says.
fn of_store(error: StoreError) -> JobError {
    let reason = error.sentence();
    match error {
        StoreError::NotFound { .. } | StoreError::InUse { .. } => JobError::permanent(MISSING, reason),
        StoreError::Stale { .. } | StoreError::Raced => JobError::Transient(error.into()),
        StoreError::Fenced => JobError::Fenced,
        StoreError::Rejected(_) => JobError::permanent(ReportCode::Rejected.title(), reason),
        StoreError::Corrupt(cause) => AppError::unreadable("A stored item", &cause).into(),
        other => JobError::transient(other),
    }
}

macro_rules! by_way_of_app {
    ($($error:ty),+) => {$(
        impl From<$error> for JobError {
            fn from(error: $error) -> Self {
                AppError::from(error).into()
            }
        }
    )+};
}

by_way_of_app!(
    StoreError,
    AwsError,
    artifacts::Error,
    MissingVariable,
    KeysError,
    secrets::Error,
    IllegalTransition,
    Exhausted,
    serde_json::Error
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_read_back_is_final_and_its_cause_is_for_the_log() {
        let corrupt = StoreError::Corrupt("invalid type: string \"hunter2\"".to_owned());
        let JobError::Permanent { title, reasons } = JobError::from(corrupt) else { panic!("it may pass") };
        assert_eq!(title, "Stored data cannot be read");
        assert!(reasons[0].contains("does not read back") && !reasons[0].contains("hunter2"), "{reasons:?}");
    }

    #[test]
    fn what_somebody_else_did_passes_and_a_lost_lease_ends_it() {
        assert!(matches!(JobError::from(StoreError::Raced), JobError::Transient(_)));
        assert!(matches!(JobError::from(StoreError::Fenced), JobError::Fenced));
    }
}
