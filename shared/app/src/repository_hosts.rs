//! The hosts that a project has told us of, with their tokens, for whoever fetches a repository.

use domain::ids::RepositoryHostId;
use domain::repository_host::RepositoryHost;
use domain::secret::SecretText;
use domain::text::{ArchiveUrl, HostName, ProjectKey, RepositoryUrl, TokenHeader, VariableName};
use domain::via::Source;
use retry::Retry;
use runtime::Context;
use secrets::{SealContext, Sealed, variable_context};
use store::{ProjectStore, StoreError};

use crate::error::AppError;

/// So often is a host read whose token was replaced just then.
const READS: u32 = 3;

/// A host, ready to be asked.
#[derive(Debug, Clone)]
pub struct KnownHost {
    /// The host as repository URLs name it.
    pub host: HostName,
    /// The URL of its archives.
    pub archive_url: ArchiveUrl,
    /// In which header it wants the token.
    pub token_header: TokenHeader,
    /// The token.
    pub token: Option<SecretText>,
}

/// The hosts of `project` that matter for `repository`: its own, or none. One consistent read, so a host can be used
/// the moment it is made; with a token, another read and at most one call to KMS. No other host's token is opened.
///
/// Needs `grant::READ`, and `grant::open` for [`SealedFor::RepositoryHosts`](api::operation::SealedFor).
pub async fn hosts_of(
    context: &Context,
    project: &ProjectKey,
    repository: &RepositoryUrl,
) -> Result<Vec<KnownHost>, AppError> {
    let Some(name) = HostName::of(repository) else { return Ok(Vec::new()) };
    let id = RepositoryHostId::of_host(project, &name);
    let mut retry = Retry::at_most(READS);
    loop {
        let host = match reading(context, project).get_by_id::<RepositoryHost>(id.uuid()).await {
            Ok(stored) => stored.entity,
            Err(StoreError::NotFound { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let token = match host.token {
            None => None,
            Some(version) => {
                let token = token(context, project, id, version).await?;
                if token.is_none() {
                    // The token goes with the write that replaces it: what was read is no longer so.
                    retry.again("the token of a host of repositories is being replaced").await?;
                    continue;
                }
                token
            }
        };
        let RepositoryHost { host, archive_url, token_header, .. } = host;
        return Ok(vec![KnownHost { host, archive_url, token_header, token }]);
    }
}

/// Whoever reads a repository needs its host, whatever else the caller may reach.
fn reading(context: &Context, project: &ProjectKey) -> ProjectStore {
    context.project(project, context.part("repositories", Source::Worker))
}

/// A version of a host's token, if it is still there.
async fn token(
    context: &Context,
    project: &ProjectKey,
    host: RepositoryHostId,
    version: u64,
) -> Result<Option<SecretText>, AppError> {
    let name = VariableName::token();
    let Some(envelope) = reading(context, project).secret(host, &name, version).await? else {
        return Ok(None);
    };
    let sealed: Sealed = serde_json::from_str(&envelope).map_err(AppError::internal)?;
    let (entity, key) = variable_context(host, &name, version);
    let place = SealContext { project: project.as_str(), entity: &entity, key: &key };
    let secrets = context.secrets()?;
    let opened = secrets.open(place, &sealed).await.map_err(AppError::unavailable)?;
    let text = std::str::from_utf8(&opened).map_err(AppError::internal)?;
    Ok(Some(SecretText::new(text.to_owned())))
}
