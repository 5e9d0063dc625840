//! Secrets that are rotated at a real Keystone while 64 tasks use it.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use archstone::{Client, TokenCache, host::Host};

use crate::keystone::{Path, folder};

/// 64 tasks that send requests to Keystone with the client's token, until they are stopped.
struct Load {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<archstone::Result<()>>>,
}

impl Load {
    fn of(client: &Client) -> Self {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::<AtomicUsize>::default());
        let task = || {
            let (service, stop, done) = (client.service("identity"), Arc::clone(&stop), Arc::clone(&done));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    service.get("auth/projects").send().await?.bytes().await?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        };
        let tasks = (0..64).map(|_| task()).collect();
        Self { stop, done, tasks }
    }

    /// Waits for this many further answers.
    async fn further(&self, count: usize) {
        let until = self.done.load(Ordering::Relaxed) + count;
        // A task that has failed reports its error at the end.
        while self.done.load(Ordering::Relaxed) < until && !self.tasks.iter().any(tokio::task::JoinHandle::is_finished)
        {
            tokio::task::yield_now().await;
        }
    }

    async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_password_fails_none_of_64_tasks() {
    let path = Path::new("");
    let admin = path.user("admin").project_name("admin").build().unwrap();
    let identity = admin.identity();
    let name = format!("rotated-{}", std::process::id());
    let user = identity.users().create(&*name).domain("default").password("first secret").await.unwrap();
    let own = folder("rotation");
    fs::create_dir_all(&own).unwrap();
    let file = own.join("password");
    fs::write(&file, "first secret\n").unwrap();
    let client = path.client().user_id(&user.id).option("password_file", file.display().to_string());
    let client = client.option("identity_endpoint_override", path.auth_url()).build().unwrap();
    let first = client.token().await.unwrap();
    let load = Load::of(&client);
    load.further(64).await;

    // When a password changes, Keystone revokes the tokens of the old one.
    for password in ["second secret", "third secret"] {
        fs::write(&file, format!("{password}\n")).unwrap();
        identity.users().update(&*user.id).password(password).await.unwrap();
        client.renew().await.unwrap();
        load.further(128).await;
    }

    load.end().await;
    assert_ne!(client.token().await.unwrap(), first);
    let later = path.client().user_id(&user.id).password("third secret").build().unwrap();
    later.token().await.unwrap();
    identity.users().delete(&*user.id).await.unwrap();
    fs::remove_dir_all(own).unwrap();
}

/// Revocations have a resolution of one second: a token issued in the second of a revocation is refused, although it is
/// newer.
#[tokio::test]
async fn a_login_in_the_second_in_which_a_password_was_changed_works() {
    let path = Path::new("");
    let admin = path.user("admin").project_name("admin").build().unwrap();
    let identity = admin.identity();
    let name = format!("hasty-{}", std::process::id());
    let user = identity.users().create(&*name).domain("default").password("first").await.unwrap();
    let client = |password: &str| {
        let client = path.client().user_id(&user.id).password(password).token_cache(&TokenCache::new());
        client.option("identity_endpoint_override", path.auth_url()).build().unwrap()
    };
    for password in ["second", "third"] {
        // Everything below happens within this second, if the machine is fast enough.
        let date = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        tokio::time::sleep(Duration::from_nanos(1_000_000_000 - u64::from(date.subsec_nanos()))).await;
        identity.users().update(&*user.id).password(password).await.unwrap();

        client(password).service("identity").get("auth/projects").send().await.unwrap();
        client(password).projects().await.unwrap();
        client(password).user().await.unwrap();
    }
    identity.users().delete(&*user.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_credential_that_is_replaced_in_clouds_yaml_fails_none_of_64_tasks() {
    let path = Path::new("");
    let alice = path.user("alice").project_name("web").build().unwrap();
    let identity = alice.identity();
    let (home, url) = (folder("replaced"), path.auth_url());
    let folder = home.join(".config/openstack");
    fs::create_dir_all(&folder).unwrap();
    let make = async |name: &str| {
        let name = format!("{name}-{}", std::process::id());
        let made = identity.application_credentials().create(&*name).secret("a secret").await.unwrap();
        let text = format!(
            "clouds: {{robot: {{reload_config: true, identity_endpoint_override: '{url}', auth: {{auth_url: '{url}', \
             application_credential_id: {}, application_credential_secret: a secret}}}}}}",
            made.id
        );
        fs::write(folder.join("new"), text).unwrap();
        fs::rename(folder.join("new"), folder.join("clouds.yaml")).unwrap();
        made.id.clone()
    };
    let first = make("one").await;
    let host = Host::made([("HOME", home.clone())]).with_folders(home.join("work"), home.join("root"));
    let client = Client::builder().cloud("robot").host(host).token_cache(&TokenCache::new()).build().unwrap();
    client.token().await.unwrap();
    let load = Load::of(&client);
    load.further(64).await;

    let second = make("two").await;
    client.renew().await.unwrap();
    load.further(64).await;
    // Its tokens are revoked with it.
    identity.application_credentials().delete(&*first).await.unwrap();
    load.further(256).await;

    load.end().await;
    identity.application_credentials().delete(&*second).await.unwrap();
    fs::remove_dir_all(home).unwrap();
}
