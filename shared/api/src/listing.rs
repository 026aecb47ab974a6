//! Paged queries: the same parameters and the same answer for every list.

use std::cmp::Ordering;

use domain::trail::Trail;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use store::{Direction, Entity, ListRequest, Listing, MAX_OFFSET, ProjectStore, Stored};

use crate::error::ApiError;
use crate::operation::{Param, ParamKind};
use crate::query::Query;

const DEFAULT_LIMIT: usize = 20;

/// The parameters of every list.
pub const PAGE: &[Param] = &[
    Param {
        name: "limit",
        description: "At most so many results; 20 when absent",
        kind: ParamKind::Integer { min: 0, max: 500 },
    },
    Param {
        name: "offset",
        description: "Leave out so many results first; a cursor is cheaper",
        kind: ParamKind::Integer { min: 0, max: MAX_OFFSET as u64 },
    },
    Param {
        name: "sort",
        description: "`field`, `field asc` or `field desc`; may be repeated. Any but the list's own order reads the \
                      whole list, which may hold 10,000 entries then",
        kind: ParamKind::Repeated,
    },
    Param {
        name: "cursor",
        description: "Go on after the page that answered with this; only in the list's own order",
        kind: ParamKind::Text,
    },
    Param {
        name: "withTotal",
        description: "`false` leaves out `total`, and the read that it costs",
        kind: ParamKind::Boolean,
    },
];

/// How a list can be ordered.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The field that the list lies in the order of.
    pub own: &'static str,
    /// Which way, when nothing is asked for.
    pub default: Direction,
    /// Every field that can be sorted by: members of the results, or of the entity's trail where the results do not
    /// show it.
    pub fields: &'static [&'static str],
}

/// The order of most lists: newest first.
pub const NEWEST_FIRST: Order = Order {
    own: "createdAt",
    default: Direction::Descending,
    fields: &["createdAt", "lastModifiedAt", "id", "key", "name", "version"],
};

/// A page of results.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Paged<V> {
    /// At most so many were asked for.
    pub limit: usize,
    /// So many were left out.
    pub offset: usize,
    /// So many are on this page.
    pub count: usize,
    /// So many there are in all, unless `withTotal=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The results.
    pub results: Vec<V>,
    /// Gives the next page as `cursor`; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What a query asks of a list.
#[derive(Debug)]
pub struct PageRequest {
    /// At most so many.
    pub limit: usize,
    /// Leaving out so many.
    pub offset: usize,
    /// Whether to say how many there are.
    pub with_total: bool,
    /// After the page that gave this.
    pub cursor: Option<String>,
    /// By what, most important first; empty for the list's own order.
    sort: Vec<(String, Direction)>,
    own_direction: Direction,
}

/// What a list leaves in: every entry, or those that a filter keeps.
pub type Keep<'a, E> = Option<&'a (dyn Fn(&Stored<E>) -> bool + Send + Sync)>;

impl PageRequest {
    /// Reads the parameters of [`PAGE`]; what is wrong with `sort` and `cursor` is reported together.
    pub fn of(query: &Query, order: &Order) -> Result<Self, ApiError> {
        let (mut sort, mut problems) = (Vec::new(), Vec::new());
        for text in query.all("sort") {
            match parse_sort(text, order.fields) {
                Some(field) => sort.push(field),
                None => problems.push(format!(
                    "Query parameter 'sort' must be one of {}, followed by nothing, 'asc' or 'desc'",
                    order.fields.join(", ")
                )),
            }
        }
        let mut own_direction = order.default;
        if let [(field, direction)] = sort.as_slice()
            && field == order.own
        {
            own_direction = *direction;
            sort.clear();
        }
        let cursor = query.get("cursor").map(str::to_owned);
        if cursor.is_some() && !sort.is_empty() {
            problems
                .push(format!("A cursor goes on only in the order of '{}'; use offset instead", order.own));
        }
        if !problems.is_empty() {
            return Err(ApiError::invalid_query(problems));
        }
        Ok(Self {
            limit: query.parsed("limit").unwrap_or(DEFAULT_LIMIT),
            offset: query.parsed("offset").unwrap_or_default(),
            with_total: query.parsed("withTotal").unwrap_or(true),
            cursor,
            sort,
            own_direction,
        })
    }

    /// Which way the list runs in its own order.
    pub const fn direction(&self) -> Direction {
        self.own_direction
    }

    /// An answer made of `results`.
    pub fn answer<V>(&self, results: Vec<V>, total: Option<u64>, cursor: Option<String>) -> Paged<V> {
        Paged { limit: self.limit, offset: self.offset, count: results.len(), total, results, cursor }
    }
}

