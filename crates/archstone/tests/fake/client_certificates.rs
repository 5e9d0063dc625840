//! Client certificates: the files they are read from, and the logins that use them.
//!
//! OpenSSL created the files in `certificates`: one certificate with its key in many formats, all with one passphrase.

use std::{fs, path::PathBuf};

use archstone::{Client, ClientBuilder, Error, ErrorKind, TokenCache, host::Host};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::json;

use crate::mutual::{Mutual, Said, Seen, own, pem};

const PASSPHRASE: &str = "marked-passphrase";

fn file(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fake/certificates").join(name).display().to_string()
}

fn me() -> CertificateDer<'static> {
    CertificateDer::from_pem_file(file("me.pem")).unwrap()
}

/// A temporary folder for one test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("archstone-mutual-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        // Renamed into place, so that a partial file is never read.
        let new = self.0.join("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, &path).unwrap();
        path.display().to_string()
    }

    fn host(&self) -> Host {
        Host::made([("HOME", self.0.clone())]).with_folders(self.0.join("work"), self.0.join("root"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A client of a server, with additional options.
fn client(place: &Place, server: &Mutual, options: &[(&str, &str)]) -> ClientBuilder {
    let client = Client::builder().host(place.host()).cacert(place.write("ca.pem", &server.authority));
    let client = client.token_cache(&TokenCache::new());
    options.iter().fold(client, |client, (name, value)| client.option(name, *value))
}

async fn ask(place: &Place, server: &Mutual, options: &[(&str, &str)]) -> archstone::Result<()> {
    let client = client(place, server, options).token_id("t").mgmt_url(&server.url).build()?;
    let service = client.service("compute").endpoint_override(&server.url).retries(crate::quick());
    service.get("x").send().await.map(drop)
}

/// Everything that an error can print.
fn shown(error: &Error) -> String {
    format!("{error} {:?} {error:?}", error.hint())
}

#[tokio::test]
async fn a_certificate_is_shown_from_every_form_of_its_files() {
    let place = Place::new("forms");
    let server = Mutual::start(&[me()], |_| None);
    let cert = file("me.pem");
    let together = |key: &str| {
        let text = fs::read_to_string(file(key)).unwrap() + &fs::read_to_string(&cert).unwrap();
        place.write(&format!("with-{key}"), text)
    };
    let table = [
        (cert.clone(), Some(file("plain.pem")), None),
        (cert.clone(), Some(file("plain.pem")), Some("not needed")),
        (cert.clone(), Some(file("aes.pem")), Some(PASSPHRASE)),
        (cert.clone(), Some(file("des3-sha1.pem")), Some(PASSPHRASE)),
        (cert.clone(), Some(file("scrypt.pem")), Some(PASSPHRASE)),
        (together("plain.pem"), None, None),
        (together("aes.pem"), None, Some(PASSPHRASE)),
        (file("me.p12"), None, Some(PASSPHRASE)),
        (file("me.p12"), Some(file("me.p12")), Some(PASSPHRASE)),
        (file("legacy.p12"), None, Some(PASSPHRASE)),
        (file("empty.p12"), None, None),
        (file("empty.p12"), None, Some("")),
    ];
    for (position, (cert, key, passphrase)) in table.iter().enumerate() {
        let mut options = vec![("cert", cert.as_str())];
        options.extend(key.as_ref().map(|key| ("key", key.as_str())));
        options.extend(passphrase.map(|it| ("key_password", it)));
        let outcome = ask(&place, &server, &options).await;
        outcome.unwrap_or_else(|error| panic!("{cert} {key:?}: {}", shown(&error)));
        assert_eq!(server.certificates().len(), position + 1, "{cert} {key:?}");
    }
    assert!(server.certificates().iter().all(|it| *it == me()));
}

/// The target of a redirect is chosen by the server; the certificate is only for servers that the caller or the catalog
/// names.
#[tokio::test]
async fn a_redirect_to_another_origin_is_followed_without_the_certificate() {
    let place = Place::new("redirect");
    let other = Mutual::start(&[me()], |_| None);
    let target = other.url.clone();
    let server = Mutual::start(&[me()], move |request| {
        let places = [("GET /far", target.as_str()), ("GET /near", "")];
        let (_, place) = places.into_iter().find(|(beginning, _)| request.is(beginning))?;
        Some((302, format!("location: {place}/there"), String::new()))
    });
    let both = place.write("both.pem", [server.authority.as_str(), other.authority.as_str()].concat());
    let (cert, key) = (file("me.pem"), file("plain.pem"));
    let client = client(&place, &server, &[("cert", &cert), ("key", &key), ("cacert", &both)]);
    let client = client.token_id("t").mgmt_url(&server.url).build().unwrap();
    let at = |url: &str| client.service("compute").endpoint_override(url).retries(crate::quick());

    for path in ["near", "far"] {
        at(&server.url).get(path).send().await.unwrap();
    }

    assert_eq!(server.certificates(), vec![me(); 3]);
    assert_eq!((other.requests().len(), other.certificates()), (1, vec![]));
    assert_eq!(other.requests()[0].header("x-auth-token"), None);
    // The certificate is presented if the caller requests that server directly, even if there is a connection without it.
    at(&other.url).get("there").send().await.unwrap();
    assert_eq!(other.certificates(), [me()]);
}

#[tokio::test]
async fn a_passphrase_is_where_other_secrets_are() {
    let place = Place::new("elsewhere");
    let server = Mutual::start(&[me()], |_| None);
    let text = place.write("passphrase", format!("{PASSPHRASE}\nmore"));
    let command = json!(["cat", text]).to_string();
    for (option, value) in [("key_password_file", text.as_str()), ("key_password_command", command.as_str())] {
        ask(&place, &server, &[("cert", &file("me.p12")), (option, value)]).await.unwrap();
    }
    assert_eq!(server.certificates().len(), 2);
    // It is not read before it is needed, and may be set in one way only.
    let missing = [("cert", &*file("me.p12")), ("key_password_file", "/none/of/it")];
    let error = ask(&place, &server, &missing).await.unwrap_err();
    assert!(error.to_string().contains("key_password_file") && error.to_string().contains("/none/of/it"), "{error}");
    let twice = [("cert", &*file("me.p12")), ("key_password_file", &*text), ("key_password_command", &*command)];
    let error = ask(&place, &server, &twice).await.unwrap_err();
    assert!(error.to_string().contains("`key_password` is set in more than one way"), "{error}");
}

/// Run by `dev/keyring`, in a session that has a keyring.
#[cfg(feature = "keyring")]
#[tokio::test]
#[ignore = "needs a keyring: `dev/keyring`"]
async fn a_passphrase_is_found_in_the_keyring() {
    let place = Place::new("keyring");
    let server = Mutual::start(&[me()], |_| None);
    let kept: archstone::config::KeyringPlace = format!("archstone-{}/passphrase", std::process::id()).parse().unwrap();
    // The keyring API blocks, which must not happen in a task of the runtime.
    let keep = async |secret: &'static str| {
        let kept = kept.clone();
        tokio::task::spawn_blocking(move || kept.write(&secret.into())).await.unwrap().unwrap();
    };
    keep(PASSPHRASE).await;
    let (spelled, cert) = (kept.to_string(), file("me.pem"));
    for (cert, key) in [(file("me.p12"), None), (cert.clone(), Some(file("aes.pem")))] {
        let mut options = vec![("cert", cert.as_str()), ("key_password_keyring", spelled.as_str())];
        options.extend(key.as_ref().map(|key| ("key", key.as_str())));
        ask(&place, &server, &options).await.unwrap_or_else(|error| panic!("{cert}: {}", shown(&error)));
    }
    assert_eq!(server.certificates(), [me(), me()]);

    let aes = file("aes.pem");
    let options = [("cert", &*cert), ("key", &*aes), ("key_password_keyring", &*spelled)];
    let fails = async || shown(&ask(&place, &server, &options).await.unwrap_err());
    keep("marked-wrong").await;
    let wrong = fails().await;
    let gone = kept.clone();
    assert!(tokio::task::spawn_blocking(move || gone.delete()).await.unwrap().unwrap());
    let missing = fails().await;
    assert!(wrong.contains("the passphrase does not open the key") && !wrong.contains("marked-"), "{wrong}");
    assert!(missing.contains(&format!("has no secret at `{spelled}`")), "{missing}");
    assert_eq!(server.certificates().len(), 2);
}

/// The given certificate, key and passphrase; the option that the error names, and words of its message.
type Wrong<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a str, &'a str);

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said_with_its_option_and_its_file() {
    let place = Place::new("wrong");
    let server = Mutual::start(&[me()], |_| None);
    let cert = file("me.pem");
    let damaged = place.write("damaged.p12", &fs::read(file("me.p12")).unwrap()[..600]);
    let broken =
        place.write("broken.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    let wrong = Some("marked-wrong");
    let table: [Wrong<'_>; 14] = [
        (&cert, Some("aes.pem"), wrong, "key", "the passphrase does not open the key"),
        (&cert, Some("scrypt.pem"), wrong, "key", "the passphrase does not open the key"),
        (&cert, Some("aes.pem"), None, "key", "no passphrase is given"),
        (&cert, Some("md5-des.pem"), Some(PASSPHRASE), "key", "old algorithm"),
        (&cert, Some("openssl.pem"), Some(PASSPHRASE), "key", "OpenSSL's old form"),
        (&cert, Some("me.pem"), None, "key", "no private key"),
        (&cert, None, None, "cert", "no private key"),
        (&cert, Some("other.pem"), None, "cert", "cannot be used with its key"),
        (&cert, Some(&broken), Some(PASSPHRASE), "key", "damaged"),
        ("me.p12", None, wrong, "cert", "the passphrase does not open the key"),
        ("me.p12", None, None, "cert", "no passphrase is given"),
        ("rc4.p12", None, Some(PASSPHRASE), "cert", "old algorithm"),
        ("no-key.p12", None, Some(PASSPHRASE), "cert", "no private key"),
        (&damaged, None, Some(PASSPHRASE), "cert", "damaged"),
    ];
    let more = [
        ("me.p12", Some("plain.pem"), Some(PASSPHRASE), "key", "PKCS#12"),
        ("me.der", None, None, "cert", "no PEM certificate"),
    ];
    let whole = |name: &str| if name.starts_with('/') { name.to_owned() } else { file(name) };
    for (cert, key, passphrase, option, words) in table.into_iter().chain(more) {
        let (cert, key) = (whole(cert), key.map(whole));
        let mut options = vec![("cert", cert.as_str())];
        options.extend(key.as_ref().map(|key| ("key", key.as_str())));
        options.extend(passphrase.map(|it| ("key_password", it)));
        let error = ask(&place, &server, &options).await.unwrap_err();
        let said = error.to_string();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{cert} {key:?}: {said}");
        let named = if option == "key" && cert.ends_with("p12") {
            &cert
        } else {
            key.as_ref().filter(|_| option == "key").unwrap_or(&cert)
        };
        assert!(said.contains(&format!("`{option}`")) && said.contains(named.as_str()), "{cert} {key:?}: {said}");
        assert!(said.contains(words), "{cert} {key:?}: {said}");
        assert!(!shown(&error).contains("marked-"), "{}", shown(&error));
    }
    assert!(server.certificates().is_empty());
}

#[tokio::test]
async fn a_certificate_that_the_server_does_not_know_is_told_from_none() {
    let place = Place::new("unknown");
    let server = Mutual::start(&[own("somebody").0], |_| None);
    let options = [("cert", file("me.p12")), ("key_password", PASSPHRASE.to_owned())];
    let options = options.each_ref().map(|(name, value)| (*name, value.as_str()));
    // With TLS 1.3 the refusal comes after the handshake: occasionally the client sees the connection closed before the
    // alert.
    for tries_left in (0..20).rev() {
        let error = ask(&place, &server, &options).await.unwrap_err();
        if error.kind() == ErrorKind::ConnectionFailed && tries_left > 0 {
            continue;
        }
        assert_eq!(error.kind(), ErrorKind::TlsNotTrusted, "{error:?}");
        assert!(error.to_string().contains("does not accept the client certificate"), "{error}");
        break;
    }
}

#[tokio::test]
async fn a_key_and_its_passphrase_are_replaced_together() {
    let place = Place::new("reload");
    let (other, other_key) = own("other");
    let server = Mutual::start(&[me(), other.clone()], |_| None);
    let (cert, passphrase) = (place.write("me.p12", fs::read(file("empty.p12")).unwrap()), place.write("pass", "\n"));
    let options = [("cert", &*cert), ("key_password_file", &*passphrase)];
    // An empty first line is not a secret.
    assert!(ask(&place, &server, &options).await.unwrap_err().to_string().contains("first line is empty"));
    place.write("pass", format!("{PASSPHRASE}\n"));
    place.write("me.p12", fs::read(file("me.p12")).unwrap());
    let client = client(&place, &server, &options).token_id("t").mgmt_url(&server.url).build().unwrap();
    let service = client.service("compute").endpoint_override(&server.url).retries(crate::quick());
    service.get("x").send().await.unwrap();

    // A new file that the current passphrase cannot decrypt: the old certificate stays in use until both have changed.
    let pair = pem("CERTIFICATE", &other) + &pem("PRIVATE KEY", &other_key);
    place.write("pass", "wrong\n");
    place.write("me.p12", fs::read(file("legacy.p12")).unwrap());
    service.get("x").send().await.unwrap();
    place.write("me.p12", pair);
    service.get("x").send().await.unwrap();

    assert_eq!(server.certificates(), [me(), me(), other]);
}

/// A token document with a user.
fn token() -> Said {
    let document = json!({"token": {
        "methods": [],
        "user": {"id": "u", "name": "alice", "domain": {"id": "default", "name": "Default"}},
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": "2036-01-01T00:00:00.000000Z",
        "project": {"id": "p", "name": "web", "domain": {"id": "default", "name": "Default"}},
        "oauth2_credential": {"x5t#S256": "thumbprint"},
        "audit_ids": ["a"],
    }});
    (200, String::new(), document.to_string())
}

fn versions() -> Said {
    (200, String::new(), json!({"version": {"id": "v3.14", "status": "stable", "links": []}}).to_string())
}

/// A Keystone with the `OAuth2` API for client certificates.
fn keystone(request: &Seen) -> Option<Said> {
    let refusal = || {
        (
            401,
            String::new(),
            json!({"error": "invalid_client", "error_description": "Client authentication failed."}).to_string(),
        )
    };
    if request.is("POST /v3/OS-OAUTH2/token") {
        let fields: Vec<_> = request.body().split('&').collect();
        let is_right = request.certificate.is_some() && fields.contains(&"client_id=the-client");
        let bearer = json!({"access_token": "marked-bearer", "token_type": "Bearer", "expires_in": 3600});
        return Some(if is_right { (200, String::new(), bearer.to_string()) } else { refusal() });
    }
    if request.is("GET /v3/auth/tokens") {
        return Some(if request.header("x-auth-token") == Some("marked-bearer") { token() } else { refusal() });
    }
    (request.is("GET /v3") || request.is("GET /v3/")).then(versions)
}

fn oauth2<'a>(url: &'a str, cert: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("auth_type", "v3oauth2mtlsclientcredential"),
        ("auth_url", url),
        ("oauth2_client_id", "the-client"),
        ("cert", cert),
        ("key_password", PASSPHRASE),
    ]
}

#[tokio::test]
async fn an_oauth2_client_is_proven_by_its_certificate_and_its_token_is_in_both_headers() {
    let place = Place::new("oauth2");
    let server = Mutual::start(&[me()], keystone);
    let (url, cert) = (format!("{}/v3", server.url), file("me.p12"));
    let client = client(&place, &server, &oauth2(&url, &cert)).build().unwrap();
    for _ in 0..3 {
        client.request(http::Method::GET, format!("{}/servers", server.url).parse().unwrap()).send().await.unwrap();
    }
    assert!(client.sends_bearer());
    let access = client.access().await.unwrap();
    assert_eq!((access.user_name(), access.project_name()), (Some("alice"), Some("web")));
    let seen = server.requests();
    let asked: Vec<_> = seen.iter().filter(|it| it.is("POST /v3/OS-OAUTH2/token")).collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body(), "grant_type=client_credentials&client_id=the-client");
    assert_eq!((asked[0].header("authorization"), asked[0].certificate.as_ref()), (None, Some(&me())));
    let servers: Vec<_> = seen.iter().filter(|it| it.is("GET /servers")).collect();
    assert_eq!(servers.len(), 3);
    for request in servers {
        let sent = ["authorization", "x-auth-token"].map(|name| request.header(name));
        assert_eq!(sent, [Some("Bearer marked-bearer"), Some("marked-bearer")]);
    }
    assert!(!format!("{client:?}").contains("marked-"), "{client:?}");
}

