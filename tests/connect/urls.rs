//! The URLs of applications: endpoints of every shape, methods, bodies, the root.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Archive, Client, Project, StagedConnector, configured, definitions, http};

/// Services with these endpoints, named `one`, `two` and so on.
fn services(endpoints: &[&str]) -> (Archive, Value) {
    let names = ["one", "two", "three", "four"];
    let pairs: Vec<_> = names.into_iter().zip(endpoints).collect();
    let entry = |(name, endpoint): &(&str, &&str)| {
        format!("  - name: {name}\n    applicationType: service\n    endpoint: {endpoint}\n")
    };
    let entries = pairs.iter().map(entry).collect::<Vec<_>>().concat();
    let told = json!({
        "path": "{% $states.input.trigger.path %}",
        "payload": "{% $states.input.payload %}",
        "method": "{% $states.input.trigger.method %}",
        "body": "{% $states.input.trigger.body %}",
        "isBase64Encoded": "{% $states.input.trigger.isBase64Encoded %}",
    });
    let told = definitions::putting_out(told);
    let archive = Archive::of(&format!("deployAs:\n{entries}"));
    let archive = pairs.iter().fold(archive, |archive, (name, _)| archive.flow(name, &told));
    let all: Vec<_> = pairs.iter().map(|(name, _)| configured(name, &[], &[])).collect();
    (archive, json!(all))
}

#[tokio::test]
async fn an_endpoint_is_a_path_however_it_is_written() {
    let project = Project::new().await;
    let (archive, applications) = services(&["plain", "/api/v1", "/deep/er/", "/"]);
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    let deployment = connector.deploy(applications).await;
    for (name, paths, elsewhere) in [
        ("one", ["/plain", "/plain/a", "/plain/"], ["/plai", "/plainer", "/other"]),
        ("two", ["/api/v1", "/api/v1/a", "/api/v1/b/c"], ["/api", "/api/v2", "/v1"]),
        ("three", ["/deep/er", "/deep/er/", "/deep/er/a"], ["/deep", "/deep/erer", "/er"]),
    ] {
        let url = deployment.url(name).await;
        for path in paths {
            Client::call(&format!("{url}{path}"), json!({})).await.expect(200);
        }
        for path in elsewhere {
            Client::call(&format!("{url}{path}"), json!({})).await.expect(404).error("ResourceNotFound");
        }
    }
    let url = deployment.url("four").await;
    let below = Client::call(&format!("{url}/anything/at/all"), json!({})).await.expect(200);
    below.has(json!({ "path": "/anything/at/all" }));
    let root = Client::call(&format!("{url}/"), json!({})).await.expect(200);
    root.has(json!({ "path": "/" }));
}

#[tokio::test]
async fn a_body_is_json_a_form_text_or_bytes_and_comes_as_it_was_sent_as_well() {
    let project = Project::new().await;
    let (archive, applications) = services(&["/plain"]);
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    let deployment = connector.deploy(applications).await;
    let url = format!("{}/plain", deployment.url("one").await);
    let send = async |kind: &str, body: &[u8]| -> Answer {
        let http = http();
        let request = http.post(&url).header("content-type", kind).body(body.to_vec());
        Answer::read(format!("POST of {kind}"), request.send().await.unwrap()).await
    };
    for (kind, body, payload) in [
        ("application/json", "{\"a\":1}", json!({ "a": 1 })),
        ("text/plain", "plain words", json!("plain words")),
        ("application/x-www-form-urlencoded", "a=1&b=x+y%21&a=2", json!({ "a": ["1", "2"], "b": "x y!" })),
        ("application/json", "{ \"a\" : 1.0 }\r\n", json!({ "a": 1.0 })),
        ("application/json", "\"äöü €\"", json!("äöü €")),
    ] {
        let answer = send(kind, body.as_bytes()).await.expect(200);
        // The very bytes, blanks and all: a signature is made over them.
        answer.has(json!({ "payload": payload, "body": body, "isBase64Encoded": false }));
    }
    let nothing = json!({ "payload": null, "body": null, "isBase64Encoded": false });
    send("application/json", b"").await.expect(200).has(nothing);
    let bytes = json!({ "payload": null, "body": "//4A", "isBase64Encoded": true });
    send("application/octet-stream", &[0xff, 0xfe, 0x00]).await.expect(200).has(bytes);
    send("application/json", b"{").await.expect(400).error("InvalidJsonInput");
}

#[tokio::test]
async fn a_service_takes_every_method() {
    let project = Project::new().await;
    let (archive, applications) = services(&["/plain"]);
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    let deployment = connector.deploy(applications).await;
    let url = format!("{}/plain", deployment.url("one").await);
    let http = http();
    let send = async |method: Method| {
        let answer = http.request(method.clone(), &url).send().await.unwrap();
        Answer::read(format!("{method} of a service"), answer).await
    };
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        send(method.clone()).await.expect(200).has(json!({ "method": method.as_str() }));
    }
    let head = send(Method::HEAD).await.expect(200);
    assert_eq!((head.plain.as_str(), head.header("content-type")), ("", "application/json"), "{head}");
    let options = send(Method::OPTIONS).await.expect(204);
    assert_eq!(options.header("allow"), "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", "{options}");
}

#[tokio::test]
async fn the_root_of_static_files_is_their_index() {
    let project = Project::new().await;
    let archive = Archive::of("deployAs:\n  - name: pages\n    applicationType: assets\n")
        .file("pages/index.html", "<h1>Pages</h1>");
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    let deployment = connector.deploy(json!([configured("pages", &[], &[])])).await;
    let url = deployment.url("pages").await;
    for root in [url.clone(), format!("{url}/")] {
        let page = Client::fetch(&root).await.expect(200);
        assert_eq!(page.plain, "<h1>Pages</h1>");
    }
}
