//! A single operation: configured, then awaited.

use std::{fmt, future::IntoFuture, marker::PhantomData, pin::Pin};

use http::Method;
use serde_json::{Map, Value};

use super::{
    Record, Use, oauth1,
    prepare::{Arguments, Content, Prepared, lacks_user, prepare},
    resource::{FromAnswer, Operation},
    spec::{Answer, EXTRA, OperationSpec},
    value::Input,
};
use crate::{
    access::{Access, Token},
    catalog::discovery::below,
    client::{Client, RequestBuilder, Response},
    error::{Error, ErrorKind, Result},
    host::Host,
    secret::Secret,
    transport::LARGEST_ANSWER,
};

/// An operation that is being configured. Nothing is sent until it is awaited.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// let users = client.identity().users();
/// let alice = users.create("alice").domain("default").password("correct horse").await?;
/// users.update(&alice).email("alice@example.org").await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct Call<O> {
    pub(super) client: Client,
    pub(super) arguments: Arguments,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Call<O> {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.clone(), arguments: Map::new(), operation: PhantomData }
    }

    pub(super) fn set<T>(mut self, name: &str, value: impl Input<T>) -> Self {
        self.arguments.insert(name.to_owned(), value.into_json());
        self
    }

    /// Sets a value that Archstone does not know: a custom attribute, which Keystone stores for users, projects and
    /// some others, or a query parameter of a newer Keystone.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let extra = self.arguments.entry(EXTRA).or_insert_with(|| Map::new().into());
        if let Value::Object(extra) = extra {
            extra.insert(name.into(), value.into());
        }
        self
    }

    /// Sets the fields that differ between the original and the edited resource, as far as they can be changed.
    pub fn changes<R: Record>(mut self, before: &R, after: &R) -> Self {
        let (before, mut after) = (before.to_json(), after.to_json());
        for field in O::SPEC.fields.iter().filter(|it| it.uses.contains(&Use::Update)) {
            let value = after.remove(field.name).unwrap_or_default();
            if before.get(field.name).unwrap_or(&Value::Null) != &value {
                self.arguments.insert(field.name.to_owned(), value);
            }
        }
        self
    }

    /// The request that would be sent, without sending it: `DELETE users/0815`.
    ///
    /// # Errors
    ///
    /// When the request could not be sent.
    pub fn preview(&self) -> Result<String> {
        preview(O::SPEC, self.arguments.clone())
    }
}

pub(super) fn preview(operation: &OperationSpec, mut arguments: Arguments) -> Result<String> {
    if lacks_user(operation, &arguments) {
        arguments.insert("user".to_owned(), "(own)".into());
    }
    prepare(operation, &arguments).map(|it| it.to_string())
}

/// The request as JSON: `method`, `path`, and `body` if there is one, with `***` for secrets.
pub(super) fn preview_request(operation: &OperationSpec, mut arguments: Arguments) -> Result<Value> {
    if lacks_user(operation, &arguments) {
        arguments.insert("user".to_owned(), "(own)".into());
    }
    let prepared = prepare(operation, &arguments)?;
    let mut path = prepared.segments.join("/");
    if !prepared.query.is_empty() {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&prepared.query).finish();
        path.extend(["?", &query]);
    }
    let mut request = Map::from_iter([("method".to_owned(), prepared.method.into()), ("path".to_owned(), path.into())]);
    if let Some(Content::Json(mut body)) = prepared.body {
        mask(&mut body, &prepared.secrets);
        request.insert("body".to_owned(), body);
    }
    Ok(request.into())
}

fn mask(value: &mut Value, secrets: &[Secret]) {
    match value {
        Value::String(text) if secrets.iter().any(|secret| secret.expose() == text) => *value = "***".into(),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, secrets)),
        Value::Object(members) => members.values_mut().for_each(|member| mask(member, secrets)),
        _ => {}
    }
}

impl<O: Operation> IntoFuture for Call<O> {
    type Output = Result<O::Answer>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    /// Sends it.
    fn into_future(self) -> Self::IntoFuture {
        let Self { client, arguments, .. } = self;
        let answer = perform(client, O::SPEC, arguments);
        Box::pin(async move { O::Answer::from_answer(answer.await?) })
    }
}

impl<O: Operation> fmt::Debug for Call<O> {
    /// Values may be secret: only their names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given: Vec<_> = self.arguments.keys().collect();
        f.debug_struct("Call").field("operation", &O::SPEC.name).field("given", &given).finish_non_exhaustive()
    }
}

/// A token that was issued in an exchange, with what Keystone returned about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Issued {
    /// The token. Keystone returns none for S3 tokens: these are only validated.
    pub token: Option<Secret>,
    /// What Keystone returned about it: user, project, roles, catalog.
    pub facts: Map<String, Value>,
}

impl FromAnswer for Issued {
    fn from_answer(mut answer: Value) -> Result<Self> {
        let token = answer.get("id").and_then(Value::as_str).map(Secret::from);
        match answer.get_mut("token").map(Value::take) {
            Some(Value::Object(facts)) => Ok(Self { token, facts }),
            _ => Err(Error::new(ErrorKind::InvalidResponse, "the answer has no token")),
        }
    }
}

/// Performs an operation; boxed, so that it is compiled only once.
pub(super) fn perform(
    client: Client,
    operation: &'static OperationSpec,
    arguments: Arguments,
) -> Pin<Box<dyn Future<Output = Result<Value>> + Send>> {
    Box::pin(async move { Ok(traced(client, operation, arguments).await?.0) })
}

