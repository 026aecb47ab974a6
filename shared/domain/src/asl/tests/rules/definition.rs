//! The definition as a whole, names, transitions and query languages.

use serde_json::json;

use super::super::*;
use super::{SQS, assert_rows, first, jsonata, pass, task};

#[test]
fn the_definition_as_a_whole() {
    let end = json!({"A": {"Type": "Succeed"}});
    assert_rows([
        (json!([]), "", "is a JSON object"),
        (json!({"States": end}), "", "\"StartAt\" is missing"),
        (json!({"StartAt": "A"}), "", "\"States\" is missing"),
        (json!({"StartAt": 1, "States": end}), "/StartAt", "must be a string"),
        (json!({"StartAt": "A", "States": []}), "/States", "must be an object"),
        (json!({"StartAt": "A", "States": {}}), "/States", "There is no state"),
        (json!({"StartAt": "a", "States": end}), "/StartAt", "Did you mean \"A\"?"),
        (json!({"StartAt": "A", "States": end, "Stats": {}}), "/Stats", "Did you mean \"States\"?"),
        (json!({"StartAt": "A", "States": end, "a/b~c": 1}), "/a~1b~0c", "not a field of the definition"),
        (
            json!({"StartAt": "A", "States": end, "QueryLanguage": "JQ"}),
            "/QueryLanguage",
            "one of JSONPath, JSONata",
        ),
        (
            json!({"StartAt": "A", "States": end, "TimeoutSeconds": 0}),
            "/TimeoutSeconds",
            "from 1 to 99999999",
        ),
        (json!({"StartAt": "A", "States": end, "Version": "2.0"}), "/Version", "\"Version\" must be \"1.0\""),
        (
            json!({"StartAt": "${x}", "States": {"${x}": {"Type": "Succeed"}}}),
            "/StartAt",
            "cannot be a placeholder or hold one",
        ),
        (json!({"StartAt": "A", "States": end, "TimeoutSeconds": 1.5}), "/TimeoutSeconds", "a whole number"),
        (
            json!({"StartAt": "A", "States": end, "TimeoutSeconds": 100_000_000}),
            "/TimeoutSeconds",
            "to 99999999",
        ),
    ]);
}

#[test]
fn names_and_transitions() {
    let long = "n".repeat(81);
    let inner = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let nested = json!({"Type": "Parallel", "Branches": [inner], "Next": "B"});
    assert_rows([
        (json!({"StartAt": "", "States": {"": {"Type": "Succeed"}}}), "/States/", "1 to 80 characters"),
        (
            json!({"StartAt": long, "States": {"n".repeat(81): {"Type": "Succeed"}}}),
            "/States/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
            "this one has 81",
        ),
        (first(nested), "/States/A/Branches/0/States/A", "used at /States/A already"),
        (first(json!("x")), "/States/A", "A state is an object"),
        (first(json!({})), "/States/A", "\"Type\" is missing"),
        (first(json!({"Type": "task"})), "/States/A/Type", "Did you mean \"Task\"?"),
        (first(json!({"Type": "Pass", "next": "B"})), "/States/A/next", "Did you mean \"Next\"?"),
        (first(json!({"Type": "Pass"})), "/States/A", "leads nowhere"),
        (first(json!({"Type": "Pass", "End": false})), "/States/A", "leads nowhere"),
        (first(json!({"Type": "Pass", "Next": "B", "End": true})), "/States/A", "both \"Next\" and \"End\""),
        (first(json!({"Type": "Pass", "End": "yes"})), "/States/A/End", "true or false"),
        (first(json!({"Type": "Pass", "Next": 7})), "/States/A/Next", "must be a string"),
        (first(json!({"Type": "Pass", "Next": "b"})), "/States/A/Next", "Did you mean \"B\"?"),
        (first(json!({"Type": "Pass", "Next": "${next}"})), "/States/A/Next", "cannot be a placeholder"),
        (first(json!({"Type": "Pass", "Next": "B-${next}"})), "/States/A/Next", "cannot be a placeholder"),
        (first(json!({"Type": "Pass", "End": true})), "/States/B", "No way leads from \"A\""),
        (first(json!({"Type": "Pass", "Next": "A"})), "/States", "leads to an end"),
        (first(json!({"Type": "Succeed", "Next": "B"})), "/States/A/Next", "not a field of a Succeed state"),
        (first(json!({"Type": "Fail", "End": true})), "/States/A/End", "not a field of a Fail state"),
        (
            first(task("Catch", json!([{"ErrorEquals": ["X"], "Next": "C"}]))),
            "/States/A/Catch/0/Next",
            "no state \"C\"",
        ),
        (
            first(json!({"Type": "Choice", "Choices": [], "Default": "C"})),
            "/States/A/Default",
            "no state \"C\"",
        ),
        (
            jsonata(json!({"Type": "Choice", "Choices": [{"Condition": "{% 1 %}", "Next": "C"}]})),
            "/States/A/Choices/0/Next",
            "no state \"C\"",
        ),
    ]);
}

