//! Static files, as they were in the repository.

use serde_json::{Value, json};

use crate::harness::{Archive, Client, Project, StagedConnector, configured, entry, http};

const SPECIFICATION: &str = r"
deployAs:
  - name: pages
    applicationType: assets
  - name: screen
    applicationType: merchant-center-custom-application
    configuration:
      standardConfiguration:
        - { key: CUSTOM_APPLICATION_ID, description: The id, required: true }
        - { key: ENTRY_POINT_URI_PATH, description: The path, required: true }
        - { key: CLOUD_IDENTIFIER, description: The cloud, default: gcp-eu }
";

/// Every byte there is, which is no text in UTF-8.
fn every_byte() -> Vec<u8> {
    (0..=255).collect()
}

fn archive() -> Archive {
    Archive::of(SPECIFICATION)
        .file("pages/index.html", "<h1>Pages</h1>")
        .file("pages/docs/index.html", "<h1>Docs</h1>")
        .file("pages/docs/style.css", "h1 { color: blue }")
        .file("pages/bundle.js", "export {}")
        .file("pages/all.bin", every_byte())
        .file("pages/a b.txt", "with a space")
        .file("screen/index.html", "<h1>Screen</h1>")
}

fn screen() -> Value {
    configured("screen", &[("CUSTOM_APPLICATION_ID", "1"), ("ENTRY_POINT_URI_PATH", "orders")], &[])
}

async fn bytes(url: &str) -> (u16, String, Vec<u8>) {
    let response = http().get(url).send().await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    (status, kind.unwrap_or_default(), response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn files_are_answered_as_they_are() {
    let project = Project::new().await;
    let (repository, connector) = StagedConnector::publishing(&project, &archive()).await;
    let deployment = connector.deploy(json!([configured("pages", &[], &[]), screen()])).await;
    let (pages, screen) = (deployment.url("pages").await, deployment.url("screen").await);
    for (url, kind, contents) in [
        (format!("{pages}/index.html"), "text/html", b"<h1>Pages</h1>".to_vec()),
        (format!("{pages}/docs/index.html"), "text/html", b"<h1>Docs</h1>".to_vec()),
        (format!("{pages}/docs"), "text/html", b"<h1>Docs</h1>".to_vec()),
        (format!("{pages}/docs/style.css"), "text/css", b"h1 { color: blue }".to_vec()),
        (format!("{pages}/bundle.js"), "text/javascript", b"export {}".to_vec()),
        (format!("{pages}/all.bin"), "application/octet-stream", every_byte()),
        (format!("{pages}/a%20b.txt"), "text/plain", b"with a space".to_vec()),
        (format!("{screen}/index.html"), "text/html", b"<h1>Screen</h1>".to_vec()),
    ] {
        let (status, seen, found) = bytes(&url).await;
        assert_eq!((status, found), (200, contents), "{url}");
        assert!(seen.starts_with(kind), "{url}: {seen}");
    }
    for path in [
        "nothing.html",
        "docs/nothing",
        "index.html/",
        "screen/index.html",
        "..%2Fscreen%2Findex.html",
        "docs/..%2F..%2Fconnect.yaml",
        "%2e%2e/connect.yaml",
        "..%5Cconnect.yaml",
        "connect.yaml",
        "%2Fetc%2Fpasswd",
    ] {
        let (status, _, found) = bytes(&format!("{pages}/{path}")).await;
        assert!([400, 403, 404].contains(&status), "{path}: {status}");
        assert!(!String::from_utf8_lossy(&found).contains("deployAs"), "{path}");
    }
    // Nobody posts to a file, and a tag that moves changes nothing.
    let refused =
        Client::call(&format!("{pages}/index.html"), json!({})).await.expect(405).error("MethodNotAllowed");
    assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS", "{refused}");
    repository.push("v1", &archive().file("pages/index.html", "moved"));
    deployment.redeployed(json!({})).await;
    assert_eq!(deployment.url("pages").await, pages);
    assert_eq!(bytes(&format!("{pages}/index.html")).await.2, b"<h1>Pages</h1>");
    // A newer version is.
    repository.push("v2", &archive().file("pages/index.html", "newer"));
    connector.publish_at("v2").await;
    deployment.redeployed(json!({ "updateConnector": true })).await;
    assert_eq!(bytes(&format!("{pages}/index.html")).await.2, b"newer");
    deployment.undeploy().await;
    assert_eq!(bytes(&format!("{pages}/index.html")).await.0, 404);
}

#[tokio::test]
async fn a_page_that_is_not_built_yet_says_what_is_missing() {
    let project = Project::new().await;
    let archive = Archive::of(SPECIFICATION).file("screen/package.json", "{}").file("pages/a.txt", "a");
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    let (deployment, failed) =
        connector.fail_to_deploy(json!([configured("pages", &[], &[]), screen()])).await;
    let error = entry(&failed, "index.html").unwrap();
    assert_eq!((&error["type"], &error["application"]), (&json!("Error"), &json!("screen")), "{failed}");
    deployment.undeploy().await;
}
