//! The entries of `deployAs`.

use domain::connector::{ApplicationKind, RetryPolicy, Specification};

use super::{assert_refused, read};

const EVERY_KIND: &str = include_str!("fixtures/every-kind.yaml");

#[test]
fn everything_that_may_be_there_is_read() {
    let specification = read(EVERY_KIND);
    let kinds: Vec<_> = specification.applications.iter().map(|application| application.kind).collect();
    assert_eq!(
        kinds,
        [
            ApplicationKind::Service,
            ApplicationKind::Event,
            ApplicationKind::Job,
            ApplicationKind::MerchantCenterCustomApplication,
            ApplicationKind::MerchantCenterCustomApplication,
            ApplicationKind::MerchantCenterCustomView,
            ApplicationKind::Assets,
        ]
    );
    let [prices, orders, nightly, ..] = &specification.applications[..] else { panic!() };
    assert_eq!(prices.name.as_str(), "prices");
    assert_eq!(prices.endpoint.as_deref(), Some("/prices"));
    assert_eq!(prices.scripts.post_deploy.as_deref(), Some("register.asl.json"));
    assert_eq!(prices.scripts.pre_undeploy.as_deref(), Some("unregister.asl.json"));
    let watched = prices.health_check.as_ref().unwrap();
    assert_eq!((watched.path.as_str(), watched.interval_seconds), ("/prices/health", Some(20)));
    assert_eq!((watched.timeout_seconds, watched.unhealthy_threshold), (Some(1), Some(3)));
    assert_eq!(prices.keys.standard[0].default.as_deref(), Some("standard"));
    assert!(prices.keys.standard[0].required && !prices.keys.standard[1].required);
    assert_eq!(prices.keys.secured[0].key.as_str(), "PRICES_TOKEN");
    let policy = RetryPolicy::ExponentialBackoff {
        min_backoff_seconds: 1,
        max_backoff_seconds: 600,
        max_attempts: Some(100),
    };
    assert_eq!(orders.retry_policy, Some(policy));
    assert_eq!(nightly.schedule.as_ref().map(domain::connector::Cadence::as_str), Some("30 2 * * *"));
    assert_eq!(
        specification.global.standard[0].description.as_str(),
        "The language of what is shown, and of nothing else"
    );
    assert_eq!(specification.global.secured.len(), 1);
}

#[test]
fn what_is_read_is_kept_as_it_is() {
    let specification = read(EVERY_KIND);
    let kept = serde_json::to_string(&specification).unwrap();
    assert_eq!(serde_json::from_str::<Specification>(&kept).unwrap(), specification);
}

/// An application of a type that has all that it must have.
fn application(kind: &str) -> String {
    let page = "{key: ENTRY_POINT_URI_PATH, description: a, required: true}, \
        {key: CLOUD_IDENTIFIER, description: a, default: a}";
    let more = match kind {
        "service" | "event" => "endpoint: /a".to_owned(),
        "job" => "endpoint: /a\n    properties: {schedule: \"@daily\"}".to_owned(),
        "assets" => "# nothing".to_owned(),
        _ => format!(
            "configuration: {{standardConfiguration: [{{key: {}, description: a, required: true}}, {page}]}}",
            if kind == "merchant-center-custom-view" { "CUSTOM_VIEW_ID" } else { "CUSTOM_APPLICATION_ID" }
        ),
    };
    format!("deployAs:\n  - name: app\n    applicationType: {kind}\n    {more}\n")
}

#[test]
fn which_type_takes_what() {
    const EVERY: [&str; 6] = [
        "service",
        "event",
        "job",
        "merchant-center-custom-application",
        "merchant-center-custom-view",
        "assets",
    ];
    for (more, takers) in [
        ("endpoint: /b", &[][..]),
        ("properties: {schedule: \"@daily\"}", &[]),
        ("scripts: {postDeploy: a}", &EVERY[..5]),
        ("configuration: {}", &EVERY[..3]),
        ("healthCheck: {path: /a}", &["service", "event"]),
        ("retryPolicy: {strategy: immediate}", &["event"]),
    ] {
        let key = more.split(':').next().unwrap();
        for kind in EVERY {
            let whole = application(kind);
            // A second one of a key that must be there says nothing about the type.
            if whole.contains(&format!("{key}:")) {
                assert_eq!(read(&whole).applications.len(), 1);
                continue;
            }
            let line = whole.lines().count() + 1;
            let text = format!("{whole}    {more}\n");
            if takers.contains(&kind) {
                assert_eq!(read(&text).applications.len(), 1);
            } else {
                let words = format!("an application of type {kind} has no {key}; leave it out");
                assert_refused(&text, &[(&format!("deployAs[0].{key}"), line, &words)]);
            }
        }
    }
}

