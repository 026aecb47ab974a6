//! What can go wrong with a payload.

use aws_sdk_s3::error::ProvideErrorMetadata;
use domain::payload::{Digest, NotCanonical, Payload};
use domain::throttle::marked;

/// A failure of the payload store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No object has this address, or this role may not read it: S3 tells the two apart only to a role that may list
    /// the bucket.
    #[error("no payload has the address {0}, or it may not be read")]
    Missing(Digest),
    /// The object's content is not what its address says.
    #[error("the payload {digest} is damaged: {what}")]
    Corrupt {
        /// The address that was read.
        digest: Digest,
        /// Which check failed.
        what: &'static str,
    },
    /// The document cannot be stored without changing it.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// S3 kept reporting another write of the same document at the same time. Trying again later is safe.
    #[error("the payload is being written by somebody else")]
    Conflict,
    /// S3 did not answer, or refused. Trying again is safe.
    #[error("the payload store is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(source))
    }

    /// The same of an answer of S3, which may say that too much was asked.
    pub(crate) fn of_request<E>(error: E) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let code = error.code().map(str::to_owned);
        Self::Unavailable(marked(code.as_deref(), error.into()))
    }

    pub(crate) fn corrupt(payload: &Payload, what: &'static str) -> Self {
        Self::Corrupt { digest: payload.digest.clone(), what }
    }
}
