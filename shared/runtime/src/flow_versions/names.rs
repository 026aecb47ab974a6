//! Lists of what has a name: filters by it, `filter[name]` and `filter[LIKE]`, and the orders.

use api::collection::{CollectionRequest, Slice, Sort, SortField, SortFields};
use store::{Direction, Entity, Stored};

use super::paging;

/// The order in which things were made, which is that of lists when nothing is said.
pub const CREATED_AT: &str = "created_at";

/// That order, oldest first.
pub const OLDEST_FIRST: (&str, Direction) = (CREATED_AT, Direction::Ascending);

const BY_NAME: &str = "name";

/// What lists of what has a name can be sorted by.
#[derive(Debug, Clone)]
pub struct ByName;

impl SortFields for ByName {
    const FIELDS: &'static [SortField] = &[
        SortField { name: CREATED_AT, aliases: &[], description: "When it was created; the default" },
        SortField { name: BY_NAME, aliases: &[], description: "The name" },
    ];
}

api::query! {
    /// The filter by a text in the name.
    #[derive(Default, PartialEq, Eq)]
    pub struct InName {
        /// Only entries whose name contains this text, in upper or lower case.
        pub name as "filter[name]": Option<Vec<String>>,
    }
}

api::query! {
    /// The same filter by both of its names.
    #[derive(Default, PartialEq, Eq)]
    pub struct InNameOrLike {
        /// By the first.
        pub in_name: InName,
        /// The same as `filter[name]`.
        pub like as "filter[LIKE]": Option<Vec<String>>,
    }
}

impl InName {
    /// Whether something of that name meets the filter, if it is given.
    pub fn is_met_by(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|parts| has_any(name, parts))
    }
}

impl InNameOrLike {
    /// Whether something of that name meets both filters, as far as they are given.
    pub fn is_met_by(&self, name: &str) -> bool {
        self.in_name.is_met_by(name) && self.like.as_ref().is_none_or(|parts| has_any(name, parts))
    }

    /// Whether neither is given.
    pub const fn is_empty(&self) -> bool {
        self.in_name.name.is_none() && self.like.is_none()
    }
}

/// The page of `entries`, which are all there are and are called `name`, in the order that is asked for.
pub fn in_order<E: Entity>(
    request: &CollectionRequest,
    sort: &Sort<ByName>,
    entries: Vec<Stored<E>>,
    name: impl Fn(&Stored<E>) -> &str,
) -> Slice<Stored<E>> {
    let key = |field: &str, stored: &Stored<E>| match field {
        BY_NAME => name(stored).into(),
        _ => stored.entity.metadata().created_at.to_string().into(),
    };
    let place = |stored: &Stored<E>| paging::place_of(&stored.entity);
    paging::in_order(request, &sort.order(OLDEST_FIRST), entries, place, key)
}

/// Whether any of the texts is part of a name, whatever the case of either.
fn has_any(name: &str, parts: &[String]) -> bool {
    let name = name.to_lowercase();
    parts.iter().any(|part| name.contains(&part.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_has_to_be_met_by_one_of_its_values() {
        let parts = |parts: &[&str]| {
            let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            (!parts.is_empty()).then_some(parts)
        };
        for (name, like, wanted) in [
            (&[][..], &[][..], true),
            (&["May", "June Ö"], &[], true),
            (&["june"], &[], true),
            (&["NE Ö", "July"], &[], true),
            (&["June %", "J_ne"], &[], false),
            (&[], &["may", "UNE ö"], true),
            (&[], &["july"], false),
            (&["May"], &["june"], false),
        ] {
            let filters = InNameOrLike { in_name: InName { name: parts(name) }, like: parts(like) };
            assert_eq!(filters.is_met_by("June Ö"), wanted, "{filters:?}");
        }
    }
}
