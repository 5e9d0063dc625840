//! Every public type that can hold a secret hides it in `Debug`, and therefore in panic messages.

use std::{collections::BTreeSet, fmt::Debug, fs, panic, path::Path as FilePath};

use archstone::{
    ApplicationCredential, ApplicationCredentialRef, AuthMethod, Client, ErrorResponse, OtherMethod, Password,
    ProvidedToken, Proxy, Response, Secret, TokenCache, TokenExchange, TransportSettings,
    config::{ConfigFile, Origin, Sourced, read_openrc},
    host::Host,
    identity::{self, FromAnswer, Issued},
};
use archstone_testing::{FakeServer, Reply};
use serde_json::{Value, json};

use crate::keystone::{Path, folder};

const MARK: &str = "marked-secret";

/// Types that cannot hold a secret, or only inside values of the other types.
const HOLD_NONE: &[&str] = &[
    "Actor",
    "Allow",
    "Answer",
    "ApiVersion",
    "ApplicationCredentialInfo",
    "ApplicationCredentialRef",
    "Aspect",
    "Assignment",
    "Body",
    "Bulk",
    "Catalog",
    "Chain",
    "Check",
    "Collection",
    "Diagnosis",
    "Difference",
    "Differs",
    "Disabled",
    "Doctor",
    "DomainRef",
    "EffectiveGrant",
    "Endpoint",
    "EndpointFilter",
    "EndpointUrl",
    "Entry",
    "ErrorKind",
    "Family",
    "FetchedProfile",
    "FieldSpec",
    "FileState",
    "Filter",
    "Finding",
    "Flag",
    "Gap",
    "Grants",
    "Header",
    "Held",
    "Hint",
    "Identity",
    "InsecureEndpoints",
    "Interface",
    "Items",
    "KeyringPlace",
    "Limiter",
    "LoginPage",
    "Match",
    "MethodSpec",
    "Missing",
    "Moment",
    "Named",
    "NamedAssignments",
    "NamedCloud",
    "Names",
    "OAuth1Info",
    "OfferedVersions",
    "OperationSpec",
    "OptionSpec",
    "Origin",
    "Outcomes",
    "Parameter",
    "Part",
    "Place",
    "Platform",
    "Progress",
    "ProjectRef",
    "ProviderMethod",
    "ProviderOptions",
    "Report",
    "ResourceSpec",
    "RetryPolicy",
    "Route",
    "Scope",
    "SearchedFile",
    "Service",
    "ServiceOption",
    "ServiceProvider",
    "ServiceSettings",
    "Snapshot",
    "Step",
    "Subject",
    "Telemetry",
    "Timing",
    "TokenRequest",
    "TlsVersion",
    "Trust",
    "TrustInfo",
    "UnreadLine",
    "Unseen",
    "Use",
    "UserRef",
    "ValueKind",
    "Verdict",
    "VersionInfo",
    "VersionRange",
    "VersionStatus",
    "VersionedEndpoint",
];

/// The type's name, and everything that can be printed of a value by accident.
fn said<T: Debug>(value: &T) -> (String, String) {
    let whole = std::any::type_name::<T>();
    let name = whole.split('<').next().and_then(|it| it.rsplit("::").next()).unwrap().to_owned();
    let outcome: Result<(), _> = std::iter::once(Err(value)).collect();
    let panicked = panic::catch_unwind(panic::AssertUnwindSafe(|| outcome.unwrap()));
    let panicked = panicked.unwrap_err().downcast::<String>().unwrap();
    assert!(panicked.contains(&format!("{value:?}")), "{name}: {panicked}");
    (name, format!("{value:#?} {panicked}"))
}

/// The names of the public types, taken from the source.
fn public_types(folder: &FilePath, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            public_types(&path, names);
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines().map(str::trim_start) {
            if let Some(rest) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum ")) {
                let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                // A macro generates the types of resources.
                names.extend((!name.is_empty()).then(|| name.to_owned()));
            }
        }
    }
}

/// A resource with a secret in every field that may hold one.
fn read<T: serde::de::DeserializeOwned>(record: &Value) -> T {
    serde_json::from_value(record.clone()).unwrap()
}

/// A response after a redirect whose URL contains a secret.
async fn followed(client: &Client) -> Response {
    let moved = FakeServer::start();
    let elsewhere = Reply::new(302).header("location", format!("/b?q={MARK}")).header("x-subject-token", MARK);
    moved.on("GET", "/a").reply(elsewhere);
    moved.on("GET", "/b").reply(Reply::new(200));
    client.service("image").endpoint_override(moved.url()).get("a").without_token().send().await.unwrap()
}

/// A method for which the library has no public type.
fn factors() -> OtherMethod {
    let factors = Client::builder()
        .auth_url("http://k/v3")
        .username("u")
        .password(MARK)
        .option("auth_methods", "v3password,v3totp")
        .option("passcode", MARK);
    match factors.config().unwrap().method().cloned() {
        Some(AuthMethod::Other(factors)) => factors,
        other => panic!("{other:?} is not what was configured"),
    }
}

