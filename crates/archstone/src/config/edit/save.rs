//! A file is replaced in one step: whoever reads it finds the old one or the new one, whole.

use std::{fs, io::Result, path::Path};

use crate::files::write_private;

/// Writes the text. A new file, and one with a secret, is for its owner alone; another keeps its mode.
pub(super) fn replace(path: &Path, text: &str, secret: bool) -> Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        create_folder(folder)?;
    }
    let mode = fs::metadata(&path).ok().filter(|_| !secret).map(|it| it.permissions());
    write_private(&path, text.as_bytes(), |new| {
        if let Some(mode) = mode {
            fs::set_permissions(new, mode)?;
        }
        fs::File::open(new)?.sync_all()?;
        fs::rename(new, &path)
    })
}

/// A folder that is there keeps its mode.
fn create_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
