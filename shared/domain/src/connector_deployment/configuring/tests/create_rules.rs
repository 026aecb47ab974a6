//! The rules of new deployments.

use serde_json::{Value, json};

use crate::connector_deployment::MAX_CONFIGURATION_BYTES;
use crate::environment::MAX_SECURED_BYTES;

/// What is done to the specification, or to the request, of the samples.
pub(super) type Change = fn(&mut Value);

const AS_IT_IS: Change = |_| {};

/// Where in `wanted` they are.
pub(super) const NIGHTLY: usize = 1;
pub(super) const CALC: usize = 2;
const ORDERS: usize = 3;

pub(super) fn application(request: &mut Value, index: usize) -> &mut Value {
    &mut request["applications"][index]
}

/// Keys whose names alone take more room than there is, once they have values.
fn many_secured() -> Value {
    let key = |n: usize| json!({ "key": format!("K{n:03}{}", "A".repeat(110)), "description": "" });
    (0..900).map(key).collect()
}

/// A rule, the specification, the request, and the problems, in order.
pub(super) const RULES: &[(&str, Change, Change, &[&str])] = &[
    ("all is well", AS_IT_IS, AS_IT_IS, &[]),
    (
        "no list",
        AS_IT_IS,
        |r| {
            r.as_object_mut().unwrap().remove("applications");
        },
        &["ApplicationRequired"],
    ),
    ("an empty list", AS_IT_IS, |r| r["applications"] = json!([]), &["ApplicationRequired"]),
    (
        "a connector without applications",
        |s| s["applications"] = json!([]),
        |r| r["applications"] = json!([]),
        &[],
    ),
    (
        "the same, no list",
        |s| s["applications"] = json!([]),
        |r| {
            r.as_object_mut().unwrap().remove("applications");
        },
        &[],
    ),
    ("one is enough", AS_IT_IS, |r| r["applications"] = json!([{ "name": "pages" }]), &[]),
    (
        "an unknown application",
        AS_IT_IS,
        |r| application(r, 0)["name"] = json!("calcc"),
        &["UnknownApplication"],
    ),
    (
        "only an unknown one",
        AS_IT_IS,
        |r| r["applications"] = json!([{ "name": "x", "standard": [["K", ""]] }]),
        &["UnknownApplication"],
    ),
    ("names are exact", AS_IT_IS, |r| application(r, 0)["name"] = json!("Pages"), &["UnknownApplication"]),
    (
        "an application twice",
        AS_IT_IS,
        |r| application(r, NIGHTLY)["name"] = json!("pages"),
        &["InvalidInput /1/applicationName", "InvalidInput /1/schedule"],
    ),
    (
        "a key twice",
        AS_IT_IS,
        |r| application(r, CALC)["standard"] = json!([["URL", "a"], ["NOTE", ""], ["URL", "a"]]),
        &["InvalidInput /2/standardConfiguration/2/key"],
    ),
    (
        "a secret twice",
        AS_IT_IS,
        |r| application(r, CALC)["secured"] = json!([["TOKEN", "hush"], ["TOKEN", "hush"]]),
        &["InvalidInput /2/securedConfiguration/1/key"],
    ),
    (
        "a global key twice",
        AS_IT_IS,
        |r| r["global"]["standard"] = json!([["TENANT", "a"], ["TENANT", "a"]]),
        &["InvalidInput /global/standardConfiguration/1/key"],
    ),
    (
        "an unknown key",
        AS_IT_IS,
        |r| application(r, CALC)["standard"] = json!([["URL", "a"], ["URI", "a"]]),
        &["UnknownApplicationKey"],
    ),
    (
        "an unknown secret",
        AS_IT_IS,
        |r| application(r, 0)["secured"] = json!([["TOKEN", "hush"]]),
        &["UnknownApplicationKey"],
    ),
    (
        "a key in the wrong section",
        AS_IT_IS,
        |r| application(r, CALC)["standard"] = json!([["URL", "a"], ["EXTRA", "hush"]]),
        &["UnknownApplicationKey"],
    ),
    (
        "a required key in the wrong section is missing in the right one",
        AS_IT_IS,
        |r| *application(r, CALC) = json!({ "name": "calc", "standard": [["URL", "a"], ["TOKEN", "hush"]] }),
        &["UnknownApplicationKey", "MissingApplicationKey"],
    ),
    (
        "a global key in an application",
        AS_IT_IS,
        |r| application(r, 0)["standard"] = json!([["TENANT", "a"]]),
        &["UnknownApplicationKey"],
    ),
    (
        "an unknown global key",
        AS_IT_IS,
        |r| r["global"]["standard"] = json!([["TENANT", "a"], ["URL", "a"]]),
        &["UnknownGlobalKey"],
    ),
    (
        "a global key in the wrong section",
        AS_IT_IS,
        |r| {
            r["global"] =
                json!({ "standard": [["TENANT", "a"], ["SPARE", "hush"]], "secured": [["MASTER", "hush"]] });
        },
        &["UnknownGlobalKey"],
    ),
    (
        "a required key is missing",
        AS_IT_IS,
        |r| application(r, CALC)["standard"] = json!([]),
        &["MissingApplicationKey"],
    ),
    (
        "a required secret is missing",
        AS_IT_IS,
        |r| application(r, CALC)["secured"] = json!([]),
        &["MissingApplicationKey"],
    ),
    (
        "a required key is empty",
        AS_IT_IS,
        |r| application(r, CALC)["standard"] = json!([["URL", ""]]),
        &["EmptyApplicationKey"],
    ),
    (
        "one with a default is empty",
        AS_IT_IS,
        |r| application(r, CALC)["standard"] = json!([["URL", "a"], ["MODE", ""]]),
        &["EmptyApplicationKey"],
    ),
    (
        "a required secret is empty",
        AS_IT_IS,
        |r| application(r, CALC)["secured"] = json!([["TOKEN", ""]]),
        &["EmptyApplicationKey"],
    ),
    (
        "optional ones may be empty",
        AS_IT_IS,
        |r| *application(r, CALC) = json!({ "name": "calc", "standard": [["URL", "a"], ["NOTE", ""]], "secured": [["TOKEN", "hush"], ["EXTRA", ""]] }),
        &[],
    ),
    (
        "what is not listed misses nothing",
        AS_IT_IS,
        |r| {
            r["applications"].as_array_mut().unwrap().remove(CALC);
        },
        &[],
    ),
    (
        "no global values",
        AS_IT_IS,
        |r| {
            r.as_object_mut().unwrap().remove("global");
        },
        &["MissingGlobalKey", "MissingGlobalKey"],
    ),
    ("empty global lists", AS_IT_IS, |r| r["global"] = json!({}), &["MissingGlobalKey", "MissingGlobalKey"]),
    (
        "required global ones are empty",
        AS_IT_IS,
        |r| r["global"] = json!({ "standard": [["TENANT", ""]], "secured": [["MASTER", ""]] }),
        &["EmptyGlobalKey", "EmptyGlobalKey"],
    ),
    (
        "the mask of a new secret",
        AS_IT_IS,
        |r| application(r, CALC)["secured"] = json!([["TOKEN", "****"], ["EXTRA", "****"]]),
        &["InvalidInput /2/securedConfiguration/0/value", "InvalidInput /2/securedConfiguration/1/value"],
    ),
    (
        "the mask of a new global secret",
        AS_IT_IS,
        |r| r["global"]["secured"] = json!([["MASTER", "****"]]),
        &["InvalidInput /global/securedConfiguration/0/value"],
    ),
    (
        "asterisks that can be read are a value",
        AS_IT_IS,
        |r| application(r, CALC)["standard"] = json!([["URL", "****"]]),
        &[],
    ),
    (
        "a schedule that is none",
        AS_IT_IS,
        |r| application(r, NIGHTLY)["schedule"] = json!("now and then"),
        &["InvalidInput /1/schedule"],
    ),
    (
        "an empty schedule",
        AS_IT_IS,
        |r| application(r, NIGHTLY)["schedule"] = json!(""),
        &["InvalidInput /1/schedule"],
    ),
    (
        "a schedule of a service",
        AS_IT_IS,
        |r| application(r, CALC)["schedule"] = json!("0 3 * * *"),
        &["InvalidInput /2/schedule"],
    ),
    (
        "a retry policy of a job",
        AS_IT_IS,
        |r| application(r, NIGHTLY)["retryPolicy"] = json!({ "strategy": "immediate" }),
        &["RetryPolicyNotAllowed"],
    ),
    (
        "a bad one of a service",
        AS_IT_IS,
        |r| application(r, CALC)["retryPolicy"] = json!(7),
        &["RetryPolicyNotAllowed"],
    ),
    (
        "a retry policy that is none",
        AS_IT_IS,
        |r| application(r, ORDERS)["retryPolicy"] = json!({ "strategy": "never" }),
        &["InvalidRetryPolicy"],
    ),
    (
        "a secret that is too long",
        AS_IT_IS,
        |r| application(r, CALC)["secured"] = json!([["TOKEN", "h".repeat(MAX_SECURED_BYTES + 1)]]),
        &["InvalidInput /2/securedConfiguration/0/value"],
    ),
    (
        "a secret that is just short enough",
        AS_IT_IS,
        |r| application(r, CALC)["secured"] = json!([["TOKEN", "h".repeat(MAX_SECURED_BYTES)]]),
        &[],
    ),
    (
        "too much in all",
        AS_IT_IS,
        |r| r["global"]["standard"] = json!([["TENANT", "t".repeat(MAX_CONFIGURATION_BYTES)]]),
        &["InvalidInput"],
    ),
    (
        "too much as JSON",
        AS_IT_IS,
        |r| r["global"]["standard"] = json!([["TENANT", "\n".repeat(MAX_CONFIGURATION_BYTES / 2)]]),
        &["InvalidInput"],
    ),
    (
        "keys count, without a value too",
        |s| s["applications"][0]["keys"]["securedConfiguration"] = many_secured(),
        |r| {
            let keys =
                many_secured().as_array().unwrap().iter().map(|key| json!([key["key"], "h"])).collect();
            application(r, CALC)["secured"] = serde_json::Value::Array(keys);
        },
        &["InvalidInput"],
    ),
    (
        "defaults count",
        |s| s["global"]["standardConfiguration"][1]["default"] = json!("t".repeat(MAX_CONFIGURATION_BYTES)),
        AS_IT_IS,
        &["InvalidInput"],
    ),
    (
        "all at once, in order",
        AS_IT_IS,
        |r| {
            *r = json!({
                "applications": [
                    { "name": "pages", "secured": [["K1", "hush"]], "standard": [["K2", ""]], "schedule": "x", "retryPolicy": 1 },
                    { "name": "nope" },
                    { "name": "calc", "standard": [["URL", ""]] },
                    { "name": "pages" },
                ],
                "global": { "standard": [["K3", ""]] },
            });
        },
        &[
            "UnknownApplicationKey",
            "UnknownApplicationKey",
            "InvalidInput /0/schedule",
            "RetryPolicyNotAllowed",
            "UnknownApplication",
            "EmptyApplicationKey",
            "InvalidInput /3/applicationName",
            "UnknownGlobalKey",
            "MissingApplicationKey",
            "MissingGlobalKey",
            "MissingGlobalKey",
        ],
    ),
];
