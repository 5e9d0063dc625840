//! Tokens kept on disk, for all processes of a user on one machine.
//!
//! # Guarantees
//!
//! 1. An entry is bound to its folder: copied elsewhere, it is a miss.
//! 2. Folder and files belong to the caller alone: see [`PrivateFolder`]. Anything else is a miss, and never followed.
//! 3. Locks are held by the system and released when the process exits; a lock file is never deleted.
//! 4. Files of other formats are left to the versions that use them, until they have not been used for a long time.
//!
//! All operations complete immediately: no runtime is needed.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::ready;
use ring::rand::{SecureRandom, SystemRandom};

use super::{
    Answer, Content, Count, FolderKey, KEPT, Kept, Lease, Listing, Look, Mark, Numbers, Order, Store, Trouble,
};
use crate::{
    error::{Error, ErrorKind},
    files::PrivateFolder,
    host::Host,
    keyring::KeyringPlace,
    secret::Secret,
};

const SALT: &str = "salt";
/// The name of a folder's key file in another folder.
const KEY: &str = "token-cache-key";
const RANDOM_LENGTH: usize = 32;
/// The entry of the folder's secret in the keyring.
const KEYRING_PLACE: &str = "archstone/token-cache";
/// A larger file was not written by Archstone.
const LONGEST: u64 = 64 << 20;
/// Part of each file's name, so that versions with other formats ignore it.
const FORMAT: &str = "2";

/// A folder of encrypted tokens.
pub(crate) struct Disk {
    folder: PrivateFolder,
    salt: [u8; RANDOM_LENGTH],
    /// A key that is kept outside the folder.
    secret: Option<Secret>,
    host: Host,
    swept: AtomicBool,
}

impl Disk {
    /// Opens a folder, and creates it if it is missing. `None` if the folder, or its key, cannot be used.
    pub(in crate::auth) fn open(folder: &Path, key: &FolderKey, host: &Host) -> Option<Arc<Self>> {
        match Self::try_open(folder, key, host) {
            Ok(store) => Some(Arc::new(store)),
            Err(error) => {
                if is_news(folder) {
                    tracing::warn!(target: "archstone::cache", folder = %folder.display(), error, "tokens are not kept on disk");
                }
                None
            }
        }
    }

    fn try_open(folder: &Path, key: &FolderKey, host: &Host) -> Result<Self, String> {
        let folder = PrivateFolder::open(folder).map_err(|error| error.to_string())?;
        let salt = made_once(&folder, SALT).map_err(|error| error.to_string())?;
        let secret = match key {
            FolderKey::None => None,
            FolderKey::In(place) => {
                let key = PrivateFolder::open(place).and_then(|place| made_once(&place, KEY));
                let key = key.map_err(|error| {
                    format!(
                        "cannot keep its key in `{}`: {error}; a folder as `token_cache` needs no key",
                        place.display()
                    )
                })?;
                Some(Secret::from(hexadecimal(&key)))
            }
            FolderKey::Keyring => {
                let key = KEYRING_PLACE.parse().and_then(|place: KeyringPlace| place.read_or_make(new_secret));
                Some(key.map_err(|error| error.to_string())?)
            }
        };
        Ok(Self { folder, salt, secret, host: host.clone(), swept: AtomicBool::new(false) })
    }

    fn read(&self, name: &str, content: Content) -> Option<Vec<u8>> {
        self.folder.read(&file(name, content.name()), LONGEST).ok()
    }

    fn write(&self, name: &str, content: Content, sealed: &[u8]) -> Result<(), Trouble> {
        self.sweep();
        Ok(self.folder.replace(&file(name, content.name()), sealed)?)
    }

    fn try_lock(&self, name: &str, locks: &str) -> Result<Option<Lease>, Trouble> {
        // A few files for all entries: they are never deleted, since a deleted one could still be held.
        let file = self.folder.lock_file(&format!("{locks}-{}", &name[..1]))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lease::of_lock(file, &self.host))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Removes entries that have not been renewed for a long time. Runs once per process.
    fn sweep(&self) {
        if self.swept.swap(true, Ordering::Relaxed) {
            return;
        }
        for name in self.folder.names().unwrap_or_default().iter().filter(|name| entry_of(name).is_some()) {
            let age = self.folder.status(name).and_then(|it| it.age);
            if age.is_some_and(|age| age > KEPT) {
                let _ = self.folder.remove(name);
            }
        }
    }
}

