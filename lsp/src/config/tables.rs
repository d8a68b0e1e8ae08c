//! The options in other formats: tables in Markdown, Neovim's help, and the Lua that the plugin's checks use.

use std::fmt::Write;

use serde_json::Value;

use super::form::{self, Form, Text};
use super::option::OptionSpec;
use super::options;

/// The width of Neovim's help in columns.
const HELP_WIDTH: usize = 78;

/// A Markdown table of every option.
#[must_use]
pub fn markdown() -> String {
    let mut table =
        "| option | default | what | may be | who may set it |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for option in options::ALL {
        let scope = option.scope.in_markdown();
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | {scope} |",
            option.name,
            default(option),
            option.in_markdown(),
            option.expected()
        );
    }
    table
}

/// A Markdown table of the options in a section, with their purposes.
#[must_use]
pub fn markdown_section(section: &str) -> String {
    let mut table = "| option | default | |\n| --- | --- | --- |\n".to_owned();
    let within = |option: &&OptionSpec| option.name.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
    for option in options::ALL.iter().filter(within) {
        let _ = writeln!(table, "| `{}` | {} | {} |", option.name, default(option), option.in_markdown());
    }
    table
}

/// An option's default, in Markdown.
fn default(option: &OptionSpec) -> String {
    option.default_in_words.map_or_else(|| format!("`{}`", option.default()), str::to_owned)
}

/// The part of Neovim's help that describes the server's options.
#[must_use]
pub fn vim_help() -> String {
    let mut help = String::new();
    for option in options::ALL {
        let about = format!("{} May be {}; by default {}.", option.in_markdown(), option.expected(), default(option));
        // Neovim's help has no code spans inside sentences, and would read bars and stars as its own markup.
        let about = about.replace('`', "");
        let _ = writeln!(help, "    {}", option.name);
        wrap(&about, "        ", &mut help);
    }
    help
}

/// Appends `text` in lines of at most [`HELP_WIDTH`] columns that begin with `indent`.
fn wrap(text: &str, indent: &str, out: &mut String) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent.len() + line.chars().count() + 1 + word.chars().count() > HELP_WIDTH {
            let _ = writeln!(out, "{indent}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{indent}{line}");
}

/// A Lua module: a list of the options with their names, forms and words.
#[must_use]
pub fn lua() -> String {
    let mut lua = "--- The server's options, and what each may be. Made by `cargo xtask generate` from what the server declares;\n\
        --- changes belong into lsp/src/config/options.rs.\nreturn {\n"
        .to_owned();
    for option in options::ALL {
        let forms: Vec<_> = option.forms.iter().map(|form| lua_form(*form)).collect();
        let (name, expected) = (lua_text(option.name), lua_text(&lua_expected(option.forms)));
        let _ = writeln!(
            lua,
            "  {{\n    name = {name},\n    forms = {{ {} }},\n    expected = {expected},\n  }},",
            forms.join(", ")
        );
    }
    lua + "}\n"
}

/// The expected values in words for Lua, whose numbers are all of one type.
fn lua_expected(forms: &[Form]) -> String {
    let words = form::expected(forms);
    let counts = forms.iter().any(|form| matches!(form, Form::Whole { .. }));
    if counts { words.replacen("a number", "a whole number", 1) } else { words }
}

fn lua_form(form: Form) -> String {
    match form {
        Form::Null => "{ null = true }".to_owned(),
        Form::Bool => "{ boolean = true }".to_owned(),
        Form::Word { word, .. } => format!("{{ word = {} }}", lua_text(word)),
        Form::Whole { least, most, .. } => format!("{{ whole = {{ {least}, {most} }} }}"),
        Form::Number { above: None, most } => format!("{{ number = {{ most = {most} }} }}"),
        Form::Number { above: Some(above), most } => format!("{{ number = {{ above = {above}, most = {most} }} }}"),
        Form::Text(text) => format!("{{ text = {} }}", lua_text(lua_kind(text))),
        Form::List(text) => format!("{{ list = {} }}", lua_text(lua_kind(text))),
    }
}

/// The check of the plugin for a text: a marker, or not empty. The server looks for files.
fn lua_kind(text: Text) -> &'static str {
    match text {
        Text::Marker => "marker",
        Text::Model | Text::Adapter | Text::Language | Text::Program | Text::Folder | Text::Glob => "any",
    }
}

/// A text in quotes. Lua escapes everything in these texts as JSON does.
fn lua_text(text: &str) -> String {
    Value::from(text).to_string()
}
