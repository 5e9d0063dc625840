//! Fetches a vendor's profile from its well-known URL, only on request.

use serde_json::{Map, Value};
use url::Url;

use crate::{
    error::{Error, ErrorKind, Result, printable},
    host::Host,
    transport::{Request, Transport, TransportSettings},
};

/// The path of a vendor's profile on its host.
const WELL_KNOWN: &str = "/.well-known/openstack/api";

/// A vendor's profile that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchedProfile {
    /// The host that it came from, under which it is stored.
    pub host: String,
    pub(super) members: Map<String, Value>,
}

/// Fetches the profile of a vendor, such as `https://vexxhost.com`. Nothing in it is executed: code that it names for
/// other programs is left out. Store it with [`ConfigFile::set_profile`](super::ConfigFile).
///
/// # Errors
///
/// [`InvalidConfig`](ErrorKind::InvalidConfig) when the address is not a URL,
/// [`InvalidResponse`](ErrorKind::InvalidResponse) when there is no profile, and the errors of any request.
pub async fn fetch_profile(address: &str, settings: TransportSettings, host: &Host) -> Result<FetchedProfile> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidConfig, format!("`{}` {what}", printable(address)));
    let mut url =
        Url::parse(address).map_err(|_| invalid("is not a URL").with_hint("write it whole: `https://vexxhost.com`"))?;
    let vendor = url.host_str().unwrap_or_default().to_owned();
    if !matches!(url.scheme(), "http" | "https") || vendor.is_empty() {
        return Err(invalid("is no address of a vendor").with_hint("write it whole: `https://vexxhost.com`"));
    }
    url.set_path(WELL_KNOWN);
    url.set_query(None);
    url.set_fragment(None);
    let answer = Transport::new(settings, host.clone()).send(Request::get(url)).await?;
    if !answer.is_success() {
        let message = format!("`{vendor}` has no profile: status {} for `{WELL_KNOWN}`", answer.status);
        return Err(answer.error(ErrorKind::InvalidResponse, message));
    }
    let mut document: Value = serde_json::from_str(&answer.body).map_err(|source| {
        answer.error(ErrorKind::InvalidResponse, format!("what `{vendor}` answers is not JSON")).with_source(source)
    })?;
    let Value::Object(mut members) = document["profile"].take() else {
        return Err(answer.error(ErrorKind::InvalidResponse, format!("what `{vendor}` answers has no `profile`")));
    };
    members.remove("vendor_hook");
    Ok(FetchedProfile { host: vendor, members })
}