#[test]
fn query_languages() {
    let mut mixed = jsonata(pass("QueryLanguage", json!("JSONPath")));
    mixed["Comment"] = json!("mixed");
    assert_rows([
        (mixed, "/States/A/QueryLanguage", "cannot stand in a definition whose language is JSONata"),
        (jsonata(task("Parameters", json!({}))), "/States/A/Parameters", "Write \"Arguments\""),
        (jsonata(pass("ResultPath", json!("$.a"))), "/States/A/ResultPath", "is a JSONPath field"),
        (jsonata(pass("Result", json!(1))), "/States/A/Result", "Write \"Output\""),
        (first(task("Arguments", json!({}))), "/States/A/Arguments", "is a JSONata field"),
        (first(pass("Output", json!(1))), "/States/A/Output", "is a JSONata field"),
        (first(pass("Result", json!("{% 1 %}"))), "/States/A/Result", "does not evaluate"),
        (jsonata(pass("Output", json!({"a.$": "$.a"}))), "/States/A/Output/a.$", "JSONPath spelling"),
        (jsonata(pass("Output", json!(["{% 1"]))), "/States/A/Output/0", "not closed"),
        (jsonata(pass("Output", json!("{%}"))), "/States/A/Output", "not closed"),
        (jsonata(pass("Output", json!("{%  %}"))), "/States/A/Output", "is empty"),
        (jsonata(pass("Output", json!("a {% 1 %}"))), "/States/A/Output", "does not begin with \"{%\""),
        (jsonata(pass("Output", json!(" {% 1 %}"))), "/States/A/Output", "White space outside"),
        (jsonata(pass("Assign", json!("{% {} %}"))), "/States/A/Assign", "must be an object"),
    ]);
}

#[test]
fn a_placeholder_is_told_where_the_definition_is_built() {
    let with = |name: &str| {
        let mut state = json!({"Type": "Task", "Resource": SQS, "Next": "B"});
        state[name] = json!("${x}");
        first(state)
    };
    let config = |name: &str| {
        let mut config = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
        config[name] = json!("${x}");
        first(json!({"Type": "Map", "Next": "B", "ItemProcessor": {"ProcessorConfig": config, "StartAt": "C",
            "States": {"C": {"Type": "Pass", "End": true}}}}))
    };
    let whole = |name: &str| {
        let mut definition = first(json!({"Type": "Pass", "Next": "B"}));
        definition[name] = json!("${x}");
        definition
    };
    let retry =
        first(json!({"Type": "Task", "Resource": SQS, "Next": "B", "Retry": [{"ErrorEquals": "${x}"}]}));
    let end = first(json!({"Type": "Pass", "End": "${x}"}));
    let mut partly = first(json!({"Type": "${x}", "Next": "B"}));
    partly["States"]["A"]["Type"] = json!("Ta${x}");
    let of_a_map = "/States/A/ItemProcessor/ProcessorConfig";
    for (definition, path, write) in [
        (end, "/States/A/End".to_owned(), "write true or false."),
        (config("Mode"), format!("{of_a_map}/Mode"), "write one of INLINE, DISTRIBUTED."),
        (config("ExecutionType"), format!("{of_a_map}/ExecutionType"), "write one of STANDARD, EXPRESS."),
        (with("QueryLanguage"), "/States/A/QueryLanguage".to_owned(), "write \"JSONata\" or \"JSONPath\"."),
        (whole("QueryLanguage"), "/QueryLanguage".to_owned(), "write one of JSONPath, JSONata."),
        (whole("States"), "/States".to_owned(), "write the states themselves."),
        (with("Type"), "/States/A/Type".to_owned(), "write one of Task, Pass, "),
        (partly, "/States/A/Type".to_owned(), "write one of Task, Pass, "),
        (
            retry,
            "/States/A/Retry/0/ErrorEquals".to_owned(),
            "write an array, whose entries may be placeholders.",
        ),
        (with("Retry"), "/States/A/Retry".to_owned(), "write an array, whose entries may be placeholders."),
        (
            first(json!({"Type": "Choice", "Choices": "${x}"})),
            "/States/A/Choices".to_owned(),
            "write an array.",
        ),
    ] {
        // And nothing else: what a placeholder hides is not told as missing.
        let findings = check(&definition, false);
        let [finding] = &findings[..] else { panic!("{path}: {findings:#?}") };
        assert_eq!(finding.path, path);
        assert!(finding.message.contains("cannot be a placeholder"), "{}", finding.message);
        assert!(finding.message.contains(write), "{}", finding.message);
    }
}
