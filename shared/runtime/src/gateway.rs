//! API Gateway's requests and responses, to and from ours.

use std::collections::BTreeMap;

use api::Request;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use serde_json::Value;

use crate::config::Config;
use crate::cors;
use crate::reply::{Content, FlowResponse, Reply};

/// Echoed, or made when absent; in every log line of the request.
pub(crate) const CORRELATION_ID: &str = "x-correlation-id";

/// Our view of a gateway request.
pub(crate) fn request(raw: lambda_http::Request, config: &Config) -> Request {
    let parameters = raw.path_parameters();
    let path = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let query = raw.uri().query().unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let headers = raw
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    let headers = headers.collect();
    let (identity, gateway_url) = match raw.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            let fields = context.authorizer.as_ref().map(|authorizer| &authorizer.fields);
            let identity = fields.into_iter().flatten().map(|(name, value)| (name.clone(), plain(value)));
            let stage = context.stage.as_deref().filter(|stage| *stage != "$default");
            let stage = stage.map(|stage| format!("/{stage}")).unwrap_or_default();
            (identity.collect(), context.domain_name.as_ref().map(|host| format!("https://{host}{stage}")))
        }
        _ => (BTreeMap::new(), None),
    };
    let (method, raw_path) = (raw.method().to_string(), raw.raw_http_path().to_owned());
    let base_url = config.public_url.clone().or(gateway_url).unwrap_or_default();
    let body = match raw.into_body() {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
        _ => Vec::new(),
    };
    Request { method, raw_path, path, query, headers, body, identity, base_url }
}

/// The authorizer puts texts into its context; anything else is shown as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The files of all projects have one origin, which is the API's. In a sandbox without `allow-same-origin` a page has
/// an origin of its own, to which storage, cookies and service workers of the others are closed. It may still fetch
/// what everybody may see, and so may pages elsewhere that a file was made for: nothing here knows who asks.
const SANDBOX: &str = "sandbox allow-downloads allow-forms allow-modals allow-popups \
                       allow-popups-to-escape-sandbox allow-scripts";

/// What an answer depends on beside the reply.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Follows the request through logs.
    pub(crate) correlation: String,
    /// How to get in, for whom it was refused (RFC 9110 §11.6.1).
    pub(crate) challenge: Option<&'static str>,
    /// Whether the headers alone were asked for.
    pub(crate) head: bool,
    /// Whom a browser may show the answer, beside pages of our own origin.
    pub(crate) origin: Option<HeaderValue>,
}

/// The gateway's view of our reply.
pub(crate) fn response(reply: Reply, asked: Asked) -> Response<Body> {
    let Reply { status, body } = reply;
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    // A file is what it was declared as, and a page that somebody uploaded is no page of ours.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let methods = if let Content::Options { allow } = &body { Some(allow.clone()) } else { None };
    let is_file = matches!(body, Content::File { .. });
    let body = content(headers, body);
    if let Some(challenge) = asked.challenge.filter(|_| status == 401) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    // Everybody may see a file.
    if let Some(origin) = asked.origin.filter(|_| !is_file) {
        cors::let_in(headers, origin);
        if let Some(methods) = methods {
            cors::let_send(headers, &methods);
        }
    }
    if let Ok(correlation) = HeaderValue::from_str(&asked.correlation) {
        headers.insert(CORRELATION_ID, correlation);
    }
    if !asked.head {
        *response.body_mut() = body;
    }
    response
}

/// Puts the headers of a body in, and returns it.
fn content(headers: &mut HeaderMap, body: Content) -> Body {
    let mut describe = |media_type: HeaderValue, caching: &'static str| {
        headers.insert(header::CONTENT_TYPE, media_type);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    };
    let json = HeaderValue::from_static("application/json");
    let plain = HeaderValue::from_static("text/plain");
    match body {
        // Tokens, one-time secrets and private data: nothing on the way may keep an answer.
        Content::Json(text) => {
            describe(json, "no-store");
            Body::Text(text)
        }
        Content::NotAllowed { text, allow } => {
            describe(json, "no-store");
            set(headers, header::ALLOW, &allow);
            Body::Text(text)
        }
        Content::Options { allow } => {
            describe(plain, "no-store");
            set(headers, header::ALLOW, &allow);
            Body::Empty
        }
        // What is behind the same URL changes with the next deployment.
        Content::File { media_type, bytes } => {
            describe(media_type_of(&media_type), "no-cache");
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            Body::Binary(bytes)
        }
        Content::Moved { to } => {
            describe(plain, "no-cache");
            set(headers, header::LOCATION, &to);
            Body::Empty
        }
        Content::Flow(response) => answered(headers, *response),
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Puts the headers of a flow's answer in, and returns its body. A page among the answers of flows is shown as files
/// are: all of them have the origin of the API.
fn answered(headers: &mut HeaderMap, response: FlowResponse) -> Body {
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    for (name, value) in response.headers {
        headers.append(name, value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for cookie in response.cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    if response.body.is_empty() { Body::Empty } else { text_or_bytes(response.body) }
}

/// A text goes as it is; bytes go in base64, which takes a third more.
fn text_or_bytes(body: Vec<u8>) -> Body {
    String::from_utf8(body).map_or_else(|bytes| Body::Binary(bytes.into_bytes()), Body::Text)
}

fn media_type_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}
