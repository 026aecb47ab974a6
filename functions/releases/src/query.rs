use api::listing::{Order, Page, PageRequest, Paged};
use api::{ApiError, ById, Grant, Method, NoBody};
use contract::native::releases::ReleaseView;
use domain::release::Release;
use domain::scope::Scope;
use futures::future::try_join;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Direction, StoreError};

use crate::history::{READ_HISTORY, Span, newest_release};

const ORDER: Order = Order { own: "number", default: Direction::Descending, fields: &["number"] };

/// Lists a flow's releases: its history.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "releases.query";
    const SUMMARY: &'static str = "List a flow's releases, newest first, and where each is deployed now";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flows/{id}/releases";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[READ_HISTORY];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById;
    type Query = Page;
    type Body = NoBody;
    type Answer = Paged<ReleaseView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<ReleaseView>, ApiError> {
        let request = PageRequest::of(&call.query, &ORDER)?;
        let cursor = request.after().map(parse_position).transpose()?;
        let project = context.project_of(&call);
        let (flow, newest) = newest_release(&project, &call.path.id).await?;
        let span = Span::new(request.direction(), cursor, request.offset, newest);
        let limit = if span.any { request.limit } else { 0 };
        let releases = project.releases(flow, span.direction, span.after, limit);
        let (releases, routes) = try_join(releases, project.routes_of(flow)).await?;
        let last = releases.last().map(|release: &Release| release.number);
        let cursor = last.filter(|last| span.goes_on_after(*last, newest)).map(|last| last.to_string());
        let views = releases.into_iter().map(|release| ReleaseView::new(release, &routes)).collect();
        Ok(request.answer(views, request.with_total.then_some(newest.into()), cursor))
    }
}

/// The position of a release is its number.
fn parse_position(position: &str) -> Result<u32, StoreError> {
    position.parse().map_err(|_| StoreError::BadCursor)
}
