use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// An entry with what it is sorted by, and when it was made.
type Row = (&'static str, u8);

const ROWS: [Row; 7] = [("b", 1), ("a", 2), ("c", 3), ("a", 4), ("b", 5), ("d", 6), ("a", 7)];

fn position(row: &Row) -> Position {
    position_of(row.0, row.1)
}

fn position_of(key: &str, made: u8) -> Position {
    let at = format!("2026-11-20T10:00:{made:02}Z").parse().unwrap();
    Position::new(key, at, Uuid::from_u128(u128::from(100 - made)))
}

fn request(page: u64, cursor: Option<String>) -> CollectionRequest {
    CollectionRequest {
        page,
        per_page: 2,
        sort: None,
        includes: BTreeSet::new(),
        filters: BTreeMap::new(),
        cursor,
        url: "https://api.example/api/v1/packages".to_owned(),
    }
}

fn cut(request: &CollectionRequest, direction: Direction, rows: &[Row]) -> Slice<Row> {
    in_order(request, ("name", direction), rows.to_vec(), position).unwrap()
}

/// What is met from page to page by the cursors of each, with `rows` telling what there is at each page.
fn walk(direction: Direction, rows: impl Fn(u64) -> Vec<Row>) -> Vec<Row> {
    let (mut met, mut cursor) = (Vec::new(), None);
    for page in 1.. {
        let slice = cut(&request(page, cursor.take()), direction, &rows(page));
        met.extend(slice.data);
        cursor = slice.next;
        if cursor.is_none() {
            break;
        }
    }
    met
}

#[test]
fn the_order_is_by_the_key_and_then_by_age() {
    let up = [("a", 2), ("a", 4), ("a", 7), ("b", 1), ("b", 5), ("c", 3), ("d", 6)];
    let mut down = up;
    down.reverse();
    assert_eq!(walk(Direction::Ascending, |_| ROWS.to_vec()), up);
    assert_eq!(walk(Direction::Descending, |_| ROWS.to_vec()), down);
}

#[test]
fn numbers_of_pages_lead_to_the_same_pages() {
    let numbered = (1..=4).flat_map(|page| cut(&request(page, None), Direction::Ascending, &ROWS).data);
    assert_eq!(numbered.collect::<Vec<_>>(), walk(Direction::Ascending, |_| ROWS.to_vec()));
    let beyond = cut(&request(9, None), Direction::Ascending, &ROWS);
    assert_eq!((beyond.data, beyond.total, beyond.next, beyond.previous), (vec![], 7, None, None));
    assert_eq!(cut(&request(1, None), Direction::Ascending, &[]).total, 0);
}

#[test]
fn what_comes_and_goes_meanwhile_hides_nothing_and_repeats_nothing() {
    // After the first page one of its entries goes, and another comes before it.
    let rows = |page: u64| {
        let mut rows = ROWS.to_vec();
        if page > 1 {
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
        let pages: Vec<_> = (1..=4).map(|page| cut(&request(page, None), direction, &ROWS)).collect();
        assert_eq!(pages[0].previous, None);
        for page in 1..4 {
            let back = pages[page].previous.clone();
            let again = cut(&request(page as u64, back), direction, &ROWS);
            assert_eq!(again.data, pages[page - 1].data);
            assert_eq!(
                (again.next, again.previous),
                (pages[page - 1].next.clone(), pages[page - 1].previous.clone())
            );
        }
    }
}

/// An entry that is there all the while, or only up to some page, or only from some page on.
fn rows() -> impl Strategy<Value = Vec<(String, u8, u64, u64)>> {
    let row = ("[a-c]", 0..3_u64, 2..9_u64);
    vec(row, 0..30).prop_map(|rows| {
        let rows = rows.into_iter().zip(1_u8..);
        rows.map(|((key, from, until), made)| (key, made, from, until)).collect()
    })
}

proptest! {
    #[test]
    fn whoever_stays_is_met_once_on_either_way(rows in rows(), descending: bool) {
        let direction = if descending { Direction::Descending } else { Direction::Ascending };
        let at = |time: u64| -> Vec<(String, u8)> {
            let there = rows.iter().filter(|(_, _, from, until)| (*from..*until).contains(&time));
            there.map(|(key, made, ..)| (key.clone(), *made)).collect()
        };
        let page = |number: u64, cursor: Option<String>, time: u64| {
            let place = |row: &(String, u8)| position_of(&row.0, row.1);
            in_order(&request(number, cursor), ("name", direction), at(time), place).unwrap()
        };
        let stays = rows.iter().filter(|(_, _, from, until)| *from == 0 && *until == 8);
        let staying: BTreeSet<u64> = stays.map(|row| row.1.into()).collect();
        let (mut number, mut time) = (1, 0);
        let mut slice = page(number, None, time);
        let mut onwards: Vec<u64> = slice.data.iter().map(|row| row.1.into()).collect();
        while let Some(next) = slice.next.take() {
            (number, time) = (number + 1, (time + 1).min(7));
            slice = page(number, Some(next), time);
            onwards.extend(slice.data.iter().map(|row| u64::from(row.1)));
        }
        let mut back: Vec<u64> = slice.data.iter().map(|row| row.1.into()).collect();
        while let Some(previous) = slice.previous.take() {
            time = (time + 1).min(7);
            slice = page(number.saturating_sub(1).max(1), Some(previous), time);
            back.extend(slice.data.iter().map(|row| u64::from(row.1)));
        }
        for way in [onwards, back] {
            for stays in &staying {
                prop_assert_eq!(way.iter().filter(|met| *met == stays).count(), 1);
            }
        }
    }
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let cursor = position(&("a", 1)).cursor("created_at");
    for bad in [cursor, "eA".to_owned(), "?".to_owned()] {
        let refused = in_order(&request(2, Some(bad)), ("name", Direction::Ascending), vec![], position);
        assert_eq!(refused.unwrap_err().status, 400);
    }
}

#[test]
fn a_cursor_fits_into_a_parameter_whatever_the_key() {
    for key in ["𝕏".repeat(256), "\"\n".repeat(400)] {
        let place = Position::new(&key, position(&("a", 1)).made, Uuid::nil());
        let cursor = place.cursor("flow_name");
        assert!(cursor.len() <= 1024, "{}", cursor.len());
        assert_eq!(Position::read(&cursor, "flow_name").unwrap(), place);
    }
}
