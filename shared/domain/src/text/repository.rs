//! Where repositories lie: their URLs, their hosts, and the archives that hosts keep of them.

use super::{ArchiveUrl, HostName, RepositoryUrl};

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
    pub(crate) fn origin(&self) -> (bool, String, u16) {
        let (host, port) = self.host_and_port();
        (self.is_encrypted(), host, port)
    }
}

/// Whether a text is `https://{host}/{path}.git`, `git@{host}:{path}.git` or `s3://{bucket}/{prefix}`, without `..`.
pub(super) fn is_repository_url(text: &str) -> bool {
    let is_path = |path: &str| {
        !path.is_empty()
            && !path.contains("..")
            && path.chars().all(|c| c.is_ascii_alphanumeric() || "_.@:/~-".contains(c))
    };
    if let Some(place) = text.strip_prefix("s3://") {
        return place.split_once('/').is_some_and(|(bucket, prefix)| !bucket.is_empty() && is_path(prefix));
    }
    let Some(repository) = text.strip_suffix(".git") else { return false };
    if let Some(place) = repository.strip_prefix("https://") {
        return place
            .split_once('/')
            .is_some_and(|(host, path)| !host.is_empty() && is_path(host) && is_path(path));
    }
    let place = repository.strip_prefix("git@").and_then(|place| place.split_once(':'));
    place.is_some_and(|(host, path)| {
        let is_host = host.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        !host.is_empty() && is_host && is_path(path)
    })
}

/// Whether a text is a host in lower case, with a port unless that is 443.
pub(super) fn is_host(text: &str) -> bool {
    let lower = !text.contains(|c: char| c.is_ascii_uppercase());
    lower && is_authority(text) && split_port(text).1 != Some("443")
}

/// Whether a text is the URL of archives, with placeholders for the repository and its tag behind the host.
pub(super) fn is_archive_url(text: &str) -> bool {
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
pub(super) fn is_token_header(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
        && !RESERVED.iter().any(|reserved| text.eq_ignore_ascii_case(reserved))
}

/// Placeholders for the repository.
const REPOSITORY: [&str; 3] = ["path", "encodedPath", "name"];
/// Placeholders for its tag.
const TAG: [&str; 2] = ["tag", "flatTag"];
/// Headers that do not say who asks.
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

    #[test]
    fn a_repository_is_reached_over_https_or_ssh_or_lies_in_a_bucket() {
        for good in [
            "https://github.com/acme/tax.git",
            "git@github.com:acme/tax.git",
            "https://127.0.0.1:3001/acme/tax.git",
            "s3://bucket/repositories/acme/tax",
        ] {
            assert!(is_repository_url(good), "{good}");
        }
        for bad in [
            "https://github.com/acme/tax",
            "http://github.com/acme/tax.git",
            "https://github.com/../tax.git",
            "https://.git",
            "git@github.com/acme.git",
            "s3://bucket",
            "ssh://git@github.com/acme/tax.git",
            "https://github.com/a b.git",
        ] {
            assert!(!is_repository_url(bad), "{bad}");
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
    fn a_token_goes_where_a_header_says_who_asks() {
        for good in ["Authorization", "PRIVATE-TOKEN", "X-Api-Key"] {
            assert!(is_token_header(good), "{good}");
        }
        for bad in ["", "Host", "user-agent", "a b", "a:b", "é"] {
            assert!(!is_token_header(bad), "{bad}");
        }
    }
}
