//! The rules between applications, and between an application and what all of them inherit.

use std::collections::BTreeMap;

use super::application::Application;
use super::configuration::{Declared, DeclaredKey};
use super::report::Report;
use crate::connector::specification::{ApplicationKind, Specification};

/// Reports every application that has the name of one before.
pub(super) fn refuse_shared_names(applications: &[Application], report: &mut Report) {
    let mut first = BTreeMap::new();
    for (name, place) in applications.iter().filter_map(|application| application.name.as_ref()) {
        if let Some(line) = first.get(name.as_str()) {
            let words =
                format!("the application on line {line} is called {name} too; each has its own folder");
            report.add(place, words);
        } else {
            first.insert(name.as_str(), place.line());
        }
    }
}

/// Reports every key of an application that it inherits as well.
pub(super) fn refuse_inherited_keys(applications: &[Application], inherited: &Declared, report: &mut Report) {
    for declared in applications.iter().flat_map(|application| &application.declared.names) {
        let key = declared.key.as_str();
        if let Some(global) = inherited.find(key) {
            let (path, line) = (global.place.path(), global.place.line());
            let words =
                format!("{key} is inherited, see {path} on line {line}; declare it there or here, not twice");
            report.add(&declared.place, words);
        }
    }
}

/// Reports every key that is set by the API client that a deployment is given.
pub(super) fn refuse_generated_keys(applications: &[Application], inherited: &Declared, report: &mut Report) {
    let own = applications.iter().flat_map(|application| &application.declared.names);
    for declared in own.chain(&inherited.names) {
        let key = declared.key.as_str();
        if Specification::GENERATED_KEYS.contains(&key) {
            let words = format!(
                "inheritAs.apiClient sets {key}; leave the key out, or leave out inheritAs.apiClient"
            );
            report.add(&declared.place, words);
        }
    }
}

/// Reports what a page of the vendor's back office lacks.
pub(super) fn check_merchant_center(application: &Application, inherited: &Declared, report: &mut Report) {
    let needed: &[&str] = match application.kind {
        Some(ApplicationKind::MerchantCenterCustomApplication) => {
            &["CUSTOM_APPLICATION_ID", "ENTRY_POINT_URI_PATH"]
        }
        Some(ApplicationKind::MerchantCenterCustomView) => &["CUSTOM_VIEW_ID"],
        _ => return,
    };
    for secret in application.declared.names.iter().filter(|declared| declared.secured) {
        let words =
            "a page in a browser keeps no secret; leave the key out, or give it to another application";
        report.add(&secret.place, words);
    }
    for key in needed {
        check_declared(application, key, "`required: true`", |key| key.required, report);
    }
    let global = inherited.find("CLOUD_IDENTIFIER");
    if let Some(global) = global {
        if !global.required {
            let words = "CLOUD_IDENTIFIER must have `required: true` when every application inherits it";
            report.add(&global.place, words);
        }
        return;
    }
    let or_default = |key: &DeclaredKey| key.required || key.has_default;
    check_declared(application, "CLOUD_IDENTIFIER", "`required: true` or a `default`", or_default, report);
}

/// Reports a standard key that the application does not declare, or not with what it needs.
fn check_declared(
    application: &Application,
    key: &str,
    needs: &str,
    meets: fn(&DeclaredKey) -> bool,
    report: &mut Report,
) {
    match application.declared.find(key).filter(|declared| !declared.secured) {
        Some(declared) if meets(declared) => {}
        Some(declared) => {
            report.add(&declared.place, format!("{key} must have {needs} in an application of this type"));
        }
        None => {
            let place = application.place.absent("configuration").absent("standardConfiguration");
            report.add(&place, format!("the key {key} is missing; declare it with {needs}"));
        }
    }
}
