use api::ErrorCode;
use serde_json::{Map, json};

use super::*;

const PATH: &str = "/apps/service-1";

fn described(response: &Value) -> Result<Reply, Vec<Problem>> {
    reply(&json!({ RESPONSE: response }).to_string(), PATH)
}

/// Status, headers and body of a response that can be sent.
fn sent(response: &Value) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let Reply { status, body: Content::Flow(response) } = described(response).unwrap() else {
        panic!("a response")
    };
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let headers = response.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let cookies = response.cookies.iter().map(|cookie| ("set-cookie".to_owned(), text(cookie)));
    (status, headers.chain(cookies).collect(), response.body)
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_plain_output_is_json_whatever_its_members_are_called() {
    for output in [
        json!({ "a": 1 }),
        json!(null),
        json!("text"),
        json!({ "statusCode": 404, "headers": {}, "body": "of an HTTP task" }),
        json!({ RESPONSE: { "statusCode": 404 }, "beside": 1 }),
        json!({ "a": { RESPONSE: {} } }),
    ] {
        let expected = Reply { status: 200, body: Content::Json(output.to_string()) };
        assert_eq!(reply(&output.to_string(), PATH), Ok(expected));
    }
}

#[test]
fn a_response_says_status_headers_type_cookies_and_body() {
    let json_type = header("content-type", "application/json");
    let text_type = header("content-type", "text/plain; charset=utf-8");
    for (response, expected) in [
        (json!({}), (200, vec![], vec![])),
        (json!({ "statusCode": 201, "body": { "id": 7 } }), (201, vec![json_type], br#"{"id":7}"#.to_vec())),
        (json!({ "body": "hello" }), (200, vec![text_type], b"hello".to_vec())),
        (
            json!({ "headers": { "Content-Type": "application/xml" }, "body": "<ok/>" }),
            (200, vec![header("content-type", "application/xml")], b"<ok/>".to_vec()),
        ),
        (
            json!({ "body": "/wA=", "isBase64Encoded": true }),
            (200, vec![header("content-type", "application/octet-stream")], vec![0xff, 0]),
        ),
        (
            json!({ "statusCode": 302, "headers": { "location": "/x", "x-n": [1, "two", true] } }),
            (
                302,
                vec![
                    header("location", "/x"),
                    header("x-n", "1"),
                    header("x-n", "two"),
                    header("x-n", "true"),
                ],
                vec![],
            ),
        ),
        (
            json!({ "cookies": ["a=1", "b=2; Secure"] }),
            (
                200,
                vec![
                    header("set-cookie", "a=1; Path=/apps/service-1"),
                    header("set-cookie", "b=2; Secure; Path=/apps/service-1"),
                ],
                vec![],
            ),
        ),
        (json!({ "statusCode": 204, "body": "ignored" }), (204, vec![], vec![])),
        (json!({ "statusCode": 304, "body": { "also": 1 } }), (304, vec![], vec![])),
        (json!({ "statusCode": 201.0 }), (201, vec![], vec![])),
        (json!({ "statusCode": 2e2 }), (200, vec![], vec![])),
    ] {
        assert_eq!(sent(&response), expected, "{response}");
    }
}

#[test]
fn everything_that_is_wrong_with_a_response_is_named() {
    for (response, pointers) in [
        (json!("text"), vec![""]),
        (json!({ "status": 404 }), vec!["/status"]),
        (json!({ "statusCode": 100 }), vec!["/statusCode"]),
        (json!({ "statusCode": 600 }), vec!["/statusCode"]),
        (json!({ "statusCode": 200.5 }), vec!["/statusCode"]),
        (json!({ "statusCode": "404" }), vec!["/statusCode"]),
        (json!({ "headers": [] }), vec!["/headers"]),
        (json!({ "headers": { "a b": "x" } }), vec!["/headers/a b"]),
        (json!({ "headers": { "": "x" } }), vec!["/headers/"]),
        (json!({ "headers": { "x": "a\r\nset-cookie: b" } }), vec!["/headers/x"]),
        (json!({ "headers": { "x": "é\u{0}" } }), vec!["/headers/x"]),
        (json!({ "headers": { "x": "é" } }), vec!["/headers/x"]),
        (json!({ "headers": { "x": { "y": 1 } } }), vec!["/headers/x"]),
        (json!({ "headers": { "x": [["y"]] } }), vec!["/headers/x"]),
        (json!({ "headers": { "Connection": "close" } }), vec!["/headers/Connection"]),
        (json!({ "headers": { "content-length": 3 } }), vec!["/headers/content-length"]),
        (json!({ "headers": { "Set-Cookie": "a=1" } }), vec!["/headers/Set-Cookie"]),
        (json!({ "headers": { "X-Correlation-ID": "a" } }), vec!["/headers/X-Correlation-ID"]),
        (json!({ "headers": { "content-security-policy": "" } }), vec!["/headers/content-security-policy"]),
        (
            json!({ "headers": { "Access-Control-Allow-Origin": "*" } }),
            vec!["/headers/Access-Control-Allow-Origin"],
        ),
        (json!({ "headers": { "Content-Type": "nonsense" }, "body": "x" }), vec!["/headers/Content-Type"]),
        (json!({ "headers": { "content-type": "text/html, text/plain" } }), vec!["/headers/content-type"]),
        (json!({ "headers": { "content-type": ["text/html", "text/css"] } }), vec!["/headers/content-type"]),
        (
            json!({ "headers": { "Content-Type": "text/html", "content-type": "text/html" } }),
            vec!["/headers/content-type"],
        ),
        (json!({ "headers": { "content-type": true }, "statusCode": 204 }), vec!["/headers/content-type"]),
        (json!({ "headers": { "location": ["/a", "/b"] } }), vec!["/headers/location"]),
        (json!({ "cookies": "a=1" }), vec!["/cookies"]),
        (json!({ "cookies": ["a=1", 7, "b=2; Domain=x"] }), vec!["/cookies/1", "/cookies/2"]),
        (json!({ "cookies": vec!["a=1"; 21] }), vec!["/cookies"]),
        (
            json!({ "headers": { "content-type": "text/html; charset=latin1" }, "body": "x" }),
            vec!["/headers"],
        ),
        (
            json!({ "headers": { "content-type": "text/html" }, "body": "/wA=", "isBase64Encoded": true }),
            vec!["/body"],
        ),
        (json!({ "isBase64Encoded": "yes" }), vec!["/isBase64Encoded"]),
        (json!({ "isBase64Encoded": true, "body": "é" }), vec!["/body"]),
        (json!({ "isBase64Encoded": true, "body": { "a": 1 } }), vec!["/body"]),
        (json!({ "headers": { "x": "y".repeat(9_000) } }), vec!["/headers"]),
        (json!({ "statusCode": 1, "headers": 1, "cookies": 1 }), vec!["/statusCode", "/headers", "/cookies"]),
    ] {
        let problems = described(&response).unwrap_err();
        let found: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        let expected: Vec<_> = pointers.iter().map(|pointer| format!("/{RESPONSE}{pointer}")).collect();
        assert_eq!(found, expected, "{response}");
    }
    let many: Map<_, _> = (0..51).map(|nth| (format!("x-{nth}"), json!(nth))).collect();
    assert_eq!(described(&json!({ "headers": many })).unwrap_err().len(), 1);
}

#[test]
fn what_cannot_be_sent_is_told_with_the_run() {
    let problems = described(&json!({ "statusCode": 1 })).unwrap_err();
    let error = failed(problems, "run-1");
    assert_eq!((error.status, error.errors[0].code), (502, ErrorCode::InvalidResponse));
    assert_eq!(error.errors[0].members["run"], "run-1");
    assert_eq!(error.errors[0].members["field"], "/httpResponse/statusCode");
    assert!(error.errors[0].message.contains("from 200 to 599"), "{}", error.errors[0].message);
}

#[test]
fn a_body_goes_out_as_it_came() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    for body in [deep.as_str(), "12345678901234567890123", r#"{"b":1.0,"a":[0.10]}"#] {
        let output = format!(r#"{{"httpResponse":{{"body":{body}}}}}"#);
        let Ok(Reply { body: Content::Flow(response), .. }) = reply(&output, PATH) else {
            panic!("{output}")
        };
        assert_eq!(response.body, body.as_bytes());
    }
    let problems = reply(&format!(r#"{{"httpResponse":{{"headers":{deep}}}}}"#), PATH).unwrap_err();
    assert_eq!(problems[0].pointer, "/httpResponse/headers");
}
