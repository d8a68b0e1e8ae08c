//! `codegen-lsp config`: the server's options, for editors, extensions and people.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};

use super::output;
use crate::config::{Config, schema, tables, user_file};

/// What is asked about the options.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print what each option may be
    Schema {
        /// Who is to read it
        #[arg(long = "for", value_enum, default_value_t = Reader::Json)]
        reader: Reader,
    },
    /// Print the options as a Markdown table
    Options,
    /// Say what is wrong with a file of options; the exit code is 1 if anything is
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
/// There is no such file, or standard output is closed.
pub fn run(command: &ConfigCommand) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Schema { reader: Reader::Json } => pretty(&schema::json_schema())?,
        ConfigCommand::Schema { reader: Reader::Vscode } => pretty(&schema::vscode())?,
        ConfigCommand::Schema { reader: Reader::Neovim } => output::print(&tables::lua())?,
        ConfigCommand::Options => output::print(&tables::markdown())?,
        ConfigCommand::Check { file } => return check(file.clone()),
    }
    Ok(ExitCode::SUCCESS)
}

fn pretty(schema: &serde_json::Value) -> anyhow::Result<()> {
    output::json(&serde_json::to_string_pretty(schema)?)
}

fn check(file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let file = match file {
        Some(file) => std::path::absolute(file)?,
        None => user_file::path().context("this system has no place for your own file; name one")?,
    };
    // The server ignores a missing file.
    if !file.exists() {
        bail!("there is no file {}", file.display());
    }
    let problems = user_file::read(&file, &mut Config::default());
    if problems.is_empty() {
        output::print(&format!("{}: nothing is wrong\n", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::print(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>())?;
    Ok(ExitCode::from(1))
}
