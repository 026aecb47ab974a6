//! Replacing placeholders by values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use thiserror::Error;

use super::expression::{Place, Tracker, push_escaped, push_literal};
use super::segment::{Segment, is_whole, literal, segments};
use super::{Kind, kind, opaque};
use crate::definition::{
    Finding, MAX_DEFINITION_BYTES, MAX_DEPTH, any_name, any_string, deeper_than, is_expression, join, sorted,
};
use crate::exact::canonical;

/// Maximum number of places that are told. More are never read.
const MAX_REFUSED: usize = 1_000;

/// How every reference to a secured value begins.
const SECRET_OPEN: &str = "${secret.";

/// Why a definition cannot be resolved: everything that is in the way, not only the first of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Error)]
#[error("{} without a value, {} that cannot be put in", .missing.len(), .refused.len())]
pub struct Unresolved {
    /// Names, with their prefix if any, that have no value.
    pub missing: BTreeSet<String>,
    /// Places where a value cannot be put in, and why; ordered by path. No message contains a value.
    pub refused: Vec<Finding>,
}

/// Replaces every placeholder of a definition but those of secrets.
///
/// `lookup` is asked once for each name: of a variable (`region`) or of the platform, with its prefix
/// (`slipway.http`). Misspelt placeholders, which [`super::scan`] reports, stay as they are.
///
/// # Errors
///
/// [`Unresolved`] lists every name without a value and every value that cannot stand where it should.
pub fn resolve(definition: &Value, lookup: &dyn Fn(&str) -> Option<Value>) -> Result<Value, Unresolved> {
    // Everything below descends recursively and relies on a bounded depth.
    if deeper_than(definition, MAX_DEPTH) {
        let message = format!("The definition is nested deeper than {MAX_DEPTH} levels. Flatten it.");
        return Err(Unresolved { refused: vec![Finding::error("", message)], ..Unresolved::default() });
    }
    let mut resolver = Resolver {
        lookup,
        values: BTreeMap::new(),
        put_in: 0,
        path: Vec::new(),
        failed: Unresolved::default(),
    };
    let outcome = resolver.value(definition);
    let Unresolved { missing, refused } = resolver.failed;
    if missing.is_empty() && refused.is_empty() {
        Ok(outcome)
    } else {
        Err(Unresolved { missing, refused: sorted(refused) })
    }
}

struct Resolver<'a> {
    lookup: &'a dyn Fn(&str) -> Option<Value>,
    /// What each name that was asked for is worth, and its size in bytes.
    values: BTreeMap<&'a str, (Option<Value>, usize)>,
    /// How many bytes of values were put in. A value may be named often, so what comes of it is bounded on the way.
    put_in: usize,
    /// The members and elements that lead to where the work is.
    path: Vec<String>,
    failed: Unresolved,
}

