//! An EC2 credential: an access key, and signatures made with its secret, for `POST /v3/ec2tokens`.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use ring::{
    digest::{SHA256, digest},
    hmac::HMAC_SHA256,
};
use serde_json::{Map, Value, json};
use url::{Position, Url};
use zeroize::Zeroizing;

use super::{AuthMethod, Exchanged, Method, MethodSpec, Password, Reads, password};
use crate::{
    access::Access,
    auth::{
        login::Exchange,
        signature::{escaped, hex, mac},
    },
    catalog::discovery::below,
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, options_with_secrets, user},
    token::Token,
    transport::Request,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "ec2credential",
    auth_types: &["v3ec2"],
    help: "an EC2 credential, whose secret signs the login; `username` and `password`, or `token`, of a user who may \
           have it validated",
    proof: "EC2 credential",
    options: options_with_secrets!(
        "EC2",
        [
            OptionSpec::plain("ec2_access", "the access key of the EC2 credential").choices(&[("proof", "EC2")]),
            OptionSpec::plain("ec2_signature_version", "the version of the signature: 4 (the default) or 2")
                .choices(&[("proof", "EC2")]),
        ],
        ("ec2_secret", "the secret of the EC2 credential"),
    ),
    needs: &[&["ec2_access"], &["ec2_secret"]],
    scopeless: Some("the credential is bound to the project it was made for"),
    parts: Some(|settings| {
        let has_user = settings.has("username") || settings.has("user_id");
        Ok(if has_user { vec![&password::SPEC] } else { Vec::new() })
    }),
    reads: Reads::Login(|settings| Ok(read(settings)?.map(AuthMethod::other))),
    ..MethodSpec::LOGIN
};

/// A credential, and the caller that requests its validation. Renewal signs again.
#[derive(Clone, Debug)]
struct Ec2 {
    access: String,
    secret: Secret,
    version: Version,
    caller: Caller,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Two,
    Four,
}

/// Whose token the request carries: Keystone accepts only services and administrators.
#[derive(Clone, Debug)]
enum Caller {
    Nobody,
    Token(Secret),
    User(Password),
}

fn read(settings: &Settings) -> Result<Option<Ec2>> {
    let secret = |name| settings.secret(name).map(|it| it.value.clone());
    let version = match settings.text("ec2_signature_version") {
        None => Version::Four,
        Some(it) if it.value == "4" => Version::Four,
        Some(it) if it.value == "2" => Version::Two,
        Some(it) => {
            let message = format!("{} is `{}`, which is not a version of signatures", it.origin, printable(it.value));
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("write `4` or `2`"));
        }
    };
    let caller = match (user(settings)?, secret("password"), secret("token")) {
        (Some(user), Some(password), _) => Caller::User(Password { user, password }),
        // The user's password is missing, and may be prompted for.
        (Some(_), None, _) => return Ok(None),
        (None, _, Some(token)) => Caller::Token(token),
        (None, _, None) => Caller::Nobody,
    };
    let credential = settings.string("ec2_access").zip(secret("ec2_secret"));
    Ok(credential.map(|(access, secret)| Ec2 { access, secret, version, caller }))
}

/// The signature does not need to be of a request that was really sent, so the login's own request is used.
const VERB: &str = "POST";

impl Ec2 {
    /// The data that the identity service compares with its own signature.
    fn signed(&self, url: &Url, date: Timestamp) -> Value {
        let (host, path) = (&url[Position::BeforeHost..Position::AfterPort], url.path());
        let (parameters, headers, signature) = match self.version {
            Version::Two => self.version_2(host, path, date),
            Version::Four => self.version_4(host, path, date),
        };
        json!({
            "access": self.access,
            "signature": signature,
            "verb": VERB,
            "host": host,
            "path": path,
            "params": parameters,
            "headers": headers,
            "body_hash": hex(digest(&SHA256, b"")),
        })
    }

    fn version_2(&self, host: &str, path: &str, date: Timestamp) -> (Value, Value, String) {
        let timestamp = date.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        // In order of their names, as they are signed.
        let parameters = [
            ("AWSAccessKeyId", &*self.access),
            ("SignatureMethod", "HmacSHA256"),
            ("SignatureVersion", "2"),
            ("Timestamp", &*timestamp),
        ];
        let query = parameters.map(|(name, value)| format!("{name}={}", escaped(value))).join("&");
        let text = format!("{VERB}\n{host}\n{path}\n{query}");
        let signature = STANDARD.encode(mac(HMAC_SHA256, self.secret.expose().as_bytes(), text.as_bytes()));
        let parameters: Map<_, _> =
            parameters.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect();
        (parameters.into(), json!({}), signature)
    }

