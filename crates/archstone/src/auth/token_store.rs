//! Tokens kept on disk between runs, sealed.
//!
//! # Promises
//!
//! 1. Each entry is encrypted with a key derived from the credential's own secret and the folder's
//!    salt. Without the secret it says nothing, and a wrong password finds nothing: not even the
//!    file's name can be made without it.
//! 2. An entry is bound to its folder: copied elsewhere, it is a miss.
//! 3. Files are for the owner only, and replaced as a whole. What is torn, foreign or older than the
//!    format is a miss, never an error.
//! 4. Whatever fails here, a full disk or a folder that cannot be written, costs the caching and
//!    nothing else.
//! 5. Locks are held by the system and end with the process; a lock file is never deleted.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ring::{
    aead::{self, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use zeroize::Zeroizing;

use super::LoginKey;
use crate::{
    files::{make_private, private, write_private},
    secret::Secret,
};

/// Says what a file is, and in which version of the format.
const MAGIC: &[u8; 8] = b"ARCHST\x00\x01";
const SALT: &str = "salt";
const SALT_LENGTH: usize = 32;
/// Entries of logins that nobody repeats are removed after so long.
const KEPT: Duration = Duration::from_secs(8 * 24 * 3600);
/// A larger file is not one of ours.
const LARGEST: u64 = 64 << 20;
/// Memory for the key derivation, in KiB. Guessing a password from a copied cache costs an attacker
/// so much for each try; a warm command pays it once, about half a millisecond.
const DERIVATION_MEMORY: u32 = 512;

/// A folder of sealed tokens.
#[derive(Debug)]
pub(crate) struct TokenStore {
    folder: PathBuf,
    salt: [u8; SALT_LENGTH],
    swept: AtomicBool,
}

/// What an entry's file is for; part of its name and of what seals it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A token, as [`crate::Access::to_reference`] writes it.
    Token,
    /// The latest failure, for those who waited for it.
    Failure,
}

impl Content {
    fn ending(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Failure => "failure",
        }
    }
}

impl TokenStore {
    /// Opens a folder, and makes it when it is missing. `None` when it cannot be used.
    pub(crate) fn open(folder: &Path) -> Option<Arc<Self>> {
        match Self::try_open(folder) {
            Ok(store) => Some(Arc::new(store)),
            Err(error) => {
                tracing::warn!(target: "archstone::cache", folder = %folder.display(), %error, "tokens are not kept on disk");
                None
            }
        }
    }

    fn try_open(folder: &Path) -> std::io::Result<Self> {
        make_private(folder)?;
        // Bound to the real place: a symbolic link is as good as the folder.
        let folder = folder.canonicalize()?;
        let salt = salt(&folder)?;
        Ok(Self { folder, salt, swept: AtomicBool::new(false) })
    }

    /// The place of a login's token. Deriving its key is dear on purpose: do it once.
    pub(crate) fn entry(self: &Arc<Self>, login: &LoginKey) -> Option<Entry> {
        let parameters = argon2::Params::new(DERIVATION_MEMORY, 1, 1, Some(32)).ok()?;
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, parameters);
        let mut master = Zeroizing::new([0; 32]);
        argon2.hash_password_into(login.secret.expose().as_bytes(), &self.salt, &mut *master).ok()?;
        let master = hmac::Key::new(hmac::HMAC_SHA256, &*master);
        let derive = |purpose: &str| {
            let mut context = hmac::Context::with_key(&master);
            context.update(purpose.as_bytes());
            context.update(&[0]);
            context.update(login.identity.as_bytes());
            context.sign()
        };
        let name = derive("name").as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let key = UnboundKey::new(&aead::CHACHA20_POLY1305, derive("seal").as_ref()).ok()?;
        Some(Entry { store: Arc::clone(self), name, key: LessSafeKey::new(key) })
    }

    /// Removes what nobody has renewed for long. Once for each process.
    fn sweep(&self) {
        if self.swept.swap(true, Ordering::Relaxed) {
            return;
        }
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten() {
            let old =
                file.metadata().and_then(|it| it.modified()).is_ok_and(|it| it.elapsed().is_ok_and(|age| age > KEPT));
            if old && is_ours(&file.file_name().to_string_lossy()) {
                let _ = fs::remove_file(file.path());
            }
        }
    }
}

/// An entry's file or one half written, and not a lock, the salt, or somebody else's.
fn is_ours(name: &str) -> bool {
    let Some((stem, rest)) = name.split_once('.') else { return false };
    let endings = [Content::Token.ending(), Content::Failure.ending(), "versions"];
    stem.len() == 32
        && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        && rest.split('.').next().is_some_and(|ending| endings.contains(&ending))
}

/// The place of one login's token.
#[derive(Debug)]
pub(crate) struct Entry {
    store: Arc<TokenStore>,
    name: String,
    key: LessSafeKey,
}

impl Entry {
    fn path(&self, content: Content) -> PathBuf {
        self.store.folder.join(format!("{}.{}", self.name, content.ending()))
    }

    /// What must be the same for a seal to open: format, folder, file.
    fn bound_to(&self, content: Content) -> Vec<u8> {
        let mut bound = MAGIC.to_vec();
        bound.extend_from_slice(self.path(content).as_os_str().as_encoded_bytes());
        bound
    }

