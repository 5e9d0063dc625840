//! TLS: which servers a client trusts, and its errors for all others.

use std::{fs, io::Read, io::Write, net::TcpListener, path::PathBuf};

use archstone::{Client, ErrorKind, TokenCache, host::Host};
use archstone_testing::{Authority, Certificate, FakeServer, Reply};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd};

use crate::quick;

/// A server's self-signed certificate, its key, and a bundle with only that certificate.
struct Own {
    certificate: Vec<u8>,
    key: Vec<u8>,
    file: PathBuf,
}

impl Own {
    /// Like the certificates of `openssl req -x509`, which are authorities, with a change.
    fn new(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let file = std::env::temp_dir().join(format!("archstone-trust-{}-{name}.pem", std::process::id()));
        let text = STANDARD.encode(certificate.der());
        fs::write(&file, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")).unwrap();
        Self { certificate: certificate.der().to_vec(), key: key.serialize_der(), file }
    }

    fn server(&self) -> FakeServer {
        self.server_with(self.key.clone())
    }

    fn server_with(&self, key: Vec<u8>) -> FakeServer {
        let server = FakeServer::start_tls(&Certificate::from_der(self.certificate.clone(), key));
        server.on("GET", "*").reply(Reply::json(200, "{}"));
        server
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// A client whose authorities come from `OS_CACERT`.
fn trusting(bundle: Option<PathBuf>) -> Client {
    let mut variables = vec![("OS_AUTH_URL", "http://127.0.0.1:9/v3".to_owned())];
    variables.extend(bundle.map(|file| ("OS_CACERT", file.display().to_string())));
    let client = Client::builder().environment().host(Host::made(variables)).token_id("the-token");
    client.mgmt_url("http://127.0.0.1:9/v3").token_cache(&TokenCache::new()).build().unwrap()
}

async fn ask(client: &Client, url: &str) -> Result<u16, archstone::Error> {
    let service = client.service("compute").endpoint_override(url).retries(quick());
    service.get("x").send().await.map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn a_server_whose_own_certificate_is_named_is_trusted_and_nobody_who_copies_it() {
    let own = Own::new("own", |_| {});
    let client = trusting(Some(own.file.clone()));

    assert_eq!(ask(&client, own.server().url()).await.unwrap(), 200);

    // A server that presents the certificate without having its key.
    let copied = own.server_with(KeyPair::generate().unwrap().serialize_der());
    let error = ask(&client, copied.url()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TlsNotTrusted, "{error:?}");
    assert!(copied.requests().is_empty());
}

#[tokio::test]
async fn each_reason_against_a_certificate_is_in_words_and_has_its_own_hint() {
    let authority = Authority::new();
    let signed = |certificate: &Certificate| FakeServer::start_tls(certificate);
    let (known, unknown) = (Some(authority.pem_file().to_owned()), Own::new("unknown", |_| {}));
    let renamed = Own::new("renamed", |it| it.subject_alt_names.clear());
    let common = Own::new("common", |it| {
        it.subject_alt_names.clear();
        it.distinguished_name.push(DnType::CommonName, "127.0.0.1");
    });
    let early = Own::new("early", |it| it.not_before = date_time_ymd(2999, 1, 1));
    let client_only = Own::new("client", |it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let bundle = |own: &Own| Some(own.file.clone());
    let table = [
        (
            "expired",
            signed(&authority.expired_certificate()),
            known.clone(),
            "it expired on 2002-01-01T00:00:00Z",
            "renew",
        ),
        (
            "early",
            early.server(),
            bundle(&early),
            "it is not valid before 2999-01-01T00:00:00Z",
            "the date of this machine",
        ),
        (
            "another host",
            signed(&authority.certificate_for(&["b.example", "192.0.2.1"])),
            known.clone(),
            "it is for `b.example`, `192.0.2.1`, and not for `127.0.0.1`",
            "use one of these names",
        ),
        (
            "no names",
            renamed.server(),
            bundle(&renamed),
            "it has no alternative names",
            "a certificate with `127.0.0.1`",
        ),
        (
            "a common name",
            common.server(),
            bundle(&common),
            "it has no alternative names",
            "a certificate with `127.0.0.1`",
        ),
        ("another authority", unknown.server(), known.clone(), "", "environment variable `OS_CACERT`"),
        (
            "no bundle",
            signed(&authority.certificate()),
            None,
            "the authority that signed it is not known",
            "name the CA bundle that signed it",
        ),
        ("for clients", client_only.server(), bundle(&client_only), "it is not for servers", "serverAuth"),
    ];
    for (what, server, bundle, reason, help) in table {
        let error = ask(&trusting(bundle), server.url()).await.unwrap_err();
        let (text, hint) = (error.to_string(), error.hint().unwrap_or_default());
        assert_eq!(error.kind(), ErrorKind::TlsNotTrusted, "{what}: {error:?}");
        assert!(text.contains("the certificate of `127.0.0.1:") && text.contains(reason), "{what}: {text}");
        assert!(hint.contains(help), "{what}: {hint}");
        // The message is in words, without Rust's debug notation.
        assert!(
            !format!("{error:#} {hint}").contains("Context") && !text.contains("Other(") && !text.contains('{'),
            "{what}: {text}"
        );
        assert!(server.requests().is_empty(), "{what}");
    }
}

/// How servers refuse plain HTTP on a port for TLS.
const NGINX: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 97\r\n\r\n<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head><body></body></html>";
const APACHE: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 75\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.<br />\n<br>";
const GO: &[u8] = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

/// A server that sends these bytes in answer to a request.
fn saying(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(answer);
        }
    });
    address.to_string()
}

#[tokio::test]
async fn plain_http_to_a_port_for_tls_is_told_to_use_https() {
    let authority = Authority::new();
    let encrypted = FakeServer::start_tls(&authority.certificate());
    let alone = encrypted.url().trim_start_matches("https://").to_owned();
    for (what, place) in
        [("TLS alone", alone), ("nginx", saying(NGINX)), ("Apache", saying(APACHE)), ("Go", saying(GO))]
    {
        let expected = format!("`{place}` expects TLS, but the request was plain HTTP");
        let as_service = ask(&trusting(None), &format!("http://{place}/v2.1")).await.unwrap_err();
        let login = Client::builder().auth_url(format!("http://{place}/v3")).username("demo").password("secret");
        let as_identity = login.token_cache(&TokenCache::new()).build().unwrap().token().await.unwrap_err();
        for error in [as_service, as_identity] {
            assert_eq!((error.to_string(), error.kind()), (expected.clone(), ErrorKind::ConnectionFailed), "{what}");
            assert!(error.hint().unwrap().starts_with(&format!("use `https://{place}/")), "{what}: {error:?}");
        }
    }
    let plain = FakeServer::start();
    plain.fail(archstone_testing::Failure::Close);
    let error = ask(&trusting(None), plain.url()).await.unwrap_err();
    assert!(!error.to_string().contains("TLS"), "{error}");
}

#[tokio::test]
async fn tls_to_a_port_for_plain_http_is_told_to_use_http() {
    let plain = FakeServer::start();
    for (what, place) in [
        ("HTTP", plain.url().trim_start_matches("http://").to_owned()),
        ("400", saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
        ("an end", saying(b"")),
    ] {
        let error = ask(&trusting(None), &format!("https://{place}")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{what}: {error:?}");
        assert!(error.to_string().contains("TLS") && error.hint().unwrap().contains("`http://`"), "{what}: {error:?}");
    }
}

/// A server that answers the beginning of a connection with a TLS alert.
fn alerting(alert: u8) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut hello = [0; 5];
            let _ = connection.read_exact(&mut hello);
            let mut rest = vec![0; usize::from(u16::from_be_bytes([hello[3], hello[4]]))];
            let _ = connection.read_exact(&mut rest);
            // A record of TLS 1.2: a fatal alert.
            let _ = connection.write_all(&[21, 3, 3, 0, 2, 2, alert]);
            let _ = connection.read(&mut hello);
        }
    });
    url
}

