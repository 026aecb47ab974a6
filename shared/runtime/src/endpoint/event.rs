//! Events of functions that no route leads to.

use api::request::in_words;
use serde::de::DeserializeOwned;

use super::EventError;
use crate::gateway;

/// Reads an event, which is an object: a type of ours would take a list for its members in their order as well.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, EventError> {
    let invalid = |message: String| EventError::new("InvalidEvent", message);
    if !text.trim_start().starts_with('{') {
        return Err(invalid("the event must be a JSON object".to_owned()));
    }
    let text = gateway::readable(text);
    let reader = &mut serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let place = match error.path().to_string() {
            whole if whole == "." => "the event".to_owned(),
            member => member,
        };
        invalid(format!("{place}: {}", in_words(&error.inner().to_string())))
    })
}

#[cfg(test)]
mod tests {
    use domain::raw_json::RawJson;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        project: String,
        payload: Option<RawJson>,
    }

    #[test]
    fn an_event_is_an_object_and_is_read_as_it_is_written() {
        let read = |text: &str| super::read::<Order>(text).map_err(|error| error.message);
        let payload = "[1.0,12345678901234567890123]";
        let order = read(&format!(" {{\"project\":\"a\",\"payload\":{payload}}}")).unwrap();
        assert_eq!(order.payload.as_ref().map(RawJson::text), Some(payload));
        assert_eq!(read("{\"project\":\"\\ud800\"}").unwrap().project, "\u{fffd}");
        for text in ["[\"a\", null]", "\"a\"", "7", "null", "true", ""] {
            assert_eq!(read(text).unwrap_err(), "the event must be a JSON object", "{text}");
        }
        for (text, words) in [
            ("{\"project\":7}", "project: must be text"),
            ("{}", "the event: lacks the member 'project'"),
            (
                "{\"projekt\":\"a\"}",
                "projekt: has the unknown member 'projekt'; there are 'project' or 'payload'",
            ),
            ("{\"project\":\"a\",\"project\":\"b\"}", "the event: has the member 'project' twice"),
        ] {
            assert_eq!(read(text).unwrap_err(), words);
        }
    }
}
