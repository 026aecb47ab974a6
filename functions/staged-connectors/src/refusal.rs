//! What the contract calls the refusals of the domain.

use api::ApiError;
use domain::connector::EditRefused;

/// The refusal as a client sees it.
pub(crate) fn refusal(refused: EditRefused) -> ApiError {
    ApiError::rule(code(refused), refused)
}

/// What the refusal is called.
pub(crate) const fn code(refused: EditRefused) -> &'static str {
    match refused {
        EditRefused::Processing => "ConnectorStagedProcessing",
        EditRefused::UnderPreview => "ConnectorStagedPreviewRequestUnderProcess",
        EditRefused::InCertification => "ConnectorStagedInCertification",
        EditRefused::NotPrivate => "ConnectorStagedNotPrivate",
        EditRefused::AlreadyCertified => "ConnectorAlreadyCertified",
        EditRefused::TooManyComments => "ConnectorStagedTooManyComments",
    }
}
