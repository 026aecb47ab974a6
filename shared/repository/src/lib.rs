//! Reads the repository of a connector at a tag: fetches an archive, finds `connect.yaml` and keeps what the
//! applications in it need.
//!
//! * **From where.** `https://….git` and `git@…:….git` are fetched as tar.gz archives over HTTPS, from URLs that
//!   a table of hosts tells; `s3://` only from the stack's own bucket, below `repositories/{projectKey}/`. At most
//!   three redirects are followed. A token is sent to the host of the archive's URL and to no other, and is in no
//!   log and no message. `http://` is used only for hosts that the stack allows.
//! * **How much.** Everything is bounded; see [`limits`]. The bounds hold while inflating, so a bomb never inflates.
//! * **What.** The text of `connect.yaml`, at the root or in the one folder that hosts put everything in; for each
//!   application of it, the `*.asl.json` directly in the folder of its name; and for the static kinds all other
//!   files, except those whose path has a part that begins with a dot (`.well-known` is kept).
//! * **What not.** A path that leads out of the archive, a device, or a file that is there twice is refused. A link
//!   is refused where a file would be kept, `connect.yaml` and the folders of applications included, and ignored
//!   elsewhere: many repositories have some, and none is ever followed.
//! * **Stored** is it content-addressed ([`Contents::store`]): a tag that is moved changes nothing that is deployed.

pub mod limits;

mod bucket;
mod contents;
mod error;
mod fetch;
#[cfg(test)]
mod fixtures;
mod hosts;
mod metered;
mod source;
mod unpack;
mod walk;

use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use domain::connector::{Repository, Specification};
use domain::text::ProjectKey;
use egress::{AllowedHosts, Egress, InvalidAllowedHost, UnusableTls};
use futures::FutureExt;
use futures::future::BoxFuture;

pub use contents::{Contents, Parse};
pub use error::{ArchiveError, Cause, RepositoryCode, RepositoryError};
pub use hosts::{Host, HostTable, InvalidHost, Token};

use bucket::Bucket;
use fetch::Place;
use limits::TIME_LIMIT;
use source::Source;

/// How requests introduce themselves. Some hosts answer only those who do.
pub const USER_AGENT: &str = concat!("slipway-repository/", env!("CARGO_PKG_VERSION"));

/// Reads repositories. Meant to be made once and kept, as [`Egress`] is.
#[derive(Debug)]
pub struct Repositories {
    egress: Egress,
    hosts: HostTable,
    bucket: Bucket,
    parse: Parse,
    time_limit: Duration,
}

/// A stack's settings do not allow to read repositories.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    /// The list of hosts that may be called whatever their address is.
    #[error(transparent)]
    AllowedHosts(#[from] InvalidAllowedHost),
    /// The list of hosts of repositories.
    #[error(transparent)]
    Hosts(#[from] InvalidHost),
    /// The TLS library.
    #[error(transparent)]
    Tls(#[from] UnusableTls),
}

impl Repositories {
    /// Reads what is at `hosts`, through `egress`, and what is in the stack's bucket. Nothing is called yet.
    pub fn new(egress: Egress, hosts: HostTable, client: Client, bucket: String) -> Self {
        let bucket = Bucket { client, name: bucket };
        Self { egress, hosts, bucket, parse: Specification::parse, time_limit: TIME_LIMIT }
    }

    /// The same from the texts of a stack's settings: `allowed_hosts` as [`AllowedHosts`] reads it, `hosts` as
    /// [`HostTable`] does. Both may be empty.
    ///
    /// # Errors
    ///
    /// Every variant of [`InvalidSettings`].
    pub fn from_settings(
        client: Client,
        bucket: String,
        allowed_hosts: &str,
        hosts: &str,
    ) -> Result<Self, InvalidSettings> {
        let egress = Egress::new(USER_AGENT, allowed_hosts.parse::<AllowedHosts>()?)?;
        Ok(Self::new(egress, hosts.parse()?, client, bucket))
    }

    /// The same with another reader of `connect.yaml`.
    #[must_use]
    pub fn with_parser(mut self, parse: Parse) -> Self {
        self.parse = parse;
        self
    }

    /// Reads a repository of `project` at its tag. The project's own `hosts` come before the stack's. Takes at most
    /// [`TIME_LIMIT`] and makes one attempt; [`RepositoryError::is_transient`] tells whether another may help.
    ///
    /// # Errors
    ///
    /// Every variant of [`RepositoryError`].
    pub fn read<'a>(
        &'a self,
        project: &'a ProjectKey,
        repository: &'a Repository,
        hosts: &'a [Host],
    ) -> BoxFuture<'a, Result<Contents, RepositoryError>> {
        async move {
            let deadline = Instant::now() + self.time_limit;
            let fetched = tokio::time::timeout(self.time_limit, self.fetch(project, repository, hosts)).await;
            let archive = fetched.map_err(|_| RepositoryError::TimedOut)??;
            let (size, parse) = (archive.len(), self.parse);
            // Inflating takes the processor for a while; others of this process go on meanwhile.
            let read = tokio::task::spawn_blocking(move || contents::read(&archive, parse, deadline));
            let contents = read.await.map_err(RepositoryError::internal)??;
            tracing::info!(%project, size, digest = %contents.payload().digest, "repository read");
            Ok(contents)
        }
        .boxed()
    }

    async fn fetch(
        &self,
        project: &ProjectKey,
        repository: &Repository,
        hosts: &[Host],
    ) -> Result<Vec<u8>, RepositoryError> {
        match Source::of(&repository.url)? {
            Source::Bucket { bucket, prefix } => {
                self.bucket.fetch(project, bucket, prefix, &repository.tag).await
            }
            Source::Git { host, path } => {
                let known = self.hosts.find(hosts, &host);
                let known = known.ok_or_else(|| self.unknown(host, hosts))?;
                let tag = repository.tag.as_str();
                let mut answer = Err(RepositoryError::UnusableUrl);
                for url in known.archives(path, tag) {
                    let place = Place { url, token: known.token(), path, tag };
                    answer = fetch::fetch(&self.egress, place).await;
                    if !matches!(answer, Err(RepositoryError::NotFound { .. })) {
                        break;
                    }
                }
                answer
            }
        }
    }

    fn unknown(&self, host: String, own: &[Host]) -> RepositoryError {
        RepositoryError::UnknownHost { host, known: self.hosts.names(own) }
    }
}

#[cfg(test)]
mod tests;
