//! Requests as no careful client sends them: bytes that no URI may hold, bodies of another kind, names that nobody
//! knows.

use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::harness::{Answer, Project, definitions, plain, raw};

/// An answer in our words: the envelope, or that of the paths below `/api/v1/`, and never one of the gateway's own.
#[track_caller]
fn is_answered(answer: &Answer) {
    assert!(answer.status < 500, "{answer}");
    assert!(!answer.header("x-correlation-id").is_empty(), "{answer}");
    assert!(answer.body.is_object(), "{answer}");
}

/// What may stand in a query string on its way through the gateway, although no URI may hold it.
const QUERIES: [&[u8]; 10] = [
    b"limit=<script>",
    b"limit=%3Cscript%3E",
    b"limit=\"1\"",
    b"<",
    b">",
    b"\"",
    b"limit={1}|^`\\",
    b"%",
    b"%zz=%00",
    b"%ff%fe",
];

/// Bytes that no request line may hold at all (RFC 9112 §3): the server in front refuses them, before any function.
const NO_REQUESTS: [&[u8]; 3] =
    [b"environments?limit=\xc3\xa9", b"environments?limit=\xff", b"environments/\xc3\xa9"];

#[tokio::test]
async fn no_query_string_is_too_strange_to_be_answered() {
    let project = Project::new().await;
    let key = format!("Authorization: {}", project.api_key);
    let own = |path: &str| format!("/{}{path}?", project.project);
    for query in QUERIES {
        for path in [
            own("/environments"),
            own("/flows"),
            "/api/v1/packages?".to_owned(),
            "/connectors/drafts?".to_owned(),
        ] {
            let target = [path.as_bytes(), query].concat();
            let answer = raw("GET", &target, &[key.as_bytes()], b"").await;
            is_answered(&answer);
            assert!([200, 400, 422].contains(&answer.status), "{answer}");
            // Without credentials it is refused as any other is, and where no path leads, as that is.
            let refused = raw("GET", &target, &[b"Authorization: Bearer x"], b"").await;
            is_answered(&refused);
            assert_eq!(refused.status, 401, "{refused}");
        }
        let target = [b"/nothing/at/all?".as_slice(), query].concat();
        raw("GET", &target, &[], b"").await.expect(404).error("ResourceNotFound");
        let target = [b"/oauth/token?".as_slice(), query].concat();
        let refused = raw("POST", &target, &[], b"").await;
        is_answered(&refused);
        assert_eq!(refused.status, 400, "{refused}");
    }
    let target = format!("/{}/environments", project.project);
    raw("GET", target.as_bytes(), &[key.as_bytes()], b"").await.expect(200);
}

#[tokio::test]
async fn no_path_and_no_header_is_too_strange_to_be_answered() {
    let project = Project::new().await;
    let key = format!("Authorization: {}", project.api_key);
    for part in [
        b"<x>".as_slice(),
        b"%3Cx%3E",
        b"\"",
        b"%00",
        b"%ff",
        b"a%20b",
        b"a%2Fb",
        b"..",
        b"%2e%2e",
        b"key=%22",
        b"{id}",
        b"~",
    ] {
        for path in ["/environments/", "/flows/", "/flow-deployments/", "/"] {
            let target = [format!("/{}{path}", project.project).as_bytes(), part].concat();
            let answer = raw("GET", &target, &[key.as_bytes()], b"").await;
            is_answered(&answer);
            assert!([400, 404].contains(&answer.status), "{answer}");
        }
    }
    for part in NO_REQUESTS {
        let target = [format!("/{}/", project.project).as_bytes(), part].concat();
        raw("GET", &target, &[key.as_bytes()], b"").await.expect(400);
    }
    let target = format!("/{}/environments", project.project);
    for header in [
        b"X-Anything: \xe9\xff".as_slice(),
        b"X-Anything: \xc3\xa9",
        b"Accept: <>\"{}",
        b"Cookie: a=\xff; b",
        b"Content-Type: \xff",
        b"X-Correlation-ID: \xe9",
    ] {
        let answer = raw("GET", target.as_bytes(), &[key.as_bytes(), header], b"").await.expect(200);
        is_answered(&answer);
    }
}

