mod links;
mod queries;

use domain::address::Address;
use domain::ids::PackageId;

use super::*;
use crate::error::ApiError;
use crate::operation::{Method, Route, schema_of};
use crate::param::Param;
use crate::path::PathValues;
use crate::query::{Flag, Query, QueryParams};

const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

/// What can be included.
#[derive(Debug, Clone)]
struct Parts;

impl Choices for Parts {
    const CHOICES: &'static [Choice] = &[
        Choice { name: "enabledBy", description: "Who switched it on" },
        Choice { name: "package", description: "The package" },
    ];
}

/// What can be sorted by.
#[derive(Debug, Clone)]
struct ByFlow;

impl SortFields for ByFlow {
    const FIELDS: &'static [SortField] = &[
        SortField { name: "created_at", aliases: &[], description: "When it was made" },
        SortField { name: "flow_name", aliases: &["flows.name", "flows.id"], description: "The flow" },
    ];
}

/// A status that can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Draft,
    Deployed,
}

crate::words!(Standing { Draft = "Draft", Deployed = "Deployed" });

crate::query! {
    /// Which things a list shows.
    struct List {
        /// The page.
        page: CollectionRequest,
        /// Of these packages.
        package as "filter[package_id]": Option<Vec<PackageId>>,
        /// Of these flows.
        flow as "filter[flowVersion.flow]": Option<Vec<Address>>,
        /// Whether it is global.
        global as "filter[global]": Flag,
        /// That stand there.
        status as "filter[status]": Option<Vec<Standing>>,
        /// Of that name.
        name as "filter[name]": Option<Vec<String>>,
        /// What comes with each.
        include: Include<Parts>,
        /// The order.
        sort: Sort<ByFlow>,
    }
}

impl List {
    /// The order that is asked for.
    fn order(&self) -> Order {
        self.sort.order(("nothing", store::Direction::Ascending))
    }
}

/// A route of the family with those parameters.
const fn route(query: &'static [Param]) -> Route {
    Route {
        query,
        answer: schema_of::<Deleted>,
        ..Route::new(Method::Get, "/api/v1/flow-versions/{flow_version}/deployments")
    }
}

const LIST: Route = route(List::PARAMS);

/// What a query asks of a list.
fn asked(route: &Route, query: &str) -> Result<List, ApiError> {
    let given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let url = "https://example.com/api/v1/things".to_owned();
    Query::decode(route, &PathValues::default(), &given).map(|query| List::read(&query.at(url)))
}

fn asks(query: &str) -> List {
    asked(&LIST, query).unwrap()
}
