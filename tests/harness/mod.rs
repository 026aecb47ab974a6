//! What stories are told with.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_name_can_be_changed() {
//!     let project = Project::new().await;
//!     let staging = project.environment("staging", &[plain("greeting", "hello")]).await;
//!     let changed = json!({ "version": 1, "actions": [{ "action": "setName", "name": "Stage" }] });
//!     let answer = project.post(&staging.path(), changed).await;
//!     answer.expect(200).has(json!({ "name": "Stage", "version": 2 }));
//! }
//! ```
//!
//! * [`Project`]: a project of one's own. It is a [`Client`] that may do everything, makes clients that may do less,
//!   and builds environments, flows, releases and deployments in one line each.
//! * [`Client`]: `get`, `post`, `delete` on paths below the project.
//! * [`Answer`]: status, headers and body. Its assertions chain; one that fails shows request and answer whole.
//! * [`eventually`]: the only way to wait.
//! * [`Behind`]: what the emulated AWS services hold, which no answer shows.
//! * [`Archive`], [`Repository`], [`StagedConnector`], [`ConnectorDeployment`]: connectors from the files of a
//!   repository to what is deployed of them.
//! * [`Rations`]: Step Functions as AWS rations it.
//! * [`Listener`]: an HTTP server that flows can call.
//! * [`Stack`]: the running stack — addresses, functions, and an SDK configuration for looking behind the API.

mod answer;
mod behind;
mod client;
mod connector;
pub(crate) mod definitions;
mod flow;
mod flow_versions;
mod listener;
mod polling;
mod project;
mod rations;
mod raw;
mod stack;

pub(crate) use answer::Answer;
pub(crate) use behind::{Behind, build_of};
pub(crate) use client::{Client, http};
pub(crate) use connector::{Archive, ConnectorDeployment, Repository, StagedConnector, configured, entry};
pub(crate) use flow::{Deployment, Flow};
pub(crate) use flow_versions::DEPLOYMENT_MEMBERS;
pub(crate) use listener::Listener;
pub(crate) use polling::{SOON, eventually};
pub(crate) use project::{Environment, Project, plain, secured};
pub(crate) use rations::Rations;
pub(crate) use raw::raw;
pub(crate) use stack::{Invoked, Stack};