impl Store for Disk {
    fn is_shared(&self) -> bool {
        false
    }

    fn salt(&self, _identity: &str) -> Vec<u8> {
        self.salt.to_vec()
    }

    fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    fn place(&self, name: &str, content: Content) -> Vec<u8> {
        self.folder.path().join(file(name, content.name())).as_os_str().as_encoded_bytes().to_vec()
    }

    fn now(&self) -> Duration {
        self.host.wall()
    }

    fn look<'a>(&'a self, name: &'a str) -> Answer<'a, Look> {
        let token = self.read(name, Content::Token).map(|sealed| Kept { sealed, order: Order::default() });
        Box::pin(ready(Ok(Look { token, left: None, since: Mark::now(&self.host) })))
    }

    fn failure<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(ready(Ok(self.read(name, Content::Failure))))
    }

    fn keep<'a>(&'a self, name: &'a str, token: Kept, _: Duration, _: Option<Order>) -> Answer<'a, ()> {
        Box::pin(ready(self.write(name, Content::Token, &token.sealed)))
    }

    fn keep_failure<'a>(&'a self, name: &'a str, sealed: Vec<u8>) -> Answer<'a, ()> {
        Box::pin(ready(self.write(name, Content::Failure, &sealed)))
    }

    fn document(&self, name: &str) -> Option<Vec<u8>> {
        self.read(name, Content::Document)
    }

    fn keep_document(&self, name: &str, sealed: &[u8]) -> Result<(), Trouble> {
        self.write(name, Content::Document, sealed)
    }

    fn forget<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        let _ = self.folder.remove(&file(name, Content::Token.name()));
        Box::pin(ready(Ok(())))
    }

    fn lease<'a>(self: Arc<Self>, name: &'a str, locks: &'static str) -> Answer<'a, Option<Lease>> {
        Box::pin(ready(self.try_lock(name, locks)))
    }

    fn prolong<'a>(&'a self, _: &'a str, _: &'a str) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn release<'a>(&'a self, _: &'a str, _: &'a str) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    /// Appends one byte: the length is the count, and processes cannot interfere with each other.
    fn count<'a>(&'a self, name: &'a str, what: Count) -> Answer<'a, ()> {
        Box::pin(ready(self.folder.append(&file(name, what.name()), b".").map_err(Trouble::from)))
    }

    fn shown(&self) -> String {
        self.folder.path().display().to_string()
    }

    fn list(&self) -> Answer<'_, Option<Listing>> {
        let listing = self.folder.names().map(|files| {
            let (names, outdated): (Vec<_>, Vec<_>) = files
                .iter()
                .filter_map(|file| entry_of(file))
                .filter(|it| it.ending == Content::Token.name())
                .partition(|it| it.format == Some(FORMAT));
            let mut names: Vec<_> = names.into_iter().map(|it| it.name.to_owned()).collect();
            names.sort_unstable();
            Some(Listing { names, outdated: outdated.len() })
        });
        Box::pin(ready(listing.map_err(Trouble::from)))
    }

    fn clear_all(&self) -> Answer<'_, Option<usize>> {
        let cleared = self.folder.names().map(|files| {
            let entries = files.iter().filter_map(|file| Some((file, entry_of(file)?)));
            let removed = entries.filter(|(file, _)| self.folder.remove(file).is_ok());
            Some(removed.filter(|(_, it)| it.ending == Content::Token.name()).count())
        });
        Box::pin(ready(cleared.map_err(Trouble::from)))
    }

    fn numbers<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Numbers>> {
        let status = |ending: &str| self.folder.status(&file(name, ending));
        let count = |what: Count| status(what.name()).map_or(0, |file| file.length);
        let numbers = status(Content::Token.name()).map(|token| Numbers {
            size: token.length,
            age: token.age,
            left: None,
            hits: count(Count::Hit),
            logins: count(Count::Login),
        });
        Box::pin(ready(Ok(numbers)))
    }

    fn clear<'a>(&'a self, name: &'a str) -> Answer<'a, bool> {
        let was_there = self.folder.remove(&file(name, Content::Token.name())).is_ok();
        for ending in [Content::Failure.name(), Count::Hit.name(), Count::Login.name()] {
            let _ = self.folder.remove(&file(name, ending));
        }
        Box::pin(ready(Ok(was_there)))
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Disk").field(&self.folder).finish()
    }
}

