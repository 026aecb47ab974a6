//! What a URL points at.

use std::net::IpAddr;

use reqwest::Url;

/// A URL that can be called, as far as the URL alone tells.
#[derive(Debug, Clone)]
pub struct Target {
    url: Url,
    /// Lower case, without the brackets of an IPv6 address and without the dot that may end a name.
    host: String,
    port: u16,
}

/// Why a URL cannot be called. The text follows the name of the URL: "`url` begins with …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// The scheme is neither `http` nor `https`.
    #[error("begins with http:// or https://")]
    Scheme,
    /// There is a user name or a password in it.
    #[error("holds a user name or password; use an authorization header")]
    Credentials,
    /// There is no host, or the port is 0.
    #[error("names no host or no port")]
    Host,
}

impl Target {
    /// Checks what the URL alone says. (The parser has turned `127.1`, `0x7f000001` and the like into
    /// addresses.)
    ///
    /// # Errors
    ///
    /// Every variant of [`InvalidTarget`].
    pub fn new(url: Url) -> Result<Self, InvalidTarget> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidTarget::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTarget::Credentials);
        }
        let host = url.host_str().map(normal_host).unwrap_or_default();
        let port = url.port_or_known_default();
        match port {
            Some(port) if !host.is_empty() && port != 0 => Ok(Self { url, host, port }),
            _ => Err(InvalidTarget::Host),
        }
    }

    /// The URL.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The host: lower case, without the brackets of an IPv6 address and without the dot that may end a name.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also when the URL leaves it out.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the connection is encrypted.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether what is meant for `self` may be told to `other`: scheme, host and port are the same.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }

    /// Scheme, host and port, as in `https://example.com:443`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.host_and_port())
    }

    /// The origin of a URL; absent when it is none, or none that is ever called.
    pub fn origin_of(url: &str) -> Option<String> {
        Self::new(Url::parse(url).ok()?).ok().map(|target| target.origin())
    }

    /// The address, when the URL holds one instead of a name. Such a URL is never looked up.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// For messages and logs.
    pub fn host_and_port(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// A host as it is compared: no brackets, no final dot, lower case.
pub(crate) fn normal_host(host: &str) -> String {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address_guard::refusal;

    fn target(url: &str) -> Target {
        Target::new(Url::parse(url).unwrap()).unwrap()
    }

    #[test]
    fn every_way_to_write_an_address_is_seen() {
        let loopback = [
            "http://127.0.0.1",
            "http://127.0.0.1.",
            "http://127.1",
            "http://2130706433",
            "http://0x7f000001",
            "http://0x7f.1",
            "http://0177.0.0.1",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[::ffff:7f00:1]",
            "http://[64:ff9b::127.0.0.1]",
            "http://[2002:7f00:1::]",
            "http://①②⑦.0.0.1",
            "http://%31%32%37.0.0.1",
            "http:\\\\127.0.0.1",
        ];
        for url in loopback {
            let address = target(url).address().unwrap_or_else(|| panic!("{url} is an address"));
            assert_eq!(refusal(address), Some("loopback"), "{url}");
        }
        for url in ["http://localhost", "http://127.0.0.1.example.com", "https://example.com"] {
            assert_eq!(target(url).address(), None, "{url}");
        }
    }

    #[test]
    fn a_target_is_compared_in_one_form() {
        assert_eq!(target("https://Example.COM./x").host_and_port(), "example.com:443");
        assert_eq!(target("http://[::1]:80/").host_and_port(), "[::1]:80");
        assert_eq!(target("http://bücher.example").host, "xn--bcher-kva.example");
    }

    #[test]
    fn a_url_that_cannot_be_called_is_refused() {
        let cases = [
            ("ftp://example.com", InvalidTarget::Scheme),
            ("file:///etc/passwd", InvalidTarget::Scheme),
            ("https://u@example.com", InvalidTarget::Credentials),
            ("https://:p@example.com", InvalidTarget::Credentials),
            ("https://example.com:0", InvalidTarget::Host),
        ];
        for (url, expected) in cases {
            assert_eq!(Target::new(Url::parse(url).unwrap()).unwrap_err(), expected, "{url}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let here = target("https://example.com/a");
        assert!(here.is_same_origin(&target("https://EXAMPLE.com.:443/b?c")));
        for other in [
            "http://example.com",
            "https://example.com:8443",
            "https://a.example.com",
            "http://example.com:443",
        ] {
            assert!(!here.is_same_origin(&target(other)), "{other}");
        }
        assert_eq!(Target::origin_of("https://EXAMPLE.com./a"), Some("https://example.com:443".to_owned()));
        assert_eq!(Target::origin_of("http://[::1]:80/"), Some("http://[::1]:80".to_owned()));
        assert_eq!(Target::origin_of("example.com"), None);
    }
}
