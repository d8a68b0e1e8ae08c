//! `codegen-lsp stats`: what the servers of this user have counted.

use std::time::SystemTime;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::output::{self, counted};
use crate::statistics::day::Day;
use crate::statistics::report::Report;
use crate::statistics::store::{DAYS, Store, Stored, VARIABLE};

/// Arguments of `stats`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp stats             the last 30 days
  codegen-lsp stats --days 7 --json

What the lines say:
  asked        requests of editors, by what made them ask
  suggested    suggestions, each counted once: how many were taken whole, how many in part
  kept         those taken that were still there two minutes later
  answers: …   answers with a suggestion, by where it came from; several may have the same one
    standing   it was shown already, and what was typed is its beginning
    memory     it is remembered from before
    prepared   it was begun before anyone asked
    generated  it was made for this request; early: and answered before its end
  nothing: …   requests without one, by the reason")]
pub struct Arguments {
    /// The last N days, today included, in UTC (90 days are kept)
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = crate::cli::number::whole(1..=DAYS))]
    days: u64,
    /// Print JSON, as the request codegen/stats answers
    #[arg(long)]
    json: bool,
    /// Remove all counts
    #[arg(long, conflicts_with_all = ["days", "json"])]
    reset: bool,
}

/// Prints the counts, or removes them. Files that cannot be read are named on standard error.
///
/// # Errors
/// There is no place for them, they cannot be removed, or standard output is closed.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let store = Store::own().with_context(|| {
        format!("there are no statistics: {VARIABLE} is `off`, or this system has no folder for them and it names none")
    })?;
    if arguments.reset {
        let days = store.reset()?;
        return output::print(&format!(
            "removed the counts of {} from {}\n",
            counted(days, "day"),
            store.folder().display()
        ));
    }
    let first = Day::first_of(arguments.days, SystemTime::now());
    let Stored { counts, days, problems } = store.read(&first);
    for problem in &problems {
        output::warning(&problem.to_string());
    }
    let report = Report::of(&counts);
    if arguments.json {
        return output::json(&serde_json::to_string_pretty(&json!({
            "folder": store.folder(),
            "days": arguments.days,
            "since": first.name(),
            "report": report,
            "problems": problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))?);
    }
    let table = if days.is_empty() {
        format!("nothing has been counted since {}\n", first.name())
    } else {
        format!("since {}, {} with counts\n\n{}", first.name(), counted(days.len(), "day"), report.table())
    };
    output::print(&format!(
        "{table}\nkept in {}, a file for each day, for {DAYS} days; nothing of it is ever sent anywhere\n",
        store.folder().display()
    ))
}
