//! Writes as data: what to do to which item, on what condition, and what it means when the condition fails.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::{Kind, StoreError};
use crate::item::{Item, count, key_item, name, number, string, text};
use crate::keys::ItemKey;

/// Why an integration takes nothing more in, and does not change.
pub(crate) const BEING_DELETED: &str = "it is being deleted; repeat the deletion if it does not end";

/// One action on one item, alone or in a transaction.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) key: ItemKey,
    pub(crate) action: Action,
    pub(crate) condition: Vec<Condition>,
    pub(crate) refused: OnConditionFailure,
}

/// What to do to an item.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    Put(Item),
    Update(Vec<Change>),
    Delete,
}

/// A change of one attribute.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Set(&'static str, AttributeValue),
    Remove(&'static str),
    Add(&'static str, i64),
}

/// A part of a condition; all parts must hold.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// There is no such item.
    Absent,
    /// There is such an item.
    Present,
    /// The attribute has this value.
    Equals(&'static str, AttributeValue),
    /// The counter is at nothing.
    Zero(&'static str),
    /// The item, which may be there or not, has no such attribute.
    Without(&'static str),
}

/// What a failed condition means. The old item tells the cases apart.
#[derive(Debug, Clone)]
pub(crate) enum OnConditionFailure {
    /// Somebody else has the key.
    Duplicate { kind: Kind, value: String },
    /// The entity is not there, or is being deleted.
    Gone { kind: Kind, address: String },
    /// The entity is not there, or at another version, or else in use; without a word for what uses it, somebody
    /// else was faster.
    Version { kind: Kind, address: String, expected: u64, in_use: Option<&'static str> },
    /// The worker's lease is gone.
    Fenced,
    /// The worker's lease on this operation is gone, or else something was asked for meanwhile: read again and repeat.
    FencedOrAsked { operation: String, epoch: u64 },
    /// Somebody else was faster; read again and repeat.
    Raced,
}

impl Write {
    pub(crate) fn put(
        key: ItemKey,
        attributes: Item,
        condition: Condition,
        refused: OnConditionFailure,
    ) -> Self {
        let mut item = key_item(&key);
        item.extend(attributes);
        Self { key, action: Action::Put(item), condition: vec![condition], refused }
    }

    pub(crate) fn update(
        key: ItemKey,
        changes: Vec<Change>,
        condition: Vec<Condition>,
        refused: OnConditionFailure,
    ) -> Self {
        Self { key, action: Action::Update(changes), condition, refused }
    }

    pub(crate) fn delete(key: ItemKey, condition: Vec<Condition>, refused: OnConditionFailure) -> Self {
        Self { key, action: Action::Delete, condition, refused }
    }

    /// Counts without a condition: the transaction that it is part of has them.
    pub(crate) fn add(key: ItemKey, counter: &'static str, by: i64) -> Self {
        Self::update(key, vec![Change::Add(counter, by)], Vec::new(), OnConditionFailure::Raced)
    }

    /// Says beside a body who wrote it.
    pub(crate) fn by(mut self, via: &str) -> Self {
        match &mut self.action {
            Action::Put(item) if item.contains_key(name::BODY) => {
                item.insert(name::VIA.to_owned(), string(via));
            }
            Action::Update(changes)
                if changes.iter().any(|change| matches!(change, Change::Set(name::BODY, _))) =>
            {
                changes.push(Change::Set(name::VIA, string(via)));
            }
            Action::Put(_) | Action::Update(_) | Action::Delete => {}
        }
        self
    }

    /// Marks what is written with the id of this write, so that it is known again when the answer got lost.
    pub(crate) fn signed(mut self, write_id: &str) -> Self {
        match &mut self.action {
            Action::Put(item) => {
                item.insert(name::LAST_WRITE.to_owned(), string(write_id));
            }
            Action::Update(changes) => changes.push(Change::Set(name::LAST_WRITE, string(write_id))),
            Action::Delete => {}
        }
        self
    }
}

/// The same writes with each item once: a transaction takes no two actions on one item. Only updates are joined; what
/// they count is added up. The first says what a failed condition means.
pub(crate) fn joined(writes: Vec<Write>) -> Vec<Write> {
    let mut joined: Vec<Write> = Vec::with_capacity(writes.len());
    for write in writes {
        let same = joined.iter_mut().find(|earlier| earlier.key == write.key);
        let same = same.map(|earlier| (&mut earlier.action, &mut earlier.condition, &mut earlier.refused));
        match (same, &write.action) {
            (Some((Action::Update(changes), condition, refused)), Action::Update(more)) => {
                for change in more {
                    join(changes, change);
                }
                condition.extend(write.condition);
                // Whichever condition failed: reading again tells.
                if matches!(write.refused, OnConditionFailure::Raced) {
                    *refused = OnConditionFailure::Raced;
                }
            }
            _ => joined.push(write),
        }
    }
    joined
}

fn join(changes: &mut Vec<Change>, change: &Change) {
    if let Change::Add(counter, by) = change {
        let sum = changes.iter_mut().find_map(|earlier| match earlier {
            Change::Add(same, sum) if same == counter => Some(sum),
            _ => None,
        });
        if let Some(sum) = sum {
            *sum += by;
            return;
        }
    }
    changes.push(change.clone());
}

impl OnConditionFailure {
    /// The error that a failed condition is, given the item as it was.
    pub(crate) fn explain(&self, old: Option<&Item>) -> StoreError {
        match self {
            Self::Duplicate { kind, value } => {
                StoreError::Duplicate { kind: *kind, field: "key", value: value.clone() }
            }
            Self::Gone { kind, .. } if old.is_some() => {
                StoreError::InUse { kind: *kind, reason: BEING_DELETED }
            }
            Self::Gone { kind, address } => StoreError::NotFound { kind: *kind, address: address.clone() },
            Self::Version { kind, address, expected, in_use } => match old {
                None => StoreError::NotFound { kind: *kind, address: address.clone() },
                Some(old) if count(old, name::VERSION) == *expected => {
                    in_use.map_or(StoreError::Raced, |reason| StoreError::InUse { kind: *kind, reason })
                }
                Some(old) => {
                    StoreError::Stale { kind: *kind, expected: *expected, current: count(old, name::VERSION) }
                }
            },
            Self::Fenced => StoreError::Fenced,
            Self::FencedOrAsked { operation, epoch } => match old {
                Some(old)
                    if count(old, name::EPOCH) == *epoch
                        && text(old, name::OPERATION) == Some(operation.as_str()) =>
                {
                    StoreError::Raced
                }
                _ => StoreError::Fenced,
            },
            Self::Raced => StoreError::Raced,
        }
    }
}

/// Expressions in DynamoDB's own language, with every name and value by reference.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) condition: Option<String>,
    pub(crate) update: Option<String>,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<HashMap<String, AttributeValue>>,
}

#[derive(Default)]
struct Renderer {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Renderer {
    fn name(&mut self, attribute: &str) -> String {
        let reference = format!("#{attribute}");
        self.names.insert(reference.clone(), attribute.to_owned());
        reference
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let reference = format!(":v{}", self.values.len());
        self.values.insert(reference.clone(), value);
        reference
    }

    fn clause(&mut self, clause: &Condition) -> String {
        match clause {
            Condition::Absent => format!("attribute_not_exists({})", self.name(name::PK)),
            Condition::Present => format!("attribute_exists({})", self.name(name::PK)),
            Condition::Equals(attribute, value) => {
                format!("{} = {}", self.name(attribute), self.value(value.clone()))
            }
            Condition::Without(attribute) => format!("attribute_not_exists({})", self.name(attribute)),
            Condition::Zero(attribute) => {
                let (counter, zero) = (self.name(attribute), self.value(number(0)));
                format!("(attribute_not_exists({counter}) OR {counter} = {zero})")
            }
        }
    }

    fn changes(&mut self, changes: &[Change]) -> String {
        let (mut set, mut remove, mut add) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Set(attribute, value) => {
                    set.push(format!("{} = {}", self.name(attribute), self.value(value.clone())));
                }
                Change::Remove(attribute) => remove.push(self.name(attribute)),
                Change::Add(attribute, by) => {
                    add.push(format!("{} {}", self.name(attribute), self.value(number(*by))));
                }
            }
        }
        let part = |word: &str, parts: Vec<String>| {
            if parts.is_empty() { String::new() } else { format!("{word} {} ", parts.join(", ")) }
        };
        format!("{}{}{}", part("SET", set), part("REMOVE", remove), part("ADD", add))
    }
}

impl Write {
    /// The expressions of this write.
    pub(crate) fn render(&self) -> Rendered {
        let mut renderer = Renderer::default();
        let clauses: Vec<String> = self.condition.iter().map(|clause| renderer.clause(clause)).collect();
        let update = match &self.action {
            Action::Update(changes) => Some(renderer.changes(changes)),
            _ => None,
        };
        Rendered {
            condition: (!clauses.is_empty()).then(|| clauses.join(" AND ")),
            update,
            names: (!renderer.names.is_empty()).then_some(renderer.names),
            values: (!renderer.values.is_empty()).then_some(renderer.values),
        }
    }
}
