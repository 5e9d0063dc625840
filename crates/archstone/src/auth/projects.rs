//! The projects that a token's user can act in.

use serde::Deserialize;
use url::Url;

use super::keystone;
use crate::{
    access::Token,
    catalog::discovery,
    error::{Error, ErrorKind, Result},
    lenient,
    record::Project,
    transport::{Request, Trail, Transport},
};

/// The projects to choose from during a login. The login waits for them no longer than for one response, however many
/// pages there are.
pub(super) async fn possible_projects(transport: &Transport, v3: &Url, token: &Token) -> Result<Vec<Project>> {
    /// The login and the token cache keep the list in memory.
    const MOST_BYTES: usize = 16 << 20;
    let limit = transport.settings().timeout;
    match tokio::time::timeout(limit, projects(transport, v3, token, MOST_BYTES)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::new(ErrorKind::Timeout, format!("the list of projects does not end within {limit:?}"))),
    }
}

/// The projects that the token's user can act in: `GET /v3/auth/projects`, all pages, up to this many bytes.
pub(crate) async fn projects(
    transport: &Transport,
    v3: &Url,
    token: &Token,
    most_bytes: usize,
) -> Result<Vec<Project>> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(deserialize_with = "lenient::parts")]
        projects: Vec<Project>,
        #[serde(default, deserialize_with = "lenient::part")]
        links: Links,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Links {
        #[serde(deserialize_with = "lenient::text")]
        next: Option<String>,
    }
    let mut url = discovery::below(v3, &["auth", "projects"]);
    let (mut trail, mut bytes, mut projects) = (Trail::default(), 0, Vec::new());
    trail.asked(&[]);
    loop {
        let response = transport.send(Request::get(url.clone()).with_token(token)).await?;
        if !response.is_success() {
            return Err(keystone::failure(&response));
        }
        let page: Page = serde_json::from_str(&response.body).map_err(|source| {
            response.error(ErrorKind::InvalidResponse, "the list of projects is malformed").with_source(source)
        })?;
        bytes += response.body.len();
        if bytes > most_bytes {
            let message = format!("the list of projects is longer than {} MiB", most_bytes >> 20);
            return Err(response.error(ErrorKind::InvalidResponse, message));
        }
        let items = page.projects.len();
        projects.extend(page.projects);
        let Some(next) = page.links.next.and_then(|next| url.join(&next).ok()) else { return Ok(projects) };
        // Only the link's query is used: a token is never sent where a link points.
        let query = trail.next(&url, items, next.query_pairs().into_owned().collect())?;
        url.query_pairs_mut().clear().extend_pairs(query);
    }
}
