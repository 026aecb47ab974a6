use serde_json::Value;
use store::Direction;

use super::*;
use crate::family::Family;
use crate::paging::Edge;

/// What is wrong with a query, by field, as a client of the family reads it.
fn problems(route: &Route, query: &str) -> Value {
    let (status, text) = asked(route, query).unwrap_err().answer(Family::FlowVersions);
    assert_eq!(status, 422, "{query}: {text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    body["errors"].clone()
}

#[test]
fn nothing_asked_is_the_first_page() {
    for query in [
        "",
        "include=&sort=&cursor=",
        "filter[global]=&filter[name]=&filter[name][]=&filter[package_id]=,&filter[status]=&filter[flowVersion.flow]=",
        "page=1&per_page=15",
    ] {
        let list = asks(query);
        let request = &list.page;
        assert_eq!((request.page, request.per_page, request.offset()), (1, 15, Some(0)), "{query}");
        assert_eq!((list.order(), list.include.names().len()), (vec![("nothing", Direction::Ascending)], 0));
        let List { package: None, flow: None, global: Flag(None), status: None, name: None, .. } = &list
        else {
            panic!("{query}: {list:?}");
        };
        assert_eq!(request.edge, Edge::Start, "{query}");
    }
}

#[test]
fn everything_can_be_asked_at_once() {
    let request = asks(&format!(
        "page=3&per_page=100&sort=-flows.name&include=package,enabledBy,package&filter%5Bname%5D=a,B%20c\
         &filter[package_id]={ID},{ID}&filter[flowVersion.flow]=key=orders&filter[status]=Deployed"
    ));
    assert_eq!((request.page.page, request.page.per_page, request.page.offset()), (3, 100, Some(200)));
    assert_eq!(request.order(), [("flow_name", Direction::Descending)]);
    assert_eq!(request.include.names().iter().collect::<Vec<_>>(), [&"enabledBy", &"package"]);
    assert_eq!(request.name.unwrap(), ["a", "B c"]);
    let package: PackageId = ID.parse().unwrap();
    assert_eq!(request.package.unwrap(), [package, package]);
    assert_eq!(request.flow.unwrap(), ["key=orders".parse().unwrap()]);
    assert_eq!((request.status, request.global), (Some(vec![Standing::Deployed]), Flag(None)));
}

#[test]
fn a_boolean_may_be_a_number_and_both_are_no_limit() {
    for (given, wanted) in [
        ("true", Some(true)),
        ("1", Some(true)),
        ("false", Some(false)),
        ("0", Some(false)),
        ("1,true", Some(true)),
        ("1,0", None),
    ] {
        assert_eq!(asks(&format!("filter[global]={given}")).global.0, wanted, "{given}");
    }
}

#[test]
fn a_filter_takes_several_values_however_they_are_sent() {
    for query in [
        "filter[name]=a,b%20c",
        "filter[name][]=a&filter[name][]=b%20c",
        "filter[name][0]=a&filter[name][1]=b%20c",
        "filter%5Bname%5D%5B%5D=a,b%20c",
        "filter[name]=a&filter[name][]=b%20c",
        "filter[name]=,a,,b%20c,&filter[name][]=",
    ] {
        assert_eq!(asks(query).name.unwrap(), ["a", "b c"], "{query}");
    }
    let request =
        asks("filter[flowVersion.flow][]=key=aa&filter[flowVersion.flow][]=key=bb&filter[status][]=Draft");
    assert_eq!(request.flow.unwrap(), ["key=aa", "key=bb"].map(|key| key.parse().unwrap()));
    assert_eq!(request.status.unwrap(), [Standing::Draft]);
}

#[test]
fn a_sort_is_fields_by_any_of_their_names() {
    use Direction::{Ascending, Descending};
    for (given, wanted) in [
        ("created_at", &[("created_at", Ascending)][..]),
        ("-created_at", &[("created_at", Descending)]),
        ("flows.id", &[("flow_name", Ascending)]),
        ("-flow_name", &[("flow_name", Descending)]),
        ("flow_name,-created_at", &[("flow_name", Ascending), ("created_at", Descending)]),
        ("-created_at,flows.name", &[("created_at", Descending), ("flow_name", Ascending)]),
        ("flow_name,-flows.id,created_at", &[("flow_name", Ascending), ("created_at", Ascending)]),
    ] {
        assert_eq!(asks(&format!("sort={given}")).order(), wanted, "{given}");
    }
}

#[test]
fn what_cannot_be_asked_is_said_with_what_can() {
    let long = "x".repeat(1025);
    let many = vec!["x"; 101].join(",");
    let sorts = "must be made of created_at, flow_name, flows.name, flows.id, each after '-' for the largest first, \
                 with commas between;";
    let filters = "the filters are filter[package_id], filter[flowVersion.flow], filter[global], \
                   filter[status], filter[name]";
    let included = "must be made of enabledBy, package, with commas between;";
    for (query, field, says) in [
        ("page=0", "page", "must be a whole number from 1 to 4294967295".to_owned()),
        ("page=", "page", "must be a whole number".to_owned()),
        ("page=x", "page", "must be a whole number".to_owned()),
        ("per_page=0", "per_page", "must be a whole number from 1 to 100".to_owned()),
        ("per_page=101", "per_page", "must be a whole number from 1 to 100".to_owned()),
        ("page=1&page=2", "page", "may be given once".to_owned()),
        ("sort=size", "sort", format!("{sorts} 'size' is none")),
        ("sort=created_at,age,-size", "sort", format!("{sorts} 'age', '-size' is none")),
        ("sort=created_at,", "sort", format!("{sorts} '' is none")),
        ("sort=--created_at", "sort", format!("{sorts} '--created_at'")),
        ("sort=-", "sort", format!("{sorts} '-'")),
        ("filter[name]=a&filter[name]=b", "filter.name", "put commas between several values".to_owned()),
        ("cursor=made-up", "cursor", "must be one that a page of this list answered with".to_owned()),
        ("sort[]=created_at", "sort", "use 'sort' without brackets".to_owned()),
        ("include=owner,package,size", "include", format!("{included} 'owner', 'size' cannot be included")),
        ("include=package,", "include", format!("{included} '' cannot be included")),
        ("include=Package", "include", format!("{included} 'Package' cannot")),
        ("filter[global]=yes", "filter.global", "must be true, false, 1 or 0".to_owned()),
        ("filter[package_id]=key=x", "filter.package_id", "must be an id (a UUID), or several".to_owned()),
        (
            "filter[flowVersion.flow]=x",
            "filter.flowVersion.flow",
            "must be an id (a UUID) or key=".to_owned(),
        ),
        (
            "filter[status]=Draft,Gone",
            "filter.status",
            "must be one of Draft, Deployed, or several".to_owned(),
        ),
        (&format!("filter[name]={long}"), "filter.name", "must be a text of 1 to 1,024".to_owned()),
        (&format!("filter[name]={many}"), "filter.name", "at most 100 values; these are 101".to_owned()),
        ("filter[colour]=red", "filter.colour", filters.to_owned()),
        ("filter=red", "filter", filters.to_owned()),
        ("filter[name][not]=red", "filter.name.not", filters.to_owned()),
    ] {
        let problems = problems(&LIST, query);
        assert_eq!(problems.as_object().unwrap().len(), 1, "{query}: {problems}");
        let message = problems[field][0].as_str().unwrap();
        assert!(message.contains(&says), "{query}: {message}");
    }
}

#[test]
fn every_problem_is_told_at_once_and_each_once() {
    let query = "page=0&sort=size&include=x&filter[global]=2&filter[b]=1&filter[a]=1&filter[b]=2";
    let problems = problems(&LIST, query);
    let fields: Vec<&String> = problems.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["filter.a", "filter.b", "filter.global", "include", "page", "sort"]);
    assert!(problems.as_object().unwrap().values().all(|told| told.as_array().unwrap().len() == 1));
}

