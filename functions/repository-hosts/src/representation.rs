//! What a client sees of a repository host.

use domain::ids::RepositoryHostId;
use domain::metadata::Metadata;
use domain::repository_host::RepositoryHost;
use domain::secret::MASK;
use domain::text::{ArchiveUrl, HostName, Key, TokenHeader};
use schemars::JsonSchema;
use serde::Serialize;

/// A host that repositories are fetched from.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RepositoryHost")]
pub struct RepositoryHostView {
    /// The id.
    pub id: RepositoryHostId,
    /// The user's own name for addressing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Version and authorship.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// The host as repository URLs name it.
    pub host: HostName,
    /// The URL of its archives.
    pub archive_url: ArchiveUrl,
    /// In which header it wants its token.
    pub token_header: TokenHeader,
    /// Always `****`; absent where there is no token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'static str>,
}

impl From<RepositoryHost> for RepositoryHostView {
    fn from(host: RepositoryHost) -> Self {
        Self {
            id: host.id,
            key: host.key,
            metadata: host.metadata,
            host: host.host,
            archive_url: host.archive_url,
            token_header: host.token_header,
            token: host.token.map(|_| MASK),
        }
    }
}
