//! Hosts that a project's repositories are fetched from, beside those that everybody knows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::RepositoryHostId;
use crate::metadata::{Metadata, Timestamp};
use crate::text::{ArchiveUrl, HostName, Key, ProjectKey, TokenHeader};

/// A token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 4 * 1024;

/// A host of repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryHost {
    /// The id. It follows from project and host, so that a host is there once.
    pub id: RepositoryHostId,
    /// The user's own name for addressing, unique in the project.
    pub key: Option<Key>,
    /// The host as repository URLs name it.
    pub host: HostName,
    /// The URL of its archives.
    pub archive_url: ArchiveUrl,
    /// In which header it wants its token: `Authorization` has it as `Bearer {token}`, any other as it is.
    pub token_header: TokenHeader,
    /// Under which version the token is sealed; absent where there is none.
    pub token: Option<u64>,
    /// The highest version ever given to a token here.
    pub last_token_version: u64,
    /// Version and authorship.
    pub metadata: Metadata,
}

impl RepositoryHost {
    /// Makes room for a new token and returns the version to seal it under.
    ///
    /// Versions count on from the second in which they are given: a host that is deleted and made again has the same
    /// id, and who still holds the old one must not find the new token under the old number.
    pub fn set_token(&mut self, now: Timestamp) -> u64 {
        let second = u64::try_from(now.as_second()).unwrap_or_default();
        self.last_token_version = second.max(self.last_token_version.saturating_add(1));
        self.token = Some(self.last_token_version);
        self.last_token_version
    }

    /// Whether the token that was set for `before` would now be sent to another place. Nobody can read a token, so
    /// nobody may have it sent to a server of their own either.
    pub fn moves_token_of(&self, before: &Self) -> bool {
        let same_token = self.token.is_some() && self.token == before.token;
        same_token && self.archive_url.origin() != before.archive_url.origin()
    }
}

impl RepositoryHostId {
    /// The id of a host in a project.
    pub fn of_host(project: &ProjectKey, host: &HostName) -> Self {
        let name = format!("slipway/{project}/repository-hosts/{host}");
        Self::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()))
    }
}

/// Whether a text can be sent as a token: visible ASCII, with spaces only inside.
pub fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN_BYTES).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_graphic() || c == ' ')
        && text.trim() == text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Principal;

    fn host(archive_url: &str) -> RepositoryHost {
        let name: HostName = "git.acme.example".parse().unwrap();
        RepositoryHost {
            id: RepositoryHostId::of_host(&"acme".parse().unwrap(), &name),
            key: None,
            host: name,
            archive_url: archive_url.parse().unwrap(),
            token_header: TokenHeader::authorization(),
            token: None,
            last_token_version: 0,
            metadata: Metadata::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("tests")),
        }
    }

    #[test]
    fn a_token_is_what_a_header_can_have() {
        assert!(is_token("glpat-1") && is_token("Basic eA=="));
        for bad in ["", " x", "x ", "x\n", "x\r\nHost: y", "é", &"x".repeat(MAX_TOKEN_BYTES + 1)] {
            assert!(!is_token(bad), "{bad:?}");
        }
    }

    #[test]
    fn no_version_of_a_token_is_given_twice() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let mut host = host("https://git.acme.example/{path}/{tag}");
        let first = host.set_token(now);
        assert_eq!(first, u64::try_from(now.as_second()).unwrap());
        assert_eq!((host.set_token(now), host.token), (first + 1, Some(first + 1)));
        host.token = None;
        assert_eq!(host.set_token(now.plus_seconds(-60)), first + 2);
        assert_eq!(host.set_token(now.plus_seconds(60)), first + 60);
    }

    #[test]
    fn a_token_stays_with_the_server_it_was_set_for() {
        let before = RepositoryHost { token: Some(7), ..host("https://git.acme.example/{path}/{tag}") };
        let moved = |url: &str, token| {
            let after = RepositoryHost { archive_url: url.parse().unwrap(), token, ..before.clone() };
            after.moves_token_of(&before)
        };
        assert!(moved("https://evil.example/{path}/{tag}", Some(7)));
        assert!(moved("http://git.acme.example/{path}/{tag}", Some(7)));
        assert!(moved("https://git.acme.example:8443/{path}/{tag}", Some(7)));
        assert!(!moved("https://Git.Acme.example:443/other/{path}/{tag}", Some(7)));
        assert!(!moved("https://evil.example/{path}/{tag}", Some(8)));
        assert!(!moved("https://evil.example/{path}/{tag}", None));
    }
}
