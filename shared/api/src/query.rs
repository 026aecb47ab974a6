//! Query parameters, declared as a type that the document publishes and the handler is given, and checked against it.
//! What becomes of unknown ones is said by [`Unknown`].
//!
//! ```
//! use api::listing::Page;
//! use api::query::Named;
//! use domain::flow::FlowKind;
//! use domain::integration::Integration;
//!
//! api::query! {
//!     /// Which flows a list shows.
//!     pub struct ListFlows {
//!         /// The page.
//!         pub page: Page,
//!         /// Only flows of this integration: an id, or key={key}.
//!         pub integration: Option<Named<Integration>>,
//!         /// Only flows of this kind.
//!         pub kind: Option<FlowKind>,
//!         /// Only flows with one of these words in their name.
//!         pub words as "filter[word]": Option<Vec<String>>,
//!     }
//! }
//! ```
//!
//! A field is a parameter of its name, or of the name after `as`; what it may be follows from the type, and its doc comment
//! is the description. A field whose type is of [`QueryParams`] stands for all of that type's parameters.
//!
//! Nothing else reads a parameter: outside of this crate none can be asked for by its name.
//!
//! ```compile_fail,E0624
//! fn version(query: &api::query::Query) -> Option<&str> {
//!     query.all("version").next()
//! }
//! ```

mod collections;
mod counterparts;
mod params;
mod values;
mod words;

use std::borrow::Cow;

use domain::address::Address;
use uuid::Uuid;

use self::counterparts::belongs_elsewhere;
#[doc(hidden)]
pub use self::params::{Field, count, field, params};
pub use self::params::{FieldKind, QueryField, QueryParams, QueryValue, Values};
pub use self::values::{Cursor, Filled, FilterValue, Flag, Named, Whole};
pub use self::words::Words;
use crate::braces::PathValues;
use crate::error::ApiError;
use crate::family::Family;
use crate::operation::Route;
use crate::paging::{Edge, Scope};
use crate::param::{Param, ParamKind, filter_rule, filter_values, include_rule, sort_rule};
use crate::unknown::Unknown;
use schema::pointer::cut;

/// The query parameters of a request that an operation knows.
#[derive(Debug, Clone, Default)]
pub struct Query {
    values: Vec<(&'static Param, String)>,
    scope: Scope,
    edge: Edge,
    url: String,
}

impl Query {
    /// Checks every declared parameter; all problems are reported at once. `path` are the values of the path's
    /// parameters: a cursor belongs to one path.
    pub fn decode(route: &Route, path: &PathValues, given: &[(String, String)]) -> Result<Self, ApiError> {
        let mut values = Vec::new();
        let mut problems = Vec::new();
        for param in route.query_parameters() {
            let mut wrong = |rule: String| {
                problems.push((param.name.to_owned(), format!("Query parameter '{}' {rule}", param.name)));
            };
            match given_to(param, given) {
                Err(rule) => wrong(rule.to_owned()),
                Ok(mine) => {
                    for value in mine {
                        match check(param, &value) {
                            Ok(()) => values.push((param, value.into_owned())),
                            Err(rule) => wrong(format!("must be {rule}")),
                        }
                    }
                }
            }
        }
        problems.extend(undeclared(route, given));
        let scope = Scope::of(route, path, &values);
        let mut query = Self { values, scope, ..Self::default() };
        match query.page_edge(route.family()) {
            Ok(edge) => query.edge = edge,
            Err((name, rule)) => problems.push((name.to_owned(), format!("Query parameter '{name}' {rule}"))),
        }
        if problems.is_empty() { Ok(query) } else { Err(ApiError::invalid_parameters(problems)) }
    }

    /// Where the page begins or ends that the cursor leads to. Clients of flow versions send what they do not use empty.
    fn page_edge(&self, family: Family) -> Result<Edge, (&'static str, String)> {
        match self.given().find(|(param, _)| matches!(param.kind, ParamKind::Cursor)) {
            None => Ok(Edge::Start),
            Some((_, "")) if family == Family::FlowVersions => Ok(Edge::Start),
            Some((param, cursor)) => self.scope.edge(cursor).map_err(|rule| (param.name, rule)),
        }
    }

    /// What is sent to parameters, unchecked: for endpoints whose errors are not ours.
    pub fn as_sent(params: &'static [Param], given: &[(String, String)]) -> Self {
        let values = params.iter().flat_map(|param| {
            let mine = given.iter().filter(|(name, _)| name == param.name);
            mine.map(move |(_, value)| (param, value.clone()))
        });
        Self { values: values.collect(), ..Self::default() }
    }

    /// The same query, of a request for this URL.
    pub(crate) fn at(self, url: String) -> Self {
        Self { url, ..self }
    }

    /// The absolute URL that was asked for, without the query.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where the page that is asked for begins or ends.
    pub(crate) const fn edge(&self) -> &Edge {
        &self.edge
    }

    /// What cursors of this list belong to.
    pub(crate) const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Every parameter that was given, in the order in which they are declared.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&'static Param, &str)> {
        self.values.iter().map(|(param, value)| (*param, value.as_str()))
    }

    /// Every value of a parameter.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(param, _)| param.name == name).map(|(_, value)| value.as_str())
    }
}

