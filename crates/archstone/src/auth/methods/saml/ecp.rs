//! The messages of SAML's Enhanced Client or Proxy: SAML 2.0 Profiles, section 4.2, and PAOS.

use http::Method as Verb;
use url::Url;

use super::{Vouched, refused_by_provider};
use crate::{
    error::{Error, ErrorKind, Result, printable, public_url},
    hint::Hint,
    transport::{Answer, Request},
    xml::{Document, Element, Name, escaped},
};

/// The media type of requests to a service provider.
pub(in super::super) const PAOS: &str = "application/vnd.paos+xml";
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const ECP: &str = "urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp";
const SAML: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ENVELOPE: Name = (SOAP, "Envelope");
const HEADER: Name = (SOAP, "Header");
const BODY: Name = (SOAP, "Body");

/// The service provider's request to the identity provider.
pub(in super::super) struct Asked {
    /// The envelope for the identity provider.
    envelope: String,
    /// The assertion consumer URL, according to the service provider.
    consumer: String,
    relay_state: Option<String>,
}

/// The identity provider's response.
pub(in super::super) struct Answered {
    /// The envelope for the service provider.
    pub(in super::super) envelope: String,
    /// The assertion consumer URL, according to the identity provider.
    consumer: String,
}

impl Asked {
    /// Parses the response to the first request.
    pub(in super::super) fn read(answer: &Answer) -> Result<Self> {
        let shown = public_url(&answer.url);
        let wrong = |what: &str| {
            let message = format!("`{shown}` {what}");
            answer.error(ErrorKind::InvalidResponse, message).with_hint(
                "check "
                    + Hint::options(["auth_url", "identity_provider", "protocol"], "and")
                    + ", and whether the service provider allows logins without a browser (SAML's ECP)",
            )
        };
        if (300..400).contains(&answer.status) {
            let to = answer.header("location").map(|it| format!(", to `{}`", place(it))).unwrap_or_default();
            return Err(wrong(&format!("asks for a login in a browser: it redirects (HTTP {}){to}", answer.status)));
        }
        if answer.status != 200 {
            let said = answer.said().map(|it| format!(": {it}")).unwrap_or_default();
            let kind = if answer.status >= 500 { ErrorKind::ServerError } else { ErrorKind::InvalidResponse };
            let message = format!("`{shown}` does not begin a SAML login (HTTP {}){said}", answer.status);
            let error = answer.error(kind, message);
            return Err(if kind == ErrorKind::ServerError {
                error
            } else {
                error.with_hint("check " + Hint::options(["auth_url", "identity_provider", "protocol"], "and"))
            });
        }
        match media_type(answer) {
            Some(kind) if kind.eq_ignore_ascii_case(PAOS) => {}
            kind => {
                let kind = kind.map_or("nothing".into(), printable);
                return Err(wrong(&format!("answers with `{kind}` instead of a SAML request (`{PAOS}`)")));
            }
        }
        let document = Document::read(&answer.body).map_err(|why| wrong(&format!("sent a SAML request that {why}")))?;
        let header = document.find(&[ENVELOPE, HEADER]);
        let consumer = header
            .and_then(|it| it.child(("urn:liberty:paos:2003-08", "Request")))
            .and_then(|it| it.attribute("responseConsumerURL"))
            .ok_or_else(|| wrong("sent a SAML request without a `responseConsumerURL`"))?;
        document.find(&[ENVELOPE, BODY]).ok_or_else(|| wrong("sent a SAML request without a body"))?;
        let relay_state = header.and_then(|it| it.child((ECP, "RelayState"))).map(|it| it.text().to_owned());
        let envelope = header.map(|it| document.replaced(it, "")).unwrap_or_default();
        Ok(Self { envelope, consumer: consumer.trim().to_owned(), relay_state })
    }

    /// The request to the identity provider, with the password.
    pub(in super::super) fn request(&self, user: &Vouched) -> Result<Request> {
        let mut request = Request::new(Verb::POST, user.url.clone()).elsewhere();
        request.authorization = Some(user.basic()?);
        request.rest.text = Some(("text/xml; charset=utf-8", self.envelope.as_str().into()));
        request.rest.within = vec![user.password.clone()];
        Ok(request)
    }

    /// The URL for the identity provider's response, if both sides agree on it.
    pub(in super::super) fn consumer(&self, answered: &Answered) -> Option<Result<Url>> {
        (self.consumer == answered.consumer).then(|| {
            let url = Url::parse(&self.consumer).ok().filter(|it| matches!(it.scheme(), "http" | "https"));
            url.ok_or_else(|| {
                let message = format!(
                    "the service provider wants the answer at `{}`, which is no URL of a server",
                    place(&self.consumer)
                );
                Error::new(ErrorKind::InvalidResponse, message)
            })
        })
    }

    /// The service provider's own URL, for a fault: `None` if it names a server other than the one that was contacted.
    pub(in super::super) fn own_consumer(&self, asked: &Url) -> Option<Url> {
        Url::parse(&self.consumer).ok().filter(|url| url.origin() == asked.origin())
    }

    /// The error when they do not agree.
    pub(in super::super) fn mismatch(&self, answered: &Answered, user: &Vouched) -> Error {
        let message = format!(
            "the identity provider's answer is for another server: the service provider wants it at `{}`, and the identity \
             provider `{}` is to send it to `{}`",
            place(&self.consumer),
            public_url(&user.url),
            place(&answered.consumer)
        );
        Error::new(ErrorKind::InvalidResponse, message).with_hint(
            "nothing was sent there: the identity provider needs the service provider's own metadata, or someone is \
             intercepting the connection",
        )
    }
}

