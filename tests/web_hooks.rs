//! Web hooks: what is sent to the URL of a deployed flow, and what a flow of kind `api` answers.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::harness::{Answer, Project, Stack, definitions};

/// The path, below the project, of a flow of kind `api` that puts out `output`.
async fn api(project: &Project, output: Value) -> String {
    let staging = project.environment("staging", &[]).await;
    let members = json!({ "kind": "api", "definition": definitions::putting_out(output) });
    let flow = project.flow_with(members).await.saved().await;
    let release = flow.release("first").await;
    let url = flow.deploy(release, &staging).await.get().await.text("/url");
    let base = format!("{}/{}", Stack::get().url, project.project);
    url.strip_prefix(&base).unwrap_or_else(|| panic!("{url} should begin with {base}")).to_owned()
}

/// The path of a flow that answers with its payload and its trigger.
async fn mirror(project: &Project) -> String {
    let output =
        json!({ "payload": "{% $states.input.payload %}", "trigger": "{% $states.input.trigger %}" });
    api(project, output).await
}

async fn send(project: &Project, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = project.request(Method::POST, path).header(CONTENT_TYPE, kind).body(body);
    project.send(request).await
}

#[tokio::test]
async fn a_flow_gets_the_very_bytes_beside_what_they_mean() {
    let project = Project::new().await;
    let path = mirror(&project).await;
    let form = "application/x-www-form-urlencoded";
    for (kind, body, payload) in [
        ("application/json", "{ \"a\" : [1 , 2] }\r\n", json!({ "a": [1, 2] })),
        ("application/vnd.github+json", "{}", json!({})),
        (form, "payload=%7B%22a%22%3A1%7D&b=x+y&b=z", json!({ "payload": "{\"a\":1}", "b": ["x y", "z"] })),
        ("text/plain; charset=utf-8", "äöü €", json!("äöü €")),
        ("application/xml", "<a/>", json!("<a/>")),
    ] {
        let answer = send(&project, &path, kind, body).await.expect(200);
        let trigger = json!({
            "type": "service", "method": "POST", "path": "/", "body": body, "isBase64Encoded": false,
        });
        answer.has(json!({ "payload": payload, "trigger": trigger }));
    }
    let parts = "--x\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\nAda\r\n--x\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n";
    let answer = send(&project, &path, "multipart/form-data; boundary=x", parts).await.expect(200);
    let file = json!({ "filename": "a.txt", "contentType": null, "body": "hello", "isBase64Encoded": false });
    answer.has(json!({ "payload": { "from": "Ada", "file": file }, "trigger": { "body": parts } }));
    let bytes = send(&project, &path, "application/octet-stream", vec![0xff, 0xfe, 0x00]).await.expect(200);
    bytes.has(json!({ "payload": null, "trigger": { "body": "//4A", "isBase64Encoded": true } }));
    send(&project, &path, "application/json", "{").await.expect(400).error("InvalidJsonInput");
}

#[tokio::test]
async fn a_text_whose_bytes_the_gateway_replaced_reaches_no_flow() {
    let project = Project::new().await;
    let path = mirror(&project).await;
    let latin = b"name=caf\xe9".to_vec();
    for kind in ["text/plain", "application/json", "application/xml", "text/plain; charset=utf-8"] {
        let refused = send(&project, &path, kind, latin.clone()).await.about(kind).expect(400);
        refused.error("InvalidJsonInput").says("is not UTF-8");
    }
    // As bytes they arrive, and a character that stands for what could not be read is one that can be sent.
    let raw = json!({ "body": "bmFtZT1jYWbp", "isBase64Encoded": true });
    let bytes = send(&project, &path, "application/octet-stream", latin.clone()).await.expect(200);
    bytes.has(json!({ "payload": null, "trigger": raw }));
    // A gateway hands forms on as bytes, so nothing is lost.
    let form = send(&project, &path, "application/x-www-form-urlencoded", latin).await.expect(200);
    form.has(json!({ "payload": { "name": "caf\u{fffd}" }, "trigger": raw }));
    let character = send(&project, &path, "text/plain", "caf\u{fffd}").await.expect(200);
    character.has(json!({ "payload": "caf\u{fffd}", "trigger": { "body": "caf\u{fffd}" } }));
}

