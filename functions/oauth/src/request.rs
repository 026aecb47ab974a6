//! Token requests, in every form that clients are known to send: the parameters in a form, in JSON or in the query,
//! the credentials by HTTP Basic or in the body. Never in the query, which ends up in access logs.
//!
//! Unknown parameters are ignored, as RFC 6749 §3.2 asks for. Misspellings of known ones are not: `scop=view_runs` would
//! get a token for everything.

use std::fmt::Display;
use std::marker::PhantomData;

use api::operation::{BodySchema, schema_of};
use api::query::{FieldKind, Query, QueryField, QueryValue, Values};
use api::request::{Body, is_json, media_type};
use api::unknown::misspelt;
use api::validate::Validator;
use api::{ApiError, ErrorCode, QueryParams, Request, query};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use contract::oauth::{GRANT_TYPE, TokenRequest};
use domain::exact::NOT_EXACT;
use domain::ids::ApiClientId;
use domain::json::{self, JsonError};
use domain::payload::Digest;
use domain::secret::SecretText;
use secrets::credential::ClientSecret;
use serde_json::Value;

/// The parameters that are known.
const PARAMETERS: [&str; 4] = ["grant_type", "scope", "client_id", "client_secret"];

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

query! {
    /// What may be in the query instead of the body.
    pub struct TokenQuery {
        /// `client_credentials`, unless it is in the body.
        grant_type: Sent<GrantType>,
        /// A part of the client's scopes, unless it is in the body.
        scope: Sent<String>,
    }
}

/// All that was sent to a parameter. What is wrong with it is said as RFC 6749 wants it, when nothing is in the body.
#[derive(Debug, Clone)]
pub(crate) struct Sent<T> {
    name: &'static str,
    values: Vec<String>,
    published: PhantomData<fn() -> T>,
}

impl<T> Sent<T> {
    fn single(&self) -> Result<Option<String>, ApiError> {
        one(self.name, self.values.iter().map(String::as_str))
    }
}

impl<T: QueryValue> QueryField for Sent<T> {
    const KIND: FieldKind = FieldKind::One(T::KIND);

    fn of(values: Values<'_>) -> Self {
        let sent = values.all().map(str::to_owned).collect();
        Self { name: values.name(), values: sent, published: PhantomData }
    }
}

/// The only grant that there is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GrantType {
    /// By the client's id and secret.
    ClientCredentials,
}

api::words!(GrantType { ClientCredentials = "client_credentials" });

/// The body of a request for an access token, whose parameters may be in the query as well.
#[derive(Debug)]
pub struct Asked(pub TokenRequest);

impl Body for Asked {
    const SCHEMA: Option<BodySchema> =
        Some(BodySchema { media_type: FORM, schema: schema_of::<TokenRequest> });

    fn decode(raw: &Request, _: Option<&Validator>) -> Result<Self, ApiError> {
        decode(raw).map(Self)
    }
}

/// The parameters of a request, from its body and its query.
fn decode(raw: &Request) -> Result<TokenRequest, ApiError> {
    let body = body_parameters(raw)?;
    check_names(&body, &PARAMETERS)?;
    let in_query: Vec<&str> = TokenQuery::PARAMS.iter().map(|param| param.name).collect();
    check_names(&raw.query, &in_query)?;
    let query = TokenQuery::read(&Query::as_sent(TokenQuery::PARAMS, &raw.query));
    let grant_type = single(&body, "grant_type")?;
    let grant_type = grant_type.map_or_else(|| query.grant_type.single(), |given| Ok(Some(given)))?;
    let grant_type = grant_type
        .ok_or_else(|| invalid(format!("The parameter 'grant_type' is missing: send {GRANT_TYPE}")))?;
    if grant_type != GRANT_TYPE {
        let message = format!("The only grant_type here is {GRANT_TYPE}");
        return Err(ApiError::oauth(ErrorCode::UnsupportedGrantType, message));
    }
    let (client_id, client_secret) = credentials(raw, &body)?;
    let scope = single(&body, "scope")?.map_or_else(|| query.scope.single(), |given| Ok(Some(given)))?;
    Ok(TokenRequest { grant_type, scope, client_id, client_secret })
}

