//! The file as YAML, and what is in it at the top.

use std::fmt::Write;

use domain::connector::Specification;

use super::{assert_refused, read};

const KINDS: &str = "the keys are deployAs, inheritAs";

#[test]
fn what_is_no_single_yaml_mapping() {
    for (text, expected) in [
        ("", ("", 1, "the file is empty")),
        ("# nothing\n", ("", 1, "the file is empty")),
        ("---\n", ("", 2, "must be a mapping with the keys deployAs, inheritAs, and is nothing")),
        ("deployAs\n", ("", 1, "must be a mapping with the keys deployAs, inheritAs, and is deployAs")),
        ("- deployAs: []\n", ("", 1, "must be a mapping with the keys deployAs, inheritAs, and is a list")),
        ("deployAs: []\n---\ndeployAs: []\n", ("", 2, "a second document")),
        ("deployAs: []\nname: [a\n", ("", 3, "look for a quote or bracket that is not closed")),
        (
            "deployAs:\n  - name: a: b\n",
            (
                "",
                2,
                "this is not YAML: mapping values are not allowed in this context (column 12); put the value in quotes, because of the colon",
            ),
        ),
        ("deployAs:\n\t- name: a\n", ("", 2, "indent by spaces, not by tabs")),
        ("deployAs: !!seq []\n", ("", 1, "tags such as `!!str` are not read")),
        ("deployAs: []\ninheritAs: !x {}\n", ("", 2, "tags")),
        ("deployAs: []\n? [a]\n: b\n", ("", 2, "a key must be one word")),
        ("deployAs: *none\n", ("", 1, "unknown anchor")),
        ("deployAs: &a\n  - *a\n", ("", 2, "stands inside of what it repeats")),
    ] {
        assert_refused(text, &[expected]);
    }
}

#[test]
fn a_file_is_bounded() {
    let note = "#".repeat(48 * 1024 - "deployAs: []\n".len());
    assert!(read(&format!("deployAs: []\n{note}")).applications.is_empty());
    assert_refused(&format!("deployAs: []\n{note}#"), &[("", 1, "49153 bytes; at most 49152 (48 KiB)")]);

    assert_refused(&format!("deployAs:\n  {}", "[".repeat(16)), &[("", 2, "nests deeper than 16 levels")]);

    let assets = |n: usize| format!("  - {{name: a{n:02}, applicationType: assets}}\n");
    let list = (0..51).map(assets).collect::<Vec<_>>().concat();
    assert_refused(
        &format!("\ndeployAs:\n{list}"),
        &[("deployAs", 2, "51 entries are too many; there may be at most 50")],
    );
    let fifty = (0..50).map(assets).collect::<Vec<_>>().concat();
    assert_eq!(read(&format!("deployAs:\n{fifty}")).applications.len(), 50);
}

#[test]
fn aliases_repeat_but_do_not_blow_up() {
    let mut laughs = "a: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for n in 1..9 {
        let of = format!("*a{}", n - 1);
        writeln!(laughs, "b{n}: &a{n} [{}]", [of.as_str(); 9].join(", ")).unwrap();
    }
    assert_refused(&laughs, &[("", 5, "with its aliases replaced, the file exceeds 96 KiB")]);

    let mut nested = "a: &a0 [[[[[]]]]]\n".to_owned();
    for n in 1..5 {
        writeln!(nested, "b{n}: &a{n} [[[[*a{}]]]]", n - 1).unwrap();
    }
    assert_refused(&nested, &[("", 4, "nests deeper than 16 levels")]);

    let long = "x".repeat(20_000);
    let copies = "[*a, *a, *a, *a, *a]";
    assert_refused(&format!("deployAs: []\na: &a {long}\nb: {copies}"), &[("", 3, "exceeds 96 KiB")]);
}

#[test]
fn what_is_declared_has_room_where_it_is_stored() {
    let text = |keys: usize, jobs: usize| {
        let key = |n| format!("{{key: K{n:03}, description: d}}");
        let keys = (0..keys).map(key).collect::<Vec<_>>().join(", ");
        let mut text = "deployAs:\n".to_owned();
        for job in 0..jobs {
            let configuration =
                if job > 0 { "*c".to_owned() } else { format!("&c {{standardConfiguration: [{keys}]}}") };
            writeln!(text, "  - name: job{job}\n    applicationType: job\n    endpoint: /run").unwrap();
            writeln!(text, "    properties: {{schedule: \"@daily\"}}\n    configuration: {configuration}")
                .unwrap();
        }
        text
    };
    assert_eq!(read(&text(400, 3)).applications.len(), 3);
    let stored = serde_json::to_vec(&read(&text(200, 7))).unwrap().len();
    assert!((70_000..80_000).contains(&stored), "{stored}");
    let words = Specification::parse(&text(400, 7)).unwrap_err().to_string();
    assert!(words.contains("bytes as JSON; at most 80000 can be stored"), "{words}");
}

