//! Parameters of collections that a route has or does not have.

use super::counterparts::belongs_elsewhere;
use crate::operation::Route;
use crate::param::{ParamKind, is_of};
use schema::pointer::cut;

/// Parameters with brackets behind these names are of the family too, and nothing else is.
const OF_THE_FAMILY: [&str; 3] = ["filter", "include", "sort"];

/// Whether a route has a parameter. A filter may be written as a list.
pub(super) fn takes(route: &Route, name: &str) -> bool {
    route.query_parameters().any(|param| match param.kind {
        ParamKind::Filter(_) => is_of(name, param.name),
        _ => param.name == name,
    })
}

/// The parameters that look like ones of a collection and that the route does not have, each with what is wrong. To
/// leave them out would be to answer with more than was asked for. Neither are those left out that are of other lists.
pub(super) fn undeclared(route: &Route, given: &[(String, String)]) -> Vec<(String, String)> {
    let mut problems: Vec<(String, String)> = Vec::new();
    for (name, _) in given {
        let base = name.split('[').next().unwrap_or(name);
        let is_known = takes(route, name);
        let name = cut(name);
        if is_known || problems.iter().any(|(told, _)| *told == name) {
            continue;
        }
        if let Some(problem) = belongs_elsewhere(route, &name) {
            problems.push((name, problem));
        } else if OF_THE_FAMILY.contains(&base) {
            let problem = format!("Query parameter '{name}' is not taken here; {}", allowed(route, base));
            problems.push((name, problem));
        }
    }
    problems
}

/// What a route takes instead.
fn allowed(route: &Route, base: &str) -> String {
    let filters = route.query_parameters().filter(|param| matches!(param.kind, ParamKind::Filter(_)));
    let filters: Vec<&str> = filters.map(|param| param.name).collect();
    let takes = |name: &str| route.query_parameters().any(|param| param.name == name);
    match base {
        "filter" if filters.is_empty() => "there are no filters".to_owned(),
        "filter" => format!("the filters are {}", filters.join(", ")),
        _ if takes(base) => format!("use '{base}' without brackets"),
        "include" => "nothing can be included".to_owned(),
        _ => "the order is always the same".to_owned(),
    }
}
