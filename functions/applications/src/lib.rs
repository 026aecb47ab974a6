//! What the deployed applications of connectors are called through: requests at their URLs, messages of their topics,
//! and the ends of their runs. The deployment's own item says what answers, so a switch between builds is one write.

mod called;
mod conversation;
mod deliver;
mod files;
mod read;
mod receive;
mod record;
mod service;

pub use deliver::Deliver;
pub use read::Read;
pub use receive::Receive;
pub use record::{ExecutionEnd, Record};

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::raw::<Receive>(),
    Endpoint::raw::<Read>(),
    Endpoint::event::<Deliver>(),
    Endpoint::event::<Record>(),
];
