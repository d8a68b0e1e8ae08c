//! Asks for a repository's files, and fetches them into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::environment::Environment;
use super::exchange::{Exchange, Outcome, Request};
use super::listing::{Listing, RemoteFile};
use super::observer::{Observer, Progress};
use super::refusal::Asked;
use super::retry::{Retry, State};
use super::transfer::{Wanted, transfer};
use crate::error::HubError;
use crate::names::Hub;
use crate::store::space::{self, Need};

/// The largest list of files, in bytes.
const MOST: usize = 16 << 20;
/// The time between two looks at a lock.
const LOCKED: Duration = Duration::from_millis(200);
/// What stays as it is in a part of an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Speaks with the Hub.
#[derive(Debug)]
pub struct Client {
    environment: Environment,
    /// `None` where the environment forbids connections.
    exchange: Option<Exchange>,
}

/// Files that are in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Their paths, in the order in which they were asked for.
    pub paths: Vec<PathBuf>,
    /// Those of them that came over the network just now.
    pub new: Vec<RemoteFile>,
}

impl Client {
    /// One for this environment. Nothing is connected yet.
    ///
    /// # Errors
    /// The system has no certificates.
    pub fn new(environment: Environment) -> Result<Self, HubError> {
        let exchange = match environment.offline {
            Some(_) => None,
            None => Some(Exchange::new(&environment)?),
        };
        Ok(Self { environment, exchange })
    }

