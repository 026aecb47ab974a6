//! What an `Authorization` header presents, told without reading anything.

use domain::ids::ApiClientId;
use domain::payload::Digest;
use secrets::credential::{API_KEY_PREFIX, ApiKey};

/// What was presented. Whether it is any good is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Presented<'a> {
    /// Something that only we can have signed.
    Token(&'a str),
    /// A key whose checksum is right: the client it names, and its hash.
    Key(ApiClientId, Digest),
    /// Nothing that can be checked, and why.
    Unusable(&'static str),
}

pub(crate) const NO_TOKEN: &str = "The request carries no token";
pub(crate) const INVALID_KEY: &str = "The API key is not valid";
const OTHER_SCHEME: &str = "The Authorization header is neither 'Bearer' with a token nor an API key";

impl<'a> Presented<'a> {
    /// Reads `Bearer <token>`, `<api-key>`, `Bearer <api-key>` and `ApiKey <api-key>`. Schemes are the same in any
    /// case (RFC 9110 §11.1).
    pub(crate) fn read(header: Option<&'a str>) -> Self {
        let header = header.map(str::trim).unwrap_or_default();
        let (scheme, rest) = header.split_once(char::is_whitespace).unwrap_or(("", header));
        let rest = rest.trim_start();
        let is = |word: &str| scheme.eq_ignore_ascii_case(word);
        if header.is_empty() || ["Bearer", "ApiKey"].iter().any(|word| header.eq_ignore_ascii_case(word)) {
            return Self::Unusable(NO_TOKEN);
        }
        let looks_like_a_key = rest.starts_with(API_KEY_PREFIX);
        if is("ApiKey") || (looks_like_a_key && (is("Bearer") || is(""))) {
            return ApiKey::parse(rest)
                .map_or(Self::Unusable(INVALID_KEY), |(client, hash)| Self::Key(client, hash));
        }
        if is("Bearer") { Self::Token(rest) } else { Self::Unusable(OTHER_SCHEME) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_header_presents_a_token_a_key_or_nothing() {
        let client = ApiClientId::new(Uuid::from_u128(7));
        let (key, hash) = ApiKey::generate(client).unwrap();
        let key = key.expose_secret();
        let a_key = || Presented::Key(client, hash.clone());
        let mistyped = key.replacen("slk_0", "slk_1", 1);
        let cases = [
            (None, Presented::Unusable(NO_TOKEN)),
            (Some(String::new()), Presented::Unusable(NO_TOKEN)),
            (Some("  ".to_owned()), Presented::Unusable(NO_TOKEN)),
            (Some("Bearer".to_owned()), Presented::Unusable(NO_TOKEN)),
            (Some("Bearer ".to_owned()), Presented::Unusable(NO_TOKEN)),
            (Some("Bearer a.b.c".to_owned()), Presented::Token("a.b.c")),
            (Some("bearer  a.b.c ".to_owned()), Presented::Token("a.b.c")),
            (Some("Bearer a b".to_owned()), Presented::Token("a b")),
            (Some("a.b.c".to_owned()), Presented::Unusable(OTHER_SCHEME)),
            (Some("Basic YTpi".to_owned()), Presented::Unusable(OTHER_SCHEME)),
            (Some(format!("Basic {key}")), Presented::Unusable(OTHER_SCHEME)),
            (Some(key.to_owned()), a_key()),
            (Some(format!(" {key} ")), a_key()),
            (Some(format!("Bearer {key}")), a_key()),
            (Some(format!("BEARER {key}")), a_key()),
            (Some(format!("ApiKey {key}")), a_key()),
            (Some(format!("apikey\t{key}")), a_key()),
            (Some(mistyped.clone()), Presented::Unusable(INVALID_KEY)),
            (Some(format!("Bearer {mistyped}")), Presented::Unusable(INVALID_KEY)),
            (Some("ApiKey a.b.c".to_owned()), Presented::Unusable(INVALID_KEY)),
            (Some("slk_".to_owned()), Presented::Unusable(INVALID_KEY)),
            (Some(format!("{key},{key}")), Presented::Unusable(INVALID_KEY)),
            (Some(format!("{key} {key}")), Presented::Unusable(OTHER_SCHEME)),
        ];
        for (header, expected) in &cases {
            assert_eq!(Presented::read(header.as_deref()), *expected, "{header:?}");
        }
    }
}
