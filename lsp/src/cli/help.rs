//! Help, completions and manual pages, and the refusal of arguments.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
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
        if !error.use_stderr() {
            // A closed output is no mistake of the user's.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        output::remark(in_our_words(&error.render().to_string()).trim_end());
        ExitCode::from(2)
    })
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
    use super::*;

    #[test]
    fn the_definition_of_all_commands_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_tip_is_a_note() {
        let said = "error: unexpected argument '--turm' found\n\n  tip: a similar argument exists: '--turn'\n\nUsage: x tip: y\n";
        let expected = "error: unexpected argument '--turm' found\n\nnote: a similar argument exists: '--turn'\n\nUsage: x tip: y\n";
        assert_eq!(in_our_words(said), expected);
    }
}
