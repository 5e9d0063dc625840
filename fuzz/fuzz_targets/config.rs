//! Configuration files: the input is split at zero bytes into `clouds.yaml`, `secure.yaml`, `clouds-public.yaml` and an
//! openrc, which are read, merged, explained, checked and edited.

#![no_main]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use archstone::{
    Client,
    config::{ConfigFile, check, clouds, read_openrc},
    host::Host,
};
use libfuzzer_sys::fuzz_target;

const FILES: [&str; 3] = ["clouds.yaml", "secure.yaml", "clouds-public.yaml"];

/// A machine with nothing but these files.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("archstone-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder
});

fn host(folder: &Path, variables: impl IntoIterator<Item = (String, String)>) -> Host {
    let home = ("HOME".to_owned(), folder.to_string_lossy().into_owned());
    Host::made(variables.into_iter().chain([home])).with_folders(folder, folder.join("root"))
}

fuzz_target!(|data: &[u8]| {
    // A configuration may contain a command that prints the password, which must not be run here.
    if data.windows(7).any(|it| it.eq_ignore_ascii_case(b"command")) {
        return;
    }
    let folder = &*FOLDER;
    let mut parts = data.split(|byte| *byte == 0);
    for name in FILES {
        let path = folder.join(name);
        match parts.next() {
            Some(part) => fs::write(&path, part).expect("a file"),
            None => drop(fs::remove_file(&path)),
        }
    }
    let openrc = String::from_utf8_lossy(parts.next().unwrap_or(data));
    let variables = read_openrc(&openrc)
        .options
        .into_iter()
        .map(|(name, value)| (format!("OS_{}", name.to_uppercase()), value.expose().to_owned()));
    let host = host(folder, variables);
    for cloud in clouds(&host).unwrap_or_default().iter().map(|it| it.name.as_str()).chain(["demo"]).take(4) {
        let builder = || Client::builder().host(host.clone()).environment().cloud(cloud);
        let _ = builder().region_name("north").config();
        let _ = builder().explain().map(|it| format!("{it:?}"));
        let _ = builder().config().map(|it| (it.service("compute"), format!("{it:?}")));
    }
    let _ = check(&host);
    if let Ok(mut file) = ConfigFile::at(folder.join("clouds.yaml")) {
        if file.set("demo", "project_name", "web: #").is_ok() {
            assert!(file.has("demo", "project_name"));
        }
        let _ = (file.rename("demo", "other"), file.remove("other"));
    }
});
