//! Access tokens for clients with a secret: the client credentials grant of OAuth 2.0 (RFC 6749 §4.4).

mod request;
mod token;

pub use request::Asked;
pub use token::Token;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::raw::<Token>()];
