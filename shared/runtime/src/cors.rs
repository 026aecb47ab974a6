//! Requests of pages that have another origin (CORS, <https://fetch.spec.whatwg.org/#http-cors-protocol>): whether their
//! browser shows them the answer. The gateway's own CORS knows one setting for everything, and would answer for services
//! as well; so this is done here, for refusals as for successes.

use api::Request;
use domain::text::{Origin, ProjectKey};
use http::{HeaderMap, HeaderValue, header};

use crate::applications::ApplicationAddress;
use crate::context::Context;

/// What a page may send beside what every page may. `*` does not stand for `Authorization`.
const HEADERS: &str = "*, Authorization";

/// How long a browser may remember what it was told, in seconds.
const MAX_AGE: &str = "600";

const ANYBODY: &str = "*";

/// A request that says which origin it comes from.
#[derive(Debug)]
pub(crate) struct Asked {
    origin: String,
    whose: Whose,
}

/// Whose setting decides.
#[derive(Debug, PartialEq, Eq)]
enum Whose {
    /// The stack's alone.
    Stack,
    /// The stack's or the project's: the URL of a flow's deployment is part of the API.
    Flow(ProjectKey),
    /// The project's alone: what the application of a connector answers is nobody else's affair.
    Service(ProjectKey),
    /// An address that is nobody's.
    Nobody,
}

impl Whose {
    fn of(path: &str) -> Self {
        let mut parts = path.split('/').skip(1);
        match (parts.next(), parts.next()) {
            (Some("apps"), segment) => {
                let address = segment.and_then(ApplicationAddress::of_segment);
                address.map_or(Self::Nobody, |(address, _)| Self::Service(address.project))
            }
            (Some(project), Some("triggers")) => project.parse().map_or(Self::Nobody, Self::Flow),
            _ => Self::Stack,
        }
    }

    fn reads_stack(&self) -> bool {
        matches!(self, Self::Stack | Self::Flow(_))
    }

    fn project(&self) -> Option<&ProjectKey> {
        match self {
            Self::Flow(project) | Self::Service(project) => Some(project),
            Self::Stack | Self::Nobody => None,
        }
    }
}

impl Asked {
    /// The request, if it says so.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let origin = request.headers.get(header::ORIGIN.as_str())?.clone();
        Some(Self { origin, whose: Whose::of(&request.raw_path) })
    }
}

/// Whom a browser may show the answer: everybody, the origin that asked, or nobody else. Reads the project's settings
/// where those decide. Where they cannot be read, nobody is let in.
pub(crate) async fn allowed(context: &Context, asked: Option<Asked>) -> Option<HeaderValue> {
    let Asked { origin, whose } = asked?;
    let stack = &context.config.cors_origins;
    if let Some(allowed) =
        whose.reads_stack().then(|| among(stack.iter().map(String::as_str), &origin)).flatten()
    {
        return Some(allowed);
    }
    let settings = context.project(whose.project()?).settings().await;
    match settings {
        Ok(settings) => {
            let origins = settings?.entity.service_origins;
            among(origins.iter().map(Origin::as_str), &origin)
        }
        Err(cause) => {
            tracing::warn!(%cause, "whose pages may call a service is not known");
            None
        }
    }
}

/// What to answer an origin, if it is among those that are allowed.
fn among<'a>(mut allowed: impl Iterator<Item = &'a str>, origin: &str) -> Option<HeaderValue> {
    match allowed.find(|allowed| *allowed == ANYBODY || allowed.eq_ignore_ascii_case(origin))? {
        ANYBODY => Some(HeaderValue::from_static(ANYBODY)),
        _ => HeaderValue::from_str(origin).ok(),
    }
}

/// Lets a browser show an answer. Never with credentials: what a page sends is what it was given, and no cookie.
pub(crate) fn let_in(headers: &mut HeaderMap, allowed: HeaderValue) {
    if allowed != ANYBODY {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANYBODY));
}

/// Lets a page send these methods, to whom a browser asks first.
pub(crate) fn let_send(headers: &mut HeaderMap, methods: &str) {
    if let Ok(methods) = HeaderValue::from_str(methods) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_says_whose_setting_decides() {
        let project = || "acme".parse().unwrap();
        let id = "8d1c7a526a0f4c1e9f530c8b6a3e7f10";
        for (path, whose) in [
            ("/acme/flows", Whose::Stack),
            ("/oauth/token", Whose::Stack),
            ("/api/v1/flow-version-deployments", Whose::Stack),
            ("/acme/triggers/global/x", Whose::Flow(project())),
            (format!("/apps/service-{id}-{id}-acme/a").as_str(), Whose::Service(project())),
            ("/apps/service-1", Whose::Nobody),
            ("/a/triggers/global/x", Whose::Nobody),
            ("/", Whose::Stack),
        ] {
            assert_eq!(Whose::of(path), whose, "{path}");
        }
    }

    #[test]
    fn an_origin_is_let_in_by_name_or_with_everybody() {
        let app = "https://app.example.com";
        for (allowed, origin, answer) in [
            (vec![], app, None),
            (vec![app], app, Some(app)),
            (vec!["https://other.example.com", app], app, Some(app)),
            (vec![app], "https://app.example.com.evil.org", None),
            (vec![app], "https://evil.app.example.com", None),
            (vec![app], "http://app.example.com", None),
            (vec![app], "null", None),
            (vec!["*"], app, Some("*")),
            (vec!["*"], "null", Some("*")),
        ] {
            let found = among(allowed.into_iter(), origin);
            assert_eq!(found.as_ref().map(|found| found.to_str().unwrap()), answer, "{origin}");
        }
    }

    #[test]
    fn an_answer_says_that_it_depends_on_who_asked() {
        let mut headers = HeaderMap::new();
        let_in(&mut headers, HeaderValue::from_static("https://app.example.com"));
        assert_eq!(headers["access-control-allow-origin"], "https://app.example.com");
        assert_eq!(headers["vary"], "Origin");
        assert!(!headers.contains_key("access-control-allow-credentials"));
        let mut headers = HeaderMap::new();
        let_in(&mut headers, HeaderValue::from_static(ANYBODY));
        assert!(!headers.contains_key("vary"));
    }
}
