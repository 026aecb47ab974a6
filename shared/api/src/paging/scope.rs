use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::payload::Digest;
use serde::{Deserialize, Serialize};

use super::Edge;
use crate::braces::PathValues;
use crate::operation::Route;
use crate::param::{Param, ParamKind, sort_text, sorts};
use schema::pointer::cut;

/// Number of hexadecimal digits of a digest that a cursor holds: enough to notice a mistake.
const DIGEST_CHARS: usize = 12;

/// Parameters that say which page of a list is wanted, and how it is shown, but not what is in the list.
const OF_PAGES: [&str; 7] = ["limit", "offset", "cursor", "withTotal", "page", "per_page", "sort"];

/// What a cursor belongs to: one list, by its path, its filters and its order. A cursor that is sent with anything else
/// is refused; it would lead to a page of nothing in particular.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The path of the list, with its parameters in braces.
    #[serde(rename = "l")]
    list: String,
    /// The values of those parameters, as a digest.
    #[serde(rename = "p")]
    path: String,
    /// The filters, as a digest; empty when there are none.
    #[serde(rename = "f")]
    filters: String,
    /// What is sorted by, as the request says it; empty for the list's own order.
    #[serde(rename = "s")]
    sort: String,
}

/// A cursor, decoded.
#[derive(Serialize, Deserialize)]
struct Cursor {
    #[serde(flatten)]
    scope: Scope,
    #[serde(rename = "e")]
    edge: Edge,
}

impl Scope {
    /// The scope of a request with these path parameters and checked query parameters.
    pub(crate) fn of(route: &Route, path: &PathValues, query: &[(&'static Param, String)]) -> Self {
        let path = path.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let is_filter =
            |param: &Param| !OF_PAGES.contains(&param.name) && !matches!(param.kind, ParamKind::Include(_));
        let filters = query.iter().filter(|(param, _)| is_filter(param));
        let filters = filters.map(|(param, value)| format!("{}={value}", param.name)).collect();
        Self {
            list: route.path.to_owned(),
            path: digest(path),
            filters: digest(filters),
            sort: sort_of(query),
        }
    }

    /// The cursor that leads to a page of this list.
    pub fn cursor(&self, edge: &Edge) -> String {
        let cursor = Cursor { scope: self.clone(), edge: edge.clone() };
        // Texts, numbers and lists: nothing in here can fail to become JSON.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }

    /// Where the page is that a cursor leads to, or the rule that the cursor breaks, to follow its parameter's name.
    pub(crate) fn edge(&self, cursor: &str) -> Result<Edge, String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        let read = bytes.and_then(|bytes| serde_json::from_slice::<Cursor>(&bytes).ok());
        let Some(Cursor { scope, edge }) = read else {
            return Err("must be one that a page of this list answered with".to_owned());
        };
        if scope.list != self.list {
            let (theirs, ours) = (cut(&scope.list), &self.list);
            return Err(format!("belongs to another list: it is of {theirs}, and this is {ours}"));
        }
        if scope.path != self.path {
            return Err(format!("belongs to another list: the path {} has other values here", self.list));
        }
        if scope.filters != self.filters {
            return Err("belongs to other filters; repeat those of the page that answered with it".to_owned());
        }
        if scope.sort != self.sort {
            let [theirs, ours] = [&scope.sort, &self.sort].map(|sort| named(sort));
            return Err(format!(
                "goes on in {theirs}, and the query asks for {ours}; repeat the 'sort' of the page that answered with \
                 it"
            ));
        }
        Ok(edge)
    }
}

/// The beginning of a digest of texts, whatever their order; of none it is empty.
fn digest(mut texts: Vec<String>) -> String {
    texts.sort_unstable();
    match texts.as_slice() {
        [] => String::new(),
        texts => Digest::of(texts.join("\n").as_bytes()).as_str().chars().take(DIGEST_CHARS).collect(),
    }
}

/// What a query sorts by, in one spelling.
fn sort_of(query: &[(&'static Param, String)]) -> String {
    let given = query.iter().filter(|(param, _)| param.name == "sort");
    let parts = given.map(|(param, value)| match param.kind {
        ParamKind::Sort(fields) => sort_text(&sorts(fields, value)),
        _ if value.contains(' ') => value.clone(),
        _ => format!("{value} asc"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn named(sort: &str) -> String {
    if sort.is_empty() { "the list's own order".to_owned() } else { format!("the order '{}'", cut(sort)) }
}
