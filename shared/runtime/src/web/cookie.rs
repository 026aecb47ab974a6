//! Cookies of an answer. All services have one origin, so each keeps its cookies to its own path.

use std::collections::BTreeSet;

use http::HeaderValue;

use super::token::is_token;

/// Maximum number of bytes of a cookie with its attributes: what browsers keep.
const MAX_BYTES: usize = 4_096;

/// What names of cookies begin with, whatever the case, and which attribute browsers ask for then.
const PREFIXES: [(&str, &str); 3] = [("__Secure-", "Secure"), ("__Http-", "Secure"), ("__Http-", "HttpOnly")];

/// The header for a cookie such as `id=7; Max-Age=60; HttpOnly`, of the service at `path`. Without a `Path` it gets
/// that of the service.
///
/// # Errors
///
/// What is wrong with it, to follow the words "the cookie".
pub(super) fn header(text: &str, path: &str) -> Result<HeaderValue, String> {
    if text.len() > MAX_BYTES {
        return Err(format!("has {} bytes, and a cookie may have {MAX_BYTES}", text.len()));
    }
    let mut parts = text.split(';').map(str::trim);
    let pair = parts.next().unwrap_or_default();
    named(pair)?;
    let mut given = BTreeSet::new();
    for attribute in parts {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        allowed(name.trim(), value.trim(), path)?;
        if !given.insert(name.trim().to_ascii_lowercase()) {
            return Err(format!("has the attribute {} twice; give it once", name.trim()));
        }
    }
    for (prefix, attribute) in PREFIXES {
        let begins = pair.to_ascii_lowercase().starts_with(&prefix.to_ascii_lowercase());
        if begins && !given.contains(&attribute.to_ascii_lowercase()) {
            return Err(format!(
                "begins with '{prefix}', so browsers take it with {attribute} only; add that"
            ));
        }
    }
    let whole = if given.contains("path") { text.to_owned() } else { format!("{text}; Path={path}") };
    HeaderValue::from_str(&whole).map_err(|_| "may have visible ASCII characters only".to_owned())
}

fn named(pair: &str) -> Result<(), String> {
    let Some((name, value)) = pair.split_once('=') else {
        return Err("must begin with name=value".to_owned());
    };
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("has a name that is none: '{name}'"));
    }
    if name.to_ascii_lowercase().starts_with("__host-") {
        return Err("may not begin with '__Host-', which is for cookies of the whole site".to_owned());
    }
    let is_octet = |byte: u8| byte.is_ascii_graphic() && !b",;\\".contains(&byte);
    if value.bytes().all(is_octet) {
        Ok(())
    } else {
        Err("has a value with a character that must be encoded".to_owned())
    }
}

/// Whether a path has a segment that stands for another one, encoded or not.
fn climbs(path: &str) -> bool {
    path.split('/')
        .any(|segment| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."))
}

/// Whether a cookie of the service at `path` may have an attribute (RFC 6265 §4.1.2).
fn allowed(name: &str, value: &str, path: &str) -> Result<(), String> {
    let fits = match name.to_ascii_lowercase().as_str() {
        "path" if climbs(value) => {
            return Err(
                "has a Path with a segment '.' or '..', which no browser resolves; write it out".to_owned()
            );
        }
        "path" => value == path || value.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')),
        "max-age" => value.parse::<i64>().is_ok(),
        "expires" => !value.is_empty(),
        "secure" | "httponly" | "partitioned" => value.is_empty(),
        "samesite" => ["strict", "lax", "none"].contains(&value.to_ascii_lowercase().as_str()),
        "domain" => return Err("may not have a Domain: other services answer there too".to_owned()),
        _ => return Err(format!("has an attribute that is not known: '{name}'")),
    };
    let rule = || match name.to_ascii_lowercase().as_str() {
        "path" => format!("has a Path outside of the service's own, '{path}'"),
        _ => format!("has an attribute {name} whose value cannot be: '{value}'"),
    };
    if fits { Ok(()) } else { Err(rule()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/apps/service-1";

    #[test]
    fn a_cookie_keeps_to_the_path_of_its_service() {
        for (text, sent) in [
            ("id=7", "id=7; Path=/apps/service-1"),
            ("id=7; HttpOnly; Secure", "id=7; HttpOnly; Secure; Path=/apps/service-1"),
            ("__Secure-id=7; secure", "__Secure-id=7; secure; Path=/apps/service-1"),
            ("__http-id=7; HttpOnly; Secure", "__http-id=7; HttpOnly; Secure; Path=/apps/service-1"),
            ("id=7; path=/apps/service-1", "id=7; path=/apps/service-1"),
            ("id=7; Path=/apps/service-1/..a; SameSite=Lax", "id=7; Path=/apps/service-1/..a; SameSite=Lax"),
            ("id=\"x\"; Max-Age=-1", "id=\"x\"; Max-Age=-1; Path=/apps/service-1"),
        ] {
            assert_eq!(header(text, PATH).unwrap(), sent, "{text}");
        }
    }

    #[test]
    fn what_reaches_further_or_is_no_cookie_is_refused() {
        for (text, words) in [
            ("id", "name=value"),
            ("=7", "a name that is none"),
            ("a b=7", "a name that is none"),
            ("id=a b", "must be encoded"),
            ("id=é", "must be encoded"),
            ("id=7\r\nX: y", "must be encoded"),
            ("id=7; Expires=x\r\nX: y", "visible ASCII"),
            ("__Host-id=7", "__Host-"),
            ("__hOST-id=7; Secure", "__Host-"),
            ("__Secure-id=7", "with Secure only"),
            ("__sECURE-id=7; HttpOnly", "with Secure only"),
            ("__Http-id=7; Secure", "with HttpOnly only"),
            ("id=7; Domain=example.com", "Domain"),
            ("id=7; Path=/", "outside"),
            ("id=7; Path=/apps/service-10", "outside"),
            ("id=7; Path=/apps/service-1/../service-2", "'.' or '..'"),
            ("id=7; Path=/apps/service-1/%2E./service-2", "'.' or '..'"),
            ("id=7; Path=/apps/service-1/.", "'.' or '..'"),
            ("id=7; Path=/apps/service-1/a; path=/apps/service-1/b", "twice"),
            ("id=7; Max-Age=1; Max-Age=2", "twice"),
            ("id=7; Max-Age=soon", "Max-Age"),
            ("id=7; SameSite=Sometimes", "SameSite"),
            ("id=7; Priority=High", "not known"),
        ] {
            let problem = header(text, PATH).unwrap_err();
            assert!(problem.contains(words), "{text}: {problem}");
        }
        assert!(header(&format!("id={}", "x".repeat(5_000)), PATH).unwrap_err().contains("4096"));
    }
}