/// Whether this process has not yet reported a problem with this folder.
fn is_news(folder: &Path) -> bool {
    static REPORTED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    REPORTED.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned())
}

/// The name of an entry's file.
fn file(name: &str, ending: &str) -> String {
    format!("{name}.{FORMAT}.{ending}")
}

/// The owner of a file, parsed from its name.
struct EntryFile<'a> {
    name: &'a str,
    /// `None` for the first format, whose names did not contain it.
    format: Option<&'a str>,
    /// Followed by a suffix while it is being written.
    ending: &'a str,
}

/// The file of an entry, complete or not; `None` for a lock, the salt, and foreign files.
fn entry_of(file: &str) -> Option<EntryFile<'_>> {
    let (name, rest) = file.split_once('.')?;
    let (format, ending) = match rest.split_once('.') {
        Some((format, ending)) if format.bytes().all(|it| it.is_ascii_digit()) => (Some(format), ending),
        _ => (None, rest),
    };
    let endings = [
        Content::Token.name(),
        Content::Failure.name(),
        Content::Document.name(),
        Count::Hit.name(),
        Count::Login.name(),
        // From the first format.
        "versions",
    ];
    let is_entry = name.len() == 32
        && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        && ending.split('.').next().is_some_and(|ending| endings.contains(&ending));
    is_entry.then_some(EntryFile { name, format, ending })
}

/// A new secret for the keyring.
fn new_secret() -> Result<Secret, Error> {
    let random = random().map_err(|error| Error::new(ErrorKind::InvalidConfig, error.to_string()))?;
    Ok(Secret::from(hexadecimal(&random)))
}

/// A random value that never changes: created by the first process.
fn made_once(folder: &PrivateFolder, name: &str) -> io::Result<[u8; RANDOM_LENGTH]> {
    let read = || {
        let wrong = |_| io::Error::other(format!("`{}` is damaged: remove it", folder.path().join(name).display()));
        folder.read(name, RANDOM_LENGTH as u64)?.try_into().map_err(wrong)
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match folder.create(name, &random()?) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => read(),
        },
        outcome => outcome,
    }
}

