//! The shape of the API: what operations there are, what a request may look like, what errors say, how lists are
//! paged, and the OpenAPI document of it all.

mod braces;
pub mod collection;
pub mod error;
pub mod family;
mod formats;
pub mod listing;
pub mod operation;
pub mod paging;
pub mod param;
pub mod path;
pub mod query;
pub mod reference;
mod refusal;
pub mod request;
pub mod unknown;
pub mod update;
pub mod validate;

pub use contract::{ErrorCode, ErrorItem};
pub use error::ApiError;
pub use family::Family;
pub use operation::{Entry, Grant, Method, Operation, Route, SealedFor, TokenKind, grant};
pub use path::{ById, PathParams, PathValues};
pub use query::QueryParams;
pub use reference::{Reference, placement_of};
pub use request::{Actor, AnyJson, AnyRequest, Call, NoBody, Request};
pub use unknown::Unknown;
pub use update::Update;