#[tokio::test]
async fn each_alert_of_a_server_is_in_words_and_has_its_own_hint() {
    let own = Own::new("alerts", |_| {});
    let both = std::env::temp_dir().join(format!("archstone-trust-{}-both.pem", std::process::id()));
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(&own.key));
    fs::write(&both, fs::read_to_string(&own.file).unwrap() + &key).unwrap();
    let shows = |certificate: bool| {
        let mut variables = vec![("OS_AUTH_URL", "http://127.0.0.1:9/v3".to_owned())];
        if certificate {
            variables.push(("OS_CERT", both.display().to_string()));
        }
        let client = Client::builder().environment().host(Host::made(variables)).token_id("the-token");
        client.mgmt_url("http://127.0.0.1:9/v3").token_cache(&TokenCache::new()).build().unwrap()
    };
    let (with, without) = (shows(true), shows(false));
    let (asks, give) = ("it asks for a client certificate", "give one with `.option(\"cert\"");
    let (not_accepted, check) = ("it does not accept the client certificate", "check `.option(\"cert\"");
    let (common, newer) = ("no version or cipher of TLS is common", "ask the operator for a newer configuration");
    for (alert, client, why, helps) in [
        (116, &without, asks, give), // certificate_required
        (48, &without, asks, give),  // unknown_ca
        (42, &without, asks, give),  // bad_certificate
        (48, &with, not_accepted, check),
        (42, &with, not_accepted, check),
        (44, &with, not_accepted, check), // certificate_revoked
        (45, &with, not_accepted, check), // certificate_expired
        (46, &with, not_accepted, check), // certificate_unknown
        (49, &with, not_accepted, check), // access_denied
        (70, &without, common, newer),    // protocol_version
        // Requested after the handshake.
        (40, &with, "only after the handshake (`SSLVerifyClient` in a `<Location>`)", newer), // handshake_failure
        (40, &without, "or it asks for a client certificate", ", or give a certificate with `.option("),
        (71, &without, common, newer), // insufficient_security
        (112, &without, "it does not know this host name", "check the host in the URL"), // unrecognized_name
        (80, &without, "it gives no reason that helps", "the operator of the service"), // internal_error
        (222, &without, "it gives no reason that helps", "the operator of the service"), // none that is known
    ] {
        let error = ask(client, &alerting(alert)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TlsNotTrusted, "{alert}: {error:?}");
        assert!(
            error.to_string().contains("refuses the TLS handshake: ") && error.to_string().ends_with(why),
            "{alert}: {error}"
        );
        assert!(error.hint().is_some_and(|hint| hint.contains(helps)), "{alert}: {error:#}");
        assert!(!format!("{error:#}").contains("AlertReceived"), "{alert}: {error:#}");
    }
    fs::remove_file(&both).unwrap();
}
