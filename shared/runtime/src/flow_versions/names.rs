//! Lists of what has a name: filters by it, `filter[name]` and `filter[LIKE]`, and the orders.

use api::collection::{CollectionRequest, FilterKind, SortField, filter};
use api::operation::Param;
use store::{Direction, Entity};

use super::paging::Position;

/// The order in which things were made, which is that of lists when nothing is said.
pub const CREATED_AT: &str = "created_at";

/// That order, oldest first.
pub const OLDEST_FIRST: (&str, Direction) = (CREATED_AT, Direction::Ascending);

const BY_NAME: &str = "name";

/// What lists of what has a name can be sorted by.
pub const SORTS: &[SortField] = &[
    SortField {
        name: CREATED_AT,
        aliases: &[],
        description: "When it was made; so it is when nothing is said",
    },
    SortField { name: BY_NAME, aliases: &[], description: "The name" },
];

/// Leaves what has exactly the name.
pub const NAME: Param = filter("filter[name]", "Those of exactly that name", FilterKind::Text);

/// Leaves what has a text in its name.
pub const LIKE: Param =
    filter("filter[LIKE]", "Those with that in their name, whatever its case", FilterKind::Text);

/// Whether something of that name meets both filters, as far as they are given.
pub fn is_wanted(request: &CollectionRequest, name: &str) -> bool {
    let is_it = request.filter("name").is_none_or(|names| names.iter().any(|wanted| wanted == name));
    is_it && request.filter("LIKE").is_none_or(|parts| has_any(name, parts))
}

/// Where something of that name stands in the order of a field of [`SORTS`].
pub fn position<E: Entity>(field: &str, name: &str, entity: &E) -> Position {
    Position::of(if field == BY_NAME { name } else { "" }, entity)
}

/// Whether any of the texts is part of a name, whatever the case of either.
fn has_any(name: &str, parts: &[String]) -> bool {
    let name = name.to_lowercase();
    parts.iter().any(|part| name.contains(&part.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_filter_has_to_be_met_by_one_of_its_values() {
        let request = |filters: &[(&'static str, &[&str])]| CollectionRequest {
            page: 1,
            per_page: 15,
            sort: None,
            includes: BTreeSet::new(),
            filters: filters
                .iter()
                .map(|(name, values)| (*name, values.iter().map(|value| (*value).to_owned()).collect()))
                .collect::<BTreeMap<_, _>>(),
            cursor: None,
            url: String::new(),
        };
        for (filters, wanted) in [
            (&[][..], true),
            (&[("name", &["May", "June Ö"][..])], true),
            (&[("name", &["June"])], false),
            (&[("name", &["june ö"])], false),
            (&[("LIKE", &["may", "UNE ö"])], true),
            (&[("LIKE", &["july"])], false),
            (&[("LIKE", &["june"]), ("name", &["May"])], false),
        ] {
            assert_eq!(is_wanted(&request(filters), "June Ö"), wanted, "{filters:?}");
        }
    }
}
