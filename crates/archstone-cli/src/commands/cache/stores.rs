//! The token stores, and the tokens in them that this user's secrets decrypt.

use archstone::{
    Access, Client as AsyncClient, ClientBuilder, ErrorKind, Result, StoredToken, TokenStoreStatus,
    blocking::{Client, token_store_status},
    config::{Origin, clouds},
    host::Host,
};
use clap::{Arg, ArgAction, ArgMatches};

use crate::{events::warning, session::Session};

/// A store, and the tokens of this user's clouds in it.
pub(super) struct Store {
    pub(super) place: String,
    /// With the cloud's name; the login of this run has none.
    pub(super) opened: Vec<(Option<String>, StoredToken)>,
    /// Entries that none of the user's secrets decrypts; `None` if the store cannot list them.
    pub(super) sealed: Option<Vec<StoredToken>>,
}

/// The option of commands that read the stores.
pub(super) fn open_option() -> Arg {
    Arg::new("open")
        .long("open")
        .action(ArgAction::SetTrue)
        .help("Run password commands and unlock keyrings, to decrypt the tokens that need them")
}

/// The stores of this run's login and of every cloud that files name.
pub(super) fn stores(session: &Session<'_>, options: &ArgMatches) -> Result<Vec<Store>> {
    let mut stores: Vec<Store> = Vec::new();
    let mut failures = Vec::new();
    for (cloud, builder) in builders(session)? {
        let builder = if options.get_flag("open") { builder } else { builder.unattended() };
        match status(builder) {
            Ok(Some((name, status))) => add(&mut stores, cloud.or(name), status),
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
        if let Some(outdated @ 1..) = status.outdated {
            warning!(
                "{outdated} more tokens in `{}` are from Archstone 0.1: they are not used, and will expire; \
                 `archstone cache clear --all` removes them with the others",
                status.place
            );
        }
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

/// The status of a store, with the token of a login, and with the cloud's name if the login is fully configured.
fn status(builder: ClientBuilder) -> Result<Option<(Option<String>, TokenStoreStatus)>> {
    match builder.clone().build() {
        Ok(client) => {
            let name = client.config().name().map(ToOwned::to_owned);
            let status = Client::from(client).token_store_status()?;
            Ok(status.map(|status| (name, status)))
        }
        Err(error) if error.kind() == ErrorKind::NotConfigured => {
            let Some(store) = builder.token_store()? else { return Ok(None) };
            token_store_status(&store).map(|status| Some((None, status)))
        }
        Err(error) => Err(error),
    }
}

/// This run's login, and those of the clouds that files name.
fn builders(session: &Session<'_>) -> Result<Vec<(Option<String>, ClientBuilder)>> {
    let mut builders = vec![(None, session.builder()?)];
    // Options of this run take precedence over the entries of the clouds.
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
        builders.push((Some(cloud.name), builder));
    }
    Ok(builders)
}

/// The scope of the token.
pub(super) fn scope(access: &Access) -> Option<&str> {
    let system = access.is_system_scoped().then_some("system");
    access.project_name().or_else(|| access.domain_name()).or(system)
}
