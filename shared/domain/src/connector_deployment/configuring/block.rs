//! The values of one application, or of all: which keys there are, and what a request may write under them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::problems::{Problems, shown};
use super::{DraftedValues, ProblemCode, Secret};
use crate::connector::{KeyDeclarations, Specification};
use crate::connector_deployment::Configuration;
use crate::environment::MAX_SECURED_BYTES;
use crate::secret::{MASK, SecretText};
use crate::text::{ConfigurationKey, Key};

/// The two lists of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Standard,
    Secured,
}

impl Section {
    /// The member of a request.
    const fn member(self) -> &'static str {
        match self {
            Self::Standard => "standardConfiguration",
            Self::Secured => "securedConfiguration",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Standard => Self::Secured,
            Self::Secured => Self::Standard,
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standard => "standard",
            Self::Secured => "secured",
        })
    }
}

/// The secrets that a request brings.
#[derive(Debug)]
pub(super) struct Secrets {
    pub(super) last_version: u64,
    pub(super) new: Vec<Secret>,
}

impl Secrets {
    fn store(&mut self, key: ConfigurationKey, value: SecretText) -> u64 {
        self.last_version += 1;
        self.new.push(Secret { key, version: self.last_version, value });
        self.last_version
    }
}

/// The keys of one application, or the global ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    /// The application; nothing for the global keys.
    pub(super) application: Option<&'a Key>,
    declared: &'a KeyDeclarations,
    specification: &'a Specification,
}

/// Where a key stands in a request.
struct Entry<'a> {
    list: &'a str,
    index: usize,
    section: Section,
    key: &'a str,
}

impl Entry<'_> {
    fn pointer(&self, member: &str) -> String {
        format!("{}/{}/{}/{member}", self.list, self.section.member(), self.index)
    }
}

/// The keys of one list that were written, and those of the block that were refused.
#[derive(Default)]
struct Keys {
    /// Where each stands in the list.
    seen: BTreeMap<String, usize>,
    refused: BTreeSet<ConfigurationKey>,
}

impl<'a> Block<'a> {
    pub(super) const fn global(specification: &'a Specification) -> Self {
        Self { application: None, declared: &specification.global, specification }
    }

    pub(super) const fn of(
        application: &'a Key,
        declared: &'a KeyDeclarations,
        specification: &'a Specification,
    ) -> Self {
        Self { application: Some(application), declared, specification }
    }

    /// Writes a request's values over those of `into`. Returns the keys whose values were refused: there is a value
    /// for them in the request, so nobody is to say that there is none.
    pub(super) fn write(
        &self,
        list: &str,
        values: DraftedValues,
        into: &mut Configuration,
        secrets: &mut Secrets,
        problems: &mut Problems,
    ) -> BTreeSet<ConfigurationKey> {
        let mut keys = Keys::default();
        for (index, (key, value)) in values.standard.into_iter().enumerate() {
            let entry = Entry { list, index, section: Section::Standard, key: &key };
            if let Some(key) = self.accept(&entry, value.is_empty(), &mut keys, problems) {
                into.standard.insert(key.clone(), value);
            }
        }
        keys.seen.clear();
        for (index, (key, value)) in values.secured.into_iter().enumerate() {
            let entry = Entry { list, index, section: Section::Secured, key: &key };
            let Some(key) = self.accept(&entry, value.expose_secret().is_empty(), &mut keys, problems) else {
                continue;
            };
            if let Some(words) = refusal(&value, into.secured.contains_key(key)) {
                keys.refused.insert(key.clone());
                let named = self.named(entry.section, entry.key);
                problems.add_at(entry.pointer("value"), format!("{named}: {words}"));
            } else if !value.is_mask() {
                into.secured.insert(key.clone(), secrets.store(key.clone(), value));
            }
        }
        keys.refused
    }

