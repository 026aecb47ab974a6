//! Which flow a path means, and which of its releases a page shows. Numbers are dense and nothing deletes a
//! release, so the newest number is the count, and an offset costs nothing.

use std::str::FromStr;

use api::operation::Resource;
use api::path::{self, PathKind, PathValue};
use api::{ApiError, Grant};
use domain::flow::Flow;
use domain::ids::FlowId;
use store::{Address, Direction, ProjectStore, StoreError};

/// Reads single items, and releases and routes of a flow.
pub(crate) const READ_HISTORY: Grant =
    Grant { on: Resource::Table, actions: &["dynamodb:GetItem", "dynamodb:Query"] };

/// The number of a release, as it stands in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseNumber(pub(crate) u32);

/// Not the number of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidNumber;

impl std::fmt::Display for InvalidNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "must be a whole number from 1 to {}", u32::MAX)
    }
}

impl FromStr for ReleaseNumber {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        // One spelling for each number: no sign, no leading zeros.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        text.parse().ok().filter(|_| plain).map(Self).ok_or(InvalidNumber)
    }
}

impl PathValue for ReleaseNumber {
    const KIND: PathKind = PathKind::Number;

    fn read(name: &'static str, text: &str) -> Result<Self, ApiError> {
        path::parsed(name, text)
    }
}

api::path! {
    /// A release of a flow.
    pub struct FlowRelease {
        /// The id, or `key=` and the key
        pub id: Address,
        /// The number
        pub number: ReleaseNumber,
    }
}

/// The flow and the release that a path names.
pub(crate) async fn named_release(
    project: &ProjectStore,
    path: &FlowRelease,
) -> Result<(FlowId, u32), ApiError> {
    let FlowRelease { id, number: ReleaseNumber(number) } = path;
    let flow = match id {
        // Releases outlive their flow, so the flow need not be there.
        Address::Id(id) => FlowId::new(*id),
        Address::Key(_) => project.get::<Flow>(id).await?.entity.id,
    };
    Ok((flow, *number))
}

/// The flow that a path names and the number of its newest release, 0 when there is none. A flow that was deleted
/// still has its releases.
pub(crate) async fn newest_release(
    project: &ProjectStore,
    address: &Address,
) -> Result<(FlowId, u32), ApiError> {
    let (missing, flow) = match (project.get::<Flow>(address).await, address) {
        (Ok(stored), _) => {
            let flow = stored.entity;
            return Ok((flow.id, flow.released.map_or(0, |newest| newest.number)));
        }
        (Err(missing @ StoreError::NotFound { .. }), Address::Id(id)) => (missing, FlowId::new(*id)),
        (Err(error), _) => return Err(error.into()),
    };
    let newest = project.releases(flow, Direction::Descending, None, 1).await?;
    newest.first().map(|release| (flow, release.number)).ok_or_else(|| missing.into())
}

/// Which releases a page shows: those after a number (exclusive), in a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) direction: Direction,
    /// Absent for the list's beginning.
    pub(crate) after: Option<u32>,
    /// False when nothing can be there.
    pub(crate) any: bool,
}

impl Span {
    /// The page that begins after `cursor` (or at the list's beginning) and leaves out `offset` more.
    pub(crate) fn new(direction: Direction, cursor: Option<u32>, offset: usize, newest: u32) -> Self {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        let (after, any) = match direction {
            Direction::Ascending => {
                let after = cursor.unwrap_or(0).saturating_add(offset);
                (after, after < newest)
            }
            Direction::Descending => {
                let after = cursor.unwrap_or_else(|| newest.saturating_add(1)).saturating_sub(offset);
                (after, after > 1)
            }
        };
        let at_beginning = cursor.is_none() && offset == 0;
        Self { direction, after: (!at_beginning).then_some(after), any }
    }

    /// Whether there are more releases after this one.
    pub(crate) fn goes_on_after(self, number: u32, newest: u32) -> bool {
        match self.direction {
            Direction::Ascending => number < newest,
            Direction::Descending => number > 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!("1".parse(), Ok(ReleaseNumber(1)));
        assert_eq!("4294967295".parse(), Ok(ReleaseNumber(u32::MAX)));
        for bad in ["", "0", "01", "+1", "-1", "1.0", "one", "4294967296"] {
            assert_eq!(bad.parse::<ReleaseNumber>(), Err(InvalidNumber), "{bad}");
        }
    }

    /// What `ProjectStore::releases` finds for a span, when there are `newest` releases.
    fn page(span: Span, newest: u32, limit: usize) -> Vec<u32> {
        if !span.any {
            return Vec::new();
        }
        let numbers: Vec<u32> = match span.direction {
            Direction::Ascending => (span.after.unwrap_or(0) + 1..=newest).collect(),
            Direction::Descending => (1..span.after.unwrap_or(newest + 1).min(newest + 1)).rev().collect(),
        };
        numbers.into_iter().take(limit).collect()
    }

    #[test]
    fn pages_by_offset_and_by_cursor_make_up_the_whole_list() {
        for newest in 0..8 {
            for direction in [Direction::Ascending, Direction::Descending] {
                let whole = page(Span::new(direction, None, 0, newest), newest, 100);
                assert_eq!(whole.len(), newest as usize);
                for limit in 1..9 {
                    let by_offset: Vec<u32> = (0..9)
                        .flat_map(|index| {
                            page(Span::new(direction, None, index * limit, newest), newest, limit)
                        })
                        .collect();
                    assert_eq!(by_offset, whole);
                    let (mut by_cursor, mut cursor) = (Vec::new(), None);
                    loop {
                        let span = Span::new(direction, cursor, 0, newest);
                        by_cursor.extend(page(span, newest, limit));
                        cursor = by_cursor.last().copied().filter(|last| span.goes_on_after(*last, newest));
                        if cursor.is_none() {
                            break;
                        }
                    }
                    assert_eq!(by_cursor, whole);
                }
            }
        }
    }
}