/// What a request gives to a parameter, or the rule that this breaks.
fn given_to<'g>(param: &Param, given: &'g [(String, String)]) -> Result<Vec<Cow<'g, str>>, &'static str> {
    if let ParamKind::Filter(_) = param.kind {
        return filter_values(param.name, given).map(|values| values.into_iter().map(Cow::Owned).collect());
    }
    let mine = given.iter().filter(|(name, _)| name == param.name);
    let mine: Vec<_> = mine.map(|(_, value)| Cow::Borrowed(value.as_str())).collect();
    if mine.len() > 1 && !matches!(param.kind, ParamKind::Repeated) {
        return Err("may be given once");
    }
    Ok(mine)
}

/// The parameters that the route does not declare, each once with what is wrong. To leave one out may be to do more than
/// was asked for: `?verison=7` deletes without looking at the version.
fn undeclared(route: &Route, given: &[(String, String)]) -> Vec<(String, String)> {
    let mut problems = match route.family() {
        Family::FlowVersions => collections::undeclared(route, given),
        Family::Native => Vec::new(),
    };
    let known = || route.query_parameters().map(|param| param.name);
    for (name, _) in given {
        let shown = cut(name);
        if collections::takes(route, name) || problems.iter().any(|(told, _)| *told == shown) {
            continue;
        }
        let complaint = match route.unknown() {
            Unknown::Refused => belongs_elsewhere(route, &shown).unwrap_or_else(|| {
                let complaint = schema::complaint("parameter", name, known());
                format!("Query parameter '{shown}': {complaint}")
            }),
            Unknown::Ignored => match schema::misspelt(name, known()) {
                Some(meant) => {
                    format!("Query parameter '{shown}': unknown parameter; did you mean '{meant}'?")
                }
                None => continue,
            },
            Unknown::HandedOn => continue,
        };
        problems.push((shown, complaint));
    }
    problems
}

/// The rule that a value breaks; it goes after "must be".
fn check(param: &Param, value: &str) -> Result<(), String> {
    let (fits, rule) = match param.kind {
        ParamKind::Integer { min, max } => (
            value.parse::<u64>().is_ok_and(|number| (min..=max).contains(&number)),
            format!("a whole number from {min} to {max}"),
        ),
        ParamKind::Boolean => (matches!(value, "true" | "false"), "true or false".to_owned()),
        ParamKind::Id => (value.len() == 36 && Uuid::try_parse(value).is_ok(), "an id (a UUID)".to_owned()),
        ParamKind::Reference => (value.parse::<Address>().is_ok(), "an id (a UUID) or key={key}".to_owned()),
        ParamKind::OneOf(words) => (words.contains(&value), format!("one of {}", words.join(", "))),
        ParamKind::Text | ParamKind::Cursor | ParamKind::Repeated => {
            (value.chars().count() <= 1024, "at most 1,024 characters".to_owned())
        }
        ParamKind::Filter(kind) => return filter_rule(kind, value),
        ParamKind::Include(choices) => return include_rule(choices, value),
        ParamKind::Sort(fields) => return sort_rule(fields, value),
    };
    if fits { Ok(()) } else { Err(rule) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::{CollectionRequest, Sort, SortField, SortFields};
    use crate::listing::Page;
    use crate::operation::Method;
    use crate::update::Deletion;

    #[derive(Debug, Clone)]
    struct Nothing;

    impl SortFields for Nothing {
        const FIELDS: &'static [SortField] = &[];
    }

    crate::query! {
        /// A collection.
        struct Sorted {
            /// The page.
            _page: CollectionRequest,
            /// The order.
            _sort: Sort<Nothing>,
        }
    }

    /// What is wrong with a query, in one line.
    fn refused(path: &'static str, query: &'static [Param], given: &str) -> String {
        let route = Route { query, ..Route::new(Method::Get, path) };
        let given: Vec<_> = form_urlencoded::parse(given.as_bytes()).into_owned().collect();
        let told = |error: ApiError| error.errors.into_iter().map(|item| item.message).collect::<Vec<_>>();
        Query::decode(&route, &PathValues::default(), &given).err().map(told).unwrap_or_default().join("; ")
    }

    #[test]
    fn an_unknown_parameter_is_refused_with_the_one_that_was_meant() {
        let native = |given| refused("/{projectKey}/flows/{id}", Deletion::PARAMS, given);
        assert_eq!(native("version=7"), "");
        assert_eq!(
            native("verison=7"),
            "Query parameter 'verison': unknown parameter; did you mean 'version'?"
        );
        assert_eq!(
            native("a=1&a=2&b"),
            "Query parameter 'a': unknown parameter; known are version; Query parameter 'b': unknown parameter; known are version"
        );
        assert_eq!(
            refused("/{projectKey}", &[], "x=1"),
            "Query parameter 'x': unknown parameter; there are none here"
        );
        let list = |given| refused("/api/v1/packages", Sorted::PARAMS, given);
        assert_eq!(list("pgae=2"), "Query parameter 'pgae': unknown parameter; did you mean 'page'?");
        assert_eq!(
            list("filter[x]=2"),
            "Query parameter 'filter[x]' is not taken here; there are no filters"
        );
    }

    #[test]
    fn the_contract_of_connect_ignores_all_but_misspellings() {
        let connect = |given| refused("/{projectKey}/deployments", Page::PARAMS, given);
        assert_eq!(connect("expand=connector&x=1"), "");
        assert_eq!(connect("limti=1"), "Query parameter 'limti': unknown parameter; did you mean 'limit'?");
        assert_eq!(refused("/apps/{path+}", &[], "x=1"), "");
    }
}
