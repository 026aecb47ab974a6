//! The regions that a connector says it supports: names of this stack, or nobody could ever deploy it there.

use api::ApiError;
use api::update::at_action;
use contract::connect::staged_connectors::Action;
use domain::text::Region;
use runtime::Config;

/// Refuses names that the stack does not know. `list` points at the regions in what was sent.
pub(crate) fn check_regions(config: &Config, regions: &[Region], list: &str) -> Result<(), ApiError> {
    let unknown = regions.iter().enumerate().filter(|(_, region)| !config.knows_region(region));
    let known = || config.regions.join(", ");
    let errors = unknown.flat_map(|(place, region)| {
        let words = format!("'{region}' is no region that is known here; there are {}", known());
        ApiError::invalid_field(&format!("{list}/{place}"), words).errors
    });
    let errors: Vec<_> = errors.collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiError::all(400, errors)) }
}

/// The same for an update: the first action that names such a region is the one that fails.
pub(crate) fn check_regions_of(config: &Config, actions: &[Action]) -> Result<(), ApiError> {
    actions.iter().enumerate().try_for_each(|(place, action)| match action {
        Action::SetSupportedRegions { regions } => {
            check_regions(config, regions, "/regions").map_err(|error| at_action(place, error))
        }
        _ => Ok(()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use api::ErrorCode;

    fn config() -> Config {
        Config::read(|name| (name == "REGIONS").then(|| "europe-west1.gcp, eu-central-1.aws".to_owned()))
    }

    fn fields(refused: Result<(), ApiError>) -> Vec<String> {
        let errors = refused.err().map(|error| error.errors).unwrap_or_default();
        errors.iter().map(|item| item.members["field"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_region_that_is_none_of_the_stacks_is_told() {
        let regions = ["Moon", "europe-west1.gcp", "us-central1.gcp"].map(|name| name.parse().unwrap());
        let refused = check_regions(&config(), &regions, "/supportedRegions");
        let error = refused.as_ref().unwrap_err().errors.first().unwrap();
        assert_eq!(error.code, ErrorCode::InvalidJsonInput);
        assert!(error.message.contains("'Moon'") && error.message.ends_with("eu-central-1.aws"), "{error:?}");
        assert_eq!(fields(refused), ["/supportedRegions/0", "/supportedRegions/2"]);
        assert_eq!(fields(check_regions(&config(), &[], "/supportedRegions")), [""; 0]);
    }

    #[test]
    fn an_action_is_pointed_into() {
        let actions = json!([
            { "action": "setName", "name": "x" },
            { "action": "setSupportedRegions", "regions": ["eu-central-1.aws", "us-central1.gcp"] },
        ]);
        let actions: Vec<Action> = serde_json::from_value(actions).unwrap();
        assert_eq!(fields(check_regions_of(&config(), &actions)), ["/actions/1/regions/1"]);
        let [name, _] = actions.as_slice() else { panic!("two actions") };
        assert!(check_regions_of(&config(), std::slice::from_ref(name)).is_ok());
    }
}