#[tokio::test]
async fn a_text_that_is_not_what_its_type_says_reaches_no_flow() {
    let project = Project::new().await;
    let path = mirror(&project).await;
    for kind in ["application/json; charset=iso-8859-1", "text/plain; charset=utf-16le"] {
        let refused = send(&project, &path, kind, "{}").await.about(kind).expect(415);
        refused.error("UnsupportedMediaType").says("send it in UTF-8");
    }
    let cut_off = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1";
    for (kind, body, words) in [
        ("multipart/form-data", "--x--", "names no boundary"),
        ("multipart/form-data; boundary=x", "a=1", "does not begin with the boundary"),
        ("multipart/form-data; boundary=x", cut_off, "is no whole form"),
    ] {
        let refused = send(&project, &path, kind, body).await.about(body).expect(400);
        refused.error("InvalidJsonInput").says(words);
    }
}

#[tokio::test]
async fn json_with_a_member_twice_reaches_no_flow_whatever_it_says_that_it_is() {
    let project = Project::new().await;
    let path = mirror(&project).await;
    let twice = r#"{"order":{"total":1,"total":2}}"#;
    for kind in
        ["application/json", "application/vnd.shop+json", "text/plain", "application/x-www-form-urlencoded"]
    {
        let refused = send(&project, &path, kind, twice).await.about(kind).expect(400);
        let refused = refused.error("InvalidJsonInput").says("order.total: is given twice in one object");
        assert_eq!(refused.errors()[0]["field"], "/order/total", "{refused}");
    }
    // A form may have a field twice, and a text is no JSON.
    let form = send(&project, &path, "application/x-www-form-urlencoded", "a=1&a=2").await.expect(200);
    form.has(json!({ "payload": { "a": ["1", "2"] } }));
    let text = format!("{twice}!");
    send(&project, &path, "text/plain", text.clone()).await.expect(200).has(json!({ "payload": text }));
}

#[tokio::test]
async fn a_flow_is_told_how_it_was_called_and_never_the_callers_credentials() {
    let project = Project::new().await;
    let path = mirror(&project).await;
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let request = project.request(method.clone(), &format!("{path}?tag=a&tag=b&full=true"));
        let request = request.header("x-signature", "sha256=abc").header(COOKIE, "id=7");
        let answer = project.send(request).await.expect(200);
        assert!(!answer.plain.contains(&project.api_key), "{answer}");
        assert_eq!(answer["trigger"]["headers"]["authorization"], Value::Null, "{answer}");
        let headers = json!({ "x-signature": "sha256=abc", "cookie": "id=7" });
        let query = json!({ "tag": ["a", "b"], "full": "true" });
        answer.has(json!({ "trigger": { "method": method.as_str(), "query": query, "headers": headers } }));
    }
    let head = project.send(project.request(Method::HEAD, &path)).await.expect(200);
    assert_eq!((head.plain.as_str(), head.header("content-type")), ("", "application/json"), "{head}");
}

#[tokio::test]
async fn a_body_that_does_not_fit_twice_comes_parsed_alone_and_that_is_said() {
    let project = Project::new().await;
    let output = json!({
        "size": "{% $length($states.input.payload) %}",
        "body": "{% $states.input.trigger.body %}",
        "omitted": "{% $states.input.trigger.bodyOmitted %}",
    });
    let path = api(&project, output).await;
    let large = send(&project, &path, "text/plain", "x".repeat(200_000)).await.expect(200);
    assert_eq!(large.body, json!({ "size": 200_000, "body": null, "omitted": true }));
    let refused = send(&project, &path, "text/plain", "x".repeat(300_000)).await.expect(413);
    refused.error("PayloadTooLarge").says("262144");
}

