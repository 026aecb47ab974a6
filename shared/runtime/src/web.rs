//! HTTP as a flow sees it: a request as input, an output as answer. The same for the URL of a flow's deployment and for
//! the services of connectors.

mod cookie;
mod media_type;
mod multipart;
mod request;
mod response;
mod token;

pub use request::{BODY_OMITTED, fitting, payload, trigger};
pub use response::{Problem, RESPONSE, failed, reply, status};

/// The path of an absolute URL; empty where it has none.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_url_is_what_follows_the_host() {
        for (url, path) in [
            ("https://api.example.com/apps/service-1", "/apps/service-1"),
            ("http://127.0.0.1:3000/stage/apps/x", "/stage/apps/x"),
            ("https://api.example.com", ""),
            ("/apps/x", "/apps/x"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
