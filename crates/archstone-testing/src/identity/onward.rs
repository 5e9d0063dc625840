//! Keystone to Keystone: this one is an identity provider for another.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::FakeKeystone;
use crate::{Reply, SeenRequest, locked};

const PAOS: &str = "application/vnd.paos+xml";

/// The state of the service provider for logins from here.
#[derive(Default)]
struct Onward {
    count: usize,
    /// Each assertion works once; with its user.
    assertions: Vec<(String, String)>,
    sessions: Vec<(String, String)>,
}

impl FakeKeystone {
    /// Makes another Keystone a service provider with this name: a client with a project's token of this one gets a
    /// token there, as the user of the same name.
    ///
    /// ```
    /// use archstone_testing::FakeKeystone;
    ///
    /// let (home, south) = (FakeKeystone::start(), FakeKeystone::start());
    /// home.vouch_to("south", &south);
    /// ```
    pub fn vouch_to(&self, name: &str, other: &Self) {
        let federated = "/v3/OS-FEDERATION/identity_providers/home/protocols/saml2/auth";
        let takes = "/saml/ecp";
        let onward = Arc::new(Mutex::new(Onward::default()));
        let provider = json!({
            "id": name,
            "auth_url": format!("{}{federated}", other.url()),
            "sp_url": format!("{}{takes}", other.url()),
        });
        locked(&self.identity.state).service_providers.push(provider);
        let (home, name, of_assertions) = (Arc::clone(&self.identity), name.to_owned(), Arc::clone(&onward));
        self.on("POST", "/v3/auth/OS-FEDERATION/saml2/ecp").reply_with(move |request| {
            let auth = &request.json()["auth"];
            let state = locked(&home.state);
            let token = auth["identity"]["token"]["id"].as_str().and_then(|it| state.token(it, home.clock.now()));
            let Some(token) = token.filter(|_| auth["identity"]["methods"] == json!(["token"])) else {
                return Reply::error(401, "The request you have made requires authentication.");
            };
            if token.document.project_id().is_none() {
                return Reply::error(403, "Use a project scoped token when attempting to create a SAML assertion");
            }
            if auth["scope"]["service_provider"]["id"] != *name {
                return Reply::error(404, "Could not find Service Provider.");
            }
            let user = state.cloud.user_with_id(&token.user_id).map(|user| user.name.clone()).unwrap_or_default();
            locked(&of_assertions).assertion(user)
        });
        let of_sessions = Arc::clone(&onward);
        other.on("POST", takes).reply_with(move |request| locked(&of_sessions).consume(request));
        other.vouch("home", "saml2", move |request| Ok(locked(&onward).user(request)));
    }
}

impl Onward {
    fn assertion(&mut self, user: String) -> Reply {
        self.count += 1;
        let assertion = format!("assertion-of-home-{}", self.count);
        let text = format!(
            r#"<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header/><S:Body><Assertion>{assertion}</Assertion></S:Body></S:Envelope>"#
        );
        self.assertions.push((assertion, user));
        Reply::new(200).header("content-type", "text/xml").body(text)
    }

    fn consume(&mut self, request: &SeenRequest) -> Reply {
        let text = request.text();
        let place = self.assertions.iter().position(|(it, _)| text.contains(&format!("<Assertion>{it}</Assertion>")));
        let Some(place) = place.filter(|_| request.header("content-type") == Some(PAOS)) else {
            return Reply::text(400, "Error processing ECP authn response.");
        };
        let (_, user) = self.assertions.remove(place);
        self.count += 1;
        let session = format!("session-elsewhere-{}", self.count);
        let cookie = format!("session={session}; Path=/");
        self.sessions.push((session, user));
        // A login from Keystone to Keystone does not follow this redirect.
        Reply::new(303).header("location", "https://dashboard.example/").header("set-cookie", cookie)
    }

    fn user(&self, request: &SeenRequest) -> Option<String> {
        let cookies = request.header("cookie")?;
        let session = cookies.split("; ").find_map(|it| it.strip_prefix("session="))?;
        self.sessions.iter().find(|(it, _)| it == session).map(|(_, user)| user.clone())
    }
}
