//! What says what there is: the OpenAPI document, and an answer where no route leads, in the envelope that every other
//! error comes in.

mod answer;
mod document;

pub use answer::Answer;
pub use document::Document;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::raw::<Answer>(), Endpoint::raw::<Document>()];
