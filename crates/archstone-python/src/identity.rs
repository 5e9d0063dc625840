//! Requests of managers to the identity service: operations by name, values as JSON.
//!
//! The public classes and managers are generated from the descriptions in `archstone/identity.py`.

use std::{borrow::Cow, sync::Arc};

use archstone::{
    Client, Error, ErrorKind, Result,
    identity::{Answer, NamedAssignments, OperationSpec, Outcomes, RESOURCES, ResourceSpec},
};
use pyo3::{IntoPyObjectExt, exceptions::PyValueError, prelude::*, sync::PyOnceLock, types::PyBytes};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::{
    bridge::wait,
    client::Client as PythonClient,
    convert,
    errors::{self, Diagnosis},
    handle::Handle,
    promise::start,
    text::{Text as Given, lone_surrogate},
};

/// The arguments of an operation. They may contain secrets, so nothing is shown.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct Arguments(Map<String, Value>);

/// The object behind a manager of either API: operations by name, arguments and results as JSON.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct IdentityCore {
    handle: Arc<Handle>,
    resource: &'static ResourceSpec,
}

impl IdentityCore {
    fn operation(&self, name: &str) -> PyResult<&'static OperationSpec> {
        let found = self.resource.operation(name);
        found.ok_or_else(|| PyValueError::new_err(format!("{} has no operation {name}", self.resource.manager)))
    }
}

#[pymethods]
impl IdentityCore {
    #[new]
    fn new(client: &Bound<'_, PythonClient>, manager: &str) -> PyResult<Self> {
        let resource = RESOURCES.iter().find(|it| it.manager == manager).copied();
        let resource = resource.ok_or_else(|| PyValueError::new_err(format!("there is no manager {manager}")))?;
        Ok(Self { handle: Arc::clone(&client.get().0), resource })
    }

    /// Every name that an operation accepts.
    fn names(&self, operation: &str) -> PyResult<Vec<Cow<'static, str>>> {
        Ok(self.operation(operation)?.names().collect())
    }

    /// Why an operation does not accept a name, with the most similar one that it does.
    fn refusal(&self, operation: &str, name: &str) -> PyResult<String> {
        let refusal = self.operation(operation)?.refusal(name);
        Ok(match refusal.hint() {
            Some(hint) => format!("{refusal}: {hint}"),
            None => refusal.to_string(),
        })
    }

    /// The arguments of an operation, by name. Errors are reported without the variables of the functions that read
    /// them, which may be secrets.
    #[expect(clippy::unused_self, reason = "arguments are of an operation of this manager")]
    fn arguments(&self, given: &Bound<'_, PyAny>) -> PyResult<Arguments> {
        static PLAIN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let py = given.py();
        let plain = PLAIN.import(py, "archstone._resources", "plain")?;
        let text = given.call0().and_then(|given| plain.call1((given,))).and_then(|plain| convert::to_json(&plain));
        let text = text.inspect_err(|error| error.set_traceback(py, None))?;
        object(py, &text).map(Arguments)
    }

    fn call(&self, py: Python<'_>, operation: &str, arguments: &Arguments) -> PyResult<String> {
        wait(py, perform(self.handle.client(py)?, self.operation(operation)?, arguments.0.clone()))
    }

    fn start_call<'py>(&self, py: Python<'py>, operation: &str, arguments: &Arguments) -> PyResult<Bound<'py, PyAny>> {
        start(py, perform(self.handle.client(py)?, self.operation(operation)?, arguments.0.clone()))
    }

    /// The complete result, for a list all items, and the ids of the requests that it took. Unknown names are sent as
    /// they are.
    fn whole(&self, py: Python<'_>, operation: &str, arguments: &str) -> PyResult<(String, Vec<String>)> {
        let operation = self.operation(operation)?;
        wait(py, whole(self.handle.client(py)?, operation, with_extra(operation, object(py, arguments)?)))
    }

    fn find(&self, py: Python<'_>, filters: &Arguments, name_or_id: Given<'_>) -> PyResult<String> {
        wait(py, find(self.handle.client(py)?, self.resource, filters.0.clone(), name_or_id.into()))
    }

    fn start_find<'py>(
        &self,
        py: Python<'py>,
        filters: &Arguments,
        name_or_id: Given<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        start(py, find(self.handle.client(py)?, self.resource, filters.0.clone(), name_or_id.into()))
    }

    fn exists(&self, py: Python<'_>, arguments: &Arguments) -> PyResult<bool> {
        wait(py, exists(self.handle.client(py)?, self.resource, arguments.0.clone()))
    }

    fn start_exists<'py>(&self, py: Python<'py>, arguments: &Arguments) -> PyResult<Bound<'py, PyAny>> {
        start(py, exists(self.handle.client(py)?, self.resource, arguments.0.clone()))
    }

    fn preview(&self, py: Python<'_>, operation: &str, arguments: &Arguments) -> PyResult<String> {
        let identity = self.handle.client(py)?.identity();
        let preview = identity.preview(self.operation(operation)?, arguments.0.clone());
        preview.map_err(|error| errors::to_python(py, &error))
    }

    fn many(
        &self,
        py: Python<'_>,
        operation: &str,
        all: Vec<PyRef<'_, Arguments>>,
        most: usize,
    ) -> PyResult<IdentityOutcomes> {
        let all = all.into_iter().map(|it| it.0.clone()).collect();
        let outcomes = self.handle.client(py)?.identity().perform_many(self.operation(operation)?, all, most);
        Ok(IdentityOutcomes(Arc::new(Mutex::new(outcomes))))
    }

    fn named(&self, py: Python<'_>, filters: &Arguments) -> PyResult<IdentityItems> {
        let items = self.handle.client(py)?.identity().named_role_assignments(filters.0.clone());
        Ok(IdentityItems(Arc::new(Mutex::new(Pulled::Named(Box::new(items))))))
    }

    fn items(&self, py: Python<'_>, operation: &str, arguments: &Arguments) -> PyResult<IdentityItems> {
        let items = self.handle.client(py)?.identity().items(self.operation(operation)?, arguments.0.clone());
        Ok(IdentityItems(Arc::new(Mutex::new(Pulled::Items(Box::new(items))))))
    }
}

