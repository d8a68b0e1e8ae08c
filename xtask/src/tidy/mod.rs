//! `cargo xtask tidy`: checks that compilers and linters do not make: which files import which, where `unsafe` stands,
//! how long files are, and whether documents name things that exist.
//!
//! Each rule is a function from the repository's files to findings.

mod circles;
mod commands;
mod documents;
mod graph;
mod length;
mod machine;
mod modules;
mod program;
mod reader;
mod report;
mod rooms;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::run;
use rooms::{CRATES, ROOMS};
use source::{Finding, Source};
use words::Kept;

/// Words that only some files may have.
const KEPT: &[Kept] = &[
    Kept {
        word: "unsafe",
        within: "",
        places: &["engine/src/ggml", "engine/src/runtime/backend/llama"],
        instead: "call what these offer",
    },
    Kept {
        word: "llama_cpp_2",
        within: "",
        places: &["engine/src/runtime/backend/llama"],
        instead: "use runtime::backend",
    },
    Kept {
        word: "llama_cpp_sys_2",
        within: "",
        places: &["engine/src/ggml", "engine/src/runtime/backend/llama"],
        instead: "use runtime::backend",
    },
    Kept {
        word: "spawn_blocking",
        within: "lsp/src/",
        places: &["lsp/src/server/session"],
        instead: "run it by what server::session offers, which catches panics",
    },
];

/// Files that may be longer than others, with the reason.
const LONG: &[(&str, &str)] = &[];

#[derive(Args, Default)]
pub struct Options {
    /// Print the rooms, how they import each other, and every circle of imports
    #[arg(long)]
    report: bool,
    /// Look at this checkout instead of the one that holds this program
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// Checks the checkout in `root`, unless the options name another.
pub fn tidy(root: &Path, options: &Options) -> Result<()> {
    let sources = sources(options.root.as_deref().unwrap_or(root))?;
    let program = modules::program(&sources, CRATES);
    let graph = graph::graph(&program);
    if options.report {
        run::say(&report::report(&sources, &program, &graph));
        return Ok(());
    }
    let found = findings(&sources, &program, &graph);
    for finding in &found {
        run::say(&finding.to_string());
    }
    let circles = circles::circles(&circles::counted(&program, &graph));
    run::say(&format!("{} files, {} imports; {}", program.files.len(), graph.len(), report::figure(&circles)));
    match found.len() {
        0 => Ok(()),
        1 => bail!("1 finding, see above"),
        count => bail!("{count} findings, see above"),
    }
}

/// Returns everything that breaks a rule, in order of the files.
fn findings(sources: &[Source], program: &program::Program, graph: &graph::Graph) -> Vec<Finding> {
    let mut found = program.findings.clone();
    found.extend(table::strangers(sources, CRATES));
    found.extend(table::check(program, graph, ROOMS));
    found.extend(circles::check(program, graph));
    found.extend(words::check(sources, KEPT));
    found.extend(length::check(sources, LONG));
    found.extend(commands::check(sources));
    found.extend(documents::check(sources));
    found.extend(machine::check(sources));
    found.sort();
    found
}

/// The repository's files: those that git tracks, and new ones that it would.
fn sources(root: &Path) -> Result<Vec<Source>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let listed = run::output(&mut git).with_context(|| format!("cannot list the files of {}", root.display()))?;
    let mut sources = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let full = root.join(path);
        // A link has another file's text, and a tracked file may have been deleted.
        if full.symlink_metadata().is_ok_and(|is| is.is_file()) {
            let bytes = std::fs::read(&full).with_context(|| format!("cannot read {}", full.display()))?;
            // What is no text has none, but is there to be named.
            let text = String::from_utf8(bytes).unwrap_or_default();
            sources.push(Source { path: path.to_owned(), text });
        }
    }
    Ok(sources)
}