    /// The environment.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The files of a model's repository. Where connections are forbidden, or the Hub cannot be reached, those that the cache has.
    ///
    /// # Errors
    /// The Hub does not tell them, and the cache has none.
    pub fn listing(&self, name: &Hub, observer: &mut dyn Observer) -> Result<Listing, HubError> {
        let cached = || Listing::of_cache(&self.environment.cache, name);
        let Some(exchange) = &self.exchange else {
            return cached().ok_or_else(|| self.offline(&name.to_string()));
        };
        let url = format!(
            "{}/api/models/{}/revision/{}?blobs=true",
            self.environment.endpoint,
            name.repository,
            utf8_percent_encode(name.revision(), PLAIN)
        );
        let asked = Asked { repository: &name.repository, revision: name.revision(), file: "" };
        match self.small(exchange, &url, &asked, observer) {
            Ok((text, host)) => Listing::parse(&name.repository, &text).map_err(|problem| HubError::Answer {
                host,
                what: asked.words(),
                problem,
            }),
            Err(error @ HubError::Unreachable { .. }) => match cached() {
                Some(listing) => {
                    observer.note(&format!(
                        "{error}; what the cache in {} has is used",
                        self.environment.cache.folder().display()
                    ));
                    Ok(listing)
                }
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// The bytes that would be fetched of these files: of what the cache has already, none.
    #[must_use]
    pub fn missing(&self, listing: &Listing, files: &[RemoteFile]) -> u64 {
        let of = |file: &RemoteFile| match self.cached(listing, file) {
            Some(_) => 0,
            None => file.size - self.begun(listing, file).min(file.size),
        };
        files.iter().map(of).sum()
    }

    /// What is to be written of these files, for [`space::check`].
    #[must_use]
    pub fn need(&self, listing: &Listing, files: &[RemoteFile]) -> Need {
        let folder = self.environment.cache.folder().to_owned();
        Need { folder, bytes: self.missing(listing, files), variable: super::environment::HOME }
    }

    /// Brings files of a repository into the cache, those that are not there.
    ///
    /// # Errors
    /// One of them does not come, the disk has no room, or the observer ends it. What came is kept.
    pub fn fetch(
        &self,
        name: &Hub,
        listing: &Listing,
        files: &[RemoteFile],
        observer: &mut dyn Observer,
    ) -> Result<Fetched, HubError> {
        space::check(&name.to_string(), &[self.need(listing, files)])?;
        let total = files.iter().map(|file| file.size).sum();
        let mut fetched = Fetched { paths: Vec::new(), new: Vec::new() };
        let mut before = 0;
        for file in files {
            let path = match self.cached(listing, file) {
                Some(path) => path,
                None => {
                    fetched.new.push(file.clone());
                    self.one(name, listing, file, (before, total), observer)?
                }
            };
            before += file.size;
            observer.progress(Progress { file: &file.path, done: before, total });
            fetched.paths.push(path);
        }
        if files.iter().any(|file| file.hash.is_some()) {
            self.environment.cache.set_commit(name, &listing.commit)?;
        }
        Ok(fetched)
    }

    fn one(
        &self,
        name: &Hub,
        listing: &Listing,
        file: &RemoteFile,
        (before, total): (u64, u64),
        observer: &mut dyn Observer,
    ) -> Result<PathBuf, HubError> {
        let (Some(exchange), Some(hash)) = (&self.exchange, &file.hash) else {
            return Err(self.offline(&format!("{} of {name}", file.path)));
        };
        let (cache, repository) = (&self.environment.cache, &listing.repository);
        let mut said = false;
        let _lock = cache.lock(repository, hash.digits(), &mut || {
            if !std::mem::replace(&mut said, true) {
                observer.note(&format!("another program fetches {}; waiting for it", file.path));
            }
            observer.wait(LOCKED);
            if observer.cancelled() { Err(HubError::Cancelled) } else { Ok(()) }
        })?;
        let blob = cache.blob(repository, hash.digits());
        if !has_size(&blob, file.size) {
            let part = cache.incomplete(repository, hash.digits());
            let folder = part.parent().unwrap_or(&part);
            fs::create_dir_all(folder).map_err(HubError::io(folder))?;
            let path: Vec<_> = file.path.split('/').map(|part| utf8_percent_encode(part, PLAIN).to_string()).collect();
            let url =
                format!("{}/{repository}/resolve/{}/{}", self.environment.endpoint, listing.commit, path.join("/"));
            let asked = Asked { repository, revision: name.revision(), file: &file.path };
            let wanted = Wanted { asked, url: &url, size: file.size, hash, before, total };
            transfer(exchange, &self.environment, &wanted, &part, observer)?;
            fs::rename(&part, &blob).map_err(HubError::io(&blob))?;
        }
        cache.link(repository, &listing.commit, &file.path, hash.digits())
    }

    /// A file's path, if the cache has it.
    fn cached(&self, listing: &Listing, file: &RemoteFile) -> Option<PathBuf> {
        let path = self.environment.cache.file(&listing.repository, &listing.commit, &file.path)?;
        has_size(&path, file.size).then_some(path)
    }

    /// The bytes that an earlier try left.
    fn begun(&self, listing: &Listing, file: &RemoteFile) -> u64 {
        let Some(hash) = &file.hash else { return 0 };
        let cache = &self.environment.cache;
        let there = |path: PathBuf| fs::metadata(path).ok().map(|about| about.len());
        there(cache.blob(&listing.repository, hash.digits()))
            .or_else(|| there(cache.incomplete(&listing.repository, hash.digits())))
            .unwrap_or(0)
    }

    /// An answer that fits into memory, and the server that gave it.
    fn small(
        &self,
        exchange: &Exchange,
        url: &str,
        asked: &Asked<'_>,
        observer: &mut dyn Observer,
    ) -> Result<(Vec<u8>, String), HubError> {
        let mut retry = Retry::default();
        loop {
            let (mut text, mut host) = (Vec::new(), String::new());
            let request = Request { url: url.to_owned(), from: 0, version: None };
            let outcome = exchange.run(request, observer, &mut |_, head, bytes| {
                host.clone_from(&head.host);
                text.extend_from_slice(bytes);
                match text.len() > MOST {
                    true => Err(HubError::Answer {
                        host: host.clone(),
                        what: asked.words(),
                        problem: format!("with more than {MOST} bytes"),
                    }),
                    false => Ok(()),
                }
            })?;
            if matches!(outcome, Outcome::Whole) {
                return Ok((text, host));
            }
            let state = State { done: 0, size: 0, more: false };
            let (time, why) = retry.after(&outcome, state, asked, &self.environment)?;
            observer.note(&format!("{why}; asking again"));
            observer.wait(time);
            if observer.cancelled() {
                return Err(HubError::Cancelled);
            }
        }
    }

    fn offline(&self, what: &str) -> HubError {
        HubError::Offline { what: what.to_owned(), variable: self.environment.offline.unwrap_or("HF_HUB_OFFLINE") }
    }
}

fn has_size(path: &Path, size: u64) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() == size)
}
