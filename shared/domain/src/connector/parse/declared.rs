//! What the rules between the parts of a file look at, read from as much of the file as is in order.

use serde_json::Value;

use crate::connector::specification::ApplicationKind;
use crate::text::{ConfigurationKey, Key};

/// An application.
#[derive(Debug)]
pub(super) struct Application<'a> {
    /// The JSON pointer to it.
    pub(super) pointer: String,
    /// Its name, when it is one.
    pub(super) name: Option<&'a str>,
    /// Its type, when there is such a type.
    pub(super) kind: Option<ApplicationKind>,
    /// The keys that it declares.
    pub(super) keys: Vec<DeclaredKey<'a>>,
    /// How a message is tried again.
    pub(super) retry_policy: Option<&'a Value>,
}

/// A key with a name that is one, whatever is wrong with the rest of it.
#[derive(Debug)]
pub(super) struct DeclaredKey<'a> {
    /// Its name.
    pub(super) key: &'a str,
    /// The JSON pointer to the name.
    pub(super) pointer: String,
    /// Whether it is a secret.
    pub(super) secured: bool,
    /// Whether it says that there must be a value.
    pub(super) required: bool,
    /// Whether it has a default.
    pub(super) has_default: bool,
}

/// The applications of a file.
pub(super) fn applications(file: &Value) -> Vec<Application<'_>> {
    let items = file.get("deployAs").and_then(Value::as_array).into_iter().flatten().enumerate();
    items.map(|(index, item)| application(format!("/deployAs/{index}"), item)).collect()
}

fn application(pointer: String, item: &Value) -> Application<'_> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    Application {
        name: text("name").filter(|name| name.parse::<Key>().is_ok()),
        kind: text("applicationType").and_then(ApplicationKind::named),
        keys: keys(&pointer, item),
        retry_policy: item.get("retryPolicy"),
        pointer,
    }
}

/// The keys in the `configuration` of what is at `pointer`: first those that can be read, then secrets.
pub(super) fn keys<'a>(pointer: &str, item: &'a Value) -> Vec<DeclaredKey<'a>> {
    let list = |name: &'static str| {
        let items = item.get("configuration").and_then(|configuration| configuration.get(name)?.as_array());
        items.into_iter().flatten().enumerate().map(move |(index, item)| (name, index, item))
    };
    let declared = list("standardConfiguration").chain(list("securedConfiguration"));
    let key = |(list, index, item): (&str, usize, &'a Value)| {
        let key = item.get("key")?.as_str().filter(|key| key.parse::<ConfigurationKey>().is_ok())?;
        let secured = list == "securedConfiguration";
        Some(DeclaredKey {
            key,
            pointer: format!("{pointer}/configuration/{list}/{index}/key"),
            secured,
            required: item.get("required") == Some(&Value::Bool(true)),
            has_default: !secured && item.get("default").is_some(),
        })
    };
    declared.filter_map(key).collect()
}

/// The declaration of a name, the first where there are several.
pub(super) fn find<'a>(keys: &'a [DeclaredKey<'a>], name: &str) -> Option<&'a DeclaredKey<'a>> {
    keys.iter().find(|declared| declared.key == name)
}
