//! The user, the project and the possible projects, as objects.

use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use serde::de::DeserializeOwned;
use url::Url;

use super::Client;
use crate::{
    access::{Access, Received, Token},
    auth::{keystone, methods, projects},
    catalog::discovery,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    record::{Project, Record, User},
    transport::{Answer, Request, http_date},
};

impl Client {
    /// The user that the token is for: `GET /v3/users/{id}`, requested once.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the cloud hides users from themselves; or the reason why there is no
    /// token.
    pub async fn user(&self) -> Result<Arc<User>> {
        #[derive(serde::Deserialize)]
        struct Body {
            user: User,
        }
        let access = self.access().await?;
        let id = access.user_id().ok_or_else(|| malformed("the token names no user"))?;
        if let Some(user) = kept(&self.0.user).filter(|user| user.id == id) {
            return Ok(user);
        }
        if self.speaks_v2() {
            let user: User = of_token(id, access.user_name())?;
            return Ok(keep(&self.0.user, Arc::new(user)));
        }
        let Body { user } = self.get(&["users", id]).await?;
        Ok(keep(&self.0.user, Arc::new(user)))
    }

    /// The project that the token is for: `GET /v3/projects/{id}`, requested once. `None` for a token with another
    /// scope.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the cloud hides projects from their members; or the reason why there is
    /// no token.
    pub async fn project(&self) -> Result<Option<Arc<Project>>> {
        #[derive(serde::Deserialize)]
        struct Body {
            project: Project,
        }
        let access = self.access().await?;
        let Some(id) = access.project_id() else { return Ok(None) };
        if let Some(project) = kept(&self.0.project).filter(|project| project.id == id) {
            return Ok(Some(project));
        }
        if self.speaks_v2() {
            let project: Project = of_token(id, access.project_name())?;
            return Ok(Some(keep(&self.0.project, Arc::new(project))));
        }
        let Body { project } = self.get(&["projects", id]).await?;
        Ok(Some(keep(&self.0.project, Arc::new(project))))
    }

    /// The projects that the user can act in: `GET /v3/auth/projects`, requested once.
    ///
    /// # Errors
    ///
    /// The reason why there is no token: see [`ErrorKind`].
    pub async fn projects(&self) -> Result<Arc<[Project]>> {
        if let Some(projects) = kept(&self.0.projects) {
            return Ok(projects);
        }
        let transport = &self.0.identity.transport;
        let v2 = self.0.config.auth_url.as_ref().filter(|_| self.speaks_v2());
        let url = match v2 {
            Some(url) => &url.value,
            None => self.identity_api().await?,
        };
        let list = async |token: &Token| match v2 {
            Some(_) => methods::v2::tenants(transport, url, token).await,
            None => projects::projects(transport, url, token, usize::MAX).await,
        };
        let (mut token, mut replaced) = (self.token().await?, 0);
        let projects = loop {
            let before = self.0.slot.current();
            let error = match list(&token).await {
                Ok(projects) => break projects,
                Err(error) => error,
            };
            let is_rejected = error.kind() == ErrorKind::TokenRejected;
            let another = if is_rejected {
                self.another_token(&token, url, replaced).await
            } else {
                self.another_for_deleted_credential(before, &error, url, replaced).await
            };
            token = match another {
                Some(another) => another?,
                // Returns an error with the reason if there is none.
                None if is_rejected && replaced == 0 => self.replace(&token).await?,
                None => return Err(self.explain_refusal(error)),
            };
            replaced += 1;
        };
        token.was_taken_at(url);
        Ok(keep(&self.0.projects, projects.into()))
    }

    /// Whether the identity service has v2.0, where all that is known of users and tenants is in the token.
    fn speaks_v2(&self) -> bool {
        self.0.config.method.as_ref().is_some_and(|method| method.spec().is_v2())
    }

    /// The old name of [`project`](Self::project).
    ///
    /// # Errors
    ///
    /// As [`project`](Self::project).
    pub async fn tenant(&self) -> Result<Option<Arc<Project>>> {
        self.project().await
    }