fn random() -> io::Result<[u8; RANDOM_LENGTH]> {
    let mut random = [0; RANDOM_LENGTH];
    SystemRandom::new().fill(&mut random).map_err(|_| io::Error::other("no random numbers"))?;
    Ok(random)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::{super::seal::Seal, *};
    use crate::auth::{Entry, LoginKey};

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("archstone-store-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn path(store: &Disk, name: &str, ending: &str) -> PathBuf {
        store.folder.path().join(file(name, ending))
    }

    fn open(folder: &Path, secret: &str) -> (Arc<Disk>, Seal) {
        let store = Disk::open(folder, &FolderKey::None, &Host::default()).expect("a folder");
        let login =
            LoginKey { identity: "[\"alice\"]".into(), secret: secret.into(), is_first: false, is_onward: false };
        let seal = Seal::of(&login, &*store).expect("a seal");
        (store, seal)
    }

    fn write((store, seal): &(Arc<Disk>, Seal)) {
        let sealed = seal.close(&**store, Content::Token, &"the token".into()).expect("a seal");
        store.write(&seal.name, Content::Token, &sealed).expect("a file");
    }

    fn read((store, seal): &(Arc<Disk>, Seal)) -> Option<Secret> {
        let look = store.look(&seal.name).now_or_never().expect("at once").expect("a look");
        seal.open(&**store, Content::Token, &look.token?.sealed)
    }

    #[test]
    fn only_the_same_secret_in_the_same_folder_opens_an_entry() {
        let (here, there) = (folder("here"), folder("there"));
        write(&open(&here, "right"));
        fs::create_dir_all(&there).expect("a second folder");
        for file in fs::read_dir(&here).expect("files").flatten() {
            fs::copy(file.path(), there.join(file.file_name())).expect("a copy");
        }

        assert_eq!(read(&open(&here, "right")), Some("the token".into()));
        assert_eq!(read(&open(&here, "wrong")), None);
        assert_eq!(read(&open(&there, "right")), None);
    }

    #[test]
    fn a_copy_is_useless_without_the_key_of_another_folder() {
        let (here, keys, other) = (folder("keyed"), folder("keys"), folder("other-keys"));
        let open = |keys: FolderKey| {
            let store = Disk::open(&here, &keys, &Host::default()).expect("a folder");
            let login =
                LoginKey { identity: "[\"alice\"]".into(), secret: "weak".into(), is_first: false, is_onward: false };
            let seal = Seal::of(&login, &*store).expect("a seal");
            (store, seal)
        };
        write(&open(FolderKey::In(keys.clone())));

        assert_eq!(read(&open(FolderKey::In(keys.clone()))), Some("the token".into()));
        assert_eq!(read(&open(FolderKey::In(other.clone()))), None);
        assert_eq!(read(&open(FolderKey::None)), None);
        fs::write(keys.join(KEY), "short").expect("a broken key");
        assert!(Disk::open(&here, &FolderKey::In(keys), &Host::default()).is_none());
    }

    #[test]
    fn what_is_broken_is_a_miss() {
        let opened = open(&folder("broken"), "secret");
        write(&opened);
        let path = path(&opened.0, &opened.1.name, "token");
        let whole = fs::read(&path).expect("the file");

        let mut changed = whole.clone();
        changed[30] ^= 1;
        for broken in [&b""[..], b"foreign", &whole[..20], &whole[..whole.len() - 1], &changed] {
            fs::write(&path, broken).expect("a broken file");
            assert_eq!(read(&opened), None);
        }
        fs::write(&path, &whole).expect("the file again");
        assert_eq!(read(&opened), Some("the token".into()));
    }

    #[test]
    fn what_is_wrong_with_a_folder_is_reported_once() {
        let folder = folder("news");
        assert!(is_news(&folder) && !is_news(&folder) && is_news(&folder.join("other")));
    }

    #[test]
    fn counting_makes_a_file_longer() {
        let (store, seal) = open(&folder("counts"), "secret");
        for _ in 0..3 {
            store.count(&seal.name, Count::Hit).now_or_never().expect("at once").expect("counted");
        }
        assert_eq!(fs::metadata(path(&store, &seal.name, "hits")).expect("a file").len(), 3);
    }

    #[test]
    fn a_login_holds_no_lock_that_a_login_behind_it_needs() {
        let folder = folder("locks");
        let (store, _) = open(&folder, "secret");
        let leases = [(false, false), (false, true), (true, false), (true, true)].map(|(is_onward, is_first)| {
            let login = LoginKey { identity: "[\"alice\"]".into(), secret: "secret".into(), is_first, is_onward };
            let entry = Entry::new(Arc::clone(&store) as Arc<dyn Store>, &login).expect("an entry");
            entry.lease().now_or_never().expect("at once").expect("a lock file")
        });
        assert!(leases.iter().all(Option::is_some), "{leases:?}");
    }

    #[cfg(unix)]
    #[test]
    fn everything_is_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("modes");
        let opened = open(&folder, "secret");
        write(&opened);
        let (store, seal) = opened;
        store.count(&seal.name, Count::Login).now_or_never().expect("at once").expect("counted");
        let held = store.try_lock(&seal.name, "lock").expect("a lock file");

        let files = fs::read_dir(&folder).expect("files").flatten();
        let modes: Vec<_> = files.map(|it| it.metadata().expect("a file").permissions().mode() & 0o777).collect();
        assert_eq!(modes, vec![0o600; 4]);
        assert_eq!(fs::metadata(&folder).expect("the folder").permissions().mode() & 0o777, 0o700);
        assert!(held.is_some());
        assert!(store.try_lock(&seal.name, "lock").expect("the lock file").is_none());

        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("a mode");
        assert!(Disk::open(&folder, &FolderKey::None, &Host::default()).is_none());
    }
}