    pub(crate) fn read(&self, content: Content) -> Option<Secret> {
        let file = File::open(self.path(content)).ok()?;
        if file.metadata().ok()?.len() > LARGEST {
            return None;
        }
        let mut sealed = Vec::new();
        file.take(LARGEST).read_to_end(&mut sealed).ok()?;
        let (nonce, text) = sealed.strip_prefix(MAGIC)?.split_at_checked(aead::NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = Zeroizing::new(text.to_vec());
        let opened = self.key.open_in_place(nonce, Aad::from(self.bound_to(content)), &mut text).ok()?;
        Some(Secret::from(std::str::from_utf8(opened).ok()?))
    }

    pub(crate) fn write(&self, content: Content, text: &Secret) {
        self.store.sweep();
        if let Err(error) = self.try_write(content, text) {
            tracing::warn!(target: "archstone::cache", folder = %self.store.folder.display(), %error, "the token is not kept on disk");
        }
    }

    fn try_write(&self, content: Content, text: &Secret) -> std::io::Result<()> {
        let random = SystemRandom::new();
        let refused = |_| std::io::Error::other("no randomness, or no encryption");
        let mut nonce = [0; aead::NONCE_LEN];
        random.fill(&mut nonce).map_err(refused)?;
        let mut sealed = text.expose().as_bytes().to_vec();
        let bound = Aad::from(self.bound_to(content));
        self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed).map_err(refused)?;
        let path = self.path(content);
        let parts: [&[u8]; 3] = [MAGIC, &nonce, &sealed];
        write_private(&path, &parts.concat(), |half| fs::rename(half, &path))
    }

    pub(crate) fn remove(&self, content: Content) {
        let _ = fs::remove_file(self.path(content));
    }

    /// The lock of everyone on this host who needs this login. It ends when the file is dropped.
    ///
    /// `Ok(None)`: another has it. `Err`: there can be no lock here.
    pub(crate) fn try_lock(&self) -> std::io::Result<Option<File>> {
        // Few files for all entries: they are never deleted, since a deleted one could be held.
        let path = self.store.folder.join(format!("lock-{}", &self.name[..1]));
        let file = private().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The folder's own salt, made by whoever comes first.
fn salt(folder: &Path) -> std::io::Result<[u8; SALT_LENGTH]> {
    let path = folder.join(SALT);
    let read = || -> std::io::Result<[u8; SALT_LENGTH]> {
        fs::read(&path)?.try_into().map_err(|_| std::io::Error::other("the salt is not ours"))
    };
    match read() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut fresh = [0; SALT_LENGTH];
            SystemRandom::new().fill(&mut fresh).map_err(|_| std::io::Error::other("no randomness"))?;
            // A link is made only where there is nothing: the first one wins.
            let made = write_private(&path, &fresh, |half| {
                let linked = fs::hard_link(half, &path);
                fs::remove_file(half)?;
                linked
            });
            match made {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
                _ => read(),
            }
        }
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("archstone-store-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn login(secret: &str) -> LoginKey {
        LoginKey { identity: "[\"alice\"]".into(), secret: secret.into() }
    }

    #[test]
    fn only_the_same_secret_in_the_same_folder_opens_an_entry() {
        let (here, there) = (folder("here"), folder("there"));
        let store = TokenStore::open(&here).expect("a folder");
        store.entry(&login("right")).expect("an entry").write(Content::Token, &"the token".into());

        fs::create_dir_all(&there).expect("a second folder");
        for file in fs::read_dir(&here).expect("files").flatten() {
            fs::copy(file.path(), there.join(file.file_name())).expect("a copy");
        }
        let read = |folder: &Path, secret| {
            let store = TokenStore::open(folder)?;
            store.entry(&login(secret))?.read(Content::Token)
        };

        assert_eq!(read(&here, "right"), Some("the token".into()));
        assert_eq!(read(&here, "wrong"), None);
        assert_eq!(read(&there, "right"), None);
    }

    #[test]
    fn what_is_broken_is_a_miss() {
        let folder = folder("broken");
        let store = TokenStore::open(&folder).expect("a folder");
        let entry = store.entry(&login("secret")).expect("an entry");
        entry.write(Content::Token, &"the token".into());
        let path = entry.path(Content::Token);
        let whole = fs::read(&path).expect("the file");

        let mut changed = whole.clone();
        changed[30] ^= 1;
        for broken in [&b""[..], b"foreign", &whole[..20], &whole[..whole.len() - 1], &changed] {
            fs::write(&path, broken).expect("a broken file");
            assert_eq!(entry.read(Content::Token), None);
        }
        fs::write(&path, &whole).expect("the file again");
        assert_eq!(entry.read(Content::Token), Some("the token".into()));
    }

    #[cfg(unix)]
    #[test]
    fn everything_is_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("modes");
        let store = TokenStore::open(&folder).expect("a folder");
        let entry = store.entry(&login("secret")).expect("an entry");
        entry.write(Content::Token, &"the token".into());
        let held = entry.try_lock().expect("a lock file");

        let files = fs::read_dir(&folder).expect("files").flatten();
        let modes: Vec<_> = files.map(|it| it.metadata().expect("a file").permissions().mode() & 0o777).collect();
        assert_eq!(modes, vec![0o600; 3]);
        assert_eq!(fs::metadata(&folder).expect("the folder").permissions().mode() & 0o777, 0o700);
        assert!(held.is_some());
        assert!(entry.try_lock().expect("the lock file").is_none());

        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("a mode");
        assert!(TokenStore::open(&folder).is_none());
    }
}
