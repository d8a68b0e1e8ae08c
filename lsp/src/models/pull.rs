//! Brings a model here: fetches its files, and converts and quantizes them if they are a checkpoint.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use codegen_engine::checkpoint::Config;
use codegen_engine::model::inspect::size;
use codegen_engine::model::{self, FileReport, FileType, Recipe};
use codegen_hub::names::{Hub, Released};
use codegen_hub::remote::{Choice, Client, Listing, Observer, RemoteFile, choose};
use codegen_hub::store::space::{self, Need};
use codegen_hub::store::{self, Entry, Found};
use codegen_hub::{HubError, Store};

use super::fit;

/// The time between two looks at the lock of a model that another program pulls.
const LOCKED: Duration = Duration::from_millis(200);

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The model.
    pub name: &'a Hub,
    /// The type of its weights; `None` chooses one.
    pub file_type: Option<FileType>,
    /// Fetches and converts it although it is here.
    pub force: bool,
    /// Keeps a checkpoint's weights, in the Hub's cache, once they are converted.
    pub keep: bool,
    /// The bytes of memory that are free, if that is known.
    pub memory: Option<u64>,
}

/// Watches a pull.
pub trait Watch: Observer {
    /// Converts a checkpoint's folder to a file, and tells how far it is.
    ///
    /// # Errors
    /// Those of [`model::convert`], or it was ended.
    fn convert(&mut self, folder: &Path, output: &Path, recipe: Recipe) -> anyhow::Result<FileReport>;
}

/// Where a pulled model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// What is written of it.
    pub entry: Entry,
    /// Whether it was here before.
    pub was_here: bool,
}

/// Brings a model here, unless it is. What an ended pull has fetched is gone on with.
///
/// # Errors
/// It does not come, cannot be converted, or has no room; the message says what to do.
pub fn pull(request: &Request<'_>, store: &Store, client: &Client, watch: &mut dyn Watch) -> anyhow::Result<Pulled> {
    let name = request.name;
    if let Some(entry) = here(request, store)? {
        return Ok(Pulled { entry, was_here: true });
    }
    let mut said = false;
    let _lock = store.lock(name, &mut || {
        if !std::mem::replace(&mut said, true) {
            watch.note(&format!("another program pulls {name}; waiting for it"));
        }
        watch.wait(LOCKED);
        if watch.cancelled() { Err(HubError::Cancelled) } else { Ok(()) }
    })?;
    if said && let Some(entry) = here(request, store)? {
        return Ok(Pulled { entry, was_here: true });
    }
    let listing = client.listing(name, watch)?;
    let asked = request.file_type.map(FileType::shown);
    let order = fit::order();
    let order: Vec<&str> = order.iter().map(String::as_str).collect();
    let choice = choose(&listing, name, asked.as_deref(), &order)?;
    let entry = match &choice {
        Choice::Gguf(file) => gguf(request, &listing, file, client, watch)?,
        Choice::Checkpoint { about, weights } => {
            let checkpoint = Checkpoint { request, listing: &listing, about, weights, source: choice.source() };
            checkpoint.convert(store, client, watch)?
        }
    };
    store.put(name, &entry)?;
    Ok(Pulled { entry, was_here: false })
}

/// The model, if it is here and of the type that is wanted. A file that lies there as another type is not.
fn here(request: &Request<'_>, store: &Store) -> anyhow::Result<Option<Entry>> {
    if request.force {
        return Ok(None);
    }
    let Found::Here(entry) = store.find(request.name)? else { return Ok(None) };
    let other = request.file_type.is_some_and(|wanted| entry.file_type.as_ref() != Some(&wanted.shown()));
    Ok((!other).then_some(*entry))
}

