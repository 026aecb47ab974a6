//! Other methods than those that an operation declares, and requests of pages that have another origin (CORS).

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{Answer, Archive, Client, Project, StagedConnector, configured, definitions, http};

const APP: &str = "https://app.example.com";
const OTHER: &str = "https://other.example.com";

/// What a browser asks before a page sends something.
fn preflight(request: RequestBuilder, origin: &str) -> RequestBuilder {
    let request = request.header("origin", origin).header("access-control-request-method", "POST");
    request.header("access-control-request-headers", "content-type")
}

/// The page at `origin` may see the answer.
#[track_caller]
fn is_let_in(answer: &Answer, origin: &str) {
    assert_eq!(answer.header("access-control-allow-origin"), origin, "{answer}");
    assert_eq!(answer.header("access-control-allow-credentials"), "", "{answer}");
}

async fn allow(project: &Project, version: u64, origins: Value) -> Answer {
    let action = json!({ "action": "setServiceOrigins", "serviceOrigins": origins });
    project.post("", json!({ "version": version, "actions": [action] })).await
}

#[tokio::test]
async fn head_is_get_without_the_body_and_options_tells_the_methods() {
    let project = Project::new().await;
    project.environment("staging", &[]).await;
    for path in [
        "/environments",
        "/environments/key=staging",
        "/connectors/drafts",
        "/api/v1/flow-version-deployments",
    ] {
        let get = project.get(path).await.expect(200);
        let head = project.send(project.request(Method::HEAD, path)).await.expect(200);
        assert_eq!(
            (head.plain.as_str(), head.header("content-type")),
            ("", get.header("content-type")),
            "{head}"
        );
        assert_eq!(head.header("content-length"), get.plain.len().to_string(), "{head}");
        let nobody = project.presenting(None);
        let options = nobody.send(nobody.request(Method::OPTIONS, path)).await.expect(204);
        assert!(
            options.header("allow").contains("GET, HEAD, OPTIONS"),
            "{path}: {}",
            options.header("allow")
        );
        assert_eq!(options.plain, "");
    }
    let missing = project.send(project.request(Method::HEAD, "/environments/key=nowhere")).await.expect(404);
    assert_eq!((missing.plain.as_str(), missing.header("content-length").len()), ("", 3), "{missing}");
    let nowhere = project.send(project.request(Method::OPTIONS, "/nothing")).await;
    nowhere.expect(404).error("ResourceNotFound");
}

#[tokio::test]
async fn the_api_is_open_to_no_page_unless_the_stack_says_so() {
    let project = Project::new().await;
    let asked = preflight(project.request(Method::OPTIONS, "/flows"), OTHER);
    is_let_in(&project.send(asked).await.expect(204), "");
    let got = project.request(Method::GET, "/flows").header("origin", OTHER);
    is_let_in(&project.send(got).await.expect(200), "");
}

#[tokio::test]
async fn a_project_says_whose_pages_call_its_flows() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let members = json!({ "kind": "api" });
    let flow = project.flow_with(members).await.saved().await;
    let release = flow.release("first").await;
    flow.deploy(release, &staging).await;
    let path = format!("/triggers/{}/{}", staging.id, flow.id);
    let ask = async |origin: &str| {
        let nobody = project.presenting(None);
        nobody.send(preflight(nobody.request(Method::OPTIONS, &path), origin)).await.expect(204)
    };
    let call = async |origin: &str| {
        project.send(project.request(Method::POST, &path).header("origin", origin)).await
    };
    is_let_in(&ask(APP).await, "");

    allow(&project, 0, json!([APP])).await.expect(200).has(json!({ "serviceOrigins": [APP] }));
    let asked = ask(APP).await;
    is_let_in(&asked, APP);
    assert_eq!(asked.header("access-control-allow-methods"), asked.header("allow"), "{asked}");
    assert_eq!(asked.header("access-control-allow-headers"), "*, Authorization", "{asked}");
    assert_eq!(asked.header("vary"), "Origin", "{asked}");
    is_let_in(&call(APP).await.expect(200), APP);
    let refused = ask(OTHER).await;
    is_let_in(&refused, "");
    assert_eq!(refused.header("vary"), "Origin", "{refused}");
    is_let_in(&call(OTHER).await.expect(200), "");
    // What goes wrong is shown to the page as well.
    let missing = format!("/triggers/{}/8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", staging.id);
    let missing = project.send(project.request(Method::POST, &missing).header("origin", APP)).await;
    is_let_in(&missing.expect(404), APP);
    let stranger = project.presenting(Some("slk_nobody"));
    let unknown = stranger.send(stranger.request(Method::POST, &path).header("origin", APP)).await;
    is_let_in(&unknown.expect(401), APP);
    let reader = project.client(&["view_runs"]).await;
    let forbidden = reader.send(reader.request(Method::POST, &path).header("origin", APP)).await;
    is_let_in(&forbidden.expect(403), APP);
    let large = project.request(Method::POST, &path).header("origin", APP).body("x".repeat(300_000));
    is_let_in(&project.send(large).await.expect(413), APP);
    // The rest of the API is no service.
    is_let_in(
        &project.send(project.request(Method::GET, "/flows").header("origin", APP)).await.expect(200),
        "",
    );

    allow(&project, 1, json!(["*"])).await.expect(200);
    is_let_in(&call(OTHER).await.expect(200), "*");
    allow(&project, 2, json!([])).await.expect(200).has(json!({ "serviceOrigins": [] }));
    is_let_in(&call(OTHER).await.expect(200), "");
}

