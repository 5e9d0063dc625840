//! Many operations at once.

use std::sync::{Arc, Mutex};

use archstone::{ErrorKind, identity::Bulk};

use super::{admin, unique};

#[tokio::test]
async fn what_fails_does_not_stop_the_others_and_is_reported() {
    let groups = admin().groups();
    let prefix = unique("bulk");
    let calls = (0..6).map(|position| groups.create(format!("{prefix}-{}", position % 5)).domain("default"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);

    let report = Bulk::new(calls).concurrency(3).on_progress(move |it| told.lock().unwrap().push(it)).run().await;

    let failures: Vec<_> = report.failures().map(|(_, error)| error.kind()).collect();
    assert_eq!(failures, [ErrorKind::Conflict]);
    assert_eq!(report.answers().count(), 5);
    let seen = seen.lock().unwrap().clone();
    assert_eq!(
        seen.iter().map(|it| (it.done, it.total)).collect::<Vec<_>>(),
        (1..=6).map(|it| (it, 6)).collect::<Vec<_>>()
    );
    assert_eq!(seen.last().unwrap().failed, 1);

    let ids: Vec<_> = report.answers().map(|it| it.id.clone()).collect();
    let deletions = Bulk::new(ids.iter().map(|id| groups.delete(id)));
    assert_eq!(deletions.preview().unwrap(), ids.iter().map(|id| format!("DELETE groups/{id}")).collect::<Vec<_>>());
    assert!(groups.exists(&ids[0]).await.unwrap(), "a preview does nothing");
    assert_eq!(deletions.run().await.failures().count(), 0);
    assert!(!groups.exists(&ids[0]).await.unwrap());
}
