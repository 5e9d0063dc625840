//! `archstone diff`: compares the identity data of two clouds.

use archstone::{
    Result,
    blocking::Client,
    identity::snapshot::{Aspect, Difference, Differs, Snapshot},
};
use clap::{Arg, ArgMatches, Command, builder::PossibleValuesParser};

use crate::{
    command::{Answers, Own, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["diff"],
    answers: Answers::List,
    examples: "\
archstone diff staging production
archstone diff staging production --only users,roles
archstone diff staging production -f json",
    more: "\
Compares by names, not by IDs: domains, projects, users, groups, memberships, roles, implied_roles, assignments, \
regions, services, endpoints, registered_limits and limits. Secrets, IDs and times are not compared. The columns `A` and \
`B` are for the first and the second cloud.

Both clouds are entries of clouds.yaml. Options of the command line apply to both; environment variables such as \
OS_AUTH_URL or OS_PASSWORD to neither. Each login needs a role that may list what is compared.

The exit status is 0 if there is no difference, 1 if there is one, and more than 1 for errors.",
    work: &Own { describe, run },
};

/// The exit status if there is a difference.
const DIFFERENT: u8 = 1;

fn describe() -> Command {
    let cloud = |id: &'static str, which: &'static str| Arg::new(id).value_name(which).required(true);
    Command::new("diff").about("Compare users, roles and other identity data of two clouds").args([
        cloud("cloud_a", "CLOUD_A").help("A cloud of clouds.yaml"),
        cloud("cloud_b", "CLOUD_B").help("Another cloud of clouds.yaml"),
        Arg::new("only")
            .long("only")
            .value_name("WHAT")
            .value_delimiter(',')
            .value_parser(PossibleValuesParser::new(Aspect::ALL.map(Aspect::name)))
            .hide_possible_values(true)
            .help("Compare only these, such as `users,roles` [default: everything]"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let asked: Vec<_> = options.get_many::<String>("only").into_iter().flatten().collect();
    let is_asked = |aspect: &Aspect| asked.is_empty() || asked.iter().any(|it| *it == aspect.name());
    let aspects: Vec<_> = Aspect::ALL.into_iter().filter(is_asked).collect();
    let client = |id: &str| session.client_of(options.get_one::<String>(id).map_or("", String::as_str));
    let (one, other) = (client("cloud_a")?, client("cloud_b")?);
    // Prompts appear one after the other; then both clients work at the same time.
    one.authenticate()?;
    other.authenticate()?;
    let (one, other) = both(&one, &other, &aspects)?;
    let rows: Vec<_> = one.differences(&other).into_iter().map(row).collect();
    let is_different = !rows.is_empty();
    let answer = Answer::list(["What", "Name", "Field", "A", "B"], rows);
    Ok(if is_different { Answer::Ending(Box::new(answer), DIFFERENT) } else { answer })
}

fn both(one: &Client, other: &Client, aspects: &[Aspect]) -> Result<(Snapshot, Snapshot)> {
    std::thread::scope(|scope| {
        let there = scope.spawn(|| other.wait(other.identity().snapshot(aspects)));
        let here = one.wait(one.identity().snapshot(aspects));
        let there = there.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((here?, there?))
    })
}

fn row(difference: Difference) -> Vec<Value> {
    let Difference { aspect, name, kind, .. } = difference;
    let (field, one, other) = match kind {
        Differs::OnlyHere => (None, "present".into(), "missing".into()),
        Differs::OnlyThere => (None, "missing".into(), "present".into()),
        Differs::Field { field, here, there } => (Some(field), here.into(), there.into()),
    };
    vec![aspect.name().into(), name.into(), field.map_or_else(|| "".into(), Value::from), one, other]
}
