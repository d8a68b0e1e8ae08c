//! Describes a folder's contents, for folders that are not a checkpoint as they are: the Hub's cache, pieces that a
//! trainer has left, weights for other programs.

use std::path::{Path, PathBuf};

use super::is_there;
use crate::gguf::ModelError;

/// Names of files and folders that go into a message at most.
const SHOWN: usize = 5;

/// Files that hold a whole model's weights, or say where they are.
const WEIGHTS: [&str; 4] =
    ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

/// A folder to read, and what the Hub's cache says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The folder.
    pub folder: PathBuf,
    /// The model's name on the Hub, as in `Salesforce/codegen-350M-mono`, if it lies in a cache of the Hub.
    pub name: Option<String>,
    /// The commit that the folder is a copy of.
    pub revision: Option<String>,
}

/// Whether a folder holds the configuration and the weights of a whole model.
#[must_use]
pub fn is_model(folder: &Path) -> bool {
    is_there(&folder.join("config.json")) && WEIGHTS.iter().any(|name| is_there(&folder.join(name)))
}

/// The folder that holds the files: of a model's folder in the Hub's cache (`models--ORG--NAME`) the snapshot in use, and
/// else the folder itself.
///
/// # Errors
/// If the cache holds several snapshots and does not say which one is in use, or none.
pub fn locate(folder: &Path) -> Result<Located, ModelError> {
    // A relative path may hide the names that tell a cache apart.
    let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    if let Some((name, revision)) = snapshot(&real) {
        return Ok(Located { folder: folder.to_owned(), name: Some(name), revision: Some(revision) });
    }
    let inside = match real.file_name() {
        Some(last) if last == "snapshots" => real.parent().unwrap_or(&real),
        _ => real.as_path(),
    };
    let Some(name) = cached_name(inside).filter(|_| inside.join("snapshots").is_dir()) else {
        return Ok(Located { folder: folder.to_owned(), name: None, revision: None });
    };
    let snapshots = inside.join("snapshots");
    let known = entries(&snapshots);
    let in_use = std::fs::read_to_string(inside.join("refs/main")).unwrap_or_default();
    let revision = match (known.iter().find(|known| *known == in_use.trim()), known.as_slice()) {
        (Some(revision), _) => revision.clone(),
        (None, [only]) => only.clone(),
        (None, []) => {
            return Err(ModelError::invalid(
                folder,
                format!(
                    "is the Hub's cache of {name}, and holds no snapshot of it; download it again with `hf download {name}`"
                ),
            ));
        }
        (None, _) => {
            return Err(ModelError::invalid(
                folder,
                format!("is the Hub's cache of {name}; name one of its snapshots: {}", list(&snapshots, &known)),
            ));
        }
    };
    Ok(Located { folder: snapshots.join(&revision), name: Some(name), revision: Some(revision) })
}

/// Refuses a folder that cannot be a checkpoint's, and says what it holds instead.
pub(crate) fn check(folder: &Path) -> Result<(), ModelError> {
    let about = std::fs::metadata(folder).map_err(ModelError::io(folder))?;
    if !about.is_dir() {
        return Err(ModelError::invalid(folder, "is not a folder; a checkpoint is one, with config.json in it"));
    }
    if is_there(&folder.join("config.json")) {
        return Ok(());
    }
    let problem = pieces(folder).or_else(|| below(folder));
    Err(ModelError::invalid(
        folder,
        problem.unwrap_or_else(|| "has no config.json, which every checkpoint has".to_owned()),
    ))
}

/// Returns what a folder with a configuration has instead of weights, if that is known.
pub(super) fn without_weights(folder: &Path) -> Option<String> {
    const OTHERS: [(&str, &str); 5] = [
        ("tf_model.h5", "TensorFlow's"),
        ("flax_model.msgpack", "Flax's"),
        ("model.onnx", "ONNX's"),
        ("consolidated.00.pth", "another library's"),
        ("adapter_config.json", "an adapter's"),
    ];
    pieces(folder).or_else(|| {
        let (file, whose) = OTHERS.into_iter().find(|(file, _)| is_there(&folder.join(file)))?;
        Some(format!(
            "has no weights that can be read: {file} is {whose}; model.safetensors or pytorch_model.bin are needed, as \
             save_pretrained writes them"
        ))
    })
}

/// Weights that a trainer has saved in pieces.
fn pieces(folder: &Path) -> Option<String> {
    let names = entries(folder);
    let is_step = |name: &&String| name.starts_with("global_step") && folder.join(name).is_dir();
    let is_piece = |name: &String| name.ends_with("_optim_states.pt") || name.ends_with("_model_states.pt");
    let zero = |what: &str, place: &str| {
        format!(
            "holds the pieces of a DeepSpeed ZeRO checkpoint ({what}) and no whole weights; put them together with \
             `python zero_to_fp32.py {place} pytorch_model.bin` and convert the folder with config.json and that file"
        )
    };
    if let Some(step) = names.iter().find(is_step) {
        return Some(zero(step, "."));
    }
    if let Some(piece) = names.iter().find(|name| is_piece(name)) {
        return Some(zero(piece, ".."));
    }
    let shard = names.iter().find(|name| {
        name.starts_with("pytorch_model_fsdp") || Path::new(name).extension().is_some_and(|kind| kind == "distcp")
    })?;
    Some(format!(
        "holds the pieces of a sharded training ({shard}) and no whole weights; put them together with `accelerate \
         merge-weights` and convert the folder with config.json and the result"
    ))
}

/// Folders inside of this one that could be meant.
fn below(folder: &Path) -> Option<String> {
    let names = entries(folder);
    let cached: Vec<String> = names.iter().filter(|name| cached_name(&folder.join(name)).is_some()).cloned().collect();
    if !cached.is_empty() {
        return Some(format!("is a cache of the Hub with several models; name one of them: {}", list(folder, &cached)));
    }
    let models: Vec<String> =
        names.into_iter().filter(|name| is_there(&folder.join(name).join("config.json"))).collect();
    (!models.is_empty()).then(|| format!("has no config.json, but folders in it have: {}", list(folder, &models)))
}

/// The model's name and the commit, if this is a snapshot in the Hub's cache: `models--ORG--NAME/snapshots/COMMIT`.
fn snapshot(folder: &Path) -> Option<(String, String)> {
    let revision = folder.file_name()?.to_str()?;
    let snapshots = folder.parent().filter(|parent| parent.file_name().is_some_and(|name| name == "snapshots"))?;
    Some((cached_name(snapshots.parent()?)?, revision.to_owned()))
}

/// `ORG/NAME`, if the folder is called `models--ORG--NAME`.
fn cached_name(folder: &Path) -> Option<String> {
    let name = folder.file_name()?.to_str()?.strip_prefix("models--")?;
    (!name.is_empty()).then(|| name.replace("--", "/"))
}

/// Names in a folder, sorted; none if it cannot be read.
fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn list(folder: &Path, names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| folder.join(name).display().to_string()).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests;
