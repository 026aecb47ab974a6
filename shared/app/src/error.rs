//! Why a use case did not come to its end, told apart by what follows from it for the caller.

use std::error::Error;

use api::ApiError;
use contract::ErrorItem;
use domain::lifecycle::IllegalTransition;
use domain::report_code::ReportCode;
use domain::throttle::is_throttled;
use retry::Exhausted;
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
    /// The table has it otherwise: it is not there, at another version, in use.
    #[error("{}", .0.sentence())]
    Store(StoreError),
    /// Something that it needs is not there.
    #[error("{0}")]
    NotFound(String),
    /// The request breaks a rule: it cannot be done, and not later either, unless somebody changes something.
    #[error("{0}")]
    Refused(Refusal),
    /// The operation cannot be carried out, and not later either. The reasons, each with its remedy, are for its report.
    #[error("{}: {}", code.title(), reasons.join("; "))]
    Failed {
        /// What happened.
        code: ReportCode,
        /// Everything that is in the way. Empty where it was told already.
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

/// Which rules a request breaks.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.words().join("; "))]
pub struct Refusal {
    /// At least one.
    pub errors: Vec<ErrorItem>,
    /// For the log.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl Refusal {
    /// Everything that is in the way, in words.
    pub fn words(&self) -> Vec<String> {
        self.errors.iter().map(|error| error.message.clone()).collect()
    }
}

impl AppError {
    /// An operation that fails for one reason.
    pub fn failed(code: ReportCode, reason: impl Into<String>) -> Self {
        Self::Failed { code, reasons: vec![reason.into()] }
    }

    /// Refused by a rule.
    pub fn rule(item: ErrorItem) -> Self {
        Self::Refused(Refusal { errors: vec![item], source: None })
    }

    /// What helps to do again, because of `source`: later where it was throttled.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        if is_throttled(&*source) { Self::throttled("AWS") } else { Self::Unavailable(source) }
    }

    /// What only the operator can mend.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        if is_throttled(&*source) { Self::throttled("AWS") } else { Self::Internal(source) }
    }

    fn throttled(service: &str) -> Self {
        Self::Throttled(format!("{service} takes no more requests for the moment"))
    }

    /// Something stored does not read back. The cause may repeat a part of it, so it is told to the log only.
    pub fn unreadable(what: &str, cause: &str) -> Self {
        tracing::error!(cause, what, "it does not read back");
        let reason = format!("{what} does not read back; the operator's log says why");
        Self::failed(ReportCode::Unreadable, reason)
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Exhausted> for AppError {
    fn from(exhausted: Exhausted) -> Self {
        Self::unavailable(exhausted)
    }
}

/// What a client is told. This is all that use cases know of the API.
impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Store(error) => error.into(),
            AppError::NotFound(message) => Self::not_found(message),
            AppError::Refused(Refusal { errors, source }) => {
                let status = errors.first().map_or(500, |item| item.code.status());
                Self { source, ..Self::all(status, errors) }
            }
            failed @ AppError::Failed { .. } => Self::internal(failed),
            AppError::Throttled(words) => Self::unavailable(words),
            AppError::Unavailable(source) => Self::unavailable(source),
            AppError::Internal(source) => Self::internal(source),
        }
    }
}

impl From<AwsError> for AppError {
    fn from(error: AwsError) -> Self {
        match error {
            AwsError::Refused { .. } | AwsError::Missing { .. } => {
                Self::failed(ReportCode::AwsRefused, error.to_string())
            }
            AwsError::Quota { .. } => Self::failed(ReportCode::QuotaUsedUp, capitalized(&error.to_string())),
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
                Self::failed(ReportCode::PayloadUnusable, error.to_string())
            }
            // It is the document that is wrong, and it is the same next time.
            artifacts::Error::NotCanonical(_) => {
                Self::failed(ReportCode::BuildNotStorable, error.to_string())
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
    use contract::ErrorCode;
    use domain::ids::EnvironmentId;
    use domain::payload;
    use serde_json::json;
    use store::Kind;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_the_same_every_time_is_refused_and_says_why() {
        let number = payload::canonical(&json!(9_007_199_254_740_993_u64)).unwrap_err();
        let unreadable = serde_json::from_str::<u8>("\"hunter2\"").unwrap_err();
        for (error, words) in [
            (AppError::from(artifacts::Error::from(number)), "9007199254740993 cannot be kept exactly"),
            (AppError::from(unreadable), "does not read back"),
        ] {
            let AppError::Failed { reasons, .. } = error else { panic!("{error}") };
            assert!(reasons[0].contains(words) && !reasons[0].contains("hunter2"), "{reasons:?}");
        }
        assert!(matches!(AppError::from(artifacts::Error::Conflict), AppError::Unavailable(_)));
    }

    /// Status, codes and words, as a client sees them.
    fn told(error: &ApiError) -> (u16, String) {
        (error.status, error.to_json())
    }

    #[test]
    fn what_the_table_says_reads_the_same_whoever_tells_it() {
        let kind = Kind::Flow;
        let each: [fn(Kind) -> StoreError; 13] = [
            |kind| StoreError::NotFound { kind, address: "key=x".to_owned() },
            |_| StoreError::OutOfReach(EnvironmentId::new(Uuid::from_u128(1))),
            |kind| StoreError::Stale { kind, expected: 1, current: 2 },
            |kind| StoreError::Duplicate { kind, field: "key", value: "x".to_owned() },
            |kind| StoreError::InUse { kind, reason: "it is used" },
            |_| StoreError::TooMany(1_000),
            |_| StoreError::TooLong(20),
            |_| StoreError::BadCursor,
            |_| StoreError::Raced,
            |_| StoreError::Fenced,
            |_| StoreError::Corrupt("x".to_owned()),
            |_| StoreError::Unavailable("down".into()),
            |_| StoreError::Rejected("too large".into()),
        ];
        for error in each {
            let (directly, by_way_of_app) = (ApiError::from(error(kind)), AppError::from(error(kind)).into());
            assert_eq!(told(&directly), told(&by_way_of_app));
        }
    }

    #[test]
    fn a_refusal_keeps_its_code_and_members_and_causes_stay_inside() {
        let item = ErrorItem::new(ErrorCode::DeploymentUnderWay, "wait").with("status", "Queued");
        let error = ApiError::from(AppError::rule(item.clone()));
        assert_eq!((error.status, error.errors), (409, vec![item]));
        for (error, status) in [
            (AppError::NotFound("no".to_owned()), 404),
            (AppError::Throttled("AWS".to_owned()), 503),
            (AppError::unavailable("hunter2"), 503),
            (AppError::internal("hunter2"), 500),
            (AppError::failed(ReportCode::DefinitionNotValid, "hunter2"), 500),
        ] {
            let error = ApiError::from(error);
            assert!(error.status == status && !error.to_json().contains("hunter2"), "{error:?}");
        }
    }
}
