//! HTTP Negotiate (RFC 4559): Kerberos tickets, by the GSSAPI of this system.

use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    settings::{OptionSpec, Settings},
    transport::{Answer, Request, Transport},
};

/// The option for logins with Kerberos.
pub(crate) const OPTIONS: &[OptionSpec] = &[OptionSpec::plain(
    "mutual_auth",
    "whether the identity service must authenticate itself with Kerberos, too: optional, required or disabled",
)];

/// Whether the server must authenticate itself, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MutualAuth {
    /// If the server tries to, it must succeed.
    Optional,
    Required,
    Disabled,
}

impl MutualAuth {
    pub(crate) fn read(settings: &Settings) -> Result<Self> {
        let Some(text) = settings.text("mutual_auth") else { return Ok(Self::Optional) };
        match text.value {
            "optional" => Ok(Self::Optional),
            "required" => Ok(Self::Required),
            "disabled" => Ok(Self::Disabled),
            other => {
                let message =
                    format!("{} is `{}`, which is not a mode of mutual authentication", text.origin, printable(other));
                Err(Error::new(ErrorKind::InvalidConfig, message)
                    .with_hint("write `optional`, `required` or `disabled`"))
            }
        }
    }

    /// The value in the configuration.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
            Self::Disabled => "disabled",
        }
    }
}

/// Returns an error if this build does not support Kerberos.
#[cfg(feature = "kerberos")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature, it fails")]
pub(crate) fn usable(_: &str) -> Result<()> {
    Ok(())
}

/// Returns an error if this build does not support Kerberos.
#[cfg(not(feature = "kerberos"))]
pub(crate) fn usable(auth_type: &str) -> Result<()> {
    Err(Error::new(
        ErrorKind::InvalidConfig,
        format!("`{auth_type}` needs Kerberos, which this build of Archstone does not have"),
    )
    .with_hint("build it with the feature `kerberos`: see \"Kerberos\" in the documentation of the configuration"))
}

/// Sends a request with a ticket for its host.
#[cfg(feature = "kerberos")]
pub(crate) async fn send(transport: &Transport, mut request: Request, mutual: MutualAuth) -> Result<Answer> {
    let host = request.url.host_str().unwrap_or_default().to_owned();
    let (context, token) = gssapi::in_background(move || gssapi::Context::begin(&host, mutual)).await?;
    request.authorization = Some(token);
    let answer = transport.send(request).await?;
    if !answer.is_success() || mutual == MutualAuth::Disabled {
        return Ok(answer);
    }
    let proof = answer.headers.get_all(http::header::WWW_AUTHENTICATE).iter().find_map(gssapi::token_of);
    match proof {
        None if mutual == MutualAuth::Optional => {
            tracing::debug!(target: "archstone::login", "the identity service does not authenticate itself with Kerberos");
            Ok(answer)
        }
        None => Err(unproven(&answer, "sends no proof")),
        Some(proof) => match gssapi::in_background(move || context.finish(&proof)).await {
            Ok(()) => Ok(answer),
            Err(error) => Err(unproven(&answer, "sends an invalid proof").with_source(error)),
        },
    }
}

#[cfg(feature = "kerberos")]
fn unproven(answer: &Answer, what: &str) -> Error {
    let message = format!("the identity service does not authenticate itself with Kerberos: it {what}");
    answer.error(ErrorKind::InvalidResponse, message).with_hint(
        "it may not be the server that it claims to be, or a proxy may remove `WWW-Authenticate`; see "
            + Hint::option("mutual_auth"),
    )
}

/// Never called: [`usable`] has already returned an error.
#[cfg(not(feature = "kerberos"))]
#[expect(clippy::unused_async, reason = "with the feature, it waits")]
pub(crate) async fn send(_: &Transport, _: Request, _: MutualAuth) -> Result<Answer> {
    Err(usable("v3kerberos").err().unwrap_or_else(|| Error::new(ErrorKind::InvalidConfig, "there is no Kerberos")))
}

/// What to check when a ticket was refused.
pub(crate) fn hint() -> Hint {
    "check with `klist` whose ticket it is, and that the identity service knows that user; it may accept tickets at \
     another URL only: see "
        + Hint::option("auth_url")
}

#[cfg(feature = "kerberos")]
mod gssapi {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use http::HeaderValue;
    use libgssapi::{
        context::{ClientCtx, CtxFlags, SecurityContext},
        error::{Error as GssError, MajorFlags},
        name::Name,
        oid::{GSS_MECH_SPNEGO, GSS_NT_HOSTBASED_SERVICE},
    };

    use super::MutualAuth;
    use crate::{
        error::{Error, ErrorKind, Result, printable},
        secret::Secret,
    };

