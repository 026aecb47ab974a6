//! What answers where no route leads: in the envelope that every other error comes in, whereas the gateway's own words
//! would be understood by nobody.

mod answer;

pub use answer::Answer;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::unrouted::<Answer>()];
