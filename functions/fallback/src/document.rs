use api::{ApiError, Grant, Method, NoBody, Request};
use runtime::{Content, Context, RawEndpoint, Reply};

/// The document as the registry has written it. It is part of the binary: what is served is what this build does.
static DOCUMENT: &str = include_str!("../../../openapi.json");

/// Answers with the OpenAPI document of this build, to everybody.
#[derive(Debug)]
pub struct Document;

impl RawEndpoint for Document {
    const ID: &'static str = "fallback.document";
    const SUMMARY: &'static str = "Get the OpenAPI document of this API, without credentials";
    const ROUTE: Option<(Method, &'static str)> = Some((Method::Get, "/openapi.json"));
    const GRANTS: &'static [Grant] = &[];
    type Path = ();
    type Query = ();
    type Body = NoBody;

    async fn handle(_: &Context, _: Request) -> Result<Reply, ApiError> {
        Ok(Reply { status: 200, body: Content::Json(DOCUMENT.to_owned()) })
    }
}
