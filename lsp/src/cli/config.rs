//! `codegen-lsp config`: the server's options, for editors, extensions and people.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::output;
use super::settings::{Origin, Settings};
use crate::config::{Config, schema, tables, user_file};

/// Arguments of `config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp config                  the options in force here, and where they come from
  codegen-lsp config check            what is wrong with your own file
  codegen-lsp config schema           a JSON schema of all options

Options come from your own file (config.json, or the one that CODEGEN_LSP_CONFIG names), then from \
the table [tool.codegen] of the nearest pyproject.toml, which may not name programs or models nor \
allow more than you do; flags win over both.

Exit codes:
  0  all well
  1  check found something
  2  there is no such file")]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<ConfigCommand>,
    /// Print the options in force as JSON
    #[arg(long)]
    json: bool,
}

/// What is asked about the options.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print what each option may be
    #[command(after_help = "\
Examples:
  codegen-lsp config schema > codegen-options.json
  codegen-lsp config schema --for neovim")]
    Schema {
        /// Who is to read it
        #[arg(long = "for", value_enum, default_value_t = Reader::Json)]
        reader: Reader,
    },
    /// Print the options as a Markdown table
    #[command(after_help = "\
Examples:
  codegen-lsp config options > OPTIONS.md")]
    Options,
    /// Say what is wrong with a file of options
    #[command(after_help = "\
Examples:
  codegen-lsp config check                                     your own file
  codegen-lsp config check ~/.config/codegen-lsp/config.json

Exit codes:
  0  nothing is wrong, or there is no file of your own
  1  something is, and is printed
  2  there is no file of the name that is given")]
    Check {
        /// The file [default: your own, which the server reads when it starts]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Who reads a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Reader {
    /// An editor: a JSON schema (draft-07) of initializationOptions and of your own file
    Json,
    /// The manifest of a VS Code extension: the properties of contributes.configuration
    Vscode,
    /// The Neovim plugin: a Lua module
    Neovim,
}

/// Runs the command.
///
/// # Errors
/// There is no such file, standard output is closed, or a flag is for another question.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some(command) = &arguments.command else {
        return in_force(arguments.json).map(|()| ExitCode::SUCCESS);
    };
    // Told to the parser of flags, this would refuse -q before a subcommand, too.
    if arguments.json {
        bail!("--json is for the options in force; schema, options and check have a form of their own");
    }
    match command {
        ConfigCommand::Schema { reader: Reader::Json } => pretty(&schema::json_schema())?,
        ConfigCommand::Schema { reader: Reader::Vscode } => pretty(&schema::vscode())?,
        ConfigCommand::Schema { reader: Reader::Neovim } => output::print(&tables::lua())?,
        ConfigCommand::Options => output::print(&tables::markdown())?,
        ConfigCommand::Check { file } => return check(file.clone()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the options in force in the working directory, and where each comes from.
fn in_force(json: bool) -> anyhow::Result<()> {
    let settings = Settings::here().tell();
    let origin = |origin| match origin {
        Origin::Default => "default",
        Origin::User => "user",
        Origin::Project => "project",
    };
    if json {
        let place = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let (user, project) = (place(&settings.user_file), place(&settings.project_file));
        let options = settings
            .all()
            .map(|(option, value, from)| (option.name.to_owned(), json!({"value": value, "from": origin(from)})));
        let options: serde_json::Map<String, serde_json::Value> = options.collect();
        return pretty(&json!({"userFile": user, "projectFile": project, "options": options}));
    }
    let mut text = format!("{}\n", settings.files());
    for (option, value, from) in settings.all() {
        let value = match option.default_in_words {
            Some(words) if value.is_null() => words.to_owned(),
            _ => value.to_string(),
        };
        text.push_str(&format!("{:<22} {:<8} {value}\n", option.name, origin(from)));
    }
    output::print(&text)
}

fn pretty(schema: &serde_json::Value) -> anyhow::Result<()> {
    output::json(&serde_json::to_string_pretty(schema)?)
}

fn check(file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let (file, is_named) = match file {
        Some(file) => (std::path::absolute(file)?, true),
        None => (user_file::path().context("this system has no place for your own file; name one")?, false),
    };
    if !file.exists() {
        if is_named {
            bail!("there is no file {}", file.display());
        }
        output::print(&format!("there is no {}, so the defaults hold\n", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let problems = user_file::read(&file, &mut Config::default());
    if problems.is_empty() {
        output::print(&format!("{}: nothing is wrong\n", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::print(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>())?;
    Ok(ExitCode::from(1))
}
