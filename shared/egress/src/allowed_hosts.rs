//! The hosts that the operator of the stack allows although their addresses are not public.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use crate::target::{Target, normal_host};

/// A comma-separated list of `host` or `host:port`; a host without a port is allowed on every port. An IPv6
/// address with a port is written in brackets. Names are compared as they are written: what a name resolves
/// to is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<(String, Option<u16>)>);

/// An entry that is neither `host` nor `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a host, nor a host and a port")]
pub struct InvalidAllowedHost(String);

impl AllowedHosts {
    /// Whether no host is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn allow(&self, target: &Target) -> bool {
        let allows = |(host, port): &(String, Option<u16>)| {
            host == target.host() && port.is_none_or(|port| port == target.port())
        };
        self.0.iter().any(allows)
    }
}

impl FromStr for AllowedHosts {
    type Err = InvalidAllowedHost;

    fn from_str(list: &str) -> Result<Self, InvalidAllowedHost> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(entry).collect::<Result<_, _>>().map(Self)
    }
}

fn entry(text: &str) -> Result<(String, Option<u16>), InvalidAllowedHost> {
    let invalid = || InvalidAllowedHost(text.to_owned());
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok((address.ip().to_string(), Some(address.port())));
    }
    let bare = normal_host(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok((address.to_string(), None));
    }
    let (host, port) = match bare.split_once(':') {
        Some((host, port)) => (normal_host(host), Some(port.parse().map_err(|_| invalid())?)),
        None => (bare, None),
    };
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if !host.is_empty() && host.bytes().all(named) { Ok((host, port)) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::*;

    fn allowed(list: &str, url: &str) -> bool {
        let target = Target::new(Url::parse(url).unwrap()).unwrap();
        list.parse::<AllowedHosts>().unwrap().allow(&target)
    }

    #[test]
    fn a_host_is_allowed_as_it_is_written() {
        let cases = [
            ("", "http://localhost", false),
            ("localhost", "http://localhost:9000", true),
            ("localhost", "http://LOCALHOST.:9000", true),
            ("localhost", "http://notlocalhost", false),
            ("localhost", "http://localhost.example.com", false),
            ("localhost", "http://127.0.0.1", false),
            ("localhost:9000", "http://localhost:9000", true),
            ("localhost:9000", "http://localhost:9001", false),
            ("localhost:80", "http://localhost", true),
            ("localhost:443", "http://localhost", false),
            (" a.test , Internal.Test.:8443 ,", "https://internal.test:8443", true),
            (" a.test , internal.test:8443 ,", "https://a.test", true),
            ("127.0.0.1", "http://127.1:5", true),
            ("127.0.0.1:5", "http://127.0.0.1:5", true),
            ("127.0.0.1:5", "http://127.0.0.1:6", false),
            ("::1", "http://[::1]:7", true),
            ("[::1]", "http://[::1]:7", true),
            ("[::1]:7", "http://[0:0::1]:7", true),
            ("[::1]:7", "http://[::1]:8", false),
        ];
        for (list, url, expected) in cases {
            assert_eq!(allowed(list, url), expected, "{list} {url}");
        }
    }

    #[test]
    fn a_bad_entry_is_refused() {
        for list in ["http://x", "a b", "x:y", "x:70000", "*", ":80", "a,[::1", "."] {
            assert!(list.parse::<AllowedHosts>().is_err(), "{list}");
        }
    }
}
