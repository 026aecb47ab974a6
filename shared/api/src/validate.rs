//! Checks request bodies against the JSON Schema that the OpenAPI document publishes, with the formats of Slipway's own
//! types. The checking itself is the crate `schema`'s.

use schema::Settings;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::formats::FORMATS;
use crate::operation::BodySchema;
use crate::unknown::{Unknown, is_guarded};

pub use schema::{MAX_PROBLEMS, Problem, ReadOnly, SchemaError, close};

/// A compiled schema. Build it once per operation, when a function starts: compiling costs far more than checking.
#[derive(Debug)]
pub struct Validator(schema::Validator);

impl Validator {
    /// Compiles a JSON Schema (draft 2020-12) whose references all stay inside it, as `schemars` generates it.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] when the schema is not valid or a reference leads nowhere.
    pub fn new(schema: &Value) -> Result<Self, SchemaError> {
        Self::compile(schema, Unknown::Refused)
    }

    /// The schema of an operation's body, closed as the OpenAPI document publishes it. Where the contract ignores
    /// unknown members, only those are problems that come close to a guarded one.
    ///
    /// # Errors
    ///
    /// As [`Validator::new`].
    pub fn of_body(body: BodySchema, unknown: Unknown) -> Result<Self, SchemaError> {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = (body.schema)(&mut generator).to_value();
        let definitions = generator.take_definitions(true);
        close(&mut schema, &definitions);
        let mut closed = definitions.clone();
        closed.values_mut().for_each(|definition| close(definition, &definitions));
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("$defs".to_owned(), Value::Object(closed));
        }
        Self::compile(&schema, unknown)
    }

    fn compile(schema: &Value, unknown: Unknown) -> Result<Self, SchemaError> {
        schema::Validator::new(schema, Settings { unknown, guarded: is_guarded, formats: FORMATS }).map(Self)
    }

    /// Writes the whole numbers of `body` without a fraction, where the schema says that there are whole numbers.
    pub fn settle(&self, body: &mut Value) {
        self.0.settle(body);
    }

    /// Everything that is wrong with `body`, in the order of its members; empty when it fits the schema.
    ///
    /// At most [`MAX_PROBLEMS`], followed by one that says that there are more.
    pub fn problems(&self, body: &Value) -> Vec<Problem> {
        self.0.problems(body)
    }
}
