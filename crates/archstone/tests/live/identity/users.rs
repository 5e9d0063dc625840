//! Users and groups.

use archstone::{
    ErrorKind,
    identity::{Identified, Match},
};
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};
use crate::keystone::Path;

#[tokio::test]
async fn users_go_there_and_back() {
    let identity = admin();
    let users = identity.users();
    let domain = identity.domains().create(unique("domain")).await.unwrap();
    let project = identity.projects().create("home").domain(&domain).await.unwrap();
    let name = unique("user");

    let user = users
        .create(&name)
        .domain(&domain)
        .default_project(&project)
        .email("who@example.org")
        .description("a test")
        .enabled(true)
        .password("first secret")
        .options(json!({"ignore_password_expiry": true, "multi_factor_auth_rules": [["password", "totp"]]}))
        .extra("motto", "ever onwards")
        .await
        .unwrap();
    assert_fields(
        &user,
        &json!({"name": name, "domain_id": domain.id, "default_project_id": project.id, "email": "who@example.org",
            "description": "a test", "enabled": true, "motto": "ever onwards",
            "options": {"ignore_password_expiry": true, "multi_factor_auth_rules": [["password", "totp"]]}}),
    );
    assert_eq!(users.get(&user).await.unwrap(), user);
    assert!(!format!("{user:?}").contains("ever onwards"), "of what is not known, only names are shown");

    let new_name = unique("user");
    let changed = users
        .update(&user)
        .name(&new_name)
        .email("other@example.org")
        .description(None::<String>)
        .enabled(false)
        .password("second secret")
        .default_project(None::<String>)
        .options(json!({"ignore_password_expiry": null}))
        .await
        .unwrap();
    assert_fields(&changed, &json!({"name": new_name, "email": "other@example.org", "enabled": false}));
    assert_eq!((changed.description.as_deref(), changed.default_project_id.as_deref()), (None, None));

    let mut edited = changed.clone();
    edited.description = Some("edited".into());
    let edited = users.update(&user).changes(&changed, &edited).await.unwrap();
    assert_fields(&edited, &json!({"name": new_name, "description": "edited", "enabled": false}));

    let ids = |list: Vec<archstone::identity::User>| list.iter().map(|it| it.key().to_owned()).collect::<Vec<_>>();
    let all = || users.list().domain(&domain);
    let upper = Match::contains(new_name.to_uppercase()).ignoring_case();
    let filtered = [
        all().name(&new_name),
        all().name(Match::starts_with(&new_name[..10])),
        all().name(Match::ends_with(&new_name[5..])),
        all().name(upper),
        all().enabled(false),
        all().sort_key("name").sort_dir("asc"),
        all().page_size(1),
    ];
    for list in filtered {
        let shown = format!("{list:?}");
        assert_eq!(ids(list.all().await.unwrap()), [user.id.as_str()], "{shown}");
    }
    for list in [all().enabled(true), all().name("x"), all().password_expires_at("lt:2000-01-01T00:00:00Z")] {
        let shown = format!("{list:?}");
        assert!(list.all().await.unwrap().is_empty(), "{shown}");
    }
    for list in [all().idp_id("x"), all().protocol_id("x"), all().unique_id("x")] {
        let shown = format!("{list:?}");
        assert!(list.all().await.unwrap().is_empty(), "{shown}");
    }

    users.delete(&user).await.unwrap();
    assert_gone(users.get(&user).await);
    assert!(!users.exists(&user).await.unwrap());
    identity.projects().delete(&project).await.unwrap();
    identity.domains().update(&domain).enabled(false).await.unwrap();
    identity.domains().delete(&domain).await.unwrap();
}

#[tokio::test]
async fn groups_go_there_and_back_and_have_members() {
    let identity = admin();
    let (users, groups) = (identity.users(), identity.groups());
    let user = users.create(unique("member")).domain("default").password("a secret").await.unwrap();
    let name = unique("group");

    let group = groups.create(&name).domain("default").description("a test").await.unwrap();
    assert_fields(&group, &json!({"name": name, "domain_id": "default", "description": "a test"}));
    assert_eq!(groups.get(&group).await.unwrap(), group);
    assert!(groups.exists(&group).await.unwrap());
    let new_name = unique("group");
    let changed = groups.update(&group).name(&new_name).description("changed").await.unwrap();
    assert_fields(&changed, &json!({"name": new_name, "description": "changed"}));

    assert!(!users.check_in_group(&user, &group).await.unwrap());
    users.add_to_group(&user, &group).await.unwrap();
    assert!(users.check_in_group(&user, &group).await.unwrap());
    let members = users.list().group(&group).enabled(true).name(Match::starts_with("member")).all().await.unwrap();
    assert_eq!(members.iter().map(|it| &it.id).collect::<Vec<_>>(), [&user.id]);
    let of_user = groups.list().user(&user).name(&new_name).all().await.unwrap();
    assert_eq!(of_user.iter().map(|it| &it.id).collect::<Vec<_>>(), [&group.id]);
    users.remove_from_group(&user, &group).await.unwrap();
    assert!(!users.check_in_group(&user, &group).await.unwrap());
    assert_gone(users.remove_from_group(&user, &group).await);

    let listed = groups.list().domain("default").name(&new_name).sort_key("name").sort_dir("desc").all().await.unwrap();
    assert_eq!(listed, [changed]);
    groups.delete(&group).await.unwrap();
    assert_gone(groups.get(&group).await);
    users.delete(&user).await.unwrap();
}

#[tokio::test]
async fn a_password_is_changed_without_a_token_and_tokens_can_be_ended() {
    let identity = admin();
    let path = Path::new("");
    let name = unique("changer");
    let user = identity.users().create(&name).domain("default").password("first secret").await.unwrap();
    let own = path.client().username(&name).password("first secret").unscoped().build().unwrap();

    let wrong = own.identity().users().update_password("no secret", "second secret").await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::TokenRejected);
    own.identity().users().update_password("first secret", "second secret").await.unwrap();

    let with_new = path.client().username(&name).password("second secret").unscoped().build().unwrap();
    let token = with_new.token().await.unwrap();
    // If the user is named, no token is needed.
    let nobody = path.client().username("nobody").password("nothing").build().unwrap();
    nobody.identity().users().update_password("second secret", "third secret").user(&user).await.unwrap();
    assert_eq!(path.logins(), 2);

    let other = path.client().username(&name).password("third secret").unscoped().build().unwrap();
    let token = if identity.tokens().check(&token).await.unwrap() { token } else { other.token().await.unwrap() };
    identity.users().revoke_tokens(&user).await.unwrap();
    assert!(!identity.tokens().check(&token).await.unwrap());
    identity.users().delete(&user).await.unwrap();
}
