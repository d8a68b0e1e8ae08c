//! Help and completions, and the refusal of arguments.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Command, CommandFactory, FromArgMatches};
use clap_complete::Shell;

use super::{Arguments, output};

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(codegen-lsp completions bash)      in this shell; in ~/.bashrc in all
  mkdir -p ~/.zfunc && codegen-lsp completions zsh > ~/.zfunc/_codegen-lsp
  codegen-lsp completions fish | source       in ~/.config/fish/config.fish

For zsh, ~/.zshrc needs `fpath+=~/.zfunc` before `autoload -U compinit && compinit`.")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

/// The arguments of the program. Without: help or the version was printed, or they were refused, and this is the exit code.
///
/// # Errors
/// There are no arguments to work with.
pub fn parse() -> Result<Arguments, ExitCode> {
    parsed(std::env::args_os()).map_err(|error| {
        let error = unknown_flag(std::env::args_os()).unwrap_or(error);
        if !error.use_stderr() {
            // A closed output is no mistake of the user's.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        let said = in_our_words(&error.render().to_string());
        output::remark(with_cure(&said, &error).trim_end());
        ExitCode::from(2)
    })
}

fn parsed(arguments: impl Iterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let mut command = with_negative_numbers(Arguments::command());
    let mut matches = command.try_get_matches_from_mut(arguments)?;
    Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Has the flags of all commands take `-1` for a value, so that each refuses it in its own words: the parser would take it for a
/// flag.
fn with_negative_numbers(command: Command) -> Command {
    let command = command.mut_args(|argument| {
        let is_flag = argument.get_long().is_some() || argument.get_short().is_some();
        if is_flag && argument.get_action().takes_values() { argument.allow_negative_numbers(true) } else { argument }
    });
    command.mut_subcommands(with_negative_numbers)
}

/// Adds to a refusal what helps, where a file is given in the place of a command.
fn with_cure(said: &str, error: &clap::Error) -> String {
    let name = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(name)) if error.kind() == ErrorKind::InvalidSubcommand => name,
        _ => return said.to_owned(),
    };
    let path = Path::new(name);
    if !path.exists() && path.extension().is_none_or(|kind| kind != "py") {
        return said.to_owned();
    }
    let (first, rest) = said.split_once('\n').unwrap_or((said, ""));
    format!("{first}\n\nnote: `codegen-lsp synthesize {name}` writes the code for the comments of a file\n{rest}")
}

/// The refusal of a flag that there is not. `complete` takes what begins with a dash for its place, since `-:6:9` is one, so that
/// the refusal that comes of a misspelt flag names what stands behind it.
fn unknown_flag(arguments: impl Iterator<Item = OsString>) -> Option<clap::Error> {
    let strict = with_negative_numbers(Arguments::command())
        .mut_subcommand("complete", |complete| complete.mut_arg("place", |place| place.allow_hyphen_values(false)));
    let of_input = |argument: &OsString| argument.as_encoded_bytes().starts_with(b"-:");
    let arguments = arguments.map(|argument| if of_input(&argument) { "input:1:1".into() } else { argument });
    strict.try_get_matches_from(arguments).err().filter(|error| error.kind() == ErrorKind::UnknownArgument)
}

/// A refusal by the parser of arguments with this program's prefixes.
fn in_our_words(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.trim_start().strip_prefix("tip: ") {
        Some(tip) => format!("note: {tip}"),
        None => line.to_owned(),
    });
    lines.collect()
}

/// Prints the help of a subcommand where its input is a terminal, at which nobody would type a program or a protocol.
#[must_use]
pub fn instead(path: &[&str]) -> ExitCode {
    let mut command = Arguments::command();
    command.build();
    let command = path.iter().try_fold(&mut command, |command, name| command.find_subcommand_mut(name));
    if let Some(command) = command {
        output::remark(command.render_help().to_string().trim_end());
    }
    ExitCode::from(2)
}