#[tokio::test]
async fn an_oauth2_client_is_refused_with_what_to_check() {
    let place = Place::new("oauth2-refused");
    let server = Mutual::start(&[me()], keystone);
    let (url, cert, key) = (format!("{}/v3", server.url), file("me.p12"), file("me.pem"));
    let with = |name, value| {
        let mut options = oauth2(&url, &cert);
        options.retain(|it| it.0 != name);
        options.push((name, value));
        client(&place, &server, &options)
    };
    let error = with("oauth2_client_id", "another").build().unwrap().access().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
    let hint = error.hint().unwrap();
    assert!(hint.contains("oauth2_client_id") && hint.contains("cert"), "{hint}");
    let error = with("key_password", "marked-wrong").build().unwrap().access().await.unwrap_err();
    assert!(error.to_string().contains("passphrase") && !shown(&error).contains("marked-"), "{error}");
    // A file without a key is only reported when a connection needs it.
    let error = with("cert", &key).build().unwrap().access().await.unwrap_err();
    assert!(error.to_string().contains("no private key"), "{error}");
    let error = with("project_id", "p").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ScopeConflict, "{error:?}");
    assert!(error.hint().unwrap().contains("default project"), "{error:?}");
    let plain = with("auth_url", "http://keystone.example/v3").build().unwrap().access().await.unwrap_err();
    assert_eq!(plain.kind(), ErrorKind::InvalidConfig, "{plain:?}");
    assert!(plain.to_string().contains("plain HTTP"), "{plain}");
    let mut options = oauth2(&url, &cert);
    options.retain(|it| it.0 != "cert");
    let error = client(&place, &server, &options).build().unwrap_err();
    assert!(error.to_string().contains("`cert`"), "{error}");
}

