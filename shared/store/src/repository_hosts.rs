//! Hosts of repositories. At most one version of a host's token lies beside it, always the one that it names: both
//! change in one write.

use domain::repository_host::RepositoryHost;
use domain::text::VariableName;

use crate::error::StoreError;
use crate::secrets::SealedVariable;
use crate::write::{OnConditionFailure, Write};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// Stores a new host with its token. A host that is there already is [`StoreError::Duplicate`].
    pub async fn create_repository_host(
        &self,
        host: &RepositoryHost,
        token: Option<&SealedVariable>,
    ) -> Result<(), StoreError> {
        let mut writes = self.creation(host)?;
        writes.extend(token.map(|token| self.put_secret(host.id.into(), token)));
        self.write(writes).await.map_err(|error| about_host(error, host))
    }

    /// Replaces a host by what it has become, with a new token when it has one. The token of before goes, unless it is
    /// kept.
    pub async fn update_repository_host(
        &self,
        before: &RepositoryHost,
        host: &RepositoryHost,
        token: Option<&SealedVariable>,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.change(host, before.metadata.version)?];
        writes.extend(token.map(|token| self.put_secret(host.id.into(), token)));
        if before.token != host.token {
            writes.extend(self.token_removal(before));
        }
        self.write(writes).await
    }

    /// Deletes a host at the version it carries, with its token. What was fetched from it stays.
    pub async fn delete_repository_host(&self, host: &RepositoryHost) -> Result<(), StoreError> {
        let mut writes = self.deletion(host, &[], "")?;
        writes.extend(self.token_removal(host));
        self.write(writes).await
    }

    fn token_removal(&self, host: &RepositoryHost) -> Option<Write> {
        let key = keys::secret(&self.project, host.id.into(), &VariableName::token(), host.token?);
        Some(Write::delete(key, Vec::new(), OnConditionFailure::Raced))
    }
}

/// What is taken is the host, where it is the id: that follows from the host.
fn about_host(error: StoreError, host: &RepositoryHost) -> StoreError {
    match error {
        StoreError::Duplicate { kind, value, .. } if value == host.id.to_string() => {
            StoreError::Duplicate { kind, field: "host", value: host.host.to_string() }
        }
        other => other,
    }
}
