//! The grants of a fake provider.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{Code, Form, State, client::CLIENT, decoded, form, refuse};
use crate::{Reply, SeenRequest};

/// The audience for which it exchanges tokens.
const SERVICE: &str = "keystone";

impl State {
    pub(super) fn issued(&mut self, user: &str, with_refresh: bool) -> Reply {
        let access = self.new_token("access", user);
        let mut answer = json!({"access_token": access, "token_type": "bearer", "expires_in": 3600});
        if with_refresh {
            answer["refresh_token"] = self.new_token("refresh", user).into();
        }
        Reply::json(200, answer).header("cache-control", "no-store")
    }

    pub(super) fn token(&mut self, request: &SeenRequest) -> Result<Reply, Reply> {
        let form = form(request)?;
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let grant = field("grant_type").to_owned();
        let is_device = grant == "urn:ietf:params:oauth:grant-type:device_code";
        self.wanted.check(request, &form, &self.url, is_device)?;
        let asks_openid = || field("scope").split(' ').any(|it| it == "openid");
        match &*grant {
            "password" | "client_credentials" if !asks_openid() => {
                Err(refuse(400, "invalid_scope", "the scope `openid` is not asked for"))
            }
            "password" => match (field("username"), field("password")) {
                ("demo", "demo at provider") => self.with_passcode(&form),
                (user, password) => {
                    let said = format!("user {user} is unknown, or {password} is not the password");
                    Err(refuse(400, "invalid_grant", &said))
                }
            },
            "client_credentials" => Ok(self.issued("demo", false)),
            "refresh_token" => {
                // Each refresh token works once.
                let user = self.refresh.remove(field("refresh_token"));
                let user = user.ok_or_else(|| refuse(400, "invalid_grant", "the refresh token is unknown"))?;
                Ok(self.issued(&user, true))
            }
            "urn:ietf:params:oauth:grant-type:token-exchange" => self.exchange(&form),
            "authorization_code" => self.redeem(&form),
            _ if is_device => self.poll(field("device_code"), form.get("code_verifier")),
            _ => Err(refuse(400, "unsupported_grant_type", "there is no such grant")),
        }
    }

    /// RFC 8693, section 2.
    fn exchange(&mut self, form: &Form) -> Result<Reply, Reply> {
        const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
        let field = |name: &str| form.get(name).map(String::as_str);
        let wrong = |what: &str| refuse(400, "invalid_request", what);
        if field("subject_token_type") != Some("urn:ietf:params:oauth:token-type:jwt") {
            return Err(wrong("the subject token is not a JWT"));
        }
        if field("requested_token_type").is_some_and(|it| it != ACCESS_TOKEN) {
            return Err(wrong("only access tokens are issued"));
        }
        let token = field("subject_token").ok_or_else(|| wrong("no subject token"))?;
        let vouches = self.platform.as_ref().ok_or_else(|| wrong("no platform is trusted"))?;
        let user = vouches(token).map_err(|what| wrong(&format!("the subject token {what}: {token}")))?;
        let resource = format!("https://{SERVICE}.example/v3");
        if field("audience").is_some_and(|it| it != SERVICE) || field("resource").is_some_and(|it| it != resource) {
            return Err(refuse(400, "invalid_target", "there is no such service"));
        }
        let issued = self.issued_type.clone().unwrap_or_else(|| ACCESS_TOKEN.to_owned());
        let access = self.new_token("access", &user);
        Ok(Reply::json(
            200,
            json!({"access_token": access, "issued_token_type": issued, "token_type": "Bearer", "expires_in": 3600}),
        ))
    }

    /// RFC 7009: revoking an unknown token is not an error.
    pub(super) fn revoke(&mut self, request: &SeenRequest) -> Result<Reply, Reply> {
        let form = form(request)?;
        self.wanted.check(request, &form, &self.url, false)?;
        if form.get("token_type_hint").map(String::as_str) != Some("refresh_token") {
            return Err(refuse(400, "unsupported_token_type", "only refresh tokens can be revoked"));
        }
        let token = form.get("token").ok_or_else(|| refuse(400, "invalid_request", "no token"))?;
        self.refresh.remove(token);
        Ok(Reply::new(200))
    }

    fn with_passcode(&mut self, form: &Form) -> Result<Reply, Reply> {
        let Some((field, good)) = &mut self.passcodes else {
            let known = ["grant_type", "username", "password", "scope", "client_id", "client_secret"];
            let other =
                form.keys().find(|name| !known.contains(&name.as_str()) && !name.starts_with("client_assertion"));
            return match other {
                Some(other) => Err(refuse(400, "invalid_request", &format!("the field {other} is unknown"))),
                None => Ok(self.issued("demo", false)),
            };
        };
        let Some(place) = form.get(field.as_str()).and_then(|code| good.iter().position(|it| it == code)) else {
            let said = format!("{} is not a passcode", form.get(field.as_str()).map_or("nothing", String::as_str));
            return Err(refuse(400, "invalid_grant", &said));
        };
        good.remove(place);
        Ok(self.issued("demo", true))
    }

    /// The login page: every browser that opens it is logged in as the user.
    pub(super) fn authorize(&mut self, request: &SeenRequest) -> Result<Reply, Reply> {
        let pairs = request.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let query: Form = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
        let field = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let wrong = |what: &str| refuse(400, "invalid_request", what);
        if (field("response_type"), field("client_id")) != ("code", CLIENT) {
            return Err(wrong("not a code for the client"));
        }
        let redirect = field("redirect_uri");
        if !(redirect.starts_with("http://127.0.0.1:") || redirect.starts_with("http://localhost:")) {
            return Err(wrong("the client's redirects are to its own machine"));
        }
        if !field("scope").split(' ').any(|it| it == "openid") || field("code_challenge_method") != "S256" {
            return Err(wrong("no scope `openid`, or no PKCE with S256"));
        }
        let (state, nonce, challenge) = (field("state"), field("nonce"), field("code_challenge"));
        if [state, nonce, challenge].iter().any(|it| it.len() < 43) || state == nonce || nonce == challenge {
            return Err(wrong("state, nonce or challenge can be guessed"));
        }
        self.count += 1;
        let name = format!("code-of-provider-{}", self.count);
        let code = Code { redirect_uri: redirect.into(), challenge: challenge.into(), nonce: nonce.into() };
        self.codes.insert(name.clone(), code);
        Ok(Reply::new(302).header("location", format!("{redirect}?code={name}&state={state}")))
    }

    /// Exchanges a code, which works once.
    fn redeem(&mut self, form: &Form) -> Result<Reply, Reply> {
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let wrong = |what: &str| refuse(400, "invalid_grant", what);
        let code = self.codes.remove(field("code")).ok_or_else(|| wrong("the code is unknown, or was used"))?;
        let shown = ring::digest::digest(&ring::digest::SHA256, field("code_verifier").as_bytes());
        if URL_SAFE_NO_PAD.encode(shown) != code.challenge || field("redirect_uri") != code.redirect_uri {
            return Err(wrong("the code is of another client"));
        }
        let nonce = if self.other_nonce { "another".to_owned() } else { code.nonce };
        let claims = URL_SAFE_NO_PAD.encode(json!({ "iss": self.url, "aud": CLIENT, "nonce": nonce }).to_string());
        let access = self.new_token("access", "demo");
        let refresh = self.new_token("refresh", "demo");
        Ok(Reply::json(
            200,
            json!({
                "access_token": access,
                "refresh_token": refresh,
                "token_type": "Bearer",
                "expires_in": 3600,
                "id_token": format!("e30.{claims}.c2ln"),
            }),
        ))
    }
}
