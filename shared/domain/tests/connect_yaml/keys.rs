//! `configuration`, of an application and inherited.

use domain::connector::Specification;

use super::{assert_refused, read};

/// A service whose standard keys begin on line 7.
fn standard(keys: &str) -> String {
    format!(
        "deployAs:\n  - name: app\n    applicationType: service\n    endpoint: /a\n    configuration:\n      \
         standardConfiguration:\n{keys}\n"
    )
}

/// A service with the one standard key `AA`, which has more in its flow mapping, on line 7.
fn key(more: &str) -> String {
    standard(&format!("        - {{key: AA, description: a{more}}}"))
}

#[test]
fn a_default_is_a_text_that_is_quoted_where_it_looks_like_something_else() {
    let path = "deployAs[0].configuration.standardConfiguration[0].default";
    for (default, read_as) in [
        ("europe-west1.gcp", "europe-west1.gcp"),
        ("\"yes\"", "yes"),
        ("'5'", "5"),
        ("\"true\"", "true"),
        ("'{\"type\":\"tabs\"}'", "{\"type\":\"tabs\"}"),
        ("https://a.example", "https://a.example"),
        ("1.2.3", "1.2.3"),
    ] {
        let specification = read(&key(&format!(", default: {default}")));
        assert_eq!(specification.applications[0].keys.standard[0].default.as_deref(), Some(read_as));
    }
    for (default, words) in [
        ("yes", "yes without quotes is a truth value and not a text; quote it: \"yes\""),
        ("true", "true without quotes is a truth value and not a text; quote it: \"true\""),
        ("Off", "quote it: \"Off\""),
        ("5", "5 without quotes is a number and not a text; quote it: \"5\""),
        ("-1.50", "quote it: \"-1.50\""),
        ("0x1F", "quote it: \"0x1F\""),
        ("10:30", "quote it: \"10:30\""),
        ("2026-01-31", "2026-01-31 without quotes is a date and not a text; quote it: \"2026-01-31\""),
        ("null", "there is no value; write a text, or leave the key out"),
        ("~", "there is no value"),
        ("", "there is no value"),
        ("''", "the text is blank; write one, or leave the key out"),
        ("[a]", "must be a text, and is a list"),
    ] {
        assert_refused(&key(&format!(", default: {default}")), &[(path, 7, words)]);
    }
}

#[test]
fn required_is_true_or_false() {
    for (required, is) in [("true", true), ("True", true), ("false", false), ("FALSE", false)] {
        assert_eq!(
            read(&key(&format!(", required: {required}"))).applications[0].keys.standard[0].required,
            is
        );
    }
    assert!(!read(&key("")).applications[0].keys.standard[0].required);
    for (required, given) in
        [("yes", "and is yes"), ("'true'", "and is \"true\""), ("1", "and is 1"), ("", "nothing")]
    {
        let path = "deployAs[0].configuration.standardConfiguration[0].required";
        let words =
            format!("must be true or false, without quotes, and is {}", given.trim_start_matches("and is "));
        assert_refused(&key(&format!(", required: {required}")), &[(path, 7, &words)]);
    }
}

#[test]
fn a_key_has_a_name_and_a_description() {
    let too_long = "X".repeat(129);
    for (name, words) in [
        ("A", "2 to 128 letters, digits or '_'"),
        (too_long.as_str(), "2 to 128 letters, digits or '_'"),
        ("A-B", "2 to 128 letters, digits or '_'"),
        ("PORT", "none of PORT, K_SERVICE, K_REVISION, K_CONFIGURATION"),
        ("k_service", "none of PORT, K_SERVICE"),
        ("K_Revision", "none of PORT, K_SERVICE"),
        ("K_CONFIGURATION", "none of PORT, K_SERVICE"),
        ("12", "12 without quotes is a number"),
    ] {
        let text = standard(&format!("        - key: {name}\n          description: a"));
        assert_refused(&text, &[("deployAs[0].configuration.standardConfiguration[0].key", 7, words)]);
    }
    let description = "deployAs[0].configuration.standardConfiguration[0].description";
    let missing = "the key is missing; it is the purpose of the value";
    assert_refused(&standard("        - key: AA"), &[(description, 7, missing)]);
    for (text, words) in [
        (" ", "there is no value"),
        ("' '", "the text is blank"),
        ("no", "no without quotes is a truth value"),
        (&"x".repeat(2001), "must be at most 2000 characters; shorten it"),
        ("\"a\\x07\"", "must not contain U+0007 (character 2)"),
    ] {
        let text = standard(&format!("        - key: AA\n          description: {text}"));
        assert_refused(&text, &[(description, 8, words)]);
    }
    let nameless = "deployAs[0].configuration.standardConfiguration[0].key";
    assert_refused(
        &standard("        - description: a"),
        &[(nameless, 7, "the key is missing; it is the name")],
    );
}