    /// The old name of [`projects`](Self::projects).
    ///
    /// # Errors
    ///
    /// As [`projects`](Self::projects).
    pub async fn tenants(&self) -> Result<Arc<[Project]>> {
        self.projects().await
    }

    /// The URL of Identity API v3 that this client's own requests go to.
    pub(crate) async fn identity_api(&self) -> Result<&Url> {
        let inner = &*self.0;
        match (&inner.config.mgmt_url, &inner.config.auth_url) {
            (Some(url), _) => {
                let found = || discovery::identity_v3(&inner.identity.transport, url);
                inner.management.get_or_try_init(found).await
            }
            (None, Some(url)) => match self.link().filter(|link| link.login.identity.home.is_some()) {
                None => inner.identity.v3(&url.value).await,
                Some(link) => {
                    let found = async || link.login.identity.v3(&url.value).await.cloned();
                    inner.management.get_or_try_init(found).await
                }
            },
            (None, None) => {
                let stored = inner.slot.with_current(|access| access.auth_url().cloned()).flatten();
                let url = stored.ok_or_else(|| {
                    Error::new(ErrorKind::NotConfigured, "no URL of the identity service is known")
                        .with_hint("give " + Hint::options(["auth_url", "mgmt_url"], "or"))
                })?;
                inner.management.get_or_try_init(|| async { Ok(url) }).await
            }
        }
    }

    /// The content of a token document that the server returned at this date.
    pub(crate) async fn access_of(&self, token: Token, document: String, date: Option<&str>) -> Result<Access> {
        let (host, url) = (&self.0.identity.host, self.identity_api().await?.clone());
        let received = Received { at: host.now(), server_date: date.and_then(http_date), issued_now: false };
        Access::parse(token, document, Some(url), &received, host)
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(&self) -> u64 {
        self.0.identity.host.wall().as_secs()
    }

    async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T> {
        let url = discovery::below(self.identity_api().await?, path);
        let response = self.send(Method::GET, &url, None).await?;
        serde_json::from_str(&response.body).map_err(|source| {
            response
                .error(ErrorKind::InvalidResponse, format!("the answer for `{}` is malformed", path.join("/")))
                .with_source(source)
        })
    }

    /// Sends a request with a token, about another token if one is given; sends it again with a new token if the first
    /// is rejected.
    pub(super) async fn send(&self, method: Method, url: &Url, subject: Option<&Token>) -> Result<Answer> {
        let transport = &self.0.identity.transport;
        let request = || Request { subject: subject.cloned(), ..Request::new(method.clone(), url.clone()) };
        let (mut token, mut replaced) = (self.token().await?, 0);
        loop {
            let before = self.0.slot.current();
            let response = transport.send(request().with_token(&token)).await?;
            if response.is_success() {
                token.was_taken_at(&response.url);
                return Ok(response);
            }
            if response.status == 401 && self.0.given.as_ref() == Some(&token) {
                return self.replace(&token).await.map(|_| response);
            }
            let error = keystone::failure(&response);
            let another = match response.status {
                401 => self.another_token(&token, url, replaced).await,
                _ => self.another_for_deleted_credential(before, &error, url, replaced).await,
            };
            token = another.ok_or_else(|| self.explain_refusal(error))??;
            replaced += 1;
        }
    }
}

fn kept<T: Clone>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn keep<T: Clone>(place: &Mutex<Option<T>>, value: T) -> T {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(value.clone());
    value
}

fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, message)
}

/// A user or tenant from the data in a token: v2.0 does not provide more.
fn of_token<R: Record>(id: &str, name: Option<&str>) -> Result<R> {
    let fields = [("id", Some(id)), ("name", name)].into_iter().filter_map(|(key, value)| Some((key, value?)));
    let fields = fields.map(|(key, value)| (key.to_owned(), value.into()));
    R::from_json(fields.collect()).map_err(|_| malformed("the token names no user"))
}
