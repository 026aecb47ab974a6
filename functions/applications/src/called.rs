use api::{ApiError, PathParams, Request, path};
use app::application_runs::Deployed;
use runtime::Context;
use runtime::applications::ApplicationAddress;
use runtime::web::path_of;

path! {
    /// What follows `/apps/`.
    pub struct ApplicationPath {
        /// The rest of an application's URL, slashes included
        pub path: String,
    }
}

/// What a request names: an application, and a path below its URL.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) address: ApplicationAddress,
    pub(crate) deployed: Deployed,
    /// The segment of the path that names the application.
    pub(crate) segment: String,
    /// What follows the application in the path, percent-decoded: nothing, or a slash and more.
    pub(crate) path: String,
    /// What was asked for, as it goes into the log. Without the query: callers put secrets there.
    pub(crate) url: String,
}

impl Called {
    /// Looks the application up, which is one read. Nothing tells an address that never was from one that is no more.
    pub(crate) async fn find(context: &Context, request: &Request) -> Result<Self, ApiError> {
        // Not two parameters of the route: what takes the rest of a path does not take nothing.
        let ApplicationPath { path: named } = ApplicationPath::read(&request.path)?;
        let (segment, path) = named.split_at(named.find('/').unwrap_or(named.len()));
        let (address, kind) = ApplicationAddress::of_segment(segment).ok_or_else(nobody)?;
        let deployed = Deployed::find(context, &address).await?.ok_or_else(nobody)?;
        if !deployed.is_at(kind) {
            return Err(nobody());
        }
        let url = format!("{}/apps/{named}", request.base_url);
        Ok(Self { address, deployed, segment: segment.to_owned(), path: path.to_owned(), url })
    }

    /// The path of the application's URL, as a browser sees it.
    pub(crate) fn path_of_url(&self, request: &Request) -> String {
        format!("{}/apps/{}", path_of(&request.base_url), self.segment)
    }
}

/// Nobody answers at this address.
pub(crate) fn nobody() -> ApiError {
    ApiError::not_found("No application answers here; GET the deployment for the URLs of its applications")
}
