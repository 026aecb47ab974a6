//! What the functions of the third family, the paths below `/api/v1/`, have in common: how virtual
//! environments are found that bodies name, and how lists are cut into pages.

pub mod environment;
pub mod names;
pub mod paging;
