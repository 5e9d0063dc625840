//! Paginated lists and filters.

use archstone::{ErrorKind, identity::Match};

use super::{admin, unique};
use crate::keystone::Path;

#[tokio::test]
async fn every_page_is_followed() {
    let path = Path::new("");
    let identity = path.user("admin").system_scope().build().unwrap().identity();
    let prefix = unique("paged");
    let mut made = Vec::new();
    for position in 0..5 {
        made.push(identity.groups().create(format!("{prefix}-{position}")).domain("default").await.unwrap());
    }
    let before = path.requests();

    let name = Match::starts_with(&prefix);
    let mut list = identity.groups().list().domain("default").name(name).page_size(2);
    let mut found = Vec::new();
    while let Some(group) = list.next().await.unwrap() {
        found.push(group.name);
    }

    found.sort();
    assert_eq!(found, made.iter().map(|it| it.name.clone()).collect::<Vec<_>>());
    assert!(path.requests() - before >= 3, "there are three pages at least");
    assert!(list.next().await.unwrap().is_none(), "after the last there is nothing");
    for group in &made {
        identity.groups().delete(group).await.unwrap();
    }
}

/// Keystone applies case-sensitive filters to pages from its database, and ends a list after a page without matches.
#[tokio::test]
async fn pages_of_which_a_filter_leaves_nothing_do_not_end_a_list() {
    let identity = admin();
    let (wanted, others) = (unique("Wanted_"), unique("other"));
    let mut made = Vec::new();
    for position in 0..24 {
        let prefix = if position % 8 == 0 { &wanted } else { &others };
        made.push(identity.groups().create(format!("{prefix}-{position}")).domain("default").await.unwrap());
    }
    made.push(identity.groups().create(format!("{}-9", wanted.to_lowercase())).domain("default").await.unwrap());

    for (filter, expected) in [
        (Match::starts_with(&wanted), 3),
        (Match::starts_with(&wanted).ignoring_case(), 4),
        (Match::contains(&wanted[1..]), 4),
        (Match::ends_with(format!("{}-16", &wanted[1..])), 1),
        (Match::exactly(format!("{wanted}-8")), 1),
    ] {
        let found = identity.groups().list().name(filter.clone()).page_size(1).all().await.unwrap();
        assert_eq!(found.len(), expected, "{filter:?}: {found:?}");
    }
    for group in &made {
        identity.groups().delete(group).await.unwrap();
    }
}

#[tokio::test]
async fn a_page_size_loses_nothing_where_keystone_has_no_pages() {
    let roles = admin().roles();
    let all = roles.list().all().await.unwrap();

    assert!(all.len() >= 5);
    assert_eq!(roles.list().page_size(2).all().await.unwrap().len(), all.len());
}

#[tokio::test]
async fn things_are_found_by_id_and_by_name_and_what_is_unclear_says_so() {
    let identity = admin();
    let users = identity.users();
    let name = unique("twin");
    let domain = identity.domains().create(unique("domain")).await.unwrap();
    let here = users.create(&name).domain("default").await.unwrap();
    let there = users.create(&name).domain(&domain).await.unwrap();

    assert_eq!(users.list().find(&here).await.unwrap().id, here.id);
    assert_eq!(users.list().domain(&domain).find(&name).await.unwrap().id, there.id);
    assert_eq!(identity.domains().list().find("default").await.unwrap().name, "Default");
    let unclear = users.list().find(&name).await.unwrap_err();
    assert_eq!(unclear.kind(), ErrorKind::Ambiguous);
    assert!(unclear.to_string().starts_with(&format!("2 users are called `{name}`: id `")), "{unclear}");
    assert!(unclear.to_string().contains(&format!("in domain `{}`", domain.id)), "{unclear}");
    assert_eq!(unclear.hint(), Some("name it by its id, or give its domain with `.domain(…)`"));

    let elsewhere = users.list().domain("default").find(&there).await.unwrap_err();
    assert_eq!(elsewhere.kind(), ErrorKind::NotFound);
    let near = users.list().domain("default").find("alicee").await.unwrap_err();
    assert_eq!((near.kind(), near.hint()), (ErrorKind::NotFound, Some("did you mean `alice`?")));
    assert_eq!(near.to_string(), "no user has the name or id `alicee`");
    let by_name = users.list().domain("Default").find("alice").await.unwrap_err();
    assert_eq!(by_name.hint(), Some("`Default` is a domain's name: give its id, `default`"), "{by_name:?}");
    let nowhere = identity.projects().list().domain("nowhere").find("web").await.unwrap_err();
    assert!(nowhere.hint().unwrap().starts_with("check the domain: "), "{nowhere:?}");
    assert_eq!(users.list().find("a/b").await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(users.list().find("").await.unwrap_err().kind(), ErrorKind::NotFound);

    users.delete(&here).await.unwrap();
    identity.domains().update(&domain).enabled(false).await.unwrap();
    identity.domains().delete(&domain).await.unwrap();
}

#[tokio::test]
async fn one_request_finds_an_id_or_a_name() {
    let path = Path::new("");
    let roles = path.user("admin").system_scope().build().unwrap().identity().roles();
    let member = roles.list().find("member").await.unwrap();
    let before = path.requests();

    roles.list().find("member").await.unwrap();
    roles.list().find(&member.id).await.unwrap();

    assert_eq!(path.requests() - before, 2);
}
