//! One attempt: connect, send, read a bounded answer, all within the time that is left.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use crate::address_guard::refusal;
use crate::allowed_hosts::AllowedHosts;
use crate::request::Prepared;
use crate::resolver::{GuardedResolver, Lookup, RefusedAddress, SystemLookup};
use crate::response::MAX_OUTPUT_BYTES;

/// How long a connection may take to come about before the attempt counts as failed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an unused connection is kept. Short: while a function is frozen the other side closes it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes HTTP requests within the limits of the address guard. Meant to be made once and kept: making one loads the
/// root certificates, and connections are reused.
#[derive(Debug)]
pub struct HttpCaller {
    allowed: AllowedHosts,
    /// Refuses what is not public.
    guarded: Client,
    /// For allowed hosts, where there are any.
    open: Option<Client>,
}

/// The TLS library could not be set up, for instance because the machine has no root certificates.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made")]
pub struct UnusableTls(#[source] reqwest::Error);

impl HttpCaller {
    /// A caller that reaches public addresses and `allowed`.
    ///
    /// # Errors
    ///
    /// [`UnusableTls`] when the machine has no root certificates.
    pub fn new(allowed: AllowedHosts) -> Result<Self, UnusableTls> {
        Self::with_lookup(allowed, Arc::new(SystemLookup))
    }

    /// The same with another way to look up names.
    ///
    /// # Errors
    ///
    /// As [`HttpCaller::new`].
    pub fn with_lookup(allowed: AllowedHosts, lookup: Arc<dyn Lookup>) -> Result<Self, UnusableTls> {
        let guarded = client(GuardedResolver { lookup: lookup.clone(), guarded: true })?;
        let open =
            if allowed.is_empty() { None } else { Some(client(GuardedResolver { lookup, guarded: false })?) };
        Ok(Self { allowed, guarded, open })
    }

    /// Sends the request once. `time` is for everything, the answer's body included.
    pub(crate) async fn attempt(&self, request: &Prepared, time: Duration) -> Result<Answer, Failure> {
        let client = self.client_for(request)?;
        let exchange = async {
            let mut builder = client
                .request(request.method.clone(), request.target.url.clone())
                .headers(request.headers.clone());
            if let Some(body) = &request.body {
                builder = builder.body(body.clone());
            }
            read(builder.send().await?).await
        };
        match tokio::time::timeout(time, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Failure::of(&error)),
            Err(_) => Err(Failure::TimedOut),
        }
    }

    /// A URL with an address in it is judged here, because no name is looked up; one with a name by the
    /// resolver.
    fn client_for(&self, request: &Prepared) -> Result<&Client, Failure> {
        if let Some(open) = self.open.as_ref().filter(|_| self.allowed.allow(&request.target)) {
            return Ok(open);
        }
        match request.target.address().and_then(refusal) {
            Some(class) => Err(Failure::Refused(class)),
            None => Ok(&self.guarded),
        }
    }
}

fn client(resolver: GuardedResolver) -> Result<Client, UnusableTls> {
    Client::builder()
        .user_agent(concat!("slipway-http-task/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        // A proxy would look up names itself, past the guard.
        .no_proxy()
        .dns_resolver(Arc::new(resolver))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(2)
        .retry(reqwest::retry::never())
        .build()
        .map_err(UnusableTls)
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether `body` is all of it; reading stops at the limit.
    pub(crate) complete: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The address is not public.
    Refused(&'static str),
    /// The name has no address, nobody listens, or TLS failed: nothing was sent.
    NotConnected(String),
    /// The connection broke; the request may have arrived.
    Broken(String),
    /// The time is up; the request may have arrived.
    TimedOut,
}

impl Failure {
    fn of(error: &reqwest::Error) -> Self {
        let outermost: &dyn Error = error;
        let chain = || std::iter::successors(Some(outermost), |error| (*error).source());
        if let Some(RefusedAddress(class)) = chain().find_map(|error| error.downcast_ref()) {
            return Self::Refused(class);
        }
        // The outermost message holds the URL, whose query is nobody's business; the innermost says what
        // happened.
        let reason = chain().skip(1).last().map_or_else(|| "the request failed".to_owned(), reason);
        if error.is_connect() { Self::NotConnected(reason) } else { Self::Broken(reason) }
    }
}

fn reason(error: &dyn Error) -> String {
    let text = error.to_string();
    text.chars().take(300).collect()
}

async fn read(mut response: Response) -> reqwest::Result<Answer> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    let mut complete = true;
    while let Some(chunk) = response.chunk().await? {
        let room = MAX_OUTPUT_BYTES - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            complete = false;
            break;
        }
    }
    Ok(Answer { status, headers, body, complete })
}
