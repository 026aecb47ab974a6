use api::{AnyRequest, ApiError, ErrorCode, Grant, Method, Request};
use domain::connector_deployment::Place;
use runtime::{Content, Context, RawEndpoint, Reply};

use crate::called::{ApplicationPath, Called, nobody};
use crate::service;

/// Hands a request to a service. Its URL is all that a caller needs to know.
#[derive(Debug)]
pub struct Receive;

impl RawEndpoint for Receive {
    const ID: &'static str = "applications.receive";
    const SUMMARY: &'static str = "Call a deployed service; the answer is what its flow puts out";
    const ROUTE: Option<(Method, &'static str)> = Some((Method::Post, "/apps/{path+}"));
    const MORE: &'static [Method] = &[Method::Put, Method::Patch, Method::Delete];
    const GRANTS: &'static [Grant] = service::GRANTS;
    type Path = ApplicationPath;
    type Query = ();
    type Body = AnyRequest;

    async fn handle(context: &Context, request: Request) -> Result<Reply, ApiError> {
        let called = Called::find(context, &request).await?;
        match called.deployed.place() {
            Some(Place::Service { .. }) => service::answer(context, &request, called).await,
            Some(Place::Files { .. }) => Ok(not_allowed(&request)),
            _ => Err(nobody()),
        }
    }
}

/// Files are read and nothing else.
fn not_allowed(request: &Request) -> Reply {
    const ALLOW: &str = "GET, HEAD, OPTIONS";
    let message = format!("Files do not take {}; they take {ALLOW}", request.method);
    let text = ApiError::new(ErrorCode::MethodNotAllowed, message).to_json();
    Reply { status: 405, body: Content::NotAllowed { text, allow: ALLOW.to_owned() } }
}
