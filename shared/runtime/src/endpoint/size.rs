//! How large an answer may be.

use api::ApiError;
use api::operation::Route;

/// Lambda carries an answer of 6 MB, envelope and escapes included; this leaves room for the headers.
const MAX_CARRIED_BYTES: usize = 6_000_000;

/// The parameters that say how much is on a page, one for each way of paging.
const PAGE_LIMITS: [&str; 2] = ["limit", "per_page"];

/// Refuses a page that Lambda would not carry: the gateway's 500 would tell nobody what to do about it.
pub(super) fn check(route: &Route, body: &str) -> Result<(), ApiError> {
    // The body goes as a text inside JSON, where each of these takes another byte.
    let escapes = body.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    let carried = body.len() + escapes;
    let mut names = route.query_parameters().map(|parameter| parameter.name);
    let limit = names.find(|name| PAGE_LIMITS.contains(name));
    let Some(limit) = limit.filter(|_| carried > MAX_CARRIED_BYTES) else { return Ok(()) };
    let problem = format!(
        "This page would be {carried} bytes, and {MAX_CARRIED_BYTES} can be answered; ask for a smaller '{limit}'"
    );
    Err(ApiError::invalid_parameter(limit, problem))
}

#[cfg(test)]
mod tests {
    use api::QueryParams;
    use api::collection::CollectionRequest;
    use api::listing::Page;
    use api::operation::{Method, Param};

    use super::*;

    /// What is wrong with an answer to a list with those parameters.
    fn refused(query: &'static [Param], body: &str) -> Option<ApiError> {
        let route = Route { query, ..Route::new(Method::Get, "/") };
        check(&route, body).err()
    }

    #[test]
    fn a_page_that_nobody_would_carry_names_the_parameter_that_makes_it_smaller() {
        let fits = "x".repeat(MAX_CARRIED_BYTES);
        // Every quote takes two bytes.
        let large = "\"".repeat(MAX_CARRIED_BYTES / 2 + 1);
        for (query, limit) in [(Page::PARAMS, "limit"), (CollectionRequest::PARAMS, "per_page")] {
            assert!(refused(query, &fits).is_none());
            let error = refused(query, &large).unwrap();
            assert_eq!((error.status, error.errors[0].parameter.as_deref()), (400, Some(limit)));
            assert!(error.errors[0].message.ends_with(&format!("ask for a smaller '{limit}'")));
        }
        // One entity cannot be made smaller, and what is stored fits.
        assert!(refused(&[], &large).is_none());
    }
}