#[expect(clippy::too_many_lines, reason = "one list of all types")]
#[tokio::test]
async fn every_type_that_can_hold_a_secret_hides_it() {
    let path = Path::new("");
    let files = folder("debug");
    fs::create_dir_all(&files).unwrap();
    let (file, openrc) = (files.join("clouds.yaml"), format!("export OS_USERNAME=u\nexport OS_PASSWORD={MARK}\n"));
    fs::write(&file, format!("clouds: {{c: {{auth: {{password: {MARK}}}}}}}\n")).unwrap();
    let secret = || Secret::from(MARK);
    let password = Password { user: archstone::UserRef::Id("u".into()), password: secret() };
    let application_credential =
        ApplicationCredential { credential: ApplicationCredentialRef::Id("i".into()), secret: secret() };
    let through = Proxy::Through(format!("http://u:{MARK}@proxy:3128").into());
    let mut transport = TransportSettings::default();
    transport.proxy = through.clone();
    let builder = || {
        let builder = Client::builder().auth_url("http://127.0.0.1:9/v3").username("u").password(MARK);
        builder.option("proxy", format!("http://u:{MARK}@proxy:3128")).token_cache(&TokenCache::new())
    };

    // A login as a separate request: both its body and the response are secret.
    let client = path.user("alice").disk_cache_in(&files).build().unwrap();
    let access = client.access().await.unwrap();
    let service = client.service("identity").endpoint_override(path.auth_url());
    let login = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "alice", "domain": {"id": "default"}, "password": "alice-secret"}}}}});
    let request = || service.post(format!("auth/tokens?nocatalog={MARK}")).without_token().json(&login);
    let described = request().header("x-auth-token", MARK).query("signature", MARK);
    let answer = request().send().await.unwrap();
    let issued = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
    let followed = followed(&client).await;
    let error_response = ErrorResponse {
        status: answer.status(),
        headers: answer.headers().clone(),
        body: MARK.into(),
        url: format!("http://u:{MARK}@h/?q={MARK}").parse().unwrap(),
        sent: answer.sent().clone(),
    };
    let factors = factors();
    let asks_for_more = path.user("grace").build().unwrap().access().await.unwrap_err();
    let receipt = asks_for_more.receipt().unwrap().clone();

    let store = client.token_store().unwrap();
    let status = store.status().await.unwrap();

    let shown = [
        said(&store),
        said(&status),
        said(status.own.as_ref().unwrap()),
        said(&*access),
        said(&client.current_catalog().await.unwrap()),
        said(access.token()),
        said(&AuthMethod::Password(password.clone())),
        said(&AuthMethod::Token(TokenExchange { token: secret() })),
        said(&AuthMethod::ApplicationCredential(application_credential.clone())),
        said(&AuthMethod::Other(factors.clone())),
        said(&factors),
        said(&password),
        said(&TokenExchange { token: secret() }),
        said(&ProvidedToken::new(MARK)),
        said(&application_credential),
        said(&builder()),
        said(&builder().build().unwrap()),
        said(&client),
        said(&archstone::blocking::Client::from(client.clone())),
        said(&builder().config().unwrap()),
        said(&builder().explain().unwrap()),
        said(&builder().explain().unwrap().values[0]),
        said(&ConfigFile::at(&file).unwrap()),
        said(&read_openrc(&openrc)),
        said(&asks_for_more),
        said(&error_response),
        said(&Host::made([("OS_PASSWORD", MARK)])),
        said(&service.list::<Value>(format!("projects?q={MARK}"), "projects").query("q", MARK)),
        said(&through),
        said(&transport),
        said(&receipt),
        said(&described),
        said(&answer),
        said(&secret()),
        said(answer.sent()),
        said(&followed.history()[0]),
        said(&service),
        said(&Sourced { value: secret(), origin: Origin::Argument("--password".into()) }),
        said(&TokenCache::shared()),
        said(&client.identity().users().create("u").password(MARK)),
        said(&client.identity().credentials().list()),
        said(&Issued::from_answer(json!({"id": MARK, "token": {}})).unwrap()),
    ];
    let record = json!({"id": "i", "name": "n", "type": "t", "access": "a", "password": MARK, "blob": MARK, "secret": MARK,
        "user_id": "u", "domain_id": "d", "project_id": "p", "enabled": true, "extra": {"unknown": MARK}});
    let records = [
        said(&read::<identity::User>(&record)),
        said(&read::<identity::Credential>(&record)),
        said(&read::<identity::Ec2Credential>(&record)),
        said(&read::<identity::Consumer>(&record)),
        said(&read::<identity::ApplicationCredential>(&record)),
    ];

    let secrets = [MARK, "alice-secret", access.token().expose(), &issued, receipt.id.expose()];
    for (name, text) in shown.iter().chain(&records) {
        for secret in secrets {
            assert!(!text.contains(secret), "{name}: {text}");
        }
    }
    let mut all = BTreeSet::new();
    public_types(&FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let mut known: BTreeSet<_> = HOLD_NONE.iter().map(|&name| name.to_owned()).collect();
    known.extend(shown.into_iter().map(|(name, _)| name));
    assert_eq!(all.symmetric_difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "is each type here?");
}
