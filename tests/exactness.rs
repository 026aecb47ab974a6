//! What is given comes through unchanged or is refused, and what runs put out is handed on as it came.

use serde_json::{Value, json};

use crate::harness::{Environment, Flow, Listener, Project, definitions, plain};

/// An `api` flow of this definition, deployed.
async fn deployed(project: &Project, definition: Value) -> (Flow<'_>, Environment) {
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({ "kind": "api", "definition": definition })).await.saved().await;
    let release = flow.release("first").await;
    flow.deploy(release, &staging).await;
    (flow, staging)
}

/// Puts out objects in objects.
fn nesting(levels: usize) -> Value {
    let nest = format!("{{% $reduce([1..{levels}], function($inner, $level) {{ {{'a': $inner}} }}, 'x') %}}");
    definitions::putting_out(json!(nest))
}

/// Such an output, without the spaces that an emulator may write.
fn nested(levels: usize) -> String {
    format!("{}\"x\"{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
}

#[tokio::test]
async fn a_number_that_cannot_be_kept_exactly_is_refused_wherever_it_is_given() {
    let project = Project::new().await;
    let (flow, staging) = deployed(&project, definitions::greeting()).await;
    let run = |number: &str| {
        format!(r#"{{"flow":"{}","environment":"{}","input":{{"n":[{number}]}}}}"#, flow.id, staging.id)
    };
    let variable = |number: &str| format!(r#"{{"name":"n","variables":[{{"name":"v","value":{number}}}]}}"#);
    let definition = |number: &str| format!(r#"{{"name":"n","definition":{{"Comment":{number}}}}}"#);
    let call = format!("/triggers/{}/{}", staging.id, flow.id);
    for number in [
        "9007199254740993",
        "1234567890123456789",
        "12345678901234567890123",
        "0.10000000000000000001",
        "1e-400",
        "1e400",
    ] {
        for (path, body, field) in [
            ("/environments", variable(number), "/variables/0/value"),
            ("/flows", definition(number), "/definition/Comment"),
            ("/runs", run(number), "/input/n/0"),
            (call.as_str(), format!("[{number}]"), "/0"),
        ] {
            let refused =
                project.post_raw(path, body).await.about(number).expect(400).error("InvalidJsonInput");
            let refused = refused.says("cannot be kept exactly; write it as a string");
            assert_eq!(refused.errors()[0]["field"], field, "{refused}");
        }
    }
    // What is exact is taken, however it is written, and read back as the same number.
    for number in ["9007199254740992", "1234567890123456800", "0.1", "1e21"] {
        let made = project.post_raw("/environments", variable(number)).await.about(number).expect(201);
        assert_eq!(made["variables"][0]["value"].as_f64(), number.parse().ok(), "{made}");
        project.post_raw("/runs", run(number)).await.about(number).expect(201);
    }
}

/// A server that answers with a document of that text.
fn telling(document: &'static str) -> Listener {
    Listener::serving(move |_, _| {
        let length = document.len();
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{document}"
        )
        .into_bytes()
    })
}

/// Calls a server. Its answer is the output, or, if it cannot be taken, the error is.
fn calling(server: &Listener) -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "${slipway.http}",
                "Arguments": { "url": server.url() },
                "Catch": [{
                    "ErrorEquals": ["HttpResponseAmbiguous"],
                    "Next": "Explain",
                    "Output": "{% $states.errorOutput %}",
                }],
                "End": true,
            },
            "Explain": { "Type": "Pass", "End": true },
        },
    })
}

