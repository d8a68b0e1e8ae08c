//! Finds a model's file from the name that the user gives.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::adapter::detect::is_adapter;
use super::builtin;
use crate::checkpoint::{folder, is_there};
use crate::gguf::input::{check_pointer, open};
use crate::gguf::{MAGIC, ModelError};

/// The name of the model inside the program.
pub const BUILTIN: &str = "builtin";

/// The file of the model of that name: `builtin`, or a path to a GGUF.
///
/// # Errors
/// If the name is neither, with what to do to get a file: released CodeGens and others on the Hub are pulled, folders of Hugging
/// Face's kind converted. Names that were pulled are known to the caller, which gives their files.
pub fn resolve(name: &str) -> Result<PathBuf, ModelError> {
    if name == BUILTIN {
        return builtin::unpacked();
    }
    let path = Path::new(name);
    if path.is_dir() {
        return Err(no_file(path));
    }
    if is_there(path) {
        return check_magic(path).map(|()| path.to_owned());
    }
    Err(ModelError::Usage(match released(name) {
        Some(release) => {
            format!("the model {release} is not on this machine; `codegen-lsp model pull {release}` fetches it")
        }
        None => match remote(name) {
            Some(Remote::File) => {
                format!("{name} is an address, and models are files here; download the file and name it")
            }
            Some(Remote::Model(id)) => {
                format!(
                    "there is no file {name}; if it is a model on the Hugging Face Hub, `codegen-lsp model pull hf:{id}` fetches it, \
                     and its name is hf:{id}"
                )
            }
            None => format!(
                "there is no model {name}: neither a file of that name nor {BUILTIN:?}, which is the one that ships with \
                 this program"
            ),
        },
    }))
}

/// Refuses a folder that does not exist.
///
/// # Errors
/// As [`not_here`].
pub(crate) fn check_folder(folder: &Path) -> Result<(), ModelError> {
    std::fs::metadata(folder).map(drop).map_err(|cause| not_here(folder, cause))
}

/// Returns the error for a missing checkpoint's or adapter's folder. For a model's name on the Hub or an address, it
/// says how to get a folder from it.
pub(crate) fn not_here(folder: &Path, cause: std::io::Error) -> ModelError {
    let name = folder.to_string_lossy();
    let id = released(&name).map(|release| format!("Salesforce/{release}")).or_else(|| match remote(&name)? {
        Remote::Model(id) => Some(id),
        Remote::File => None,
    });
    match id {
        Some(id) if cause.kind() == std::io::ErrorKind::NotFound => ModelError::Usage(format!(
            "there is no folder {name}; if it is a model on the Hugging Face Hub, `codegen-lsp model pull hf:{id}` fetches and \
                 converts it"
        )),
        None if remote(&name).is_some() => ModelError::Usage(format!(
            "{name} is an address, and a folder is needed; download the model and name its folder"
        )),
        _ => ModelError::Io { path: folder.to_owned(), cause },
    }
}

/// The remote meaning of a name that is not a local file.
#[derive(Debug, PartialEq, Eq)]
enum Remote {
    /// A model on the Hub, by its `ORG/NAME`.
    Model(String),
    /// Something at an address.
    File,
}

/// Returns the meaning of a name that is an address or has the form of the Hub's names.
fn remote(name: &str) -> Option<Remote> {
    const HUB: [&str; 4] = ["https://huggingface.co/", "http://huggingface.co/", "https://hf.co/", "hf://"];
    // A path type may have made one slash of two.
    let name = name.replacen(":/", "://", 1).replacen(":///", "://", 1);
    let is_part = |part: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !part.is_empty() && part.chars().all(plain) && part.chars().any(|c| c.is_ascii_alphanumeric())
    };
    if let Some(rest) =
        HUB.iter().find_map(|hub| name.strip_prefix(hub)).or_else(|| name.strip_prefix("huggingface.co/"))
    {
        let parts: Vec<&str> = rest.split(['/', '?', '#']).filter(is_part).collect();
        return match parts.as_slice() {
            [.., last] if Path::new(last).extension().is_some_and(|kind| kind == "gguf") => Some(Remote::File),
            [org, model, ..] => Some(Remote::Model(format!("{org}/{model}"))),
            _ => Some(Remote::File),
        };
    }
    if name.contains("://") {
        return Some(Remote::File);
    }
    let is_gguf = Path::new(&name).extension().is_some_and(|kind| kind.eq_ignore_ascii_case("gguf"));
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        // A folder of that name makes it a path, a file in which is missing.
        [org, model] if is_part(org) && is_part(model) && !is_gguf && !Path::new(org).is_dir() => {
            Some(Remote::Model(name.clone()))
        }
        _ => None,
    }
}

fn check_magic(path: &Path) -> Result<(), ModelError> {
    let mut start = Vec::new();
    open(path)?.take(64).read_to_end(&mut start).map_err(ModelError::io(path))?;
    if start.starts_with(&MAGIC) {
        return Ok(());
    }
    check_pointer(path, &start)?;
    let problem = match path.extension().and_then(|extension| extension.to_str()) {
        Some("safetensors" | "bin" | "pt" | "pth") => {
            "these are weights without their configuration; convert the folder they came in with `codegen-lsp model \
             convert`"
        }
        Some("ggml") => {
            "this is a GGML file, whose format GGUF has replaced; convert the checkpoint's folder with `codegen-lsp model \
             convert`"
        }
        _ => "this is not a GGUF file; a model is a GGUF file, such as `codegen-lsp model convert` makes",
    };
    Err(ModelError::invalid(path, problem))
}

