//! YAML as templates use it, with CloudFormation's short functions.

use serde_yaml_ng::value::{Tag, TaggedValue};
use serde_yaml_ng::{Mapping, Value};

/// A mapping in the order given.
pub(crate) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Mapping(entries.into_iter().map(|(name, value)| (name.into(), value)).collect::<Mapping>())
}

/// A sequence.
pub(crate) fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::Sequence(items.into_iter().collect())
}

/// `!Ref name`.
pub(crate) fn reference(name: &str) -> Value {
    tagged("Ref", name)
}

/// `!GetAtt resource.attribute`.
pub(crate) fn get_att(resource: &str, attribute: &str) -> Value {
    tagged("GetAtt", &format!("{resource}.{attribute}"))
}

/// `!Sub text`.
pub(crate) fn sub(text: &str) -> Value {
    tagged("Sub", text)
}

fn tagged(tag: &str, value: &str) -> Value {
    Value::Tagged(Box::new(TaggedValue { tag: Tag::new(tag), value: value.into() }))
}

/// The value as YAML, every line indented.
pub(crate) fn indented(value: &Value, indent: &str) -> Result<String, serde_yaml_ng::Error> {
    // Older readers of YAML, and most of CloudFormation's tools are, take the bare version of a policy for a date.
    let text = serde_yaml_ng::to_string(value)?.replace("Version: 2012-10-17", "Version: '2012-10-17'");
    Ok(text.lines().flat_map(|line| [indent, line, "\n"]).collect())
}
