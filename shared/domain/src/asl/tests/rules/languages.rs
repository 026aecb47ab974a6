//! What the query languages can say: JSONata expressions, paths, intrinsic functions.

use serde_json::{Value, json};

use super::super::*;
use super::{assert_rows, first, jsonata, pass, task};
use crate::definition::Severity;

fn output(expression: &str) -> Value {
    jsonata(pass("Output", json!(expression)))
}

#[test]
fn expressions_are_jsonata_that_reads_from_something() {
    let place = "/States/A/Output";
    assert_rows([
        (output("{% 1 + %}"), place, "no JSONata: unexpected end where a value is due, at character 8."),
        (output("{% $a[1,2) %}"), place, "unexpected \",\" where \"]\" is due, at character 8."),
        (output("{% '${a}' + %}"), place, "no JSONata: unexpected end"),
        (
            jsonata(pass("Output", json!({"v": "{% phone %}"}))),
            "/States/A/Output/v",
            "\"$states.input.phone\"",
        ),
        (output("{% $$.a %}"), place, "\"$$\" has no value"),
        (output("{% $states.inptu.a %}"), place, "has no \"inptu\". Did you mean \"input\"?"),
        (output("{% ($states := 1) %}"), place, "\"$states\" is the variable of Step Functions itself"),
        (
            output("{% function($states) { 1 } %}"),
            place,
            "\"$states\" is the variable of Step Functions itself",
        ),
        (output("{% (1 := 1) %}"), place, "only a variable"),
        (output("{% $eval('1') %}"), place, "Step Functions has no \"$eval\""),
        (
            output(&format!("{{% {}1{} %}}", "(".repeat(300), ")".repeat(300))),
            place,
            "nested deeper than 200 levels, the limit here",
        ),
    ]);
    for taken in [
        "{% $states.input.orders[total > ${limit}].{'id': id, 'at': '${place}'} %}",
        "{% $map($states.input, function($v) { name }) %}",
        "{% ${list}[0] & $sum(${numbers}) %}",
        "{%$uuid()%}",
        "{% \n 10    %}",
        "{% $states.context.Execution.Id & '!' %}",
        "{% ($rate := 2; $map([1], function($v, $i) { $v * $rate + $i })) %}",
        "{% $states.input.orders@$o.lines#$at.{'o': $o.id, 'at': $at} ~> $distinct %}",
    ] {
        assert_eq!(check(&output(taken), false), [], "{taken}");
    }
}

#[test]
fn results_and_errors_are_read_where_there_are_some() {
    let catch = |member: &str, text: &str| {
        let mut catcher = json!({"ErrorEquals": ["States.ALL"], "Next": "B"});
        catcher[member] = json!(text);
        jsonata(task("Catch", json!([catcher])))
    };
    let rule = |member: &str, value: Value| {
        let mut rule = json!({"Condition": "{% true %}", "Next": "B"});
        rule[member] = value;
        jsonata(json!({"Type": "Choice", "Choices": [rule]}))
    };
    let (result, error) = ("{% $states.result.a %}", "{% $states.errorOutput.Cause %}");
    assert_rows([
        (
            jsonata(task("Arguments", json!({"a": result}))),
            "/States/A/Arguments/a",
            "\"$states.result\" is there in",
        ),
        (jsonata(pass("Output", json!(result))), "/States/A/Output", "\"$states.result\" is there in"),
        (rule("Condition", json!(result)), "/States/A/Choices/0/Condition", "\"$states.result\" is there in"),
        (rule("Output", json!(result)), "/States/A/Choices/0/Output", "\"$states.result\" is there in"),
        (catch("Output", result), "/States/A/Catch/0/Output", "\"$states.result\" is there in"),
        (
            jsonata(task("Output", json!(error))),
            "/States/A/Output",
            "in \"Assign\" and \"Output\" of a catcher only",
        ),
        (jsonata(pass("Output", json!(error))), "/States/A/Output", "of a catcher only"),
    ]);
    for taken in [
        jsonata(task("Output", json!({"a": [result]}))),
        jsonata(task("Assign", json!({"a": result}))),
        catch("Output", error),
    ] {
        assert_eq!(check(&taken, false), []);
    }
}

