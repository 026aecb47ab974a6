//! Update requests: a version and actions, all or nothing. Deletes name a version too, when the caller cares.

pub use contract::Update;

use crate::error::{ApiError, below};

/// Does each action in turn. An error names the action it came from.
pub fn apply<A>(update: Update<A>, mut act: impl FnMut(A) -> Result<(), ApiError>) -> Result<(), ApiError> {
    for (place, action) in update.actions.into_iter().enumerate() {
        act(action).map_err(|error| at_action(place, error))?;
    }
    Ok(())
}

/// Says which action an error came from, and points into the body that was sent.
pub fn at_action(place: usize, mut error: ApiError) -> ApiError {
    let (pointer, words) = (format!("/actions/{place}"), format!("actions[{place}]"));
    error.errors = error.errors.into_iter().map(|item| below(item, &pointer, &words)).collect();
    error
}

crate::query! {
    /// The parameter of every delete.
    pub struct Deletion {
        /// The version that the caller saw. If it has changed, nothing is deleted and the answer is 409.
        pub version: Option<u64>,
    }
}
