//! Files and folders for their owner's eyes only, replaced as a whole.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use ring::rand::{SecureRandom, SystemRandom};

/// Writes a whole file beside its place, and lets `put` bring it there.
pub(crate) fn write_private(
    path: &Path,
    bytes: &[u8],
    put: impl FnOnce(&Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut mark = [0; 8];
    SystemRandom::new().fill(&mut mark).map_err(|_| std::io::Error::other("no randomness"))?;
    let mut half = path.as_os_str().to_owned();
    half.push(format!(".{:016x}", u64::from_ne_bytes(mark)));
    let half = PathBuf::from(half);
    let written = private()
        .write(true)
        .create_new(true)
        .open(&half)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| put(&half));
    if written.is_err() {
        let _ = fs::remove_file(&half);
    }
    written
}

/// For files that only their owner may read.
pub(crate) fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are of Unix"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder that nobody else can write, unless it is there.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder)?.permissions().mode();
        if mode & 0o022 != 0 {
            let mode = mode & 0o777;
            return Err(std::io::Error::other(format!(
                "others can write to the folder (mode {mode:o}): use `chmod 700`"
            )));
        }
    }
    Ok(())
}
