use super::{Actor, Assignment, Disabled, EffectiveGrant, Entry, Filter, Gap, Grants, Place};

fn entry(name: &str, domain: Option<&str>, parent: Option<&str>) -> Entry {
    Entry { name: name.into(), domain: domain.map(Into::into), parent: parent.map(Into::into), is_enabled: true }
}

/// The domain `d` with `web`, below it `web-test`, below it `web-test-1`; the domain `e` with `shop`.
fn cloud() -> Grants {
    let mut grants = Grants::default();
    for id in ["d", "e"] {
        grants.domains.insert(id.into(), entry(id, None, None));
    }
    for (id, domain, parent) in
        [("web", "d", "d"), ("web-test", "d", "web"), ("web-test-1", "d", "web-test"), ("shop", "e", "e")]
    {
        grants.projects.insert(id.into(), entry(id, Some(domain), Some(parent)));
    }
    for id in ["alice", "bob", "carol"] {
        grants.users.insert(id.into(), entry(id, Some("d"), None));
    }
    grants.groups.insert("devs".into(), entry("devs", Some("d"), None));
    grants.members.insert("devs".into(), vec!["alice".into(), "bob".into()]);
    for role in ["admin", "member", "reader"] {
        grants.roles.insert(role.into(), entry(role, None, None));
    }
    grants.roles.insert("job".into(), entry("job", Some("d"), None));
    for (prior, implied) in [("admin", "member"), ("member", "reader"), ("job", "reader")] {
        grants.implied.entry(prior.into()).or_default().push(implied.into());
    }
    grants
}

fn user(id: &str) -> Actor {
    Actor::User(id.into())
}

fn group(id: &str) -> Actor {
    Actor::Group(id.into())
}

fn project(id: &str) -> Place {
    Place::Project(id.into())
}

fn domain(id: &str) -> Place {
    Place::Domain(id.into())
}

fn on(actor: Actor, role: &str, place: Place) -> Assignment {
    Assignment { actor, role: role.into(), place, is_inherited: false }
}

fn below(actor: Actor, role: &str, place: Place) -> Assignment {
    Assignment { is_inherited: true, ..on(actor, role, place) }
}

/// `alice member web: devs admin d* > member`: through which group, where it was granted, inherited (`*`) or not,
/// implied.
fn shown(grant: &EffectiveGrant<'_>) -> Vec<String> {
    let place = |place: Place<&str>| match place {
        Place::System => "system".to_owned(),
        Place::Domain(id) | Place::Project(id) => id.to_owned(),
    };
    let chains = grant.chains.iter().map(|chain| {
        let star = if chain.is_inherited { "*" } else { "" };
        let implied: String = chain.roles.iter().skip(1).map(|role| format!(" > {role}")).collect();
        let group = chain.group.map(|it| format!("{it} ")).unwrap_or_default();
        let (user, role) = (grant.user, grant.role);
        let granted = format!("{group}{} {}{star}{implied}", chain.granted_role(), place(chain.granted_on));
        format!("{user} {role} {}: {granted}", place(grant.place))
    });
    chains.collect()
}

fn all(grants: &Grants, filter: &Filter) -> Vec<String> {
    grants.effective(filter).iter().flat_map(shown).collect()
}

