//! What is found, what is put in, and that a value stays data.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn values(name: &str) -> Option<Value> {
    Some(match name {
        "region" => json!("eu"),
        "limit" => json!(20),
        "hundred" => serde_json::from_str("1E2").ok()?,
        "numbers" => serde_json::from_str(r#"{"b":[1.0,-0.0],"a":2.50e-3}"#).ok()?,
        "on" => json!(true),
        "list" => json!(["a", 1]),
        "shop" => json!({"url": "https://x", "note": "50%}"}),
        "quotes" => json!("a\"b'c\\d\n%}`*/"),
        "expression" => json!("{% $evil() %}"),
        "hidden" => json!({"deep": ["${secret.OTHER}"]}),
        "half" => json!("${sec"),
        "path" => json!({"a.$": "$.b"}),
        "slipway.http" => json!("arn:http"),
        _ => return None,
    })
}

fn resolved(definition: &Value) -> Value {
    resolve(definition, &values).expect("resolves")
}

#[test]
fn names_are_collected_by_kind() {
    let found = scan(&json!({
        "a": "${region} ${limit}",
        "${not.a.value}": ["${slipway.http}", "x-${secret.KEY}", "$${literal} $5 {x}"],
        "b": "{% '${region}' & ${A-b_c.9} %}"
    }));
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(found.names, set(&["region", "limit", "A-b_c.9"]));
    assert_eq!(found.secrets, set(&["KEY"]));
    assert_eq!(found.platform, set(&["slipway.http"]));
    assert_eq!(found.problems, []);
    let [warning] = &found.warnings[..] else { panic!("{:?}", found.warnings) };
    assert_eq!((warning.path.as_str(), warning.is_error()), ("/${not.a.value}", false));
    assert!(warning.message.contains("stays \"${not.a.value}\""), "{}", warning.message);
}

#[test]
fn faulty_placeholders_are_reported_where_they_stand() {
    for (text, fragment) in [
        ("${", "is not closed"),
        ("${region", "is not closed"),
        ("${}", "is not a name"),
        ("${a b}", "is not a name"),
        ("${übergröße}", "is not a name"),
        ("${a ${region}", "is not a name"),
        ("${secret.}", "names no secret"),
        ("${slipway.htp}", "Did you mean \"slipway.http\"?"),
        ("${slipway.moon}", "The platform has no"),
        ("$${secret.KEY}", "kept apart from a secret"),
        ("{% ${secret.KEY} %}", "between quotes"),
        ("{% $match(x, /a${region}/) %}", "regular expression"),
        ("{% 1 /* ${region} */ %}", "comment"),
        ("{% `a${region}` %}", "backticks"),
        ("{% \"\\${region}\" %}", "backslash"),
    ] {
        let problems = scan(&json!({"x": [text]})).problems;
        assert!(
            problems.iter().any(|problem| problem.path == "/x/0" && problem.message.contains(fragment)),
            "{text}: {problems:?}"
        );
    }
    let longest = "n".repeat(MAX_NAME_CHARS);
    assert_eq!(scan(&json!(format!("${{{longest}}}"))).problems, []);
    assert_eq!(scan(&json!(format!("${{{longest}n}}"))).problems.len(), 1);
}

#[test]
fn values_go_into_plain_strings() {
    for (text, expected) in [
        ("${limit}", json!(20)),
        ("${on}", json!(true)),
        ("${list}", json!(["a", 1])),
        ("${region}", json!("eu")),
        ("${slipway.http}", json!("arn:http")),
        ("a ${region} b ${limit} ${list}", json!("a eu b 20 [\"a\",1]")),
        ("id-${hundred} ${numbers}", json!("id-100 {\"a\":0.0025,\"b\":[1,0]}")),
        ("$${region}", json!("${region}")),
        ("$$${region}", json!("$${region}")),
        ("${secret.KEY}", json!("${secret.KEY}")),
        ("k ${secret.KEY} ${region}", json!("k ${secret.KEY} eu")),
        ("${a b} ${region", json!("${a b} ${region")),
        ("$ { } $x", json!("$ { } $x")),
    ] {
        assert_eq!(resolved(&json!(text)), expected, "{text}");
    }
    assert_eq!(
        resolved(&json!({"${region}": "${region}"})),
        json!({"${region}": "eu"}),
        "keys are left alone"
    );
}

