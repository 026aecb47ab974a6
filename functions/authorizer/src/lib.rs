//! The authorizer: finds out who calls, before every route that needs a token.

mod authorize;
mod presented;

pub use authorize::{Authorize, AuthorizerEvent, Decision, Identity};

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::event::<Authorize>()];
