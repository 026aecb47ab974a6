//! The requests we make of DynamoDB. Not generic and boxed here, so that the SDK's futures are compiled once and
//! not again in every binary.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as TransactError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, KeysAndAttributes, Put,
    ReturnValuesOnConditionCheckFailure::AllOld, Select, TransactWriteItem, Update,
};
use domain::throttle::{is_throttle, marked};
use futures::future::{BoxFuture, FutureExt, try_join_all};
use uuid::Uuid;

use crate::error::StoreError;
use retry::Retry;

use crate::item::{Item, key_item, name, string, text};
use crate::keys::ItemKey;
use crate::write::{Action, Write};

/// `BatchGetItem` takes so many keys.
const BATCH: usize = 100;

/// So often a transaction that collided with another is sent: the pauses come to less than three seconds.
const ATTEMPTS: u32 = 12;

/// Why a transaction may be cancelled that succeeds when it is sent again.
const PASSING: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// A table and the client to reach it.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    client: Client,
    name: String,
}

/// One `Query`.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: (&'static str, String),
    pub(crate) sort: Option<(&'static str, Sort)>,
    pub(crate) forward: bool,
    pub(crate) limit: Option<usize>,
    pub(crate) start: Option<Item>,
}

/// A condition on the sort key.
#[derive(Debug, Clone)]
pub(crate) enum Sort {
    Prefix(String),
    Before(String),
    /// From the one to the other, both included.
    Between(String, String),
}

/// What one `Query` found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Item>,
}

/// What became of a single write.
enum Sent {
    Written,
    /// The condition failed, with the old item when there was one.
    OnConditionFailure(Option<Item>),
    /// A transaction had the item at that moment.
    Collided,
}

