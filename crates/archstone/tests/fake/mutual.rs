//! A server that asks for a client certificate, and records the certificate of each request.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};
use serde_json::json;

pub(crate) fn pem(what: &str, der: &[u8]) -> String {
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der))
}

/// A self-signed certificate and its key.
pub(crate) fn own(name: &str) -> (CertificateDer<'static>, Vec<u8>) {
    let mut params = CertificateParams::new(vec![name.into()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap().der().clone(), key.serialize_der())
}

/// A response: the status, a header line or nothing, and the body.
pub(crate) type Said = (u16, String, String);

/// A request with its body and the client's certificate.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) certificate: Option<CertificateDer<'static>>,
}

impl Seen {
    /// Whether it begins like this: `GET /v3`.
    pub(crate) fn is(&self, beginning: &str) -> bool {
        self.text.strip_prefix(beginning).is_some_and(|rest| rest.starts_with(' '))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.text.split("\r\n").skip(1);
        lines.filter_map(|line| line.split_once(": ")).find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|it| it.1)
    }

    pub(crate) fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

/// Answers one request per connection. Clients without a certificate are accepted, clients with an unknown one are refused.
pub(crate) struct Mutual {
    pub(crate) url: String,
    /// The server's own certificate.
    pub(crate) authority: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Mutual {
    /// Requests for which `answer` returns nothing get an empty object.
    pub(crate) fn start(
        known: &[CertificateDer<'static>],
        answer: impl Fn(&Seen) -> Option<Said> + Send + Sync + 'static,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(known.iter().cloned());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .unwrap();
        let (certificate, key) = own("127.0.0.1");
        let authority = pem("CERTIFICATE", &certificate);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.into()))
            .unwrap();
        let (config, seen) = (Arc::new(config), Arc::<Mutex<Vec<_>>>::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let requests = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream.unwrap());
                let Some(text) = whole_request(&mut stream) else { continue };
                let certificate = stream.conn.peer_certificates().and_then(|all| all.first()).cloned();
                let request = Seen { text, certificate };
                let (status, header, body) = answer(&request).unwrap_or((200, String::new(), "{}".into()));
                requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                let mut head =
                    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
                if !header.is_empty() {
                    let _ = write!(head, "{header}\r\n");
                }
                let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        Self { url, authority, seen }
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The clients' certificates, in order.
    pub(crate) fn certificates(&self) -> Vec<CertificateDer<'static>> {
        self.requests().into_iter().filter_map(|it| it.certificate).collect()
    }
}

/// An `OpenID Connect` provider that issues this token to a client that authenticates only with the certificate of its
/// connection (RFC 8705), at an endpoint for that purpose.
pub(crate) fn provider(client: &CertificateDer<'static>, token: String) -> Mutual {
    let known = client.clone();
    Mutual::start(std::slice::from_ref(client), move |request| {
        if request.is("GET /.well-known/openid-configuration") {
            let url = format!("https://{}", request.header("host")?);
            let document = json!({
                "issuer": url,
                "token_endpoint": format!("{url}/not-with-a-certificate"),
                "mtls_endpoint_aliases": { "token_endpoint": format!("{url}/mtls/token") },
            });
            return Some((200, String::new(), document.to_string()));
        }
        let is_shown = request.certificate.as_ref() == Some(&known);
        let body = request.body();
        let is_named = body.contains("client_id=keystone") && request.header("authorization").is_none();
        let wrong = json!({"error": "invalid_client", "error_description": "not the client's certificate"});
        if !(request.is("POST /mtls/token") && is_shown && is_named) || body.contains("secret") {
            return Some((401, String::new(), wrong.to_string()));
        }
        let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
        Some((200, String::new(), answer.to_string()))
    })
}

/// A request with its body; `None` if it is incomplete.
fn whole_request(stream: &mut impl Read) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        text.extend_from_slice(&piece[..length]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else { continue };
        let length = head
            .to_ascii_lowercase()
            .split("content-length: ")
            .nth(1)
            .map_or(0, |rest| rest.split("\r\n").next().unwrap_or_default().parse::<usize>().unwrap_or_default());
        if body.len() >= length {
            return Some(so_far);
        }
    }
}
