//! The rules between applications, and between an application and what all of them inherit.

use std::collections::BTreeMap;

use serde_json::Value;

use super::declared::{self, Application, DeclaredKey, find};
use super::document::Node;
use super::report::Report;
use crate::connector::retry_policy::BACKOFF_SECONDS;
use crate::connector::specification::{ApplicationKind, Specification};

/// Reports whatever breaks a rule between parts of the file.
pub(super) fn check(file: &Value, tree: &Node, report: &mut Report) {
    let mut applications = declared::applications(file);
    let inherit = file.get("inheritAs").unwrap_or(&Value::Null);
    let mut inherited = declared::keys("/inheritAs", inherit);
    let mut check = Check { tree, report };
    let lists = applications.iter_mut().map(|application| &mut application.keys);
    lists.chain([&mut inherited]).for_each(|keys| check.refuse_repeated(keys));
    check.refuse_shared_names(&applications);
    check.refuse_inherited_keys(&applications, &inherited);
    if inherit.get("apiClient").is_some() {
        let own = applications.iter().flat_map(|application| &application.keys);
        check.refuse_generated_keys(own.chain(&inherited));
    }
    for application in &applications {
        check.merchant_center(application, &inherited);
        check.backoff(application);
    }
}

struct Check<'a> {
    tree: &'a Node,
    report: &'a mut Report,
}

impl Check<'_> {
    fn add(&mut self, pointer: &str, message: String) {
        self.report.add(&self.tree.at(pointer).0, message);
    }

    fn line(&self, pointer: &str) -> usize {
        self.tree.at(pointer).0.line()
    }

    /// Reports every key that is declared before it, and leaves the first of each name.
    fn refuse_repeated<'a>(&mut self, keys: &mut Vec<DeclaredKey<'a>>) {
        let mut first: BTreeMap<&'a str, String> = BTreeMap::new();
        keys.retain(|declared| {
            let key = declared.key;
            let Some(pointer) = first.get(key) else {
                first.insert(key, declared.pointer.clone());
                return true;
            };
            let line = self.line(pointer);
            let words = format!("{key} is declared on line {line} already; keep one of the two");
            self.add(&declared.pointer, words);
            false
        });
    }

    /// Reports every application that has the name of one before.
    fn refuse_shared_names(&mut self, applications: &[Application<'_>]) {
        let mut first = BTreeMap::new();
        for application in applications {
            let Some(name) = application.name else { continue };
            let pointer = format!("{}/name", application.pointer);
            if let Some(line) = first.get(name) {
                let words =
                    format!("the application on line {line} is called {name} too; each has its own folder");
                self.add(&pointer, words);
            } else {
                first.insert(name, self.line(&pointer));
            }
        }
    }

    /// Reports every key of an application that it inherits as well.
    fn refuse_inherited_keys(&mut self, applications: &[Application<'_>], inherited: &[DeclaredKey<'_>]) {
        let global: BTreeMap<&str, &DeclaredKey<'_>> =
            inherited.iter().map(|declared| (declared.key, declared)).collect();
        for declared in applications.iter().flat_map(|application| &application.keys) {
            let key = declared.key;
            if let Some(global) = global.get(key) {
                let (place, _) = self.tree.at(&global.pointer);
                let (path, line) = (place.path(), place.line());
                let words = format!(
                    "{key} is inherited, see {path} on line {line}; declare it there or here, not twice"
                );
                self.add(&declared.pointer, words);
            }
        }
    }

    /// Reports every key that is set by the API client that a deployment is given.
    fn refuse_generated_keys<'a>(&mut self, keys: impl Iterator<Item = &'a DeclaredKey<'a>>) {
        for DeclaredKey { key, pointer, .. } in keys {
            if Specification::GENERATED_KEYS.contains(key) {
                let words = format!(
                    "inheritAs.apiClient sets {key}; leave the key out, or leave out inheritAs.apiClient"
                );
                self.add(pointer, words);
            }
        }
    }

    /// Reports what a page of the vendor's back office lacks.
    fn merchant_center(&mut self, application: &Application<'_>, inherited: &[DeclaredKey<'_>]) {
        let needed: &[&str] = match application.kind {
            Some(ApplicationKind::MerchantCenterCustomApplication) => {
                &["CUSTOM_APPLICATION_ID", "ENTRY_POINT_URI_PATH"]
            }
            Some(ApplicationKind::MerchantCenterCustomView) => &["CUSTOM_VIEW_ID"],
            _ => return,
        };
        for secret in application.keys.iter().filter(|declared| declared.secured) {
            let words =
                "a page in a browser keeps no secret; leave the key out, or give it to another application";
            self.add(&secret.pointer, words.to_owned());
        }
        for key in needed {
            self.declared(application, key, "`required: true`", |key| key.required);
        }
        if let Some(global) = find(inherited, "CLOUD_IDENTIFIER") {
            if !global.required {
                let words = "CLOUD_IDENTIFIER must have `required: true` when every application inherits it";
                self.add(&global.pointer, words.to_owned());
            }
            return;
        }
        let or_default = |key: &DeclaredKey<'_>| key.required || key.has_default;
        self.declared(application, "CLOUD_IDENTIFIER", "`required: true` or a `default`", or_default);
    }

    /// Reports a standard key that the application does not declare, or not with what it needs.
    fn declared(
        &mut self,
        application: &Application<'_>,
        key: &str,
        needs: &str,
        meets: fn(&DeclaredKey<'_>) -> bool,
    ) {
        match find(&application.keys, key).filter(|declared| !declared.secured) {
            Some(declared) if meets(declared) => {}
            Some(declared) => {
                let words = format!("{key} must have {needs} in an application of this type");
                self.add(&declared.pointer, words);
            }
            None => {
                let (place, _) = self.tree.at(&application.pointer);
                let place = place.absent("configuration").absent("standardConfiguration");
                self.report.add(&place, format!("the key {key} is missing; declare it with {needs}"));
            }
        }
    }

    /// Reports pauses of which the first is longer than the longest.
    fn backoff(&mut self, application: &Application<'_>) {
        let Some(policy) = application.retry_policy else { return };
        let seconds = |name: &str| {
            let seconds = u32::try_from(policy.get(name)?.as_u64()?).ok()?;
            BACKOFF_SECONDS.contains(&seconds).then_some(seconds)
        };
        let grows = policy.get("strategy").is_some_and(|strategy| strategy == "exponential-backoff");
        let (Some(min), Some(max)) = (seconds("minBackoffSeconds"), seconds("maxBackoffSeconds")) else {
            return;
        };
        if grows && min > max {
            let pointer = format!("{}/retryPolicy/minBackoffSeconds", application.pointer);
            self.add(&pointer, format!("{min} exceeds maxBackoffSeconds, {max}; swap the two"));
        }
    }
}
