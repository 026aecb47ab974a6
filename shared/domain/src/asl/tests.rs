//! Whole definitions, and one row for each rule.

use serde_json::{Value, json};

use super::http_task::http_tasks;
use super::*;

mod rules;

pub(super) const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:slipway-http";

/// A flow as people write them: every type of state, a loop, retries, secrets, placeholders.
pub(super) fn orders() -> Value {
    json!({
        "Comment": "Fetch the open orders and ship each of them through ${slipway.http}.",
        "QueryLanguage": "JSONata",
        "StartAt": "Fetch",
        "TimeoutSeconds": "${limits.total}",
        "States": {
            "Fetch": {
                "Type": "Task",
                "Resource": "${slipway.http}",
                "Arguments": {
                    "method": "GET",
                    "url": "${shop.url}/orders",
                    "headers": {
                        "authorization": "Bearer ${secret.SHOP_TOKEN}",
                        "x-run": "{% $states.context.Execution.Name %}"
                    },
                    "query": {"state": "open", "limit": "${shop.page}"},
                    "timeoutSeconds": 10,
                    "acceptStatus": true
                },
                "Assign": {"count": "{% $count($states.result.body.orders) %}"},
                "Output": "{% $states.result.body.orders %}",
                "TimeoutSeconds": 60,
                "Retry": [
                    {"ErrorEquals": ["Http.Unavailable"], "IntervalSeconds": 2, "MaxAttempts": 4,
                     "BackoffRate": 1.5, "MaxDelaySeconds": 30, "JitterStrategy": "FULL"},
                    {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}
                ],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Broken"}],
                "Next": "Any?"
            },
            "Any?": {
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $count > 0 %}", "Next": "Each order"},
                    {"Condition": "{% $count = 0 %}", "Assign": {"count": -1}, "Next": "Pause"}
                ],
                "Default": "Done"
            },
            "Pause": {"Type": "Wait", "Seconds": "{% 5 * ${pause} %}", "Next": "Fetch"},
            "Each order": {
                "Type": "Map",
                "Items": "{% $states.input %}",
                "ItemSelector": {"order": "{% $states.context.Map.Item.Value %}"},
                "MaxConcurrency": 5,
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Ship",
                    "States": {
                        "Ship": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke",
                            "Arguments": {
                                "FunctionName": "${slipway.http}",
                                "Payload": {
                                    "method": "POST",
                                    "url": "https://carrier.example/parcels",
                                    "headers": {"x-key": "{% 'k-${secret.CARRIER_KEY}' %}"},
                                    "body": {"order": "{% $states.input.order %}"}
                                }
                            },
                            "End": true
                        }
                    }
                },
                "Next": "Tell"
            },
            "Tell": {
                "Type": "Parallel",
                "Branches": [
                    {"StartAt": "Log", "States": {"Log": {"Type": "Pass", "Output": {"ok": true}, "End": true}}},
                    {"StartAt": "Mark", "States": {"Mark": {"Type": "Pass", "Next": "Marked"},
                                                    "Marked": {"Type": "Succeed"}}}
                ],
                "Next": "Done"
            },
            "Done": {"Type": "Succeed", "Output": {"count": "{% $count %}"}},
            "Broken": {"Type": "Fail", "Error": "Orders.Failed", "Cause": "{% $states.input.Cause %}"}
        }
    })
}

fn json_path() -> Value {
    json!({
        "Version": "1.0",
        "StartAt": "Ready?",
        "States": {
            "Ready?": {
                "Type": "Choice",
                "InputPath": "$.order",
                "Choices": [
                    {"Variable": "$.state", "StringEquals": "ready", "Next": "Work"},
                    {"And": [
                        {"Variable": "$.tries", "NumericGreaterThanPath": "$.limit"},
                        {"Not": {"Variable": "$.note", "IsPresent": true}}
                    ], "Next": "Stop"}
                ],
                "Default": "WorkState"
            },
            "WorkState": {"Type": "Wait", "TimestampPath": "$.at", "Next": "Ready?"},
            "Work": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:eu-central-1:123456789012:function:work",
                "Parameters": {"id.$": "$.id"},
                "ResultSelector": {"body.$": "$.Payload"},
                "ResultPath": null,
                "TimeoutSecondsPath": "$.timeout",
                "Retry": ["${retrier}"],
                "Next": "Twice"
            },
            "Twice": {
                "Type": "Map",
                "ItemsPath": "$.list",
                "ItemProcessor": {"StartAt": "One", "States": {
                    "One": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "End": true}
                }},
                "End": true
            },
            "Stop": {"Type": "Fail", "ErrorPath": "$.error", "CausePath": "$.cause"}
        }
    })
}