/// The same with the request's id.
pub(super) async fn traced(
    client: Client,
    operation: &'static OperationSpec,
    mut arguments: Arguments,
) -> Result<(Value, Option<String>)> {
    complete(&client, operation, &mut arguments).await?;
    let prepared = prepare(operation, &arguments)?;
    if operation.answer == Answer::Flag {
        let (is_so, request_id) = ask_whether(&client, &prepared, operation).await?;
        return Ok((is_so.into(), request_id));
    }
    let answer = prepared.request(&client, operation).await?.send().await?;
    let request_id = answer.request_id().map(str::to_owned);
    let read = match operation.answer {
        Answer::Access => read_access(&client, answer).await?,
        _ => read(answer, operation).await?,
    };
    Ok((read, request_id))
}

/// Whether the resource that an operation would get exists.
pub(super) async fn exists(client: &Client, get: &'static OperationSpec, mut arguments: Arguments) -> Result<bool> {
    complete(client, get, &mut arguments).await?;
    let prepared = Prepared { method: "HEAD", ..prepare(get, &arguments)? };
    Ok(ask_whether(client, &prepared, get).await?.0)
}

/// Fills in the user if only that is missing.
pub(super) async fn complete(client: &Client, operation: &OperationSpec, arguments: &mut Arguments) -> Result<()> {
    if lacks_user(operation, arguments) {
        let access = client.access().await?;
        let id = access.user_id().ok_or_else(|| Error::new(ErrorKind::InvalidResponse, "the token names no user"))?;
        arguments.insert("user".to_owned(), id.into());
    }
    Ok(())
}

/// Whether something exists.
async fn ask_whether(
    client: &Client,
    prepared: &Prepared,
    operation: &OperationSpec,
) -> Result<(bool, Option<String>)> {
    match prepared.request(client, operation).await?.send().await {
        Ok(answer) => Ok((true, answer.request_id().map(str::to_owned))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((false, error.request_id().map(str::to_owned))),
        Err(error) => Err(error),
    }
}

async fn read(answer: Response, operation: &OperationSpec) -> Result<Value> {
    match operation.answer {
        Answer::Nothing | Answer::Flag => Ok(Value::Null),
        Answer::Text => Ok(answer.text().await?.into()),
        Answer::Form => {
            let text = answer.text().await?;
            let pairs = url::form_urlencoded::parse(text.as_bytes());
            Ok(Value::Object(pairs.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect()))
        }
        Answer::Token | Answer::Access => {
            let id = answer.headers().get("x-subject-token").and_then(|it| it.to_str().ok()).map(str::to_owned);
            let mut document: Value = answer.json().await?;
            document["id"] = id.into();
            Ok(document)
        }
        Answer::Json => answer.json().await,
        Answer::One(names) => inside(answer, names.member).await,
        Answer::First(names) => Ok(inside(answer, names.members).await?[0].take()),
        Answer::Many(names) => inside(answer, names.members).await,
        Answer::Texts(member) | Answer::Member(member) => inside(answer, member).await,
    }
}

/// A token as a reference, which includes its remaining lifetime, independent of clocks.
async fn read_access(client: &Client, answer: Response) -> Result<Value> {
    let header = |name: &str| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
    let (token, date) = (header("x-subject-token"), header("date"));
    let token = token.filter(|it| !it.trim().is_empty());
    let token = token.ok_or_else(|| Error::new(ErrorKind::InvalidResponse, "the answer does not name the token"))?;
    let access = client.access_of(Token::new(token.into())?, answer.text().await?, date.as_deref()).await?;
    Ok(access.to_reference().expose().into())
}

impl FromAnswer for Access {
    fn from_answer(answer: Value) -> Result<Self> {
        Self::from_reference(&String::from_answer(answer)?, &Host::default())
    }
}

async fn inside(answer: Response, member: &str) -> Result<Value> {
    let url = answer.url().clone();
    let mut document: Value = answer.json().await?;
    document
        .get_mut(member)
        .map(Value::take)
        .ok_or_else(|| Error::new(ErrorKind::InvalidResponse, format!("the answer has no `{member}`")).with_url(&url))
}

impl Prepared {
    /// The request to this client's identity service.
    pub(super) async fn request(&self, client: &Client, operation: &OperationSpec) -> Result<RequestBuilder> {
        let mut url = client.identity_api().await?.clone();
        if self.is_below_root
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.pop_if_empty().pop();
        }
        let segments: Vec<_> = self.segments.iter().map(String::as_str).collect();
        let url = below(&url, &segments);
        let method = Method::from_bytes(self.method.as_bytes())
            .map_err(|source| Error::new(ErrorKind::InvalidRequest, "there is no such method").with_source(source))?;
        let mut request = client.request(method, url.clone()).header("accept", operation.accept);
        request = match operation.answer {
            // A list is read item by item, with no limit on its length.
            Answer::Many(_) => request,
            _ => request.max_body_size(LARGEST_ANSWER as u64).timeout(client.config().transport.timeout),
        };
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        if let Some(subject) = &self.subject {
            request = request.header("x-subject-token", subject);
        }
        for (name, text) in &self.headers {
            request = request.header(*name, text);
        }
        request = self.secrets.iter().fold(request, |request, secret| request.secret(secret.expose()));
        if operation.is_signed {
            return oauth1::signed(request, &url, self.body.as_ref(), client.seconds());
        }
        if operation.is_anonymous {
            request = request.without_token();
        }
        Ok(match &self.body {
            None => request,
            Some(Content::Json(body)) => request.json(body),
            Some(Content::Form(form)) => {
                request.header("content-type", "application/x-www-form-urlencoded").body(form.clone())
            }
        })
    }
}

impl fmt::Display for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.segments.join("/"))
    }
}
