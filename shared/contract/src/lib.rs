//! What goes over the wire: types that servers and clients share. No storage, no HTTP and no AWS.

pub mod connect;
pub mod error_code;
mod error_item;
pub mod flow_versions;
pub mod lists;
pub mod native;
pub mod oauth;
mod pending;
mod reference;
mod shown_once;
mod update;
pub use error_code::ErrorCode;
pub use error_item::ErrorItem;
pub use pending::Pending;
pub use reference::Reference;
pub use shown_once::ShownOnce;
pub use update::Update;