#[test]
fn every_way_to_a_role_is_found() {
    let table: [(&[Assignment], &[&str]); 10] = [
        (&[on(user("carol"), "reader", project("web"))], &["carol reader web: reader web"]),
        (
            &[on(group("devs"), "reader", domain("e"))],
            &["alice reader e: devs reader e", "bob reader e: devs reader e"],
        ),
        (&[on(user("carol"), "reader", Place::System)], &["carol reader system: reader system"]),
        // Inherited: by the projects below, and not by the place itself.
        (&[below(user("carol"), "reader", domain("e"))], &["carol reader shop: reader e*"]),
        (
            &[below(user("carol"), "reader", project("web"))],
            &["carol reader web-test-1: reader web*", "carol reader web-test: reader web*"],
        ),
        // A domain acts as a project, above the top-level projects.
        (&[below(user("carol"), "reader", project("e"))], &["carol reader shop: reader e*"]),
        (
            &[on(user("carol"), "admin", project("shop"))],
            &[
                "carol admin shop: admin shop",
                "carol member shop: admin shop > member",
                "carol reader shop: admin shop > member > reader",
            ],
        ),
        // A domain-specific role is only what it implies.
        (&[on(user("carol"), "job", project("web"))], &["carol reader web: job web > reader"]),
        // Several ways to one role: the direct one first.
        (
            &[below(group("devs"), "member", domain("e")), on(user("bob"), "reader", project("shop"))],
            &[
                "alice member shop: devs member e*",
                "alice reader shop: devs member e* > reader",
                "bob member shop: devs member e*",
                "bob reader shop: reader shop",
                "bob reader shop: devs member e* > reader",
            ],
        ),
        // An empty group, and an unknown one.
        (&[on(group("gone"), "reader", project("web"))], &[]),
    ];
    for (assignments, expected) in table {
        let grants = Grants { assignments: assignments.to_vec(), ..cloud() };
        assert_eq!(all(&grants, &Filter::default()), expected, "{assignments:?}");
    }
}

type Fits = fn(&str) -> bool;

