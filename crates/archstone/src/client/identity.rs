//! The user, the project and the possible projects, as objects.

use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use url::Url;

use super::Client;
use crate::{
    access::{Access, Received, Token},
    auth::{keystone, login, methods},
    catalog::discovery,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    record::{Project, Record, User},
    transport::{Answer, Request, http_date},
};

impl Client {
    /// The user that the token is for: `GET /v3/users/{id}`, asked once.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the cloud hides users from themselves; or why there
    /// is no token.
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

    /// The project that the token is for: `GET /v3/projects/{id}`, asked once. `None` for a token
    /// of another scope.
    ///
    /// # Errors
    ///
    /// [`Forbidden`](ErrorKind::Forbidden) when the cloud hides projects from their members; or why
    /// there is no token.
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

    /// The projects that the user could act in: `GET /v3/auth/projects`, asked once.
    ///
    /// # Errors
    ///
    /// Why there is no token: see [`ErrorKind`].
    pub async fn projects(&self) -> Result<Arc<[Project]>> {
        if let Some(projects) = kept(&self.0.projects) {
            return Ok(projects);
        }
        let transport = &self.0.identity.transport;
        let list = async |token: &Token| match &self.0.config.auth_url {
            Some(url) if self.speaks_v2() => methods::v2::tenants(transport, &url.value, token).await,
            _ => login::projects(transport, self.identity_api().await?, token, usize::MAX).await,
        };
        let token = self.token().await?;
        let projects = match list(&token).await {
            Err(error) if error.kind() == ErrorKind::TokenRejected => {
                let token = self.replace(&token).await?;
                list(&token).await?
            }
            outcome => outcome?,
        };
        Ok(keep(&self.0.projects, projects.into()))
    }

    /// Whether the identity service is one of v2.0, where users and tenants are what the token says of them.
    fn speaks_v2(&self) -> bool {
        self.0.config.method.as_ref().is_some_and(|method| method.spec().is_v2())
    }

    /// The old word for [`project`](Self::project).
    ///
    /// # Errors
    ///
    /// As [`project`](Self::project).
    pub async fn tenant(&self) -> Result<Option<Arc<Project>>> {
        self.project().await
    }

    /// The old word for [`projects`](Self::projects).
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
            (None, Some(url)) => inner.identity.v3(&url.value).await,
            (None, None) => {
                let stored = inner.slot.with_current(|access| access.auth_url().cloned()).flatten();
                let url = stored.ok_or_else(|| {
                    Error::new(ErrorKind::NotConfigured, "it is not known where the identity service is")
                        .with_hint("give " + Hint::options(["auth_url", "mgmt_url"], "or"))
                })?;
                inner.management.get_or_try_init(|| async { Ok(url) }).await
            }
        }
    }

    /// What a token document says that was asked for, and answered at this date of the server.
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
        let response = self.send(Request::get(url)).await?;
        serde_json::from_str(&response.body).map_err(|source| {
            response
                .error(ErrorKind::InvalidResponse, format!("the answer for `{}` is malformed", path.join("/")))
                .with_source(source)
        })
    }

    /// Sends with a token; once more with another token when the first is refused.
    pub(super) async fn send(&self, request: Request) -> Result<Answer> {
        let transport = &self.0.identity.transport;
        let mut token = self.token().await?;
        let again =
            Request { subject: request.subject.clone(), ..Request::new(request.method.clone(), request.url.clone()) };
        let mut response = transport.send(request.with_token(&token)).await?;
        if response.status == 401 {
            if self.0.given.as_ref() == Some(&token) {
                return self.replace(&token).await.map(|_| response);
            }
            if let Some(another) = self.another_token(&token, &again.url, 0).await {
                token = another?;
                response = transport.send(again.with_token(&token)).await?;
                if response.status == 401 {
                    self.another_token(&token, &response.url, 1).await;
                }
            }
        }
        if response.is_success() {
            token.was_taken_at(&response.url);
            return Ok(response);
        }
        Err(self.explain_refusal(keystone::failure(&response)))
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

/// What a token says of its user or its tenant, as v2.0 says no more.
fn of_token<R: Record>(id: &str, name: Option<&str>) -> Result<R> {
    let fields = [("id", Some(id)), ("name", name)].into_iter().filter_map(|(key, value)| Some((key, value?)));
    let fields = fields.map(|(key, value)| (key.to_owned(), value.into()));
    R::from_json(fields.collect()).map_err(|_| malformed("the token names no user"))
}
