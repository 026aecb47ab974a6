use api::{ApiError, ById, Grant, Method, grant};
use contract::native::integrations::{Action, IntegrationView};
use domain::integration::Integration;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::representation::view;

/// Changes an integration.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "integrations.update";
    const SUMMARY: &'static str = "Change an integration";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/integrations/{id}";
    const SCOPE: Scope = Scope::ManageIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::UPDATE];
    const VERSIONED: bool = true;
    type Path = ById;
    type Query = ();
    type Body = api::Update<Action>;
    type Answer = IntegrationView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<IntegrationView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.body.version;
        let mut stored = project.get::<Integration>(&call.path.id).await?.at_version(Some(expected))?;
        if call.body.actions.is_empty() {
            return Ok(view(stored));
        }
        api::update::apply(call.body, |action| {
            act(&mut stored.entity, action);
            Ok(())
        })?;
        stored.entity.metadata.touch(context.clock.now(), &call.actor.principal);
        project.update(&stored.entity, expected).await?;
        Ok(view(stored))
    }
}

fn act(integration: &mut Integration, action: Action) {
    match action {
        Action::SetName { name } => integration.name = name,
        Action::SetDescription { description } => integration.description = description,
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::IntegrationId;
    use domain::metadata::{Metadata, Principal};
    use domain::text::Note;
    use serde_json::json;

    use super::*;

    fn apply(integration: &mut Integration, action: serde_json::Value) {
        act(integration, serde_json::from_value(action).unwrap());
    }

    #[test]
    fn a_description_is_removed_by_null_and_by_absence() {
        let project = "acme".parse().unwrap();
        let mut integration = Integration {
            id: IntegrationId::standalone_flows(&project),
            key: None,
            name: "Orders".parse().unwrap(),
            description: None,
            built_in: false,
            metadata: Metadata::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("test")),
        };
        let described = json!({ "action": "setDescription", "description": "what for" });
        for removal in [
            json!({ "action": "setDescription", "description": null }),
            json!({ "action": "setDescription" }),
        ] {
            apply(&mut integration, described.clone());
            assert_eq!(integration.description.as_ref().map(Note::as_str), Some("what for"));
            apply(&mut integration, removal);
            assert_eq!(integration.description, None);
        }
    }
}
