//! `codegen-lsp model list | rm | path`: the models on this machine. No network.

use std::fmt::Write;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use codegen_core::printable;
use codegen_engine::model::FileType;
use codegen_engine::model::inspect::size;
use codegen_engine::model::resolve::BUILTIN;
use codegen_hub::names::{self, Hub, RELEASED};
use codegen_hub::store::Entry;
use codegen_hub::{Name, Names, Store};
use serde_json::json;

use super::super::output::{self, print};
use crate::models::{fit, locate, memory};

/// Arguments of `model list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp model list
  codegen-lsp model list --all")]
pub struct List {
    /// Print the releases that can be pulled, too, with what they would take and whether that fits this machine
    #[arg(long)]
    all: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `model rm`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp model rm codegen-350M-mono
  codegen-lsp model rm hf:OWNER/REPOSITORY:model.Q4_K_M.gguf")]
pub struct Remove {
    /// Names, as `codegen-lsp model list` prints them
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

/// Arguments of `model path`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp model path codegen-350M-mono
  llama-server -m \"$(codegen-lsp model path codegen-350M-mono)\"")]
pub struct PathOf {
    /// A model's name
    #[arg(value_name = "NAME")]
    name: String,
}

/// The time between two looks at the lock of a model that another program pulls.
const LOCKED: Duration = Duration::from_millis(200);

/// Prints the models.
///
/// # Errors
/// The folder of models or the file of names cannot be read.
pub fn list(arguments: &List) -> anyhow::Result<()> {
    let (store, names) = (Store::of_user()?, locate::names()?);
    let (entries, problems) = store.list()?;
    if arguments.json {
        let releases =
            || RELEASED.iter().map(|release| json!({"name": release.name, "parameters": release.parameters()}));
        let aliases: serde_json::Map<_, _> =
            names.own().map(|(alias, name)| (alias.to_owned(), json!(name.to_string()))).collect();
        let mut all = json!({"folder": store.folder(), "models": entries, "names": aliases, "problems": problems});
        if arguments.all {
            all["released"] = releases().collect();
        }
        return output::json(&serde_json::to_string_pretty(&all)?);
    }
    for problem in &problems {
        output::warning(problem);
    }
    let mut text = here(&entries, &names);
    if arguments.all {
        text += &released(&entries, memory::free());
    }
    print(&text)?;
    output::detail(&format!("they lie in {}", store.folder().display()));
    Ok(())
}

/// The models that are here, and the names that the user has given.
fn here(entries: &[Entry], names: &Names) -> String {
    let mut rows = vec![[BUILTIN.to_owned(), String::new(), String::new(), "inside the program".to_owned()]];
    for entry in entries {
        let from =
            format!("{} of {}, commit {}", entry.source, entry.repository, entry.commit.get(..8).unwrap_or_default());
        rows.push([entry.name.clone(), size(entry.bytes), entry.file_type.clone().unwrap_or_default(), from]);
    }
    for (alias, name) in names.own() {
        rows.push([alias.to_owned(), String::new(), String::new(), format!("your name for {name}")]);
    }
    table(&rows)
}

/// The releases that are not here.
fn released(entries: &[Entry], free: Option<u64>) -> String {
    let mut rows = Vec::new();
    for release in RELEASED.iter().filter(|release| entries.iter().all(|entry| entry.name != release.name)) {
        let parameters = release.parameters();
        let (bytes, file_type, fits) = match free.map(|free| fit::choose(parameters, free)) {
            Some(Ok(choice)) => (fit::bytes(parameters, choice.file_type), choice.file_type, "fits"),
            Some(Err(_)) => {
                (fit::bytes(parameters, FileType::Q4KM), FileType::Q4KM, "too large for the memory that is free")
            }
            None => (fit::bytes(parameters, FileType::Q8_0), FileType::Q8_0, "not known whether it fits"),
        };
        let about = format!("{fits}; {}", release.about);
        rows.push([release.name.to_owned(), format!("~{}", size(bytes)), file_type.shown(), about]);
    }
    format!("\nTo be had with `codegen-lsp model pull NAME`:\n{}", table(&rows))
}

