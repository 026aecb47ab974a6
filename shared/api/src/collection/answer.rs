use contract::lists::{Collected, CollectionLinks, CollectionMeta};

use super::request::CollectionRequest;
use crate::paging::{Edge, Slice};

impl CollectionRequest {
    /// The answer that has `slice` on the page that was asked for.
    pub fn answer<V>(&self, slice: Slice<V>) -> Collected<V> {
        let last_page = self.last_page(&slice);
        let count = slice.data.len() as u64;
        let place = |place: u64| (count > 0).then(|| self.skipped().saturating_add(place));
        let meta = CollectionMeta {
            current_page: self.page,
            from: place(1),
            last_page,
            path: self.url.clone(),
            per_page: self.per_page,
            to: place(count),
            total: slice.total,
        };
        // A number says where a page lies only to whoever asked by it: more or less may lie before by now.
        let before = self.page.saturating_sub(1).max(1);
        let by_number = self.page > 1 && self.edge == Edge::Start;
        let previous = match &slice.previous {
            Some(end) => Some(self.link(before, Some(end))),
            None => by_number.then(|| self.link(before, None)),
        };
        let links = CollectionLinks {
            first: self.link(1, None),
            last: self.reaches(last_page).then(|| self.link(last_page, None)),
            prev: previous,
            next: slice.next.map(|edge| self.link(self.page + 1, Some(&edge))),
        };
        Collected { data: slice.data, meta, links }
    }

    /// What the total says, unless the pages themselves know better: it is counted at another moment.
    fn last_page<V>(&self, slice: &Slice<V>) -> u64 {
        let counted = slice.total.div_ceil(self.per_page.max(1) as u64);
        let seen = match (&slice.next, slice.data.is_empty()) {
            (Some(_), _) => self.page + 1,
            (None, false) => self.page,
            (None, true) => 1,
        };
        counted.max(seen)
    }
}
