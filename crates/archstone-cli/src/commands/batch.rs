//! `archstone batch`: many commands with one login. The implementation is in `batch/`, in a layer above the commands.

use archstone::Result;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Changes, Spec, Work, whole_number},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["batch"],
    answers: Answers::List,
    examples: "\
archstone batch commands.txt
archstone batch --csv users.csv user create --domain acme
archstone batch --csv users.csv --resume user create --domain acme
archstone batch --dry-run commands.txt
archstone batch -f json - < commands.txt",
    more: "\
FILE has one command per line, quoted as in a shell, such as `user create 'Anna B' --enable`. Nothing is expanded: \
`$HOME` is just these characters. Consecutive lines with the same command run in parallel; an empty line, a line with \
another command, and a line that names what an earlier one creates or changes wait for all lines before them.

With `--csv`, COMMAND runs for each row of the table FILE. Its first row names arguments and \
options: `name,password,email,enable`. An option is not given where its cell is empty.

A command that fails does not stop the others. The report says which failed; `--resume` then runs what is left. \
Without `-f`, the output of the commands goes to standard output and the report to standard error; with `-f`, the \
report is the result. The exit status is that of the first line that failed.",
    work: &Batch,
};

const USAGE: &str = "\
archstone batch [OPTIONS] [FILE]
       archstone batch [OPTIONS] --csv FILE COMMAND...";

struct Batch;

impl Work for Batch {
    fn describe(&self) -> Command {
        let switch = |id: &'static str| Arg::new(id).action(ArgAction::SetTrue).overrides_with(id);
        Command::new("batch")
            .about("Run many commands with one login, from a file or a table")
            .override_usage(USAGE)
            .args([
                Arg::new("batch_file")
                    .value_name("FILE")
                    .help("The commands, or the table; `-` is standard input [default: -]"),
                Arg::new("batch_command")
                    .value_name("COMMAND")
                    .num_args(0..)
                    .action(ArgAction::Append)
                    .trailing_var_arg(true)
                    .allow_hyphen_values(true)
                    .help("With `--csv`: the command to run for each row, with the arguments that all rows share"),
                switch("csv").long("csv").help("FILE is a CSV table whose first row names arguments of COMMAND"),
                Arg::new("concurrency")
                    .long("concurrency")
                    .value_name("NUMBER")
                    .value_parser(whole_number(1, 64))
                    .overrides_with("concurrency")
                    .help("Run at most this many commands at the same time [default: 8]"),
                switch("resume").long("resume").help("Only run what an earlier run has not done"),
                Arg::new("journal")
                    .long("journal")
                    .value_name("FILE")
                    .overrides_with("journal")
                    .help("File that records what is done [default: FILE.journal]"),
                switch("stop_on_error")
                    .long("stop-on-error")
                    .help("Stop after the first failure, and run nothing if a line is invalid"),
            ])
    }

    fn run(&self, session: &Session<'_>, _: &ArgMatches) -> Result<Answer> {
        session.run_lines()
    }

    /// Its lines may change anything.
    fn changes(&self) -> Changes {
        Changes::Deletes
    }
}
