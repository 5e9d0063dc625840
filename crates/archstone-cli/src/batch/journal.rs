//! The journal of a batch: a file with a digest of each completed line, so that a later run only does the rest.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use archstone::{Error, ErrorKind, Result};
use ring::digest::{SHA256, digest};

use crate::private::private;

/// The beginning of every journal.
const HEAD: &str = "archstone batch journal 1, cloud ";

/// The digest of texts, which must not be secret.
pub(super) fn digest_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let bytes: Vec<u8> = texts.into_iter().flat_map(|it| [it.as_bytes(), b"\0"].concat()).collect();
    digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// The first line; and the end of the other lines, if they are valid.
    head: String,
    end: Option<usize>,
}

impl Journal {
    /// Opens the journal of this cloud, and returns the digests in it: none if the batch starts over. The file is not
    /// changed before [`begin`](Self::begin).
    ///
    /// # Errors
    ///
    /// If the file is not a journal, is in use by another batch, belongs to another cloud, or cannot be read and
    /// written.
    pub(super) fn open(path: &Path, cloud: &str, resumes: bool) -> Result<(Self, BTreeSet<String>)> {
        let failed = |error: io::Error| fault(path, format!("cannot be written: {error}"));
        if fs::symlink_metadata(path).is_ok_and(|it| !it.is_file()) {
            return Err(fault(path, "is not a file"));
        }
        let mut file = private().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        // File systems without locks are accepted.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(fault(path, "is in use by another batch"));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|_| fault(path, "is not a journal of a batch"))?;
        let head = format!("{HEAD}{cloud}");
        if !text.is_empty() && !text.starts_with(HEAD) {
            return Err(fault(path, "is not a journal of a batch"));
        }
        let (mut done, mut end) = (BTreeSet::new(), None);
        if resumes && !text.is_empty() {
            if text.lines().next() != Some(&head) {
                let error = fault(path, "belongs to another cloud");
                return Err(error.with_hint("resume a batch with the cloud that it was started with"));
            }
            // A run that was killed may have left an incomplete line.
            let whole = text.rfind('\n').map_or(0, |at| at + 1);
            done.extend(text[..whole].lines().skip(1).map(str::to_owned));
            end = Some(whole);
        }
        Ok((Self { file, path: path.to_owned(), head, end }, done))
    }

    /// Prepares the file for new lines.
    pub(super) fn begin(&mut self) -> Result<()> {
        let end = self.end.unwrap_or(0) as u64;
        let head = if end == 0 { format!("{}\n", self.head) } else { String::new() };
        let begun = keep_private(&self.file)
            .and_then(|()| self.file.set_len(end))
            .and_then(|()| self.file.seek(io::SeekFrom::Start(end)))
            .and_then(|_| self.file.write_all(head.as_bytes()));
        begun.map_err(|error| self.unwritten(&error))
    }

    /// Adds a completed line.
    pub(super) fn add(&mut self, digest: &str) -> Result<()> {
        // In a single write, which completes even if this process is killed.
        let written = self.file.write_all(format!("{digest}\n").as_bytes());
        written.map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &io::Error) -> Error {
        fault(&self.path, format!("cannot be written: {error}"))
    }
}

fn fault(path: &Path, what: impl std::fmt::Display) -> Error {
    let error = Error::new(ErrorKind::InvalidRequest, format!("the journal `{}` {what}", path.display()));
    error.with_hint("name another file with `--journal`")
}

#[cfg(unix)]
fn keep_private(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn keep_private(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A separate path for a test, removed on drop.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("archstone-journal-{}-{name}", std::process::id())))
        }

        fn open(&self, resumes: bool) -> Result<(Journal, BTreeSet<String>)> {
            Journal::open(&self.0, "c", resumes)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn refusal(opened: Result<(Journal, BTreeSet<String>)>) -> String {
        opened.err().map(|it| it.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_is_done_is_known_to_the_next_run_that_resumes() {
        let place = Place::new("resume");
        let (mut journal, done) = place.open(true).expect("a journal");
        assert!(done.is_empty());
        journal.begin().expect("a head");
        journal.add("1").expect("a line");
        journal.add("2").expect("a line");
        assert!(refusal(place.open(true)).ends_with("is in use by another batch"));
        drop(journal);
        // As if a run had been killed while writing.
        fs::write(&place.0, fs::read_to_string(&place.0).expect("the journal") + "12").expect("a torn line");

        let (mut journal, done) = place.open(true).expect("a journal");
        assert_eq!(done.into_iter().collect::<Vec<_>>(), ["1", "2"]);
        journal.begin().expect("a head");
        journal.add("3").expect("a line");
        drop(journal);

        assert_eq!(place.open(true).expect("a journal").1.len(), 3);
        assert!(refusal(Journal::open(&place.0, "other", true)).ends_with("belongs to another cloud"));
        // A run that ends before it does anything leaves the journal unchanged.
        assert!(place.open(false).expect("a journal").1.is_empty());
        assert_eq!(place.open(true).expect("a journal").1.len(), 3);
        place.open(false).expect("a journal").0.begin().expect("a head");
        assert!(place.open(true).expect("a journal").1.is_empty());
    }

    #[test]
    fn no_other_file_is_taken_for_a_journal() {
        let place = Place::new("other");
        fs::write(&place.0, "name,password\n").expect("a file");
        assert!(refusal(place.open(false)).ends_with("is not a journal of a batch"));
        assert_eq!(fs::read_to_string(&place.0).expect("the file"), "name,password\n");
        assert!(refusal(Journal::open(&std::env::temp_dir(), "c", true)).ends_with("is not a file"));
    }

    #[cfg(unix)]
    #[test]
    fn it_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let place = Place::new("owner");
        fs::write(&place.0, "").expect("a file");
        fs::set_permissions(&place.0, PermissionsExt::from_mode(0o644)).expect("a mode");
        place.open(false).expect("a journal").0.begin().expect("a head");
        assert_eq!(fs::metadata(&place.0).expect("the journal").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_digest_depends_on_where_words_end() {
        assert_eq!(digest_of(["a", "b"]).len(), 64);
        assert_ne!(digest_of(["a", "b"]), digest_of(["ab"]));
    }
}
