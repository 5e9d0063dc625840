//! Cache folders that another user has tampered with: only the caching is lost.

#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use archstone::{Client, VersionRange};
use archstone_testing::{CatalogBuilder, FakeKeystone, FakeServer, Reply, VersionsBuilder};
use serde_json::json;

use crate::{demo, within};

const DEADLINE: Duration = Duration::from_secs(10);

/// Replaces a file by something else.
type Replace<'a> = &'a dyn Fn(&Path);

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("archstone-folder-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// Simulates a new process: it shares nothing but the folder.
fn client(keystone: &FakeKeystone, folder: &Path) -> Client {
    demo(keystone).disk_cache_in(folder).build().unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_forged_list_of_versions_does_not_move_the_token_to_another_host() {
    let (keystone, evil, folder) = (FakeKeystone::start(), FakeServer::start(), folder("forged"));
    let nova = format!("{}/nova/", keystone.url());
    keystone.change(|cloud| cloud.catalog(CatalogBuilder::new().service("compute", "nova", "/nova")));
    keystone.on("GET", "/nova/").reply(VersionsBuilder::new(nova.trim_end_matches('/')).version("v2.1").list());
    keystone.on("GET", "/nova/v2.1/servers").with_token().reply(Reply::json(200, r#"{"servers": []}"#));
    let ask = async || {
        let compute = client(&keystone, &folder).service("compute").versions(VersionRange::of("2".parse().unwrap()));
        compute.get("servers").send().await.unwrap().status()
    };
    assert_eq!(ask().await, 200);

    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() * 1000;
    let forged = json!({
        "version": 1, "url": nova, "read_ms": now, "kept_until_ms": now + 3_600_000,
        "versions": [{ "version": "2.1", "status": "CURRENT", "url": format!("{}/v2.1", evil.url()) }],
    });
    // The file name of version 0.1, and the current one.
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("System\n{nova}").as_bytes());
    let name: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    fs::write(folder.join(format!("{name}.versions")), forged.to_string()).unwrap();
    let kept: Vec<_> =
        files(&folder).into_iter().filter(|it| it.extension().is_some_and(|it| it == "document")).collect();
    for document in &kept {
        fs::write(document, forged.to_string()).unwrap();
    }

    assert_eq!(ask().await, 200);
    assert!(evil.requests().is_empty());
    assert_eq!((keystone.logins(), kept.len()), (1, 1));
}

#[tokio::test]
async fn what_is_no_plain_file_of_the_callers_is_neither_followed_nor_waited_for() {
    let victim = folder("victim");
    fs::create_dir_all(&victim).unwrap();
    let (precious, missing) = (victim.join("precious"), victim.join("missing"));
    fs::write(&precious, "precious").unwrap();
    let kinds: [(&str, Replace<'_>); 7] = [
        ("link to a file", &|at| symlink(&precious, at).unwrap()),
        ("link to nothing", &|at| symlink(&missing, at).unwrap()),
        ("second name of a file", &|at| fs::hard_link(&precious, at).unwrap()),
        ("device", &|at| symlink("/dev/zero", at).unwrap()),
        ("FIFO", &|at| assert!(Command::new("mkfifo").arg(at).status().unwrap().success())),
        ("folder", &|at| fs::create_dir(at).unwrap()),
        ("huge file", &|at| fs::File::create(at).unwrap().set_len(1 << 40).unwrap()),
    ];
    for (kind, replace) in kinds {
        let (keystone, folder) = (FakeKeystone::start(), folder("kinds"));
        client(&keystone, &folder).access().await.unwrap();
        client(&keystone, &folder).access().await.unwrap();
        assert_eq!(keystone.logins(), 1);
        let (salt, others): (Vec<_>, Vec<_>) = files(&folder).into_iter().partition(|it| it.ends_with("salt"));
        let named = |ending: &str| others.iter().any(|it| it.to_string_lossy().ends_with(ending));
        assert!(named(".token") && named(".hits") && named(".logins") && !salt.is_empty(), "{others:?}");

        // First everything but the salt, which is needed to look for an entry.
        for files in [others, salt] {
            for file in &files {
                fs::remove_file(file).unwrap();
                replace(file);
            }
            for _ in 0..2 {
                let client = client(&keystone, &folder);
                within(DEADLINE, kind, client.renew()).await.unwrap();
                within(DEADLINE, kind, client.access()).await.unwrap();
            }
        }

        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious", "{kind}");
        assert_eq!(files(&victim), std::slice::from_ref(&precious), "{kind}");
        assert_eq!(fs::metadata(&precious).unwrap().mode() & 0o777, 0o644, "{kind}");
    }
}

/// As root, the test gives its folder to another user; other users try one that belongs to root.
#[tokio::test]
async fn a_folder_of_another_user_is_not_used() {
    let (keystone, own) = (FakeKeystone::start(), folder("foreign"));
    client(&keystone, &own).access().await.unwrap();
    fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).unwrap();
    let foreign = if fs::metadata(&own).unwrap().uid() == 0 {
        std::os::unix::fs::chown(&own, Some(65_534), Some(65_534)).unwrap();
        own
    } else {
        PathBuf::from("/usr")
    };
    // A symbolic link is treated like the folder that it points to.
    let link = folder("foreign-link");
    let _ = fs::remove_file(&link);
    symlink(&foreign, &link).unwrap();
    let before = files(&foreign);

    for place in [foreign.clone(), foreign.join("below"), link] {
        let logins = keystone.logins();
        client(&keystone, &place).access().await.unwrap();
        assert_eq!(keystone.logins(), logins + 1, "{}", place.display());
    }
    assert_eq!(files(&foreign), before);
}

#[tokio::test]
async fn a_link_to_the_callers_own_folder_is_as_good_as_the_folder() {
    let (keystone, own, home) = (FakeKeystone::start(), folder("own"), folder("own-home"));
    fs::create_dir_all(&own).unwrap();
    fs::create_dir_all(&home).unwrap();
    symlink(&own, home.join(".cache")).unwrap();

    client(&keystone, &home.join(".cache/archstone")).access().await.unwrap();
    client(&keystone, &own.join("archstone")).access().await.unwrap();

    assert_eq!(keystone.logins(), 1);
}
