//! Paged queries: the same parameters and the same answer for every list.

pub use contract::lists::Paged;
use serde::Serialize;
use serde_json::Value;
use store::{
    Direction, Entity, ListRequest, Listing, MAX_OFFSET, ProjectStore, StoreError, Stored, position,
};

use crate::error::ApiError;
use crate::paging::{self, Directions, Edge, Position, Scope, Slice};
use crate::query::{Cursor, Whole};

const DEFAULT_LIMIT: usize = 20;

crate::query! {
    /// The parameters of every list.
    pub struct Page {
        /// Maximum number of results. If omitted, 20.
        limit: Option<Whole<0, 500>>,
        /// Number of results to skip. A cursor is cheaper.
        offset: Option<Whole<0, { MAX_OFFSET as u64 }>>,
        /// `field`, `field asc` or `field desc`; may be repeated. Any but the list's own order reads the
        /// whole list, of which at most 10,000 entries may match then.
        sort: Vec<String>,
        /// Continue after the page whose `cursor` this is, with the same filters and the same `sort`.
        cursor: Cursor,
        /// Whether to answer `total`. Counting costs a read, or with a filter that of the whole list. If omitted, `true`.
        with_total as "withTotal": Option<bool>,
    }
}

/// How a list can be ordered.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The field that the list lies in the order of.
    pub own: &'static str,
    /// Which way, when nothing is asked for.
    pub default: Direction,
    /// Every field that can be sorted by: members of the results, or of the entity's metadata where the results do not
    /// show it.
    pub fields: &'static [&'static str],
}

/// The order of most lists: newest first.
pub const NEWEST_FIRST: Order = Order {
    own: "createdAt",
    default: Direction::Descending,
    fields: &["createdAt", "lastModifiedAt", "id", "key", "name", "version"],
};

/// What a query asks of a list.
#[derive(Debug)]
pub struct PageRequest {
    /// At most so many.
    pub limit: usize,
    /// Leaving out so many.
    pub offset: usize,
    /// Whether to say how many there are.
    pub with_total: bool,
    /// After which page.
    edge: Edge,
    /// What cursors of the list belong to.
    scope: Scope,
    /// By what, most important first; empty for the list's own order.
    sort: Vec<(String, Direction)>,
    own_direction: Direction,
}

/// What a list leaves in: every entry, or those that a filter keeps.
pub type Keep<'a, E> = Option<&'a (dyn Fn(&Stored<E>) -> bool + Send + Sync)>;

