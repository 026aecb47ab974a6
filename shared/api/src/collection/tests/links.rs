use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::json;

use super::*;
use crate::paging::{Edge, Position};
use crate::request::{Call, NoBody, Request};

/// What a link asks.
fn follow(link: &str) -> CollectionRequest {
    let (url, query) = link.split_once('?').unwrap();
    assert_eq!(url, "https://example.com/api/v1/things");
    assert!(query.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%&=+-_.*".contains(&byte)), "{query}");
    asks(query).page
}

/// A page of that many entries.
fn page(request: &CollectionRequest, entries: usize, total: u64, next: bool) -> Collected<u8> {
    let next = next.then(|| Edge::After(Position::own("n".to_owned())));
    request.answer(Slice { data: vec![7; entries], total, next, previous: None })
}

#[test]
fn the_answer_is_what_the_paginator_of_laravel_gives() {
    let request = asks("page=2&per_page=2&filter[name]=a,b%26c&include=package&sort=-flow_name").page;
    let [end, start] = ["y", "x"].map(|name| Position::new([name.into()], name.to_owned()));
    let (next, previous) = (Edge::After(end), Edge::Before(Some(start)));
    let [onwards, back] = [&next, &previous].map(|edge| request.scope.cursor(edge));
    let slice = Slice { data: vec!["x", "y"], total: 5, next: Some(next), previous: Some(previous) };
    let kept = "https://example.com/api/v1/things?filter%5Bname%5D=a%2Cb%26c&include=package\
                &sort=-flow_name&per_page=2";
    assert_eq!(
        serde_json::to_value(request.answer(slice)).unwrap(),
        json!({
            "data": ["x", "y"],
            "meta": {
                "current_page": 2, "from": 3, "last_page": 3, "path": "https://example.com/api/v1/things",
                "per_page": 2, "to": 4, "total": 5,
            },
            "links": {
                "first": format!("{kept}&page=1"),
                "last": format!("{kept}&page=3"),
                "prev": format!("{kept}&page=1&cursor={back}"),
                "next": format!("{kept}&page=3&cursor={onwards}"),
            },
        })
    );
}

#[test]
fn links_lead_to_where_the_request_came_in() {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let request = Request {
        base_url: "https://example.com/v1".to_owned(),
        path: [("flow_version", "a/b.7")].map(owned).into_iter().collect(),
        query: [("per_page", "7")].map(owned).into(),
        identity: [("project", "acme"), ("principal", "client:ci")].map(owned).into(),
        ..Request::default()
    };
    let call = Call::<NoBody, (), List>::decode(&LIST, request, None).unwrap();
    let Collected { meta, links, .. } = page(&call.query.page, 1, 1, false);
    let url = "https://example.com/v1/api/v1/flow-versions/a%2Fb.7/deployments";
    assert_eq!(meta.path, url);
    assert_eq!(links.first, format!("{url}?per_page=7&page=1"));
}

#[test]
fn an_empty_collection_has_one_page_with_nothing_on_it() {
    let Collected { meta, links, .. } = page(&asks("").page, 0, 0, false);
    assert_eq!((meta.from, meta.to, meta.current_page, meta.last_page), (None, None, 1, 1));
    assert_eq!((links.prev, links.next), (None, None));
    assert_eq!(Some(links.first), links.last);
    let shown = serde_json::to_value(page(&asks("").page, 0, 0, false)).unwrap();
    assert!(shown["meta"]["from"].is_null() && shown["links"].as_object().unwrap().contains_key("prev"));
}

#[test]
fn the_pages_know_better_than_the_total() {
    for (query, entries, total, next, last_page) in [
        ("per_page=10", 10, 30, true, 3),
        ("per_page=10", 10, 31, true, 4),
        ("per_page=10", 10, 10, false, 1),
        // Made or deleted since they were counted.
        ("per_page=10", 10, 10, true, 2),
        ("page=3&per_page=10", 1, 20, false, 3),
        // Nobody is told of a page that is not there.
        ("page=9&per_page=10", 0, 20, false, 2),
    ] {
        let Collected { meta, links, .. } = page(&asks(query).page, entries, total, next);
        assert_eq!(meta.last_page, last_page, "{query} {total}");
        assert_eq!(links.next.is_some(), next, "{query} {total}");
    }
}

/// Whatever can be asked of the first page.
fn queries() -> impl Strategy<Value = String> {
    let names = proptest::collection::vec("[^,]{1,12}", 1..4);
    let texts = proptest::option::of(names);
    let flags = proptest::option::of(subsequence(vec!["true", "0"], 1..=2));
    let sorts = subsequence(vec!["created_at", "-flow_name"], 0..=2).prop_shuffle();
    let includes = subsequence(vec!["enabledBy", "package"], 0..=2);
    (1..=u64::from(u32::MAX) - 1, 1..=MAX_PER_PAGE, sorts, includes, texts, flags).prop_map(
        |(page, per_page, sorts, includes, texts, flags)| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("page", &page.to_string()).append_pair("per_page", &per_page.to_string());
            query.append_pair("sort", &sorts.join(",")).append_pair("include", &includes.join(","));
            for text in texts.iter().flatten() {
                query.append_pair("filter[name][]", text);
            }
            query.append_pair("filter[global]", &flags.unwrap_or_default().join(","));
            query.finish()
        },
    )
}

proptest! {
    #[test]
    fn links_ask_the_same_of_another_page(query in queries(), key in "[ -~]{1,40}") {
        let request = asks(&query).page;
        let edge = Edge::After(Position::new([key.into()], "x".to_owned()));
        let slice = Slice { data: vec![0_u8], total: 1, next: Some(edge.clone()), previous: None };
        let links = request.answer(slice).links;
        let at = |page, edge| CollectionRequest { page, edge, ..request.clone() };
        prop_assert_eq!(follow(&links.next.unwrap()), at(request.page + 1, edge));
        prop_assert_eq!(follow(&links.first), at(1, Edge::Start));
        if let Some(last) = links.last {
            prop_assert_eq!(follow(&last), at(request.page + 1, Edge::Start));
        } else {
            prop_assert_eq!(at(request.page + 1, Edge::Start).offset(), None);
        }
        if let Some(previous) = links.prev {
            prop_assert_eq!(follow(&previous), at(request.page - 1, Edge::Start));
        }
    }
}
