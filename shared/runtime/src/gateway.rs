//! API Gateway's requests and responses, to and from ours.

use std::collections::BTreeMap;

use api::Request;
use lambda_http::http::{HeaderValue, Response, StatusCode, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use serde_json::Value;

use crate::config::Config;
use crate::endpoint::Reply;

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
    let base_url = config.public_url.clone().or(gateway_url).unwrap_or_default();
    let body = match raw.into_body() {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
        _ => Vec::new(),
    };
    Request { path, query, headers, body, identity, base_url }
}

/// The authorizer puts texts into its context; anything else is shown as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The gateway's view of our reply. `challenge` says how to get in, to whom it was refused (RFC 9110 §11.6.1).
pub(crate) fn response(reply: Reply, correlation: &str, challenge: &'static str) -> Response<Body> {
    let is_refused = reply.status == 401;
    let mut response = Response::new(Body::Text(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Tokens, one-time secrets and private data: nothing on the way may keep an answer.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_refused {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if let Ok(correlation) = HeaderValue::from_str(correlation) {
        headers.insert(CORRELATION_ID, correlation);
    }
    response
}