#[tokio::test]
async fn an_api_flow_says_status_headers_type_and_cookies() {
    let project = Project::new().await;
    let path = api(&project, json!({ "httpResponse": "{% $states.input.payload %}" })).await;
    let page = json!({
        "statusCode": 201,
        "headers": { "Content-Type": "text/html; charset=utf-8", "X-Order": 7, "Cache-Control": "max-age=60" },
        "cookies": ["session=abc; HttpOnly", "theme=dark"],
        "body": "<p>thanks</p>",
    });
    let answer = project.post(&path, page).await.expect(201);
    assert_eq!(answer.plain, "<p>thanks</p>");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer}");
    assert_eq!((answer.header("x-order"), answer.header("cache-control")), ("7", "max-age=60"), "{answer}");
    // Other flows answer at the same origin.
    assert!(answer.header("content-security-policy").starts_with("sandbox"), "{answer}");
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    let own = format!("Path=/{}{path}", project.project);
    assert_eq!(cookies, [format!("session=abc; HttpOnly; {own}"), format!("theme=dark; {own}")]);

    let bytes = project.post(&path, json!({ "body": "//4A", "isBase64Encoded": true })).await.expect(200);
    assert_eq!(bytes.header("content-type"), "application/octet-stream", "{bytes}");
    let moved = json!({ "statusCode": 404, "body": { "why": "gone" } });
    let moved = project.post(&path, moved).await.expect(404);
    assert_eq!((&moved.body, moved.header("content-type")), (&json!({ "why": "gone" }), "application/json"));
    let whole = project.post(&path, json!({ "statusCode": 201.0, "body": "a" })).await.expect(201);
    assert_eq!(whole.header("content-type"), "text/plain; charset=utf-8", "{whole}");
    let empty = project.post(&path, json!({ "statusCode": 204 })).await.expect(204);
    assert_eq!(empty.plain, "");
}

#[tokio::test]
async fn a_response_that_cannot_be_sent_is_told_member_by_member() {
    let project = Project::new().await;
    let path = api(&project, json!({ "httpResponse": "{% $states.input.payload %}" })).await;
    let wrong = json!({
        "statusCode": 99,
        "headers": { "a b": "x", "Transfer-Encoding": "chunked", "x": "a\r\nb", "Access-Control-Allow-Origin": "*" },
        "cookies": ["id=7; Domain=example.com"],
        "colour": "red",
    });
    let refused = project.post(&path, wrong).await.expect(502).error("InvalidResponse");
    let mut fields: Vec<_> =
        refused.errors().iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "/httpResponse/colour",
            "/httpResponse/cookies/0",
            "/httpResponse/headers/Access-Control-Allow-Origin",
            "/httpResponse/headers/Transfer-Encoding",
            "/httpResponse/headers/a b",
            "/httpResponse/headers/x",
            "/httpResponse/statusCode",
        ]
    );
    let run = refused.text("/errors/0/run");
    project.get(&format!("/runs/{run}")).await.expect(200).has(json!({ "status": "Succeeded" }));
    let own = format!("/{}{path}", project.project);
    for (response, field, words) in [
        (
            json!({ "headers": { "Content-Type": "nonsense" } }),
            "headers/Content-Type",
            "must be a media type",
        ),
        (
            json!({ "headers": { "content-type": "text/html, text/plain" } }),
            "headers/content-type",
            "not a list of them",
        ),
        (json!({ "headers": { "Location": ["/a", "/b"] } }), "headers/Location", "has one value"),
        (json!({ "cookies": [format!("a=1; Path={own}/../x")] }), "cookies/0", "has a Path with a segment"),
        (json!({ "statusCode": 200.5 }), "statusCode", "must be a whole number"),
    ] {
        let refused = project.post(&path, response).await.expect(502).error("InvalidResponse").says(words);
        assert_eq!(refused.errors()[0]["field"], format!("/httpResponse/{field}"), "{refused}");
    }
}

#[tokio::test]
async fn an_output_that_only_looks_like_a_response_is_an_output() {
    let project = Project::new().await;
    let path = api(&project, json!("{% $states.input.payload %}")).await;
    for output in [
        json!({ "statusCode": 404, "headers": {}, "body": "of an HTTP task" }),
        json!({ "httpResponse": { "statusCode": 404 }, "beside": 1 }),
    ] {
        let answer = project.post(&path, output.clone()).await.expect(200);
        assert_eq!(answer.body, output, "{answer}");
    }
}
