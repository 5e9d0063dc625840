//! OAuth 1.0a (RFC 5849): requests that are signed with secrets instead of carrying a token.

use url::Url;

use super::prepare::{Content, invalid};
use crate::{auth::signature, client::RequestBuilder, error::Result};

/// Signs a request with the operation's arguments: `consumer_key` and `consumer_secret`, and for the second step
/// `token`, `token_secret` and `verifier`. A `project` is sent in Keystone's own header.
pub(super) fn signed(request: RequestBuilder, url: &Url, given: Option<&Content>, at: u64) -> Result<RequestBuilder> {
    let Some(Content::Json(given)) = given else { return Err(invalid("there is nothing to sign with")) };
    let text = |name: &str| given[name].as_str().filter(|it| !it.is_empty());
    let mut parameters = vec![("oauth_consumer_key", text("consumer_key").unwrap_or_default())];
    match text("token") {
        Some(token) => {
            parameters.push(("oauth_token", token));
            parameters.push(("oauth_verifier", text("verifier").unwrap_or_default()));
        }
        // The user reads the verifier elsewhere: there is no page to redirect to.
        None => parameters.push(("oauth_callback", "oob")),
    }
    let secrets = [text("consumer_secret"), text("token_secret")].map(Option::unwrap_or_default);
    let header = signature::oauth1("POST", url, parameters, secrets, &at.to_string(), &signature::nonce()?);
    let request = request.without_token().header("authorization", header.expose());
    Ok(match text("project") {
        Some(project) => request.header("requested-project-id", project),
        None => request,
    })
}
