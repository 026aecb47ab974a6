//! Why files could not be generated.

use std::io;

/// Why the files could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which, from the root.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file is not Rust.
    #[error("{path}: {source}")]
    Rust {
        /// Which.
        path: String,
        /// Why.
        source: syn::Error,
    },
    /// A file has lost the marks that its generated part lies between.
    #[error("{path}: the marks '{begin}' and '{end}' must be there, once each and in this order")]
    Marks {
        /// Which, from the root.
        path: String,
        /// The first mark.
        begin: &'static str,
        /// The second.
        end: &'static str,
    },
    /// An operation that is invoked by name has no sample event.
    #[error("{0} has no sample event: add one to registry/src/events/direct.rs")]
    Sample(&'static str),
    /// A part of the template could not be written as YAML.
    #[error(transparent)]
    Yaml(#[from] serde_yaml_ng::Error),
    /// A document could not be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