#[test]
fn values_go_into_expressions_as_literals() {
    let escaped = r#"a\"b\u0027c\\d\n\u0025\u007d\u0060\u002a/"#;
    for (text, expected) in [
        ("{% ${region} %}", r#"{% "eu" %}"#.to_owned()),
        ("{% ${limit} + 1 %}", "{% 20 + 1 %}".to_owned()),
        ("{% 'id-${hundred}' & ${hundred} %}", "{% 'id-100' & 100 %}".to_owned()),
        ("{% ${numbers}.a %}", r#"{% {"a":0.0025,"b":[1,0]}.a %}"#.to_owned()),
        ("{% ${list}[0] %}", r#"{% ["a",1][0] %}"#.to_owned()),
        ("{% ${shop}.url %}", r#"{% {"note":"50\u0025\u007d","url":"https://x"}.url %}"#.to_owned()),
        ("{% \"in ${region}\" %}", "{% \"in eu\" %}".to_owned()),
        ("{% 'in ${region}' %}", "{% 'in eu' %}".to_owned()),
        ("{% 'is ${on}' %}", "{% 'is true' %}".to_owned()),
        ("{% 'x' & ${region} & 'y' %}", r#"{% 'x' & "eu" & 'y' %}"#.to_owned()),
        ("{% \"it's ${region}\" & ${region} %}", r#"{% "it's eu" & "eu" %}"#.to_owned()),
        ("{% \"\\\"${region}\" %}", "{% \"\\\"eu\" %}".to_owned()),
        ("{% '$${region}' %}", "{% '${region}' %}".to_owned()),
        ("{% 'k ${secret.KEY}' & ${region} %}", r#"{% 'k ${secret.KEY}' & "eu" %}"#.to_owned()),
        ("{% 1 /* 'no */ + ${limit} %}", "{% 1 /* 'no */ + 20 %}".to_owned()),
        ("{% $match(x, /['\"\\/]/) & ${region} %}", "{% $match(x, /['\"\\/]/) & \"eu\" %}".to_owned()),
        ("{% $x / 2 & '/' & ${region} %}", r#"{% $x / 2 & '/' & "eu" %}"#.to_owned()),
        ("{% $x/${limit} & '${region}' %}", "{% $x/20 & 'eu' %}".to_owned()),
        ("{% a.* / ${limit} %}", "{% a.* / 20 %}".to_owned()),
        ("{% `it's` & ${region} %}", r#"{% `it's` & "eu" %}"#.to_owned()),
        ("{% ${quotes} %}", format!("{{% \"{escaped}\" %}}")),
        ("{% '${quotes}' %}", format!("{{% '{escaped}' %}}")),
    ] {
        assert_eq!(resolved(&json!(text)), json!(expected), "{text}");
    }
}

#[test]
fn every_missing_name_is_listed() {
    let failed = resolve(&json!({"a": "${one}", "b": ["x ${two}", "{% ${three} %}", "${region}"]}), &values);
    let missing: Vec<String> = failed.expect_err("three are missing").missing.into_iter().collect();
    assert_eq!(missing, ["one", "three", "two"]);
}

#[test]
fn what_values_grow_to_is_bounded_while_they_are_put_in() {
    let value = json!("x".repeat(64 * 1024));
    let fits = json!(vec!["${x}"; 16]);
    assert!(resolve(&fits, &|_| Some(value.clone())).is_ok());
    // In full this would be 3 GB.
    let grows = json!(vec!["${x}"; 50_000]);
    let refused = resolve(&grows, &|_| Some(value.clone())).expect_err("too large").refused;
    let [told] = refused.as_slice() else { panic!("{refused:?}") };
    assert!(told.message.contains("exceeds 1048576 bytes"), "{told:?}");
}

#[test]
fn values_that_would_not_be_data_are_refused() {
    for (text, fragment) in [
        ("${expression}", "would make this an expression"),
        ("${expression} x", "would make this an expression"),
        ("{${expression}", "refused only if it starts one"),
        ("${hidden}", "refer to a secret"),
        ("x ${hidden}", "refer to a secret"),
        ("{% ${hidden} %}", "refer to a secret"),
        ("${half}ret.KEY}", "refer to a secret"),
        ("${path}", "ends with \".$\""),
        ("{% /${region}/ %}", "regular expression"),
        ("{% `${region}` %}", "backticks"),
        ("{% \"\\${quotes}\" %}", "backslash"),
    ] {
        let outcome = resolve(&json!({"x": text}), &values);
        if fragment == "refused only if it starts one" {
            assert_eq!(outcome, Ok(json!({"x": "{{% $evil() %}"})));
            continue;
        }
        let refused = outcome.expect_err(text).refused;
        assert!(
            refused.iter().any(|finding| finding.path == "/x" && finding.message.contains(fragment)),
            "{text}: {refused:?}"
        );
        assert!(!format!("{refused:?}").contains("evil"), "a message shows a value");
    }
}

#[test]
fn depth_is_bounded() {
    let mut deep = json!("${region}");
    for _ in 0..1_000 {
        deep = Value::Array(vec![deep]);
    }
    assert_eq!(scan(&deep).problems.len(), 1);
    assert_eq!(resolve(&deep, &values).expect_err("too deep").refused.len(), 1);
    let refused = resolve(&json!("${deep}"), &|_| Some(deep.clone())).expect_err("too deep").refused;
    assert!(refused[0].message.contains("nested deeper"));
}

/// A JSONata reader just good enough to say what a string literal at the beginning of `text` holds,
/// and what follows it.
fn read_literal(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut end = 1;
    let mut escaped = false;
    for c in text[1..].chars() {
        if c == quote && !escaped {
            // JSON and JSONata share their escapes, and nothing here has a bare double quote in it.
            let json = format!("\"{}\"", &text[1..end]);
            return Some((serde_json::from_str(&json).ok()?, &text[end + 1..]));
        }
        escaped = c == '\\' && !escaped;
        end += c.len_utf8();
    }
    None
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC*", "[\"'`\\\\/*%{}$a&() \n]{0,12}"]
}

fn documents(leaf: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![leaf.prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z$/~]{0,4}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Strings that are likely to hold placeholders, whole and broken.
fn templates() -> impl Strategy<Value = String> {
    let part = "\\$|\\{|\\}|\\$\\{|\\{%|%\\}|%|\"|'|`|/|\\*|\\\\|a|secret\\.|slipway\\.|\\$\\{a\\}|\\$\\{b\\.c\\}|\\$\\{secret\\.K\\}| ";
    prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn without_placeholders_nothing_changes(definition in documents("[^$]*")) {
        prop_assert_eq!(resolve(&definition, &|_| None), Ok(definition));
    }

    #[test]
    fn an_escape_gives_the_text_back(text in "\\PC*") {
        prop_assume!(!text.contains("${") && !text.ends_with('$') && !text.starts_with("secret."));
        let escaped = json!(format!("{text}$${{{text}"));
        prop_assert_eq!(resolve(&escaped, &|_| None), Ok(json!(format!("{text}${{{text}"))));
    }

    #[test]
    fn every_scanned_name_is_looked_up_once_and_no_other(definition in documents(templates())) {
        let asked = RefCell::new(Vec::new());
        let _ = resolve(&definition, &|name| {
            asked.borrow_mut().push(name.to_owned());
            Some(json!("v"))
        });
        let mut asked = asked.into_inner();
        asked.sort();
        let found = scan(&definition);
        let expected: BTreeSet<_> = found.names.union(&found.platform).cloned().collect();
        prop_assert_eq!(asked, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn what_has_no_problems_is_only_ever_short_of_values(definition in documents(templates())) {
        prop_assume!(scan(&definition).problems.is_empty());
        prop_assert!(resolve(&definition, &|_| Some(json!("v"))).is_ok());
    }

    #[test]
    fn missing_names_are_the_scanned_ones(definition in documents(templates())) {
        let found = scan(&definition);
        let missing = resolve(&definition, &|_| None).err().map(|failed| failed.missing).unwrap_or_default();
        prop_assert_eq!(missing, found.names.union(&found.platform).cloned().collect::<BTreeSet<_>>());
    }

    #[test]
    fn a_value_never_closes_an_expression(template in templates(), value in texts()) {
        let text = format!("{{%{template}%}}");
        if let Ok(Value::String(resolved)) = resolve(&json!(text), &|_| Some(json!(value))) {
            prop_assert_eq!(resolved.matches("%}").count(), text.matches("%}").count(), "{} {}", text, resolved);
            prop_assert!(resolved.starts_with("{%") && resolved.ends_with("%}"), "{}", resolved);
        }
    }

    #[test]
    fn a_value_in_an_expression_is_one_literal(value in texts(), around in 0_usize..3) {
        prop_assume!(!value.contains("${secret."));
        let quotes = ["", "\"", "'"][around];
        let text = format!("{{% {quotes}${{x}}{quotes} & $rest %}}");
        let resolved = resolve(&json!(text), &|_| Some(json!(value))).expect("resolves");
        let body = resolved.as_str().and_then(|text| text.strip_prefix("{% ")).expect("an expression");
        prop_assert_eq!(read_literal(body), Some((value, " & $rest %}")));
    }

    #[test]
    fn a_value_never_starts_an_expression(template in templates(), value in texts()) {
        prop_assume!(!template.starts_with("{%"));
        if let Ok(Value::String(resolved)) = resolve(&json!(template), &|_| Some(json!(value))) {
            prop_assert!(!resolved.starts_with("{%"), "{}", resolved);
        }
    }
}

#[test]
fn pseudo_parameters_of_cloudformation_are_told_as_such() {
    let arn = "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${name}";
    let messages: Vec<_> =
        scan(&json!({ "a": arn })).problems.into_iter().map(|problem| problem.message).collect();
    assert_eq!(messages.len(), 2);
    assert!(
        messages[0].starts_with("\"${AWS::Region}\" is a pseudo parameter of CloudFormation"),
        "{messages:?}"
    );
    assert!(messages[0].contains("\"${region}\""), "{messages:?}");
    assert!(messages[1].starts_with("\"${AWS::AccountId}\""), "{messages:?}");
}

#[test]
fn a_place_tells_the_variables_that_stand_there() {
    let definition = json!({"a": "${x}", "b/c": ["${y} ${secret.S} ${z}", 1], "plain": {"d": "e"}, "f": "${slipway.http}"});
    for (pointer, names) in [
        ("/a", &["x"][..]),
        ("/a/0/within", &["x"]),
        ("/b~1c/0", &["y", "z"]),
        ("/b~1c", &[]),
        ("/b~1c/1", &[]),
        ("/plain/d", &[]),
        ("/f", &[]),
        ("/nowhere/a", &[]),
        ("", &[]),
    ] {
        assert_eq!(variables_at(&definition, pointer).into_iter().collect::<Vec<_>>(), names, "{pointer}");
    }
}
