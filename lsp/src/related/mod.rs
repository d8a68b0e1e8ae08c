//! What a file may be shown of other files of its workspace folder: their signatures and the places that were edited last.
//! Reads files, and counts nothing: what of it fits a prompt is decided in `codegen_text::prompt::related`.
//!
//! Nothing outside of the workspace folder is read, nothing that git ignores, and nothing that the option `inline.ignore`
//! keeps from the model ([`access`]). An open buffer counts in place of its file.

mod access;
mod cache;
mod find;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use codegen_text::document::Document;
use codegen_text::prompt::related::{Import, Part, Wanted, Why, around, imports};

use access::Access;
use cache::Cache;

use crate::config::ignore::Globs;
use crate::config::{Config, Context};

/// Files that are shown of at most, and steps from a module to where it has a name from.
const FILES: usize = 24;
const STEPS: usize = 3;
/// Bytes from a document's top that are searched for imports.
const TOP: usize = 32 << 10;

/// What is asked about: a file, and the buffers around it.
#[derive(Clone)]
pub struct Asked {
    /// The workspace folder.
    pub root: PathBuf,
    /// The file, which is in it.
    pub path: PathBuf,
    /// What is wanted.
    pub context: Context,
    /// Files that the model never sees.
    pub ignore: Globs,
    /// The largest file that is read, in bytes.
    pub most: usize,
    /// The open buffers of the folder, by path.
    pub open: HashMap<PathBuf, Document>,
    /// The places of other buffers that were edited last, as byte offsets, in the order in which they are shown.
    pub edited: Vec<(PathBuf, usize)>,
}

impl Asked {
    /// What is asked about a file with these options and without any buffers; `None` if nothing is wanted, or if the file is not in
    /// the folder.
    #[must_use]
    pub fn new(config: &Config, root: PathBuf, path: PathBuf) -> Option<Self> {
        let context = config.inline.context;
        if context == Context::Off || !path.starts_with(&root) {
            return None;
        }
        let (ignore, most) = (config.inline.ignore.clone(), config.max_file_bytes);
        Some(Self { root, path, context, ignore, most, open: HashMap::new(), edited: Vec::new() })
    }
}

/// What is known of other files, shared by all who ask.
#[derive(Clone, Default)]
pub struct Related {
    cache: Arc<Mutex<Cache>>,
    /// How many buffers have been closed.
    closed: Arc<AtomicU64>,
}

impl Related {
    /// What the document may be shown of other files, in an order that no typing in it changes. Reads files.
    #[must_use]
    pub fn parts(&self, document: &Document, asked: &Asked) -> Arc<Vec<Part>> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.forget_buffers(self.closed.load(Ordering::Relaxed));
        let imports = imports(&top(document));
        let known = cache.answer(asked, &imports);
        let imported = known.unwrap_or_else(|| {
            let parts = Arc::new(imported(&mut cache, asked, &imports));
            cache.answered(asked, imports, Arc::clone(&parts));
            parts
        });
        let edited = if asked.context == Context::All { edited(&mut cache, asked) } else { Vec::new() };
        if edited.is_empty() { imported } else { Arc::new(imported.iter().cloned().chain(edited).collect()) }
    }

    /// Makes known that a buffer is closed: the next one of its file may have the same version. Waits for nobody who reads.
    pub fn closed(&self) {
        self.closed.fetch_add(1, Ordering::Relaxed);
    }
}

/// The part of a document that its imports stand in.
fn top(document: &Document) -> String {
    let end = codegen_text::python::char_boundary(document, document.len().min(TOP));
    document.slice(0..end)
}

/// The signatures of what is imported, in the order of the imports.
fn imported(cache: &mut Cache, asked: &Asked, imports: &[Import]) -> Vec<Part> {
    let mut search = Search { cache, asked, found: Vec::new() };
    for import in imports {
        search.follow(import, &asked.path, STEPS);
    }
    search.found.into_iter().map(|(_, part)| part).filter(|part| !part.pieces.is_empty()).collect()
}

struct Search<'a> {
    cache: &'a mut Cache,
    asked: &'a Asked,
    found: Vec<(PathBuf, Part)>,
}

impl Search<'_> {
    /// Adds what `from`, a file of the folder, imports, with what its modules pass on of others in so many steps.
    fn follow(&mut self, import: &Import, from: &Path, steps: usize) {
        let known = |path: &Path| self.asked.open.contains_key(path) || find::is_file(path);
        for (path, wanted) in find::modules(import, from, &self.asked.root, &known) {
            if path == self.asked.path || (self.found.len() >= FILES && !self.has(&path)) {
                continue;
            }
            let access = Access { root: &self.asked.root, ignore: &self.asked.ignore };
            let Some(file) = access.name(&path, self.cache) else { continue };
            let Some(module) = self.cache.module(&path, self.asked) else { continue };
            self.add(&path, file, module.pieces(&wanted));
            if steps == 0 {
                continue;
            }
            let missing = module.missing(&wanted);
            for passed in &module.imports {
                let names = match &passed.names {
                    Wanted::All => missing.clone(),
                    Wanted::Names(names) => missing.iter().filter(|name| names.contains(name)).cloned().collect(),
                };
                if !names.is_empty() && (passed.names != Wanted::All || passed.level > 0) {
                    self.follow(&Import { names: Wanted::Names(names), ..passed.clone() }, &path, steps - 1);
                }
            }
        }
    }

    fn has(&self, path: &Path) -> bool {
        self.found.iter().any(|(known, _)| known == path)
    }

    fn add(&mut self, path: &Path, file: String, pieces: Vec<Vec<String>>) {
        if !self.has(path) {
            let part = Part { file, why: Why::Imported, pieces: Vec::new() };
            self.found.push((path.to_owned(), part));
        }
        let Some((_, part)) = self.found.iter_mut().find(|(known, _)| known == path) else { return };
        for piece in pieces {
            // One that is imported twice is shown once, with its members if it has them in either.
            match part.pieces.iter_mut().find(|known| known.first() == piece.first()) {
                Some(known) if known.len() < piece.len() => *known = piece,
                Some(_) => {}
                None => part.pieces.push(piece),
            }
        }
    }
}

/// The places of other buffers.
fn edited(cache: &mut Cache, asked: &Asked) -> Vec<Part> {
    let access = Access { root: &asked.root, ignore: &asked.ignore };
    let part = |(path, at): &(PathBuf, usize)| {
        let document = asked.open.get(path)?;
        let file = access.name(path, cache)?;
        let lines = around(document, *at);
        (!lines.is_empty()).then(|| Part { file, why: Why::Edited, pieces: vec![lines] })
    };
    asked.edited.iter().filter_map(part).collect()
}

#[cfg(test)]
mod tests;
