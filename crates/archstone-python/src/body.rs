//! Request bodies from Python: bytes, text, JSON, files, and anything that can be read in chunks.

use std::{
    future::{Future, pending},
    sync::Arc,
};

use archstone::{ErrorKind, RequestBuilder};
use bytes::Bytes;
use pyo3::{
    exceptions::{PyStopIteration, PyTypeError},
    prelude::*,
    types::{PyByteArray, PyBytes, PyMemoryView, PyString},
};

use crate::{
    errands::Errands,
    text,
    upload::{Upload, Want, piece_of},
};

/// How much of a file is read at once.
const PIECE: usize = 1 << 18;

/// A body in the synchronous API.
pub(crate) enum Sent {
    /// None, or included in the request already.
    Whole,
    /// Read while the request is in progress.
    Pieces(Source),
}

/// A source of chunks.
pub(crate) struct Source {
    upload: Py<Upload>,
    from: Origin,
}

enum Origin {
    /// A file, read from its position.
    File { file: Py<PyAny>, begin: Option<u64> },
    /// An iterator over bytes.
    Iterator(Py<PyAny>),
}

/// Sets `data=` as the body of a request.
pub(crate) fn put(request: RequestBuilder, data: &Bound<'_, PyAny>) -> PyResult<(RequestBuilder, Sent)> {
    let py = data.py();
    if let Ok(upload) = data.cast::<Upload>() {
        return Ok((upload.get().put_into(request)?, Sent::Whole));
    }
    if let Some(bytes) = bytes_of(data)? {
        return Ok((request.body(bytes), Sent::Whole));
    }
    let (upload, from) = if data.hasattr("read")? {
        let (begin, size) = extent(data)?;
        let file = Origin::File { file: data.clone().unbind(), begin };
        (Upload::with(size, begin.is_some()), file)
    } else {
        let iterator = data.try_iter().map_err(|_| {
            let kind = data.get_type().name().map(|it| it.to_string()).unwrap_or_default();
            PyTypeError::new_err(format!(
                "`data` must be bytes, text, a file or an iterable of bytes, and not `{kind}`"
            ))
        })?;
        (Upload::with(None, false), Origin::Iterator(iterator.into_any().unbind()))
    };
    let request = upload.put_into(request)?;
    Ok((request, Sent::Pieces(Source { upload: Py::new(py, upload)?, from })))
}

/// Bytes that are in memory; text is encoded as UTF-8.
fn bytes_of(data: &Bound<'_, PyAny>) -> PyResult<Option<Bytes>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(Some(Bytes::copy_from_slice(bytes.as_bytes())));
    }
    if let Ok(text) = data.cast::<PyString>() {
        let text = text::of(text, ErrorKind::InvalidRequest, "`data`")?;
        return Ok(Some(text.into()));
    }
    if data.is_instance_of::<PyByteArray>() || data.is_instance_of::<PyMemoryView>() {
        return Ok(Some(data.extract::<Vec<u8>>()?.into()));
    }
    Ok(None)
}

/// The position of a file, if it can seek back to it, and the number of remaining bytes.
pub(crate) fn extent(file: &Bound<'_, PyAny>) -> PyResult<(Option<u64>, Option<u64>)> {
    let can_seek = file.hasattr("seekable")? && file.call_method0("seekable")?.is_truthy()?;
    if !can_seek {
        return Ok((None, None));
    }
    let begin: u64 = file.call_method0("tell")?.extract()?;
    let end: u64 = file.call_method1("seek", (0, 2))?.extract()?;
    file.call_method1("seek", (begin,))?;
    Ok((Some(begin), Some(end.saturating_sub(begin))))
}

impl Errands for Source {
    type Errand = Want;

    fn next(&self) -> impl Future<Output = Want> + Send + 'static {
        let wants = Arc::clone(&self.upload.get().wants);
        async move {
            match wants.lock().await.recv().await {
                Some(want) => want,
                // No more chunks will be requested: only the response is waited for.
                None => pending().await,
            }
        }
    }

    fn run(&self, py: Python<'_>, want: Want) -> PyResult<()> {
        let piece = self.read(py, want.again)?;
        want.give(piece);
        Ok(())
    }
}

impl Source {
    /// Reads the next chunk; `None` at the end.
    fn read(&self, py: Python<'_>, again: bool) -> PyResult<Option<Bytes>> {
        match &self.from {
            Origin::File { file, begin } => {
                let file = file.bind(py);
                if let (true, Some(begin)) = (again, begin) {
                    file.call_method1("seek", (*begin,))?;
                }
                let piece = piece_of(&file.call_method1("read", (PIECE,))?)?;
                Ok((!piece.is_empty()).then_some(piece))
            }
            Origin::Iterator(iterator) => loop {
                match iterator.bind(py).call_method0("__next__") {
                    Ok(piece) => {
                        let piece = piece_of(&piece)?;
                        // An empty chunk would end a chunked body.
                        if !piece.is_empty() {
                            return Ok(Some(piece));
                        }
                    }
                    Err(error) if error.is_instance_of::<PyStopIteration>(py) => return Ok(None),
                    Err(error) => return Err(error),
                }
            },
        }
    }
}
