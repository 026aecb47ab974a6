//! `configuration`: the keys that an application, or every application, takes.

use std::collections::BTreeMap;

use super::fields::{Fields, Found};
use super::report::{Place, Report};
use crate::connector::specification::{KeyDeclarations, SecuredKey, StandardKey};
use crate::text::{ConfigurationKey, InvalidText, Note, cut, unprintable};

/// The keys of a `configuration`.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// What could be read of it.
    pub(super) keys: KeyDeclarations,
    /// Every key with a readable name, the first of each name, whatever is wrong with the rest of it.
    pub(super) names: Vec<DeclaredKey>,
}

/// A key as the rules between keys see it.
#[derive(Debug)]
pub(super) struct DeclaredKey {
    /// Its name.
    pub(super) key: ConfigurationKey,
    /// Where the name is.
    pub(super) place: Place,
    /// Whether it is a secret.
    pub(super) secured: bool,
    /// Whether it says that there must be a value.
    pub(super) required: bool,
    /// Whether it has a default.
    pub(super) has_default: bool,
}

impl Declared {
    /// The declaration of a name.
    pub(super) fn find(&self, name: &str) -> Option<&DeclaredKey> {
        self.names.iter().find(|declared| declared.key.as_str() == name)
    }
}

/// Reads a `configuration`.
pub(super) fn read(found: &Found<'_>, report: &mut Report) -> Declared {
    let mut declared = Declared::default();
    let Some(fields) = found.fields(&["standardConfiguration", "securedConfiguration"], report) else {
        return declared;
    };
    let list = |name: &str, report: &mut Report| {
        fields.get(name).and_then(|found| found.list(report)).unwrap_or_default()
    };
    for found in list("standardConfiguration", report) {
        let key = standard(&found, &mut declared.names, report);
        declared.keys.standard.extend(key);
    }
    for found in list("securedConfiguration", report) {
        let key = secured(&found, &mut declared.names, report);
        declared.keys.secured.extend(key);
    }
    refuse_repeated(&mut declared.names, report);
    declared
}

fn standard(found: &Found<'_>, names: &mut Vec<DeclaredKey>, report: &mut Report) -> Option<StandardKey> {
    let fields = found.fields(&["key", "description", "required", "default"], report)?;
    let (key, description, required) = common(&fields, report);
    let default = fields.get("default");
    if let Some((key, place)) = key.clone() {
        let has_default = default.is_some();
        names.push(DeclaredKey { key, place, secured: false, required, has_default });
    }
    let default = default.and_then(|found| found.text(report)).map(str::to_owned);
    Some(StandardKey { key: key?.0, description: description?, required, default })
}

fn secured(found: &Found<'_>, names: &mut Vec<DeclaredKey>, report: &mut Report) -> Option<SecuredKey> {
    let fields = found.fields(&["key", "description", "required", "default"], report)?;
    if let Some(default) = fields.get("default") {
        let words = "a secret has no default, for everybody could read it; leave it out, or declare the key in \
            standardConfiguration";
        report.add(&default.place, words);
    }
    let (key, description, required) = common(&fields, report);
    if let Some((key, place)) = key.clone() {
        names.push(DeclaredKey { key, place, secured: true, required, has_default: false });
    }
    Some(SecuredKey { key: key?.0, description: description?, required })
}

type Common = (Option<(ConfigurationKey, Place)>, Option<Note>, bool);

fn common(fields: &Fields<'_>, report: &mut Report) -> Common {
    let key = fields.require("key", "it is the name of the value", report);
    let key = key.and_then(|found| Some((name(&found, report)?, found.place)));
    let description = fields.require("description", "say what the value is for", report);
    let description = description.and_then(|found| note(&found, report));
    let required = fields.get("required").is_some_and(|found| found.truth(report).unwrap_or_default());
    (key, description, required)
}

fn name(found: &Found<'_>, report: &mut Report) -> Option<ConfigurationKey> {
    let text = found.text(report)?;
    let key = text.parse();
    key.map_err(|error: InvalidText| report.add(&found.place, format!("\"{}\" is none: {error}", cut(text))))
        .ok()
}

fn note(found: &Found<'_>, report: &mut Report) -> Option<Note> {
    let text = found.text(report)?;
    let wrong = |error: InvalidText| match unprintable(text, true) {
        Some(problem) => format!("a description {problem}"),
        None => format!("{error}; shorten it"),
    };
    text.parse().map_err(|error| report.add(&found.place, wrong(error))).ok()
}

fn refuse_repeated(names: &mut Vec<DeclaredKey>, report: &mut Report) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    names.retain(|declared| {
        let key = declared.key.as_str();
        let Some(line) = first.get(key) else {
            first.insert(key.to_owned(), declared.place.line());
            return true;
        };
        report.add(&declared.place, format!("{key} is declared on line {line} already; keep one of the two"));
        false
    });
}
