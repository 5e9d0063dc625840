//! The Python package `archstone`: only conversions between Python and the library, without logic of its own.
//!
//! `client` and `asyncio` are the two APIs; their operations are defined once, in `operations`. `bridge` is how Python
//! waits; `request`, `body`, `upload` and `response` handle requests to services and their responses; `handle` and
//! `process` make clients survive a fork.

#![deny(unsafe_code)]
#![expect(clippy::doc_markdown, reason = "the documentation of Python's classes and methods is Python's, too")]

mod access;
mod answer;
mod asyncio;
mod awake;
mod body;
mod bridge;
mod catalog;
mod client;
mod config;
mod convert;
mod descriptions;
mod doctor;
mod errands;
mod errors;
mod grants;
#[cfg(unix)]
mod green;
mod handle;
mod identity;
mod items;
mod logging;
mod mailbox;
mod operations;
mod options;
mod person;
mod process;
mod promise;
mod provider;
mod receipt;
mod records;
mod request;
mod response;
mod service;
mod testing;
mod text;
mod timing;
mod token_store;
mod upload;
mod versions;

use pyo3::pymodule;

/// The part of archstone that is written in Rust. Use the package `archstone`.
#[pymodule(gil_used = false)]
mod _archstone {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        access::AccessInfo,
        answer::Pieces,
        asyncio::AsyncCore,
        catalog::{Catalog, Endpoint, Service},
        client::Client,
        config::{
            ConfigFile, FetchedProfile, Finding, KeyringPlace, NamedCloud, Openrc, Setting, check, clouds, distrust,
            explain, fetch_profile, paths, read_openrc, to_environment, trust,
        },
        descriptions::{managers, resources},
        doctor::{Check, diagnose},
        grants::{Chain, EffectiveGrant, Gap, Grants, Place, Unseen},
        identity::{Arguments, IdentityCore, IdentityItems, IdentityOutcomes},
        items::Items,
        options::{auth_methods, option_table},
        person::LoginPage,
        provider::{TokenRequest, register_method},
        receipt::Receipt,
        request::Retries,
        response::{AsyncBody, Headers, Response},
        service::{AsyncServiceCore, ServiceClient},
        testing::{Failure, FakeKeystone, FakePlatform, FakeProvider, FakeServer, Reply, Route, SeenRequest},
        timing::Timing,
        token_store::{StoredToken, TokenStoreStatus},
        upload::Upload,
        versions::{OfferedVersions, VersionInfo, VersionedEndpoint},
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::process::refuse_subinterpreters(module.py())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        crate::errors::add_to(module, crate::response::of_error)?;
        crate::response::register(module)?;
        crate::logging::listen();
        crate::process::watch_forks(module)
    }
}
