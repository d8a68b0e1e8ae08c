//! The file of a model's name. Disk only.

use std::path::{Path, PathBuf};

use codegen_engine::model;
use codegen_engine::model::resolve::BUILTIN;
use codegen_hub::names::{self, Hub};
use codegen_hub::remote::{Environment, Listing};
use codegen_hub::store::Found;
use codegen_hub::{Name, Names, Store};

use super::missing::Missing;

/// The names that are known here: with the user's own.
///
/// # Errors
/// The file of them is faulty.
pub fn names() -> anyhow::Result<Names> {
    Ok(names::path().map_or_else(|| Ok(Names::default()), |path| Names::read(&path))?)
}

/// The file of the model of that name: `builtin`, a name that was pulled, or a path to a GGUF. A file of the user's goes before a
/// name that is written alike.
///
/// # Errors
/// It is not on this machine, with the command that brings it here; or it is no model.
pub fn locate(name: &str) -> anyhow::Result<PathBuf> {
    let known = match names() {
        Ok(names) => names.find(name)?,
        // A faulty file of names keeps nobody from a model that needs none of them.
        Err(problem) => match Name::parse(name)? {
            Some(known) => Some(known),
            None if Path::new(name).exists() => None,
            None => return Err(problem),
        },
    };
    let hub = match known {
        Some(Name::Builtin) => return Ok(model::resolve(BUILTIN)?),
        Some(Name::Hub(hub)) if !Path::new(name).is_file() => hub,
        _ => return Ok(model::resolve(name)?),
    };
    match Store::of_user()?.find(&hub)? {
        Found::Here(entry) => path(&entry.file),
        Found::Gone(file) => anyhow::bail!(
            "the model {hub} was pulled, but its file {} is gone; `codegen-lsp model pull {hub} --force` fetches it again",
            file.display()
        ),
        Found::Nowhere => match in_cache(&hub) {
            Some(file) => path(&file),
            None => Err(Missing(hub).into()),
        },
    }
}

/// The file in the Hub's cache that another of the Hub's tools has put there, of a name with a file.
fn in_cache(hub: &Hub) -> Option<PathBuf> {
    let file = hub.file.as_ref()?;
    let cache = Environment::of_process().ok()?.cache;
    let listing = Listing::of_cache(&cache, hub)?;
    cache.file(&listing.repository, &listing.commit, file)
}

/// The path, if there is a GGUF file at it.
fn path(file: &Path) -> anyhow::Result<PathBuf> {
    match file.to_str() {
        Some(name) => Ok(model::resolve(name)?),
        None => anyhow::bail!("{}: this program needs paths in Unicode", file.display()),
    }
}
