//! What a process does in AWS beside its handler: what it prepares in init, and what any of its answers may need. It is all
//! pointers, chosen from an operation's grants when its crate is compiled. What no endpoint of a program points at is not
//! linked, and neither is the client of the SDK that it would use.

use std::time::Duration;

use api::operation::{Grant, Resource, TokenKind, opens_keys};
use futures::FutureExt;
use futures::future::{BoxFuture, join};

use crate::context::Context;
use crate::cors::{self, OriginsOf};

/// How long opening connections may take. What does not answer is met again by the first request, whereas Lambda breaks
/// off an init of ten seconds.
const PRIMING: Duration = Duration::from_secs(2);

type Make = fn(&Context);
type Open = for<'a> fn(&'a Context) -> BoxFuture<'a, ()>;

/// What an operation's process prepares and may need beside its handler.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    payloads: Option<Make>,
    sealed: Option<Make>,
    queue: Option<Make>,
    machines: Option<Make>,
    /// Opens the connection that the first request will use, by reading an item over it.
    first: Option<Open>,
    /// A list asks for its page and its total at once, over a connection each.
    second: Option<Open>,
    /// Reads whose pages may call a project's services.
    pub(crate) origins: Option<OriginsOf>,
}

impl Reach {
    /// What operations with these grants need.
    pub(crate) const fn of(grants: &[Grant]) -> Self {
        let mut reach = Self {
            payloads: None,
            sealed: None,
            queue: None,
            machines: None,
            first: None,
            second: None,
            origins: None,
        };
        let mut left = grants;
        while let [grant, rest @ ..] = left {
            left = rest;
            reach.add(grant);
        }
        if reach.first.is_none() {
            // Indexes alone: nothing that can be read by its key.
            reach.second = None;
        } else if opens_keys(grants, TokenKind::Access) {
            reach.first = Some(open_access_keys);
        } else if opens_keys(grants, TokenKind::Scope) {
            reach.first = Some(open_scope_keys);
        }
        reach
    }

    const fn add(&mut self, grant: &Grant) {
        match grant.on {
            Resource::Payloads => self.payloads = Some(make_payloads),
            // Most requests seal nothing; the one that does makes the client.
            Resource::Sealed(_) if grant.allows("kms:Decrypt") => self.sealed = Some(make_sealed),
            Resource::WorkQueue(_) => self.queue = Some(make_queue),
            Resource::StateMachines
            | Resource::ApplicationMachines
            | Resource::Executions
            | Resource::Account => self.machines = Some(make_machines),
            Resource::Table if grant.allows("dynamodb:GetItem") => self.origins = Some(cors::origins_of),
            _ => {}
        }
        if grant.on.is_in_table() {
            self.first = Some(open_table);
        }
        if grant.allows("dynamodb:Query") {
            self.second = Some(open_table);
        }
    }

    /// Makes the clients and opens the connections, while init runs at full speed.
    pub(crate) async fn prime(&self, context: &Context) {
        for make in [self.payloads, self.sealed, self.queue, self.machines].into_iter().flatten() {
            make(context);
        }
        let open = async |open: Option<Open>| {
            if let Some(open) = open {
                open(context).await;
            }
        };
        let _ = tokio::time::timeout(PRIMING, join(open(self.first), open(self.second))).await;
    }
}

// A missing variable is reported by whoever needs it, with the request that does.

fn make_payloads(context: &Context) {
    let _ = context.artifacts();
}

fn make_sealed(context: &Context) {
    let _ = context.secrets();
}

fn make_queue(context: &Context) {
    let _ = context.sqs();
}

fn make_machines(context: &Context) {
    let _ = context.machines();
}

fn open_table(context: &Context) -> BoxFuture<'_, ()> {
    async { context.store().prime().await }.boxed()
}

fn open_access_keys(context: &Context) -> BoxFuture<'_, ()> {
    async { drop(context.access_keys().await) }.boxed()
}

fn open_scope_keys(context: &Context) -> BoxFuture<'_, ()> {
    async { drop(context.scope_keys().await) }.boxed()
}

#[cfg(test)]
mod tests {
    use api::operation::{SealedFor, grant};

    use super::*;

    #[test]
    fn what_is_not_granted_is_not_reached() {
        let reach = Reach::of(&[]);
        let clients = [reach.payloads, reach.sealed, reach.queue, reach.machines];
        assert!(clients.iter().all(Option::is_none), "{reach:?}");
        assert!(reach.first.is_none() && reach.second.is_none() && reach.origins.is_none(), "{reach:?}");
        let index = Reach::of(&[grant::LIST]);
        assert!(index.first.is_none() && index.second.is_none(), "{index:?}");
    }

    #[test]
    fn each_grant_reaches_its_own_service() {
        let read = Reach::of(&[grant::READ]);
        assert!(read.first.is_some() && read.second.is_none() && read.origins.is_some(), "{read:?}");
        assert!(read.sealed.is_none() && read.payloads.is_none(), "{read:?}");
        let list = Reach::of(&[grant::READ, grant::LIST]);
        assert!(list.first.is_some() && list.second.is_some(), "{list:?}");
        let credential = Reach::of(&[grant::READ_CREDENTIAL]);
        assert!(credential.first.is_some() && credential.origins.is_none(), "{credential:?}");
        let opening = Reach::of(&[grant::open(SealedFor::Environments)]);
        assert!(opening.sealed.is_some() && opening.first.is_none(), "{opening:?}");
        let sealing = Reach::of(&[grant::seal(SealedFor::Environments)]);
        assert!(sealing.sealed.is_none(), "{sealing:?}");
        let payloads = Reach::of(&[grant::GET_PAYLOAD]);
        assert!(payloads.payloads.is_some() && payloads.sealed.is_none(), "{payloads:?}");
    }

    #[test]
    fn keys_are_opened_by_those_who_may_read_and_open_them() {
        let opens = |reach: Reach, open| reach.first.is_some_and(|first| std::ptr::fn_addr_eq(first, open));
        for (kind, opened) in
            [(TokenKind::Access, open_access_keys as Open), (TokenKind::Scope, open_scope_keys as Open)]
        {
            let may = Reach::of(&[grant::read_keys(kind), grant::open(SealedFor::SigningKeys(kind))]);
            assert!(opens(may, opened), "{kind:?}");
            let reads = Reach::of(&[grant::read_keys(kind), grant::seal(SealedFor::SigningKeys(kind))]);
            assert!(opens(reads, open_table as Open), "{kind:?}");
        }
    }
}
