//! Paths that lead nowhere, and methods that a path does not take.

use reqwest::Method;
use reqwest::header::HeaderValue;

use crate::harness::Project;

#[tokio::test]
async fn where_there_is_no_path_the_answer_is_the_envelope() {
    let project = Project::new().await;
    for path in ["/nothing", "/environments/", "/environments/key=x/more", ""] {
        let method = if path.is_empty() { Method::DELETE } else { Method::GET };
        let asked = project.request(method, path).header("x-correlation-id", "story-1");
        let answer = project.send(asked).await;
        let status = if path.is_empty() { 405 } else { 404 };
        let code = if path.is_empty() { "MethodNotAllowed" } else { "ResourceNotFound" };
        let answer = answer.expect(status).error(code);
        assert_eq!(answer.header("x-correlation-id"), "story-1", "{answer}");
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_told_those_that_it_takes() {
    let project = Project::new().await;
    for (method, path, allowed) in [
        (Method::PUT, "/environments", "GET, HEAD, OPTIONS, POST"),
        (Method::PATCH, "/deployments/key=tax", "DELETE, GET, HEAD, OPTIONS, POST"),
        (Method::DELETE, "/connectors/search", "GET, HEAD, OPTIONS"),
        (Method::POST, "/connectors/key=tax", "GET, HEAD, OPTIONS"),
    ] {
        let answer = project.send(project.request(method.clone(), path)).await;
        let answer = answer.expect(405).error("MethodNotAllowed").says(method.as_str());
        assert_eq!(answer.headers.get("allow"), Some(&HeaderValue::from_str(allowed).unwrap()), "{answer}");
    }
    // Nobody has to say who they are to be told that.
    let nobody = project.presenting(None);
    nobody.send(nobody.request(Method::PUT, "/environments")).await.expect(405).error("MethodNotAllowed");
}