/// Rows with their columns below each other.
fn table(rows: &[[String; 4]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [first, second, third] = [0, 1, 2].map(width);
    rows.iter().fold(String::new(), |mut text, [name, size, kind, about]| {
        let line = format!("{name:<first$}  {size:>second$}  {kind:<third$}  {about}");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", printable::line(line.trim_end()));
        text
    })
}

/// Removes models.
///
/// # Errors
/// One of them is not here, is built in, or the system refuses. Those before it are removed.
pub fn remove(arguments: &Remove) -> anyhow::Result<()> {
    let (store, names) = (Store::of_user()?, locate::names()?);
    // All names first, so that a misspelt one leaves all models.
    let all = arguments.names.iter().map(|name| to_remove(name, &names)).collect::<anyhow::Result<Vec<_>>>()?;
    for name in all {
        let unknown =
            || anyhow::anyhow!("the model {name} was not pulled; `codegen-lsp model list` prints those that were");
        if !store.has(&name) {
            return Err(unknown());
        }
        let mut said = false;
        let _lock = store.lock(&name, &mut || {
            if !std::mem::replace(&mut said, true) {
                output::note(&format!("another program pulls {name}; waiting for it"));
            }
            std::thread::sleep(LOCKED);
            Ok(())
        })?;
        let bytes = store.remove(&name)?.ok_or_else(unknown)?;
        output::say(&format!("{name} is removed, {} are free again", size(bytes)));
    }
    Ok(())
}

fn to_remove(name: &str, names: &Names) -> anyhow::Result<Hub> {
    let own = names.own().any(|(alias, _)| alias == name);
    match names.find(name)? {
        Some(Name::Hub(_)) if own => anyhow::bail!(
            "{name} is a name of your own for another; take it out of {}, or name the model that it stands for",
            names::path().unwrap_or_default().display()
        ),
        Some(Name::Hub(hub)) => Ok(hub),
        Some(Name::Builtin) => anyhow::bail!("builtin is inside the program, and cannot be removed"),
        None => anyhow::bail!(
            "{} is no model's name; `codegen-lsp model list` prints those that were pulled",
            printable::line(name)
        ),
    }
}

/// Prints where a model's file is.
///
/// # Errors
/// It is not here.
pub fn path(arguments: &PathOf) -> anyhow::Result<()> {
    let path = locate(&arguments.name)?;
    let path = std::path::absolute(&path).with_context(|| format!("cannot tell where {} is", path.display()))?;
    print(&format!("{}\n", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_stand_below_each_other() {
        let entry = Entry {
            name: "codegen-350M-mono".to_owned(),
            file: "/x/Q8_0.gguf".into(),
            file_type: Some("Q8_0".to_owned()),
            repository: "Salesforce/codegen-350M-mono".to_owned(),
            commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            source: "pytorch_model.bin".to_owned(),
            bytes: 379_000_000,
        };
        let names = Names::parse(r#"{"small": "codegen-350M-mono"}"#).unwrap();
        let expected = "\
builtin                            inside the program
codegen-350M-mono  379.0 MB  Q8_0  pytorch_model.bin of Salesforce/codegen-350M-mono, commit 01234567
small                              your name for codegen-350M-mono
";
        assert_eq!(here(std::slice::from_ref(&entry), &names), expected);
        let rest = released(&[entry], Some(8_000_000_000));
        assert!(!rest.contains("codegen-350M-mono ") && rest.contains("codegen-350M-multi  ~"), "{rest}");
        let line = |name: &str| rest.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        assert!(line("codegen-2B-mono").contains("Q4_K_M  fits; Python"), "{rest}");
        assert!(line("codegen-16B-mono").contains("too large for the memory"), "{rest}");
    }

    #[test]
    fn what_was_not_pulled_is_not_removed() {
        let names = Names::parse(r#"{"small": "codegen-350M-mono"}"#).unwrap();
        for (name, expected) in [
            ("codegen-350m-mono", Ok("codegen-350M-mono")),
            ("small", Err("take it out of")),
            ("builtin", Err("inside the program")),
            ("x.gguf", Err("no model's name")),
            ("hf:x", Err("hf:OWNER/REPOSITORY")),
        ] {
            match (to_remove(name, &names), expected) {
                (Ok(hub), Ok(expected)) => assert_eq!(hub.to_string(), expected),
                (Err(said), Err(expected)) => assert!(said.to_string().contains(expected), "{said}"),
                (found, expected) => panic!("{name}: {found:?}, not {expected:?}"),
            }
        }
    }
}
