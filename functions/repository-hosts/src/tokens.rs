//! Tokens of hosts. One is sealed as it comes in and goes no further in the clear.

use api::ApiError;
use app::seal::{ToSeal, seal};
use domain::metadata::Timestamp;
use domain::repository_host::{MAX_TOKEN_BYTES, RepositoryHost, is_token};
use domain::secret::SecretText;
use domain::text::{ProjectKey, VariableName};
use runtime::Context;
use store::SealedVariable;

/// Gives a host a token. The mask means the token that is there. Errors point to `field`.
pub(crate) fn set(
    host: &mut RepositoryHost,
    token: SecretText,
    now: Timestamp,
    field: &str,
) -> Result<Option<ToSeal>, ApiError> {
    if token.is_mask() {
        return match host.token {
            Some(_) => Ok(None),
            None => {
                Err(ApiError::invalid_field(field, "is the mask, but there is no token; give the real one"))
            }
        };
    }
    if !is_token(token.expose_secret()) {
        let rule =
            format!("must be 1 to {MAX_TOKEN_BYTES} visible ASCII characters, with spaces only inside");
        return Err(ApiError::invalid_field(field, rule));
    }
    let version = host.set_token(now);
    Ok(Some(ToSeal { name: VariableName::token(), version, value: token }))
}

/// Seals the new token of a host, if it has one.
pub(crate) async fn sealed(
    context: &Context,
    project: &ProjectKey,
    host: &RepositoryHost,
    token: Option<ToSeal>,
) -> Result<Option<SealedVariable>, ApiError> {
    Ok(seal(context, project, host.id, Vec::from_iter(token)).await?.pop())
}

#[cfg(test)]
mod tests {
    use domain::ids::RepositoryHostId;
    use domain::metadata::{Metadata, Principal};
    use domain::secret::MASK;

    use super::*;

    #[test]
    fn the_mask_changes_nothing_and_is_no_first_token() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let name = "git.acme.example".parse().unwrap();
        let mut host = RepositoryHost {
            id: RepositoryHostId::of_host(&"acme".parse().unwrap(), &name),
            key: None,
            host: name,
            archive_url: "https://git.acme.example/{path}/{tag}".parse().unwrap(),
            token_header: "Authorization".parse().unwrap(),
            token: None,
            last_token_version: 0,
            metadata: Metadata::begin(now, &Principal::system("tests")),
        };
        let text = |text: &str| SecretText::new(text.to_owned());
        let refused = set(&mut host, text(MASK), now, "/token").unwrap_err();
        assert_eq!(refused.errors[0].members["field"], "/token");
        assert!(set(&mut host, text("two\nlines"), now, "/token").is_err());
        assert_eq!(host.token, None);

        let to_seal = set(&mut host, text("hunter2"), now, "/token").unwrap().unwrap();
        assert_eq!(Some(to_seal.version), host.token);
        assert!(!format!("{to_seal:?}").contains("hunter2"));
        let before = host.clone();
        assert!(set(&mut host, text(MASK), now, "/token").unwrap().is_none());
        assert_eq!(host, before);
    }
}
