//! Connect's words for what a deployment cannot be or do, and the status that each goes out with.

use api::ApiError;
use domain::connector_deployment::ProblemCode;

/// A rule that a request breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// There is no such connector, or not for this project, or not at that version.
    ConnectorReferenceNotFound,
    /// The staged connector has not passed its checks.
    ConnectorStagedNotPreviewable,
    /// The stack or the connector does not know the region.
    UnsupportedRegion,
    /// What the reference names cannot be deployed as that type.
    InvalidType,
    /// The project takes no production deployments.
    ProductionDeactivated,
    /// The status does not allow it.
    InvalidStatusTransition,
    /// The connector cannot be updated.
    ConnectorUpdateFailure,
    /// The deployment has no such application.
    ApplicationDoesNotExist,
    /// A date of the log that is none, or not in the log.
    LogInvalidDate,
    /// A page token of another log or query, or none at all.
    LogInvalidPageToken,
    /// In this region a log is that of one application.
    LogMissingApplicationName,
    /// A rule of the configuration.
    Configuration(ProblemCode),
}

impl Code {
    /// The code on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ConnectorReferenceNotFound => "ConnectorReferenceNotFound",
            Self::ConnectorStagedNotPreviewable => "ConnectorStagedNotPreviewable",
            Self::UnsupportedRegion => "DeploymentUnsupportedRegion",
            Self::InvalidType => "DeploymentInvalidType",
            Self::ProductionDeactivated => "DeploymentProductionDeactivated",
            Self::InvalidStatusTransition => "DeploymentInvalidStatusTransition",
            Self::ConnectorUpdateFailure => "DeploymentConnectorUpdateFailure",
            Self::ApplicationDoesNotExist => "DeploymentApplicationDoesNotExist",
            Self::LogInvalidDate => "DeploymentLogInvalidDate",
            Self::LogInvalidPageToken => "DeploymentLogInvalidPageToken",
            Self::LogMissingApplicationName => "DeploymentLogMissingApplicationName",
            Self::Configuration(code) => code.as_str(),
        }
    }

    /// The status. No source states it; clients treat 400 and 422 alike, so it is 400 for all, and changed here.
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::ConnectorReferenceNotFound
            | Self::ConnectorStagedNotPreviewable
            | Self::UnsupportedRegion
            | Self::InvalidType
            | Self::ProductionDeactivated
            | Self::InvalidStatusTransition
            | Self::ConnectorUpdateFailure
            | Self::ApplicationDoesNotExist
            | Self::LogInvalidDate
            | Self::LogInvalidPageToken
            | Self::LogMissingApplicationName
            | Self::Configuration(_) => 400,
        }
    }

    /// The error that says so.
    pub(crate) fn error(self, message: impl std::fmt::Display) -> ApiError {
        ApiError::new(self.status(), self.as_str(), message.to_string())
    }
}
