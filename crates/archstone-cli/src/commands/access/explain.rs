//! `archstone access explain`: why a user has a role somewhere, or what is missing.

use archstone::{
    Result,
    identity::grants::{Actor, Assignment, Disabled, Filter, Gap, Grants, Part, Place},
};
use clap::{Arg, ArgGroup, ArgMatches, Command};

use super::{asked, words};
use crate::{
    command::{Answers, Own, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["access", "explain"],
    answers: Answers::List,
    examples: "\
archstone access explain alice --project web
archstone access explain alice admin --domain Default
archstone access explain alice reader --system all -f json",
    more: "\
Prints every way in which the user gets the role there; without ROLE, every role. Otherwise it prints what is \
missing: what the user has nearby, groups that have the role, roles that imply it.

The exit status is 0 if the user has access, and 1 if not.",
    work: &Own { describe, run },
};

/// The exit status if someone has no access.
const NO_ACCESS: u8 = 1;

fn describe() -> Command {
    Command::new("explain")
        .about("Explain why a user has access somewhere, or what is missing")
        .args([
            Arg::new("user").value_name("USER").required(true).help("The user (name or ID)"),
            Arg::new("role").value_name("ROLE").help("The role (name or ID) [default: any]"),
            asked::option("user-domain", "DOMAIN", "Domain of the user (name or ID)"),
            asked::option("role-domain", "DOMAIN", "Domain of the role (name or ID)").requires("role"),
        ])
        .args(asked::place_options())
        .group(ArgGroup::new("where").args(["project", "domain", "system"]).required(true))
        .arg(asked::names())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let filter = asked::filter(session, options)?;
    let (Some(user), Some(place)) = (&filter.user, &filter.place) else { return Ok(Answer::Text(String::new())) };
    let client = session.client()?;
    let mut grants = client.wait(client.identity().grants(&filter))?;
    let has_access = !grants.effective(&filter).is_empty();
    if !has_access && grants.elsewhere.contains(place) {
        let (user, place) = (grants.user_name(user), words::place(&grants, place.as_ref()));
        let hint = "only a token for it says which; or ask someone who may list role assignments";
        return Err(
            asked::not_visible(format!("{user} has roles on {place}, but you may not see which")).with_hint(hint)
        );
    }
    if !has_access {
        client.wait(client.identity().add_grants_at(&mut grants, place))?;
    }
    asked::warn(&grants);
    let question = Question { grants: &grants, user, role: filter.role.as_deref(), place: place.as_ref() };
    let is_structured = words::is_structured(options);
    let rows = question.rows(&filter, is_structured);
    let mut columns = words::columns(is_structured);
    columns.extend(["Access".into(), "Missing".into()]);
    let answer = Answer::told(question.text(&filter), Answer::list(columns, rows));
    Ok(if has_access { answer } else { Answer::Ending(Box::new(answer), NO_ACCESS) })
}

struct Question<'a> {
    grants: &'a Grants,
    user: &'a str,
    role: Option<&'a str>,
    place: Place<&'a str>,
}

impl Question<'_> {
    fn rows(&self, filter: &Filter, is_structured: bool) -> Vec<Vec<Value>> {
        let grants = self.grants;
        let texts = |texts: Vec<String>| {
            let list = Value::List(texts.iter().map(|it| it.as_str().into()).collect());
            if is_structured { list } else { texts.join("; ").into() }
        };
        let effective = grants.effective(filter);
        let with = |role: Option<&str>, access: Value, missing: Value| {
            let mut row = words::cells(grants, self.user, role, self.place);
            row.extend([access, missing]);
            row
        };
        if effective.is_empty() {
            return vec![with(self.role, texts(Vec::new()), texts(self.missing()))];
        }
        let rows = effective
            .iter()
            .map(|grant| with(Some(grant.role), words::chains(grants, grant, is_structured), texts(self.disabled())));
        rows.collect()
    }

    fn text(&self, filter: &Filter) -> String {
        let grants = self.grants;
        let (user, place) = (grants.user_name(self.user), words::place(grants, self.place));
        let mut lines = Vec::new();
        for grant in grants.effective(filter) {
            let role = grants.role_name(grant.role);
            if grant.chains.is_empty() {
                let why = "so your token says; where it comes from is not visible to you";
                lines.push(format!("{user} has {role} on {place}: {why}"));
            }
            for chain in &grant.chains {
                lines.push(format!("{user} has {role} on {place}: {}", words::chain(grants, &grant, chain)));
            }
        }
        let has_access = !lines.is_empty();
        if !has_access {
            lines.push(match self.role {
                Some(role) => format!("{user} does not have {} on {place}", grants.role_name(role)),
                None => format!("{user} has no role on {place}"),
            });
        }
        let more = if has_access { self.disabled() } else { self.missing() };
        lines.extend(more.into_iter().map(|it| format!("  - {it}")));
        lines.join("\n") + "\n"
    }

    /// What is missing, and what prevents tokens from being issued.
    fn missing(&self) -> Vec<String> {
        let is_blind = self.grants.unseen.iter().any(|it| it.what == Part::Assignments);
        if is_blind && self.grants.held.iter().all(|it| it.place.as_ref() != self.place) {
            return vec!["why is not visible to you: that needs a role that may list role assignments".to_owned()];
        }
        let gaps = self.grants.gaps(self.user, self.role, self.place);
        let mut missing: Vec<_> = gaps.iter().map(|gap| self.gap(gap)).collect();
        if missing.is_empty() {
            missing.push("nothing grants it to the user, or to any group, there or above".to_owned());
        }
        missing.extend(self.disabled());
        missing
    }

    fn gap(&self, gap: &Gap<'_>) -> String {
        let grants = self.grants;
        let names = |roles: &[&str]| roles.iter().map(|it| grants.role_name(it)).collect::<Vec<_>>().join(", ");
        match gap {
            Gap::OtherRoles(roles) => format!("has there only: {}", names(roles)),
            Gap::NotInherited(it) => format!("has {}, but not inherited by projects below", self.granted(it)),
            Gap::OnlyBelow(it) => format!("has {}, but only for projects below (inherited)", self.granted(it)),
            Gap::NotMember(it) => {
                let group = if let Actor::Group(group) = &it.actor { grants.group_name(group) } else { String::new() };
                let inherited = if it.is_inherited { " (inherited)" } else { "" };
                let (role, on) = (grants.role_name(&it.role), words::place(grants, it.place.as_ref()));
                format!("is not in group {group}, which has {role} on {on}{inherited}")
            }
            Gap::RoleOfDomain => "a domain owns the role: tokens have only the roles that it implies".to_owned(),
            Gap::ImpliedBy(roles) => format!("would also get it by a role that implies it: {}", names(roles)),
            _ => String::new(),
        }
    }

    fn granted(&self, assignment: &Assignment) -> String {
        let (role, on) =
            (self.grants.role_name(&assignment.role), words::place(self.grants, assignment.place.as_ref()));
        match &assignment.actor {
            Actor::User(_) => format!("{role} on {on}"),
            Actor::Group(group) => format!("{role} on {on} through group {}", self.grants.group_name(group)),
        }
    }

    fn disabled(&self) -> Vec<String> {
        let disabled = self.grants.disabled(self.user, self.place).into_iter().map(|it| match it {
            Disabled::User(_) => "the user is disabled, and gets no token".to_owned(),
            Disabled::Domain(id) => {
                format!("the domain {} is disabled: no token is issued", self.grants.place_name(Place::Domain(id)))
            }
            Disabled::Project(_) => "the project is disabled: no token is issued".to_owned(),
        });
        disabled.collect()
    }
}