/// The client and the hash of its secret. What cannot be a client's credentials is refused here, before anything
/// is read.
pub(crate) fn proof(request: &TokenRequest) -> Result<(ApiClientId, Digest), ApiError> {
    let (Some(id), Some(secret)) = (&request.client_id, &request.client_secret) else {
        let message = "Send the client's id and secret by HTTP Basic, or as client_id and client_secret in the \
                       body";
        return Err(ApiError::oauth(ErrorCode::InvalidClient, message));
    };
    let hash = ClientSecret::parse(secret.expose_secret()).ok_or_else(wrong_credentials)?;
    Ok((id.parse().map_err(|_| wrong_credentials())?, hash))
}

/// One answer for an unknown client, a wrong secret and a client of another kind.
pub(crate) fn wrong_credentials() -> ApiError {
    ApiError::oauth(ErrorCode::InvalidClient, "The client id or the client secret is wrong")
}

fn invalid(message: impl Display) -> ApiError {
    ApiError::oauth(ErrorCode::InvalidRequest, message)
}

type Parameters = Vec<(String, String)>;

fn body_parameters(raw: &Request) -> Result<Parameters, ApiError> {
    if raw.body.is_empty() {
        return Ok(Vec::new());
    }
    let content_type = raw.headers.get("content-type").map(String::as_str).unwrap_or_default();
    let is_encoded = raw.headers.get("content-encoding").is_some_and(|encoding| encoding != "identity");
    if is_encoded || !(is_json(content_type) || matches!(media_type(content_type).as_str(), FORM | "")) {
        let message =
            format!("Send the parameters as {FORM} or as application/json, without a Content-Encoding");
        return Err(ApiError { status: 415, ..ApiError::oauth(ErrorCode::InvalidRequest, message) });
    }
    if !is_json(content_type) {
        if std::str::from_utf8(&raw.body).is_err() {
            return Err(invalid("The body is not UTF-8"));
        }
        return Ok(form_urlencoded::parse(&raw.body).into_owned().collect());
    }
    let members = match json::parse(&raw.body) {
        Ok(Value::Object(members)) => members,
        Err(JsonError::Repeated(found)) => {
            let member = found.pointer.trim_start_matches('/');
            return Err(invalid(format!("The parameter '{}' {found}", shown(member))));
        }
        Err(JsonError::Inexact(places)) => {
            let member = places.first().map(|place| place.trim_start_matches('/')).unwrap_or_default();
            return Err(invalid(format!("The parameter '{}' has a number that {NOT_EXACT}", shown(member))));
        }
        Ok(_) | Err(_) => return Err(invalid("The body is not a JSON object")),
    };
    let text = |(name, value): (String, Value)| match value {
        Value::String(text) => Some(Ok((name, text))),
        Value::Null => None,
        _ if PARAMETERS.contains(&name.as_str()) => {
            Some(Err(invalid(format!("The parameter '{name}' must be a text"))))
        }
        // Unknown parameters are ignored.
        _ => None,
    };
    members.into_iter().filter_map(text).collect()
}

/// Refuses a name that is a misspelling of a known one.
fn check_names(parameters: &Parameters, known: &[&str]) -> Result<(), ApiError> {
    let unknown = parameters.iter().map(|(name, _)| name).filter(|name| !known.contains(&name.as_str()));
    for name in unknown {
        if let Some(meant) = misspelt(name, known.iter().copied()) {
            let message = format!("The parameter '{}' is unknown; did you mean '{meant}'?", shown(name));
            return Err(invalid(message));
        }
    }
    Ok(())
}

/// As much of a name as `error_description` may hold.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic() && !"\"\\".contains(*c)).take(80).collect()
}

/// A parameter. Empty counts as absent (RFC 6749 §3.2); sent twice it could mean either.
fn single(parameters: &Parameters, name: &str) -> Result<Option<String>, ApiError> {
    one(name, parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()))
}

