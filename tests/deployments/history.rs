use serde_json::json;

use crate::harness::{Answer, Project, definitions};

async fn list(project: &Project, query: &str) -> Answer {
    project.get(&format!("/flow-deployments?{query}")).await.expect(200)
}

#[tokio::test]
async fn the_history_is_found_by_flow_environment_status_and_whether_it_answers() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let other = project.flow(definitions::telling("missing")).await.saved().await;
    let broken = other.release("first").await;
    let a = flow.deploy(release, &staging).await.id;
    let b = flow.deploy(release, &production).await.id;
    let c = flow.deploy(release, &staging).await.id;
    let d = other.start_deploying(broken, &staging).await;
    d.settled().await.has(json!({ "status": "Failed" }));
    let d = d.id;

    let (staging, production, flow, other) = (&staging.id, &production.id, &flow.id, &other.id);
    for (query, expected) in [
        (String::new(), vec![&d, &c, &b, &a]),
        (format!("flow={flow}"), vec![&c, &b, &a]),
        (format!("flow={other}"), vec![&d]),
        (format!("environment={staging}"), vec![&d, &c, &a]),
        (format!("environment={production}"), vec![&b]),
        (format!("flow={flow}&environment={staging}"), vec![&c, &a]),
        (format!("flow={flow}&environment=key=production"), vec![&b]),
        (format!("flow={other}&environment={production}"), vec![]),
        ("status=Failed".to_owned(), vec![&d]),
        ("status=Queued".to_owned(), vec![]),
        ("active=true".to_owned(), vec![&c, &b]),
        ("active=false".to_owned(), vec![&d, &a]),
        (format!("environment={staging}&active=true&status=Deployed"), vec![&c]),
        (format!("flow={flow}&sort=createdAt%20asc"), vec![&a, &b, &c]),
    ] {
        let found = list(&project, &query).await;
        let expected: Vec<_> = expected.into_iter().map(|id| json!(id)).collect();
        assert_eq!(found.each("id"), expected, "{query}");
        found.has(json!({ "count": expected.len(), "total": expected.len() }));
    }
    let one = list(&project, &format!("flow={other}")).await;
    assert_eq!(one["results"][0], project.get(&format!("/flow-deployments/{d}")).await.expect(200).body);
    for query in ["status=Sleeping", "active=perhaps", "flow=x", "environment=key=nowhere"] {
        let refused = project.get(&format!("/flow-deployments?{query}")).await;
        refused.about(query).expect(400).error("InvalidQueryParam");
    }
}

#[tokio::test]
async fn the_history_comes_in_pages() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, flow.deploy(release, &staging).await.id);
    }
    let (of_flow, in_staging) = (format!("flow={}", flow.id), format!("environment={}", staging.id));
    for filter in [String::new(), of_flow.clone(), in_staging.clone(), format!("{of_flow}&{in_staging}")] {
        let (mut seen, mut query) = (Vec::new(), format!("{filter}&limit=2"));
        for count in [2, 2, 1] {
            let page = list(&project, &query).await.has(json!({ "count": count, "limit": 2, "total": 5 }));
            seen.extend(page.each("id"));
            query = format!("{filter}&limit=2&cursor={}", page["cursor"].as_str().unwrap_or_default());
        }
        assert_eq!(seen, made, "{filter}");
        assert!(query.ends_with("cursor="), "the last page has no cursor: {query}");
    }
    // What the table cannot tell apart is filtered, and has cursors all the same.
    for filter in ["status=Deployed".to_owned(), "global=false&sort=status".to_owned()] {
        for total in ["", "&withTotal=false"] {
            let page = list(&project, &format!("{filter}&offset=1&limit=2{total}")).await;
            let mut seen = page.each("id");
            let rest =
                list(&project, &format!("{filter}&limit=2&cursor={}{total}", page.text("/cursor"))).await;
            seen.extend(rest.has(json!({ "count": 2 })).lacks("cursor").each("id"));
            assert_eq!(seen, made[1..], "{filter}{total}");
        }
    }
}
