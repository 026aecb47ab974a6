//! Staged connectors: the working copies that are checked, published, and put forward to be certified.

mod action;
mod certification;
mod certify;
mod create;
mod delete;
mod editing;
mod get;
mod query;
mod refusal;
mod regions;
mod update;

pub use certification::Decision;
pub use certify::{Certify, Order};
pub use create::Create;
pub use delete::Delete;
pub use get::Get;
pub use query::Query;
pub use update::Update;

use runtime::Endpoint;

/// Memory for whoever reads a repository, in MB: archives of 20 MB are held while they are unpacked, and the share of
/// a processor grows with it.
const READING_MEMORY_MB: u32 = 1024;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::http::<Create>(),
    Endpoint::http::<Query>(),
    Endpoint::http::<Get>(),
    Endpoint::http::<Update>(),
    Endpoint::http::<Delete>(),
    Endpoint::event::<Certify>(),
];
