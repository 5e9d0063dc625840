//! Checks the path to a folder: whether another user could replace anything on it.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Component, Path, PathBuf},
};

use rustix::process::{getegid, geteuid};

/// More links than this are a loop.
const MOST_LINKS: usize = 40;
const STICKY: u32 = 0o1000;

/// The calling user.
pub(super) struct Caller {
    pub(super) user: u32,
    group: u32,
}

impl Caller {
    pub(super) fn now() -> Self {
        Self { user: geteuid().as_raw(), group: getegid().as_raw() }
    }
}

/// The path of a folder without links. Missing folders are created, for the caller only.
///
/// Every folder and link on the path must belong to the caller or the system, and no other user may be able to replace
/// it. The folder itself is not checked here: callers do that once it is open.
pub(super) fn real_folder(path: &Path, caller: &Caller) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    // If user ids are mapped, as in containers, the system's own id is that of the root folder.
    let root = fs::metadata("/")?;
    let is_trusted = |owner: u32| owner == caller.user || owner == 0 || owner == root.uid();
    let mut real = PathBuf::from("/");
    let mut rest = components(&path);
    let mut links = 0;
    while let Some(component) = rest.pop() {
        if component == "/" {
            real = PathBuf::from("/");
            continue;
        }
        if component == ".." {
            real.pop();
            continue;
        }
        let next = real.join(component);
        let status = status_or_new(&next)?;
        let shown = next.display();
        let refused = |what: String| Err(io::Error::other(format!("{what}: name a folder that only you can write to")));
        let is_last = rest.is_empty();
        if status.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return Err(io::Error::other(format!("`{}` leads through too many links", path.display())));
            }
            if !is_trusted(status.uid()) {
                return refused(format!("the link `{shown}` belongs to another user (uid {})", status.uid()));
            }
            rest.extend(components(&fs::read_link(&next)?));
            continue;
        }
        if !status.is_dir() {
            return Err(io::Error::other(format!("`{shown}` is not a folder")));
        }
        if !is_last && !is_trusted(status.uid()) {
            return refused(format!("the parent folder `{shown}` belongs to another user (uid {})", status.uid()));
        }
        if !is_last && others_can_exchange(&status, caller) {
            let mode = status.mode() & 0o7777;
            return refused(format!("other users can write to the parent folder `{shown}` (mode {mode:o})"));
        }
        real = next;
    }
    Ok(real)
}

/// The components of a path, the last one first.
fn components(path: &Path) -> Vec<OsString> {
    let own = |component: Component<'_>| match component {
        Component::CurDir => None,
        component => Some(component.as_os_str().to_owned()),
    };
    let mut components: Vec<_> = path.components().filter_map(own).collect();
    components.reverse();
    components
}

/// The metadata of the file itself if it is a link.
fn status_or_new(path: &Path) -> io::Result<fs::Metadata> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        outcome => return outcome,
    }
    match fs::DirBuilder::new().mode(0o700).create(path) {
        // Another process was faster.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::symlink_metadata(path),
    }
}

/// Whether other users can replace entries of a folder. In one with the sticky bit, such as `/tmp`, they can replace
/// only their own.
fn others_can_exchange(folder: &fs::Metadata, caller: &Caller) -> bool {
    let mode = folder.mode();
    if mode & STICKY != 0 {
        return false;
    }
    // A system group, or the private group that many systems create for each user, does not count as another user.
    let is_own_group = folder.gid() == 0 || (folder.gid() == caller.group && caller.group == caller.user);
    mode & 0o002 != 0 || (mode & 0o020 != 0 && !is_own_group)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    }

    #[test]
    fn what_others_could_exchange_is_not_on_the_way() {
        let base = std::env::temp_dir().join(format!("archstone-way-{}", std::process::id()));
        let _ = fs::remove_dir_all(&base);
        let caller = Caller::now();
        let base = real_folder(&base, &caller).expect("a folder");
        let own = base.join("own");
        let real = |path: &str| real_folder(&base.join(path), &caller);

        assert_eq!(real("own/cache").expect("a new folder"), own.join("cache"));
        assert_eq!(fs::metadata(&own).expect("made").mode() & 0o777, 0o700);
        symlink(&own, base.join("link")).expect("a link");
        symlink("../own/./cache", own.join("relative")).expect("a link");
        symlink("circle", base.join("circle")).expect("a link");
        assert_eq!(real("link/cache").expect("a link on the way"), own.join("cache"));
        assert_eq!(real("link/relative").expect("links of links"), own.join("cache"));
        assert!(real("circle").expect_err("a circle").to_string().contains("too many links"));
        fs::write(base.join("file"), "").expect("a file");
        assert!(real("file/cache").expect_err("a file").to_string().contains("is not a folder"));

        mode(&own, 0o777);
        let said = real("link/cache").expect_err("a folder for all").to_string();
        assert!(said.contains("other users can write to") && !said.contains("chmod"), "{said}");
        mode(&own, 0o1777);
        assert!(real("own/cache").is_ok());
        mode(&own, 0o775);
        let stranger = Caller { group: caller.group.wrapping_add(1), ..Caller::now() };
        let is_of_system = fs::metadata(&own).expect("a folder").gid() == 0;
        assert_eq!(real_folder(&own.join("cache"), &stranger).is_ok(), is_of_system);
        mode(&own, 0o700);
        // Seen by another user, everything here belongs to someone else, except root's files.
        let other = Caller { user: caller.user.wrapping_add(1), group: caller.group };
        let is_root = caller.user == 0;
        assert_eq!(real_folder(&own.join("cache"), &other).is_ok(), is_root);
    }
}
