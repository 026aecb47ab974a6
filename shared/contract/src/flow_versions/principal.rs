//! Who did something, as an id of a user.

use domain::metadata::Principal;

/// How the text of a principal that is an API client begins.
const CLIENT: &str = "client:";

/// The id of an API client, or the text of what is no client, such as `system:worker`.
pub fn user_id(principal: &Principal) -> String {
    let text = principal.id();
    text.strip_prefix(CLIENT).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use domain::ids::ApiClientId;

    use super::*;

    #[test]
    fn a_client_goes_by_its_id_and_everything_else_by_its_name() {
        let id: ApiClientId = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10".parse().unwrap();
        assert_eq!(user_id(&Principal::client(id, None)), id.to_string());
        assert_eq!(user_id(&Principal::system("worker")), "system:worker");
    }
}