impl Table {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// One item. Consistent reads cost twice; only what decides a write needs them.
    pub(crate) fn get(
        &self,
        key: ItemKey,
        consistent: bool,
    ) -> BoxFuture<'_, Result<Option<Item>, StoreError>> {
        async move {
            let request = self.client.get_item().table_name(&self.name).consistent_read(consistent);
            let answer = request.set_key(Some(key_item(&key))).send().await;
            answer.map(|answer| answer.item).map_err(StoreError::of_request)
        }
        .boxed()
    }

    /// Many items, consistently, in the order of the keys. What is not there is left out.
    pub(crate) fn get_many(&self, keys: Vec<ItemKey>) -> BoxFuture<'_, Result<Vec<Item>, StoreError>> {
        async move {
            let batches = try_join_all(keys.chunks(BATCH).map(|batch| self.get_batch(batch))).await?;
            let identity =
                |item: &Item| Some((text(item, name::PK)?.to_owned(), text(item, name::SK)?.to_owned()));
            let mut found: HashMap<_, _> =
                batches.into_iter().flatten().map(|item| (identity(&item), item)).collect();
            Ok(keys.into_iter().filter_map(|key| found.remove(&Some((key.pk, key.sk)))).collect())
        }
        .boxed()
    }

    async fn get_batch(&self, keys: &[ItemKey]) -> Result<Vec<Item>, StoreError> {
        let mut wanted: Vec<Item> = keys.iter().map(key_item).collect();
        let mut items = Vec::with_capacity(wanted.len());
        let mut retry = Retry::at_most(ATTEMPTS);
        while !wanted.is_empty() {
            let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(wanted));
            let request = request.build().map_err(StoreError::unavailable)?;
            let answer = self.client.batch_get_item().request_items(&self.name, request).send().await;
            let answer = answer.map_err(StoreError::of_request)?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            // DynamoDB may answer a part and leave the rest to us.
            let rest = answer.unprocessed_keys.unwrap_or_default().into_values();
            wanted = rest.flat_map(|keys| keys.keys).collect();
            if !wanted.is_empty() {
                retry.again("keys were left unprocessed").await?;
            }
        }
        Ok(items)
    }

    /// One page of a partition.
    pub(crate) fn query(&self, query: Query) -> BoxFuture<'_, Result<Found, StoreError>> {
        async move {
            let answer = self.ask(query).send().await.map_err(StoreError::of_request)?;
            let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
            Ok(Found { items: answer.items.unwrap_or_default(), next })
        }
        .boxed()
    }

    /// How many there are in a partition that match. DynamoDB reads them, a megabyte at a time, and sends none.
    pub(crate) fn count(&self, mut query: Query) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            let mut count = 0;
            loop {
                let request = self.ask(query.clone()).select(Select::Count);
                let answer = request.send().await.map_err(StoreError::of_request)?;
                count += u64::try_from(answer.count).unwrap_or_default();
                query.start = answer.last_evaluated_key.filter(|key| !key.is_empty());
                if query.start.is_none() {
                    return Ok(count);
                }
            }
        }
        .boxed()
    }

    fn ask(&self, query: Query) -> QueryFluentBuilder {
        let (attribute, value) = query.partition;
        let mut condition = "#pk = :pk".to_owned();
        let mut request = self.client.query().table_name(&self.name);
        request = request.expression_attribute_names("#pk", attribute);
        request = request.expression_attribute_values(":pk", string(value));
        if let Some((attribute, sort)) = query.sort {
            let (clause, value) = match sort {
                Sort::Prefix(prefix) => (" AND begins_with(#sk, :sk)", prefix),
                Sort::Before(bound) => (" AND #sk < :sk", bound),
                Sort::Between(from, to) => {
                    request = request.expression_attribute_values(":to", string(to));
                    (" AND #sk BETWEEN :sk AND :to", from)
                }
            };
            condition.push_str(clause);
            request = request.expression_attribute_names("#sk", attribute);
            request = request.expression_attribute_values(":sk", string(value));
        }
        request
            .key_condition_expression(condition)
            .set_index_name(query.index.map(str::to_owned))
            // An index cannot be read consistently; the table's own partitions always are.
            .consistent_read(query.index.is_none())
            .scan_index_forward(query.forward)
            .set_limit(query.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .set_exclusive_start_key(query.start)
    }

    /// Everything in a partition that matches, however many pages that is.
    pub(crate) async fn query_all(&self, mut query: Query) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        loop {
            let found = self.query(query.clone()).await?;
            items.extend(found.items);
            if found.next.is_none() {
                return Ok(items);
            }
            query.start = found.next;
        }
    }

    /// Does all of the writes or none. One alone costs half of what a transaction does.
    pub(crate) fn write(&self, mut writes: Vec<Write>) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            match (writes.pop(), writes.is_empty()) {
                (None, _) => Ok(()),
                (Some(only), true) => self.write_one(only).await,
                (Some(last), false) => {
                    writes.push(last);
                    self.transact(&writes).await
                }
            }
        }
        .boxed()
    }

    async fn write_one(&self, write: Write) -> Result<(), StoreError> {
        let write_id = Uuid::new_v4().to_string();
        let write = write.signed(&write_id);
        let mut retry = Retry::at_most(ATTEMPTS);
        loop {
            match self.send_one(&write).await? {
                Sent::Written => return Ok(()),
                // The SDK repeats a request whose answer got lost; the repetition meets our own first write.
                Sent::OnConditionFailure(Some(old)) if text(&old, name::LAST_WRITE) == Some(&write_id) => {
                    return Ok(());
                }
                Sent::OnConditionFailure(old) => return Err(write.refused.explain(old.as_ref())),
                Sent::Collided => retry.again("the item collided with transactions").await?,
            }
        }
    }

    async fn send_one(&self, write: &Write) -> Result<Sent, StoreError> {
        let rendered = write.render();
        let key = key_item(&write.key);
        macro_rules! send {
            ($request:expr) => {{
                let request = $request
                    .table_name(&self.name)
                    .set_condition_expression(rendered.condition)
                    .set_expression_attribute_names(rendered.names)
                    .set_expression_attribute_values(rendered.values)
                    .return_values_on_condition_check_failure(AllOld);
                let Err(error) = request.send().await else { return Ok(Sent::Written) };
                match error.as_service_error() {
                    Some(service) if service.is_conditional_check_failed_exception() => {
                        Ok(Sent::OnConditionFailure(old_item(&error)))
                    }
                    // The SDK does not repeat these.
                    Some(service) if service.is_transaction_conflict_exception() => Ok(Sent::Collided),
                    _ => Err(StoreError::of_request(error)),
                }
            }};
        }
        match &write.action {
            Action::Put(item) => send!(self.client.put_item().set_item(Some(item.clone()))),
            Action::Update(_) => {
                let request = self.client.update_item().set_key(Some(key));
                send!(request.set_update_expression(rendered.update))
            }
            Action::Delete => send!(self.client.delete_item().set_key(Some(key))),
        }
    }

    async fn transact(&self, writes: &[Write]) -> Result<(), StoreError> {
        let items = writes.iter().map(|write| self.transact_item(write)).collect::<Result<Vec<_>, _>>()?;
        let mut retry = Retry::at_most(ATTEMPTS);
        loop {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = request.send().await else { return Ok(()) };
            let Some(TransactError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(StoreError::of_request(error));
            };
            let reasons = cancelled.cancellation_reasons();
            let refused = writes.iter().zip(reasons).find(|(_, reason)| is(reason, "ConditionalCheckFailed"));
            if let Some((write, reason)) = refused {
                return Err(write.refused.explain(reason.item()));
            }
            if reasons.iter().any(|reason| is(reason, "ValidationError")) {
                return Err(StoreError::Rejected(error.into()));
            }
            if !reasons.iter().any(|reason| PASSING.iter().any(|code| is(reason, code))) {
                return Err(StoreError::unavailable(error));
            }
            let throttle = reasons.iter().filter_map(CancellationReason::code).find(|code| is_throttle(code));
            let over = retry.again("the transaction collided with others").await;
            over.map_err(|over| StoreError::Unavailable(marked(throttle, over.into())))?;
        }
    }

    fn transact_item(&self, write: &Write) -> Result<TransactWriteItem, StoreError> {
        let rendered = write.render();
        let key = Some(key_item(&write.key));
        let item = TransactWriteItem::builder();
        macro_rules! build {
            ($builder:expr) => {
                $builder
                    .table_name(&self.name)
                    .set_condition_expression(rendered.condition)
                    .set_expression_attribute_names(rendered.names)
                    .set_expression_attribute_values(rendered.values)
                    .return_values_on_condition_check_failure(AllOld)
                    .build()
                    .map_err(StoreError::unavailable)?
            };
        }
        let item = match &write.action {
            Action::Put(attributes) => item.put(build!(Put::builder().set_item(Some(attributes.clone())))),
            Action::Update(_) => {
                let update = Update::builder().set_key(key).set_update_expression(rendered.update);
                item.update(build!(update))
            }
            Action::Delete => item.delete(build!(Delete::builder().set_key(key))),
        };
        Ok(item.build())
    }
}

fn is(reason: &CancellationReason, code: &str) -> bool {
    reason.code() == Some(code)
}

/// The old item that came with a failed condition.
fn old_item<E: OldItem, R>(error: &SdkError<E, R>) -> Option<Item> {
    error.as_service_error().and_then(OldItem::old_item).filter(|item| !item.is_empty())
}

/// The SDK has one error type per operation, alike in what matters here.
trait OldItem {
    fn old_item(&self) -> Option<HashMap<String, AttributeValue>>;
}

macro_rules! old_item_of {
    ($($operation:ident::$error:ident),+) => {$(
        impl OldItem for aws_sdk_dynamodb::operation::$operation::$error {
            fn old_item(&self) -> Option<HashMap<String, AttributeValue>> {
                match self {
                    Self::ConditionalCheckFailedException(failed) => failed.item().cloned(),
                    _ => None,
                }
            }
        }
    )+};
}

old_item_of!(put_item::PutItemError, update_item::UpdateItemError, delete_item::DeleteItemError);