#[tokio::test]
async fn an_id_of_the_callers_that_cannot_be_sent_back_is_replaced() {
    let project = Project::new().await;
    let key = format!("Authorization: {}", project.api_key);
    let target = format!("/{}/environments", project.project);
    let long = format!("X-Correlation-ID: {}", "x".repeat(257));
    for header in [b"X-Correlation-ID: a\tb".as_slice(), b"X-Correlation-ID: \xc3\xa9", long.as_bytes()] {
        let answer = raw("GET", target.as_bytes(), &[key.as_bytes(), header], b"").await.expect(200);
        assert_eq!(answer.header("x-correlation-id").len(), 36, "{answer}");
    }
    let kept = raw("GET", target.as_bytes(), &[key.as_bytes(), b"X-Correlation-ID: build 7/a"], b"").await;
    assert_eq!(kept.expect(200).header("x-correlation-id"), "build 7/a");
}

#[tokio::test]
async fn a_body_is_json_in_utf8_and_says_so() {
    let project = Project::new().await;
    let send = async |name: &str, value: &str, body: &[u8]| {
        let request = project.request(Method::POST, "/environments").header(CONTENT_TYPE, "application/json");
        project.send(request.header(name, value).body(body.to_vec())).await
    };
    let good = br#"{"name":"Staging"}"#;
    for (name, value, words) in [
        ("content-encoding", "gzip", "the Content-Encoding 'gzip'"),
        ("content-encoding", "br", "the Content-Encoding 'br'"),
    ] {
        send(name, value, good).await.expect(415).error("UnsupportedMediaType").says(words);
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"] {
        let request = project.request(Method::POST, "/environments").header(CONTENT_TYPE, kind);
        let refused = project.send(request.body(good.to_vec())).await;
        refused.expect(415).error("UnsupportedMediaType").says("send it");
    }
    for (body, words) in [
        (b"{\"name\":\"caf\xe9\"}".as_slice(), "is not UTF-8"),
        (b"\xef\xbb\xbf{\"name\":\"a\"}", "begins with a byte order mark"),
        (b"\xff\xfe{\0}\0", "is not UTF-8"),
        (b"{\"name\":\"one\",\"name\":\"two\"}", "name: is given twice in one object"),
    ] {
        send("x-nothing", "", body).await.expect(400).error("InvalidJsonInput").says(words);
    }
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let refused = send("x-nothing", "", deep.as_bytes()).await.expect(400).error("InvalidJsonInput");
    refused.says("is nested more than 127 levels deep");
    project.get("/environments").await.expect(200).has(json!({ "total": 0 }));
    send(CONTENT_ENCODING.as_str(), "identity", good).await.expect(201);
    // A character that stands for what could not be read is one that can be sent.
    send("x-nothing", "", "{\"name\":\"\u{fffd}\"}".as_bytes()).await.expect(201);
}

#[tokio::test]
async fn a_member_twice_in_a_definition_is_refused_with_its_place() {
    let project = Project::new().await;
    let definition =
        r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Succeed"},"A":{"Type":"Fail"}}}"#;
    let body = format!(r#"{{"name":"Twice","definition":{definition}}}"#);
    let refused = project.post_raw("/flows", body).await.expect(400).error("InvalidJsonInput");
    let refused = refused.says("definition.States.A: is given twice in one object");
    assert_eq!(refused.errors()[0]["field"], "/definition/States/A", "{refused}");
    project.get("/flows").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn a_misspelt_member_opens_nothing() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "hello")]).await;
    for member in ["secure", "Secured", "isSecured", "secret"] {
        let variable = json!({ "name": "token", "value": "s3cret", member: true });
        let draft = json!({ "name": "Other", "variables": [variable.clone()] });
        let refused = project.post("/environments", draft).await.expect(400).error("InvalidJsonInput");
        refused.says(&format!("variables[0].{member}: unknown member; did you mean 'secured'?"));
        let mut action = variable;
        action["action"] = json!("setVariable");
        let update = json!({ "version": 1, "actions": [action] });
        let refused = project.post(&staging.path(), update).await.expect(400).error("InvalidJsonInput");
        refused.says(&format!("actions[0].{member}: unknown member; did you mean 'secured'?"));
    }
    project.get("/environments").await.expect(200).has(json!({ "total": 1 }));
    project.get(&staging.path()).await.expect(200).has(json!({ "version": 1 }));
    let settings = json!({ "action": "setProductionEnabled", "productionEnable": false });
    let version = project.get("").await.expect(200).version();
    let refused = project.post("", json!({ "version": version, "actions": [settings] })).await;
    refused
        .expect(400)
        .says("actions[0].productionEnable: unknown member; did you mean 'productionEnabled'?");
}

