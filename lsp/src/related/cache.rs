//! What was read, and for how long it holds.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use codegen_text::prompt::related::{Import, Module, Part};
use lru::LruCache;

use super::Asked;
use crate::config::Context;

/// Modules, files and documents that something is remembered of.
const MODULES: NonZeroUsize = NonZeroUsize::new(128).unwrap();
const FILES: NonZeroUsize = NonZeroUsize::new(512).unwrap();
const DOCUMENTS: NonZeroUsize = NonZeroUsize::new(32).unwrap();
/// The time for which the file system is not asked again: what changes on the disk is seen then.
const FRESH: Duration = Duration::from_secs(2);
/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 18;

/// A text by what it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stamp {
    Disk(Option<SystemTime>, u64),
    /// A buffer's version and its size in bytes.
    Open(i32, usize),
}

/// What was read.
pub(super) struct Cache {
    modules: LruCache<PathBuf, (Stamp, Arc<Module>)>,
    /// Whether a file may be read, by its workspace folder and its path.
    listed: LruCache<(PathBuf, PathBuf), (Instant, bool)>,
    answers: LruCache<PathBuf, Answer>,
    /// How many buffers had been closed when somebody asked last.
    closed: u64,
}

/// What a document is shown of what it imports.
struct Answer {
    root: PathBuf,
    context: Context,
    ignore: Vec<String>,
    most: usize,
    imports: Vec<Import>,
    open: Vec<(PathBuf, Stamp)>,
    when: Instant,
    parts: Arc<Vec<Part>>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            modules: LruCache::new(MODULES),
            listed: LruCache::new(FILES),
            answers: LruCache::new(DOCUMENTS),
            closed: 0,
        }
    }
}

impl Cache {
    /// What the document was shown a moment ago, if nothing is known that speaks against it.
    pub fn answer(&mut self, asked: &Asked, imports: &[Import]) -> Option<Arc<Vec<Part>>> {
        let answer = self.answers.get(&asked.path)?;
        let same = answer.when.elapsed() < FRESH
            && answer.root == asked.root
            && answer.context == asked.context
            && answer.most == asked.most
            && answer.ignore == asked.ignore.written()
            && answer.imports == imports
            && answer.open == open(asked);
        same.then(|| Arc::clone(&answer.parts))
    }

    pub fn answered(&mut self, asked: &Asked, imports: Vec<Import>, parts: Arc<Vec<Part>>) {
        let answer = Answer {
            root: asked.root.clone(),
            context: asked.context,
            ignore: asked.ignore.written().to_vec(),
            most: asked.most,
            imports,
            open: open(asked),
            when: Instant::now(),
            parts,
        };
        self.answers.put(asked.path.clone(), answer);
    }

    /// Whether a file may be read, as `ask` says or said a moment ago.
    pub fn listed(&mut self, root: &Path, path: &Path, ask: impl FnOnce(&Path, &Path) -> bool) -> bool {
        let key = (root.to_owned(), path.to_owned());
        if let Some((when, listed)) = self.listed.get(&key)
            && when.elapsed() < FRESH
        {
            return *listed;
        }
        let listed = ask(root, path);
        self.listed.put(key, (Instant::now(), listed));
        listed
    }

    /// What a module's buffer says, or its file; `None` for a file that is too large or no text.
    pub fn module(&mut self, path: &Path, asked: &Asked) -> Option<Arc<Module>> {
        let open = asked.open.get(path);
        let stamp = match open {
            Some(document) => Stamp::Open(document.version(), document.len()),
            None => {
                let data = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
                Stamp::Disk(data.modified().ok(), data.len())
            }
        };
        if let Some((known, module)) = self.modules.get(path)
            && *known == stamp
        {
            return Some(Arc::clone(module));
        }
        let most = LARGEST.min(asked.most as u64);
        let size = match stamp {
            Stamp::Disk(_, size) => size,
            Stamp::Open(_, size) => size as u64,
        };
        let text = match open {
            _ if size > most => return None,
            Some(document) => document.text(),
            None => read(path, most)?,
        };
        let module = Arc::new(Module::of(&text));
        self.modules.put(path.to_owned(), (stamp, Arc::clone(&module)));
        Some(module)
    }

    /// Forgets what is known of buffers, if not as many of them have been closed as when it was found.
    pub fn forget_buffers(&mut self, closed: u64) {
        if std::mem::replace(&mut self.closed, closed) == closed {
            return;
        }
        let of_buffers = self.modules.iter().filter(|(_, (stamp, _))| matches!(stamp, Stamp::Open(..)));
        let paths: Vec<_> = of_buffers.map(|(path, _)| path.clone()).collect();
        for path in paths {
            self.modules.pop(&path);
        }
        self.answers.clear();
    }
}

/// The buffers beside the document's own.
fn open(asked: &Asked) -> Vec<(PathBuf, Stamp)> {
    let others = asked.open.iter().filter(|(path, _)| **path != asked.path);
    let mut open: Vec<_> =
        others.map(|(path, document)| (path.clone(), Stamp::Open(document.version(), document.len()))).collect();
    open.sort_by(|left, right| left.0.cmp(&right.0));
    open
}

/// The text of a file that may have grown since its size was asked for.
fn read(path: &Path, most: u64) -> Option<String> {
    use std::io::Read;
    let mut text = String::new();
    let read = std::fs::File::open(path).ok()?.take(most + 1).read_to_string(&mut text).ok()?;
    (read as u64 <= most).then(|| text.trim_start_matches('\u{feff}').to_owned())
}