impl<'a> Resolver<'a> {
    fn value(&mut self, value: &'a Value) -> Value {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => Value::Array(
                items.iter().enumerate().map(|(index, item)| self.within(index.to_string(), item)).collect(),
            ),
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, member)| (name.clone(), self.within(name.clone(), member)))
                    .collect::<Map<_, _>>(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn within(&mut self, token: String, value: &'a Value) -> Value {
        self.path.push(token);
        let resolved = self.value(value);
        self.path.pop();
        resolved
    }

    fn text(&mut self, text: &'a str) -> Value {
        let whole = is_whole(text).filter(|name| !matches!(kind(name), Kind::Secret(_)));
        if let Some(name) = whole {
            return self.whole(name);
        }
        Value::String(if is_expression(text) { self.expression(text) } else { self.plain(text) })
    }

    fn whole(&mut self, name: &'a str) -> Value {
        let value = self.worth(name);
        if any_string(&value, is_expression) {
            self.refuse(starts_expression(name));
        }
        if any_name(&value, |member| member.ends_with(".$")) {
            self.refuse(selects(name));
        }
        value
    }

    /// Text that is not evaluated. Values go in as they are.
    fn plain(&mut self, text: &'a str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut secrets = 0;
        let mut last = None;
        for segment in segments(text) {
            match segment {
                Segment::Name(name) if matches!(kind(name), Kind::Secret(_)) => {
                    secrets += 1;
                    literal(segment, &mut out);
                }
                Segment::Name(name) => {
                    last = Some(name);
                    out.push_str(&rendered(&self.worth(name)));
                }
                Segment::Escape => out.push_str("${"),
                other => literal(other, &mut out),
            }
        }
        let Some(name) = last else { return out };
        if is_expression(&out) {
            self.refuse(starts_expression(name));
        }
        // A value may hold one half of a reference and the text around it the other.
        if out.matches(SECRET_OPEN).count() > secrets {
            self.refuse(refers_to_secret(name));
        }
        out
    }

    /// A JSONata expression. Values go in as literals that cannot end what they stand in.
    fn expression(&mut self, text: &'a str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut tracker = Tracker::new();
        for segment in segments(text) {
            match segment {
                Segment::Name(name) if !matches!(kind(name), Kind::Secret(_)) => {
                    self.operand(name, tracker.place(), &mut out);
                }
                Segment::Escape => out.push_str("${"),
                other => literal(other, &mut out),
            }
            tracker.pass(segment);
        }
        out
    }

    fn operand(&mut self, name: &'a str, place: Place, out: &mut String) {
        let value = self.worth(name);
        match place {
            Place::Code => push_literal(&value, out),
            Place::Quoted => push_escaped(&rendered(&value), out),
            Place::Opaque => self.refuse(opaque(name)),
        }
    }

    /// The value of a name; null, and a failure noted, where there is none to use.
    fn worth(&mut self, name: &'a str) -> Value {
        let lookup = self.lookup;
        let measured = || {
            let value = lookup(name);
            let size = value.as_ref().map_or(0, |value| rendered(value).len());
            (value, size)
        };
        let (_, size) = self.values.entry(name).or_insert_with(measured);
        self.put_in = self.put_in.saturating_add(*size);
        if self.put_in > MAX_DEFINITION_BYTES {
            self.too_large();
            return Value::Null;
        }
        let Some(value) = self.values.get(name).and_then(|(value, _)| value.clone()) else {
            self.failed.missing.insert(name.to_owned());
            return Value::Null;
        };
        if deeper_than(&value, MAX_DEPTH) {
            self.refuse(format!("The value of \"{name}\" is nested deeper than {MAX_DEPTH} levels."));
            return Value::Null;
        }
        if any_string(&value, |text| text.contains(SECRET_OPEN)) {
            self.refuse(refers_to_secret(name));
        }
        value
    }

    fn refuse(&mut self, message: String) {
        let path = self.path.iter().fold(String::new(), |path, token| join(&path, token));
        let finding = Finding::error(path, message);
        // What is told twice of one place is told in a row.
        if self.failed.refused.last() != Some(&finding) && self.failed.refused.len() < MAX_REFUSED {
            self.failed.refused.push(finding);
        }
    }

    /// Tells once that no more is put in.
    fn too_large(&mut self) {
        let message = format!(
            "With its values the definition exceeds {MAX_DEFINITION_BYTES} bytes, which Step Functions does not \
             take. Shorten the values, or use them in fewer places."
        );
        let finding = Finding::error("", message);
        if self.failed.refused.first() != Some(&finding) {
            self.failed.refused.insert(0, finding);
        }
    }
}

/// A value within text: a string as it is, anything else as canonical JSON.
fn rendered(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => canonical(other),
    }
}

fn starts_expression(name: &str) -> String {
    format!(
        "The value of \"{name}\" would make this an expression, \"{{% … %}}\". Write the expression into the \
         definition and keep values in variables."
    )
}

fn selects(name: &str) -> String {
    format!(
        "The value of \"{name}\" has a member whose name ends with \".$\", which a JSONPath state would \
         evaluate. Write such members into the definition."
    )
}

fn refers_to_secret(name: &str) -> String {
    format!(
        "The value of \"{name}\" would refer to a secret. Write \"${{secret.NAME}}\" into the definition itself."
    )
}