#[test]
fn what_a_type_must_have() {
    let missing = |kind: &str| format!("deployAs:\n\n  - name: app\n    applicationType: {kind}\n");
    let endpoint = (
        "deployAs[0].endpoint",
        3,
        "the key is missing; it is the path that the application answers at, such as /service",
    );
    assert_refused(&missing("service"), &[endpoint]);
    assert_refused(&missing("event"), &[endpoint]);
    let properties =
        ("deployAs[0].properties", 3, "the key is missing; it is the mapping that the schedule is in");
    assert_refused(&missing("job"), &[endpoint, properties]);
    assert_refused(
        "deployAs:\n  - {}\n",
        &[
            ("deployAs[0].applicationType", 2, "the key is missing; it is one of service, event, job"),
            ("deployAs[0].name", 2, "the key is missing; it is the name of the application's folder"),
        ],
    );
    assert_refused(
        "deployAs:\n  - name: app\n    applicationType: job\n    endpoint: /a\n    properties: {}\n",
        &[(
            "deployAs[0].properties.schedule",
            5,
            "the key is missing; it is the time at which the job runs, such as \"*/5 * * * *\"",
        )],
    );
}

#[test]
fn an_application_has_a_name_of_its_own_and_a_type() {
    let too_long = "x".repeat(257);
    for (name, words) in [
        ("a", "is no name of a folder"),
        ("../a", "is no name of a folder"),
        ("a.b", "is no name of a folder"),
        (too_long.as_str(), "is no name of a folder"),
        ("123", "123 without quotes is a number and not a text; quote it: \"123\""),
        ("[a]", "must be a text, and is a list"),
        ("", "there is no value"),
    ] {
        let text = format!("deployAs:\n  - applicationType: assets\n    name: {name}\n");
        assert_refused(&text, &[("deployAs[0].name", 3, words)]);
    }
    let unknown = "deployAs:\n  - name: app\n    applicationType: unknown\n    healthCheck: {path: /a}\n";
    assert_refused(
        unknown,
        &[("deployAs[0].applicationType", 3, "\"unknown\" is not known here; it is one of service")],
    );
    assert_refused(
        "deployAs:\n  - {name: aa, applicationType: assets}\n  - {name: AA, applicationType: assets}\n  - name: aa\n    applicationType: assets\n",
        &[("deployAs[2].name", 4, "the application on line 2 is called aa too")],
    );
}

fn with(line: &str) -> String {
    format!("deployAs:\n  - name: app\n    applicationType: event\n    endpoint: /a\n    {line}\n")
}

#[test]
fn an_endpoint_is_a_path() {
    for (written, read_as) in
        [("/", "/"), ("/a_b-c/D0/", "/a_b-c/D0/"), ("orders", "/orders"), ("\"/a\"", "/a")]
    {
        let text =
            format!("deployAs:\n  - name: app\n    applicationType: service\n    endpoint: {written}\n");
        assert_eq!(read(&text).applications[0].endpoint.as_deref(), Some(read_as));
    }
    for wrong in ["//", "/a//b", "/a b", "/a?b", "/é", "https://a.example", &format!("/{}", "a".repeat(256))]
    {
        let text = format!("deployAs:\n  - name: app\n    applicationType: service\n    endpoint: {wrong}\n");
        assert_refused(&text, &[("deployAs[0].endpoint", 4, "is no path; use up to 256 letters")]);
    }
}

