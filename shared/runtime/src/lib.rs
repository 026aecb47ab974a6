//! What every function process needs: configuration, AWS clients, clock and ids, logging, and the loop that serves.

pub mod aws;
pub mod clock;
pub mod config;
pub mod context;
pub mod deploying;
pub mod endpoint;
mod gateway;
mod log;
mod payloads;
pub mod run_view;
pub mod running;
mod serve;
pub mod tokens;

pub use clock::Clock;
pub use config::{Config, MissingVariable};
pub use context::Context;
pub use endpoint::{
    Endpoint, EventEndpoint, EventError, HttpEndpoint, PublicEndpoint, Reply, WithStatus, sqs,
};
pub use serve::serve;
