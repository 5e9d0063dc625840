//! What every kind of resource has, and what can be done with all of a kind.

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
    /// What it is called.
    const NAMES: Names;
    /// Its description.
    const SPEC: &'static ResourceSpec;
}

/// Something that can be done.
pub trait Operation: 'static {
    /// Its description.
    const SPEC: &'static OperationSpec;
    /// The description of what it is done with.
    const RESOURCE: &'static ResourceSpec;
    /// What it answers; of a list, one item.
    type Answer: FromAnswer;
}

/// What an operation can answer.
pub trait FromAnswer: Sized + Send + 'static {
    /// From the answer's JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidResponse`](ErrorKind::InvalidResponse) when it is something else.
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
        crate::record::Kind::decode(answer).map_err(|_| unfit("a list of texts"))
    }
}

/// Reads a resource out of an answer.
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

/// All resources of a kind, and what can be done with them.
#[derive(Clone, Debug)]
pub struct Collection<R> {
    pub(super) client: Client,
    resource: PhantomData<fn() -> R>,
}

impl<R: Resource> Collection<R> {
    pub(super) fn new(client: &Client) -> Self {
        Self { client: client.clone(), resource: PhantomData }
    }

    /// The description of what this is a collection of.
    #[must_use]
    pub fn spec(&self) -> &'static ResourceSpec {
        R::SPEC
    }

    pub(super) fn call<O: Operation>(&self) -> Call<O> {
        Call::new(&self.client)
    }
}

impl<R: Resource + Record + Identified> Collection<R> {
    /// Whether there is one with this id; one that may not be seen counts as not there.
    ///
    /// # Errors
    ///
    /// By the status of the answer; why there is no answer; why there is no token.
    pub async fn exists(&self, id: impl Input<String>) -> Result<bool> {
        let get = R::SPEC.operation("get");
        let (Some(get), Some(itself)) = (get, get.and_then(OperationSpec::itself)) else {
            return Err(invalid(format!("{} cannot be got by an id", R::SPEC.manager)));
        };
        let arguments = Map::from_iter([(itself.to_owned(), id.into_json())]);
        exists(&self.client, get, arguments).await
    }
}
