//! Origins, as browsers write them (<https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin>). One that is written
//! otherwise is that of no page.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What is wrong with an origin; nothing when it is `*` or could be that of a page.
pub fn origin_problem(text: &str) -> Option<String> {
    if text == "*" {
        return None;
    }
    match written_by_browsers(text) {
        Ok(origin) if origin == text => None,
        Ok(origin) => Some(format!(
            "must be written as browsers send it, in lower case and in ASCII, without the usual port and without a \
             path; write {origin}"
        )),
        Err(problem) => Some(problem.to_owned()),
    }
}

const NO_ORIGIN: &str = "must be '*', or http or https with a host, such as https://app.example.com";
const NO_PORT: &str = "must have a port from 1 to 65535 behind the colon, or no colon";

/// The origin of a URL, or what is wrong with it.
fn written_by_browsers(url: &str) -> Result<String, &'static str> {
    let (scheme, rest) = url.split_once("://").ok_or(NO_ORIGIN)?;
    let scheme = scheme.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return Err(NO_ORIGIN),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // An address in brackets has colons of its own.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let host = in_ascii(host).filter(|host| is_host(host) && !authority.contains('@')).ok_or(NO_ORIGIN)?;
    match port.map(number).transpose().map_err(|()| NO_PORT)? {
        Some(port) if port != usual => Ok(format!("{scheme}://{host}:{port}")),
        _ => Ok(format!("{scheme}://{host}")),
    }
}

/// A host in lower case. A name with other letters than those of ASCII is written in Punycode.
fn in_ascii(host: &str) -> Option<String> {
    if host.is_ascii() { Some(host.to_ascii_lowercase()) } else { idna::domain_to_ascii(host).ok() }
}

/// A port. Zeros in front count for nothing.
fn number(port: &str) -> Result<u16, ()> {
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|port| digits && *port > 0).ok_or(())
}

/// Whether a host is a name or an address as browsers write it. What ends in a number is an address to them.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|parsed| parsed.to_string() == address);
    }
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    if !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    !last.is_empty() && host.bytes().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send() {
        for origin in [
            "*",
            "https://app.example.com",
            "http://127.0.0.1:3000",
            "http://localhost:5173",
            "https://a:80",
            "http://a:443",
            "http://[::1]:3000",
            "https://xn--zrich-kva.example",
        ] {
            assert_eq!(origin_problem(origin), None, "{origin}");
        }
        for other in [
            "",
            "null",
            "app.example.com",
            "https://",
            "https://.",
            "https://:3000",
            "ftp://a",
            "https://*.example.com",
            "https://a b",
            "https://me@a",
            "https://127.1",
            "https://[::1",
            "https://[0:0:0:0:0:0:0:1]",
            "https://me:secret@a",
            "https://z\u{fffd}rich.example",
            "https://a\n",
        ] {
            let problem = origin_problem(other).unwrap();
            assert!(problem.ends_with("such as https://app.example.com"), "{other}: {problem}");
        }
        for other in ["https://a:0", "https://a:b", "https://a:", "https://a:+1", "https://a:65536"] {
            let problem = origin_problem(other).unwrap();
            assert!(problem.contains("a port from 1 to 65535"), "{other}: {problem}");
        }
    }

    #[test]
    fn what_is_no_origin_of_a_page_is_told_which_one_is() {
        for (text, advice) in [
            ("https://a:443", "https://a"),
            ("https://münchen.example", "https://xn--mnchen-3ya.example"),
            ("https://MÜNCHEN.example:443/a", "https://xn--mnchen-3ya.example"),
            ("http://a:80", "http://a"),
            ("https://[::1]:443", "https://[::1]"),
            ("https://a:08443", "https://a:8443"),
            ("https://a/", "https://a"),
            ("https://A:443/", "https://a"),
            ("https://a:8443/b?c", "https://a:8443"),
            ("HTTPS://A.example:1", "https://a.example:1"),
        ] {
            let problem = origin_problem(text).unwrap();
            assert!(problem.ends_with(&format!("; write {advice}")), "{problem}");
            assert_eq!(origin_problem(advice), None, "{advice}");
        }
    }
}
