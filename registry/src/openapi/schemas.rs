//! Schemas of bodies and answers, and the names they go by.
//!
//! A definition goes by the name that its author gave to the type, so that it stays the same when others add types.

use std::collections::{BTreeMap, BTreeSet};

use api::Operation;
use api::unknown::Unknown;
use api::validate::close;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// Which way a value goes, seen from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Direction {
    /// A client sends it.
    In,
    /// We answer it.
    Out,
}

const PREFIX: &str = "#/components/schemas/";

/// Where definitions come from: types of the same name in one scope are the same or were numbered by schemars.
type Scope = (&'static str, Direction);

/// The schemas of a set of operations.
#[derive(Debug)]
pub(crate) struct Schemas {
    definitions: BTreeMap<(String, Scope), Value>,
    roots: BTreeMap<(&'static str, Direction), (Scope, Value)>,
}

impl Schemas {
    /// The schemas of bodies and answers of every operation with a route.
    pub(crate) fn of(operations: &[Operation]) -> Self {
        let mut schemas = Self { definitions: BTreeMap::new(), roots: BTreeMap::new() };
        let crates: BTreeSet<&'static str> = operations.iter().map(Operation::crate_name).collect();
        for name in crates {
            let own = operations.iter().filter(|operation| operation.crate_name() == name);
            let own: Vec<&Operation> = own.collect();
            schemas.collect((name, Direction::In), &own);
            schemas.collect((name, Direction::Out), &own);
        }
        schemas
    }

    /// The schema of an operation's body or answer.
    pub(crate) fn schema(&self, operation: &'static str, direction: Direction) -> Value {
        let root = self.roots.get(&(operation, direction));
        root.map(|(_, schema)| schema.clone()).unwrap_or_default()
    }

    /// Every definition under the name that its author gave it.
    pub(crate) fn components(&self) -> Map<String, Value> {
        self.definitions.iter().map(|((name, _), schema)| (name.clone(), schema.clone())).collect()
    }

    fn collect(&mut self, scope: Scope, operations: &[&Operation]) {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let settings = match scope.1 {
            Direction::In => settings.for_deserialize(),
            Direction::Out => settings.for_serialize(),
        };
        let mut generator = settings.into_generator();
        let mut roots = Vec::new();
        for operation in operations {
            let Some(route) = operation.route() else { continue };
            let make = match scope.1 {
                Direction::In => route.body.map(|body| body.schema),
                Direction::Out => Some(route.answer),
            };
            if let Some(make) = make {
                roots.push((operation.id, route.unknown(), make(&mut generator).to_value()));
            }
        }
        let definitions = generator.take_definitions(true);
        let is_closed = |unknown: &Unknown| scope.1 == Direction::In && *unknown == Unknown::Refused;
        // The operations of a crate share their definitions, so they share what becomes of unknown members.
        let all_closed = roots.iter().all(|(_, unknown, _)| is_closed(unknown));
        for (operation, _, mut schema) in roots {
            if all_closed {
                close(&mut schema, &definitions);
            }
            self.roots.insert((operation, scope.1), (scope, schema));
        }
        for (name, mut schema) in definitions.clone() {
            if all_closed {
                close(&mut schema, &definitions);
            }
            self.definitions.insert((name, scope), schema);
        }
        self.drop_unused(scope);
    }

    /// Drops what no reference leads to any more: what was written out where it is used.
    fn drop_unused(&mut self, scope: Scope) {
        let mut used: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<Value> =
            self.roots.values().filter(|(own, _)| *own == scope).map(|(_, schema)| schema.clone()).collect();
        while let Some(mut schema) = open.pop() {
            each_reference(&mut schema, &mut |reference| {
                let name = reference.strip_prefix(PREFIX).unwrap_or_default().to_owned();
                if used.insert(name.clone()) {
                    open.extend(self.definitions.get(&(name, scope)).cloned());
                }
            });
        }
        self.definitions.retain(|(name, own), _| *own != scope || used.contains(name));
    }
}

/// Names that different types go by, which their authors have to tell apart: a name, and the crates that use it. A type
/// that may leave out what it always answers looks different coming in, so it has to be two.
pub(crate) fn ambiguous(operations: &[Operation]) -> Vec<String> {
    let schemas = Schemas::of(operations);
    let mut found: BTreeMap<&String, (Value, &'static str)> = BTreeMap::new();
    let mut ambiguous = BTreeSet::new();
    for (name, scope @ (owner, _)) in schemas.definitions.keys() {
        let whole = whole(&schemas.definitions, name, *scope);
        let (first, theirs) = found.entry(name).or_insert_with(|| (whole.clone(), owner));
        if *first != whole {
            ambiguous.insert(if theirs == owner {
                format!("{name} of {owner}, coming in and going out")
            } else {
                format!("{name} of {theirs} and of {owner}")
            });
        }
    }
    ambiguous.into_iter().collect()
}

/// A definition with everything it refers to: two that read the same may refer to different ones.
fn whole(definitions: &BTreeMap<(String, Scope), Value>, name: &str, scope: Scope) -> Value {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    let mut wanted = vec![name.to_owned()];
    while let Some(name) = wanted.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let mut schema = definitions.get(&(name.clone(), scope)).cloned().unwrap_or_default();
        each_reference(&mut schema, &mut |reference| {
            wanted.extend(reference.strip_prefix(PREFIX).map(str::to_owned));
        });
        found.insert(name, schema);
    }
    found.into_iter().collect::<Map<_, _>>().into()
}

/// Calls `act` with every `$ref` of a schema.
pub(crate) fn each_reference(schema: &mut Value, act: &mut impl FnMut(&mut String)) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(reference) if name == "$ref" => act(reference),
                    member => each_reference(member, act),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_reference(item, act)),
        _ => {}
    }
}