#[test]
fn a_list_without_filters_takes_none() {
    const BARE: Route = route(CollectionRequest::PARAMS);
    let problems = problems(&BARE, "filter[name]=a&include=x&sort=name");
    for (field, says) in [
        ("filter.name", "there are no filters"),
        ("include", "nothing can be included"),
        ("sort", "the order is always the same"),
    ] {
        assert!(problems[field][0].as_str().unwrap().ends_with(says), "{problems}");
    }
}

#[test]
fn a_parameter_of_another_family_is_refused_with_its_name_here() {
    for (query, field, here) in [
        ("limit=5", "limit", "per_page"),
        ("offset=5", "offset", "page"),
        ("flow=key=orders", "flow", "filter[flowVersion.flow]"),
        ("global=true", "global", "filter[global]"),
        ("status=Deployed", "status", "filter[status]"),
        ("name=a", "name", "filter[name]"),
    ] {
        let problems = problems(&LIST, query);
        let message =
            format!("Query parameter '{field}' is that of another API; in this list it is '{here}'");
        assert_eq!(problems[field][0], message.as_str(), "{query}: {problems}");
    }
}

#[test]
fn other_families_take_none_of_it_and_connect_ignores_it() {
    const QUERY: &str = "filter[name]=a&include=x&sort=name";
    let native = Route { path: "/{projectKey}/flows", ..route(CollectionRequest::PARAMS) };
    assert_eq!(asked(&native, QUERY).unwrap_err().errors.len(), 3);
    let connect = Route { path: "/connectors/search", ..route(CollectionRequest::PARAMS) };
    assert!(asked(&connect, QUERY).is_ok());
}

#[test]
fn what_is_sent_is_repeated_only_in_part() {
    let query = format!("filter[{0}]=1&sort={0}&include={1}", "x".repeat(5000), vec!["y"; 500].join(","));
    assert!(problems(&LIST, &query).to_string().len() < 1500);
}

#[test]
fn a_page_too_far_away_is_reached_by_links_only() {
    assert_eq!(asks("page=101&per_page=100").page.offset(), Some(10_000));
    let far = asks("page=102&per_page=100").page;
    assert_eq!((far.offset(), far.skipped()), (None, 10_100));
    let (status, text) = far.too_far().answer(Family::FlowVersions);
    assert!(status == 422 && text.contains(r#""page":["Query parameter 'page' leads beyond"#), "{text}");
    let cursor = asks("").page.scope.cursor(&Edge::Before(None));
    let request = asks(&format!("page=4294967295&per_page=100&cursor={cursor}")).page;
    assert_eq!((request.offset(), request.edge), (Some(0), Edge::Before(None)));
}
