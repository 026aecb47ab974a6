use std::collections::BTreeSet;
use std::sync::LazyLock;

use api::{ApiError, ErrorCode, Family, Grant, Method, NoBody, Request, grant};
use runtime::{Content, Context, RawEndpoint, Reply};

/// Every route, path and method, as the registry has written them down.
static ROUTES: LazyLock<Vec<(String, String)>> =
    LazyLock::new(|| serde_json::from_str(include_str!("routes.json")).unwrap_or_default());

/// Answers requests that no route takes.
#[derive(Debug)]
pub struct Answer;

impl RawEndpoint for Answer {
    const ID: &'static str = "fallback.answer";
    const SUMMARY: &'static str =
        "Say that there is no such path, or which methods it takes; answer OPTIONS, also for pages elsewhere";
    const ROUTE: Option<(Method, &'static str)> = None;
    // Whose pages may call a service is a setting of its project.
    const GRANTS: &'static [Grant] = &[grant::READ];
    type Path = ();
    type Query = ();
    type Body = NoBody;

    async fn handle(_: &Context, request: Request) -> Result<Reply, ApiError> {
        of(&request)
    }
}

fn of(request: &Request) -> Result<Reply, ApiError> {
    answer(&request.method, &request.raw_path, &ROUTES)
}

/// What to say of a request that none of `routes` takes.
fn answer(method: &str, path: &str, routes: &[(String, String)]) -> Result<Reply, ApiError> {
    let allowed = methods(path, routes);
    if allowed.is_empty() {
        let message = format!("There is no path '{}'; GET /openapi.json lists them", shown(path));
        return Err(ApiError::not_found(message));
    }
    let allow = Vec::from_iter(allowed).join(", ");
    if method == OPTIONS {
        return Ok(Reply { status: 204, body: Content::Options { allow } });
    }
    let message = format!("'{}' does not take {}; it takes {allow}", shown(path), shown(method));
    let (status, text) = ApiError::new(ErrorCode::MethodNotAllowed, message).answer(Family::of(path));
    Ok(Reply { status, body: Content::NotAllowed { text, allow } })
}

/// What every path takes, because it is answered here.
const OPTIONS: &str = "OPTIONS";

/// The methods that a path takes, each once; none where there is no such path.
fn methods(path: &str, routes: &[(String, String)]) -> BTreeSet<String> {
    let taken = routes.iter().filter(|(pattern, _)| leads(pattern, path));
    let mut methods: BTreeSet<String> = taken.map(|(_, method)| method.clone()).collect();
    if !methods.is_empty() {
        methods.insert(OPTIONS.to_owned());
    }
    methods
}

/// Whether a path is one of those that a pattern such as `/{projectKey}/flows/{id}` means.
fn leads(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part.ends_with("+}") => return !segment.is_empty(),
            (Some(part), Some(segment)) if part.starts_with('{') && !segment.is_empty() => {}
            (Some(part), Some(segment)) if part == segment => {}
            _ => return false,
        }
    }
}

/// As much of what was sent as an error should repeat.
fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_leads_to_paths_that_fill_all_of_it() {
        for (pattern, path, expected) in [
            ("/{projectKey}/flows", "/acme/flows", true),
            ("/{projectKey}/flows", "/acme/flows/", false),
            ("/{projectKey}/flows", "//flows", false),
            ("/{projectKey}/flows/{id}", "/acme/flows/key=x", true),
            ("/{projectKey}/flows/{id}", "/acme/flows", false),
            ("/apps/{path+}", "/apps/service-1/a/b", true),
            ("/apps/{path+}", "/apps/", false),
            ("/oauth/token", "/oauth/token", true),
            ("/oauth/token", "/oauth/tokens", false),
        ] {
            assert_eq!(leads(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn every_route_is_known_here() {
        assert!(ROUTES.len() > 40, "{}", ROUTES.len());
        let taken = |path| methods(path, &ROUTES).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(taken("/acme/environments"), "GET HEAD OPTIONS POST");
        assert_eq!(taken("/connectors/search"), "GET HEAD OPTIONS");
        assert_eq!(taken("/nothing/at/all"), "");
    }

    #[test]
    fn another_method_is_told_which_the_path_takes() {
        let request = Request {
            method: "PATCH".to_owned(),
            raw_path: "/connectors/drafts".to_owned(),
            ..Request::default()
        };
        let reply = of(&request).unwrap();
        let Content::NotAllowed { text, allow } = reply.body else { panic!("{reply:?}") };
        assert_eq!((reply.status, allow.as_str()), (405, "GET, HEAD, OPTIONS, POST"));
        let words = "'/connectors/drafts' does not take PATCH; it takes GET, HEAD, OPTIONS, POST";
        assert!(text.contains(words), "{text}");
    }

    #[test]
    fn options_are_told_where_there_is_a_path() {
        let asked = |path: &str| {
            of(&Request { method: OPTIONS.to_owned(), raw_path: path.to_owned(), ..Request::default() })
        };
        let reply = asked("/acme/environments").unwrap();
        let allow = "GET, HEAD, OPTIONS, POST".to_owned();
        assert_eq!(reply, Reply { status: 204, body: Content::Options { allow } });
        assert_eq!(asked("/nothing/at/all").unwrap_err().status, 404);
    }

    #[test]
    fn below_api_v1_the_answer_is_in_the_words_of_that_family() {
        let path = "/api/v1/flow-versions/x.1/deployments";
        let pattern = "/api/v1/flow-versions/{flow_version}/deployments";
        let routes = [(pattern, "GET"), (pattern, "POST"), (pattern, "PUT")];
        let routes = routes.map(|(path, method)| (path.to_owned(), method.to_owned()));
        let reply = answer("PATCH", path, &routes).unwrap();
        let Content::NotAllowed { text, allow } = reply.body else { panic!("{reply:?}") };
        assert_eq!((reply.status, allow.as_str()), (405, "GET, OPTIONS, POST, PUT"));
        assert_eq!(
            text,
            format!(r#"{{"message":"'{path}' does not take PATCH; it takes GET, OPTIONS, POST, PUT"}}"#)
        );
        assert_eq!(answer("GET", "/api/v1/nothing", &routes).unwrap_err().status, 404);
    }
}