#[test]
fn a_filter_leaves_what_fits_all_of_it() {
    let grants = Grants {
        assignments: vec![
            below(group("devs"), "member", domain("d")),
            on(user("carol"), "member", project("web")),
            on(user("alice"), "reader", domain("d")),
        ],
        ..cloud()
    };
    let every = all(&grants, &Filter::default());
    let some = |it: &str| Some(it.to_owned());
    let table: [(Filter, Fits); 6] = [
        (Filter { user: some("alice"), ..Filter::default() }, |it| it.starts_with("alice ")),
        (Filter { group: some("devs"), ..Filter::default() }, |it| it.contains(": devs ")),
        (Filter { role: some("reader"), ..Filter::default() }, |it| it.contains(" reader ")),
        (Filter { place: Some(project("web")), ..Filter::default() }, |it| it.contains(" web:")),
        (Filter { place: Some(domain("d")), ..Filter::default() }, |it| it.contains(" d:")),
        (Filter { user: some("bob"), role: some("reader"), place: Some(project("web-test-1")), group: None }, |it| {
            it.starts_with("bob reader web-test-1:")
        }),
    ];
    for (filter, fits) in table {
        let expected: Vec<_> = every.iter().filter(|it| fits(it)).collect();
        assert!(!expected.is_empty(), "{filter:?}");
        assert_eq!(all(&grants, &filter).iter().collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[test]
fn circles_and_many_ways_end() {
    // a > b0 | c0 > a1 > b1 | c1 > ...: 2 to the power of 40 chains, and back to the start.
    let mut grants = cloud();
    for step in 0..40 {
        for middle in ["b", "c"] {
            grants.implied.entry(format!("a{step}")).or_default().push(format!("{middle}{step}"));
            grants.implied.entry(format!("{middle}{step}")).or_default().push(format!("a{}", (step + 1) % 40));
        }
    }
    // Projects cannot form a cycle, whatever the service returns.
    grants.projects.insert("x".into(), entry("x", Some("e"), Some("y")));
    grants.projects.insert("y".into(), entry("y", Some("e"), Some("x")));
    grants.assignments = vec![on(user("carol"), "a0", project("web")), below(user("carol"), "reader", project("x"))];

    let filter = Filter::default();
    let effective = grants.effective(&filter);

    let ways: usize =
        effective.iter().filter(|it| it.role.starts_with('a') && it.role != "a0").map(|it| it.chains.len()).sum();
    assert_eq!(effective.iter().filter(|it| it.role != "reader").count(), 40 * 3);
    assert_eq!(ways, 39 * 2, "one way for each rule that ends there");
    assert_eq!(
        effective.iter().filter(|it| it.role == "reader").map(|it| it.place).collect::<Vec<_>>(),
        [Place::Project("y")]
    );
    assert_eq!(grants.above("x"), ["y"]);
}

#[test]
fn what_is_missing_is_told() {
    let carol_reads = on(user("carol"), "reader", project("web"));
    let above = on(user("carol"), "member", domain("d"));
    let only_below = below(user("carol"), "member", project("web"));
    let of_group = below(group("devs"), "admin", domain("d"));
    let elsewhere = on(user("carol"), "member", project("shop"));
    let grants = Grants {
        assignments: vec![carol_reads, above.clone(), only_below.clone(), of_group.clone(), elsewhere],
        ..cloud()
    };

    let gaps = grants.gaps("carol", Some("member"), Place::Project("web"));
    let none = grants.gaps("carol", None, Place::Project("web-test-1"));
    let of_domain = grants.gaps("carol", Some("job"), Place::Project("web"));

    let expected = [
        Gap::OtherRoles(vec!["reader"]),
        Gap::NotInherited(&above),
        Gap::OnlyBelow(&only_below),
        Gap::NotMember(&of_group),
        Gap::ImpliedBy(vec!["admin"]),
    ];
    assert_eq!(gaps, expected);
    assert!(none.contains(&Gap::NotInherited(&above)) && none.contains(&Gap::NotMember(&of_group)), "{none:?}");
    assert_eq!(of_domain, [Gap::OtherRoles(vec!["reader"]), Gap::RoleOfDomain]);
}

#[test]
fn what_is_disabled_is_told() {
    let mut grants = cloud();
    let off = |of: Option<&mut Entry>| of.unwrap().is_enabled = false;
    assert_eq!(grants.disabled("alice", Place::Project("shop")), []);

    off(grants.users.get_mut("alice"));
    off(grants.projects.get_mut("shop"));
    off(grants.domains.get_mut("e"));
    off(grants.domains.get_mut("d"));

    let all = [Disabled::User("alice"), Disabled::Project("shop"), Disabled::Domain("d"), Disabled::Domain("e")];
    assert_eq!(grants.disabled("alice", Place::Project("shop")), all);
    assert_eq!(grants.disabled("bob", Place::System), [Disabled::Domain("d")]);
}

#[test]
fn a_large_cloud_is_worked_out() {
    // 10,000 assignments: 8,000 of users, 1,900 of groups with 20 users each, and 100 inherited by 100 projects.
    let mut grants = cloud();
    grants.projects.extend((0..100).map(|it| (format!("p{it}"), entry(&format!("p{it}"), Some("d"), Some("d")))));
    for number in 0..100 {
        let members = (0..20).map(|it| format!("u{}", number * 20 + it)).collect();
        grants.members.insert(format!("g{number}"), members);
    }
    let place = |number: usize| project(&format!("p{}", number % 100));
    let direct = (0..8000).map(|it| on(user(&format!("u{}", it / 100)), "member", place(it)));
    let of_groups = (0..1900).map(|it| on(group(&format!("g{}", it / 19)), "admin", place(it % 19)));
    let inherited = (0..100).map(|it| below(group(&format!("g{it}")), "reader", domain("d")));
    grants.assignments = direct.chain(of_groups).chain(inherited).collect();

    let filter = Filter::default();
    let effective = grants.effective(&filter);

    assert_eq!(grants.assignments.len(), 10_000);
    // 2,000 users are readers of 103 projects; all are admins and members of 19, and 80 are members of 81 more.
    assert_eq!(effective.len(), 2000 * 103 + 2 * 2000 * 19 + 80 * 81);
    assert!(effective.is_sorted_by_key(|it| grants.user_name(it.user)));
}
