use api::{ApiError, Call, Grant, Method, SealedFor, grant};
use contract::native::repository_hosts::{RepositoryHostDraft, RepositoryHostView};
use domain::ids::RepositoryHostId;
use domain::metadata::Metadata;
use domain::repository_host::RepositoryHost;
use domain::scope::Scope;
use domain::text::TokenHeader;
use runtime::{Context, HttpEndpoint};

use crate::{archives, tokens};

/// Creates a repository host.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "repository-hosts.create";
    const SUMMARY: &'static str = "Say where a host keeps the archives of its repositories";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/repository-hosts";
    const SCOPE: Scope = Scope::ManageConnectors;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::seal(SealedFor::RepositoryHosts)];
    type Path = ();
    type Query = ();
    type Body = RepositoryHostDraft;
    type Answer = RepositoryHostView;

    async fn handle(
        context: &Context,
        call: Call<RepositoryHostDraft>,
    ) -> Result<RepositoryHostView, ApiError> {
        let project = context.project_of(&call);
        let draft = call.body;
        let now = context.clock.now();
        let mut host = RepositoryHost {
            id: RepositoryHostId::of_host(&call.project, &draft.host),
            key: draft.key,
            host: draft.host,
            archive_url: draft.archive_url,
            token_header: draft.token_header.unwrap_or_else(TokenHeader::authorization),
            token: None,
            last_token_version: 0,
            metadata: Metadata::begin(now, &call.actor.principal),
        };
        let url = archives::check(&host.archive_url, &context.config.allowed_hosts, "/archiveUrl");
        let token = draft.token.map(|token| tokens::set(&mut host, token, now, "/token")).transpose();
        let ((), token) = ApiError::both(url, token)?;
        let sealed = tokens::sealed(context, &call.project, &host, token.flatten()).await?;
        project.create_repository_host(&host, sealed.as_ref()).await?;
        Ok(host.into())
    }
}

#[cfg(test)]
mod tests {
    use api::validate::Validator;
    use serde_json::{Value, json};

    use super::*;

    fn places(body: &Value) -> Vec<String> {
        let validator = Validator::new(schemars::schema_for!(RepositoryHostDraft).as_value()).unwrap();
        validator.problems(body).into_iter().map(|problem| problem.pointer).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let body = json!({
            "key": "no key",
            "host": "https://git.acme.example",
            "archiveUrl": "https://git.acme.example/{path}/{branch}",
            "tokenHeader": "Host",
            "token": 7,
        });
        assert_eq!(places(&body), ["/archiveUrl", "/host", "/key", "/token", "/tokenHeader"]);
    }

    #[test]
    fn a_draft_that_fits_is_read_and_does_not_show_its_token() {
        let body = json!({
            "host": "git.acme.example",
            "archiveUrl": "https://git.acme.example/{path}/{tag}.tar.gz",
            "tokenHeader": "PRIVATE-TOKEN",
            "token": "hunter2",
        });
        assert!(places(&body).is_empty());
        let draft: RepositoryHostDraft = serde_json::from_value(body).unwrap();
        assert_eq!(draft.token.as_ref().unwrap().expose_secret(), "hunter2");
        assert!(!format!("{draft:?}").contains("hunter2"));
    }
}
