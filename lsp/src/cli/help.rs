//! Help, completions and manual pages, and the refusal of arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser};
use clap_complete::Shell;
use codegen_core::printable;

use super::{Arguments, output};

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp completions bash > ~/.local/share/bash-completion/completions/codegen-lsp
  codegen-lsp completions zsh > ~/.zfunc/_codegen-lsp
  codegen-lsp completions fish > ~/.config/fish/completions/codegen-lsp.fish")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp man ~/.local/share/man/man1
  man codegen-lsp-synthesize")]
pub struct Man {
    /// The folder, which is made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// The arguments of the program. Without: help or the version was printed, or they were refused, and this is the exit code.
///
/// # Errors
/// There are no arguments to work with.
pub fn parse() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        let error = unknown_flag(std::env::args_os()).unwrap_or(error);
        if !error.use_stderr() {
            // A closed output is no mistake of the user's.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        output::remark(in_our_words(&error.render().to_string()).trim_end());
        ExitCode::from(2)
    })
}

/// The refusal of a flag that there is not. `complete` takes what begins with a dash for its place, since `-:6:9` is one, so that
/// the refusal that comes of a misspelt flag names what stands behind it.
fn unknown_flag(arguments: impl Iterator<Item = OsString>) -> Option<clap::Error> {
    let strict = Arguments::command()
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
    output::raw(&String::from_utf8_lossy(&script))
}

/// Writes the manual pages, one for each command.
///
/// # Errors
/// They cannot be written.
pub fn man(Man { folder }: &Man) -> anyhow::Result<()> {
    let failed = || format!("cannot write manual pages to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(failed)?;
    clap_mangen::generate_to(Arguments::command(), folder).with_context(failed)?;
    output::say(&format!("manual pages written to {}", printable::line(&folder.display().to_string())));
    Ok(())
}

#[cfg(test)]
mod tests {
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
    fn a_tip_is_a_note() {
        let said = "error: unexpected argument '--turm' found\n\n  tip: a similar argument exists: '--turn'\n\nUsage: x tip: y\n";
        let expected = "error: unexpected argument '--turm' found\n\nnote: a similar argument exists: '--turn'\n\nUsage: x tip: y\n";
        assert_eq!(in_our_words(said), expected);
    }
}
