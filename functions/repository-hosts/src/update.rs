use api::{ApiError, ById, ErrorCode, Grant, Method, SealedFor, grant};
use app::seal::ToSeal;
use contract::native::repository_hosts::{Action, RepositoryHostView};
use domain::metadata::Timestamp;
use domain::repository_host::RepositoryHost;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::{archives, tokens};

/// Changes a repository host.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "repository-hosts.update";
    const SUMMARY: &'static str = "Change where a host keeps archives, or its token";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/repository-hosts/{id}";
    const SCOPE: Scope = Scope::ManageConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] =
        &[grant::READ, grant::CREATE, grant::DELETE, grant::seal(SealedFor::RepositoryHosts)];
    const VERSIONED: bool = true;
    type Path = ById;
    type Query = ();
    type Body = api::Update<Action>;
    type Answer = RepositoryHostView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<RepositoryHostView, ApiError> {
        let project = context.project_of(&call);
        let expected = Some(call.body.version);
        let before = project.get::<RepositoryHost>(&call.path.id).await?.at_version(expected)?.entity;
        if call.body.actions.is_empty() {
            return Ok(before.into());
        }
        let (now, allowed) = (context.clock.now(), &context.config.allowed_hosts);
        let (mut host, token) = changed(&before, call.body, allowed, now)?;
        host.metadata.touch(now, &call.actor.principal);
        let sealed = tokens::sealed(context, &call.project, &host, token).await?;
        project.update_repository_host(&before, &host, sealed.as_ref()).await?;
        Ok(host.into())
    }
}

/// What the actions make of a host, and its new token, if it gets one. `allowed` is the stack's list of hosts.
fn changed(
    before: &RepositoryHost,
    update: api::Update<Action>,
    allowed: &str,
    now: Timestamp,
) -> Result<(RepositoryHost, Option<ToSeal>), ApiError> {
    let (mut host, mut token) = (before.clone(), None);
    api::update::apply(update, |action| {
        match action {
            Action::SetArchiveUrl { archive_url } => {
                archives::check(&archive_url, allowed, "/archiveUrl")?;
                host.archive_url = archive_url;
            }
            Action::SetToken { token: text, token_header } => {
                token = tokens::set(&mut host, text, now, "/token")?.or_else(|| token.take());
                host.token_header = token_header.unwrap_or_else(|| host.token_header.clone());
            }
            Action::RemoveToken => (host.token, token) = (None, None),
        }
        Ok(())
    })?;
    if host.moves_token_of(before) {
        let problem = "The token was set for another server and would be sent to this one; set it again or remove \
                       it in the same request";
        return Err(ApiError::new(ErrorCode::RepositoryHostTokenWouldMove, problem));
    }
    Ok((host, token))
}

#[cfg(test)]
mod tests {
    use domain::ids::RepositoryHostId;
    use domain::metadata::{Metadata, Principal};
    use domain::text::TokenHeader;
    use serde_json::{Value, json};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn host() -> RepositoryHost {
        let name = "git.acme.example".parse().unwrap();
        RepositoryHost {
            id: RepositoryHostId::of_host(&"acme".parse().unwrap(), &name),
            key: None,
            host: name,
            archive_url: "https://git.acme.example/{path}/{tag}".parse().unwrap(),
            token_header: TokenHeader::authorization(),
            token: Some(7),
            last_token_version: 7,
            metadata: Metadata::begin(now(), &Principal::system("tests")),
        }
    }

    fn done(actions: &Value) -> Result<(RepositoryHost, Option<String>), ErrorCode> {
        let update = serde_json::from_value(json!({ "version": 1, "actions": actions })).unwrap();
        let changed = changed(&host(), update, "localhost", now());
        let (host, token) = changed.map_err(|refused| refused.errors[0].code)?;
        let sealed = token.map(|token| {
            assert_eq!(host.token, Some(token.version), "what is sealed is what is named");
            token.value.expose_secret().to_owned()
        });
        Ok((host, sealed))
    }

    #[test]
    fn the_last_token_counts() {
        let set = |text: &str| json!({ "action": "setToken", "token": text });
        let remove = json!({ "action": "removeToken" });
        let sealed = |actions: Value| done(&actions).unwrap().1;
        assert_eq!(sealed(json!([set("a"), set("b")])).as_deref(), Some("b"));
        assert_eq!(sealed(json!([set("a"), set("****")])).as_deref(), Some("a"));
        assert_eq!(sealed(json!([set("****")])), None);
        assert_eq!(sealed(json!([remove, set("a")])).as_deref(), Some("a"));
        let (host, token) = done(&json!([set("a"), remove])).unwrap();
        assert_eq!((host.token, token), (None, None));
        assert_eq!(done(&json!([remove, set("****")])), Err(ErrorCode::InvalidJsonInput));
    }

    #[test]
    fn a_token_does_not_move_to_another_server() {
        let move_to = |url: &str| json!({ "action": "setArchiveUrl", "archiveUrl": url });
        let elsewhere = move_to("https://evil.example/{path}/{tag}");
        let set = |text: &str| json!({ "action": "setToken", "token": text, "tokenHeader": "PRIVATE-TOKEN" });
        let refused = Err(ErrorCode::RepositoryHostTokenWouldMove);
        assert_eq!(done(&json!([elsewhere])), refused);
        assert_eq!(done(&json!([elsewhere, set("****")])), refused);
        let (host, token) = done(&json!([elsewhere, set("a")])).unwrap();
        assert_eq!((token.as_deref(), host.token_header.as_str()), (Some("a"), "PRIVATE-TOKEN"));
        assert_eq!(done(&json!([elsewhere, { "action": "removeToken" }])).unwrap().0.token, None);
        assert!(done(&json!([move_to("https://git.acme.example/other/{path}/{tag}")])).is_ok());
        assert_eq!(
            done(&json!([move_to("http://git.acme.example/{path}/{tag}")])),
            Err(ErrorCode::InvalidJsonInput)
        );
    }
}