impl PageRequest {
    /// Reads an order out of what is asked.
    pub fn of(page: &Page, order: &Order) -> Result<Self, ApiError> {
        let (mut sort, mut problems) = (Vec::<(String, Direction)>::new(), Vec::new());
        for text in &page.sort {
            match parse_sort(text, order.fields) {
                // Only the first mention of a field counts.
                Some((field, _)) if sort.iter().any(|(known, _)| *known == field) => {}
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
        if !problems.is_empty() {
            return Err(ApiError::invalid_query(problems));
        }
        Ok(Self {
            limit: page.limit.map_or(DEFAULT_LIMIT, Whole::length),
            offset: page.offset.map_or(0, Whole::length),
            with_total: page.with_total.unwrap_or(true),
            edge: page.cursor.edge.clone(),
            scope: page.cursor.scope.clone(),
            sort,
            own_direction,
        })
    }

    /// The position in the list's own order after which the page begins.
    pub fn after(&self) -> Option<&str> {
        match &self.edge {
            Edge::After(position) => Some(position.in_table()),
            Edge::Start | Edge::Before(_) => None,
        }
    }

    /// Which way the list runs in its own order.
    pub const fn direction(&self) -> Direction {
        self.own_direction
    }

    /// An answer made of `results`. `last` is the position in the list's own order with which the page ends, where
    /// there is a next one.
    pub fn answer<V>(&self, results: Vec<V>, total: Option<u64>, last: Option<String>) -> Paged<V> {
        self.answer_with(results, total, last.map(|last| Edge::After(Position::own(last))))
    }

    fn answer_with<V>(&self, results: Vec<V>, total: Option<u64>, next: Option<Edge>) -> Paged<V> {
        let cursor = next.map(|edge| self.scope.cursor(&edge));
        Paged { limit: self.limit, offset: self.offset, count: results.len(), total, results, cursor }
    }
}

/// A page of a list. Costs what is on the page, unless the results have to be sorted by something that the table is not
/// laid out for, or are filtered by such a thing and counted.
pub async fn list<E: Entity, V: Serialize>(
    store: &ProjectStore,
    listing: &Listing,
    request: &PageRequest,
    keep: Keep<'_, E>,
    view: impl Fn(Stored<E>) -> V,
) -> Result<Paged<V>, ApiError> {
    let page = match keep {
        None if request.sort.is_empty() => store.page::<E>(listing, &own_order(request)).await?,
        Some(keep) if request.sort.is_empty() && !request.with_total => {
            store.page_where::<E>(listing, &own_order(request), keep).await?
        }
        _ => return whole_list(store, listing, request, keep, view).await,
    };
    let results = page.results.into_iter().map(view).collect();
    Ok(request.answer(results, page.total, page.cursor))
}

/// A page cut from all of a list.
async fn whole_list<E: Entity, V: Serialize>(
    store: &ProjectStore,
    listing: &Listing,
    request: &PageRequest,
    keep: Keep<'_, E>,
    view: impl Fn(Stored<E>) -> V,
) -> Result<Paged<V>, ApiError> {
    let entries = store.walk::<E>(listing, |stored| keep.is_none_or(|keep| keep(stored))).await;
    let entries = entries.map_err(|error| too_long(error, !request.sort.is_empty(), keep.is_some()))?;
    let placed = entries.into_iter().map(|stored| {
        let (metadata, own) = (to_json(stored.entity.metadata())?, position(&stored.entity));
        let view = view(stored);
        let shown = if request.sort.is_empty() { Value::Null } else { to_json(&view)? };
        Ok((placed_by(&request.sort, &shown, &metadata, own), view))
    });
    let placed = placed.collect::<Result<Vec<_>, ApiError>>()?;
    let directions = Directions {
        keys: request.sort.iter().map(|(_, direction)| *direction).collect(),
        own: request.own_direction,
    };
    let Slice { data, total, next, .. } =
        paging::cut(placed, &directions, &request.edge, (request.offset, request.limit));
    // A page of nothing leads nowhere.
    let next = next.filter(|_| request.limit > 0);
    Ok(request.answer_with(data, request.with_total.then_some(total), next))
}

/// The error of a list that is too long to be read whole, with what to ask for instead.
fn too_long(error: StoreError, is_sorted: bool, is_filtered: bool) -> ApiError {
    if !matches!(error, StoreError::TooMany(_) | StoreError::TooLong(_)) {
        return error.into();
    }
    let remedy = match (is_sorted, is_filtered) {
        (true, false) => "leave out 'sort'",
        (true, true) => "use a narrower filter, or leave out 'sort' and add withTotal=false",
        (false, _) => "use a narrower filter, or add withTotal=false",
    };
    ApiError::invalid_query(vec![format!("{}; {remedy}", error.sentence())])
}

/// The position of a result as a client sees it, so that a list can be sorted by whatever it shows, and by what it does
/// not show of the metadata: when entries were made and changed.
fn placed_by(sort: &[(String, Direction)], shown: &Value, metadata: &Value, own: String) -> Position {
    let member = |field: &str| shown.get(field).or_else(|| metadata.get(field)).cloned().unwrap_or_default();
    Position::new(sort.iter().map(|(field, _)| member(field)), own)
}

fn to_json(value: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(value).map_err(ApiError::internal)
}

fn own_order(request: &PageRequest) -> ListRequest {
    ListRequest {
        limit: request.limit,
        offset: request.offset,
        direction: request.own_direction,
        cursor: request.after().map(str::to_owned),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted_by(field: &str, direction: Direction) -> Vec<u64> {
        let rows = [("b", 2), ("a", 10), ("c", 2), ("d", 1)];
        let sort = [(field.to_owned(), direction)];
        let placed = rows.iter().zip(0_u64..).map(|((name, version), place)| {
            let shown = json!({ "name": name, "version": version });
            let metadata = json!({ "lastModifiedAt": format!("2026-11-20T10:00:{version:02}Z") });
            (placed_by(&sort, &shown, &metadata, place.to_string()), place)
        });
        let directions = Directions { keys: vec![direction], own: Direction::Ascending };
        paging::cut(placed.collect(), &directions, &Edge::Start, (0, 9)).data
    }

    #[test]
    fn equal_entries_stay_in_the_lists_own_order() {
        assert_eq!(sorted_by("version", Direction::Descending), [1, 0, 2, 3]);
        assert_eq!(sorted_by("version", Direction::Ascending), [3, 0, 2, 1]);
    }

    #[test]
    fn what_the_results_do_not_show_is_sorted_by_as_well() {
        assert_eq!(sorted_by("lastModifiedAt", Direction::Ascending), [3, 0, 2, 1]);
        assert_eq!(sorted_by("name", Direction::Descending), [3, 2, 0, 1]);
    }

    #[test]
    fn a_list_that_is_too_long_says_what_to_ask_for_instead() {
        let told = |is_sorted, is_filtered| {
            let error = too_long(StoreError::TooMany(MAX_OFFSET), is_sorted, is_filtered);
            (error.status, error.errors[0].message.clone())
        };
        let expected = |remedy| {
            let words = "More than 10000 entries match, which are too many to be sorted or counted";
            (400, format!("{words}; {remedy}"))
        };
        assert_eq!(told(true, false), expected("leave out 'sort'"));
        let both = "use a narrower filter, or leave out 'sort' and add withTotal=false";
        assert_eq!(told(true, true), expected(both));
        assert_eq!(told(false, true), expected("use a narrower filter, or add withTotal=false"));
        assert_eq!(too_long(StoreError::Raced, true, true).status, 409);
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
