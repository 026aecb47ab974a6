//! Pages of lists, whatever conventions a list follows: where an entry stands in an order, where a page begins, and
//! the page that is cut from a list that was read whole. [`Scope`] makes cursors of these and reads them.

mod scope;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Direction;

pub use scope::Scope;

/// A value that a list is sorted by: a text, a number, whether something is so, or nothing.
pub type Key = Value;

/// Maximum number of bytes that the values of a position have as JSON. A cursor holds them, and a query parameter has
/// at most 1,024 characters.
const MAX_KEY_BYTES: usize = 400;

/// Where an entry stands in an order: by the values that the list is sorted by, then by its place in the table's own
/// order. No two entries of a list have the same position.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<Key>,
    #[serde(rename = "o")]
    own: String,
}

impl Position {
    /// A position in the table's own order.
    pub fn own(own: String) -> Self {
        Self { keys: Vec::new(), own }
    }

    /// A position among the values `keys`, most important first. Only the first 400 bytes of all texts together count.
    pub fn new(keys: impl IntoIterator<Item = Key>, own: String) -> Self {
        let mut keys: Vec<Key> = keys.into_iter().collect();
        let most = MAX_KEY_BYTES / keys.len().max(1);
        for key in &mut keys {
            if let Value::String(text) = key {
                text.truncate(fitting(text, most));
            }
        }
        Self { keys, own }
    }

    /// The place in the table's own order.
    pub fn in_table(&self) -> &str {
        &self.own
    }
}

/// Number of bytes of `text` that take at most `most` bytes as JSON, in whole characters.
fn fitting(text: &str, most: usize) -> usize {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, character)| {
        taken += match character {
            '"' | '\\' | '\n' | '\r' | '\t' => 2,
            control if control.is_ascii_control() => 6,
            other => other.len_utf8(),
        };
        taken > most
    });
    end.map_or(text.len(), |(end, _)| end)
}

/// Which way a list runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directions {
    /// The direction of each value that is sorted by, most important first.
    pub keys: Vec<Direction>,
    /// The direction of the table's own order, which decides between entries of equal values.
    pub own: Direction,
}

impl Directions {
    fn compare(&self, a: &Position, b: &Position) -> Ordering {
        let keys = a.keys.iter().zip(&b.keys).zip(&self.keys);
        let by_keys = keys.map(|((a, b), direction)| turned(compare(a, b), *direction));
        by_keys.fold(Ordering::Equal, Ordering::then).then_with(|| turned(a.own.cmp(&b.own), self.own))
    }
}

const fn turned(ordering: Ordering, direction: Direction) -> Ordering {
    match direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}

/// Absent first, then numbers and texts each among themselves.
fn compare(a: &Key, b: &Key) -> Ordering {
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

/// Where a page begins or ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edge {
    /// It begins where the list does, or after as many entries as the request leaves out.
    #[default]
    #[serde(skip)]
    Start,
    /// It begins after this position, whether or not an entry still stands there.
    #[serde(rename = "a")]
    After(Position),
    /// It ends before this position, or where the list does.
    #[serde(rename = "b")]
    Before(Option<Position>),
}

/// What is on a page, and what leads to the pages beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<V> {
    /// The entries.
    pub data: Vec<V>,
    /// Number of entries on all pages together.
    pub total: u64,
    /// Where the next page begins; nothing on the last page.
    pub next: Option<Edge>,
    /// Where the page before ends; nothing where there is none, or where only its number is known.
    pub previous: Option<Edge>,
}

/// The page of `entries`, which are all there are, in any order. It begins `skipped` entries after `edge` and has at
/// most `most` entries. Whoever goes from page to page by their edges meets each entry that stays where it is once.
pub fn cut<T>(
    mut entries: Vec<(Position, T)>,
    directions: &Directions,
    edge: &Edge,
    (skipped, most): (usize, usize),
) -> Slice<T> {
    entries.sort_by(|(a, _), (b, _)| directions.compare(a, b));
    let (start, end) = match edge {
        Edge::Start => (skipped, skipped.saturating_add(most)),
        Edge::After(seen) => {
            let after = entries.partition_point(|(place, _)| directions.compare(place, seen).is_le());
            let start = after.saturating_add(skipped);
            (start, start.saturating_add(most))
        }
        Edge::Before(seen) => {
            let is_before =
                |place: &Position| seen.as_ref().is_none_or(|seen| directions.compare(place, seen).is_lt());
            let end = entries.partition_point(|(place, _)| is_before(place));
            (end.saturating_sub(most), end)
        }
    };
    let at = |place: usize| entries.get(place).map(|(position, _)| position.clone());
    let next = if end < entries.len() { end.checked_sub(1).and_then(at) } else { None };
    let previous = if start > 0 { before(at(start), edge) } else { None };
    let total = entries.len() as u64;
    let data = entries.into_iter().skip(start).take(end - start).map(|(_, entry)| entry).collect();
    Slice { data, total, next: next.map(Edge::After), previous }
}

/// Where the page ends that comes before one which begins with `first`. Behind the end of the list there is no entry
/// to name a position by.
pub fn before(first: Option<Position>, edge: &Edge) -> Option<Edge> {
    match (first, edge) {
        (Some(first), _) => Some(Edge::Before(Some(first))),
        (None, Edge::After(_)) => Some(Edge::Before(None)),
        (None, _) => None,
    }
}
