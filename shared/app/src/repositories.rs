//! Reading the repositories of connectors, with what the stack and the project know of their hosts.

use contract::{ErrorCode, ErrorItem};
use domain::connector;
use domain::payload::Payload;
use domain::text::ProjectKey;
use repository::{Contents, Host, InvalidHost, Repositories, RepositoryCode, RepositoryError, Token};
use runtime::Context;

use crate::error::{AppError, Refusal};
use crate::payloads::of_payload;
use crate::repository_hosts::{KnownHost, hosts_of};

/// Why a repository could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// What is there, or whoever has it, does not allow it.
    Repository(RepositoryError),
    /// Slipway could not even try.
    Slipway(AppError),
}

/// Reads a repository of `project` at its tag. Takes at most [`repository::limits::TIME_LIMIT`] and two reads of the
/// table.
///
/// Needs `grant::READ`, `grant::GET_ARCHIVE`, and `grant::open` for the hosts of repositories.
pub async fn read(
    context: &Context,
    project: &ProjectKey,
    repository: &connector::Repository,
) -> Result<Contents, ReadError> {
    let known = hosts_of(context, project, &repository.url).await.map_err(ReadError::Slipway)?;
    let hosts: Result<Vec<Host>, _> = known.iter().map(host).collect();
    let hosts = hosts.map_err(|error| ReadError::Slipway(AppError::internal(error)))?;
    let repositories = repositories(context).map_err(ReadError::Slipway)?;
    repositories.read(project, repository, &hosts).await.map_err(ReadError::Repository)
}

/// Stores what was read, and returns where it is. What is stored and never pointed to does no harm.
///
/// Needs `grant::PUT_PAYLOAD`.
pub async fn store(context: &Context, contents: &Contents) -> Result<Payload, AppError> {
    let artifacts = context.artifacts().map_err(AppError::internal)?;
    contents.store(artifacts).await.map_err(of_payload)
}

/// Made for each use: few functions read repositories, and seldom.
fn repositories(context: &Context) -> Result<Repositories, AppError> {
    let bucket = context.config.bucket().map_err(AppError::internal)?.to_owned();
    let (allowed, hosts) = (&context.config.allowed_hosts, &context.config.repository_hosts);
    Repositories::from_settings(context.s3(), bucket, allowed, hosts).map_err(AppError::internal)
}

fn host(known: &KnownHost) -> Result<Host, InvalidHost> {
    let header = known.token_header.as_str();
    let token = known.token.as_ref().map(|token| Token::new(header, token)).transpose()?;
    Host::new(known.host.as_str(), known.archive_url.as_str(), token)
}

impl From<ReadError> for AppError {
    fn from(unread: ReadError) -> Self {
        let error = match unread {
            ReadError::Slipway(error) => return error,
            ReadError::Repository(RepositoryError::Internal(cause)) => return Self::internal(cause),
            ReadError::Repository(RepositoryError::Bucket(cause)) => return Self::unavailable(cause),
            ReadError::Repository(error) => error,
        };
        let code = match error.code() {
            RepositoryCode::GitRepositoryNotReachable => ErrorCode::GitRepositoryNotReachable,
            RepositoryCode::ConnectorSpecificationFileNotFound => {
                ErrorCode::ConnectorSpecificationFileNotFound
            }
            RepositoryCode::ConnectorSpecificationFileNotValid => {
                ErrorCode::ConnectorSpecificationFileNotValid
            }
        };
        let errors = error.messages().into_iter().map(|message| ErrorItem::new(code, message)).collect();
        Self::Refused(Refusal { errors, source: Some(error.into()) })
    }
}

#[cfg(test)]
mod tests {
    use api::ApiError;

    use super::*;

    #[test]
    fn every_problem_of_a_specification_is_an_error_of_its_own() {
        let problems = ["connect.yaml:3: one", "connect.yaml:9: two"].map(str::to_owned);
        let refused = ApiError::from(AppError::from(ReadError::Repository(
            RepositoryError::SpecificationNotValid(problems.into()),
        )));
        let codes: Vec<_> = refused.errors.iter().map(|item| (item.code, item.message.as_str())).collect();
        let code = ErrorCode::ConnectorSpecificationFileNotValid;
        assert_eq!(codes, [(code, "connect.yaml:3: one"), (code, "connect.yaml:9: two")]);
        assert_eq!(refused.status, 400);
    }

    #[test]
    fn what_the_author_cannot_mend_is_not_the_authors_fault() {
        let status = |error| ApiError::from(AppError::from(ReadError::Repository(error))).status;
        assert_eq!(status(RepositoryError::UnusableUrl), 400);
        assert_eq!(status(RepositoryError::Bucket("down".into())), 503);
        assert_eq!(status(RepositoryError::Internal("broken".into())), 500);
    }
}
