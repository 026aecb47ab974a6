//! What goes over the wire is kept in `shared/contract`, which clients can use as well: no other crate publishes a type, and
//! what others write as JSON is no client's to read, but for these.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

use crate::root;

/// Types that are published from elsewhere, and why.
const PUBLISHED: &[(&str, &str)] = &[(
    "functions/triggers Received",
    "an output goes back as it is, with the type of the runtime's replies",
)];

/// Types that are written as JSON elsewhere, and why.
const WRITTEN: &[(&str, &str)] = &[
    ("functions/applications Delivered", "the answer to an event"),
    ("functions/applications Recorded", "the answer to an event"),
    ("functions/authorizer Decision", "API Gateway's"),
    ("functions/authorizer Identity", "API Gateway's"),
    ("functions/deployments PageToken", "opaque to clients"),
    ("functions/http-task Response", "the output of a state"),
    ("functions/projects Bootstrapped", "the answer to an event"),
    ("functions/projects KeyView", "the answer to an event"),
    ("functions/projects Rotated", "the answer to an event"),
    ("functions/triggers ApplicationTick", "written into schedules"),
    ("functions/triggers Fired", "the answer to an event"),
    ("functions/triggers FlowTick", "written into schedules"),
    ("functions/triggers Received", "published above"),
    ("functions/triggers Tick", "written into schedules"),
    ("shared/api Cursor", "opaque to clients"),
    ("shared/api Edge", "opaque to clients"),
    ("shared/api Envelope", "an error on its way out; what it may hold is in the error catalogue"),
    ("shared/api Fields", "an error on its way out"),
    ("shared/api Position", "opaque to clients"),
    ("shared/api Refusal", "an error on its way out"),
    ("shared/api Scope", "opaque to clients"),
    ("shared/runtime Claims", "signed, and opaque to clients"),
    ("shared/runtime Outgoing", "API Gateway's"),
    ("shared/runtime WorkMessage", "a message of a queue"),
    ("shared/worker BatchAnswer", "the answer to a queue"),
    ("shared/worker Failure", "the answer to a queue"),
    ("shared/worker Swept", "the answer to an event"),
];

/// The types of a crate that derive or implement a trait, without those for tests.
#[derive(Debug)]
struct Types {
    with: &'static str,
    found: BTreeSet<String>,
}

impl Types {
    fn note(&mut self, name: &syn::Ident, attributes: &[syn::Attribute]) {
        let derives = |attribute: &syn::Attribute| {
            let mut derives = false;
            if attribute.path().is_ident("derive") {
                let _ = attribute.parse_nested_meta(|derived| {
                    derives |= derived.path.segments.last().is_some_and(|last| last.ident == self.with);
                    Ok(())
                });
            }
            derives
        };
        if attributes.iter().any(derives) {
            self.found.insert(name.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" && module.ident != "samples" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.note(&item.ident, &item.attrs);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.note(&item.ident, &item.attrs);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let implemented = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
        if let (true, syn::Type::Path(of)) =
            (implemented.is_some_and(|last| last.ident == self.with), &*item.self_ty)
        {
            self.found.extend(of.path.segments.last().map(|last| last.ident.to_string()));
        }
    }
}

/// Every file below a directory, but for tests.
fn sources(directory: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_stem().unwrap().to_str().unwrap();
        if name == "tests" || name == "samples" {
            continue;
        }
        if entry.is_dir() {
            sources.extend(self::sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            sources.push(fs::read_to_string(&entry).unwrap());
        }
    }
    sources
}

/// The crates whose types are looked at: those of functions, and those that only servers use. What is stored is written as
/// JSON as well, by `store`, `artifacts` and `secrets`, so those are looked at for what they publish only.
fn types(with: &'static str, shared: &[&str]) -> BTreeSet<String> {
    let functions = fs::read_dir(root().join("functions")).unwrap().map(|entry| entry.unwrap());
    let functions = functions.map(|entry| format!("functions/{}", entry.file_name().to_str().unwrap()));
    let crates = functions.chain(shared.iter().map(|name| format!("shared/{name}")));
    let types = crates.flat_map(|name| {
        let mut types = Types { with, found: BTreeSet::new() };
        for source in sources(&root().join(&name).join("src")) {
            types.visit_file(&syn::parse_file(&source).unwrap());
        }
        types.found.into_iter().map(move |found| format!("{name} {found}"))
    });
    types.collect()
}

fn names(known: &[(&str, &str)]) -> BTreeSet<String> {
    known.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn what_is_published_is_in_the_contract() {
    let servers =
        ["api", "app", "artifacts", "egress", "repository", "runtime", "secrets", "store", "worker"];
    assert_eq!(types("JsonSchema", &servers), names(PUBLISHED));
}

#[test]
fn what_is_written_for_clients_is_in_the_contract() {
    assert_eq!(types("Serialize", &["api", "app", "runtime", "worker"]), names(WRITTEN));
}
