//! Replaces a file atomically: a reader sees either the old file or the new one, complete.

use std::{
    fs::{self, Metadata},
    io::Result,
    path::Path,
};

use crate::files::write_private;

/// Writes the text. A new file is accessible only to its owner. An existing file keeps its owner and its mode; with a
/// secret, only the owner's part of the mode.
pub(in crate::config) fn replace(path: &Path, text: &str, secret: bool) -> Result<()> {
    // A symbolic link is kept: its target is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        create_folder(folder)?;
    }
    let old = fs::metadata(&path).ok();
    write_private(&path, text.as_bytes(), |new| {
        if let Some(old) = &old {
            keep_owner_and_mode(new, old, secret)?;
        }
        fs::File::open(new)?.sync_all()?;
        fs::rename(new, &path)
    })
}

#[cfg(unix)]
fn keep_owner_and_mode(new: &Path, old: &Metadata, secret: bool) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let made = fs::metadata(new)?;
    // Only root can change the owner: if another user's file cannot stay theirs, it is not replaced.
    if made.uid() != old.uid() {
        chown(new, Some(old.uid()), None)?;
    }
    // If the user is not in the group, the group cannot be kept, and its members must not be able to read more than
    // before.
    let keeps_group = made.gid() == old.gid() || chown(new, None, Some(old.gid())).is_ok();
    let kept = match (secret, keeps_group) {
        (true, _) => 0o700,
        (false, true) => 0o777,
        (false, false) => 0o707,
    };
    fs::set_permissions(new, fs::Permissions::from_mode(old.permissions().mode() & kept))
}

#[cfg(not(unix))]
fn keep_owner_and_mode(new: &Path, old: &Metadata, secret: bool) -> Result<()> {
    if secret { Ok(()) } else { fs::set_permissions(new, old.permissions()) }
}

/// An existing folder keeps its mode.
fn create_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

    use super::*;

    #[test]
    fn a_file_keeps_its_owner_and_its_mode() {
        let folder = std::env::temp_dir().join(format!("archstone-save-{}", std::process::id()));
        let path = folder.join("clouds.yaml");
        replace(&path, "clouds:\n", false).expect("a new file");
        let state = || fs::metadata(&path).map(|it| (it.uid(), it.gid(), it.mode() & 0o777)).expect("the file");
        let (user, group, mode) = state();
        assert_eq!(mode, 0o600, "a new file is for its owner alone");
        // Root can change the owner to another user; everyone else checks that their own file stays theirs.
        let (user, group) = if user == 0 { (12_345, 23_456) } else { (user, group) };
        chown(&path, Some(user), Some(group)).expect("an owner");
        for (mode, secret, kept) in
            [(0o640, false, 0o640), (0o664, false, 0o664), (0o644, true, 0o600), (0o400, true, 0o400)]
        {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
            replace(&path, "clouds: {}\n", secret).expect("the file is replaced");
            assert_eq!(state(), (user, group, kept), "{mode:o}");
        }
        fs::remove_dir_all(folder).expect("a folder of its own");
    }
}