impl Answered {
    /// Parses the identity provider's response to the service provider's request.
    pub(in super::super) fn read(answer: &Answer, asked: &Asked) -> Result<Self> {
        let shown = public_url(&answer.url);
        let said = || answer.said().map(|it| format!(": {it}")).unwrap_or_default();
        let check = || "check " + Hint::option("identity_provider_url");
        let wrong = |what: &str| {
            let message = format!("the answer of the identity provider `{shown}` {what}");
            answer.error(ErrorKind::InvalidResponse, message).with_hint(check())
        };
        let status = answer.status;
        match status {
            200..300 => {}
            300..=399 => return Err(wrong(&format!("is a redirect (HTTP {status}), which no password follows"))),
            401 | 403 => {
                let message = format!("the identity provider `{shown}` refused the login (HTTP {status}){}", said());
                return Err(answer.error(ErrorKind::Unauthenticated, message).with_hint(refused_by_provider()));
            }
            _ => {
                let kind = match status {
                    429 => ErrorKind::RateLimited,
                    500.. => ErrorKind::ServerError,
                    _ => ErrorKind::InvalidResponse,
                };
                let message = format!("the identity provider `{shown}` failed (HTTP {status}){}", said());
                let error = answer.error(kind, message);
                return Err(if kind == ErrorKind::InvalidResponse { error.with_hint(check()) } else { error });
            }
        }
        if let Some(kind) = media_type(answer).filter(|it| !is_xml(it)) {
            return Err(wrong(&format!("is `{}`, and not XML", printable(kind))));
        }
        let document = Document::read(&answer.body).map_err(|why| wrong(&why.to_string()))?;
        refuse_faults(answer, &document)?;
        let header = document.find(&[ENVELOPE, HEADER]);
        let response = header.and_then(|it| it.child((ECP, "Response")));
        let response = response.ok_or_else(|| wrong("has no `ecp:Response`: it is not of a login by SAML's ECP"))?;
        let consumer = response.attribute("AssertionConsumerServiceURL");
        let consumer = consumer.ok_or_else(|| wrong("has no `AssertionConsumerServiceURL`"))?.trim().to_owned();
        document.find(&[ENVELOPE, BODY]).ok_or_else(|| wrong("has no body"))?;
        let envelope = match &asked.relay_state {
            Some(state) => document.replaced(response, &relay(state)),
            None => answer.body.clone(),
        };
        Ok(Self { envelope, consumer })
    }
}

/// Returns an error for a refusal in a successful response: a SOAP fault, or a SAML status.
fn refuse_faults(answer: &Answer, document: &Document<'_>) -> Result<()> {
    const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
    const STATUS: Name = (SAML, "Status");
    const CODE: Name = (SAML, "StatusCode");
    let refused = |said: Vec<&str>| {
        let said: Vec<_> = said.into_iter().filter(|it| !it.is_empty()).collect();
        let said = answer.secrets.redacted(&said.join(": ")).unwrap_or_else(|| "its message repeats a secret".into());
        let message =
            format!("the identity provider `{}` refused the login: {}", public_url(&answer.url), printable(&said));
        Err(answer.error(ErrorKind::Unauthenticated, message).with_hint(refused_by_provider()))
    };
    if let Some(fault) = document.find(&[ENVELOPE, BODY, (SOAP, "Fault")]) {
        let text = |name| fault.child(("", name)).map(Element::text).unwrap_or_default();
        return refused(vec![text("faultcode"), text("faultstring")]);
    }
    let Some(status) = document.find(&[ENVELOPE, BODY, (SAML, "Response"), STATUS]) else { return Ok(()) };
    let code = status.child(CODE);
    let value = code.and_then(|it| it.attribute("Value")).unwrap_or_default();
    if value == SUCCESS {
        return Ok(());
    }
    let last = |value: &'_ str| value.rsplit(':').next().unwrap_or_default().to_owned();
    let inner = code.and_then(|it| it.child(CODE)).and_then(|it| it.attribute("Value")).unwrap_or_default();
    let message = status.child((SAML, "StatusMessage")).map(Element::text).unwrap_or_default();
    refused(vec![&last(value), &last(inner), message])
}

/// The relay state, as it is sent back to the service provider.
fn relay(state: &str) -> String {
    format!(
        r#"<ecp:RelayState xmlns:ecp="{ECP}" xmlns:S="{SOAP}" S:mustUnderstand="1" S:actor="http://schemas.xmlsoap.org/soap/actor/next">{}</ecp:RelayState>"#,
        escaped(state)
    )
}

/// The fault that is sent to a service provider whose URL is not the one that the identity provider names.
pub(in super::super) fn fault() -> String {
    format!(
        r#"<S:Envelope xmlns:S="{SOAP}"><S:Body><S:Fault><faultcode>S:Server</faultcode><faultstring>responseConsumerURL from SP and AssertionConsumerServiceURL from IdP do not match</faultstring></S:Fault></S:Body></S:Envelope>"#
    )
}

/// The media type of a response, without its parameters.
pub(in super::super) fn media_type(answer: &Answer) -> Option<&str> {
    answer.header("content-type")?.split(';').next().map(str::trim).filter(|it| !it.is_empty())
}

/// Whether this media type can be SOAP.
pub(in super::super) fn is_xml(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind == "text/xml" || kind == "application/xml" || (kind.ends_with("+xml") && !kind.contains("xhtml"))
}

/// An untrusted URL, without the parts that may be secret.
fn place(url: &str) -> String {
    printable(&Url::parse(url).map_or_else(|_| url.to_owned(), |url| public_url(&url)))
}
