use api::{ApiError, Grant, Method, NoBody};
use contract::native::releases::ReleaseView;
use domain::scope::Scope;
use futures::future::try_join;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::history::{FlowRelease, READ_HISTORY, named_release};

/// Gets a release.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "releases.get";
    const SUMMARY: &'static str = "Get a release and where it is deployed now";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flows/{id}/releases/{number}";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[READ_HISTORY];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = FlowRelease;
    type Query = ();
    type Body = NoBody;
    type Answer = ReleaseView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<ReleaseView, ApiError> {
        let project = context.project_of(&call);
        let (flow, number) = named_release(&project, &call.path).await?;
        let (release, routes) = try_join(project.release(flow, number), project.routes_of(flow)).await?;
        Ok(ReleaseView::new(release, &routes))
    }
}