/// A page of a list. Costs what is on the page, unless the results have to be filtered or sorted by something that
/// the table is not laid out for.
pub async fn list<E: Entity, V: Serialize>(
    store: &ProjectStore,
    listing: &Listing,
    request: &PageRequest,
    keep: Keep<'_, E>,
    view: impl Fn(Stored<E>) -> V,
) -> Result<Paged<V>, ApiError> {
    if request.sort.is_empty() && keep.is_none() {
        let page = store.page::<E>(listing, &own_order(request)).await?;
        let results = page.results.into_iter().map(view).collect();
        return Ok(request.answer(results, page.total, page.cursor));
    }
    if request.cursor.is_some() {
        let problem = "A filtered list has no cursors; use offset instead";
        return Err(ApiError::invalid_query(vec![problem.to_owned()]));
    }
    let mut entries = store.walk::<E>(listing, |stored| keep.is_none_or(|keep| keep(stored))).await?;
    if request.own_direction == Direction::Descending {
        entries.reverse();
    }
    let with_trail = |stored: Stored<E>| (stored.entity.trail().clone(), view(stored));
    let mut views: Vec<(Trail, V)> = entries.into_iter().map(with_trail).collect();
    sort_by_members(&mut views, &request.sort)?;
    let total = request.with_total.then_some(views.len() as u64);
    let page = views.into_iter().skip(request.offset).take(request.limit);
    let results = page.map(|(_, view)| view).collect();
    Ok(request.answer(results, total, None))
}

fn own_order(request: &PageRequest) -> ListRequest {
    ListRequest {
        limit: request.limit,
        offset: request.offset,
        direction: request.own_direction,
        cursor: request.cursor.clone(),
        with_total: request.with_total,
    }
}

fn parse_sort(text: &str, fields: &[&str]) -> Option<(String, Direction)> {
    let (field, direction) = text.split_once(' ').unwrap_or((text, "asc"));
    let direction = match direction {
        "asc" => Direction::Ascending,
        "desc" => Direction::Descending,
        _ => return None,
    };
    fields.contains(&field).then(|| (field.to_owned(), direction))
}

/// Sorts by members of the results as a client sees them, so a list can be sorted by whatever it shows, and by what
/// it does not show of the trail: when entries were made and changed. The sort is stable: equal entries stay in the
/// list's own order.
fn sort_by_members<V: Serialize>(
    views: &mut Vec<(Trail, V)>,
    sort: &[(String, Direction)],
) -> Result<(), ApiError> {
    if sort.is_empty() {
        return Ok(());
    }
    let mut keyed = Vec::with_capacity(views.len());
    for (trail, view) in views.drain(..) {
        let shown = serde_json::to_value(&view).map_err(ApiError::internal)?;
        let kept = serde_json::to_value(&trail).map_err(ApiError::internal)?;
        let member = |field: &str| shown.get(field).or_else(|| kept.get(field)).cloned();
        let key: Vec<Value> = sort.iter().map(|(field, _)| member(field).unwrap_or_default()).collect();
        keyed.push((key, (trail, view)));
    }
    keyed.sort_by(|(a, _), (b, _)| {
        let compared = a.iter().zip(b).zip(sort).map(|((a, b), (_, direction))| match direction {
            Direction::Ascending => compare(a, b),
            Direction::Descending => compare(b, a),
        });
        compared.fold(Ordering::Equal, Ordering::then)
    });
    views.extend(keyed.into_iter().map(|(_, view)| view));
    Ok(())
}

/// Absent first, then numbers and texts each among themselves.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
            a.total_cmp(&b)
        }
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (a, b) => a.to_string().cmp(&b.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::trail::Principal;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize)]
    struct Row {
        name: &'static str,
        version: u64,
    }

    /// A row that was made in the second that its version says.
    fn row(name: &'static str, version: u64) -> (Trail, Row) {
        let at = format!("2026-11-20T10:00:{version:02}Z").parse().unwrap();
        (Trail::begin(at, &Principal::system("tests")), Row { name, version })
    }

    fn sorted_by(field: &str, direction: Direction, mut rows: Vec<(Trail, Row)>) -> Vec<&'static str> {
        sort_by_members(&mut rows, &[(field.to_owned(), direction)]).unwrap();
        rows.into_iter().map(|(_, row)| row.name).collect()
    }

    #[test]
    fn equal_entries_stay_in_the_lists_own_order() {
        let rows = vec![row("b", 2), row("a", 10), row("c", 2), row("d", 1)];
        assert_eq!(sorted_by("version", Direction::Descending, rows), ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_the_results_do_not_show_is_sorted_by_as_well() {
        let rows = || vec![row("b", 2), row("a", 10), row("d", 1)];
        assert_eq!(sorted_by("lastModifiedAt", Direction::Ascending, rows()), ["d", "b", "a"]);
        assert_eq!(sorted_by("createdAt", Direction::Descending, rows()), ["a", "b", "d"]);
    }

    #[test]
    fn a_sort_names_a_field_and_at_most_a_direction() {
        let fields = ["name", "createdAt"];
        assert_eq!(parse_sort("name", &fields), Some(("name".to_owned(), Direction::Ascending)));
        assert_eq!(
            parse_sort("createdAt desc", &fields),
            Some(("createdAt".to_owned(), Direction::Descending))
        );
        for bad in ["secret", "name down", "name asc desc", "", "name  asc"] {
            assert_eq!(parse_sort(bad, &fields), None, "{bad}");
        }
    }
}
