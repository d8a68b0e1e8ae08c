//! The flags of `synthesize`.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use codegen_sandbox::Level;
use codegen_text::turns::TurnOptions;

use super::choice::Choice;
use crate::cli::engine_args::EngineArgs;
use crate::cli::number::{at_least, fraction_of_option, of_option};
use crate::cli::paint::Colour;
use crate::cli::settings::marker;
use crate::cli::source::Source;
use crate::config::{Config, SynthesisConfig};

const EXAMPLES: &str = "\
Examples:
  codegen-lsp synthesize turns.py                  write every turn that asks for code; show it
  codegen-lsp synthesize turns.py --diff           show it as a patch
  codegen-lsp synthesize src/*.py --in-place       write it into the files
  codegen-lsp synthesize turns.py --list           show the turns and their numbers
  codegen-lsp synthesize turns.py --turn 3 --replace --candidates 8 --verify
  codegen-lsp synthesize - < turns.py > done.py    work as a filter
  codegen-lsp synthesize src/*.py --check          in CI: fail if a turn has no code

Into a pipe or a file goes the whole text with the code in it. A turn whose code does not parse \
is not written, nor, with --verify, one whose code raises; --force writes them.

Exit codes:
  0  every turn was written, or none asked for code
  1  a turn failed: it was not written, does not parse or raises; or --check found one
  2  nothing could be done: flags, a file, the model or the sandbox";

/// Arguments of `synthesize`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Python files with comment prompts; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Write turn N (counted from 1 among all comments that can be prompts), and no other [default: every comment that asks
    /// for code by itself]
    #[arg(long, value_name = "N", group = "which", value_parser = at_least(1usize), help_heading = "Turns")]
    pub turn: Option<usize>,
    /// Write turn N and every later one that asks for code by itself; with --replace, every later one
    #[arg(long, value_name = "N", group = "which", value_parser = at_least(1usize), help_heading = "Turns")]
    pub from: Option<usize>,
    /// Replace the code directly below a prompt, up to the next blank line between statements, by generated code
    #[arg(long, requires = "which", help_heading = "Turns")]
    pub replace: bool,
    /// Only comments that start with this are prompts (say '#>')
    #[arg(long, value_name = "TEXT", value_parser = marker, help_heading = "Turns")]
    pub marker: Option<String>,

    /// Write the code into the files
    #[arg(long, help_heading = "Output")]
    pub in_place: bool,
    /// Print the change as a unified diff, and nothing else; with --in-place it is also written
    #[arg(long, help_heading = "Output")]
    pub diff: bool,
    /// Print a line of JSON for every turn
    #[arg(long, conflicts_with = "diff", help_heading = "Output")]
    pub json: bool,
    /// List the turns with their numbers and what is made of each, and write nothing. Notes and other comments that ask for nothing
    /// by themselves are named in a note
    #[arg(
        long,
        conflicts_with_all = [
            "turn", "from", "replace", "verify", "diff", "in_place", "force", "candidates", "temperature", "top_p", "seed",
            "max_tokens",
        ],
        help_heading = "Output"
    )]
    pub list: bool,
    /// Write nothing and load no model; end with code 1 if a turn that asks for code has none, if a file does not parse, or, with
    /// --verify, if the program raises
    #[arg(
        long,
        conflicts_with_all = [
            "turn", "from", "replace", "list", "diff", "json", "in_place", "keep_going", "force", "candidates",
            "temperature", "top_p", "seed", "max_tokens",
        ],
        help_heading = "Output"
    )]
    pub check: bool,
    /// Colour the code
    #[arg(
        long,
        value_enum,
        value_name = "auto|always|never",
        default_value_t,
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub color: Colour,

    /// Sample N answers for each turn and take the best [default: 1]
    #[arg(long, value_name = "N", value_parser = of_option::<usize>("synthesis.candidates"), help_heading = "Code")]
    pub candidates: Option<usize>,
    /// Run the program up to each turn in a sandbox: answers that raise an exception come last, and after a turn whose best
    /// answer raises no more are written
    #[arg(long, help_heading = "Code")]
    pub verify: bool,
    /// With --verify, go on after a turn that raises, without its code
    #[arg(long, requires = "verify", help_heading = "Code")]
    pub keep_going: bool,
    /// Write code that does not parse or raises, too
    #[arg(long, help_heading = "Code")]
    pub force: bool,
    /// The Python for --verify [default: python3]
    #[arg(long, value_name = "PROGRAM", requires = "verify", help_heading = "Code")]
    pub python: Option<String>,
    /// How far the programs of --verify have to be isolated: limits, folder, folder+network or
    /// folder+network+processes. Where this system cannot do that, nothing is run [default: folder+network]
    #[arg(long, value_name = "LEVEL", requires = "verify", value_parser = level, help_heading = "Code")]
    pub isolation: Option<Level>,
    /// Tokens of one turn's code at most [default: 256]
    #[arg(long, value_name = "N", value_parser = of_option::<usize>("synthesis.maxTokens"), help_heading = "Code")]
    pub max_tokens: Option<usize>,
    /// Temperature of what is sampled; without --candidates and --seed the most likely text is taken [default: 0.8]
    #[arg(long, value_name = "T", value_parser = fraction_of_option("synthesis.temperature"), help_heading = "Code")]
    pub temperature: Option<f32>,
    /// Sample from the most likely tokens whose probabilities sum to P [default: 0.95]
    #[arg(long, value_name = "P", value_parser = fraction_of_option("synthesis.topP"), help_heading = "Code")]
    pub top_p: Option<f32>,
    /// Sample with this seed; equal seeds give equal texts
    #[arg(long, value_name = "N", value_parser = at_least(0u64), help_heading = "Code")]
    pub seed: Option<u64>,

    #[command(flatten)]
    pub engine: EngineArgs,
}

impl Arguments {
    /// Whether the command would wait for a person who types the text.
    pub(in crate::cli) fn waits(&self) -> bool {
        self.files.iter().any(|file| file.as_os_str() == "-") && std::io::stdin().is_terminal()
    }

    pub(super) fn choice(&self) -> Choice {
        match (self.turn, self.from) {
            (Some(number), _) => Choice::One(number),
            (None, Some(number)) => Choice::From(number),
            (None, None) => Choice::Open,
        }
    }

    pub(super) fn turn_options(&self, config: &Config) -> TurnOptions {
        TurnOptions { marker: self.marker.clone().or_else(|| config.turns.marker.clone()) }
    }

    /// The options of synthesis: the flags over the user's.
    pub(super) fn synthesis(&self, config: &Config) -> SynthesisConfig {
        let own = &config.synthesis;
        SynthesisConfig {
            max_tokens: self.max_tokens.unwrap_or(own.max_tokens),
            candidates: self.candidates.unwrap_or(own.candidates),
            temperature: self.temperature.unwrap_or(own.temperature),
            top_p: self.top_p.unwrap_or(own.top_p),
            python: self.python.clone().unwrap_or_else(|| own.python.clone()),
            isolation: self.isolation.unwrap_or(own.isolation),
            ..own.clone()
        }
    }

    /// Refuses flags that make sense for one file only, and a source that is given twice.
    pub(super) fn refuse_for_several(&self, sources: &[Source]) -> anyhow::Result<()> {
        let has_input = sources.contains(&Source::Input);
        if has_input && self.in_place {
            bail!("--in-place is for files, and - is standard input; without it the result goes to standard output");
        }
        if sources.len() < 2 {
            return Ok(());
        }
        if self.turn.is_some() || self.from.is_some() {
            bail!("--turn and --from count the turns of one file, and {} are given", sources.len());
        }
        if !(self.in_place || self.diff || self.json || self.list || self.check) {
            bail!("several files take --in-place, --diff, --json, --list or --check: only one goes to standard output");
        }
        // Files that are only looked at may be named again, as links to each other are by a pattern.
        let only_read = self.list || self.check;
        match twice(sources).filter(|source| !only_read || **source == Source::Input) {
            Some(source) => bail!("{} is given twice", source.name()),
            None => Ok(()),
        }
    }
}

/// The first source that is one of those before it, be it by another path.
fn twice(sources: &[Source]) -> Option<&Source> {
    let mut before = HashSet::new();
    // A path that leads nowhere is refused where it is read.
    let real = |source: &Source| source.path().map(|path| path.canonicalize().unwrap_or_else(|_| path.to_owned()));
    sources.iter().find(|source| !before.insert(real(source)))
}

/// A level of isolation by its name.
pub(in crate::cli) fn level(name: &str) -> Result<Level, String> {
    name.parse()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_source_that_is_given_twice_is_found_by_any_path() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.py", "b.py"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        for (names, expected) in [
            (&["a.py", "b.py", "none.py"][..], None),
            (&["a.py", "b.py", "a.py"], Some("a.py")),
            (&["a.py", "./a.py"], Some("./a.py")),
            (&["none.py", "none.py"], Some("none.py")),
            (&["-", "a.py"], None),
            (&["-", "-"], Some("-")),
        ] {
            let path = |name: &str| if name == "-" { PathBuf::from(name) } else { folder.path().join(name) };
            let source = |name: &str| Source::from(Path::new(&path(name)));
            let sources: Vec<Source> = names.iter().map(|name| source(name)).collect();
            assert_eq!(twice(&sources), expected.map(source).as_ref(), "{names:?}");
        }
    }
}
