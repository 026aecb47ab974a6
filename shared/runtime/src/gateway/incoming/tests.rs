use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(event: &Value) -> Request {
    request(event.clone(), &Config::from_env())
}

#[test]
fn a_request_is_read_as_the_gateway_hands_it_on() {
    let request = read(&json!({
        "version": "2.0",
        "rawPath": "/acme/flows/key=a b",
        "rawQueryString": "limit=1&where=a%20%3C%20%22b%22&where=c+d",
        "pathParameters": { "projectKey": "acme", "id": "key=a b" },
        "headers": { "Content-Type": "application/json", "X-Name": "é" },
        "cookies": ["a=1", "b=2"],
        "body": "eyJhIjoxfQ==",
        "isBase64Encoded": true,
        "requestContext": {
            "http": { "method": "POST" },
            "stage": "v1",
            "domainName": "api.example",
            "authorizer": { "lambda": { "project": "acme", "n": 7 } },
        },
    }));
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!((request.method.as_str(), request.raw_path.as_str()), ("POST", "/acme/flows/key=a b"));
    assert_eq!(request.query, pairs(&[("limit", "1"), ("where", "a < \"b\""), ("where", "c d")]));
    assert_eq!(request.body, b"{\"a\":1}");
    assert_eq!(request.base_url, "https://api.example/v1");
    let path = pairs(&[("projectKey", "acme"), ("id", "key=a b")]).into_iter().collect();
    let identity = &request.identity;
    assert_eq!(request.path, path);
    assert_eq!((identity["project"].as_str(), identity["n"].as_str()), ("acme", "7"));
    let headers = pairs(&[("content-type", "application/json"), ("cookie", "a=1; b=2"), ("x-name", "é")]);
    assert_eq!(request.headers.into_iter().collect::<Vec<_>>(), headers);
}

#[test]
fn what_no_uri_may_hold_is_read_as_it_is() {
    for (query, name, value) in [
        ("a=<script>", "a", "<script>"),
        ("a=\"quoted\"", "a", "\"quoted\""),
        ("a=b c", "a", "b c"),
        ("<>\" =1", "<>\" ", "1"),
        ("a={b}|^`\\", "a", "{b}|^`\\"),
        ("a=%zz%", "a", "%zz%"),
        ("a=\u{0}\u{7f}\n", "a", "\u{0}\u{7f}\n"),
        ("a=é💥", "a", "é💥"),
    ] {
        let request = read(&json!({ "rawQueryString": query, "rawPath": "/<a b>\"\\\u{0}" }));
        assert_eq!(request.query, [(name.to_owned(), value.to_owned())]);
        assert_eq!(request.raw_path, "/<a b>\"\\\u{0}");
    }
}

#[test]
fn a_lone_surrogate_is_no_reason_not_to_answer() {
    for (sent, read) in [
        (r#"{"rawPath":"/\udcff"}"#, "/\u{fffd}"),
        (r#"{"rawPath":"/\ud83d\ude00\ud83d"}"#, "/\u{1f600}\u{fffd}"),
        (r#"{"rawPath":"/\ud83d\ud83d\ude00"}"#, "/\u{fffd}\u{1f600}"),
        (r#"{"rawPath":"/\\udcff\udcff"}"#, "/\\udcff\u{fffd}"),
        (r#"{"rawPath":"/\n\u00e9\udcff"}"#, "/\n\u{e9}\u{fffd}"),
    ] {
        assert_eq!(event(sent)["rawPath"], read, "{sent}");
    }
    assert_eq!(event("no JSON"), Value::Null);
}

/// Any JSON, and any event whose members are of any kind.
fn events() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,40}".prop_map(Value::from),
    ];
    let anything = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    let names = prop::sample::select(vec![
        "rawPath",
        "rawQueryString",
        "headers",
        "cookies",
        "pathParameters",
        "body",
        "isBase64Encoded",
        "requestContext",
        "version",
    ]);
    let event = prop::collection::btree_map(names, anything.clone(), 0..9)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    prop_oneof![anything, event.prop_map(Value::Object)]
}

proptest! {
    #[test]
    fn every_event_is_read(value in events()) {
        drop(read(&event(&value.to_string())));
    }

    #[test]
    fn every_text_is_read(text in "[ -~\u{0}-\u{1f}é💥]{0,200}") {
        let request = read(&json!({ "rawPath": text, "rawQueryString": text, "body": text,
            "headers": { text.clone(): text }, "pathParameters": { "id": text } }));
        prop_assert_eq!(&request.raw_path, &text);
        prop_assert_eq!(&request.path, &[("id".to_owned(), text.clone())].into_iter().collect());
        prop_assert_eq!(request.headers.values().next(), Some(&text));
        prop_assert_eq!(request.body, text.into_bytes());
    }

    #[test]
    fn every_json_text_with_escapes_is_read(units in prop::collection::vec(any::<u16>(), 0..20)) {
        let escaped: Vec<String> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let escaped = escaped.concat();
        let read = event(&format!("{{\"rawPath\":\"{escaped}\"}}"));
        prop_assert_eq!(read["rawPath"].as_str().unwrap(), String::from_utf16_lossy(&units));
    }
}