#[tokio::test]
async fn malformed_answers_to_an_oauth2_client_are_refused_and_quoted_without_secrets() {
    let table: [(Said, ErrorKind, &str); 5] = [
        ((200, String::new(), "<html>".into()), ErrorKind::InvalidResponse, "not JSON"),
        ((200, String::new(), r#"{"access_token": "marked-b"}"#.into()), ErrorKind::InvalidResponse, "`Bearer`"),
        ((200, String::new(), r#"{"token_type": "Bearer"}"#.into()), ErrorKind::InvalidResponse, "no token"),
        (
            (200, String::new(), r#"{"token_type": "Bearer", "access_token": "marked\nb"}"#.into()),
            ErrorKind::InvalidResponse,
            "cannot be written",
        ),
        // Apache's response if it asks for the certificate after the handshake.
        ((403, String::new(), "<html>".into()), ErrorKind::Forbidden, "HTTP 403"),
    ];
    for (said, kind, words) in table {
        let place = Place::new("oauth2-malformed");
        let answer = said.clone();
        let server = Mutual::start(&[me()], move |request| {
            if request.is("POST /v3/OS-OAUTH2/token") { Some(answer.clone()) } else { keystone(request) }
        });
        let (url, cert) = (format!("{}/v3", server.url), file("me.p12"));
        let error = client(&place, &server, &oauth2(&url, &cert)).build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{said:?}: {error:?}");
        assert!(error.to_string().contains(words) && !shown(&error).contains("marked"), "{said:?}: {}", shown(&error));
        if said.0 == 403 {
            assert!(error.hint().unwrap().contains("SSLVerifyClient"), "{error:?}");
        }
    }
}

/// The token is bound to the certificate: another key means another login, in memory and on disk.
#[tokio::test]
async fn an_oauth2_token_is_kept_for_its_key_alone() {
    let place = Place::new("oauth2-kept");
    let (other, other_key) = own("other");
    let server = Mutual::start(&[me(), other.clone()], keystone);
    let url = format!("{}/v3", server.url);
    let both = |certificate: String, key: String| place.write("both.pem", certificate + &key);
    let text = |name: &str| fs::read_to_string(file(name)).unwrap();
    let cert = both(text("me.pem"), text("plain.pem"));
    let client = || client(&place, &server, &oauth2(&url, &cert)).disk_cache_in(place.0.join("cache")).build().unwrap();
    let logins = || server.requests().iter().filter(|it| it.is("POST /v3/OS-OAUTH2/token")).count();
    let first = client();
    first.access().await.unwrap();
    client().access().await.unwrap();
    assert_eq!(logins(), 1);
    assert!(client().kept_access().is_some());

    both(pem("CERTIFICATE", &other), pem("PRIVATE KEY", &other_key));
    assert!(client().kept_access().is_none());
    // A renewal presents the current certificate.
    first.renew().await.unwrap();
    assert_eq!(logins(), 2);
    assert_eq!(server.certificates().last(), Some(&other));
    client().access().await.unwrap();
    assert_eq!(logins(), 2);
}

fn tokenless<'a>(url: &'a str, cert: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("auth_type", "v3tokenlessauth"),
        ("auth_url", url),
        ("project_name", "web"),
        ("project_domain_id", "default"),
        ("cert", cert),
        ("key_password", PASSPHRASE),
    ]
}

#[tokio::test]
async fn a_certificate_replaces_a_token_at_the_identity_service() {
    let place = Place::new("tokenless");
    let server = Mutual::start(&[me()], |request| {
        if request.is("GET /v3/users") {
            return Some(match &request.certificate {
                Some(_) => (200, String::new(), r#"{"users": [{"id": "u", "name": "alice"}]}"#.into()),
                None => (401, String::new(), r#"{"error": {"code": 401, "message": "no"}}"#.into()),
            });
        }
        keystone(request)
    });
    let (url, cert) = (format!("{}/v3", server.url), file("me.p12"));
    let client = client(&place, &server, &tokenless(&url, &cert)).build().unwrap();
    let identity = client.url_for("identity").await.unwrap();
    assert_eq!(identity.as_str().trim_end_matches('/'), format!("{}/v3", server.url));
    client.service("identity").get("users").send().await.unwrap();

    let seen = server.requests();
    let asked = seen.iter().find(|it| it.is("GET /v3/users")).unwrap();
    assert_eq!(asked.certificate, Some(me()));
    let sent = ["x-project-name", "x-project-domain-id", "x-auth-token"].map(|name| asked.header(name));
    assert_eq!(sent, [Some("web"), Some("default"), None]);

    // Methods that need a token report that there is none.
    let failures = [
        client.token().await.map(drop),
        client.access().await.map(drop),
        client.authenticate().await.map(drop),
        client.renew().await.map(drop),
        client.user().await.map(drop),
        client.project().await.map(drop),
        client.projects().await.map(drop),
        client.url_for("compute").await.map(drop),
        client.current_catalog().await.map(drop),
    ];
    for (position, failure) in failures.into_iter().enumerate() {
        let error = failure.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotAuthenticated, "{position}: {error:?}");
        assert!(error.to_string().contains("there is no token"), "{position}: {error}");
    }
    assert!(!client.log_out().await.unwrap());
    assert_eq!((client.current_token(), client.kept_access().is_none()), (None, true));
    assert!(!format!("{client:?}").contains("marked"), "{client:?}");
}

/// The options that select a project.
const PROJECT: &[&str] = &["project_name", "project_domain_id"];

#[tokio::test]
async fn a_tokenless_login_is_refused_with_what_to_check() {
    let place = Place::new("tokenless-refused");
    let server = Mutual::start(&[me()], |request| {
        let refused = || Some((401, String::new(), r#"{"error": {"code": 401, "message": "no"}}"#.into()));
        if request.is("GET /v3/users") { refused() } else { keystone(request) }
    });
    let (url, cert) = (format!("{}/v3", server.url), file("me.p12"));
    let with = |without: &[&str], more: &[(&'static str, &'static str)]| {
        let mut options = tokenless(&url, &cert);
        options.retain(|it| !without.contains(&it.0));
        options.extend(more);
        client(&place, &server, &options).build()
    };
    let error = with(&[], &[]).unwrap().service("identity").get("users").send().await.unwrap_err();
    let hint = error.hint().unwrap();
    assert!(hint.contains("trusted_issuer") && hint.contains("cert"), "{hint}");
    for (without, more, kind, words) in [
        (&["cert"][..], &[][..], ErrorKind::NotConfigured, "`cert`"),
        (&["auth_url"], &[], ErrorKind::NotConfigured, "`auth_url`"),
        (PROJECT, &[], ErrorKind::NotConfigured, "`project_id`"),
        (PROJECT, &[("system_scope", "all")], ErrorKind::ScopeConflict, "the system"),
        (PROJECT, &[("unscoped", "true")], ErrorKind::ScopeConflict, "project or a domain"),
        (PROJECT, &[("project_name", "日本")], ErrorKind::InvalidConfig, "日本"),
        (&["auth_url"], &[("auth_url", "http://keystone.example/v3")], ErrorKind::InvalidConfig, "plain HTTP"),
    ] {
        let error = with(without, more).unwrap_err();
        assert_eq!(error.kind(), kind, "{without:?} {more:?}: {error:?}");
        assert!(error.to_string().contains(words), "{without:?} {more:?}: {error}");
    }
}
