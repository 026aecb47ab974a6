//! What the functions of the third family, the paths below `/api/v1/`, have in common: what a client sees of things,
//! how bodies name them, and how lists are cut into pages.

pub mod environment;
mod given;
pub mod names;
pub mod package;
pub mod paging;
pub mod principal;

pub use given::Given;
