//! What a page of the vendor's back office must declare.

use super::{assert_refused, read};

/// A page whose standard keys begin on line 6, and what every application inherits.
fn page(kind: &str, keys: &[&str], rest: &str) -> String {
    let keys = keys.iter().map(|key| format!("        - {{key: {key}}}\n")).collect::<Vec<_>>().concat();
    format!(
        "deployAs:\n  - name: page\n    applicationType: merchant-center-custom-{kind}\n    configuration:\n      \
         standardConfiguration:\n{keys}{rest}"
    )
}

const ID: &str = "CUSTOM_APPLICATION_ID, description: a, required: true";
const PATH: &str = "ENTRY_POINT_URI_PATH, description: a, required: true";
const VIEW: &str = "CUSTOM_VIEW_ID, description: a, required: true";
const CLOUD: &str = "CLOUD_IDENTIFIER, description: a, required: true";
const LIST: &str = "deployAs[0].configuration.standardConfiguration";

#[test]
fn a_custom_application_has_its_keys() {
    for cloud in [CLOUD, "CLOUD_IDENTIFIER, description: a, default: gcp-eu"] {
        assert_eq!(read(&page("application", &[ID, PATH, cloud], "")).applications.len(), 1);
    }
    assert_refused(
        "deployAs:\n  - name: page\n    applicationType: mc-app\n",
        &[
            (LIST, 2, "the key CLOUD_IDENTIFIER is missing; declare it with `required: true` or a `default`"),
            (LIST, 2, "the key CUSTOM_APPLICATION_ID is missing; declare it with `required: true`"),
            (LIST, 2, "the key ENTRY_POINT_URI_PATH is missing; declare it with `required: true`"),
        ],
    );
    let optional = [
        "CUSTOM_APPLICATION_ID, description: a, required: false",
        "ENTRY_POINT_URI_PATH, description: a, default: b",
        "CLOUD_IDENTIFIER, description: a",
    ];
    assert_refused(
        &page("application", &optional, ""),
        &[
            (&format!("{LIST}[0].key"), 6, "CUSTOM_APPLICATION_ID must have `required: true` in"),
            (&format!("{LIST}[1].key"), 7, "ENTRY_POINT_URI_PATH must have `required: true` in"),
            (&format!("{LIST}[2].key"), 8, "CLOUD_IDENTIFIER must have `required: true` or a `default` in"),
        ],
    );
}

#[test]
fn a_custom_view_has_its_keys() {
    assert_eq!(read(&page("view", &[VIEW, CLOUD], "")).applications.len(), 1);
    assert_refused(&page("view", &[CLOUD], ""), &[(LIST, 2, "the key CUSTOM_VIEW_ID is missing")]);
    assert_refused(&page("view", &[VIEW], ""), &[(LIST, 2, "the key CLOUD_IDENTIFIER is missing")]);
}

#[test]
fn where_it_is_shown_may_be_inherited() {
    let inherit = |more: &str| {
        format!(
            "inheritAs: {{configuration: {{standardConfiguration: [{{key: CLOUD_IDENTIFIER, description: a{more}}}]}}}}"
        )
    };
    assert_eq!(read(&page("view", &[VIEW], &inherit(", required: true"))).applications.len(), 1);
    let secured = inherit(", required: true").replace("standard", "secured");
    assert_eq!(read(&page("view", &[VIEW], &secured)).applications.len(), 1, "a secret will do");
    let path = "inheritAs.configuration.standardConfiguration[0].key";
    let words = "must have `required: true` when every application inherits it";
    assert_refused(&page("view", &[VIEW], &inherit(", default: b")), &[(path, 7, words)]);

    // Said once, for two pages.
    let second = "  - name: other\n    applicationType: merchant-center-custom-view\n    configuration:\n      \
        standardConfiguration: [{key: CUSTOM_VIEW_ID, description: a, required: true}]\n";
    let text = page("view", &[VIEW], &format!("{second}{}", inherit("")));
    assert_refused(&text, &[(path, 11, words)]);
}

#[test]
fn a_page_keeps_no_secret() {
    let none = "      securedConfiguration: []\n";
    assert_eq!(read(&page("view", &[VIEW, CLOUD], none)).applications.len(), 1);
    let secret = "      securedConfiguration:\n        - {key: TOKEN, description: a}\n";
    let path = "deployAs[0].configuration.securedConfiguration[0].key";
    assert_refused(
        &page("view", &[VIEW, CLOUD], secret),
        &[(path, 9, "a page in a browser keeps no secret")],
    );
}
