use api::operation::{SchemaOf, schema_of};
use api::request::Body;
use api::{ApiError, ErrorCode, Grant, Method, Request, SealedFor, TokenKind, grant};
use contract::ShownOnce;
use contract::oauth::TokenAnswer;
use domain::client::{ClientKind, Credential};
use domain::scope::{Scope, Scopes};
use domain::secret::SecretText;
use domain::text::ProjectKey;
use runtime::tokens::{Access, LIFETIME_SECONDS};
use runtime::{Context, RawEndpoint, Reply};
use secrets::credential::admitted;

use crate::request::{Asked, TokenQuery, proof, wrong_credentials};

/// Exchanges a client's id and secret for an access token.
#[derive(Debug)]
pub struct Token;

impl RawEndpoint for Token {
    const ID: &'static str = "oauth.token";
    const SUMMARY: &'static str = "Get an access token for a client's id and secret";
    const ROUTE: Option<(Method, &'static str)> = Some((Method::Post, "/oauth/token"));
    const GRANTS: &'static [Grant] = &[
        grant::READ_CREDENTIAL,
        grant::read_keys(TokenKind::Access),
        grant::open(SealedFor::SigningKeys(TokenKind::Access)),
    ];
    const ANSWER: SchemaOf = schema_of::<TokenAnswer>;
    type Path = ();
    type Query = TokenQuery;
    type Body = Asked;

    async fn handle(context: &Context, request: Request) -> Result<Reply, ApiError> {
        let Asked(request) = Asked::decode(&request, None)?;
        let (client, hash) = proof(&request)?;
        let credential = context.store().credential(client).await?;
        let credential =
            admitted(credential, ClientKind::ClientCredentials, &hash).ok_or_else(wrong_credentials)?;
        let scopes = narrowed(credential.scopes, request.scope.as_deref(), &credential.project)?;
        let key = context.current_access_keys().await.map_err(ApiError::unavailable)?;
        let scope = scopes.to_wire(&credential.project);
        let Credential { project, environment, name, .. } = credential;
        let access = Access { client, project, scopes, environment, name };
        let token = key.sign(&access, context.clock.now()).map_err(ApiError::internal)?;
        let access_token = ShownOnce::new(SecretText::new(token));
        let answer = TokenAnswer { access_token, token_type: "Bearer", expires_in: LIFETIME_SECONDS, scope };
        Reply::json(200, &answer)
    }
}

/// The scopes asked for, which the client must have; all that it has when none are asked for.
fn narrowed(held: Scopes, asked: Option<&str>, project: &ProjectKey) -> Result<Scopes, ApiError> {
    let mut words = asked.unwrap_or_default().split_whitespace().peekable();
    if words.peek().is_none() {
        return Ok(held);
    }
    let granted = |word: &str| {
        let (name, suffix) = word.split_once(':')?;
        let scope: Scope = name.parse().ok().filter(|_| suffix == project.as_str())?;
        held.grant(scope).then_some(scope)
    };
    words
        .map(|word| granted(word).ok_or_else(|| not_granted(word, project)))
        .collect::<Result<_, _>>()
        .map(Scopes)
}

fn not_granted(word: &str, project: &ProjectKey) -> ApiError {
    // It goes into `error_description`, where not every character may stand.
    let shown: String =
        word.chars().filter(|c| c.is_ascii_graphic() && !"\"\\".contains(*c)).take(80).collect();
    let message = format!("The client has no scope '{shown}'; a scope is written like view_runs:{project}");
    ApiError::oauth(ErrorCode::InvalidScope, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(scopes: &[Scope]) -> Scopes {
        Scopes(scopes.iter().copied().collect())
    }

    fn asked(text: &str) -> Result<Scopes, ApiError> {
        let held = scopes(&[Scope::ManageRuns, Scope::ViewEnvironments]);
        narrowed(held, Some(text), &"acme".parse().unwrap())
    }

    #[test]
    fn a_token_says_what_was_asked_for() {
        let all = scopes(&[Scope::ManageRuns, Scope::ViewEnvironments]);
        assert_eq!(asked("").unwrap(), all);
        assert_eq!(asked(" ").unwrap(), all);
        assert_eq!(asked("manage_runs:acme view_environments:acme").unwrap(), all);
        assert_eq!(asked("view_runs:acme").unwrap(), scopes(&[Scope::ViewRuns]));
        assert_eq!(asked("view_runs:acme  view_runs:acme").unwrap(), scopes(&[Scope::ViewRuns]));
    }

    #[test]
    fn nothing_more_than_the_client_has_is_given() {
        for text in [
            "manage_environments:acme",
            "view_runs:acme manage_project:acme",
            "view_runs:other",
            "view_runs",
            "view_runs:",
            "view_runs:acme:acme",
            "root:acme",
        ] {
            let refused = asked(text).unwrap_err();
            assert_eq!((refused.status, refused.oauth), (400, Some(ErrorCode::InvalidScope)), "{text}");
        }
    }

    #[test]
    fn a_refusal_is_an_envelope_and_an_oauth_error() {
        let body = asked("\"é\\root:acme").unwrap_err().to_json();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["statusCode"], 400);
        assert_eq!(body["error"], "invalid_scope");
        assert_eq!(body["errors"][0]["code"], "invalid_scope");
        assert_eq!(
            body["error_description"],
            "The client has no scope 'root:acme'; a scope is written like view_runs:acme"
        );
        assert_eq!(body["message"], body["error_description"]);
    }
}
