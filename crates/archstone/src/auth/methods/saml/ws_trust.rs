//! The messages of WS-Trust 1.3, in the form that Active Directory Federation Services accepts (`usernamemixed`).

use http::Method as Verb;
use jiff::{SignedDuration, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};
use url::Url;

use super::{Vouched, ecp, refused_by_provider};
use crate::{
    error::{Error, ErrorKind, Result, printable, public_url},
    hint::Hint,
    secret::Secret,
    transport::{Answer, Request},
    xml::{Document, Element, Name, escaped, is_writable},
};

const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
const TRUST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
/// The version that service providers understand: WS-Trust of February 2005.
const OLD_TRUST: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust";
const ENVELOPE: Name = (SOAP, "Envelope");
const BODY: Name = (SOAP, "Body");

/// A request for a token for a service provider, at a date.
pub(in super::super) fn request(user: &Vouched, audience: &str, date: Timestamp) -> Result<Request> {
    /// How long the request is valid.
    const LIFE: SignedDuration = SignedDuration::from_secs(120);
    const WSS: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";
    for (text, option) in
        [(&*user.username, "username"), (user.password.expose(), "password"), (audience, "service_provider_entity_id")]
    {
        if !is_writable(text) {
            let message = format!("`{option}` holds a character that cannot be sent to the identity provider (XML)");
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("check " + Hint::option(option)));
        }
    }
    let expires = date.checked_add(LIFE).unwrap_or(date);
    let (message, token) = (uuid()?, uuid()?);
    let (to, audience) = (escaped(user.url.as_str()), escaped(audience));
    let (username, password) = (escaped(&user.username), escaped(user.password.expose()));
    let text = format!(
        r#"<s:Envelope xmlns:s="{SOAP}" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:u="{WSS}-wssecurity-utility-1.0.xsd"><s:Header><a:Action s:mustUnderstand="1">{TRUST}/RST/Issue</a:Action><a:MessageID>urn:uuid:{message}</a:MessageID><a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">{to}</a:To><o:Security xmlns:o="{WSS}-wssecurity-secext-1.0.xsd" s:mustUnderstand="1"><u:Timestamp u:Id="_0"><u:Created>{date:.3}</u:Created><u:Expires>{expires:.3}</u:Expires></u:Timestamp><o:UsernameToken u:Id="uuid-{token}-1"><o:Username>{username}</o:Username><o:Password Type="{WSS}-username-token-profile-1.0#PasswordText">{password}</o:Password></o:UsernameToken></o:Security></s:Header><s:Body><trust:RequestSecurityToken xmlns:trust="{TRUST}"><wsp:AppliesTo xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy"><a:EndpointReference><a:Address>{audience}</a:Address></a:EndpointReference></wsp:AppliesTo><trust:KeyType>{TRUST}/Bearer</trust:KeyType><trust:RequestType>{TRUST}/Issue</trust:RequestType><trust:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</trust:TokenType></trust:RequestSecurityToken></s:Body></s:Envelope>"#
    );
    let mut request = Request::new(Verb::POST, user.url.clone()).elsewhere();
    request.rest.text = Some(("application/soap+xml; charset=utf-8", text.into()));
    request.rest.within = vec![user.password.clone()];
    Ok(request)
}