#[test]
fn valid_definitions_have_no_findings() {
    for (name, definition) in [
        ("orders", orders()),
        ("json_path", json_path()),
        ("smallest", json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})),
        (
            "end false",
            json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Pass", "End": true}}}),
        ),
    ] {
        assert_eq!(check(&definition, false), [], "{name}");
    }
}

#[test]
fn the_same_holds_once_placeholders_are_replaced() {
    let resolved = crate::placeholders::resolve(&orders(), &|name| {
        Some(match name {
            "slipway.http" => json!(ARN),
            "limits.total" => json!(3600),
            "shop.page" => json!(50),
            "pause" => json!(12),
            _ => json!("https://shop.example"),
        })
    });
    let resolved = resolved.expect("every name has a value");
    assert_eq!(check_resolved(&resolved, ARN, false), []);
    assert_eq!(resolved["States"]["Pause"]["Seconds"], "{% 5 * 12 %}");
    assert_eq!(resolved["TimeoutSeconds"], 3600);
}

#[test]
fn every_finding_is_returned_in_order_of_path() {
    let findings = check(
        &json!({
            "QueryLanguage": "JSONata",
            "StartAt": "Gone",
            "States": {"A": {"Type": "Pass", "next": "B"}, "B": {"Type": "Waiting"}}
        }),
        false,
    );
    let paths: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["/StartAt", "/States/A", "/States/A/next", "/States/B/Type"]);
}

#[test]
fn http_tasks_are_found_at_any_level_in_both_spellings() {
    let definition = orders();
    let found: Vec<_> = http_tasks(&definition, HTTP_TASK)
        .into_iter()
        .map(|task| {
            (task.path, task.request_path, task.request.and_then(|request| request["method"].as_str()))
        })
        .collect();
    let ship = "/States/Each order/ItemProcessor/States/Ship";
    assert_eq!(
        found,
        [
            (ship.to_owned(), format!("{ship}/Arguments/Payload"), Some("POST")),
            ("/States/Fetch".to_owned(), "/States/Fetch/Arguments".to_owned(), Some("GET")),
        ]
    );
    assert_eq!(http_tasks(&definition, ARN), []);
}

/// Binds the same token to every task.
fn bind_all(definition: &mut Value, http_task: &str) -> usize {
    let bound = bind_scope(definition, http_task, |_| Ok::<_, std::convert::Infallible>("token".to_owned()));
    bound.expect("cannot fail")
}

#[test]
fn the_scope_of_a_task_knows_only_the_secrets_that_its_own_request_mentions() {
    let call =
        |secret: &str| json!({"Type": "Task", "Resource": ARN, "Arguments": {"headers": {"k": secret}}});
    let mut definition =
        json!({"States": {"A": call("Bearer ${secret.A}"), "B": call("{% $states.input.h %}")}});
    let names = |said: &Said<'_>| {
        Ok::<_, std::convert::Infallible>(said.secrets.iter().cloned().collect::<Vec<_>>().join(","))
    };
    assert_eq!(bind_scope(&mut definition, ARN, names), Ok(2));
    assert_eq!(definition["States"]["A"]["Arguments"]["scope"], "A");
    assert_eq!(definition["States"]["B"]["Arguments"]["scope"], "");
}