    /// The declared key that an entry means, if the entry may be written.
    fn accept(
        &self,
        entry: &Entry<'_>,
        empty: bool,
        keys: &mut Keys,
        problems: &mut Problems,
    ) -> Option<&'a ConfigurationKey> {
        if let Some(first) = keys.seen.get(entry.key) {
            let (named, list) = (self.named(entry.section, entry.key), entry.section.member());
            let words = format!("{named} is given twice, here and in {list}[{first}]; give it once");
            problems.add_at(entry.pointer("key"), words);
            return None;
        }
        keys.seen.insert(entry.key.to_owned(), entry.index);
        let Some((key, required)) = find(self.declared, entry.section, entry.key) else {
            problems.add(
                self.code(ProblemCode::UnknownApplicationKey, ProblemCode::UnknownGlobalKey),
                self.unknown(entry),
            );
            return None;
        };
        if empty && required {
            let words = format!("{} is required and must not be empty", self.named(entry.section, entry.key));
            problems.add(self.code(ProblemCode::EmptyApplicationKey, ProblemCode::EmptyGlobalKey), words);
            keys.refused.insert(key.clone());
            return None;
        }
        Some(key)
    }

    /// What a newer specification leaves of the values: what it still declares in that section, and no empty value
    /// that it requires.
    pub(super) fn retain(&self, configuration: &mut Configuration) {
        configuration.standard.retain(|key, value| {
            find(self.declared, Section::Standard, key.as_str())
                .is_some_and(|(_, required)| !(required && value.is_empty()))
        });
        configuration.secured.retain(|key, _| find(self.declared, Section::Secured, key.as_str()).is_some());
    }

    /// Fills defaults in, and returns the required keys that have no value then, described.
    pub(super) fn fill(
        &self,
        configuration: &mut Configuration,
        refused: &BTreeSet<ConfigurationKey>,
    ) -> Vec<String> {
        let mut missing = Vec::new();
        for declared in &self.declared.standard {
            if configuration.standard.contains_key(&declared.key) || refused.contains(&declared.key) {
                continue;
            }
            if let Some(default) = &declared.default {
                configuration.standard.insert(declared.key.clone(), default.clone());
            } else if declared.required {
                missing.push(self.missing(Section::Standard, &declared.key));
            }
        }
        for declared in &self.declared.secured {
            let given = configuration.secured.contains_key(&declared.key) || refused.contains(&declared.key);
            if declared.required && !given {
                missing.push(self.missing(Section::Secured, &declared.key));
            }
        }
        missing
    }

    /// The code of this block.
    pub(super) const fn code(&self, application: ProblemCode, global: ProblemCode) -> ProblemCode {
        if self.application.is_some() { application } else { global }
    }

    /// A key in words.
    fn named(&self, section: Section, key: &str) -> String {
        let key = shown(key);
        match self.application {
            Some(application) => format!("The {section} key '{key}' of application '{application}'"),
            None => format!("The global {section} key '{key}'"),
        }
    }

    fn missing(&self, section: Section, key: &ConfigurationKey) -> String {
        let named = self.named(section, key.as_str());
        format!("{named} is required and has no value; give one in {}", self.list_of(section))
    }

    /// Where values of a section are given.
    fn list_of(&self, section: Section) -> String {
        match self.application {
            Some(_) => format!("its {}", section.member()),
            None => format!("globalConfiguration.{}", section.member()),
        }
    }

    /// Why a key is unknown, and where it would be known.
    fn unknown(&self, entry: &Entry<'_>) -> String {
        let (section, key) = (entry.section, shown(entry.key));
        let what = match self.application {
            Some(application) => format!("'{key}' is not a {section} key of application '{application}'"),
            None => format!("'{key}' is not a global {section} key of the connector"),
        };
        format!("{what}; {}", self.remedy(entry))
    }

    fn remedy(&self, entry: &Entry<'_>) -> String {
        if find(self.declared, entry.section.other(), entry.key).is_some() {
            let (is, list) = (entry.section.other(), self.list_of(entry.section.other()));
            return format!("it is a {is} one: give it in {list}");
        }
        for section in [Section::Standard, Section::Secured] {
            if self.application.is_some() && find(&self.specification.global, section, entry.key).is_some() {
                let list = Self::global(self.specification).list_of(section);
                return format!("it is a global {section} key: give it in {list}");
            }
        }
        let declares = |keys: &KeyDeclarations| {
            [Section::Standard, Section::Secured]
                .iter()
                .any(|section| find(keys, *section, entry.key).is_some())
        };
        let owner = self.specification.applications.iter().find(|one| declares(&one.keys));
        match owner {
            Some(owner) => format!("it is a key of application '{}'", owner.name),
            None => "connect.yaml declares no such key".to_owned(),
        }
    }
}

/// Why a secret is not stored.
fn refusal(value: &SecretText, exists: bool) -> Option<String> {
    if value.is_mask() && !exists {
        return Some(format!("there is no value yet that '{MASK}' could stand for; give the real value"));
    }
    let bytes = value.expose_secret().len();
    (bytes > MAX_SECURED_BYTES)
        .then(|| format!("a secured value has at most {MAX_SECURED_BYTES} bytes, and this one has {bytes}"))
}

/// The declared key of that name in that section, and whether it is required.
fn find<'a>(
    declared: &'a KeyDeclarations,
    section: Section,
    key: &str,
) -> Option<(&'a ConfigurationKey, bool)> {
    match section {
        Section::Standard => {
            declared.standard.iter().find(|one| one.key.as_str() == key).map(|one| (&one.key, one.required))
        }
        Section::Secured => {
            declared.secured.iter().find(|one| one.key.as_str() == key).map(|one| (&one.key, one.required))
        }
    }
}
