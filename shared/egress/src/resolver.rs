//! Names to addresses. What is checked here is exactly what the client connects to: there is no second
//! look-up that could answer differently.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address_guard::refusal;

/// How names are looked up.
pub trait Lookup: Send + Sync + fmt::Debug {
    /// All addresses of `host`.
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
#[derive(Debug)]
pub(crate) struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) }
            .boxed()
    }
}

/// The resolver of an HTTP client.
#[derive(Debug)]
pub(crate) struct GuardedResolver {
    pub(crate) lookup: Arc<dyn Lookup>,
    /// Whether addresses that are not public are refused.
    pub(crate) guarded: bool,
}

/// A name has an address that is not public.
#[derive(Debug)]
pub(crate) struct RefusedAddress(pub(crate) &'static str);

impl fmt::Display for RefusedAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the address is {}", self.0)
    }
}

impl Error for RefusedAddress {}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.lookup.lookup(name.as_str());
        let guarded = self.guarded;
        async move {
            let addresses = addresses.await?;
            // One address that is not public is enough: a name that mixes them has no good reason to.
            if guarded && let Some(class) = addresses.iter().find_map(|address| refusal(*address)) {
                return Err(RefusedAddress(class).into());
            }
            if addresses.is_empty() {
                return Err("the name has no address".into());
            }
            // Port 0: the client puts in the URL's port, or its scheme's.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        }
        .boxed()
    }
}
