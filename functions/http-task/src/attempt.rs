//! One attempt: connect, send, read a bounded answer, all within the time that is left.

use std::sync::Arc;
use std::time::Duration;

use egress::{AllowedHosts, Egress, Failure, Lookup, UnusableTls};

use crate::answer::Answer;
use crate::request::Prepared;

const USER_AGENT: &str = concat!("slipway-http-task/", env!("CARGO_PKG_VERSION"));

/// Makes HTTP requests within the limits of the address guard. Meant to be made once and kept: making one loads the
/// root certificates, and connections are reused.
#[derive(Debug)]
pub struct HttpCaller(Egress);

impl HttpCaller {
    /// A caller that reaches public addresses and `allowed`.
    ///
    /// # Errors
    ///
    /// [`UnusableTls`] when the machine has no root certificates.
    pub fn new(allowed: AllowedHosts) -> Result<Self, UnusableTls> {
        Egress::new(USER_AGENT, allowed).map(Self)
    }

    /// The same with another way to look up names.
    ///
    /// # Errors
    ///
    /// As [`HttpCaller::new`].
    pub fn with_lookup(allowed: AllowedHosts, lookup: Arc<dyn Lookup>) -> Result<Self, UnusableTls> {
        Egress::with_lookup(USER_AGENT, allowed, lookup).map(Self)
    }

    /// Sends the request once. `time` is for everything, the answer's body included.
    pub(crate) async fn attempt(&self, request: &Prepared, time: Duration) -> Result<Answer, Failure> {
        let client = self.0.client_for(&request.target)?;
        let exchange = async {
            let mut builder = client
                .request(request.method.clone(), request.target.url().clone())
                .headers(request.headers.clone());
            if let Some(body) = &request.body {
                builder = builder.body(body.clone());
            }
            Answer::read(builder.send().await?).await
        };
        match tokio::time::timeout(time, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Failure::of(&error)),
            Err(_) => Err(Failure::TimedOut),
        }
    }
}
