//! The HTTP clients, and what their failures mean.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use crate::address_guard::refusal;
use crate::allowed_hosts::AllowedHosts;
use crate::resolver::{GuardedResolver, Lookup, RefusedAddress, SystemLookup};
use crate::target::Target;

/// How long a connection may take to come about before the attempt counts as failed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an unused connection is kept. Short: while a function is frozen the other side closes it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest reason of a [`Failure`], in characters.
const MAX_REASON: usize = 300;

/// Hands out HTTP clients that keep within the limits of the address guard. Meant to be made once and kept:
/// making one loads the root certificates, and connections are reused.
#[derive(Debug)]
pub struct Egress {
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

/// A URL holds an address that is not public: its kind, as a word that follows "its address is".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is {0}")]
pub struct RefusedTarget(pub &'static str);

impl Egress {
    /// Clients that reach public addresses and `allowed`, and call themselves `user_agent`.
    ///
    /// # Errors
    ///
    /// [`UnusableTls`] when the machine has no root certificates.
    pub fn new(user_agent: &str, allowed: AllowedHosts) -> Result<Self, UnusableTls> {
        Self::with_lookup(user_agent, allowed, Arc::new(SystemLookup))
    }

    /// The same with another way to look up names.
    ///
    /// # Errors
    ///
    /// As [`Egress::new`].
    pub fn with_lookup(
        user_agent: &str,
        allowed: AllowedHosts,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, UnusableTls> {
        let guarded = client(user_agent, GuardedResolver { lookup: lookup.clone(), guarded: true })?;
        let open = if allowed.is_empty() {
            None
        } else {
            Some(client(user_agent, GuardedResolver { lookup, guarded: false })?)
        };
        Ok(Self { allowed, guarded, open })
    }

    /// Whether the stack allows the host of `target` whatever its address is.
    pub fn allows(&self, target: &Target) -> bool {
        self.allowed.allow(target)
    }

    /// The client for `target`, and for no other: a redirect needs a client of its own.
    ///
    /// A URL with an address in it is judged here, because no name is looked up; one with a name by the
    /// resolver, and then the failure is [`Failure::Refused`].
    ///
    /// # Errors
    ///
    /// [`RefusedTarget`] when the URL holds an address that is not public.
    pub fn client_for(&self, target: &Target) -> Result<&Client, RefusedTarget> {
        if let Some(open) = self.open.as_ref().filter(|_| self.allows(target)) {
            return Ok(open);
        }
        match target.address().and_then(refusal) {
            Some(class) => Err(RefusedTarget(class)),
            None => Ok(&self.guarded),
        }
    }
}

fn client(user_agent: &str, resolver: GuardedResolver) -> Result<Client, UnusableTls> {
    Client::builder()
        .user_agent(user_agent)
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

/// Why there is no answer. No reason holds a URL: its query is nobody's business.
#[derive(Debug)]
pub enum Failure {
    /// The address is not public: its kind, as a word that follows "its address is".
    Refused(&'static str),
    /// The name has no address, nobody listens, or TLS failed: nothing was sent.
    NotConnected(String),
    /// The connection broke; the request may have arrived.
    Broken(String),
    /// The time is up; the request may have arrived.
    TimedOut,
}

impl Failure {
    /// What an error of a client means. It is never [`Failure::TimedOut`]: a client has no time limit but that of
    /// connecting.
    pub fn of(error: &reqwest::Error) -> Self {
        let outermost: &dyn Error = error;
        let chain = || std::iter::successors(Some(outermost), |error| (*error).source());
        if let Some(RefusedAddress(class)) = chain().find_map(|error| error.downcast_ref()) {
            return Self::Refused(class);
        }
        // The outermost message holds the URL; the innermost says what happened.
        let reason = chain().skip(1).last().map_or_else(|| "the request failed".to_owned(), reason);
        if error.is_connect() { Self::NotConnected(reason) } else { Self::Broken(reason) }
    }
}

impl From<RefusedTarget> for Failure {
    fn from(RefusedTarget(class): RefusedTarget) -> Self {
        Self::Refused(class)
    }
}

fn reason(error: &dyn Error) -> String {
    let text = error.to_string();
    text.chars().take(MAX_REASON).collect()
}