#[tokio::test]
async fn everywhere_has_to_be_said() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow(definitions::greeting()).await.saved().await;
    let release = flow.release("first").await;
    let draft = |member: &str, value: Value| {
        let mut draft = json!({ "flow": flow.id, "release": release, "description": "x" });
        draft[member] = value;
        draft
    };
    let ways = r#"environment: is required: send "environment": "key=staging" or "environment": null"#;
    for member in ["enviroment", "environmentId", "env", "Environment"] {
        let refused = project.post("/flow-deployments", draft(member, json!(staging.id))).await.expect(400);
        refused.says(ways).says(&format!("{member}: unknown member; did you mean 'environment'?"));
    }
    for member in ["deploy_disabled", "deployDisable"] {
        let mut draft = draft("environment", json!(staging.id));
        draft[member] = json!(true);
        let refused = project.post("/flow-deployments", draft).await.expect(400);
        refused.says(&format!("{member}: unknown member; did you mean 'deployDisabled'?"));
    }
    project.get("/flow-deployments").await.expect(200).has(json!({ "total": 0 }));
    let made = project.post("/flow-deployments", draft("environment", Value::Null)).await.expect(201);
    assert_eq!(made["environment"], Value::Null, "{made}");
}

#[tokio::test]
async fn a_whole_number_is_one_however_it_is_written() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let mut version = 1;
    for written in ["1.0", "2e0"] {
        let name = format!("Stage {version}");
        let body = format!(r#"{{"version":{written},"actions":[{{"action":"setName","name":"{name}"}}]}}"#);
        version += 1;
        let changed = project.post_raw(&staging.path(), body).await;
        changed.expect(200).has(json!({ "version": version, "name": name }));
    }
    for (written, words) in [
        ("0.5", "version: must be a whole number"),
        ("-1", "version: must be at least 0"),
        ("18446744073709551616", "version: must be at most 9007199254740991"),
        ("\"3\"", "version: must be a whole number"),
    ] {
        let body = format!(r#"{{"version":{written},"actions":[]}}"#);
        let refused = project.post_raw(&staging.path(), body).await.expect(400).error("InvalidJsonInput");
        let refused = refused.says(words);
        assert!(!refused.plain.contains("u64") && !refused.plain.contains("u32"), "{refused}");
    }
}

#[tokio::test]
async fn the_openapi_document_is_for_everybody() {
    let project = Project::new().await;
    let answer = project.send(project.outside(Method::GET, "/openapi.json")).await.expect(200);
    assert_eq!(answer["openapi"], "3.1.1", "{answer}");
    assert!(answer["paths"]["/{projectKey}/flows"]["post"].is_object());
    let draft = &answer["components"]["schemas"]["FlowDeploymentDraft"];
    assert_eq!(draft["additionalProperties"], false);
    assert!(draft["required"].as_array().unwrap().contains(&json!("environment")), "{draft}");
    let misread = project.send(project.outside(Method::GET, "/openapi.json?format=yaml")).await;
    let misread = misread.expect(400).error("InvalidQueryParam");
    misread.says("Query parameter 'format': unknown parameter; there are none here");
}

#[tokio::test]
async fn no_name_or_description_holds_a_character_that_cannot_be_shown() {
    let project = Project::new().await;
    for (name, words) in [
        ("nul\0", "must not contain U+0000 (character 4), which cannot be shown; leave it out"),
        ("esc\u{1b}[31m", "must not contain U+001B (character 4)"),
        ("two\nlines", "must not contain U+000A (character 4); it may have one line"),
        ("next\u{85}line", "must not contain U+0085"),
        ("separated\u{2028}", "must not contain U+2028"),
    ] {
        for path in ["/environments", "/integrations", "/flows", "/api-clients"] {
            let refused = project.post(path, json!({ "name": name })).await.about(path);
            let place = format!("name: {words}");
            refused.expect(400).error("InvalidJsonInput").says(&place);
        }
        let package = json!({ "name": name, "notes": format!("{name}\u{7}"), "flow_versions": [] });
        let refused = project.post("/api/v1/packages", package).await.expect(422);
        refused.blames("name", words).blames("notes", "must not contain U+");
        let labels = json!({ "name": "Staging", "labels": [name] });
        project.post("/environments", labels).await.expect(400).says(&format!("labels[0]: {words}"));
    }
    let integration =
        |description: &str| json!({ "name": "Orders \u{202b}هلا\u{202c} — 注文", "description": description });
    let refused = project.post("/integrations", integration("a\u{1b}")).await.expect(400);
    refused.says("description: must not contain U+001B (character 2)");
    let lines = "First line.\r\n\tSecond line.\n";
    let made = project.post("/integrations", integration(lines)).await.expect(201);
    made.has(integration(lines));
}
