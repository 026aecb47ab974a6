//! Hosts that repositories of connectors are fetched from.

use domain::ids::RepositoryHostId;
use domain::metadata::Metadata;
use domain::repository_host::RepositoryHost;
use domain::secret::{MASK, SecretText};
use domain::text::{ArchiveUrl, HostName, Key, TokenHeader};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// A new repository host.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryHostDraft {
    /// The user's own name for addressing, unique among repository hosts.
    pub key: Option<Key>,
    /// The host as repository URLs name it; unique in the project. It can be one that everybody knows, such as
    /// `github.com`, to give it a token.
    pub host: HostName,
    /// Where it keeps archives (tar.gz). `{path}` stands for the repository's path without `.git`, `{encodedPath}`
    /// for the same with `/` encoded, `{name}` for its last part, `{tag}` for the tag, `{flatTag}` for the tag with
    /// `-` for `/`.
    pub archive_url: ArchiveUrl,
    /// In which header it wants its token; `Authorization` when absent, which has it as `Bearer {token}`. Any other
    /// header has it as it is.
    pub token_header: Option<TokenHeader>,
    /// The token. It is kept encrypted, never shown again, and sent to the host of `archiveUrl` only.
    pub token: Option<SecretText>,
}

/// A change to a repository host.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
#[schemars(rename = "RepositoryHostAction")]
pub enum Action {
    /// Say anew where it keeps archives. On another server the token has to be set again, or removed, in the same
    /// request.
    SetArchiveUrl {
        /// The URL of its archives, with the same placeholders as in a draft.
        archive_url: ArchiveUrl,
    },
    /// Give it a token.
    SetToken {
        /// The token. `****` means the one that is there.
        token: SecretText,
        /// In which header it goes; the one of before when absent.
        token_header: Option<TokenHeader>,
    },
    /// Ask it without a token.
    RemoveToken,
}