/// `FlowDeployments` for `flow-deployments`.
pub(crate) fn pascal_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default();
        first + letters.as_str()
    };
    name.split(['-', '.']).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use api::Entry;
    use api::operation::{BodySchema, Route, schema_of};
    use schemars::JsonSchema;

    use super::*;

    mod one {
        use super::*;

        #[derive(JsonSchema)]
        pub(super) struct Draft {
            pub(super) _action: Action,
        }

        #[derive(JsonSchema)]
        pub(super) struct Action {
            pub(super) _name: String,
        }
    }

    mod other {
        use super::*;

        #[derive(JsonSchema)]
        pub(super) struct Draft {
            pub(super) _action: Action,
        }

        #[derive(JsonSchema)]
        pub(super) struct Action {
            pub(super) _place: u32,
        }
    }

    #[derive(JsonSchema)]
    struct Shared {
        #[schemars(default, skip_serializing_if = "Option::is_none")]
        _maybe: Option<bool>,
        #[schemars(default)]
        _number: u32,
    }

    const fn operation<B: JsonSchema, A: JsonSchema>(id: &'static str) -> Operation {
        let body = BodySchema { media_type: "application/json", schema: schema_of::<B> };
        let route = Route { body: Some(body), answer: schema_of::<A>, ..Route::new(api::Method::Post, "/") };
        let entry = Entry::Http(route);
        Operation { id, summary: "", entry, grants: &[], memory_mb: 128, timeout_seconds: 1 }
    }

    #[test]
    fn a_type_goes_by_its_own_name() {
        let schemas = Schemas::of(&[operation::<one::Draft, Shared>("one.do")]);
        let names: Vec<String> = schemas.components().keys().cloned().collect();
        assert_eq!(names, ["Action", "Draft", "Shared"]);
        assert_eq!(
            schemas.components()["Draft"]["properties"]["_action"]["$ref"],
            "#/components/schemas/Action"
        );
        assert_eq!(schemas.schema("one.do", Direction::In)["$ref"], "#/components/schemas/Draft");
        assert_eq!(schemas.schema("one.do", Direction::Out)["$ref"], "#/components/schemas/Shared");
    }

    #[test]
    fn two_types_of_one_name_are_told() {
        let operations =
            [operation::<one::Draft, Shared>("one.do"), operation::<other::Draft, Shared>("two-three.do")];
        // The drafts read the same but mean different actions.
        let told = ["Action of one and of two-three", "Draft of one and of two-three"];
        assert_eq!(ambiguous(&operations), told);
        assert_eq!(ambiguous(&operations[..1]), [""; 0]);
    }

    #[test]
    fn a_type_that_looks_different_coming_in_is_told() {
        let both = [operation::<Shared, Shared>("one.do")];
        assert_eq!(ambiguous(&both), ["Shared of one, coming in and going out"]);
    }
}