#[test]
fn scripts_are_not_blank() {
    for (scripts, path, words) in [
        ("{postDeploy: ' '}", ".postDeploy", "the text is blank"),
        ("{preUndeploy: }", ".preUndeploy", "there is no value"),
        ("{postDeploy: [a]}", ".postDeploy", "must be a text, and is a list"),
        ("{postdeploy: a}", ".postdeploy", "Did you mean \"postDeploy\"?"),
        ("", "", "must be a mapping with the keys postDeploy, preUndeploy, and is nothing"),
    ] {
        let path = format!("deployAs[0].scripts{path}");
        assert_refused(&with(&format!("scripts: {scripts}")), &[(&path, 5, words)]);
    }
}

#[test]
fn a_health_check_is_bounded() {
    const NUMBER: &str = "must be a whole number from 1 to 20, without quotes";
    for (check, path, words) in [
        ("{}", ".path", "the key is missing; it is the path that is asked"),
        ("{path: 'a b'}", ".path", "is no path"),
        ("{path: /a, intervalSeconds: 0}", ".intervalSeconds", NUMBER),
        ("{path: /a, intervalSeconds: 21}", ".intervalSeconds", NUMBER),
        ("{path: /a, timeoutSeconds: \"5\"}", ".timeoutSeconds", NUMBER),
        ("{path: /a, timeoutSeconds: 1.5}", ".timeoutSeconds", NUMBER),
        ("{path: /a, timeoutSeconds: 010}", ".timeoutSeconds", NUMBER),
        ("{path: /a, unhealthyThreshold: 99999999999}", ".unhealthyThreshold", NUMBER),
        ("{path: /a, unhealthyThreshold: }", ".unhealthyThreshold", "and is nothing"),
        ("{path: /a, interval: 5}", ".interval", "there is no such key here"),
    ] {
        let path = format!("deployAs[0].healthCheck{path}");
        assert_refused(&with(&format!("healthCheck: {check}")), &[(&path, 5, words)]);
    }
}

#[test]
fn a_retry_policy_is_bounded() {
    let backoff = |more: &str| format!("retryPolicy: {{strategy: exponential-backoff, {more}}}");
    let read_policy = |line: &str| read(&with(line)).applications[0].retry_policy;
    assert_eq!(read_policy("retryPolicy: {strategy: immediate}"), Some(RetryPolicy::Immediate));
    let least = RetryPolicy::ExponentialBackoff {
        min_backoff_seconds: 7,
        max_backoff_seconds: 7,
        max_attempts: None,
    };
    assert_eq!(read_policy(&backoff("minBackoffSeconds: 7, maxBackoffSeconds: 7")), Some(least));
    for (more, path, words) in [
        ("minBackoffSeconds: 0, maxBackoffSeconds: 7", ".minBackoffSeconds", "from 1 to 600"),
        ("minBackoffSeconds: 7, maxBackoffSeconds: 601", ".maxBackoffSeconds", "from 1 to 600"),
        ("minBackoffSeconds: 7", ".maxBackoffSeconds", "the key is missing"),
        (
            "minBackoffSeconds: 8, maxBackoffSeconds: 7",
            ".minBackoffSeconds",
            "8 exceeds maxBackoffSeconds, 7",
        ),
        ("minBackoffSeconds: 7, maxBackoffSeconds: 7, maxAttempts: 4", ".maxAttempts", "from 5 to 100"),
        ("minBackoffSeconds: 7, maxBackoffSeconds: 7, maxAttempts: 101", ".maxAttempts", "from 5 to 100"),
        ("minBackoffSeconds: 7, maxBackoffSeconds: 7, attempts: 7", ".attempts", "there is no such key here"),
    ] {
        assert_refused(&with(&backoff(more)), &[(&format!("deployAs[0].retryPolicy{path}"), 5, words)]);
    }
    for (policy, path, words) in [
        ("{}", ".strategy", "the key is missing; it is one of immediate, exponential-backoff"),
        (
            "{strategy: linear}",
            ".strategy",
            "\"linear\" is not known here; it is one of immediate, exponential-backoff",
        ),
        ("{strategy: immediate, maxAttempts: 5}", ".maxAttempts", "has no numbers; leave it out"),
        ("immediate", "", "must be a mapping with the keys strategy"),
    ] {
        let path = format!("deployAs[0].retryPolicy{path}");
        assert_refused(&with(&format!("retryPolicy: {policy}")), &[(&path, 5, words)]);
    }
}
