//! Pages of collections: as the table has them, or cut from a list that was read whole and sorted.

use api::ApiError;
use api::collection::{Collected, CollectionRequest, Slice};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::trail::Timestamp;
use store::{Direction, Entity, ListRequest, Listing, ProjectStore, StoreError, Stored};
use uuid::Uuid;

/// Of a text that is sorted by, so many bytes count. A cursor holds them, and a parameter has 1,024
/// characters at most.
const MAX_KEY_BYTES: usize = 512;

/// Where an entry stands in an order: by what is sorted by, then by when it was made, then by its id. No two entries
/// stand at the same place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    key: String,
    made: Timestamp,
    id: Uuid,
}

impl Position {
    /// The place of an entry. `key` sorts as what is sorted by does; what is longer than 512 bytes is cut.
    pub fn new(key: &str, made: Timestamp, id: Uuid) -> Self {
        let key = key.get(..key.floor_char_boundary(MAX_KEY_BYTES)).unwrap_or_default().to_owned();
        Self { key, made, id }
    }

    /// The place of an entity in the order of creation, or, among those with the same `key`, in that of creation.
    pub fn of<E: Entity>(key: &str, entity: &E) -> Self {
        Self::new(key, entity.trail().created_at, entity.uuid())
    }

    /// The text that leads to what comes after it in the order of `field`.
    fn cursor(&self, field: &str) -> String {
        // The key comes last: it may have line breaks in it.
        URL_SAFE_NO_PAD.encode(format!("{field}\n{}\n{}\n{}", self.made, self.id, self.key))
    }

    /// The place that such a text means.
    fn read(cursor: &str, field: &str) -> Result<Self, StoreError> {
        let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        text.and_then(|text| Self::parse(&text, field)).ok_or(StoreError::BadCursor)
    }

    fn parse(text: &str, field: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '\n');
        parts.next().filter(|sorted_by| *sorted_by == field)?;
        let (made, id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { key: parts.next()?.to_owned(), made, id })
    }

    /// Whether it comes after `other`.
    fn is_after(&self, other: &Self, direction: Direction) -> bool {
        match direction {
            Direction::Ascending => self > other,
            Direction::Descending => self < other,
        }
    }
}

/// What the cursor of a page that is reached backwards begins with; no other does. The page ends before the place that
/// follows, so that whatever goes or comes meanwhile nobody meets an entry twice.
const BACKWARDS: &str = "before.";

/// What stands for a place behind everything.
const END: &str = "end";

/// Where a page begins or ends, as its request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge<'a> {
    /// Where its number says.
    Number,
    /// It begins after this place.
    After(&'a str),
    /// It ends before this place, or at the end.
    Before(Option<&'a str>),
}

impl<'a> Edge<'a> {
    fn of(request: &'a CollectionRequest) -> Self {
        let Some(cursor) = request.cursor.as_deref() else { return Self::Number };
        match cursor.strip_prefix(BACKWARDS) {
            Some(END) => Self::Before(None),
            Some(place) => Self::Before(Some(place)),
            None => Self::After(cursor),
        }
    }

    /// The cursor of the page that ends before `start`. Behind the end there is nothing to name a place by.
    fn back(self, start: Option<&str>) -> Option<String> {
        let place = start.or_else(|| matches!(self, Self::After(_)).then_some(END));
        place.map(|place| format!("{BACKWARDS}{place}"))
    }
}

const fn reversed(direction: Direction) -> Direction {
    match direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    }
}

/// A page in the list's own order. It costs what is on it.
///
/// # Errors
///
/// 422 when `page` leads too far or the cursor is none of this list's.
pub async fn page<E: Entity>(
    project: &ProjectStore,
    listing: &Listing,
    request: &CollectionRequest,
    direction: Direction,
) -> Result<Slice<Stored<E>>, ApiError> {
    let edge = Edge::of(request);
    let (direction, cursor) = match edge {
        Edge::Number => (direction, None),
        Edge::After(place) => (direction, Some(place)),
        Edge::Before(place) => (reversed(direction), place),
    };
    let cursor = cursor.map(str::to_owned);
    let (limit, offset) = (request.per_page, request.offset()?);
    let wanted = ListRequest { limit, offset, direction, cursor, with_total: true };
    let page = project.page::<E>(listing, &wanted).await?;
    let (mut data, total) = (page.results, page.total.unwrap_or_default());
    if matches!(edge, Edge::Before(_)) {
        data.reverse();
        // What was read first is the last on the page, and something lies before it if there is more to read.
        let previous = page.cursor.and_then(|first| edge.back(Some(&first)));
        return Ok(Slice { data, total, next: page.start, previous });
    }
    let previous = if request.page > 1 { edge.back(page.start.as_deref()) } else { None };
    Ok(Slice { data, total, next: page.cursor, previous })
}

/// The page of `entries`, which are all there are, in the order of `field`. Whoever goes from page to page by their
/// cursors meets each entry that stays where it is once.
///
/// # Errors
///
/// 422 when `page` leads too far or the cursor is none of this order's.
pub fn in_order<T>(
    request: &CollectionRequest,
    (field, direction): (&str, Direction),
    entries: Vec<T>,
    position: impl Fn(&T) -> Position,
) -> Result<Slice<T>, ApiError> {
    let mut placed: Vec<(Position, T)> = entries.into_iter().map(|entry| (position(&entry), entry)).collect();
    placed.sort_by(|(a, _), (b, _)| match direction {
        Direction::Ascending => a.cmp(b),
        Direction::Descending => b.cmp(a),
    });
    let edge = Edge::of(request);
    let place = |cursor: &str| Position::read(cursor, field);
    let (start, end) = match edge {
        Edge::Number => (request.offset()?, request.offset()?.saturating_add(request.per_page)),
        Edge::After(cursor) => {
            let seen = place(cursor)?;
            let start = placed.partition_point(|(place, _)| !place.is_after(&seen, direction));
            (start, start.saturating_add(request.per_page))
        }
        Edge::Before(cursor) => {
            let seen = cursor.map(place).transpose()?;
            let is_before =
                |place: &Position| seen.as_ref().is_none_or(|seen| seen.is_after(place, direction));
            let end = placed.partition_point(|(place, _)| is_before(place));
            (end.saturating_sub(request.per_page), end)
        }
    };
    let cursor = |place: usize| placed.get(place).map(|(place, _)| place.cursor(field));
    let next = if end < placed.len() { end.checked_sub(1).and_then(cursor) } else { None };
    let previous = if start > 0 { edge.back(cursor(start).as_deref()) } else { None };
    let total = placed.len() as u64;
    let data = placed.into_iter().skip(start).take(end - start).map(|(_, entry)| entry).collect();
    Ok(Slice { data, total, next, previous })
}

/// The answer that shows the entries of a page.
pub fn answer<T, V>(request: &CollectionRequest, slice: Slice<T>, view: impl FnMut(T) -> V) -> Collected<V> {
    let Slice { data, total, next, previous } = slice;
    request.answer(Slice { data: data.into_iter().map(view).collect(), total, next, previous })
}

#[cfg(test)]
mod tests;
