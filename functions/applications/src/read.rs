use api::operation::grant;
use api::request::NoBody;
use api::{ApiError, Grant, Method, Request};
use app::application_runs::LOG;
use domain::connector_deployment::Place;
use runtime::{Context, RawEndpoint, Reply};

use crate::called::{ApplicationPath, Called, nobody};
use crate::{files, service};

/// Answers with a static file, or hands the request to a service.
#[derive(Debug)]
pub struct Read;

impl RawEndpoint for Read {
    const ID: &'static str = "applications.read";
    const SUMMARY: &'static str =
        "Get a file of deployed assets, or what the flow of a deployed service puts out";
    const ROUTE: Option<(Method, &'static str)> = Some((Method::Get, "/apps/{path+}"));
    const GRANTS: &'static [Grant] = &[grant::READ, grant::GET_PAYLOAD, LOG, service::RUN];
    type Path = ApplicationPath;
    type Query = ();
    type Body = NoBody;

    async fn handle(context: &Context, request: Request) -> Result<Reply, ApiError> {
        let called = Called::find(context, &request).await?;
        match called.deployed.place() {
            Some(Place::Service { .. }) => service::answer(context, &request, called).await,
            Some(Place::Files { package }) => files::answer(context, package, &called).await,
            _ => Err(nobody()),
        }
    }
}
