//! Parameters that lists of different families call by different names.

use crate::operation::Route;
use crate::param::{Param, filter_name};

/// Parameters that mean the same under different names: in lists of Slipway's own and of Connect, and below `/api/v1/`.
const SAME: [(&str, &str); 4] = [
    ("limit", "per_page"),
    ("offset", "page"),
    ("flow", "filter[flowVersion.flow]"),
    ("environment", "filter[virtual_environment_id]"),
];

/// What a route calls a parameter that it does not have by this name, but lists of another family do.
fn counterpart(route: &Route, name: &str) -> Option<&'static str> {
    let name = name.strip_suffix("[]").unwrap_or(name);
    let means_it = |param: &Param| {
        let pair = |(one, other): (&str, &str)| {
            (one == name && other == param.name) || (other == name && one == param.name)
        };
        SAME.into_iter().any(pair) || filter_name(param.name) == filter_name(name)
    };
    route.query_parameters().find(|param| param.name != name && means_it(param)).map(|param| param.name)
}

/// What is wrong with a parameter that a route has under another name.
pub(super) fn belongs_elsewhere(route: &Route, name: &str) -> Option<String> {
    let here = counterpart(route, name)?;
    Some(format!("Query parameter '{name}' is that of another API; in this list it is '{here}'"))
}
