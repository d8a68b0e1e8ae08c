//! From what a user calls a model to its file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::adapter::is_adapter;
use super::gguf::MAGIC;
use super::{ModelError, builtin};

/// The name of the model inside the program.
pub const BUILTIN: &str = "builtin";

/// The file of the model of that name: `builtin`, or a path to a GGUF.
///
/// # Errors
/// If the name is neither, with what to do to get a file: released CodeGens have to be downloaded and converted, folders
/// of Hugging Face's kind converted.
pub fn resolve(name: &str) -> Result<PathBuf, ModelError> {
    if name == BUILTIN {
        return builtin::unpacked();
    }
    let path = Path::new(name);
    if path.is_dir() {
        return Err(folder(path));
    }
    if path.exists() {
        return check_magic(path).map(|()| path.to_owned());
    }
    Err(ModelError::Usage(match released(name) {
        Some(release) => format!(
            "the model {name} is not on this machine; download it (`hf download Salesforce/{release} --local-dir \
             {release}`), convert it (`codegen-lsp model convert {release} -o {release}.gguf --type q8_0`) and name \
             the file {release}.gguf"
        ),
        None => format!(
            "there is no model {name}: neither a file of that name nor {BUILTIN:?}, which is the one that ships with \
             this program"
        ),
    }))
}

fn check_magic(path: &Path) -> Result<(), ModelError> {
    // Opening a pipe would wait for its other end.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(ModelError::invalid(path, "this is a device or a pipe; a model is a GGUF file"));
    }
    let mut start = Vec::new();
    let file = File::open(path).map_err(ModelError::io(path))?;
    file.take(4).read_to_end(&mut start).map_err(ModelError::io(path))?;
    if start == MAGIC {
        return Ok(());
    }
    let problem = match path.extension().and_then(|extension| extension.to_str()) {
        Some("safetensors" | "bin" | "pt" | "pth") => {
            "these are weights without their configuration; convert the folder they came in with `codegen-lsp model \
             convert`"
        }
        _ => "this is not a GGUF file; a model is a GGUF file, such as `codegen-lsp model convert` makes",
    };
    Err(ModelError::invalid(path, problem))
}

fn folder(path: &Path) -> ModelError {
    let problem = if is_adapter(path) {
        let from = path.display();
        format!(
            "this is an adapter, not a model; convert it with `codegen-lsp model convert {from} -o FILE` and name FILE as \
             `lora`, beside the model that it is for"
        )
    } else if path.join("config.json").exists() {
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
    #![allow(clippy::unwrap_used)]
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
        fs::write(at("adapter_config.json"), "{}").unwrap();
        assert!(problem(folder.path()).contains("name FILE as `lora`"));
    }

    #[test]
    fn releases_are_known_by_name() {
        for name in ["codegen-350M-mono", "Salesforce/codegen-350M-mono", "codegen-350m-mono"] {
            let message = problem(name);
            assert!(message.contains("hf download Salesforce/codegen-350M-mono"), "{message}");
            assert!(message.contains("model convert codegen-350M-mono"), "{message}");
        }
        let message = problem("codegen-7B-mono");
        assert!(message.contains("there is no model codegen-7B-mono") && message.contains("builtin"), "{message}");
        assert!(problem("no/such/file.gguf").contains("no/such/file.gguf"));
    }
}
