//! Events of operators, as a process reads them.

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) fn read<T: DeserializeOwned>(event: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(event).map_err(|error| error.to_string())
}

/// Every event is refused in these words.
#[track_caller]
pub(crate) fn refuses<T: DeserializeOwned>(events: impl IntoIterator<Item = (Value, &'static str)>) {
    for (event, words) in events {
        let refused = read::<T>(event).err().unwrap_or_default();
        assert!(refused.contains(words), "{words}: {refused}");
    }
}
