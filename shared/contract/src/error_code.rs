//! Every code of an error, with its usual status, its meaning and what to do. `docs/ERRORS.md` and `x-slipway-errors` of
//! the published document are generated from here.

use std::fmt;

use domain::connector_deployment::ProblemCode;
use serde::{Serialize, Serializer};

/// What is published of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorDescription {
    /// The section of `docs/ERRORS.md` that has it.
    pub section: &'static str,
    /// The usual HTTP status, natively and in Connect.
    pub status: u16,
    /// Members that an error of this code has beside `code` and `message`, in Markdown. Empty if there are none.
    pub members: &'static str,
    /// What is wrong, in Markdown.
    pub meaning: &'static str,
    /// How to mend it, in Markdown.
    pub remedy: &'static str,
}

/// Declares the codes by section: variant, code, status, members, meaning, remedy.
macro_rules! codes {
    ($($section:literal { $($name:ident, $code:literal, $status:literal, $members:literal, $meaning:literal, $remedy:literal;)* })*) => {
        /// The code of an error. It never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorCode {
            $($(#[doc = concat!("Status ", $status, ": ", $meaning, ".")] $name,)*)*
        }

        impl ErrorCode {
            /// All of them, in the order of `docs/ERRORS.md`.
            pub const ALL: &[Self] = &[$($(Self::$name,)*)*];

            /// The code as it is sent.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$name => $code,)*)*
                }
            }

            /// What is published of it.
            pub const fn description(self) -> ErrorDescription {
                match self {
                    $($(Self::$name => ErrorDescription {
                        section: $section,
                        status: $status,
                        members: $members,
                        meaning: $meaning,
                        remedy: $remedy,
                    },)*)*
                }
            }
        }
    };
}

impl ErrorCode {
    /// The usual status.
    pub const fn status(self) -> u16 {
        self.description().status
    }
}

impl PartialEq<str> for ErrorCode {
    fn eq(&self, code: &str) -> bool {
        self.as_str() == code
    }
}

impl PartialEq<&str> for ErrorCode {
    fn eq(&self, code: &&str) -> bool {
        self.as_str() == *code
    }
}

