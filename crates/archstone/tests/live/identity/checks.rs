//! Invalid requests that are refused before anything is sent.

use archstone::{Error, ErrorKind};

use crate::keystone::Path;

fn refused<T: std::fmt::Debug>(outcome: archstone::Result<T>) -> (String, String) {
    let error: Error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    (error.to_string(), error.hint().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn mistakes_are_told_without_a_request() {
    let path = Path::new("");
    let identity = path.user("admin").build().unwrap().identity();
    let users = identity.users();

    let told = [
        refused(users.get("").await),
        refused(users.get("a/b").await),
        refused(users.delete("..").await),
        refused(users.get("a\nb").await),
        refused(users.update("u1").await),
        refused(users.update("u1").extra("domain_id", "d").await),
        refused(identity.role_assignments().list().user("u").group("g").all().await),
        refused(identity.role_assignments().list().project("p").domain("d").all().await),
        refused(identity.projects().get("p").parents_as_list(true).parents_as_ids(true).await),
        refused(identity.roles().grant("r").user("u").await),
        refused(identity.roles().grant("r").user("u").group("g").project("p").await),
        refused(identity.roles().revoke("r").await),
        refused(identity.users().add_to_group("u", "g").extra("x", 1).await),
    ];

    let messages: Vec<_> = told.iter().map(|(message, _)| message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`user` is empty: ``",
            "`user` has a slash: `a/b`",
            "`user` is no id: `..`",
            "`user` has control characters: `a\\nb`",
            "there is nothing to change",
            "`domain_id` cannot be changed",
            "`user` and `group` contradict each other",
            "`project` and `domain` contradict each other",
            "`parents_as_list` and `parents_as_ids` contradict each other",
            "`grant` cannot be done with `role`, `user`",
            "`grant` cannot be done with `group`, `project`, `role`, `user`",
            "`revoke` cannot be done with `role`",
            "`add_to_group` has no parameter `extra`",
        ]
    );
    assert!(told[9].1.starts_with("give `project`, `user`, `role`; or `project`, `group`, `role`; or "), "{told:?}");
    assert_eq!(path.requests(), 0);
}
