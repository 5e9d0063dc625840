//! Fake identity providers and platforms, for tests.

use archstone_testing as fake;
use pyo3::prelude::*;

use super::server::{FakeServer, Running};

/// A stub of an OpenID Connect provider, with one client and the user `demo`, whose password is `demo at provider`.
///
/// >>> with FakeKeystone() as keystone, FakeProvider() as provider:
/// ...     keystone.trust("sso", "openid", provider)
///
/// It is strict: it checks the client's authentication, the grant, the scope, and every part of a token that it is to
/// exchange, and refuses requests that do not follow the standards.
#[pyclass(frozen, extends = FakeServer, module = "archstone.testing")]
pub(crate) struct FakeProvider;

type Provider<'a, 'py> = &'a Bound<'py, FakeProvider>;

pub(super) fn with_provider<T>(slf: Provider<'_, '_>, act: impl FnOnce(&fake::FakeProvider) -> T) -> PyResult<T> {
    slf.as_super().get().with_running(|running| match running {
        Running::Provider(provider) => act(provider),
        _ => unreachable!("made by `FakeProvider`"),
    })
}

#[pymethods]
impl FakeProvider {
    #[new]
    fn start() -> PyClassInitializer<Self> {
        let running = Running::Provider(fake::FakeProvider::start());
        PyClassInitializer::from(FakeServer::new(running)).add_subclass(Self)
    }

    /// The client's id.
    #[getter]
    fn client_id(slf: Provider<'_, '_>) -> PyResult<&'static str> {
        with_provider(slf, fake::FakeProvider::client_id)
    }

    /// The client's secret.
    #[getter]
    fn client_secret(slf: Provider<'_, '_>) -> PyResult<&'static str> {
        with_provider(slf, fake::FakeProvider::client_secret)
    }

    /// The URL of its discovery document.
    #[getter]
    fn discovery_endpoint(slf: Provider<'_, '_>) -> PyResult<String> {
        with_provider(slf, fake::FakeProvider::discovery_endpoint)
    }

    /// Create a key for the client, which it must sign with from now on, and return the text of the key's file.
    fn new_client_key(slf: Provider<'_, '_>) -> PyResult<String> {
        with_provider(slf, fake::FakeProvider::new_client_key)
    }

    /// The id of that key.
    #[getter]
    fn client_key_id(slf: Provider<'_, '_>) -> PyResult<&'static str> {
        with_provider(slf, fake::FakeProvider::client_key_id)
    }

    /// Exchange tokens of a platform, whose audience is the provider's URL.
    fn trust_platform(slf: Provider<'_, '_>, platform: &Bound<'_, FakePlatform>) -> PyResult<()> {
        with_provider(slf, |provider| with_platform(platform, |platform| provider.trust_platform(platform)))?
    }

    /// Issue an access token, as if `demo` had logged in elsewhere, and return it.
    fn issue(slf: Provider<'_, '_>) -> PyResult<String> {
        with_provider(slf, fake::FakeProvider::issue)
    }
}

/// A stub of a platform that provides its workloads with signed tokens, as Kubernetes, GitHub Actions and GitLab do.
///
/// >>> with FakeKeystone() as keystone, FakePlatform() as platform:
/// ...     keystone.trust_platform("ci", "jwt", platform, "keystone")
/// ...     token = platform.token("keystone")
///
/// Servers that trust it check the signature, issuer, audience, subject and expiry of its tokens.
#[pyclass(frozen, extends = FakeServer, module = "archstone.testing")]
pub(crate) struct FakePlatform;

type Platform<'a, 'py> = &'a Bound<'py, FakePlatform>;

pub(super) fn with_platform<T>(slf: Platform<'_, '_>, act: impl FnOnce(&fake::FakePlatform) -> T) -> PyResult<T> {
    slf.as_super().get().with_running(|running| match running {
        Running::Platform(platform) => act(platform),
        _ => unreachable!("made by `FakePlatform`"),
    })
}

#[pymethods]
impl FakePlatform {
    #[new]
    fn start() -> PyClassInitializer<Self> {
        let running = Running::Platform(fake::FakePlatform::start());
        PyClassInitializer::from(FakeServer::new(running)).add_subclass(Self)
    }

    /// The URL where a job requests a token: GitHub's `ACTIONS_ID_TOKEN_REQUEST_URL`.
    #[getter]
    fn request_url(slf: Platform<'_, '_>) -> PyResult<String> {
        with_platform(slf, fake::FakePlatform::request_url)
    }

    /// The secret that a job presents there: GitHub's `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    #[getter]
    fn request_token(slf: Platform<'_, '_>) -> PyResult<&'static str> {
        with_platform(slf, fake::FakePlatform::request_token)
    }

    /// Return a token for an audience, as it would be in a file. It is valid for an hour.
    fn token(slf: Platform<'_, '_>, audience: &str) -> PyResult<String> {
        with_platform(slf, |platform| platform.token(audience))
    }

    /// Return a token for an audience that has expired.
    fn expired_token(slf: Platform<'_, '_>, audience: &str) -> PyResult<String> {
        with_platform(slf, |platform| platform.expired_token(audience))
    }
}