#[test]
fn the_scope_of_a_task_knows_the_url_that_is_written_out() {
    let call = |url: &str| json!({"Type": "Task", "Resource": ARN, "Arguments": {"url": url}});
    let mut definition =
        json!({"States": {"A": call("https://a.example/x"), "B": call("{% $states.input.url %}")}});
    let url = |said: &Said<'_>| Ok::<_, std::convert::Infallible>(said.url.unwrap_or("any").to_owned());
    assert_eq!(bind_scope(&mut definition, ARN, url), Ok(2));
    assert_eq!(definition["States"]["A"]["Arguments"]["scope"], "https://a.example/x");
    assert_eq!(definition["States"]["B"]["Arguments"]["scope"], "any");
}

#[test]
fn scope_is_bound_in_both_spellings_and_nowhere_else() {
    let text = orders().to_string().replace(HTTP_TASK, ARN);
    let mut bound: Value = serde_json::from_str(&text).expect("still JSON");
    assert_eq!(bind_all(&mut bound, ARN), 2);
    let ship = "/States/Each order/ItemProcessor/States/Ship/Arguments";
    assert_eq!(bound["States"]["Fetch"]["Arguments"]["scope"], "token");
    assert_eq!(bound.pointer(&format!("{ship}/Payload/scope")), Some(&json!("token")));
    assert_eq!(bound.pointer(&format!("{ship}/scope")), None);
    assert_eq!(bound.to_string().matches("\"scope\"").count(), 2);

    let once = bound.clone();
    assert_eq!(bind_all(&mut bound, ARN), 2);
    assert_eq!(bound, once);
}

#[test]
fn scope_is_bound_in_branches_and_replaces_what_was_there() {
    let mut definition = json!({"States": {"P": {"Type": "Parallel", "Branches": [
        {"States": {"T": {"Type": "Task", "Resource": ARN, "Arguments": {"scope": "forged"}}}},
        {"States": {"U": {"Type": "Task", "Resource": ARN, "Arguments": "{% $states.input %}"}}},
        {"States": {"V": {"Type": "Task", "Resource": "arn:other", "Arguments": {}}}}
    ]}}});
    assert_eq!(bind_all(&mut definition, ARN), 1);
    assert_eq!(definition.pointer("/States/P/Branches/0/States/T/Arguments/scope"), Some(&json!("token")));
}

#[test]
fn size_and_depth_are_bounded() {
    let at = |chars: usize| json!({"StartAt": "A", "Comment": "x".repeat(chars), "States": {"A": {"Type": "Succeed"}}});
    let room = MAX_DEFINITION_BYTES - at(0).to_string().len();
    assert_eq!(check(&at(room), false), []);
    assert!(check(&at(room + 1), false)[0].message.contains("1048577 bytes"));

    let mut deep = json!(1);
    for _ in 0..1_000 {
        deep = Value::Array(vec![deep]);
    }
    assert!(check(&deep, false)[0].message.contains("nested deeper than 100 levels"));
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Words of the language at places where they make sense and where they do not.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            Just(Value::Null),
            "[A-C]|Task|Map|Choice|Parallel|JSONata|\\{% 1 %\\}|\\$\\{a\\}|\\$\\{slipway.http\\}"
                .prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 6, |inner| {
            let name = "States|StartAt|Type|Next|End|Catch|Retry|Choices|Branches|ItemProcessor|Resource|\
                        Arguments|ErrorEquals|And|Not|headers|QueryLanguage|[A-C]";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..6).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_it_is_the_check_ends_and_points_into_it(definition in any_value()) {
            for finding in check(&definition, false) {
                prop_assert!(definition.pointer(&finding.path).is_some(), "{finding:?}");
            }
        }

        #[test]
        fn as_many_tasks_are_bound_as_have_a_request_to_bind(definition in any_value()) {
            let mut bound = definition.clone();
            let tasks = http_tasks(&definition, HTTP_TASK);
            let objects = tasks.iter().filter(|task| task.request.is_some_and(Value::is_object)).count();
            prop_assert_eq!(bind_all(&mut bound, HTTP_TASK), objects);
        }
    }
}
