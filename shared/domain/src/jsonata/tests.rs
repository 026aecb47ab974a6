use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> String {
    match parse(text) {
        Err(fault) => fault.to_string(),
        Ok(found) => panic!("{text} is taken: {found:?}"),
    }
}

#[test]
fn what_the_language_has_is_read() {
    for text in [
        "1",
        "-1.5e-3",
        "'a' & \"b\\u00e9\\n\"",
        "true and null",
        "[1..5, 7]",
        "[]",
        "{}",
        "{'a': 1, 'b': [2]}",
        "$states.input.orders[state = 'open' and total > 10].{'id': id, 'sum': $sum(lines.(price * amount))}",
        "$states.input.orders^(>total, <id)[0]",
        "$states.input.orders{state: $count(id)}",
        "$x.a[]",
        "$x.**.name",
        "$x.*[0]",
        "$x.order#$i.{'n': $i}",
        "$x.order@$o.line@$l[$l.id = $o.id]",
        "$x ~> $map($double) ~> $sum()",
        "$x ~> |orders|{'total': 0}, ['note']|",
        "($a := $b := 1; $a + $b;)",
        "()",
        "function($a, $b)<nn:n>{ $a + $b }(1, 2)",
        "λ($a){ $a }",
        "$map([1], function($v, $i){ $v })",
        "$substring(?, 0, 2)",
        "$x in [1, 2] ? 'a' : $y ? 'b' : 'c'",
        "$x ? 1",
        "$match($x, /[a-z/]+\\/(b)/im)",
        "/* a comment */ 1 /* and one */",
        "$contains('costs $5', /\\$[0-9]+/)",
        "$x.`a b`",
        "$x.and.or.in",
        "$$.a",
        "$",
        "$x.%.a",
        "10/ 2 /5",
        "$x.\"a b\"",
        "$parse($states.input.s).a",
    ] {
        assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, message) in [
        ("", "unexpected end where a value is due, at character 1"),
        ("1 +", "unexpected end where a value is due, at character 4"),
        ("$a[1,2)", "unexpected \",\" where \"]\" is due, at character 5"),
        ("$sum($a", "unexpected end where \")\" is due, at character 8"),
        ("{\"a\":}", "unexpected \"}\" where a value is due, at character 6"),
        ("$x :=", "unexpected end where a value is due, at character 6"),
        ("$a[0] := 2", "only a variable, \"$name\", can stand before \":=\", at character 7"),
        ("(%)", "\"%\" is the parent of a step of a path, and there is no path, at character 2"),
        ("1 := 2", "only a variable, \"$name\", can stand before \":=\", at character 3"),
        ("\"open", "the string is not closed with \", at character 1"),
        ("$match('a', /abc", "the regular expression is not closed with \"/\", at character 13"),
        ("//", "the regular expression is empty, at character 1"),
        ("'\\q'", "there is no such escape in a string, at character 3"),
        ("'\\u12g4'", "\"\\u\" takes four hexadecimal digits, at character 3"),
        ("`open", "the name is not closed with `, at character 1"),
        ("/* open", "the comment is not closed, at character 1"),
        ("1e999", "the number is out of range, at character 1"),
        ("1 2", "unexpected number after the end of the expression, at character 3"),
        ("$a $b", "unexpected \"$b\" after the end of the expression, at character 4"),
        ("$a ~ $b", "\"~\" is no operator; \"~>\" is, at character 4"),
        ("$a !$b", "unexpected \"!\" after the end of the expression, at character 4"),
        ("$a ?? 1", "unexpected \"?\" where a value is due, at character 5"),
        ("$a == 1", "unexpected \"=\" where a value is due, at character 5"),
        ("$a.1", "a number, true, false or null is no step of a path, at character 3"),
        ("420.", "unexpected end where a value is due, at character 5"),
        ("function(a){1}", "a parameter of a function is a variable, \"$name\", at character 10"),
        ("function($a)<n{1}", "unexpected \"{\" where \">\" is due, at character 15"),
        ("$x@a", "\"@\" takes a variable, \"$name\", at character 3"),
        ("1)", "unexpected \")\" after the end of the expression, at character 2"),
    ] {
        assert_eq!(refused(text), message, "{text}");
    }
}

#[test]
fn names_without_an_item_are_found() {
    for (text, names) in [
        ("phone", vec!["phone"]),
        ("phone[0].number", vec!["phone"]),
        ("\"phone\".number", vec!["phone"]),
        ("\"phone\"", vec![]),
        ("{phone: 1}", vec!["phone"]),
        ("$sum(a) + b", vec!["a", "b"]),
        ("and", vec!["and"]),
        ("$states.input.a[b = c].d.(e)^(f){g: h}", vec![]),
        ("$x ~> |a|{'b': c}|", vec![]),
        ("$x.$map(a, function($v){ b })", vec![]),
    ] {
        let found = parse(text).expect("it is taken").unbound;
        let found: Vec<_> = found.iter().map(|unbound| unbound.name.as_str()).collect();
        assert_eq!(found, names, "{text}");
    }
    let found = parse("$map($x, function($v){ name })").expect("it is taken").unbound;
    assert_eq!(found, [Unbound { name: "name".to_owned(), in_function: true }]);
}

#[test]
fn what_is_read_of_the_platform_is_found() {
    let found = parse("$states.input.result & $states.\"result\"[0] & $states[0].x").expect("it is taken");
    assert_eq!(found.states, ["input", "result", "x"]);
    assert!(!found.root);
    assert!(parse("$count($$.a)").expect("it is taken").root);
    assert!(!parse("'$$' & $").expect("it is taken").root);
}

#[test]
fn nesting_is_bounded_and_length_is_not() {
    for open in ["(", "[", "{'a':", "-", "$f(", "$a?", "$a.(", "$a:="] {
        assert_eq!(parse(&open.repeat(100_000)), Err(Fault::TooDeep), "{open}");
    }
    let nested = |levels: usize| format!("{}1{}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(parse(&nested(MAX_NESTING - 1)), Ok(References::default()));
    assert_eq!(parse(&nested(MAX_NESTING)), Err(Fault::TooDeep));
    for step in ["+1", ".a", "[0]", "()", "{'a': 1}", "~> $f", "^(a)"] {
        assert!(parse(&format!("$x{}", step.repeat(50_000))).is_ok(), "{step}");
    }
}

proptest! {
    #[test]
    fn whatever_it_is_reading_it_ends(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn so_it_does_for_what_looks_like_jsonata(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "a", "$a", "$states", "$$", "function", "1", "'s'", "\"s", "`n`", "/r/", "/", "(", ")", "[", "]", "{",
                "}", "|", ".", ",", ";", ":", ":=", "?", "..", "*", "**", "%", "-", "@", "#", "^", "<", ">", "~>", "~",
                "!", "in", "null", "\\", " ", "/*", "*/", "é",
            ]),
            0..40,
        )
    ) {
        let text = words.concat();
        if let Err(Fault::Syntax { position, .. }) = parse(&text) {
            prop_assert!(position >= 1 && position <= text.chars().count() + 1, "{text} {position}");
        }
    }
}
