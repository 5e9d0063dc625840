//! `archstone exec --refresh`: a token that stays fresh, in a file.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use archstone::{Access, Error, ErrorKind, Result, Token, blocking::Client, host::Host};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{events::warning, private::private};

/// Programs that read the file renew their token two minutes before it expires: the next one is there before that.
const AHEAD: Duration = Duration::from_secs(240);
const PAUSE: Duration = Duration::from_secs(10);

/// A file with the token, in a separate folder that only its owner can enter; both are removed at the end.
pub(super) struct TokenFile {
    folder: PathBuf,
    current: Token,
}

impl TokenFile {
    pub(super) fn new(access: &Access) -> Result<Self> {
        let mut random = [0; 8];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| unwritable(Path::new(""), &io::Error::other("no random numbers")))?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let above = Host::default().variable("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|it| it.is_dir());
        let folder = above.unwrap_or_else(std::env::temp_dir).join(format!("archstone-exec-{name}"));
        #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are of Unix"))]
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|error| unwritable(&folder, &error))?;
        let file = Self { folder, current: access.token().clone() };
        file.write()?;
        Ok(file)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join("token")
    }

    fn write(&self) -> Result<()> {
        let new = self.folder.join("new");
        let write = || {
            let mut file = private().write(true).create(true).truncate(true).open(&new)?;
            writeln!(file, "{}", self.current.expose())?;
            fs::rename(&new, self.path())
        };
        write().map_err(|error| unwritable(&new, &error))
    }

    /// Renews the token in time; returns when to check again.
    pub(super) fn refresh(&mut self, client: &Client) -> Duration {
        let outcome = self.refreshed(client);
        outcome.unwrap_or_else(|error| {
            warning!("cannot renew the token in `{}`, trying again: {error}", self.path().display());
            PAUSE
        })
    }

    fn refreshed(&mut self, client: &Client) -> Result<Duration> {
        let access = client.authenticate()?;
        let whole = lifetime(&access);
        let ahead = AHEAD.min(whole / 3);
        let access = if access.remaining() <= ahead { client.renew()? } else { access };
        if access.token() != &self.current {
            self.current = access.token().clone();
            self.write()?;
        }
        // A token that cannot be extended any further is not requested in a busy loop.
        Ok(access.remaining().saturating_sub(ahead).clamp(Duration::from_secs(1).min(whole / 10), PAUSE))
    }
}

/// The total lifetime of the token.
fn lifetime(access: &Access) -> Duration {
    let seconds = access.issued_at().map(|issued| access.expires_at().as_second() - issued.as_second());
    seconds.and_then(|it| u64::try_from(it).ok()).map_or_else(|| access.remaining(), Duration::from_secs)
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("cannot write the token file `{}`: {error}", path.display()))
}