    /// Runs on a blocking thread: contacting the KDC takes time.
    pub(super) async fn in_background<T: Send + 'static>(
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::new(ErrorKind::InvalidConfig, "Kerberos failed").with_source(error))?
    }

    /// The client's side of a login.
    pub(super) struct Context(ClientCtx);

    impl Context {
        /// The value of `Authorization` for a host, and the context that checks its answer.
        pub(super) fn begin(host: &str, mutual: MutualAuth) -> Result<(Self, Secret)> {
            let failed = |error: GssError| no_ticket(host, error);
            let service =
                Name::new(format!("HTTP@{host}").as_bytes(), Some(GSS_NT_HOSTBASED_SERVICE)).map_err(failed)?;
            let flags = match mutual {
                MutualAuth::Disabled => CtxFlags::GSS_C_SEQUENCE_FLAG,
                MutualAuth::Optional | MutualAuth::Required => {
                    CtxFlags::GSS_C_MUTUAL_FLAG | CtxFlags::GSS_C_SEQUENCE_FLAG
                }
            };
            let mut context = ClientCtx::new(None, service, flags, Some(GSS_MECH_SPNEGO));
            let token = context.step(None, None).map_err(failed)?.ok_or_else(|| {
                Error::new(ErrorKind::Unauthenticated, format!("there is no Kerberos ticket for `HTTP/{host}`"))
            })?;
            let header = format!("Negotiate {}", STANDARD.encode(&*token)).into();
            Ok((Self(context), header))
        }

        /// Checks the server's answer.
        pub(super) fn finish(mut self, proof: &[u8]) -> Result<()> {
            let malformed = |what: String| Error::new(ErrorKind::InvalidResponse, what);
            self.0.step(Some(proof), None).map_err(|error| malformed(printable(&error.to_string())))?;
            let is_proven = self.0.flags().is_ok_and(|flags| flags.contains(CtxFlags::GSS_C_MUTUAL_FLAG));
            if self.0.is_complete() && is_proven { Ok(()) } else { Err(malformed("it is not complete".into())) }
        }
    }

    /// The token of a `WWW-Authenticate: Negotiate …`.
    pub(super) fn token_of(value: &HeaderValue) -> Option<Vec<u8>> {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        // An invalid token is kept as an empty one, which fails the check.
        scheme.eq_ignore_ascii_case("negotiate").then(|| STANDARD.decode(token.trim()).unwrap_or_default())
    }

    fn no_ticket(host: &str, error: GssError) -> Error {
        let said = error.to_string();
        let said = printable(&said.split_whitespace().collect::<Vec<_>>().join(" "));
        if said.contains("Cannot contact any KDC") || said.contains("Cannot find KDC") {
            let message = format!("no Kerberos ticket for `HTTP/{host}`: the KDC does not answer: {said}");
            return Error::new(ErrorKind::ConnectionFailed, message)
                .with_hint("check `kdc` of the realm in `krb5.conf`, which `KRB5_CONFIG` can name");
        }
        let lacks = MajorFlags::GSS_S_NO_CRED | MajorFlags::GSS_S_CREDENTIALS_EXPIRED;
        let hint = if error.major.intersects(lacks) || said.contains("No Kerberos credentials") {
            "get a ticket with `kinit`, or name its cache with the variable `KRB5CCNAME`"
        } else {
            "check with `klist` that there is a ticket, and with `kvno HTTP/HOST` that the KDC knows the service"
        };
        Error::new(ErrorKind::Unauthenticated, format!("no Kerberos ticket for `HTTP/{host}`: {said}")).with_hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Origin;

    #[test]
    fn mutual_authentication_has_three_ways() {
        let read = |text: Option<&str>| {
            let mut settings = Settings::default();
            if let Some(text) = text {
                settings.set("mutual_auth", text, Origin::Argument("mutual_auth".into())).expect("an option");
            }
            MutualAuth::read(&settings)
        };
        assert_eq!(read(None).expect("the usual"), MutualAuth::Optional);
        for way in [MutualAuth::Optional, MutualAuth::Required, MutualAuth::Disabled] {
            assert_eq!(read(Some(way.as_str())).expect("a way"), way);
        }
        let error = read(Some("maybe")).expect_err("no way");
        assert!(error.to_string().contains("`maybe`") && error.hint_parts().is_some(), "{error:?}");
    }

    #[cfg(not(feature = "kerberos"))]
    #[test]
    fn a_build_without_kerberos_says_so_when_a_client_is_made() {
        use crate::{Client, host::Host};
        let client = Client::builder().auth_url("https://keystone.example/v3").host(Host::made([("HOME", "/none")]));
        let error = client.auth_type("v3kerberos").build().expect_err("no Kerberos");
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains("`v3kerberos` needs Kerberos"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("feature `kerberos`")), "{error:?}");
    }
}
