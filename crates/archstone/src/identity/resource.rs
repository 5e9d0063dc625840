//! Traits and methods that all kinds of resources share.

use std::marker::PhantomData;

use serde_json::{Map, Value};

use super::{
    call::{Call, exists},
    prepare::invalid,
    spec::{Names, OperationSpec, ResourceSpec},
    value::Input,
};
use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
    record::{Identified, Record},
};

/// A kind of resource of the identity service.
pub trait Resource: Sized {
    /// The name.
    const NAMES: Names;
    /// The description.
    const SPEC: &'static ResourceSpec;
}

/// An operation on resources.
pub trait Operation: 'static {
    /// The description.
    const SPEC: &'static OperationSpec;
    /// The description of the resource that it applies to.
    const RESOURCE: &'static ResourceSpec;
    /// The type of its result; for a list, of one item.
    type Answer: FromAnswer;
}

/// A type that an operation can return.
pub trait FromAnswer: Sized + Send + 'static {
    /// Converts the response's JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidResponse`](ErrorKind::InvalidResponse) when it has another form.
    fn from_answer(answer: Value) -> Result<Self>;
}

impl FromAnswer for () {
    fn from_answer(_: Value) -> Result<Self> {
        Ok(())
    }
}

impl FromAnswer for Value {
    fn from_answer(answer: Value) -> Result<Self> {
        Ok(answer)
    }
}

impl FromAnswer for bool {
    fn from_answer(answer: Value) -> Result<Self> {
        Ok(answer == Value::Bool(true))
    }
}

impl FromAnswer for String {
    fn from_answer(answer: Value) -> Result<Self> {
        match answer {
            Value::String(text) => Ok(text),
            _ => Err(unfit("text")),
        }
    }
}

impl FromAnswer for Vec<String> {
    fn from_answer(answer: Value) -> Result<Self> {
        crate::record::Kind::decode(answer).map_err(|_| unfit("a list of strings"))
    }
}

/// Reads a resource from a response.
pub(super) fn read<R: Record + Resource>(answer: Value) -> Result<R> {
    match answer {
        Value::Object(map) => R::from_json(map).map_err(|missing| {
            Error::new(ErrorKind::InvalidResponse, format!("the answer's {} lacks `{}`", R::NAMES.member, missing.0))
        }),
        _ => Err(unfit(R::NAMES.member)),
    }
}

fn unfit(wanted: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the answer is not the {wanted} that is expected"))
}

/// All resources of a kind, and the operations on them.
#[derive(Clone, Debug)]
pub struct Collection<R> {
    pub(super) client: Client,
    resource: PhantomData<fn() -> R>,
}

impl<R: Resource> Collection<R> {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.clone(), resource: PhantomData }
    }

    /// The description of this collection's resource.
    #[must_use]
    pub fn spec(&self) -> &'static ResourceSpec {
        R::SPEC
    }

    pub(super) fn call<O: Operation>(&self) -> Call<O> {
        Call::new(&self.client)
    }
}

impl<R: Resource + Record + Identified> Collection<R> {
    /// Whether a resource with this id exists; one that is not visible counts as missing.
    ///
    /// # Errors
    ///
    /// According to the status of the response; the reason why there is no response or no token.
    pub async fn exists(&self, id: impl Input<String>) -> Result<bool> {
        let get = R::SPEC.operation("get");
        let (Some(get), Some(itself)) = (get, get.and_then(OperationSpec::itself)) else {
            return Err(invalid(format!("{} cannot be fetched by id", R::SPEC.manager)));
        };
        let arguments = Map::from_iter([(itself.to_owned(), id.into_json())]);
        exists(&self.client, get, arguments).await
    }
}
