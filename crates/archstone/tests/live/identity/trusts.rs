//! Trusts.

use archstone::{ErrorKind, TokenCache};
use serde_json::json;

use super::{admin, assert_fields, assert_gone, unique};
use crate::keystone::Path;

#[tokio::test]
async fn trusts_go_there_and_back() {
    let trustor = Path::new("").user("bob").project_name("lab").build().unwrap();
    let bob = trustor.access().await.unwrap();
    let (bob, lab) = (bob.user_id().unwrap().to_owned(), bob.project_id().unwrap().to_owned());
    let name = unique("trustee");
    let trustee = admin().users().create(&name).domain("default").password("trustee secret").await.unwrap();
    let trusts = trustor.identity().trusts();

    let trust = trusts
        .create(&trustee, &bob, true)
        .project(&lab)
        .roles(vec![json!({"name": "member"})])
        .expires_at("2999-01-01T00:00:00.000000Z")
        .allow_redelegation(true)
        .redelegation_count(2)
        .await
        .unwrap();
    assert_fields(
        &trust,
        &json!({"trustor_user_id": bob, "trustee_user_id": trustee.id, "project_id": lab, "impersonation": true,
            "expires_at": "2999-01-01T00:00:00.000000Z", "redelegation_count": 2}),
    );
    assert_eq!(trusts.get(&trust).await.unwrap().id, trust.id);
    let once =
        trusts.create(&trustee, &bob, false).project(&lab).roles(vec![json!({"name": "member"})]).remaining_uses(1);
    let once = once.await.unwrap();
    assert_fields(&once, &json!({"remaining_uses": 1, "impersonation": false}));

    let of_trustor = trusts.list().trustor_user(&bob).all().await.unwrap();
    assert!(of_trustor.iter().any(|it| it.id == trust.id));
    let of_trustee = admin().trusts().list().trustee_user(&trustee).all().await.unwrap();
    assert!(of_trustee.iter().any(|it| it.id == once.id));
    assert!(admin().trusts().list().all().await.unwrap().len() >= 2);
    let both = trusts.list().trustor_user(&bob).trustee_user(&trustee).all().await.unwrap_err();
    assert_eq!(both.kind(), ErrorKind::InvalidRequest);

    let roles = trusts.list_roles(&trust).all().await.unwrap();
    assert_eq!(roles.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["member"]);
    assert_eq!(trusts.get_role(&trust, &roles[0]).await.unwrap().name, "member");
    assert!(trusts.check_role(&trust, &roles[0]).await.unwrap());
    let under = Path::new("")
        .client()
        .username(&name)
        .password("trustee secret")
        .option("trust_id", trust.id.as_str())
        .build()
        .unwrap();
    assert_eq!(under.access().await.unwrap().trust().unwrap().id, trust.id);

    for trust in [&trust, &once] {
        trusts.delete(trust).await.unwrap();
        assert_gone(trusts.get(trust).await);
    }
    admin().users().delete(&trustee).await.unwrap();
}

/// Keystone responds as for a wrong password.
#[tokio::test]
async fn a_trust_that_is_used_up_is_named_as_what_may_be_the_reason() {
    let trustor = Path::new("").user("bob").project_name("lab").build().unwrap();
    let bob = trustor.access().await.unwrap();
    let name = unique("trustee");
    let trustee = admin().users().create(&name).domain("default").password("trustee secret").await.unwrap();
    let trusts = trustor.identity().trusts();
    let create = trusts.create(&trustee, bob.user_id().unwrap(), false).project(bob.project_id().unwrap());
    let trust = create.roles(vec![json!({"name": "member"})]).remaining_uses(2).await.unwrap();
    let under = || {
        let client = Path::new("").client().username(&name).password("trustee secret").token_cache(&TokenCache::new());
        client.option("trust_id", trust.id.as_str()).build().unwrap()
    };

    let client = under();
    for _ in 0..2 {
        assert_eq!(client.renew().await.unwrap().trust().unwrap().id, trust.id);
    }
    let used_up = client.renew().await.unwrap_err();
    let by_another = under().access().await.unwrap_err();
    let known = client.diagnose(&used_up).await;

    for error in [&used_up, &by_another] {
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
        let hint = error.hint().unwrap();
        assert!(error.to_string().contains(&format!("for trust `{}`", trust.id)), "{error}");
        assert!(hint.contains("which may be used up, expired or deleted"), "{hint}");
    }
    assert_eq!(known.kind(), ErrorKind::ScopeNotAllowed);
    assert!(known.to_string().contains("it is unknown, used up, expired or deleted"), "{known}");
    assert!(known.hint().is_some_and(|it| it.contains("ask the user who created it")), "{known:?}");
    assert_gone(trusts.get(&trust).await);
    admin().users().delete(&trustee).await.unwrap();
}