#[test]
fn what_is_at_the_top() {
    assert!(read("deployAs: []").applications.is_empty());
    assert!(read("\u{feff}deployAs: []\r\ninheritAs: {}\r\n").global.is_empty());
    for (text, expected) in [
        ("inheritAs: {}\n", ("deployAs", 1, "the key is missing; it is the list of applications")),
        ("deployAs:\n", ("deployAs", 1, "must be a list (lines that begin with `- `), and is nothing")),
        (
            "\ndeployAs: {}\n",
            ("deployAs", 2, "must be a list (lines that begin with `- `), and is a mapping"),
        ),
        ("deployAs: []\nversion: 1\n", ("version", 2, KINDS)),
        ("deployAs: []\ndeployas: []\n", ("deployas", 2, "Did you mean \"deployAs\"?")),
        ("deployAs: []\n<<: {}\n", ("<<", 2, "merge keys are not YAML 1.2")),
        ("deployAs: []\n\ndeployAs: []\n", ("deployAs", 3, "here already, on line 1")),
        (
            "deployAs: []\ninheritAs:\n",
            ("inheritAs", 2, "must be a mapping with the keys apiClient, configuration"),
        ),
        (
            "deployAs: []\ninheritAs: {apiclient: {}}",
            ("inheritAs.apiclient", 2, "Did you mean \"apiClient\"?"),
        ),
        (
            "deployAs:\n  - assets\n",
            ("deployAs[0]", 2, "must be a mapping with the keys name, applicationType"),
        ),
    ] {
        assert_refused(text, &[expected]);
    }
}

#[test]
fn an_api_client_has_at_least_one_scope() {
    let read_scopes =
        |scopes: &str| read(&format!("deployAs: []\ninheritAs:\n  apiClient:\n    scopes: {scopes}"));
    assert_eq!(read("deployAs: []").api_client_scopes, None);
    assert_eq!(
        read_scopes("[manage_orders, \"manage_project:acme\", manage_orders]").api_client_scopes,
        Some(vec!["manage_orders".to_owned(), "manage_project:acme".to_owned()])
    );
    for (client, expected) in [
        (
            "{}",
            (
                "inheritAs.apiClient.scopes",
                3,
                "the key is missing; it is the list of its scopes, at least one",
            ),
        ),
        (
            "\n    scopes: []",
            ("inheritAs.apiClient.scopes", 4, "the list is empty; write at least one scope"),
        ),
        ("\n    scopes: manage_orders", ("inheritAs.apiClient.scopes", 4, "must be a list")),
        ("\n    scopes: [a, '']", ("inheritAs.apiClient.scopes[1]", 4, "the text is blank")),
        ("\n    scopes:\n      - a\n      - 5", ("inheritAs.apiClient.scopes[1]", 6, "quote it: \"5\"")),
        ("\n    scopes: [a]\n    name: b", ("inheritAs.apiClient.name", 5, "the keys are scopes")),
    ] {
        assert_refused(&format!("deployAs: []\ninheritAs:\n  apiClient: {client}"), &[expected]);
    }
}

#[test]
fn every_problem_is_told_at_once_by_line() {
    let text = "\
deployAs:
  - name: a b
    applicationType: servce
    endpont: /a
    configuration:
      standardConfiguration:
        - key: A
          require: true
inheritAs:
  apiClient: {scopes: []}
";
    assert_refused(
        text,
        &[
            ("deployAs[0].name", 2, "is no name of a folder"),
            ("deployAs[0].applicationType", 3, "Did you mean \"service\"?"),
            ("deployAs[0].endpont", 4, "Did you mean \"endpoint\"?"),
            ("deployAs[0].configuration.standardConfiguration[0].description", 7, "the key is missing"),
            ("deployAs[0].configuration.standardConfiguration[0].key", 7, "2 to 128 letters"),
            ("deployAs[0].configuration.standardConfiguration[0].require", 8, "Did you mean \"required\"?"),
            ("inheritAs.apiClient.scopes", 10, "the list is empty"),
        ],
    );
}

#[test]
fn a_hopeless_file_gets_a_bounded_answer() {
    let text =
        format!("deployAs: []\n{}", (0..500).map(|n| format!("a{n}: b\n")).collect::<Vec<_>>().concat());
    let refused = domain::connector::Specification::parse(&text).unwrap_err();
    assert_eq!(refused.0.len(), 101);
    assert_eq!(
        refused.0[100].to_string(),
        "connect.yaml: 400 more problems are not listed; mend these first"
    );
    assert!(refused.0[0].to_string().starts_with("connect.yaml line 2: a0: there is no such key here"));

    let long = format!("deployAs: []\n{}: b", "k".repeat(900));
    let refused = domain::connector::Specification::parse(&long).unwrap_err();
    assert_eq!(refused.0[0].path, format!("{}…", "k".repeat(64)));
}
