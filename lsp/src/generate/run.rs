//! Runs pieces of code to see whether they raise: which program is run, and how its end is described.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use codegen_core::printable;
use codegen_sandbox::{Isolation, Level, Limits, Outcome, Sandbox, SandboxError};
use codegen_text::candidates::Ranked;
use codegen_text::document::Document;
use codegen_text::edit::Edit;
use codegen_text::python;
use codegen_text::turns::{self, Turn};

use crate::config::SynthesisConfig;

/// The way in which programs are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// The Python interpreter: a path, or a name in `PATH`.
    pub python: String,
    pub limits: Limits,
    /// The isolation that a program needs.
    pub isolation: Level,
}

impl RunOptions {
    /// The options' values; the wall clock and processor time have the same limit.
    #[must_use]
    pub fn of(config: &SynthesisConfig) -> Self {
        let time = Duration::from_secs(config.run_seconds);
        let limits = Limits { wall: time, cpu: time, ..Limits::default() };
        Self { python: config.python.clone(), limits, isolation: config.isolation }
    }

    /// A sandbox with these options. Blocks.
    ///
    /// # Errors
    /// There is no such Python, or this system has no sandbox.
    pub fn sandbox(&self) -> Result<Sandbox, SandboxError> {
        Ok(Sandbox::new(self.python.as_str(), self.limits.clone())?.requiring(self.isolation))
    }
}

/// The message, shown once, about how programs are isolated.
#[must_use]
pub fn isolation(held: Isolation) -> String {
    let kept = match held.level() {
        Level::Limits => "by limits alone: they can read the user's files and reach other processes",
        Level::Folder => "from files outside their own folder, but not from the network",
        Level::FolderAndNetwork => {
            "from files outside their own folder and from the network; they may see other processes"
        }
        Level::FolderNetworkAndProcesses => {
            "from files outside their own folder, from the network and from other processes"
        }
    };
    format!("programs are isolated {kept} ({held})")
}

/// Runs the program up to and including the turn with each candidate that parses, and records how it ended in the
/// candidate's score. Blocks; ends early once `cancel` is set. Returns the weakest isolation of the runs, if there were
/// any.
///
/// # Errors
/// Programs cannot be run here, or not with the isolation that they need.
pub fn run(
    options: &RunOptions,
    document: &Document,
    turn: &Turn,
    candidates: &mut [Ranked],
    cancel: &Arc<AtomicBool>,
) -> Result<Option<Isolation>, SandboxError> {
    let sandbox = options.sandbox()?;
    let mut held: Option<Isolation> = None;
    let says_something = |ranked: &&mut Ranked| ranked.score.parses && !ranked.completion.text.is_empty();
    for ranked in candidates.iter_mut().filter(says_something) {
        if cancel.load(Ordering::Relaxed) {
            break;
        }
        let edit = turns::program_edit(document, turn, &ranked.completion.text);
        let report = sandbox.run(&program(document, &edit), cancel)?;
        ranked.score.run = report.outcome != Outcome::Cancelled;
        ranked.score.raised = complaint(&report.outcome, &options.limits);
        if ranked.score.run {
            // The weakest isolation, where programs were run in more than one way.
            held = held.map_or(Some(report.isolation), |held| {
                Some(std::cmp::min_by_key(held, report.isolation, |held| held.level()))
            });
        }
    }
    Ok(held)
}

/// The program up to and including a turn whose code is written by `edit`: the document with the edit, cut behind the
/// top-level statement that the text ends in, so that the blocks around a turn are whole.
#[must_use]
pub fn program(document: &Document, edit: &Edit) -> String {
    let mut document = document.clone();
    document.edit(edit.range.clone(), &edit.text);
    // The last byte of the text itself: the blank lines behind it belong to no statement.
    let last = (edit.range.start + edit.text.trim_end().len()).saturating_sub(1);
    let statement = document.tree().and_then(|tree| {
        python::children(tree.root_node()).find(|node| node.is_named() && node.byte_range().contains(&last))
    });
    let end = statement.map_or(last + 1, |node| node.end_byte().max(last + 1));
    let mut program = document.slice(0..end);
    if program.starts_with('\u{feff}') {
        // Python skips it in files only.
        program.remove(0);
    }
    program.push('\n');
    program
}

/// The complaint about a program that ended like this, in one line: the exception, or a description of its end. `None`
/// without a complaint. A program that was cancelled has shown nothing.
#[must_use]
pub fn complaint(outcome: &Outcome, limits: &Limits) -> Option<String> {
    match outcome {
        Outcome::Passed | Outcome::Cancelled => None,
        // The program chose the words, so they are made printable.
        Outcome::Raised(line) => Some(printable::line(line).into_owned()),
        Outcome::Exited(status) => Some(format!("exited with status {status}")),
        Outcome::Killed(signal) => Some(format!("was ended by signal {signal}")),
        Outcome::TimedOut => Some(format!("did not end within {} seconds", limits.wall.as_secs())),
        Outcome::OutOfCpu => Some(format!("used up {} seconds of processor time", limits.cpu.as_secs())),
        Outcome::OutOfMemory => Some("ran out of memory".to_owned()),
        Outcome::TooMuchOutput => Some("wrote too much".to_owned()),
    }
}