#[test]
fn lists_and_keys_are_not_misspelt() {
    let at = |path: &str| format!("deployAs[0].configuration{path}");
    for (keys, path, line, words) in [
        (
            "        - {key: AA, description: a, require: true}",
            ".standardConfiguration[0].require",
            7,
            "Did you mean \"required\"?",
        ),
        (
            "        - {key: AA, description: a, value: b}",
            ".standardConfiguration[0].value",
            7,
            "the keys are key, description, default, required",
        ),
        ("        - AA", ".standardConfiguration[0]", 7, "must be a mapping with the keys key, description"),
        (
            "        - {key: AA, description: a}\n      secureConfiguration: []",
            ".secureConfiguration",
            8,
            "Did you mean \"securedConfiguration\"?",
        ),
        ("        {key: AA}", ".standardConfiguration", 6, "must be a list"),
        ("", ".standardConfiguration", 6, "must be a list (lines that begin with `- `), and is nothing"),
    ] {
        assert_refused(&standard(keys), &[(&at(path), line, words)]);
    }
}

#[test]
fn a_secret_has_no_default() {
    let text = "\
deployAs: []
inheritAs:
  configuration:
    securedConfiguration:
      - key: TOKEN
        description: a
        default: b
";
    let words = "a secret has no default";
    assert_refused(text, &[("inheritAs.configuration.securedConfiguration[0].default", 7, words)]);
}

#[test]
fn a_key_is_declared_once_in_an_application_and_not_where_it_is_inherited() {
    let text = "\
deployAs:
  - name: one
    applicationType: service
    endpoint: /a
    configuration:
      standardConfiguration:
        - {key: AA, description: a}
        - {key: AA, description: a}
      securedConfiguration:
        - {key: AA, description: a}
        - {key: BB, description: a}
        - {key: GG, description: a}
  - name: two
    applicationType: job
    endpoint: /a
    properties: {schedule: '@daily'}
    configuration:
      standardConfiguration:
        - {key: AA, description: a}
        - {key: aa, description: a}
inheritAs:
  configuration:
    standardConfiguration:
      - {key: GG, description: a}
      - {key: HH, description: a}
    securedConfiguration:
      - {key: HH, description: a}
";
    let one = "deployAs[0].configuration";
    assert_refused(
        text,
        &[
            (&format!("{one}.standardConfiguration[1].key"), 8, "AA is declared on line 7 already"),
            (&format!("{one}.securedConfiguration[0].key"), 10, "AA is declared on line 7 already"),
            (
                &format!("{one}.securedConfiguration[2].key"),
                12,
                "GG is inherited, see inheritAs.configuration.standardConfiguration[0].key on line 24",
            ),
            ("inheritAs.configuration.securedConfiguration[0].key", 27, "HH is declared on line 25 already"),
        ],
    );
}

#[test]
fn what_the_api_client_sets_is_not_declared_beside_it() {
    let own = |name: &str| key("").replace("AA", name);
    let client = "inheritAs:\n  apiClient:\n    scopes: [view_orders]\n";
    for name in Specification::GENERATED_KEYS {
        assert_eq!(
            read(&own(name)).applications.len(),
            1,
            "without a client, a connector asks for what it needs"
        );
        let path = "deployAs[0].configuration.standardConfiguration[0].key";
        let words = format!("inheritAs.apiClient sets {name}; leave the key out");
        assert_refused(&format!("{}{client}", own(name)), &[(path, 7, &words)]);
    }
    assert_eq!(read(&format!("{}{client}", own("CTP_REGION"))).applications.len(), 1);

    let inherited = "  configuration: {securedConfiguration: [{key: CTP_CLIENT_SECRET, description: a}]}\n";
    let path = "inheritAs.configuration.securedConfiguration[0].key";
    let text = format!("deployAs: []\n{client}{inherited}");
    assert_refused(&text, &[(path, 5, "inheritAs.apiClient sets CTP_CLIENT_SECRET")]);
}
