//! Origins, as browsers write them (<https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin>). One that is written
//! otherwise is that of no page.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What is wrong with an origin; nothing when it is `*` or could be that of a page.
pub fn origin_problem(text: &str) -> Option<String> {
    if text == "*" {
        return None;
    }
    match written_by_browsers(text) {
        Some(origin) if origin == text => None,
        Some(origin) => Some(format!(
            "must be written as browsers send it, in lower case, without the usual port and without a path; write \
             {origin}"
        )),
        None => Some("must be '*', or http or https with a host, such as https://app.example.com".to_owned()),
    }
}

/// The origin of a URL.
fn written_by_browsers(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://")?;
    let usual = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // An address in brackets has colons of its own.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if !is_host(host) {
        return None;
    }
    match port.map(number).transpose().ok()? {
        Some(port) if port != usual => Some(format!("{scheme}://{host}:{port}")),
        _ => Some(format!("{scheme}://{host}")),
    }
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
            "https://a:0",
            "https://a:b",
            "https://a:",
            "https://a:+1",
            "https://a:65536",
            "https://*.example.com",
            "https://a b",
            "https://me@a",
            "https://127.1",
            "https://[::1",
            "https://[0:0:0:0:0:0:0:1]",
            "https://zürich.example",
            "https://a\n",
        ] {
            let problem = origin_problem(other).unwrap();
            assert!(problem.ends_with("such as https://app.example.com"), "{other}: {problem}");
        }
    }

    #[test]
    fn what_is_no_origin_of_a_page_is_told_which_one_is() {
        for (text, advice) in [
            ("https://a:443", "https://a"),
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
