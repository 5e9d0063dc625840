//! Paginated lists, fetched page by page, so that memory holds only one page.

use std::{fmt, marker::PhantomData};

use futures_util::stream::{self, Stream};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::ServiceClient;
use crate::{
    error::{Error, ErrorKind, Result, public_url},
    transport::Trail,
};

/// A list of a service, page by page.
///
/// Follows the links to the next page in each form that services use; if there are none and [`limit`](Self::limit) sets
/// the page size, requests the items after the last one (`marker`). Only the query of a link is used: a token is never
/// sent where a link points.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// let mut images = client.service("image").list::<serde_json::Value>("v2/images", "images").limit(100);
/// while let Some(page) = images.next().await? {
///     println!("{} images", page.len());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "pages are pulled by `next` or `all`"]
pub struct Pages<T> {
    service: ServiceClient,
    path: String,
    member: String,
    query: Vec<(String, String)>,
    limit: Option<usize>,
    /// The query of the next page; `None` after the last.
    next: Option<Vec<(String, String)>>,
    is_begun: bool,
    trail: Trail,
    items: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Pages<T> {
    /// Omits the query, which may contain anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("service", &self.service.service_type())
            .field("path", &self.path.split('?').next().unwrap_or_default())
            .field("member", &self.member)
            .finish_non_exhaustive()
    }
}

impl ServiceClient {
    /// Starts a list: the `member` of the response contains the items.
    pub fn list<T: DeserializeOwned>(&self, path: impl Into<String>, member: impl Into<String>) -> Pages<T> {
        Pages {
            service: self.clone(),
            path: path.into(),
            member: member.into(),
            query: Vec::new(),
            limit: None,
            next: None,
            is_begun: false,
            trail: Trail::default(),
            items: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Pages<T> {
    /// Adds a query parameter, such as a filter.
    pub fn query(mut self, name: impl Into<String>, value: impl std::fmt::Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// The page size.
    pub fn limit(mut self, items: usize) -> Self {
        self.limit = Some(items);
        self
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    ///
    /// As [`RequestBuilder::send`](crate::RequestBuilder::send), or [`InvalidResponse`](ErrorKind::InvalidResponse)
    /// when the response is not such a list, or the list would never end. The page can then be requested again.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>> {
        let query = match (self.is_begun, &self.next) {
            (false, _) => {
                let limit = self.limit.map(|limit| ("limit".to_owned(), limit.to_string()));
                self.query.iter().cloned().chain(limit).collect()
            }
            (true, Some(next)) => next.clone(),
            (true, None) => return Ok(None),
        };
        let mut request = self.service.get(self.path.as_str());
        for (name, value) in &query {
            request = request.query(name, value);
        }
        let answer = request.send().await?;
        let url = answer.url().clone();
        let mut document: Value = answer.json().await?;
        let following = self.following(&document, &url, &query);
        let items = document.get_mut(&self.member).map(Value::take).unwrap_or_default();
        let items: Vec<T> = serde_json::from_value(items).map_err(|source| {
            let message = format!("the answer of `{}` has no list of `{}`", public_url(&url), self.member);
            Error::new(ErrorKind::InvalidResponse, message).with_url(&url).with_source(source)
        })?;
        self.trail.asked(&query);
        self.next = following.map(|next| self.trail.next(&url, items.len(), next)).transpose()?;
        self.is_begun = true;
        Ok(Some(items))
    }

    /// All items, in one list.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }

    /// The items one by one, as a stream that holds one page at a time and ends with the first error.
    ///
    /// ```no_run
    /// # async fn run(client: archstone::Client) -> archstone::Result<()> {
    /// use futures_util::TryStreamExt;
    ///
    /// let images = client.service("image").list::<serde_json::Value>("v2/images", "images").limit(100);
    /// let mut images = std::pin::pin!(images.into_stream());
    /// while let Some(image) = images.try_next().await? {
    ///     println!("{}", image["name"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_stream(self) -> impl Stream<Item = Result<T>> + Send
    where
        T: Send,
    {
        let page = Vec::new().into_iter();
        stream::try_unfold((self, page), async |(mut pages, mut page)| {
            loop {
                if let Some(item) = page.next() {
                    return Ok(Some((item, (pages, page))));
                }
                match pages.next().await? {
                    Some(next) => page = next.into_iter(),
                    None => return Ok(None),
                }
            }
        })
    }

    /// The query of the page after this one.
    fn following(&self, document: &Value, url: &Url, query: &[(String, String)]) -> Option<Vec<(String, String)>> {
        if let Some(link) = next_link(document, &self.member) {
            let link = url.join(link).ok()?;
            return Some(link.query_pairs().into_owned().collect());
        }
        let items = document[&self.member].as_array()?;
        let is_full = self.limit.is_some_and(|limit| items.len() >= limit);
        let last = items.last()?;
        let marker = ["id", "uuid", "name"].iter().find_map(|key| last[key].as_str())?;
        is_full.then(|| {
            let others = query.iter().filter(|(name, _)| name != "marker").cloned();
            others.chain([("marker".to_owned(), marker.to_owned())]).collect()
        })
    }
}

/// Keystone's `links.next`, Nova's and Neutron's `servers_links`, Glance's and Ironic's `next`, and `links` as a list,
/// as in the API guideline.
fn next_link<'d>(document: &'d Value, member: &str) -> Option<&'d str> {
    let in_list = |links: &'d Value| links.as_array()?.iter().find(|link| link["rel"] == "next")?["href"].as_str();
    document["links"]["next"]
        .as_str()
        .or_else(|| document["next"].as_str())
        .or_else(|| in_list(&document[format!("{member}_links")]))
        .or_else(|| in_list(&document["links"]))
}
