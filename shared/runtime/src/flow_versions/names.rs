//! Lists of what has a name: filters by it, `filter[name]` and `filter[LIKE]`, and the orders.

use api::collection::{CollectionRequest, FilterKind, Slice, SortField, filter};
use api::operation::Param;
use store::{Direction, Entity, Stored};

use super::paging;

/// The order in which things were made, which is that of lists when nothing is said.
pub const CREATED_AT: &str = "created_at";

/// That order, oldest first.
pub const OLDEST_FIRST: (&str, Direction) = (CREATED_AT, Direction::Ascending);

const BY_NAME: &str = "name";

/// What lists of what has a name can be sorted by.
pub const SORTS: &[SortField] = &[
    SortField { name: CREATED_AT, aliases: &[], description: "When it was created; the default" },
    SortField { name: BY_NAME, aliases: &[], description: "The name" },
];

/// Leaves what has a text in its name.
pub const NAME: Param = filter(
    "filter[name]",
    "Only entries whose name contains this text, in upper or lower case",
    FilterKind::Text,
);

/// Another name of the same filter.
pub const LIKE: Param = filter("filter[LIKE]", "The same as `filter[name]`", FilterKind::Text);

/// Whether something of that name meets both filters, as far as they are given.
pub fn is_wanted(request: &CollectionRequest, name: &str) -> bool {
    ["name", "LIKE"].iter().all(|filter| request.filter(filter).is_none_or(|parts| has_any(name, parts)))
}

/// The page of `entries`, which are all there are and are called `name`, in the order that is asked for.
pub fn in_order<E: Entity>(
    request: &CollectionRequest,
    entries: Vec<Stored<E>>,
    name: impl Fn(&Stored<E>) -> &str,
) -> Slice<Stored<E>> {
    let key = |field: &str, stored: &Stored<E>| match field {
        BY_NAME => name(stored).into(),
        _ => stored.entity.metadata().created_at.to_string().into(),
    };
    let place = |stored: &Stored<E>| paging::place_of(&stored.entity);
    paging::in_order(request, &request.order(OLDEST_FIRST), entries, place, key)
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
        let request = |filters: &[(&'static str, &[&str])]| {
            let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
            let filters = filters.iter().map(|(name, given)| (*name, values(given))).collect();
            CollectionRequest { filters, ..CollectionRequest::default() }
        };
        for (filters, wanted) in [
            (&[][..], true),
            (&[("name", &["May", "June Ö"][..])], true),
            (&[("name", &["june"])], true),
            (&[("name", &["NE Ö", "July"])], true),
            (&[("name", &["June %", "J_ne"])], false),
            (&[("LIKE", &["may", "UNE ö"])], true),
            (&[("LIKE", &["july"])], false),
            (&[("LIKE", &["june"]), ("name", &["May"])], false),
        ] {
            assert_eq!(is_wanted(&request(filters), "June Ö"), wanted, "{filters:?}");
        }
    }
}
