//! API Gateway's requests and responses, to and from ours.

use std::collections::BTreeMap;

use api::Request;
use lambda_http::http::{HeaderValue, Response, StatusCode, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use serde_json::Value;

use crate::config::Config;
use crate::endpoint::{Content, Reply};

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

/// The gateway's view of our reply. `challenge` says how to get in, to whom it was refused (RFC 9110 §11.6.1).
pub(crate) fn response(reply: Reply, correlation: &str, challenge: Option<&'static str>) -> Response<Body> {
    let challenge = challenge.filter(|_| reply.status == 401);
    let is_file = matches!(reply.body, Content::File { .. });
    let location =
        if let Content::Moved { to } = &reply.body { HeaderValue::from_str(to).ok() } else { None };
    let allow = if let Content::NotAllowed { allow, .. } = &reply.body {
        HeaderValue::from_str(allow).ok()
    } else {
        None
    };
    let (body, media_type, caching) = match reply.body {
        // Tokens, one-time secrets and private data: nothing on the way may keep an answer.
        Content::Json(text) => (Body::Text(text), HeaderValue::from_static("application/json"), "no-store"),
        // What is behind the same URL changes with the next deployment.
        Content::File { media_type, bytes } => (Body::Binary(bytes), media_type_of(&media_type), "no-cache"),
        Content::NotAllowed { text, .. } => {
            (Body::Text(text), HeaderValue::from_static("application/json"), "no-store")
        }
        Content::Moved { .. } => (Body::Empty, HeaderValue::from_static("text/plain"), "no-cache"),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    // A file is what it was declared as, and a page that somebody uploaded is no page of ours.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(location) = location {
        headers.insert(header::LOCATION, location);
    }
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, allow);
    }
    if is_file {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if let Some(challenge) = challenge {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if let Ok(correlation) = HeaderValue::from_str(correlation) {
        headers.insert(CORRELATION_ID, correlation);
    }
    response
}

fn media_type_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}
