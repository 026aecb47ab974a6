//! What the contract calls the refusals of the domain.

use api::{ApiError, ErrorCode};
use domain::connector::EditRefused;

/// The refusal as a client sees it.
pub(crate) fn refusal(refused: EditRefused) -> ApiError {
    ApiError::new(code(refused), refused)
}

/// What the refusal is called.
pub(crate) const fn code(refused: EditRefused) -> ErrorCode {
    match refused {
        EditRefused::Processing => ErrorCode::ConnectorStagedProcessing,
        EditRefused::UnderPreview => ErrorCode::ConnectorStagedPreviewRequestUnderProcess,
        EditRefused::InCertification => ErrorCode::ConnectorStagedInCertification,
        EditRefused::NotPrivate => ErrorCode::ConnectorStagedNotPrivate,
        EditRefused::AlreadyCertified => ErrorCode::ConnectorAlreadyCertified,
        EditRefused::TooManyComments => ErrorCode::ConnectorStagedTooManyComments,
    }
}