/// Reads the token that the identity provider issued, and converts it to the form that service providers accept.
pub(in super::super) fn token(answer: &Answer) -> Result<Secret> {
    const RESPONSES: Name = (TRUST, "RequestSecurityTokenResponseCollection");
    const RESPONSE: Name = (TRUST, "RequestSecurityTokenResponse");
    const TOKEN: Name = (TRUST, "RequestedSecurityToken");
    let shown = public_url(&answer.url);
    let wrong = |what: &str| {
        let message = format!("the answer of the identity provider `{shown}` {what}");
        answer.error(ErrorKind::InvalidResponse, message).with_hint("check " + Hint::option("identity_provider_url"))
    };
    let status = answer.status;
    if (300..400).contains(&status) {
        return Err(wrong(&format!("is a redirect (HTTP {status}), which no password follows")));
    }
    let is_xml = ecp::media_type(answer).is_none_or(ecp::is_xml);
    // A refusal is a SOAP fault with HTTP 500.
    let document =
        if is_xml { Document::read(&answer.body).map_err(|why| why.to_string()) } else { Err(String::new()) };
    if let Ok(document) = &document {
        refuse_faults(answer, document)?;
    }
    if !answer.is_success() {
        let said = answer.said().map(|it| format!(": {it}")).unwrap_or_default();
        let (kind, hint) = match status {
            401 | 403 => (ErrorKind::Unauthenticated, Some(refused_by_provider())),
            429 => (ErrorKind::RateLimited, None),
            500.. => (ErrorKind::ServerError, None),
            _ => (ErrorKind::InvalidResponse, Some("check " + Hint::option("identity_provider_url"))),
        };
        let message = format!("the identity provider `{shown}` refused the login (HTTP {status}){said}");
        let error = answer.error(kind, message);
        return Err(match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        });
    }
    let document = document.map_err(|why| match ecp::media_type(answer).filter(|_| !is_xml) {
        Some(kind) => wrong(&format!("is `{}`, and not XML", printable(kind))),
        None => wrong(&why),
    })?;
    let path = [ENVELOPE, BODY, RESPONSES, RESPONSE];
    let issued = document.find(&path).and_then(|it| it.child(TOKEN)).is_some_and(|it| !it.is_empty());
    let taken = document.taken_out(&path, (TRUST, OLD_TRUST), TOKEN).filter(|_| issued);
    taken.map(Secret::from).ok_or_else(|| wrong("has no `RequestedSecurityToken`"))
}

fn refuse_faults(answer: &Answer, document: &Document<'_>) -> Result<()> {
    let Some(fault) = document.find(&[ENVELOPE, BODY, (SOAP, "Fault")]) else { return Ok(()) };
    let code = fault.child((SOAP, "Code"));
    let value = |name| code.and_then(|it| it.child((SOAP, name))).and_then(|it| it.child((SOAP, "Value")));
    let subcode = value("Subcode").map(Element::text).unwrap_or_default();
    let code = code.and_then(|it| it.child((SOAP, "Value"))).map(Element::text).unwrap_or_default();
    let reason = fault.child((SOAP, "Reason")).and_then(|it| it.child((SOAP, "Text"))).map(Element::text);
    let said = [if subcode.is_empty() { code } else { subcode }, reason.unwrap_or_default()];
    let said = said.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(": ");
    let said = answer.secrets.redacted(&said).unwrap_or_else(|| "its message repeats a secret".into());
    let message =
        format!("the identity provider `{}` refused the login: {}", public_url(&answer.url), printable(&said));
    let hint = match subcode.rsplit(':').next() {
        Some("FailedAuthentication") => refused_by_provider(),
        _ => {
            "check "
                + Hint::options(
                    ["service_provider_entity_id", "service_provider_endpoint", "username", "password"],
                    "and",
                )
        }
    };
    Err(answer.error(ErrorKind::Unauthenticated, message).with_hint(hint))
}

/// The request that presents a token to a service provider (WS-Federation).
pub(in super::super) fn sign_in(url: &Url, token: &Secret) -> Request {
    let mut request = Request::new(Verb::POST, url.clone()).elsewhere();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("wa", "wsignin1.0").append_pair("wresult", token.expose());
    request.rest.text = Some(("application/x-www-form-urlencoded", form.finish().into()));
    request
}

/// A random UUID: RFC 9562, version 4.
fn uuid() -> Result<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        Error::new(ErrorKind::NotConfigured, "cannot get random numbers from the system, which this login needs")
    })?;
    let number = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let digits = format!("{number:032x}");
    Ok([&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_random_and_of_their_version() {
        let (one, other) = (uuid().expect("randomness"), uuid().expect("randomness"));
        assert_ne!(one, other);
        assert!(one.len() == 36 && &one[14..15] == "4" && "89ab".contains(&one[19..20]), "{one}");
    }
}