    fn version_4(&self, host: &str, path: &str, date: Timestamp) -> (Value, Value, String) {
        const SIGNED: &str = "host;x-amz-date";
        const PLACE: [&str; 2] = ["RegionOne", "identity"];
        let (time, day) = (date.strftime("%Y%m%dT%H%M%SZ").to_string(), date.strftime("%Y%m%d").to_string());
        let range = format!("{day}/{}/{}/aws4_request", PLACE[0], PLACE[1]);
        let body = hex(digest(&SHA256, b""));
        let request = format!("{VERB}\n{path}\n\nhost:{host}\nx-amz-date:{time}\n\n{SIGNED}\n{body}");
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{range}\n{}", hex(digest(&SHA256, request.as_bytes())));
        let key = Zeroizing::new(format!("AWS4{}", self.secret.expose()));
        let first = mac(HMAC_SHA256, key.as_bytes(), day.as_bytes());
        let key = PLACE
            .into_iter()
            .chain(["aws4_request"])
            .fold(first, |key, part| mac(HMAC_SHA256, key.as_ref(), part.as_bytes()));
        let signature = hex(mac(HMAC_SHA256, key.as_ref(), text.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{range}, SignedHeaders={SIGNED}, Signature={signature}",
            self.access
        );
        let headers = json!({ "Host": host, "X-Amz-Date": time, "Authorization": authorization });
        (json!({}), headers, signature)
    }

    async fn log_in(&self, exchange: &Exchange<'_>, scope: &Scope) -> Result<Access> {
        let caller = match &self.caller {
            Caller::Nobody => None,
            Caller::Token(token) => Some(Token::new(token.clone())?),
            Caller::User(user) => Some(exchange.log_in(user).await?.token().clone()),
        };
        let signed = |v3: &Url, date: Timestamp| {
            let mut request = Request::new(http::Method::POST, below(v3, &["ec2tokens"]));
            request.token.clone_from(&caller);
            request.body = Some(json!({ "credentials": self.signed(&request.url, date) }));
            Ok(request)
        };
        exchange.issue_dated(self, scope, signed).await.map_err(|error| match error.kind() {
            ErrorKind::Forbidden => error.with_hint(
                "the identity service validates EC2 credentials for users with the role `service` or `admin`: check "
                    + Hint::options(["username", "token"], "or"),
            ),
            _ => error,
        })
    }
}

impl Method for Ec2 {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("EC2 credential `{}`", self.access)
    }

    fn identity(&self) -> Value {
        json!({ "access": self.access })
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let check = "the credential may be unknown, or its user or project disabled: check "
            + Hint::options(["ec2_access", "ec2_secret"], "and");
        let hint = match self.caller {
            Caller::User(_) => check,
            Caller::Token(_) => check + ", and whether " + Hint::option("token") + " is still valid",
            Caller::Nobody => {
                check
                    + "; the identity service may also want to know who asks: give "
                    + Hint::options(["username", "password"], "and")
                    + ", or "
                    + Hint::option("token")
                    + ", of a user with the role `service` or `admin`"
            }
        };
        (ErrorKind::Unauthenticated, hint)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange, scope)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with the signatures of python-keystoneclient's `Ec2Signer`.
    #[test]
    fn both_signatures_are_those_of_others() {
        let date = "2023-11-14T22:13:20Z".parse().expect("a date");
        let table = [
            (Version::Two, "http://127.0.0.1:5000/v3/ec2tokens", "NJQratYmqSM69NkVLdXa5Wq+FqQpNiBZA5oc4UQgL2U="),
            (
                Version::Four,
                "http://127.0.0.1:5000/v3/ec2tokens",
                "061b3fcc422afa67a8f1ff91d1a9851422b7a357d2f99a5f8946d5a44174d955",
            ),
            (
                Version::Four,
                "https://keystone.example/identity/v3/ec2tokens",
                "87581d3759a92f153e9502f99756a0c9d4580f28b402f4841495ce159673bea4",
            ),
        ];
        for (version, url, expected) in table {
            let (access, secret) = ("a0 +1".to_owned(), Secret::from("s&1"));
            let method = Ec2 { access, secret, version, caller: Caller::Nobody };
            assert_eq!(method.signed(&url.parse().expect("a URL"), date)["signature"], expected, "{url}");
        }
    }
}
