//! Parameters of routes, in the path and in the query.

use api::collection::{FilterKind, SortField};
use api::operation::{Param, ParamKind, Route};
use api::path::{PathKind, PathParam};
use serde_json::{Value, json};

pub(super) use api::path::PROJECT;

/// The parameters of a route, those of the path first.
pub(super) fn of(route: &Route) -> Vec<Value> {
    let project = route.path_parameters().contains(&PROJECT);
    let project = project.then(|| json!({ "$ref": "#/components/parameters/ProjectKey" }));
    let path = project.into_iter().chain(route.path_params.iter().map(in_path));
    let correlation = json!({ "$ref": "#/components/parameters/CorrelationId" });
    path.chain(route.query_parameters().map(in_query)).chain([correlation]).collect()
}

fn in_path(param: &PathParam) -> Value {
    let schema = match param.kind {
        PathKind::Id => schema(ParamKind::Id),
        PathKind::Reference => reference(),
        PathKind::Number => json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
        PathKind::Text => json!({ "type": "string" }),
    };
    let PathParam { name, description, .. } = param;
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
}

/// An id, or `key={key}`.
fn reference() -> Value {
    json!({ "anyOf": [
        { "type": "string", "format": "uuid" },
        { "type": "string", "pattern": "^key=[A-Za-z0-9_-]{2,256}$" },
    ] })
}

fn in_query(param: &Param) -> Value {
    let mut described = json!({
        "name": param.name,
        "in": "query",
        "description": description(param),
        "schema": schema(param.kind),
    });
    let has_commas = matches!(param.kind, ParamKind::Filter(_) | ParamKind::Include(_) | ParamKind::Sort(_));
    if let Some(described) = described.as_object_mut().filter(|_| has_commas) {
        described.insert("explode".to_owned(), false.into());
    }
    described
}

/// What the parameter does, and where it can be some words, what each of them means.
fn description(param: &Param) -> String {
    let words: Vec<(&str, &str)> = match param.kind {
        ParamKind::Include(choices) => choices.iter().map(|it| (it.name, it.description)).collect(),
        ParamKind::Sort(fields) => fields.iter().map(|it| (it.name, it.description)).collect(),
        _ => Vec::new(),
    };
    let words = words.into_iter().map(|(name, description)| format!("\n* `{name}`: {description}"));
    param.description.to_owned() + &words.collect::<String>()
}

fn schema(kind: ParamKind) -> Value {
    match kind {
        // A bound that no number reaches is none.
        ParamKind::Integer { min, max: u64::MAX } => json!({ "type": "integer", "minimum": min }),
        ParamKind::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        ParamKind::Boolean => json!({ "type": "boolean" }),
        ParamKind::Id => json!({ "type": "string", "format": "uuid" }),
        ParamKind::Reference => reference(),
        ParamKind::OneOf(words) => json!({ "type": "string", "enum": words }),
        ParamKind::Text | ParamKind::Cursor => json!({ "type": "string", "maxLength": 1024 }),
        ParamKind::Repeated => json!({ "type": "array", "items": { "type": "string", "maxLength": 1024 } }),
        ParamKind::Filter(kind) => json!({ "type": "array", "items": filtered(kind), "minItems": 1 }),
        ParamKind::Include(choices) => {
            let names: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
            json!({ "type": "array", "items": { "type": "string", "enum": names } })
        }
        ParamKind::Sort(fields) => {
            let names = fields.iter().flat_map(SortField::names);
            let both: Vec<String> = names.flat_map(|name| [name.to_owned(), format!("-{name}")]).collect();
            json!({ "type": "array", "items": { "type": "string", "enum": both } })
        }
    }
}

/// One of the values of a filter.
fn filtered(kind: FilterKind) -> Value {
    match kind {
        FilterKind::Id => schema(ParamKind::Id),
        FilterKind::Reference => reference(),
        FilterKind::Boolean => json!({ "type": "string", "enum": ["true", "false", "1", "0"] }),
        FilterKind::OneOf(words) => schema(ParamKind::OneOf(words)),
        FilterKind::Text => json!({ "type": "string", "minLength": 1, "maxLength": 1024 }),
    }
}

#[cfg(test)]
mod tests {
    use api::QueryParams;
    use api::collection::{Choice, Choices, Include, Sort, SortFields};
    use api::query::Flag;

    use super::*;

    #[derive(Debug, Clone)]
    struct Owner;

    impl Choices for Owner {
        const CHOICES: &'static [Choice] = &[Choice { name: "owner", description: "Whose it is" }];
    }

    #[derive(Debug, Clone)]
    struct Age;

    impl SortFields for Age {
        const FIELDS: &'static [SortField] =
            &[SortField { name: "age", aliases: &["born"], description: "How old" }];
    }

    api::query! {
        /// Which entries a collection shows.
        struct Asked {
            /// What comes with them.
            _include: Include<Owner>,
            /// In which order.
            _sort: Sort<Age>,
            /// Global ones.
            _global as "filter[global]": Flag,
        }
    }

    #[test]
    fn what_a_collection_takes_is_listed_word_for_word() {
        let [owner, age, global] = Asked::PARAMS else { panic!("three parameters") };
        let owner = in_query(owner);
        assert_eq!(owner["explode"], false);
        assert_eq!(owner["schema"]["items"]["enum"], json!(["owner"]));
        assert!(owner["description"].as_str().is_some_and(|text| text.ends_with("\n* `owner`: Whose it is")));
        let age = in_query(age);
        assert_eq!(age["explode"], false);
        assert_eq!(age["schema"]["items"]["enum"], json!(["age", "-age", "born", "-born"]));
        let global = in_query(global);
        assert_eq!((&global["name"], &global["explode"]), (&json!("filter[global]"), &json!(false)));
        assert_eq!(global["schema"]["items"]["enum"], json!(["true", "false", "1", "0"]));
    }

    #[test]
    fn a_path_is_described_by_the_types_of_what_it_names() {
        let described = |kind| in_path(&PathParam { name: "id", description: "The id", kind });
        let id = json!({ "type": "string", "format": "uuid" });
        assert_eq!(described(PathKind::Id)["schema"], id);
        assert_eq!(described(PathKind::Reference)["schema"]["anyOf"][0], id);
        assert_eq!(described(PathKind::Number)["schema"]["maximum"], u32::MAX);
        assert_eq!(described(PathKind::Text)["schema"], json!({ "type": "string" }));
    }
}
