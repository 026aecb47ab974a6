//! Pages of collections: as the table has them, or cut from a list that was read whole and sorted.

use api::ApiError;
use api::collection::{Collected, CollectionRequest, Slice, directions};
use api::paging::{self, Edge, Key, Position};
use domain::metadata::Timestamp;
use store::{Direction, Entity, ListRequest, Listing, ProjectStore, Stored};
use uuid::Uuid;

/// The place of an entry in the order of creation.
pub fn by_creation(made: Timestamp, id: Uuid) -> String {
    format!("{made}#{}", id.as_hyphenated())
}

/// As [`by_creation`], for an entity.
pub fn place_of<E: Entity>(entity: &E) -> String {
    by_creation(entity.metadata().created_at, entity.uuid())
}

const fn reversed(direction: Direction) -> Direction {
    match direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    }
}

/// A page in the order of creation, which is the list's own. It costs what is on it.
///
/// # Errors
///
/// 422 when `page` leads to entries beyond those that can be asked for by number.
pub async fn page<E: Entity>(
    project: &ProjectStore,
    listing: &Listing,
    request: &CollectionRequest,
    direction: Direction,
) -> Result<Slice<Stored<E>>, ApiError> {
    let (direction, cursor) = match &request.edge {
        Edge::Start => (direction, None),
        Edge::After(place) => (direction, Some(place)),
        Edge::Before(place) => (reversed(direction), place.as_ref()),
    };
    let cursor = cursor.map(|place| place.in_table().to_owned());
    // Whether a page that is too far away has anything on it, the total tells alone.
    let (limit, offset) = request.offset().map_or((0, 0), |offset| (request.per_page, offset));
    let wanted = ListRequest { limit, offset, direction, cursor, with_total: true };
    let page = project.page::<E>(listing, &wanted).await?;
    let (mut data, total) = (page.results, page.total.unwrap_or_default());
    if request.offset().is_none() && request.skipped() < total {
        return Err(request.too_far());
    }
    let [first, last] = [page.start, page.cursor].map(|place| place.map(Position::own));
    if matches!(request.edge, Edge::Before(_)) {
        data.reverse();
        // What was read first is the last on the page, and something lies before it if there is more to read.
        let previous = last.and_then(|last| paging::before(Some(last), &request.edge));
        return Ok(Slice { data, total, next: first.map(Edge::After), previous });
    }
    let previous = if request.page > 1 { paging::before(first, &request.edge) } else { None };
    Ok(Slice { data, total, next: last.map(Edge::After), previous })
}

/// The page of `entries`, which are all there are, in an order. `key` is the value of an entry for a field of the order,
/// `place` its place in the order of creation. Whoever goes from page to page by their cursors meets each entry that
/// stays where it is once.
pub fn in_order<T>(
    request: &CollectionRequest,
    order: &[(&'static str, Direction)],
    entries: Vec<T>,
    place: impl Fn(&T) -> String,
    key: impl Fn(&str, &T) -> Key,
) -> Slice<T> {
    let position = |entry: &T| Position::new(order.iter().map(|(field, _)| key(field, entry)), place(entry));
    let placed = entries.into_iter().map(|entry| (position(&entry), entry)).collect();
    let skipped = match request.edge {
        Edge::Start => usize::try_from(request.skipped()).unwrap_or(usize::MAX),
        Edge::After(_) | Edge::Before(_) => 0,
    };
    paging::cut(placed, &directions(order), &request.edge, (skipped, request.per_page))
}

/// The answer that shows the entries of a page.
pub fn answer<T, V>(request: &CollectionRequest, slice: Slice<T>, view: impl FnMut(T) -> V) -> Collected<V> {
    let Slice { data, total, next, previous } = slice;
    request.answer(Slice { data: data.into_iter().map(view).collect(), total, next, previous })
}
