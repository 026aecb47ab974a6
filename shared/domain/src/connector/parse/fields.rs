//! A value with its place, taken for what it should be.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::document::{Member, Node, Value};
use super::plain;
use super::report::{Place, Report};
use crate::spelling::hint;
use crate::text::cut;

/// A value of the file and where it is.
#[derive(Debug, Clone)]
pub(super) struct Found<'a> {
    /// Where it is.
    pub(super) place: Place,
    node: &'a Node,
}

impl<'a> Found<'a> {
    /// The value of the whole file.
    pub(super) const fn root(node: &'a Node) -> Self {
        Self { place: Place::file(node.line), node }
    }

    /// The value as a text that is not blank.
    pub(super) fn text(&self, report: &mut Report) -> Option<&'a str> {
        match &self.node.value {
            Value::Scalar { text, plain: true } if plain::is_nothing(text) => {
                report.add(&self.place, "there is no value; write a text, or leave the key out");
            }
            Value::Scalar { text, plain: true } => match plain::stands_for(text) {
                None => return Some(text),
                Some(kind) => {
                    let text = cut(text);
                    let words =
                        format!("{text} without quotes is {kind} and not a text; quote it: \"{text}\"");
                    report.add(&self.place, words);
                }
            },
            Value::Scalar { text, .. } if text.trim().is_empty() => {
                report.add(&self.place, "the text is blank; write one, or leave the key out");
            }
            Value::Scalar { text, .. } => return Some(text),
            _ => self.expected("a text", report),
        }
        None
    }

    /// The value as `true` or `false`.
    pub(super) fn truth(&self, report: &mut Report) -> Option<bool> {
        if let Value::Scalar { text, plain: true } = &self.node.value {
            match text.as_str() {
                "true" | "True" | "TRUE" => return Some(true),
                "false" | "False" | "FALSE" => return Some(false),
                _ => {}
            }
        }
        self.expected("true or false, without quotes", report);
        None
    }

    /// The value as a whole number.
    pub(super) fn number(&self, bounds: &RangeInclusive<u32>, report: &mut Report) -> Option<u32> {
        if let Value::Scalar { text, plain: true } = &self.node.value
            && text.bytes().all(|byte| byte.is_ascii_digit())
            // Some readers take 010 for 8.
            && !text.starts_with('0')
            && let Ok(number) = text.parse()
            && bounds.contains(&number)
        {
            return Some(number);
        }
        let (least, most) = (bounds.start(), bounds.end());
        self.expected(&format!("a whole number from {least} to {most}, without quotes"), report);
        None
    }

    /// The value as a list.
    pub(super) fn list(&self, report: &mut Report) -> Option<Vec<Self>> {
        let Value::List(items) = &self.node.value else {
            self.expected("a list (lines that begin with `- `)", report);
            return None;
        };
        let found =
            |(index, node): (usize, &'a Node)| Self { place: self.place.item(index, node.line), node };
        Some(items.iter().enumerate().map(found).collect())
    }

    /// The value as a mapping with no other keys than these; others, and keys that are there twice, are reported.
    pub(super) fn fields(&self, known: &[&str], report: &mut Report) -> Option<Fields<'a>> {
        let Value::Mapping(members) = &self.node.value else {
            self.expected(&format!("a mapping with the keys {}", known.join(", ")), report);
            return None;
        };
        let mut first_lines = BTreeMap::new();
        for member in members {
            let place = self.place.member(&member.name, member.line);
            if let Some(line) = first_lines.insert(member.name.as_str(), member.line) {
                report.add(&place, format!("the key is here already, on line {line}; keep one of the two"));
            } else if !known.contains(&member.name.as_str()) {
                report.add(&place, undeclared(&member.name, known));
            }
        }
        Some(Fields { place: self.place.clone(), members })
    }

    fn expected(&self, what: &str, report: &mut Report) {
        let given = match &self.node.value {
            Value::Scalar { text, plain: true } if plain::is_nothing(text) => "is nothing".to_owned(),
            Value::Scalar { text, plain: true } => format!("is {}", cut(text)),
            Value::Scalar { text, plain: false } => format!("is \"{}\"", cut(text)),
            Value::List(_) => "is a list".to_owned(),
            Value::Mapping(_) => "is a mapping".to_owned(),
        };
        report.add(&self.place, format!("this must be {what}, and {given}"));
    }
}

/// The keys of a mapping.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// Where the mapping is.
    pub(super) place: Place,
    members: &'a [Member],
}

impl<'a> Fields<'a> {
    /// The value of a key; the first when it is there twice.
    pub(super) fn get(&self, name: &str) -> Option<Found<'a>> {
        let member = self.members.iter().find(|member| member.name == name)?;
        Some(Found { place: self.place.member(name, member.line), node: &member.node })
    }

    /// The value of a key that must be there; `remedy` says what it is for.
    pub(super) fn require(&self, name: &str, remedy: &str, report: &mut Report) -> Option<Found<'a>> {
        let found = self.get(name);
        if found.is_none() {
            report.add(&self.place.absent(name), format!("the key is missing; {remedy}"));
        }
        found
    }
}

fn undeclared(name: &str, known: &[&str]) -> String {
    if name == "<<" {
        return "merge keys are not YAML 1.2; write the keys out, or repeat a whole value by an alias"
            .to_owned();
    }
    let hint = hint(name, known.iter().copied());
    format!("there is no such key here; the keys are {}.{hint}", known.join(", "))
}