/// Prints a shell's script.
///
/// # Errors
/// Standard output is closed.
pub fn completions(arguments: &Completions) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "codegen-lsp", &mut script);
    let script = String::from_utf8_lossy(&script);
    output::raw(&match arguments.shell {
        // clap_complete 4.6.12 has two names for each command of a program with a hyphen in its name, so that Bash finds none.
        Shell::Bash => script.replace("codegen__subcmd__lsp", "codegen__lsp"),
        _ => script.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::Value;

    use super::*;
    use crate::config::options;

    #[test]
    fn the_help_of_flags_names_the_defaults_of_their_options() {
        let program = Arguments::command();
        for (command, flag, option) in [
            ("complete", "max-tokens", "inline.maxTokens"),
            ("synthesize", "max-tokens", "synthesis.maxTokens"),
            ("synthesize", "candidates", "synthesis.candidates"),
            ("synthesize", "temperature", "synthesis.temperature"),
            ("synthesize", "top-p", "synthesis.topP"),
            ("synthesize", "python", "synthesis.python"),
            ("synthesize", "isolation", "synthesis.isolation"),
            ("doctor", "python", "synthesis.python"),
            ("doctor", "model", "model"),
            ("doctor", "threads", "threads"),
            ("doctor", "batch", "batch"),
            ("doctor", "slots", "slots"),
            ("doctor", "gpu-layers", "gpuLayers"),
            ("doctor", "flash-attention", "flashAttention"),
        ] {
            let mut flags = program.find_subcommand(command).unwrap().get_arguments();
            let help =
                flags.find(|argument| argument.get_long() == Some(flag)).unwrap().get_help().unwrap().to_string();
            let option = options::find(option).unwrap();
            let default = match option.default() {
                Value::Null => option.default_in_words.unwrap().to_owned(),
                Value::String(text) => text,
                number => number.to_string(),
            };
            let named = [']', ';'].iter().any(|end| help.contains(&format!("[default: {default}{end}")));
            assert!(named, "{command} --{flag}: {help:?} does not name {default}");
        }
    }

    #[test]
    fn flags_take_the_numbers_of_their_options() {
        let takes = |arguments: &str, number: &dyn std::fmt::Display| {
            Arguments::try_parse_from(format!("codegen-lsp {arguments} {number}").split(' ')).is_ok()
        };
        for (arguments, option) in [
            ("complete a.py:1:1 --max-tokens", "inline.maxTokens"),
            ("synthesize a.py --max-tokens", "synthesis.maxTokens"),
            ("synthesize a.py --candidates", "synthesis.candidates"),
            ("bench context --packages . --share", "inline.contextShare"),
            ("doctor --threads", "threads"),
            ("doctor --context", "context"),
            ("doctor --batch", "batch"),
            ("doctor --slots", "slots"),
        ] {
            let (least, most) = options::range(option).into_inner();
            let taken = [least - 1, least, most, most.saturating_add(1)].map(|number| takes(arguments, &number));
            assert_eq!(taken, [false, true, true, false], "{arguments}");
        }
        for (arguments, option) in
            [("synthesize a.py --temperature", "synthesis.temperature"), ("synthesize a.py --top-p", "synthesis.topP")]
        {
            let most = options::most(option);
            let taken = [0.0, 0.1, most, most + 0.1].map(|number| takes(arguments, &number));
            assert_eq!(taken, [false, true, true, false], "{arguments}");
        }
    }

    #[test]
    fn the_definition_of_all_commands_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_misspelt_flag_is_named_and_not_what_stands_behind_it() {
        for (arguments, expected) in [
            ("complete --modle x a.py:1:1", Some("--modle")),
            ("complete --modle x -:1:1", Some("--modle")),
            ("complete --jsn a.py:1:1", Some("--jsn")),
            ("complete --jsn", Some("--jsn")),
            ("complete -a.py:1:1", Some("-a")),
            ("complete a.py:1:1 b.py:1:1", Some("b.py:1:1")),
            ("synthesize a.py --turm 1", Some("--turm")),
            ("complete -:1:1 --json", None),
            ("complete -:x:1", None),
            ("complete a.py:1:1 --max-tokens x", None),
        ] {
            let refused = unknown_flag(format!("codegen-lsp {arguments}").split(' ').map(OsString::from));
            let said = refused.map(|error| error.to_string());
            let named = |flag: &str| format!("error: unexpected argument '{flag}' found");
            assert_eq!(
                said.as_deref().and_then(|said| said.lines().next()),
                expected.map(named).as_deref(),
                "{arguments}"
            );
        }
    }

    #[test]
    fn a_negative_number_is_refused_by_its_flag() {
        for (arguments, expected) in [
            ("synthesize a.py --temperature -1", "expected a number above 0 and up to 2"),
            ("synthesize a.py --top-p -0.5", "expected a number above 0 and up to 1"),
            ("synthesize a.py --seed -1", "expected a whole number of at least 0"),
            ("complete a.py:1:1 --max-tokens -1", "expected a whole number from 1 to 4096"),
            ("doctor --threads -1", "expected auto or a whole number from 1 to 512"),
            ("eval humaneval --problems a --out b -n -1", "expected a whole number from 1 to 1000000"),
        ] {
            let refused = parsed(format!("codegen-lsp {arguments}").split(' ').map(OsString::from)).unwrap_err();
            assert!(refused.to_string().contains(expected), "{arguments}: {refused}");
        }
    }

    #[test]
    fn a_file_in_the_place_of_a_command_is_told_what_to_do_with_it() {
        for (arguments, helped) in [("no-such.py", true), ("Cargo.toml", true), ("dance", false), ("synthesis", false)]
        {
            let error = parsed(["codegen-lsp", arguments].map(OsString::from).into_iter()).unwrap_err();
            let said = with_cure(&error.to_string(), &error);
            let cure =
                format!("\n\nnote: `codegen-lsp synthesize {arguments}` writes the code for the comments of a file\n");
            assert_eq!(said.contains(&cure), helped, "{said}");
            assert!(said.starts_with("error: unrecognized subcommand"), "{said}");
        }
    }

    #[test]
    fn a_tip_is_a_note() {
        let said = "error: unexpected argument '--turm' found\n\n  tip: a similar argument exists: '--turn'\n\nUsage: x tip: y\n";
        let expected = "error: unexpected argument '--turm' found\n\nnote: a similar argument exists: '--turn'\n\nUsage: x tip: y\n";
        assert_eq!(in_our_words(said), expected);
    }
}