fn no_file(path: &Path) -> ModelError {
    let problem = if is_adapter(path) {
        let from = path.display();
        format!(
            "this is an adapter, not a model; convert it with `codegen-lsp model convert {from} -o FILE` and name FILE as \
             `lora`, beside the model that it is for"
        )
    } else if folder::locate(path).is_ok_and(|found| is_there(&found.folder.join("config.json"))) {
        let from = path.display();
        format!("this is a checkpoint folder; convert it with `codegen-lsp model convert {from} -o FILE` and name FILE")
    } else {
        "this is a folder; a model is a GGUF file".to_owned()
    };
    ModelError::invalid(path, problem)
}

/// The release's name if `name` means one, with or without its publisher, in any case.
fn released(name: &str) -> Option<String> {
    let name = name.strip_prefix("Salesforce/").unwrap_or(name);
    ["350M", "2B", "6B", "16B"]
        .into_iter()
        .flat_map(|size| ["nl", "multi", "mono"].map(|data| format!("codegen-{size}-{data}")))
        .find(|release| release.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn problem(name: impl AsRef<Path>) -> String {
        resolve(name.as_ref().to_str().unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn a_gguf_is_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any name at all");
        fs::write(&path, "GGUF...").unwrap();
        assert_eq!(resolve(path.to_str().unwrap()).unwrap(), path);
    }

    #[test]
    fn what_is_no_gguf_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("model.safetensors"), "12345678").unwrap();
        fs::write(at("notes.txt"), "12345678").unwrap();
        fs::write(at("empty.gguf"), "").unwrap();
        assert!(problem(at("model.safetensors")).contains("convert the folder"));
        assert!(problem(at("notes.txt")).contains("not a GGUF file"));
        assert!(problem(at("empty.gguf")).contains("not a GGUF file"));
        assert!(problem(folder.path()).contains("this is a folder"));
        if cfg!(unix) {
            assert!(problem("/dev/null").contains("a device"));
        }
        fs::write(at("config.json"), "{}").unwrap();
        let message = problem(folder.path());
        assert!(message.contains(&format!("model convert {} -o FILE", folder.path().display())), "{message}");
        // A whole model with an adapter's files beside it is the model.
        fs::write(at("adapter_config.json"), "{}").unwrap();
        assert!(problem(folder.path()).contains("this is a checkpoint folder"));
        fs::remove_file(at("model.safetensors")).unwrap();
        assert!(problem(folder.path()).contains("name FILE as `lora`"));
    }

    #[test]
    fn releases_are_known_by_name() {
        for name in ["codegen-350M-mono", "Salesforce/codegen-350M-mono", "codegen-350m-mono"] {
            let message = problem(name);
            assert!(message.contains("`codegen-lsp model pull codegen-350M-mono`"), "{message}");
        }
        let message = problem("codegen-7B-mono");
        assert!(message.contains("there is no model codegen-7B-mono") && message.contains("builtin"), "{message}");
        assert!(problem("no/such/file.gguf").contains("no/such/file.gguf"));
    }

    #[test]
    fn names_of_the_hub_and_addresses_are_told_how_to_become_files() {
        let model = |id: &str| Some(Remote::Model(id.to_owned()));
        for (name, expected) in [
            ("bigcode/starcoder", model("bigcode/starcoder")),
            ("https://huggingface.co/Salesforce/codegen2-1B", model("Salesforce/codegen2-1B")),
            ("https:/huggingface.co/Salesforce/codegen2-1B/tree/main", model("Salesforce/codegen2-1B")),
            ("https://huggingface.co/a/b/resolve/main/b.gguf", Some(Remote::File)),
            ("https://example.org/x", Some(Remote::File)),
            ("file:///tmp/x", Some(Remote::File)),
            ("models/x.gguf", None),
            ("./models", None),
            ("../models", None),
            ("/a/b", None),
            ("a/b/c", None),
            ("src/nothing", None),
            ("plain", None),
        ] {
            assert_eq!(remote(name), expected, "{name}");
        }
        let message = problem("bigcode/starcoder");
        assert!(message.contains("`codegen-lsp model pull hf:bigcode/starcoder`"), "{message}");
        assert!(problem("https://example.org/x").contains("download the file"));
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let message = not_here(Path::new("Salesforce/codegen-350M-mono"), missing()).to_string();
        assert!(message.contains("`codegen-lsp model pull hf:Salesforce/codegen-350M-mono`"), "{message}");
        assert!(not_here(Path::new("a/b/c"), missing()).to_string().starts_with("a/b/c: "));
    }

    #[test]
    fn a_pointer_to_a_file_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        fs::write(&path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n").unwrap();
        assert!(problem(&path).contains("Git LFS pointer"));
    }
}
