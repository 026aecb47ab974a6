//! Which archives a stack fetches without encryption.

use api::ApiError;
use domain::text::ArchiveUrl;

/// Refuses `http://`, except for hosts that the stack allows whatever their address is: there it is the operator who
/// says that nobody listens. `allowed` is the stack's list with commas, `field` where the URL is in the body.
pub(crate) fn check(url: &ArchiveUrl, allowed: &str, field: &str) -> Result<(), ApiError> {
    if url.is_encrypted() || is_allowed(url, allowed) {
        return Ok(());
    }
    let problem = "must begin with https://; http:// is for hosts in the stack's AllowedHosts only";
    Err(ApiError::invalid_field(field, problem))
}

/// An entry is a host, on every port, or a host and a port.
fn is_allowed(url: &ArchiveUrl, allowed: &str) -> bool {
    let (host, port) = url.host_and_port();
    let with_port = format!("{host}:{port}");
    let is_it = |entry: &str| entry.eq_ignore_ascii_case(&host) || entry.eq_ignore_ascii_case(&with_port);
    allowed.split(',').map(str::trim).any(is_it)
}

#[cfg(test)]
mod tests {
    use repository::{Host, Token};

    use super::*;

    fn accepted(url: &str, allowed: &str) -> bool {
        check(&url.parse().unwrap(), allowed, "/archiveUrl").is_ok()
    }

    #[test]
    fn only_what_the_stack_allows_is_fetched_in_the_clear() {
        assert!(accepted("https://git.acme.example/{path}/{tag}", ""));
        assert!(accepted("http://localhost:9000/{path}/{tag}", "git.acme.example, LOCALHOST"));
        assert!(accepted("http://localhost:9000/{path}/{tag}", "localhost:9000"));
        assert!(accepted("http://localhost/{path}/{tag}", "localhost:80"));
        for allowed in ["", "localhost:9001", "notlocalhost", "localhost.example"] {
            assert!(!accepted("http://localhost:9000/{path}/{tag}", allowed), "{allowed}");
        }
    }

    #[test]
    fn what_is_accepted_here_is_accepted_where_it_is_used() {
        let hosts =
            ["git.acme.example", "git.acme.example:8443", "localhost:9000", "127.0.0.1:3001", "a_b.test"];
        let archives = [
            "https://git.acme.example/{path}/archive/{tag}.tar.gz",
            "https://git.acme.example:8443/api/projects/{encodedPath}/archive.tar.gz?sha={tag}",
            "https://gitlab.com/{path}/-/archive/{tag}/{name}-{flatTag}.tar.gz",
            "http://localhost:9000/{name}/{flatTag}",
            "https://a_b.test/~x/{path}/$(y)'*!;,@{tag}%20",
        ];
        for host in hosts {
            let host: domain::text::HostName = host.parse().unwrap();
            for archive in archives {
                let archive: ArchiveUrl = archive.parse().unwrap();
                let used = Host::new(host.as_str(), archive.as_str(), None).unwrap();
                assert_eq!(used.name(), host.as_str());
            }
        }
        for header in ["Authorization", "PRIVATE-TOKEN", "x-api_key"] {
            let header: domain::text::TokenHeader = header.parse().unwrap();
            let token = domain::secret::SecretText::new("glpat-1 x".to_owned());
            assert!(domain::repository_host::is_token(token.expose_secret()));
            assert!(Token::new(header.as_str(), &token).is_ok(), "{header}");
        }
    }
}
