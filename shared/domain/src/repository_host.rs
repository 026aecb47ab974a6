//! Hosts that a project's repositories are fetched from, beside those that everybody knows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::RepositoryHostId;
use crate::text::{ArchiveUrl, HostName, Key, ProjectKey, RepositoryUrl, TokenHeader};
use crate::trail::{Timestamp, Trail};

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
    /// Where it keeps archives.
    pub archive_url: ArchiveUrl,
    /// In which header it wants its token: `Authorization` has it as `Bearer {token}`, any other as it is.
    pub token_header: TokenHeader,
    /// Under which version the token is sealed; absent where there is none.
    pub token: Option<u64>,
    /// The highest version ever given to a token here.
    pub last_token_version: u64,
    /// Version and authorship.
    pub trail: Trail,
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

impl HostName {
    /// The host that a repository lies at; nothing for one in a bucket.
    pub fn of(repository: &RepositoryUrl) -> Option<Self> {
        let url = repository.as_str();
        let host = match (url.strip_prefix("https://"), url.strip_prefix("git@")) {
            (Some(place), _) => place.split_once('/')?.0,
            (_, Some(place)) => place.split_once(':')?.0,
            _ => return None,
        };
        let host = host.to_ascii_lowercase();
        host.strip_suffix(":443").unwrap_or(&host).parse().ok()
    }
}

impl ArchiveUrl {
    /// Whether it begins with `https://`.
    pub fn is_encrypted(&self) -> bool {
        self.as_str().starts_with("https://")
    }

    /// The host that is called, in lower case, and the port.
    pub fn host_and_port(&self) -> (String, u16) {
        let (host, port) = authority(self.as_str()).map(split_port).unwrap_or_default();
        let usual = if self.is_encrypted() { 443 } else { 80 };
        (host.to_ascii_lowercase(), port.and_then(|port| port.parse().ok()).unwrap_or(usual))
    }

    /// What has to be the same for a token to be sent: encrypted or not, host and port.
    fn origin(&self) -> (bool, String, u16) {
        let (host, port) = self.host_and_port();
        (self.is_encrypted(), host, port)
    }
}

/// Whether a text is a host in lower case, with a port unless that is 443.
pub fn is_host(text: &str) -> bool {
    let lower = !text.contains(|c: char| c.is_ascii_uppercase());
    lower && is_authority(text) && split_port(text).1 != Some("443")
}

/// Whether a text is the URL of archives, with placeholders for the repository and its tag behind the host.
pub fn is_archive_url(text: &str) -> bool {
    let Some(place) = authority(text) else { return false };
    let placeholders = placeholders(text).unwrap_or_default();
    let names = |words: &[&str]| placeholders.iter().any(|placeholder| words.contains(placeholder));
    let known = |word: &&str| REPOSITORY.contains(word) || TAG.contains(word);
    is_authority(place)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?&=%+@,;!$'()*{}".contains(c))
        && placeholders.iter().all(known)
        && names(&REPOSITORY)
        && names(&TAG)
}

/// Whether a text is the name of a header that can say who asks.
pub fn is_token_header(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
        && !RESERVED.iter().any(|reserved| text.eq_ignore_ascii_case(reserved))
}

/// Whether a text can be sent as a token: visible ASCII, with spaces only inside.
pub fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN_BYTES).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_graphic() || c == ' ')
        && text.trim() == text
}

/// What stands for the repository.
const REPOSITORY: [&str; 3] = ["path", "encodedPath", "name"];
/// What stands for its tag.
const TAG: [&str; 2] = ["tag", "flatTag"];
/// Headers that say something else than who asks.
const RESERVED: [&str; 6] =
    ["host", "connection", "content-length", "transfer-encoding", "user-agent", "range"];

/// What stands between `https://` and the next slash.
fn authority(url: &str) -> Option<&str> {
    let place = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    place.split_once('/').map(|(authority, _)| authority)
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)))
}

fn is_authority(text: &str) -> bool {
    let (host, port) = split_port(text);
    let named = |part: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !part.is_empty() && part.chars().all(inner)
    };
    let numbered =
        |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    host.split('.').all(named) && port.is_none_or(numbered)
}

/// The words in braces; nothing where braces do not match.
fn placeholders(text: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find(['{', '}']) {
        let (word, following) = rest.get(place..)?.strip_prefix('{')?.split_once('}')?;
        found.push(word);
        rest = following;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::Principal;

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
            trail: Trail::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("tests")),
        }
    }

    #[test]
    fn a_host_is_named_in_one_way() {
        for good in
            ["git.acme.example", "git.acme.example:8443", "localhost:9000", "127.0.0.1:3001", "a_b.test"]
        {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "Git.acme.example",
            "git.acme.example:443",
            "git.acme.example:0",
            "git.acme.example:70000",
            "git.acme.example:08443",
            "git.acme.example:",
            "git.acme.example/x",
            "https://git.acme.example",
            "git..acme",
            ".acme",
            "acme.",
            "a b",
            "[::1]",
            "me@acme.example",
            "{path}",
            "",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
    }

    #[test]
    fn a_repository_lies_at_a_host() {
        for (url, expected) in [
            ("https://github.com/acme/tax.git", Some("github.com")),
            ("https://GitHub.com:443//acme/tax.git", Some("github.com")),
            ("https://git.test:8443/a/b/c.git", Some("git.test:8443")),
            ("git@GitLab.com:acme/group/tax.git", Some("gitlab.com")),
            ("https://me@git.test/acme/tax.git", None),
            ("s3://bucket/repositories/acme/tax", None),
        ] {
            let host = HostName::of(&url.parse().unwrap());
            assert_eq!(host.as_ref().map(HostName::as_str), expected, "{url}");
        }
    }

    #[test]
    fn the_url_of_archives_names_repository_and_tag_behind_its_host() {
        for good in [
            "https://git.acme.example/{path}/archive/{tag}.tar.gz",
            "https://git.acme.example:8443/api/v4/projects/{encodedPath}/repository/archive.tar.gz?sha={tag}",
            "https://gitlab.com/{path}/-/archive/{tag}/{name}-{flatTag}.tar.gz",
            "http://localhost:9000/{name}/{flatTag}",
        ] {
            assert!(is_archive_url(good), "{good}");
        }
        for bad in [
            "https://git.acme.example/{path}",
            "https://git.acme.example/{tag}",
            "https://git.acme.example/{path}/{tag}/{branch}",
            "https://git.acme.example/{path}/{tag",
            "https://git.acme.example/{path}/{tag}}",
            "https://{name}.example/{path}/{tag}",
            "https://me:secret@git.acme.example/{path}/{tag}",
            "https://git.acme.example/{path}/{tag}#x",
            "https://git.acme.example/{path}/{tag} x",
            "https:///{path}/{tag}",
            "HTTPS://git.acme.example/{path}/{tag}",
            "ftp://git.acme.example/{path}/{tag}",
            "git.acme.example/{path}/{tag}",
        ] {
            assert!(!is_archive_url(bad), "{bad}");
        }
    }

    #[test]
    fn a_token_goes_where_a_header_can_have_it() {
        for good in ["Authorization", "PRIVATE-TOKEN", "X-Api-Key"] {
            assert!(is_token_header(good), "{good}");
        }
        for bad in ["", "Host", "user-agent", "a b", "a:b", "é"] {
            assert!(!is_token_header(bad), "{bad}");
        }
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