/// A [`complaint`] as a sentence about the program.
#[must_use]
pub fn predicate(complaint: &str) -> String {
    let name = complaint.split(':').next().unwrap_or_default();
    // An exception is one word, and no other complaint is.
    if name.contains(char::is_whitespace) { complaint.to_owned() } else { format!("raises {complaint}") }
}

#[cfg(test)]
mod tests {
    use codegen_text::turns::TurnOptions;

    use super::*;

    #[test]
    fn a_program_ends_behind_the_statement_that_the_turn_ends_in() {
        let table = [
            // The turn's line, the document, the code, the program that is run.
            (0, "# a\n\n# b\ny = 2\n", "x = 1", "# a\nx = 1\n"),
            (0, "# a\nx = 1\n\n# b\ny = 2\n", "x = 3", "# a\nx = 3\n"),
            (0, "# a\n", "def f():\n    pass\n\nf()", "# a\ndef f():\n    pass\n\nf()\n"),
            // The function around it is run whole, but not what follows.
            (
                1,
                "def f():\n    # a\n\n    # b\n    y = 2\n    return y\n\nf()\n",
                "x = 1",
                "def f():\n    # a\n    x = 1\n\n    # b\n    y = 2\n    return y\n",
            ),
            (
                1,
                "if z:\n    # a\n\nelse:\n    z = 2\nw = 1\n",
                "x = 1",
                "if z:\n    # a\n    x = 1\n\nelse:\n    z = 2\n",
            ),
            // Without a line end behind the prompt; with carriage returns.
            (0, "# a", "x = 1", "# a\nx = 1\n"),
            (0, "# a\r\n\r\n# b\r\n", "x = 1\ny = 2", "# a\r\nx = 1\r\ny = 2\n"),
            // Broken text is run as far as it goes.
            (0, "# a\n\n# b\n", "x = (1", "# a\nx = (1\n"),
        ];
        for (line, text, program, expected) in table {
            let document = Document::new(text, 1);
            let offset = text.split_inclusive('\n').take(line).map(str::len).sum();
            let turn = turns::turn_at(&document, offset, &TurnOptions::default()).unwrap();
            let edit = turns::program_edit(&document, &turn, program);
            assert_eq!(super::program(&document, &edit), expected, "{text:?}");
        }
    }

    #[test]
    fn what_does_not_hold_is_said() {
        let of = |files, network, processes| isolation(Isolation { network, files, processes });
        assert_eq!(
            of(true, true, true),
            "programs are isolated from files outside their own folder, from the network and from other processes \
             (folder: yes, network: yes, processes: yes)"
        );
        assert!(
            of(true, true, false).ends_with("they may see other processes (folder: yes, network: yes, processes: no)")
        );
        assert!(of(true, false, true).contains("but not from the network (folder: yes, network: no, processes: yes)"));
        assert!(of(false, true, false).contains("by limits alone"));
    }

    #[test]
    fn programs_are_run_as_the_options_say() {
        let config = SynthesisConfig { run_seconds: 7, python: "pypy".to_owned(), ..SynthesisConfig::default() };
        let RunOptions { python, limits, isolation } = RunOptions::of(&config);
        let seven = Duration::from_secs(7);
        assert_eq!((python.as_str(), limits.wall, limits.cpu, isolation), ("pypy", seven, seven, config.isolation));
        assert_eq!(Limits { wall: Limits::default().wall, cpu: Limits::default().cpu, ..limits }, Limits::default());
    }

    #[test]
    fn complaints() {
        let limits = Limits::default();
        let table = [
            (Outcome::Passed, None),
            (Outcome::Cancelled, None),
            (Outcome::Raised("NameError: x".to_owned()), Some("NameError: x")),
            (Outcome::Raised("E: \u{1b}[2J\u{202e}".to_owned()), Some("E: \\x1b[2J\\u{202e}")),
            (Outcome::Exited(3), Some("exited with status 3")),
            (Outcome::Killed(11), Some("was ended by signal 11")),
            (Outcome::TimedOut, Some("did not end within 10 seconds")),
            (Outcome::OutOfCpu, Some("used up 10 seconds of processor time")),
            (Outcome::OutOfMemory, Some("ran out of memory")),
            (Outcome::TooMuchOutput, Some("wrote too much")),
        ];
        for (outcome, expected) in table {
            let complaint = complaint(&outcome, &limits);
            assert_eq!(complaint.as_deref(), expected, "{outcome:?}");
            if let Some(complaint) = complaint {
                let raised = matches!(outcome, Outcome::Raised(_));
                assert_eq!(predicate(&complaint).starts_with("raises "), raised, "{outcome:?}");
            }
        }
        assert_eq!(predicate("KeyboardInterrupt"), "raises KeyboardInterrupt");
    }
}
