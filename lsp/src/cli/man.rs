//! `codegen-lsp man DIR`: the manual pages, made from the help.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command, CommandFactory};
use codegen_core::printable;

use super::output;

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

/// Writes the manual pages, one for each command.
///
/// # Errors
/// They cannot be written.
pub fn run(Man { folder }: &Man) -> anyhow::Result<()> {
    let failed = || format!("cannot write manual pages to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(failed)?;
    let mut command = super::Arguments::command().disable_help_subcommand(true);
    command.build();
    write_all(&command, folder).with_context(failed)?;
    output::say(&format!("manual pages written to {}", printable::line(&folder.display().to_string())));
    Ok(())
}

fn write_all(command: &Command, folder: &std::path::Path) -> std::io::Result<()> {
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        write_all(inner, folder)?;
    }
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    text.write_all(synopsis(command).as_bytes())?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    text.write_all(sections(&after).as_bytes())?;
    if command.get_version().is_some() {
        page.render_version_section(&mut text)?;
    }
    std::fs::write(folder.join(page.get_filename()), text)
}

/// The usage as the help has it, with the values of flags.
fn synopsis(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let lines =
        usage.strip_prefix("Usage: ").unwrap_or(&usage).lines().map(|line| format!("{}\n", escaped(line.trim())));
    format!(".SH SYNOPSIS\n.nf\n{}.fi\n", lines.collect::<String>())
}

/// The text behind a command's help as sections. Indented lines keep their columns; other paragraphs are notes.
fn sections(text: &str) -> String {
    let mut page = String::new();
    let (mut in_columns, mut in_notes) = (false, false);
    for line in text.lines() {
        let column = line.strip_prefix("  ");
        if in_columns && column.is_none() {
            page.push_str(".fi\n");
        }
        if !in_columns && column.is_some() {
            page.push_str(".nf\n");
        }
        in_columns = column.is_some();
        match (column, line.strip_suffix(':')) {
            (Some(column), _) => page.push_str(&format!("{}\n", escaped(column))),
            (None, Some(heading)) => {
                // The name that manual pages have for it.
                let heading = if heading == "Exit codes" { "EXIT STATUS".to_owned() } else { heading.to_uppercase() };
                page.push_str(&format!(".SH \"{heading}\"\n"));
                in_notes = false;
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => {
                page.push_str(if in_notes { ".PP\n" } else { ".SH NOTES\n" });
                page.push_str(&format!("{}\n", escaped(line)));
                in_notes = true;
            }
        }
    }
    if in_columns {
        page.push_str(".fi\n");
    }
    page
}

/// A line as text of roff, which would take some signs for its own, and a hyphen for one at which words are divided.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_and_headings_are_those_of_manual_pages() {
        let text = "Examples:\n  a file.py    show it\n  .b\\c\n\nOne thing.\n\nAnother.\n\nExit codes:\n  0  all well";
        let expected = ".SH \"EXAMPLES\"\n.nf\na file.py    show it\n\\&.b\\ec\n.fi\n.SH NOTES\nOne thing.\n.PP\nAnother.\n\
                        .SH \"EXIT STATUS\"\n.nf\n0  all well\n.fi\n";
        assert_eq!(sections(text), expected);
        assert_eq!(sections(""), "");
    }
}