#[test]
fn paths_are_paths() {
    let rule = |name: &str, value: &str| {
        let mut rule = json!({"Variable": "$.a", "Next": "B"});
        rule[name] = json!(value);
        first(json!({"Type": "Choice", "Choices": [rule]}))
    };
    let not_one_place = "a path to one place in the input";
    let deep = format!("{}1{}", "States.Array(".repeat(12), ")".repeat(12));
    assert_rows([
        (first(pass("InputPath", json!("a"))), "/States/A/InputPath", "must be a path, \"$…\", or null"),
        (first(pass("OutputPath", json!("States.UUID()"))), "/States/A/OutputPath", "must be a path"),
        (first(pass("ResultPath", json!("$a"))), "/States/A/ResultPath", not_one_place),
        (first(pass("ResultPath", json!("$$.a"))), "/States/A/ResultPath", not_one_place),
        (first(pass("ResultPath", json!("$.a[*]"))), "/States/A/ResultPath", not_one_place),
        (first(pass("ResultPath", json!("a.${b}"))), "/States/A/ResultPath", not_one_place),
        (first(task("TimeoutSecondsPath", json!("soon"))), "/States/A/TimeoutSecondsPath", "must be a path"),
        (
            first(json!({"Type": "Wait", "SecondsPath": "$.", "Next": "B"})),
            "/States/A/SecondsPath",
            "must be a path",
        ),
        (
            first(json!({"Type": "Fail", "CausePath": "cause"})),
            "/States/A/CausePath",
            "or an intrinsic function",
        ),
        (rule("Variable", "States.UUID()"), "/States/A/Choices/0/Variable", "must be a path"),
        (rule("StringEqualsPath", "a"), "/States/A/Choices/0/StringEqualsPath", "must be a path"),
        (
            first(pass("Parameters", json!({"a": [{"b.$": "b"}]}))),
            "/States/A/Parameters/a/0/b.$",
            "must be a path",
        ),
        (
            first(pass("Parameters", json!({"a.$": "States.Xyz()"}))),
            "/States/A/Parameters/a.$",
            "is no intrinsic function: there is no \"States.Xyz\".",
        ),
        (
            first(pass("Parameters", json!({"a.$": "States.UUID(1)"}))),
            "/States/A/Parameters/a.$",
            "\"States.UUID\" takes no arguments, and is given 1.",
        ),
        (
            first(pass("Parameters", json!({"a.$": deep}))),
            "/States/A/Parameters/a.$",
            "more than 10 functions stand within each other, the limit of Step Functions",
        ),
        (
            first(json!({"Type": "Fail", "ErrorPath": "States.Hash($.a)"})),
            "/States/A/ErrorPath",
            "\"ErrorPath\" is no intrinsic function: \"States.Hash\" takes 2 arguments, and is given 1.",
        ),
        (
            first(pass("Parameters", json!({"a.$": "States.Format('{}-{}', $.a)"}))),
            "/States/A/Parameters/a.$",
            "has \"{}\" 2 times, and the number of arguments after it is 1.",
        ),
        (first(pass("InputPath", json!("$[0[0]]"))), "/States/A/InputPath", "must be a path"),
        (
            first(pass("Parameters", json!({"a.$": "$.a[?(@.x==)]"}))),
            "/States/A/Parameters/a.$",
            "must be a path",
        ),
        (first(pass("Parameters", json!({"a.$": "$.a\n"}))), "/States/A/Parameters/a.$", "must be a path"),
        (
            first(pass("Parameters", json!({"a.$": "$.a[${i}:x]"}))),
            "/States/A/Parameters/a.$",
            "must be a path",
        ),
        (first(pass("Assign", json!({"a.$": 1}))), "/States/A/Assign/a.$", "must be a path"),
        (
            first(pass("Parameters", json!({"a.$": "$.a", "a": 1}))),
            "/States/A/Parameters/a.$",
            "name the same member",
        ),
    ]);
    for taken in [
        first(pass("ResultPath", Value::Null)),
        first(pass("ResultPath", json!("$.${member}"))),
        first(pass("InputPath", json!("${path}"))),
        first(pass("InputPath", json!("$$.Execution.Input"))),
        first(pass("Result", json!({"a.$": "as it is", "a": 1}))),
        first(pass("Parameters", json!({"a.$": "States.Format('{}-${b}', $c)"}))),
        first(pass("Parameters", json!({"a.$": "States.Format('${template}', $c, ${number})"}))),
        first(pass("Parameters", json!({"a.$": "$.list[${i}].${name}[?(@.a == ${v})]['${key}']"}))),
        first(pass("InputPath", json!("$.a[${from}:${to}]"))),
        first(json!({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.JsonToString($)"})),
    ] {
        assert_eq!(
            check(&taken, false).iter().filter(|found| !found.path.ends_with("/B")).count(),
            0,
            "{taken}"
        );
    }
}

#[test]
fn variables_have_names_that_can_be_read() {
    let caught = |name: &str| {
        let mut catcher = json!({"ErrorEquals": ["States.ALL"], "Next": "B"});
        catcher["Assign"][name] = json!(1);
        jsonata(task("Catch", json!([catcher])))
    };
    let rule = |name: &str| {
        let mut rule = json!({"Variable": "$.a", "IsNull": true, "Next": "B"});
        rule["Assign"][name] = json!(1);
        first(json!({"Type": "Choice", "Choices": [rule]}))
    };
    assert_rows([
        (jsonata(pass("Assign", json!({"states": 1}))), "/States/A/Assign/states", "Step Functions itself"),
        (first(pass("Assign", json!({"states.$": "$"}))), "/States/A/Assign/states.$", "Choose another name"),
        (
            jsonata(pass("Assign", json!({"a-b": 1}))),
            "/States/A/Assign/a-b",
            "cannot be the name of a variable",
        ),
        (jsonata(pass("Assign", json!({"a.$": 1}))), "/States/A/Assign/a.$", "\"a.$\" cannot be"),
        (first(pass("Assign", json!({"a-b.$": "$"}))), "/States/A/Assign/a-b.$", "\"a-b\" cannot be"),
        (caught("1st"), "/States/A/Catch/0/Assign/1st", "Begin with a letter"),
        (rule("a b"), "/States/A/Choices/0/Assign/a b", "cannot be the name"),
    ]);
    for taken in [jsonata(pass("Assign", json!({"größe_1": 1, "b": {"a-b": 1}}))), caught("first")] {
        assert_eq!(check(&taken, false), [], "{taken}");
    }
}

#[test]
fn variables_that_no_state_assigns_are_told() {
    let mut definition = output("{% $total + $ttal + $cnt('${x}') + ${xx} %}");
    assert_rows([
        (
            definition.clone(),
            "/States/A/Output",
            "\"$total\" has no value: no state assigns a variable of that name",
        ),
        (definition.clone(), "/States/A/Output", "\"$cnt\" has no value"),
    ]);
    // Where it is assigned does not matter: a Choice may lead back.
    definition["States"]["B"] = json!({"Type": "Choice", "Default": "C",
        "Choices": [{"Condition": "{% true %}", "Next": "C", "Assign": {"total": 1, "cnt": 2}}]});
    definition["States"]["C"] = json!({"Type": "Succeed"});
    let findings = check(&definition, false);
    let [finding] = &findings[..] else { panic!("{findings:#?}") };
    assert_eq!((finding.path.as_str(), finding.severity), ("/States/A/Output", Severity::Warning));
    assert!(finding.message.contains("Did you mean \"total\"?"), "{}", finding.message);
}

#[test]
fn members_that_mean_something_elsewhere_are_refused_and_others_are_not() {
    let severity = |definition: Value, path: &str| {
        let findings = check(&definition, false);
        findings.into_iter().find(|found| found.path == path).map(|found| found.severity)
    };
    let retry = |name: &str| {
        let mut retrier = json!({"ErrorEquals": ["X"]});
        retrier[name] = json!([]);
        first(task("Retry", json!([retrier])))
    };
    for (definition, path, expected) in [
        (first(pass("Catch", json!([]))), "/States/A/Catch", Severity::Error),
        (first(pass("TimeoutSeconds", json!(1))), "/States/A/TimeoutSeconds", Severity::Error),
        (first(pass("MaxItems", json!(1))), "/States/A/MaxItems", Severity::Error),
        (first(pass("Owner", json!("me"))), "/States/A/Owner", Severity::Warning),
        (first(task("Retyr", json!([]))), "/States/A/Retyr", Severity::Warning),
        (retry("Next"), "/States/A/Retry/0/Next", Severity::Error),
        (retry("Why"), "/States/A/Retry/0/Why", Severity::Warning),
    ] {
        assert_eq!(severity(definition, path), Some(expected), "{path}");
    }
}