/// The one of the values of a parameter, where there is no other.
fn one<'a>(name: &str, mut values: impl Iterator<Item = &'a str>) -> Result<Option<String>, ApiError> {
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(invalid(format!("The parameter '{name}' may be given once"))),
        (value, None) => Ok(value.filter(|value| !value.is_empty()).map(str::to_owned)),
    }
}

type Credentials = (Option<String>, Option<SecretText>);

fn credentials(raw: &Request, body: &Parameters) -> Result<Credentials, ApiError> {
    let id = single(body, "client_id")?;
    let secret = single(body, "client_secret")?.map(SecretText::new);
    let Some(header) = raw.headers.get("authorization") else { return Ok((id, secret)) };
    let (basic_id, basic_secret) = basic(header).ok_or_else(|| {
        let message = "The Authorization header is not HTTP Basic with the client's id and secret";
        ApiError::oauth(ErrorCode::InvalidClient, message)
    })?;
    if secret.is_some() || id.is_some_and(|id| id != basic_id) {
        return Err(invalid("Send the client's credentials once: by HTTP Basic or in the body"));
    }
    Ok((Some(basic_id), Some(basic_secret)))
}

/// Id and secret in `Basic base64(id:secret)` (RFC 7617). Padding may be missing.
fn basic(header: &str) -> Option<(String, SecretText)> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64_STANDARD_NO_PAD.decode(encoded.trim().trim_end_matches('=')).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), SecretText::new(secret.to_owned())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use base64::prelude::BASE64_STANDARD;
    use serde_json::json;

    use super::*;

    const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
    const GRANT: &str = "grant_type=client_credentials";

    fn request(authorization: Option<&str>, media_type: &str, query: &str, body: &str) -> Request {
        let mut headers = BTreeMap::from([("content-type".to_owned(), media_type.to_owned())]);
        headers.extend(authorization.map(|value| ("authorization".to_owned(), value.to_owned())));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Request { headers, query, body: body.as_bytes().to_vec(), ..Request::default() }
    }

    fn form(authorization: Option<&str>, query: &str, body: &str) -> Result<TokenRequest, ApiError> {
        let media_type = "application/x-www-form-urlencoded; charset=utf-8";
        decode(&request(authorization, media_type, query, body))
    }

    fn basic_of(text: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(text))
    }

    /// The word and the status of the refusal.
    fn refused<T>(result: Result<T, ApiError>) -> (u16, ErrorCode) {
        let error = result.err().expect("a refusal");
        (error.status, error.oauth.unwrap())
    }

    #[test]
    fn every_form_of_the_request_is_understood() {
        let header = basic_of(&format!("{ID}:s3cret"));
        let in_body = format!("{GRANT}&client_id={ID}&client_secret=s3cret");
        let json_body =
            json!({ "grant_type": GRANT_TYPE, "client_id": ID, "client_secret": "s3cret", "x": 1 })
                .to_string();
        let json = |authorization, body: &str| decode(&request(authorization, "application/json", "", body));
        for decoded in [
            form(Some(&header), "", GRANT),
            form(Some(&header), GRANT, ""),
            form(Some(header.trim_end_matches('=')), GRANT, ""),
            form(Some(&header.replacen("Basic", "basic", 1)), "", GRANT),
            form(Some(&header), "", &format!("{GRANT}&client_id={ID}")),
            form(None, "", &in_body),
            json(None, &json_body),
            json(Some(&header), &json!({ "grant_type": GRANT_TYPE }).to_string()),
        ] {
            let decoded = decoded.unwrap();
            assert_eq!(decoded.client_id.as_deref(), Some(ID));
            assert_eq!(decoded.client_secret.unwrap().expose_secret(), "s3cret");
            assert_eq!(decoded.scope, None);
        }
        let scoped = form(Some(&header), "scope=b%3Aacme", &format!("{GRANT}&scope=a:acme+b:acme")).unwrap();
        assert_eq!(scoped.scope.as_deref(), Some("a:acme b:acme"), "the body counts");
    }

    #[test]
    fn a_bad_request_is_told_in_the_words_of_oauth() {
        let header = basic_of(&format!("{ID}:s3cret"));
        let with = |body: &str| refused(form(Some(&header), "", body));
        assert_eq!(with(""), (400, ErrorCode::InvalidRequest));
        assert_eq!(with("grant_type="), (400, ErrorCode::InvalidRequest));
        assert_eq!(with(&format!("{GRANT}&{GRANT}")), (400, ErrorCode::InvalidRequest));
        assert_eq!(with(&format!("{GRANT}&client_secret=x")), (400, ErrorCode::InvalidRequest));
        assert_eq!(with(&format!("{GRANT}&client_id=other")), (400, ErrorCode::InvalidRequest));
        assert_eq!(with("grant_type=password"), (400, ErrorCode::UnsupportedGrantType));
        for body in ["[]", "{", "7"] {
            let decoded = decode(&request(None, "application/json", "", body));
            assert_eq!(refused(decoded), (400, ErrorCode::InvalidRequest), "{body}");
        }
        for name in PARAMETERS {
            for value in ["5", "true", "[\"a\"]", "{}"] {
                let body = format!(r#"{{"grant_type":"client_credentials","{name}":{value}}}"#);
                let body = body.replacen(
                    &format!(r#""grant_type":"{GRANT_TYPE}","grant_type""#),
                    r#""grant_type""#,
                    1,
                );
                let decoded = decode(&request(None, "application/json", "", &body));
                let error = decoded.expect_err("a refusal");
                assert_eq!(error.errors[0].message, format!("The parameter '{name}' must be a text"));
            }
        }
        for header in ["Basic", "Basic ?", "Basic YWJj", "Bearer x", ""] {
            assert_eq!(refused(form(Some(header), "", GRANT)), (401, ErrorCode::InvalidClient), "{header}");
        }
    }

    #[test]
    fn a_misspelt_parameter_is_refused_and_one_of_somebody_elses_ignored() {
        let header = basic_of(&format!("{ID}:s3cret"));
        for (query, body) in [
            ("", "scop=view_runs:acme"),
            ("", "scopes=view_runs:acme"),
            ("", "Scope=view_runs:acme"),
            ("", "client-secret=x"),
            ("scop=view_runs:acme", ""),
        ] {
            let result = form(Some(&header), query, &format!("{GRANT}&{body}"));
            let error = result.expect_err("a refusal");
            assert_eq!((error.status, error.oauth), (400, Some(ErrorCode::InvalidRequest)), "{query} {body}");
            assert!(error.errors[0].message.contains("did you mean"), "{error:?}");
        }
        assert!(form(Some(&header), "", &format!("{GRANT}&audience=x&resource=y")).is_ok());
    }

    #[test]
    fn a_body_of_another_kind_is_refused() {
        let of = |media_type: &str, body: &str| refused(decode(&request(None, media_type, "", body)));
        assert_eq!(of("text/plain", GRANT), (415, ErrorCode::InvalidRequest));
        let twice = r#"{"grant_type":"client_credentials","scope":"a","scope":"b"}"#;
        assert_eq!(of("application/json", twice), (400, ErrorCode::InvalidRequest));
    }

    #[test]
    fn credentials_that_cannot_be_are_refused_before_anything_is_read() {
        let (secret, hash) = ClientSecret::generate().unwrap();
        let secret = secret.expose_secret();
        let proof = |id: &str, secret: &str| {
            super::proof(&form(None, "", &format!("{GRANT}&client_id={id}&client_secret={secret}")).unwrap())
        };
        assert_eq!(proof(ID, secret).unwrap(), (ID.parse().unwrap(), hash));
        for (id, secret) in [(ID, "wrong"), (ID, ""), ("", secret), ("demo", secret)] {
            assert_eq!(refused(proof(id, secret)), (401, ErrorCode::InvalidClient));
        }
        let query = format!("client_id={ID}&client_secret={secret}");
        assert_eq!(
            refused(super::proof(&form(None, &query, GRANT).unwrap())),
            (401, ErrorCode::InvalidClient)
        );
    }
}