#[tokio::test]
async fn an_origin_that_is_none_changes_nothing() {
    let project = Project::new().await;
    for (origins, words) in [
        (json!("*"), "must be a list"),
        (json!(["app.example.com"]), "such as https://app.example.com"),
        (json!(["https://app.example.com/"]), "; write https://app.example.com"),
        (json!(["https://app.example.com:443"]), "; write https://app.example.com"),
        (json!(["https://münchen.example"]), "; write https://xn--mnchen-3ya.example"),
        (json!(["https://a.example:65536"]), "a port from 1 to 65535"),
        (json!(["http://App.example.com:80"]), "; write http://app.example.com"),
        (json!(vec![APP; 51]), "at most 50"),
    ] {
        let refused = allow(&project, 0, origins).await.expect(400).error("InvalidJsonInput").says(words);
        let field = refused.errors()[0]["field"].as_str().unwrap().to_owned();
        assert!(field.starts_with("/actions/0/serviceOrigins"), "{refused}");
    }
    project.get("").await.expect(200).has(json!({ "version": 0, "serviceOrigins": [] }));
}

#[tokio::test]
async fn a_project_says_whose_pages_call_the_services_of_its_connectors() {
    let project = Project::new().await;
    let specification = "deployAs:\n  - name: calc\n    applicationType: service\n    endpoint: /calc\n";
    let response = json!({
        "statusCode": 202,
        "headers": { "content-type": "text/plain" },
        "cookies": ["seen=1"],
        "body": "{% $states.input.trigger.method %}",
    });
    let flow = definitions::putting_out(json!({ "httpResponse": response }));
    let (_, connector) =
        StagedConnector::publishing(&project, &Archive::of(specification).flow("calc", &flow)).await;
    let deployment = connector.deploy(json!([configured("calc", &[], &[])])).await;
    let url = deployment.url("calc").await;
    allow(&project, 0, json!([APP])).await.expect(200);

    let http = http();
    let anybody = project.presenting(None);
    let answer = anybody.send(http.put(format!("{url}/calc")).header("origin", APP)).await.expect(202);
    is_let_in(&answer, APP);
    assert_eq!((answer.plain.as_str(), answer.header("content-type")), ("PUT", "text/plain"));
    let path = url.split_once("/apps/").unwrap().1;
    assert_eq!(answer.header("set-cookie"), format!("seen=1; Path=/apps/{path}"), "{answer}");
    let asked =
        anybody.send(preflight(http.request(Method::OPTIONS, format!("{url}/calc")), APP)).await.expect(204);
    is_let_in(&asked, APP);
    let elsewhere = anybody.send(http.post(format!("{url}/other")).header("origin", APP)).await.expect(404);
    is_let_in(&elsewhere, APP);
    is_let_in(&anybody.send(http.post(format!("{url}/calc")).header("origin", OTHER)).await.expect(202), "");
    is_let_in(&Client::call(&format!("{url}/calc"), json!({})).await.expect(202), "");
}
