//! The operations of a client, shared by both APIs.

use archstone::{Client, Error, RequestBuilder, Result, Secret, Token, identity::grants::Filter};

use crate::{
    access::AccessInfo,
    answer::Answer,
    catalog::{Catalog, Wanted},
    errors::Diagnosis,
    grants::Grants,
    records::{Project, User},
    response::Response,
    token_store::TokenStoreStatus,
    versions::{OfferedVersions, VersionInfo},
};

pub(crate) async fn token(client: Client) -> Result<String> {
    Ok(client.token().await?.expose().to_owned())
}

pub(crate) async fn access(client: Client) -> Result<AccessInfo> {
    client.access().await.map(AccessInfo)
}

pub(crate) async fn known_access(client: Client) -> Result<Option<AccessInfo>> {
    Ok(client.known_access().map(AccessInfo))
}

pub(crate) async fn effective_grants(client: Client, filter: Filter) -> Result<Grants> {
    Grants::ask(&client, &filter).await
}

pub(crate) async fn authenticate(client: Client) -> Result<AccessInfo> {
    client.authenticate().await.map(AccessInfo)
}

pub(crate) async fn renew(client: Client) -> Result<AccessInfo> {
    client.renew().await.map(AccessInfo)
}

/// `None` if there are no more details.
pub(crate) async fn diagnose(client: Client, refused: Error) -> Result<Option<Diagnosis>> {
    let found = client.diagnose(&refused).await;
    let is_news = found.kind() != refused.kind() || found.to_string() != refused.to_string();
    Ok(is_news.then_some(Diagnosis(found)))
}

pub(crate) async fn replace(client: Client, rejected: Secret) -> Result<String> {
    Ok(client.replace(&Token::new(rejected)?).await?.expose().to_owned())
}

pub(crate) async fn revoke(client: Client, token: Secret) -> Result<()> {
    client.revoke(&Token::new(token)?).await
}

pub(crate) async fn current_catalog(client: Client) -> Result<Catalog> {
    client.current_catalog().await.map(Catalog::from)
}

pub(crate) async fn change_password(client: Client, new: Secret) -> Result<()> {
    client.change_password(new).await
}

pub(crate) async fn log_out(client: Client) -> Result<bool> {
    client.log_out().await
}

/// `None` if there is no store.
pub(crate) async fn token_store_status(client: Client) -> Result<Option<TokenStoreStatus>> {
    let Some(store) = client.token_store() else { return Ok(None) };
    Ok(Some(store.status().await?.into()))
}

pub(crate) async fn clear_token_store(client: Client, all: bool) -> Result<usize> {
    match client.token_store() {
        None => Ok(0),
        Some(store) if all => store.clear_all().await,
        Some(store) => store.clear().await.map(usize::from),
    }
}

pub(crate) async fn url_for<S: AsRef<str>>(client: Client, wanted: Wanted<S>) -> Result<String> {
    Ok(client.url_for(wanted.filter()).await?.to_string())
}

/// Sends a request, and reads its response unless that is to be streamed.
pub(crate) async fn send(request: RequestBuilder, stream: bool) -> Result<Response> {
    Answer::read(request.send().await?, stream).await.map(Response)
}

pub(crate) async fn versions(client: Client, wanted: Wanted<String>) -> Result<Vec<VersionInfo>> {
    Ok(client.versions(wanted.filter()).await?.into_iter().map(VersionInfo::from).collect())
}

pub(crate) async fn all_versions(client: Client, wanted: Wanted<String>) -> Result<Vec<OfferedVersions>> {
    Ok(client.all_versions(wanted.filter()).await?.into_iter().map(OfferedVersions::from).collect())
}

pub(crate) async fn mgmt_url(client: Client) -> Result<String> {
    Ok(client.mgmt_url().await?.into())
}

pub(crate) async fn user(client: Client) -> Result<User> {
    Ok(User((*client.user().await?).clone()))
}

pub(crate) async fn project(client: Client) -> Result<Option<Project>> {
    Ok(client.project().await?.map(|project| Project((*project).clone())))
}

pub(crate) async fn projects(client: Client) -> Result<Vec<Project>> {
    Ok(client.projects().await?.iter().cloned().map(Project).collect())
}
