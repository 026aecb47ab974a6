//! Requests of pages that have another origin (CORS, <https://fetch.spec.whatwg.org/#http-cors-protocol>): whether their
//! browser shows them the answer. The gateway's own CORS knows one setting for everything, and would answer for services
//! as well; so this is done here, for refusals as for successes.

use api::Request;
use domain::text::{Origin, ProjectKey};
use domain::via::Source;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, header};

use crate::applications::ApplicationAddress;
use crate::context::Context;

/// What a page may send beside what every page may. `*` does not stand for `Authorization`.
const HEADERS: &str = "*, Authorization";

/// How long a browser may remember what it was told, in seconds.
const MAX_AGE: &str = "600";

const ANYBODY: &str = "*";

/// Which origin a request says that it comes from, if it does, and whose setting decides.
#[derive(Debug)]
pub(crate) struct Asked {
    origin: Option<String>,
    whose: Whose,
}

/// Whom a browser may show an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Everybody, the origin that asked, or nobody else.
    allowed: Option<HeaderValue>,
    /// Whether another origin may get another answer: what keeps answers may not give one to the other.
    varies: bool,
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
    /// What a request says.
    pub(crate) fn of(request: &Request) -> Self {
        let origin = request.headers.get(header::ORIGIN.as_str()).cloned();
        Self { origin, whose: Whose::of(&request.raw_path) }
    }
}

/// Reads whose pages may call a project's services; nothing where that is not known.
pub(crate) type OriginsOf = for<'a> fn(&'a Context, &'a ProjectKey) -> BoxFuture<'a, Option<Vec<Origin>>>;

/// Whom a browser may show the answer. Reads the project's settings with `origins_of` where those decide and an origin
/// asks. Where they cannot be read, nobody is let in.
pub(crate) async fn decide(context: &Context, origins_of: Option<OriginsOf>, asked: Asked) -> Decision {
    // Whatever the project's setting is, it is not read for requests that come from no page.
    let may_vary = asked.whose.project().is_some() || !context.config.cors_origins.is_empty();
    let varies = may_vary && asked.whose != Whose::Nobody;
    match asked.origin {
        None => Decision { allowed: None, varies },
        Some(origin) => {
            let allowed = allowed(context, origins_of, &origin, asked.whose).await;
            Decision { varies: varies && allowed.as_ref().is_none_or(|allowed| allowed != ANYBODY), allowed }
        }
    }
}

async fn allowed(
    context: &Context,
    origins_of: Option<OriginsOf>,
    origin: &str,
    whose: Whose,
) -> Option<HeaderValue> {
    let stack = &context.config.cors_origins;
    if let Some(allowed) =
        whose.reads_stack().then(|| among(stack.iter().map(String::as_str), origin)).flatten()
    {
        return Some(allowed);
    }
    let origins = origins_of?(context, whose.project()?).await?;
    among(origins.iter().map(Origin::as_str), origin)
}

/// Whose pages may call a project's services, as its settings say.
pub(crate) fn origins_of<'a>(
    context: &'a Context,
    project: &'a ProjectKey,
) -> BoxFuture<'a, Option<Vec<Origin>>> {
    async {
        match context.project(project, context.part("cors", Source::Trigger)).settings().await {
            Ok(settings) => Some(settings?.entity.service_origins),
            Err(cause) => {
                tracing::warn!(%cause, "whose pages may call a service is not known");
                None
            }
        }
    }
    .boxed()
}

/// What to answer an origin, if it is among those that are allowed.
fn among<'a>(mut allowed: impl Iterator<Item = &'a str>, origin: &str) -> Option<HeaderValue> {
    match allowed.find(|allowed| *allowed == ANYBODY || allowed.eq_ignore_ascii_case(origin))? {
        ANYBODY => Some(HeaderValue::from_static(ANYBODY)),
        _ => HeaderValue::from_str(origin).ok(),
    }
}

/// Lets a browser show an answer, if it may, and returns whether it may. Never with credentials: what a page sends is
/// what it was given, and no cookie.
pub(crate) fn tell(headers: &mut HeaderMap, decision: Decision) -> bool {
    if decision.varies {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    let Some(allowed) = decision.allowed else { return false };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANYBODY));
    true
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
        for (allowed, varies, shown) in [
            (Some("https://app.example.com"), true, true),
            (None, true, false),
            (None, false, false),
            (Some(ANYBODY), false, true),
        ] {
            let mut headers = HeaderMap::new();
            let told = Decision { allowed: allowed.map(HeaderValue::from_static), varies };
            assert_eq!(tell(&mut headers, told), shown);
            let one = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
            assert_eq!(one("access-control-allow-origin"), allowed);
            assert_eq!(one("vary"), varies.then_some("Origin"));
            assert!(!headers.contains_key("access-control-allow-credentials"));
        }
    }
}
