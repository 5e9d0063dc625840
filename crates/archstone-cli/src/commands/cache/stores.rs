//! The stores of tokens, and what the secrets of this user open in them.

use archstone::{
    Access, Client as AsyncClient, ErrorKind, Result, StoredToken, TokenStoreStatus,
    blocking::Client,
    config::{Origin, clouds},
    host::Host,
};

use crate::{events::warning, session::Session};

/// A store, and what this user's clouds have in it.
pub(super) struct Store {
    pub(super) place: String,
    /// By the cloud's name; the login of this run has none.
    pub(super) opened: Vec<(Option<String>, StoredToken)>,
    /// What none of their secrets opens; `None` where the store cannot tell.
    pub(super) sealed: Option<Vec<StoredToken>>,
}

/// The stores of this run's login and of every cloud that files name.
pub(super) fn stores(session: &Session<'_>) -> Result<Vec<Store>> {
    let mut stores: Vec<Store> = Vec::new();
    let mut failures = Vec::new();
    for (cloud, client) in clients(session)? {
        match client.token_store_status() {
            Ok(Some(status)) => add(&mut stores, cloud, status),
            Ok(None) => {}
            Err(error) => failures.push(error),
        }
    }
    for store in &mut stores {
        let is_opened = |it: &StoredToken| store.opened.iter().any(|(_, opened)| opened.name == it.name);
        if let Some(sealed) = &mut store.sealed {
            sealed.retain(|it| !is_opened(it));
        }
    }
    match failures.pop() {
        Some(error) if stores.is_empty() => Err(error),
        last => {
            for error in failures.into_iter().chain(last) {
                warning!("{error}");
            }
            Ok(stores)
        }
    }
}

fn add(stores: &mut Vec<Store>, cloud: Option<String>, status: TokenStoreStatus) {
    let at = stores.iter().position(|store| store.place == status.place).unwrap_or_else(|| {
        stores.push(Store { place: status.place, opened: Vec::new(), sealed: status.others });
        stores.len() - 1
    });
    let opened = &mut stores[at].opened;
    if let Some(own) = status.own
        && !opened.iter().any(|(_, it)| it.name == own.name)
    {
        opened.push((cloud, own));
    }
}

/// This run's login, where it has one, and those of the clouds that files name.
fn clients(session: &Session<'_>) -> Result<Vec<(Option<String>, Client)>> {
    let mut clients = Vec::new();
    match session.client() {
        Ok(client) => {
            let name = client.asynchronous().config().name().map(ToOwned::to_owned);
            clients.push((name, client.clone()));
        }
        Err(error) if error.kind() == ErrorKind::NotConfigured => {}
        Err(error) => return Err(error),
    }
    // What this run says of the store is stronger than what files say of their clouds.
    let said: Vec<_> = session
        .explain()
        .map(|it| it.values)
        .unwrap_or_default()
        .into_iter()
        .filter(|it| {
            it.name.starts_with("token_cache") && !matches!(it.origin, Origin::File { .. } | Origin::Default(_))
        })
        .collect();
    for cloud in clouds(&Host::default())? {
        let mut builder = AsyncClient::builder().cloud(&cloud.name).default_option("token_cache", "disk");
        for value in &said {
            builder = builder.option_from(&value.name, value.value().clone(), value.origin.clone());
        }
        match builder.build() {
            Ok(client) => clients.push((Some(cloud.name), client.into())),
            Err(error) if error.kind() == ErrorKind::NotConfigured => {}
            Err(error) => warning!("{error}"),
        }
    }
    Ok(clients)
}

/// What the token is for.
pub(super) fn scope(access: &Access) -> Option<&str> {
    let system = access.is_system_scoped().then_some("system");
    access.project_name().or_else(|| access.domain_name()).or(system)
}