fn gguf(
    request: &Request<'_>,
    listing: &Listing,
    file: &RemoteFile,
    client: &Client,
    watch: &mut dyn Watch,
) -> anyhow::Result<Entry> {
    let name = request.name;
    watch.note(&format!("{name} is the file {}, {}", file.path, size(file.size)));
    let fetched = client.fetch(name, listing, std::slice::from_ref(file), watch)?;
    let path = fetched.paths.into_iter().next().context("nothing was fetched")?;
    let text = path.to_str().with_context(|| format!("{} is not in Unicode", path.display()))?;
    model::resolve(text)?;
    Ok(Entry {
        name: name.to_string(),
        file_type: request.file_type.map(FileType::shown),
        repository: listing.repository.clone(),
        commit: listing.commit.clone(),
        source: file.path.clone(),
        bytes: file.size,
        file: path,
    })
}

/// A checkpoint that is to be converted.
struct Checkpoint<'a> {
    request: &'a Request<'a>,
    listing: &'a Listing,
    about: &'a [RemoteFile],
    weights: &'a [RemoteFile],
    source: &'a str,
}

impl Checkpoint<'_> {
    fn convert(&self, store: &Store, client: &Client, watch: &mut dyn Watch) -> anyhow::Result<Entry> {
        let (name, listing) = (self.request.name, self.listing);
        // Small files first: what is no CodeGen is refused before gigabytes come.
        client.fetch(name, listing, self.about, watch)?;
        let folder = client.environment().cache.snapshot(&listing.repository, &listing.commit);
        let config = Config::read(&folder.join("config.json"))
            .map_err(|error| anyhow::anyhow!("{name} cannot be converted: {error}"))?;
        let parameters = name.release.map_or_else(|| parameters(&config), Released::parameters);
        let file_type = self.file_type(parameters, watch)?;
        let output = store.folder().join(name.id()).join(format!("{}.gguf", file_type.shown()));
        let made = Need { folder: output.clone(), bytes: fit::bytes(parameters, file_type), variable: store::VARIABLE };
        space::check(&name.to_string(), &[client.need(listing, self.weights), made])?;
        let fetched = client.fetch(name, listing, self.weights, watch)?;
        store.place(name)?;
        let report = watch.convert(&folder, &output, file_type.into())?;
        if !self.request.keep {
            self.remove(client, &fetched.new, watch);
        }
        Ok(Entry {
            name: name.to_string(),
            file: output,
            file_type: Some(file_type.shown()),
            repository: listing.repository.clone(),
            commit: listing.commit.clone(),
            source: self.source.to_owned(),
            bytes: report.bytes,
        })
    }

    fn file_type(&self, parameters: u64, watch: &mut dyn Watch) -> anyhow::Result<FileType> {
        let name = self.request.name;
        match (self.request.file_type, self.request.memory) {
            (Some(file_type), _) => Ok(file_type),
            (None, Some(free)) => {
                let choice = fit::choose(parameters, free).map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
                watch.note(&format!("{name} is kept {}", choice.why));
                Ok(choice.file_type)
            }
            (None, None) => {
                watch.note(&format!(
                    "{name} is kept as Q8_0, since it is not known how much memory is free (--type says otherwise)"
                ));
                Ok(FileType::Q8_0)
            }
        }
    }

    /// Removes the weights that came just now: converted, they are not needed, and take more room than what was made of them.
    fn remove(&self, client: &Client, new: &[RemoteFile], watch: &mut dyn Watch) {
        for file in new {
            let Some(hash) = &file.hash else { continue };
            let (repository, commit) = (&self.listing.repository, &self.listing.commit);
            if let Err(problem) = client.environment().cache.remove(repository, commit, &file.path, hash.digits()) {
                watch.note(&format!("what was fetched could not be removed: {problem}"));
            }
        }
    }
}

/// The number of a model's weights, by its configuration.
fn parameters(config: &Config) -> u64 {
    let (layers, width, inner, vocabulary) =
        (config.n_layer as u64, config.n_embd as u64, config.n_inner as u64, config.vocab_size as u64);
    let block = 4 * width * width + 2 * width * inner + inner + 3 * width;
    let heads = if config.tie_word_embeddings { 1 } else { 2 };
    layers * block + 2 * width + heads * vocabulary * width + vocabulary
}