#[tokio::test]
async fn what_another_system_answers_is_handed_on_to_the_last_digit_or_told() {
    let project = Project::new().await;
    let exact = telling(r#"{"id":12345678901234567890123,"version":1.0}"#);
    let (flow, staging) = deployed(&project, calling(&exact)).await;
    let run = flow.run(&staging, json!({})).await.has(json!({ "status": "Succeeded" }));
    let plain = run.plain.replace(' ', "");
    assert!(plain.contains(r#""body":{"id":12345678901234567890123,"version":1.0}"#), "{plain}");

    for (document, words) in [
        (r#"{"id":1,"id":2}"#, "'/id' is given twice in one object"),
        (r#"{"ids":[1e400]}"#, "'/ids/0' is larger than any number that is kept"),
    ] {
        let project = Project::new().await;
        let server = telling(document);
        let (flow, staging) = deployed(&project, calling(&server)).await;
        let run = flow.run(&staging, json!({})).await.has(json!({
            "status": "Succeeded", "output": { "Error": "HttpResponseAmbiguous" },
        }));
        assert!(run["output"]["Cause"].as_str().unwrap().contains(words), "{run}");
    }
}

#[tokio::test]
async fn a_number_within_text_has_one_spelling() {
    let project = Project::new().await;
    let variables =
        r#"{"name":"Staging","variables":[{"name":"v","value":1E2},{"name":"w","value":{"rate":0.50}}]}"#;
    let staging = project.post_raw("/environments", variables).await.expect(201);
    let output =
        json!({ "plain": "id-${v} ${w}", "expression": "{% 'id-${v}' & '-' & ${v} %}", "whole": "${v}" });
    let flow = project.flow(definitions::putting_out(output)).await.saved().await;
    let staging = Environment { id: staging.id() };
    flow.deploy(flow.release("first").await, &staging).await;
    let run = flow.run(&staging, json!({})).await;
    run.has(json!({ "status": "Succeeded", "output": {
        "plain": "id-100 {\"rate\":0.5}", "expression": "id-100-100", "whole": 100.0,
    } }));
}

#[tokio::test]
async fn a_number_or_a_boolean_is_a_whole_header() {
    let project = Project::new().await;
    let server = telling("{}");
    let staging = project.environment("staging", &[plain("number", 5), plain("flag", true)]).await;
    let headers = json!({ "x-number": "${number}", "x-flag": "${flag}", "x-computed": "{% 2 + 3 %}" });
    let flow = project.flow(definitions::calling(&server.url(), headers)).await.saved().await;
    flow.deploy(flow.release("first").await, &staging).await;
    flow.run(&staging, json!({})).await.has(json!({ "status": "Succeeded" }));
    let heads = server.heads();
    for header in ["x-number: 5", "x-flag: true", "x-computed: 5"] {
        assert!(heads.iter().any(|head| head.lines().any(|line| line == header)), "{header}: {heads:?}");
    }
}

#[tokio::test]
async fn what_a_run_puts_out_is_handed_on_however_deep_it_is() {
    for levels in [122, 126, 300] {
        let project = Project::new().await;
        let (flow, staging) = deployed(&project, nesting(levels)).await;
        let draft = json!({ "flow": flow.id, "environment": staging.id });
        let run = project.post("/runs", draft).await.expect(201);
        let Some((_, rest)) = run.plain.split_once(r#""id":""#) else { run.fail("a run has an id") };
        let Some((id, _)) = rest.split_once('"') else { run.fail("a run has an id") };
        let again = project.get(&format!("/runs/{id}")).await.expect(200);
        for run in [&run, &again] {
            let plain = run.plain.replace(' ', "");
            assert!(plain.contains(r#""status":"Succeeded""#), "{plain}");
            assert!(plain.contains(&format!(r#""output":{}"#, nested(levels))), "{plain}");
        }
        let answer =
            project.post(&format!("/triggers/{}/{}", staging.id, flow.id), json!(null)).await.expect(200);
        assert_eq!(answer.plain.replace(' ', ""), nested(levels));
    }
}

#[tokio::test]
async fn a_run_that_puts_out_too_much_failed_and_says_so() {
    let project = Project::new().await;
    let (flow, staging) =
        deployed(&project, definitions::putting_out(json!("{% $pad('x', 400000) %}"))).await;
    let draft = json!({ "flow": flow.id, "environment": staging.id });
    let failed = json!({ "status": "Failed", "error": { "error": "States.DataLimitExceeded" } });
    let run = project.post("/runs", draft).await.expect(201).has(failed.clone()).lacks("output");
    project.get(&format!("/runs/{}", run.id())).await.expect(200).has(failed);
    let answer = project.post(&format!("/triggers/{}/{}", staging.id, flow.id), json!(null)).await;
    answer.expect(502).error("RunFailed").says("States.DataLimitExceeded");
}
