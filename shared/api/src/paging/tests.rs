use std::collections::BTreeSet;

use domain::flow::FlowKind;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::listing::Page;
use crate::operation::{Method, Route, schema_of};
use crate::query::{Query, QueryParams};

/// An entry with what it is sorted by, and when it was made.
type Row = (&'static str, u32);

const ROWS: [Row; 7] = [("b", 1), ("a", 2), ("c", 3), ("a", 4), ("b", 5), ("d", 6), ("a", 7)];

/// What is at a position of those made at `made`, which are called `key`.
fn position_of(key: &str, made: u32) -> Position {
    Position::new([Value::from(key)], format!("{made:03}"))
}

fn both(direction: Direction) -> Directions {
    Directions { keys: vec![direction], own: direction }
}

fn page(rows: &[Row], direction: Direction, edge: &Edge, skipped: usize) -> Slice<Row> {
    let placed = rows.iter().map(|row| (position_of(row.0, row.1), *row)).collect();
    cut(placed, &both(direction), edge, (skipped, 2))
}

/// What is met from page to page, with `rows` telling what there is at each page.
fn walk(direction: Direction, rows: impl Fn(usize) -> Vec<Row>) -> Vec<Row> {
    let (mut met, mut edge) = (Vec::new(), Edge::Start);
    for number in 1.. {
        let slice = page(&rows(number), direction, &edge, 0);
        met.extend(slice.data);
        match slice.next {
            Some(next) => edge = next,
            None => break,
        }
    }
    met
}

#[test]
fn the_order_is_by_the_values_and_then_the_tables_own() {
    let up = [("a", 2), ("a", 4), ("a", 7), ("b", 1), ("b", 5), ("c", 3), ("d", 6)];
    let mut down = up;
    down.reverse();
    assert_eq!(walk(Direction::Ascending, |_| ROWS.to_vec()), up);
    assert_eq!(walk(Direction::Descending, |_| ROWS.to_vec()), down);
}

#[test]
fn the_first_value_that_differs_decides_each_in_its_direction() {
    let rows = [("b", 1, 1), ("a", 2, 2), ("a", 10, 3), ("a", 2, 4)];
    let directions =
        Directions { keys: vec![Direction::Ascending, Direction::Descending], own: Direction::Descending };
    let placed = rows.map(|(name, number, made)| {
        (Position::new([Value::from(name), Value::from(number)], format!("{made}")), made)
    });
    assert_eq!(cut(placed.to_vec(), &directions, &Edge::Start, (0, 9)).data, [3, 4, 2, 1]);
}

#[test]
fn what_is_absent_comes_first_and_numbers_are_no_texts() {
    let values = [json!(10), json!(null), json!("x"), json!(9), json!(-1.5), json!(null)];
    let placed = values
        .iter()
        .zip(0..)
        .map(|(value, own)| (Position::new([value.clone()], own.to_string()), value.clone()));
    let sorted = cut(placed.collect(), &both(Direction::Ascending), &Edge::Start, (0, 9)).data;
    assert_eq!(sorted[..2], [json!(null), json!(null)]);
    let numbers: Vec<_> = sorted.iter().filter(|value| value.is_number()).collect();
    assert_eq!(numbers, [&json!(-1.5), &json!(9), &json!(10)]);
}

#[test]
fn numbers_of_pages_lead_to_the_same_pages() {
    let numbered = (0..4).flat_map(|number| page(&ROWS, Direction::Ascending, &Edge::Start, number * 2).data);
    assert_eq!(numbered.collect::<Vec<_>>(), walk(Direction::Ascending, |_| ROWS.to_vec()));
    let beyond = page(&ROWS, Direction::Ascending, &Edge::Start, usize::MAX);
    assert_eq!((beyond.data, beyond.total, beyond.next, beyond.previous), (vec![], 7, None, None));
    assert_eq!(page(&[], Direction::Ascending, &Edge::Start, 0).total, 0);
}

#[test]
fn what_comes_and_goes_meanwhile_hides_nothing_and_repeats_nothing() {
    // After the first page one of its entries goes, and another comes before it.
    let rows = |number: usize| {
        let mut rows = ROWS.to_vec();
        if number > 1 {
            rows.retain(|row| *row != ("a", 4));
            rows.push(("a", 0));
        }
        rows
    };
    let expected = [("a", 2), ("a", 4), ("a", 7), ("b", 1), ("b", 5), ("c", 3), ("d", 6)];
    assert_eq!(walk(Direction::Ascending, rows), expected);
}

#[test]
fn the_page_before_ends_where_this_one_begins() {
    for direction in [Direction::Ascending, Direction::Descending] {
        let pages: Vec<_> = (0..4).map(|number| page(&ROWS, direction, &Edge::Start, number * 2)).collect();
        assert_eq!(pages[0].previous, None);
        for number in 1..4 {
            let back = pages[number].previous.clone().unwrap();
            let again = page(&ROWS, direction, &back, 0);
            assert_eq!(again.data, pages[number - 1].data);
            assert_eq!(
                (&again.next, &again.previous),
                (&pages[number - 1].next, &pages[number - 1].previous)
            );
        }
    }
}

/// An entry that is there all the while, or only up to some page, or only from some page on.
fn rows() -> impl Strategy<Value = Vec<(String, u32, u64, u64)>> {
    let row = ("[a-c]", 0..3_u64, 2..9_u64);
    vec(row, 0..30).prop_map(|rows| {
        let rows = rows.into_iter().zip(1_u32..);
        rows.map(|((key, from, until), made)| (key, made, from, until)).collect()
    })
}

proptest! {
    #[test]
    fn whoever_stays_is_met_once_on_either_way(rows in rows(), descending: bool) {
        let direction = if descending { Direction::Descending } else { Direction::Ascending };
        let page = |edge: &Edge, time: u64| {
            let there = rows.iter().filter(|(_, _, from, until)| (*from..*until).contains(&time));
            let placed = there.map(|(key, made, ..)| (position_of(key, *made), *made)).collect();
            cut(placed, &both(direction), edge, (0, 2))
        };
        let stays = rows.iter().filter(|(_, _, from, until)| *from == 0 && *until == 8);
        let staying: BTreeSet<u32> = stays.map(|row| row.1).collect();
        let mut time = 0;
        let mut slice = page(&Edge::Start, time);
        let mut onwards = slice.data.clone();
        while let Some(next) = slice.next.take() {
            time = (time + 1).min(7);
            slice = page(&next, time);
            onwards.extend(&slice.data);
        }
        let mut back = slice.data.clone();
        while let Some(previous) = slice.previous.take() {
            time = (time + 1).min(7);
            slice = page(&previous, time);
            back.extend(&slice.data);
        }
        for way in [onwards, back] {
            for stays in &staying {
                prop_assert_eq!(way.iter().filter(|met| *met == stays).count(), 1);
            }
        }
    }
}

crate::query! {
    /// A list.
    struct List {
        /// The page.
        _page: Page,
        /// A filter.
        _kind as "kind": Option<FlowKind>,
    }
}

const fn route(path: &'static str) -> Route {
    Route { query: List::PARAMS, answer: schema_of::<String>, ..Route::new(Method::Get, path) }
}

const FLOWS: Route = route("/{projectKey}/flows");
const RELEASES: Route = route("/{projectKey}/flows/{id}/releases");

fn asked(route: &Route, id: &str, query: &str) -> Result<Query, String> {
    let path = [("projectKey", "acme"), ("id", id)].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let path = path.into_iter().collect();
    let given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Query::decode(route, &path, &given).map_err(|error| error.errors[0].message.clone())
}

#[test]
fn a_cursor_goes_on_in_its_list_its_filters_and_its_order_and_nowhere_else() {
    let edge = Edge::After(position_of("a", 4));
    let cursor = |route, query| asked(route, "x", query).unwrap().scope().cursor(&edge);
    let plain = cursor(&FLOWS, "limit=5");
    let filtered = cursor(&FLOWS, "kind=api&sort=name%20desc");
    for (cursor, query) in [
        // How many are asked for, and whether they are counted, is free.
        (&plain, ""),
        (&plain, "limit=7&withTotal=false"),
        (&filtered, "sort=name%20desc&kind=api&limit=2"),
    ] {
        let query = asked(&FLOWS, "x", &format!("{query}&cursor={cursor}")).unwrap();
        assert_eq!(*query.edge(), edge);
    }
    for (route, id, query, cursor, says) in [
        (&RELEASES, "x", "", &plain, "belongs to another list: it is of /{projectKey}/flows, and this is"),
        (&FLOWS, "y", "", &plain, "belongs to another list: the path /{projectKey}/flows has other values"),
        (&FLOWS, "x", "kind=tool", &plain, "belongs to other filters; repeat those"),
        (&FLOWS, "x", "sort=name%20desc", &filtered, "belongs to other filters"),
        (
            &FLOWS,
            "x",
            "kind=api&sort=name",
            &filtered,
            "the order 'name desc', and the query asks for the order 'name asc'",
        ),
        (&FLOWS, "x", "kind=api", &filtered, "the query asks for the list's own order; repeat the 'sort'"),
        (
            &FLOWS,
            "x",
            "sort=id",
            &plain,
            "goes on in the list's own order, and the query asks for the order 'id asc'",
        ),
        (&FLOWS, "x", "", &"made-up".to_owned(), "must be one that a page of this list answered with"),
        (&FLOWS, "x", "", &String::new(), "must be one that a page of this list answered with"),
        (&FLOWS, "x", "", &plain[..plain.len() - 8].to_owned(), "must be one that a page"),
    ] {
        let refused = asked(route, id, &format!("{query}&cursor={cursor}")).unwrap_err();
        assert!(refused.starts_with("Query parameter 'cursor' ") && refused.contains(says), "{refused}");
    }
}

#[test]
fn a_cursor_fits_into_a_parameter_whatever_the_values() {
    let sort = "sort=createdAt%20desc&sort=lastModifiedAt%20desc&sort=name%20desc&sort=version%20desc";
    let scope = asked(&RELEASES, "x", &format!("kind=api&{sort}")).unwrap().scope().clone();
    let own = "0000000004#2026-11-20T10:00:00.000Z#8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
    for key in ["𝕏".repeat(256), "\"\n".repeat(400), "\u{1}".repeat(300), "x".repeat(1000)] {
        for count in 1..=4 {
            let place = Position::new(vec![Value::from(key.clone()); count], own.to_owned());
            let edge = Edge::Before(Some(place));
            let cursor = scope.cursor(&edge);
            assert!(cursor.len() <= 1024, "{} characters for {count} values", cursor.len());
            assert_eq!(scope.edge(&cursor), Ok(edge));
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_sent_as_a_cursor_is_read_or_refused(text in "\\PC{0,80}", bytes in vec(any::<u8>(), 0..80)) {
        use base64::Engine;
        let encoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let scope = asked(&FLOWS, "x", "").unwrap().scope().clone();
        prop_assert!(scope.edge(&text).is_err());
        prop_assert!(scope.edge(&encoded).is_err());
    }
}