impl From<ProblemCode> for ErrorCode {
    fn from(code: ProblemCode) -> Self {
        match code {
            ProblemCode::InvalidInput => Self::InvalidJsonInput,
            ProblemCode::ApplicationRequired => Self::DeploymentApplicationRequired,
            ProblemCode::UnknownApplication => Self::DeploymentUnknownApplicationConfiguration,
            ProblemCode::ApplicationDoesNotBelong => Self::DeploymentApplicationDoNotBelong,
            ProblemCode::UnknownApplicationKey => Self::DeploymentUnknownApplicationConfigurationKey,
            ProblemCode::UnknownGlobalKey => Self::DeploymentUnknownGlobalConfigurationKey,
            ProblemCode::MissingGlobalKey => Self::DeploymentMissingGlobalConfigurationKey,
            ProblemCode::EmptyGlobalKey => Self::DeploymentEmptyRequiredGlobalConfigurationKey,
            ProblemCode::MissingApplicationKey => Self::DeploymentMissingApplicationConfigurationKey,
            ProblemCode::EmptyApplicationKey => Self::DeploymentEmptyRequiredApplicationConfigurationKey,
            ProblemCode::InvalidRetryPolicy => Self::DeploymentInvalidRetryPolicy,
            ProblemCode::RetryPolicyNotAllowed => Self::DeploymentRetryPolicyOverrideNotAllowed,
            ProblemCode::ConnectorUpdateFailure => Self::DeploymentConnectorUpdateFailure,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

codes! {
    "Any operation" {
        InvalidToken, "invalid_token", 401, "`error`, `error_description` beside the envelope; header `WWW-Authenticate: Bearer`",
            "no valid token or API key",
            "get a token from `POST /oauth/token`";
        AuthorizationError, "AuthorizationError", 403, "",
            "the token lacks the scope that the message names, a new client would get a scope that its \
             maker lacks, or the key is [limited to the environment](OPERATIONS.md#api-clients) that the \
             message names",
            "use a client that has the scope, or is not limited";
        ResourceNotFound, "ResourceNotFound", 404, "",
            "what the path names is not in this project, nothing is deployed that could answer or is on its \
             way, or there is no such path",
            "check project, id and key; `GET /openapi.json` has the paths";
        MethodNotAllowed, "MethodNotAllowed", 405, "header `Allow`",
            "the path does not take that method",
            "use one that `Allow` names";
        InvalidJsonInput, "InvalidJsonInput", 400, "`field`, `detailedErrorMessage`",
            "the body is no JSON in UTF-8, has a member twice, is nested more than 127 levels deep, does \
             not fit, has a number that cannot be kept exactly, or has a member that the operation does not \
             know; or there is a body where none is taken (at the routes of Connect, whose contract has \
             what is unknown [ignored](CONNECT.md#unknown-members), it is ignored)",
            "mend the body; write such a number as a text; a message with *did you mean* names the member \
             that was probably meant";
        UnsupportedMediaType, "UnsupportedMediaType", 415, "",
            "the body has another media type or character set, or a `Content-Encoding`",
            "send JSON in UTF-8, as it is, with `Content-Type: application/json`";
        InvalidQueryParam, "InvalidQueryParam", 400, "`detailedErrorMessage`",
            "a query parameter is unknown, has a wrong value or is there twice (only `sort` may be), it \
             names a key that is nobody's, a cursor belongs to another list, order or filter (the message \
             says which), more than 10,000 entries would have to be sorted or counted, or a list is too \
             long to be read whole within 20 seconds, or the page would be larger than Lambda can answer (6 \
             MB)",
            "mend the parameter, narrow the filter or ask for a smaller `limit`";
        InvalidPathParam, "InvalidPathParam", 400, "`detailedErrorMessage`",
            "a path parameter is neither an id nor `key=…`, or no release number",
            "mend the path";
        FieldValueNotFound, "FieldValueNotFound", 400, "`field`, `value`",
            "a member of the body names something that is not there",
            "create it first, or name another";
        DuplicateField, "DuplicateField", 400, "`field` (`key`, or `host` of a repository host), `duplicateValue`",
            "the key is taken, of a connector in the whole stack; or the project has that host",
            "choose another";
        EntityInUse, "EntityInUse", 400, "",
            "something is deployed, or being deployed, that needs it, of a connector in any project; or the \
             integration is being deleted, so nothing is added to it",
            "undeploy first; choose another integration, or repeat the deletion if it does not end";
        ConcurrentModification, "ConcurrentModification", 409, "`expectedVersion`, `currentVersion`, when versions differ",
            "it changed meanwhile",
            "read again, decide again, send the new version";
        General, "General", 500, "",
            "a fault inside Slipway; the log has the cause",
            "read again before repeating: the change may have been made";
        ServiceUnavailable, "ServiceUnavailable", 503, "header `Retry-After`, in seconds",
            "something Slipway needs did not answer",
            "the same, after that time";
    }
    "Tokens" {
        InvalidRequest, "invalid_request", 400, "",
            "a parameter is missing, there twice or a misspelling of a known one, or the body is no JSON \
             object; 415 when it is neither a form nor JSON",
            "send the parameters as a form or as a JSON object, each once";
        UnsupportedGrantType, "unsupported_grant_type", 400, "",
            "only `client_credentials` is supported",
            "ask with `grant_type=client_credentials`";
        InvalidScope, "invalid_scope", 400, "",
            "the client does not have that scope, or it lacks `:{projectKey}`",
            "ask for scopes that the client has, as `{scope}:{projectKey}`, or for none";
        InvalidClient, "invalid_client", 401, "",
            "unknown client, wrong secret, or no credentials",
            "send the id and the secret of a client with Basic authentication";
    }
    "Environments, integrations, flows, releases" {
        EnvironmentVariableRefused, "EnvironmentVariableRefused", 400, "",
            "too many variables, values too large together, or none of that name to remove",
            "see the message";
        IntegrationBuiltIn, "IntegrationBuiltIn", 400, "",
            "*Standalone flows* cannot be deleted",
            "delete the flows in it";
        FlowDefinitionTooLarge, "FlowDefinitionTooLarge", 400, "`size`, `limit`",
            "a definition has at most 1 MB",
            "move a part into another flow";
        FlowDefinitionMissing, "FlowDefinitionMissing", 400, "",
            "there is nothing to save",
            "`setDefinition` first";
        FlowDefinitionInvalid, "FlowDefinitionInvalid", 400, "`path`",
            "a finding in the definition, one error each; `path` is a JSON pointer into it",
            "mend it and save again";
        FlowTriggerUnfit, "FlowTriggerUnfit", 400, "",
            "a flow of this kind cannot have this trigger: `api` has `service`, `tool` has `none`",
            "choose a trigger that the kind can have, or make a flow of another kind";
        FlowNeverSaved, "FlowNeverSaved", 400, "",
            "there is nothing to discard to",
            "`save` first, or delete the flow";
        FlowUnsaved, "FlowUnsaved", 400, "",
            "a flow with unsaved changes cannot be released",
            "save or discard";
        FlowEmpty, "FlowEmpty", 400, "",
            "the flow has no saved definition",
            "set one and save";
    }
    "Deployments" {
        DeploymentInvalidStatusTransition, "DeploymentInvalidStatusTransition", 400, "",
            "another operation is under way (`Already queued`, `Already deploying`, `Already undeploying`), \
             or the status does not allow it. `disable`, `DELETE`, `enable` and priorities of a flow \
             deployment do not have to wait, unless it is being undeployed",
            "wait, then ask again";
        DeploymentFlowGone, "DeploymentFlowGone", 400, "",
            "the flow was deleted, so nothing of it can be deployed again, nor a package with it",
            "undeploy it";
        DeploymentEnvironmentGone, "DeploymentEnvironmentGone", 400, "",
            "the environment was deleted, so nothing can be deployed there again",
            "undeploy it";
        DeploymentTooManyEnabled, "DeploymentTooManyEnabled", 400, "",
            "ten deployments of the flow are switched on in that place already",
            "switch one off first";
        DeploymentNothingToRollBackTo, "DeploymentNothingToRollBackTo", 400, "",
            "this deployment does not answer, or nothing answered before it, or not the one named in `to`",
            "roll back the one that answers: of those with `active: true` the one with the highest priority";
    }
    "Connectors" {
        GitRepositoryNotReachable, "GitRepositoryNotReachable", 400, "",
            "the repository could not be read at the tag: unknown host, no access, no such tag, not an \
             archive, too large",
            "see the message";
        ConnectorSpecificationFileNotFound, "ConnectorSpecificationFileNotFound", 400, "",
            "there is no `connect.yaml` at the root",
            "add it, and set a tag that has it";
        ConnectorSpecificationFileNotValid, "ConnectorSpecificationFileNotValid", 400, "",
            "`connect.yaml` cannot be used, or declares too much; one error for each problem, with path and \
             line",
            "mend it, and set a tag that has it";
        ConnectorStagedProcessing, "ConnectorStagedProcessing", 400, "",
            "the connector is being published",
            "wait until `status` is `Published` or `Failed`";
        ConnectorStagedPreviewRequestUnderProcess, "ConnectorStagedPreviewRequestUnderProcess", 400, "",
            "the connector is being checked",
            "wait until `isPreviewable` is `\"true\"` or `\"false\"`";
        ConnectorStagedInCertification, "ConnectorStagedInCertification", 400, "",
            "the connector is in certification and takes only comments",
            "wait for the operator, or delete it";
        ConnectorAlreadyCertified, "ConnectorAlreadyCertified", 400, "",
            "what is published is certified, and nothing has changed since",
            "change it first";
        ConnectorStagedNotPrivate, "ConnectorStagedNotPrivate", 400, "",
            "a connector that is not private has no list of private projects",
            "publish it privately first";
        ConnectorStagedTooManyPrivateProjects, "ConnectorStagedTooManyPrivateProjects", 400, "",
            "500 private projects are all there is room for",
            "remove one, or have it certified";
        ConnectorStagedTooManyComments, "ConnectorStagedTooManyComments", 400, "",
            "50 comments, or 24 KB of them as JSON, are all there is room for",
            "say no more; the operator decides without a comment";
        ConnectorNotListed, "ConnectorNotListed", 400, "",
            "only what is certified and listed can be unlisted",
            "have it certified first";
        RepositoryHostTokenWouldMove, "RepositoryHostTokenWouldMove", 400, "",
            "a repository host's token was set for another server than the one that `archiveUrl` now names",
            "set the token again, or remove it, in the same request";
    }
    "Deployments of connectors" {
        ConnectorReferenceNotFound, "ConnectorReferenceNotFound", 400, "",
            "there is no such connector, not at that version, or this project may not deploy it",
            "check id, key, `staged` and version; ask its owner for `privateProjects`";
        ConnectorStagedNotPreviewable, "ConnectorStagedNotPreviewable", 400, "",
            "`isPreviewable` of the staged connector is not `\"true\"`",
            "`updatePreviewable`, and read the report";
        DeploymentInvalidType, "DeploymentInvalidType", 400, "",
            "a staged connector is only deployed as `preview`, a published one never",
            "see the message";
        DeploymentProductionDeactivated, "DeploymentProductionDeactivated", 400, "",
            "the project takes no production deployments",
            "deploy as `sandbox`, or `setProductionEnabled` on the project";
        DeploymentUnsupportedRegion, "DeploymentUnsupportedRegion", 400, "",
            "the stack does not know the region, or the connector does not support it",
            "see the message";
        DeploymentApplicationRequired, "DeploymentApplicationRequired", 400, "",
            "no application is listed",
            "list at least one";
        DeploymentUnknownApplicationConfiguration, "DeploymentUnknownApplicationConfiguration", 400, "",
            "the connector has no such application",
            "see the message";
        DeploymentApplicationDoNotBelong, "DeploymentApplicationDoNotBelong", 400, "",
            "the connector has it, and this deployment was made without it",
            "make a new deployment";
        DeploymentUnknownApplicationConfigurationKey, "DeploymentUnknownApplicationConfigurationKey", 400, "",
            "the application declares no such key in that section",
            "check whether it is a standard or a secured key, or a global one";
        DeploymentUnknownGlobalConfigurationKey, "DeploymentUnknownGlobalConfigurationKey", 400, "",
            "there is no such global key in that section",
            "the same";
        DeploymentMissingApplicationConfigurationKey, "DeploymentMissingApplicationConfigurationKey", 400, "",
            "a required key of an application has no value",
            "give one";
        DeploymentEmptyRequiredApplicationConfigurationKey, "DeploymentEmptyRequiredApplicationConfigurationKey", 400, "",
            "a required key of an application has an empty value",
            "give one";
        DeploymentMissingGlobalConfigurationKey, "DeploymentMissingGlobalConfigurationKey", 400, "",
            "a required global key has no value",
            "give one";
        DeploymentEmptyRequiredGlobalConfigurationKey, "DeploymentEmptyRequiredGlobalConfigurationKey", 400, "",
            "a required global key has an empty value",
            "give one";
        DeploymentInvalidRetryPolicy, "DeploymentInvalidRetryPolicy", 400, "",
            "the retry policy is none",
            "see the message";
        DeploymentRetryPolicyOverrideNotAllowed, "DeploymentRetryPolicyOverrideNotAllowed", 400, "",
            "only an event application has a retry policy",
            "leave `retryPolicy` out";
        DeploymentConnectorUpdateFailure, "DeploymentConnectorUpdateFailure", 400, "",
            "the deployment cannot be moved to the newest version of its connector; one error for each \
             reason",
            "see the message";
        DeploymentApplicationDoesNotExist, "DeploymentApplicationDoesNotExist", 400, "",
            "the deployment has no application `applicationName`",
            "see the message";
        DeploymentLogMissingApplicationName, "DeploymentLogMissingApplicationName", 400, "",
            "in a region that ends in `.aws`, a log is that of one application",
            "name one in `applicationName`";
        DeploymentLogInvalidDate, "DeploymentLogInvalidDate", 400, "",
            "`startDate` or `endDate` is no date, `startDate` is more than 30 days back, or they are in the \
             wrong order",
            "see the message";
        DeploymentLogInvalidPageToken, "DeploymentLogInvalidPageToken", 400, "",
            "the page token is another deployment's or query's, a day old, or none",
            "begin without it";
    }
    "Runs" {
        PayloadTooLarge, "PayloadTooLarge", 413, "",
            "the input with what Slipway adds is over 256 KiB. A request over the limits of the gateway is \
             refused [by the gateway](#what-the-gateway-answers-by-itself)",
            "put the data elsewhere and send a reference";
        DeploymentUnderWay, "DeploymentUnderWay", 409, "`deployment`, `status`",
            "nothing answers there yet: that deployment is `Queued` or `Deploying`",
            "send it again when `GET /flow-deployments/{id}` says `Deployed`";
        RunNotStarted, "RunNotStarted", 503, "`run`",
            "Step Functions did not start it; the run is recorded as failed",
            "try again";
        RunUncertain, "RunUncertain", 503, "`run`",
            "Step Functions did not say whether it started",
            "`GET` the run before you start another";
        RunFailed, "RunFailed", 502, "`run`, `error`",
            "an `api` flow ended with `error`",
            "`GET` the run for the cause";
        InvalidResponse, "InvalidResponse", 502, "`run`, `field`",
            "the response that an `api` flow or a service describes breaks [the \
             rules](SERVICES.md#the-answer) at `field`, a JSON pointer into its output",
            "mend the flow";
        RunTimedOut, "RunTimedOut", 504, "`run`, `error`",
            "an `api` flow ran longer than it may",
            "make it faster, or a `flow`";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_has_a_word_of_its_own_and_says_what_to_do() {
        let words: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            let description = code.description();
            assert!(!description.meaning.is_empty() && !description.remedy.is_empty(), "{code}");
            assert!((400..600).contains(&description.status), "{code}");
        }
    }

    #[test]
    fn problems_of_a_configuration_have_codes_of_connects() {
        let codes: BTreeSet<_> = ProblemCode::ALL.iter().copied().map(ErrorCode::from).collect();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
        let is_connects = |code: &ErrorCode| code.description().section == "Deployments of connectors";
        assert!(
            codes.iter().all(|code| *code == ErrorCode::InvalidJsonInput || is_connects(code)),
            "{codes:?}"
        );
    }
}