/// The source of a list.
enum Pulled {
    Items(Box<archstone::identity::Items>),
    Named(Box<NamedAssignments>),
}

/// A list in progress: returns some items at a time, as one JSON array; empty after the last.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct IdentityItems(Arc<Mutex<Pulled>>);

#[pymethods]
impl IdentityItems {
    fn some<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let text = wait(py, some(Arc::clone(&self.0)))?;
        Ok(PyBytes::new(py, &text))
    }

    fn start_some<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let items = Arc::clone(&self.0);
        start(py, async move { Box::pin(some(items)).await.map(Text) })
    }
}

/// Many operations of one kind, in progress.
#[pyclass(frozen, module = "archstone._archstone")]
pub(crate) struct IdentityOutcomes(Arc<Mutex<Outcomes<Value>>>);

#[pymethods]
impl IdentityOutcomes {
    fn next(&self, py: Python<'_>) -> PyResult<Outcome> {
        wait(py, outcome(Arc::clone(&self.0)))
    }

    fn start_next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        start(py, outcome(Arc::clone(&self.0)))
    }
}

async fn outcome(outcomes: Arc<Mutex<Outcomes<Value>>>) -> Result<Outcome> {
    Ok(Outcome(outcomes.lock().await.next().await))
}

/// The position of an operation, and either its result as JSON or the exception; None after the last.
pub(crate) struct Outcome(Option<(usize, Result<Value>)>);

impl<'py> IntoPyObject<'py> for Outcome {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self.0 {
            None => Ok(py.None().into_bound(py)),
            Some((position, Ok(answer))) => (position, answer.to_string()).into_bound_py_any(py),
            Some((position, Err(error))) => (position, Diagnosis(error)).into_bound_py_any(py),
        }
    }
}

/// JSON text, as bytes: Python's parser accepts both.
struct Text(Vec<u8>);

impl<'py> IntoPyObject<'py> for Text {
    type Target = PyBytes;
    type Output = Bound<'py, PyBytes>;
    type Error = std::convert::Infallible;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        Ok(PyBytes::new(py, &self.0))
    }
}

/// How many items are passed to Python at a time: enough to make that cheap.
const MOST: usize = 256;

async fn some(items: Arc<Mutex<Pulled>>) -> Result<Vec<u8>> {
    match &mut *items.lock().await {
        Pulled::Items(items) => {
            let items = items.some(MOST).await?;
            Ok([&b"["[..], &items.join(&b","[..]), b"]"].concat())
        }
        Pulled::Named(named) => {
            let some = Box::pin(named.some(MOST)).await?.into_iter().map(Value::Object);
            Ok(some.collect::<Value>().to_string().into_bytes())
        }
    }
}

async fn perform(client: Client, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<String> {
    Ok(client.identity().perform(operation, arguments).await?.to_string())
}

async fn whole(
    client: Client,
    operation: &'static OperationSpec,
    arguments: Map<String, Value>,
) -> Result<(String, Vec<String>)> {
    let identity = client.identity();
    if !matches!(operation.answer, Answer::Many(_)) {
        let (answer, request_id) = identity.perform_traced(operation, arguments).await?;
        return Ok((answer.to_string(), request_id.into_iter().collect()));
    }
    let mut items = identity.items(operation, arguments);
    let mut text = "[".to_owned();
    while let Some(item) = items.next().await? {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&String::from_utf8_lossy(&item));
    }
    text.push(']');
    Ok((text, items.request_ids().to_vec()))
}

/// Moves arguments that an operation does not know into `extra`, as python-keystoneclient does.
fn with_extra(operation: &OperationSpec, arguments: Map<String, Value>) -> Map<String, Value> {
    if !operation.takes_extra() {
        return arguments;
    }
    let (mut known, extra): (Map<_, _>, Map<_, _>) = arguments.into_iter().partition(|(name, _)| operation.takes(name));
    if !extra.is_empty() {
        known.insert("extra".to_owned(), extra.into());
    }
    known
}

async fn exists(client: Client, resource: &'static ResourceSpec, arguments: Map<String, Value>) -> Result<bool> {
    client.identity().exists(resource, arguments).await
}

async fn find(
    client: Client,
    resource: &'static ResourceSpec,
    filters: Map<String, Value>,
    name_or_id: String,
) -> Result<String> {
    Ok(client.identity().find(resource, filters, &name_or_id).await?.to_string())
}

fn object(py: Python<'_>, text: &str) -> PyResult<Map<String, Value>> {
    serde_json::from_str(text).map_err(|error| {
        // Python's JSON may contain lone surrogates; the parser's message contains their position, not the text.
        if error.to_string().contains("hex escape") {
            return lone_surrogate(py, ErrorKind::InvalidRequest, "what was given");
        }
        let message = format!("what was given cannot be sent as JSON: {error}");
        errors::to_python(py, &Error::new(ErrorKind::InvalidRequest, message))
    })
}
