//! Slipway's own family: flows and everything that is deployed of them.

pub mod runs;
