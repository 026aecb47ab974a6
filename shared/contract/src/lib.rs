//! What goes over the wire: types that servers and clients share. No storage, no HTTP and no AWS.

pub mod error_code;

pub use error_code::ErrorCode;
