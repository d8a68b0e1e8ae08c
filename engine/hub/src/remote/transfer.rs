//! One file, from the first byte or from where an earlier try ended, until it is whole and its hash is right.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::digest::{Digest, Hash};
use super::environment::Environment;
use super::exchange::{Exchange, Head, Outcome, Request};
use super::observer::{Observer, Progress};
use super::refusal::Asked;
use super::retry::{Retry, State};
use crate::error::HubError;

/// A file to fetch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub asked: Asked<'a>,
    pub url: &'a str,
    pub size: u64,
    pub hash: &'a Hash,
    /// Bytes of other files that are here, and of all files.
    pub before: u64,
    pub total: u64,
}

/// Fetches a file into `path`, where the beginning of it may lie already. On a wrong hash nothing is left there.
///
/// # Errors
/// It does not come, the system cannot write it, or the observer ends it.
pub(super) fn transfer(
    exchange: &Exchange,
    environment: &Environment,
    wanted: &Wanted<'_>,
    path: &Path,
    observer: &mut dyn Observer,
) -> Result<(), HubError> {
    let mut part = Part::open(path, wanted)?;
    let mut old = part.length > 0;
    loop {
        let host = fetch(exchange, environment, wanted, &mut part, observer)?;
        let found = part.digest()?;
        if found == wanted.hash.digits() {
            part.file.sync_all().map_err(HubError::io(path))?;
            return Ok(());
        }
        if old {
            // What an earlier program left may be what was wrong.
            observer.note(&format!(
                "what was here of {} does not fit; starting again from the first byte",
                wanted.asked.file
            ));
            old = false;
            part.restart()?;
            continue;
        }
        drop(part);
        std::fs::remove_file(path).map_err(HubError::io(path))?;
        return Err(HubError::Wrong {
            file: wanted.asked.file.to_owned(),
            host,
            what: wanted.hash.kind(),
            expected: wanted.hash.digits().to_owned(),
            found,
        });
    }
}

/// Fetches until as many bytes are there as the file has. Returns the last server.
fn fetch(
    exchange: &Exchange,
    environment: &Environment,
    wanted: &Wanted<'_>,
    part: &mut Part<'_>,
    observer: &mut dyn Observer,
) -> Result<String, HubError> {
    let mut retry = Retry::default();
    let mut host = environment.endpoint.clone();
    let mut version = None;
    while part.length < wanted.size {
        let before = part.length;
        let request = Request { url: wanted.url.to_owned(), from: before, version: version.clone() };
        let outcome = exchange.run(request, observer, &mut |observer, head, bytes| {
            if bytes.is_empty() {
                host.clone_from(&head.host);
                version.clone_from(&head.version);
                part.begin(head)?;
            }
            part.write(bytes, &head.host)?;
            let done = wanted.before + part.length;
            observer.progress(Progress { file: wanted.asked.file, done, total: wanted.total });
            Ok(())
        })?;
        if part.length >= wanted.size {
            break;
        }
        if matches!(&outcome, Outcome::Refused(head) if head.status == 416) {
            part.restart()?;
        }
        let state = State { done: part.length, size: wanted.size, more: part.length > before };
        let (time, why) = retry.after(&outcome, state, &wanted.asked, environment)?;
        observer.note(&format!("{}: {why}; going on from byte {}", wanted.asked.file, part.length));
        observer.wait(time);
        if observer.cancelled() {
            return Err(HubError::Cancelled);
        }
    }
    Ok(host)
}

/// What is here of a file.
struct Part<'a> {
    wanted: &'a Wanted<'a>,
    path: PathBuf,
    file: File,
    length: u64,
}

impl<'a> Part<'a> {
    fn open(path: &Path, wanted: &'a Wanted<'a>) -> Result<Self, HubError> {
        let open = File::options().create(true).truncate(false).read(true).write(true).open(path);
        let file = open.map_err(HubError::io(path))?;
        let length = file.metadata().map_err(HubError::io(path))?.len();
        let mut part = Self { wanted, path: path.to_owned(), file, length };
        match length > wanted.size {
            true => part.restart()?,
            false => part.seek(length)?,
        }
        Ok(part)
    }

    fn seek(&mut self, to: u64) -> Result<(), HubError> {
        self.file.seek(SeekFrom::Start(to)).map(drop).map_err(HubError::io(&self.path))
    }

    fn restart(&mut self) -> Result<(), HubError> {
        self.file.set_len(0).map_err(HubError::io(&self.path))?;
        self.length = 0;
        self.seek(0)
    }

    /// Makes ready for an answer: one from the first byte, or from the byte that was asked for.
    fn begin(&mut self, head: &Head) -> Result<(), HubError> {
        let from = if head.status == 206 { head.from.unwrap_or(self.length) } else { 0 };
        match from {
            0 if self.length > 0 => self.restart(),
            from if from == self.length => Ok(()),
            from => Err(HubError::Answer {
                host: head.host.clone(),
                what: self.wanted.asked.words(),
                problem: format!("asked for byte {}, it sends from byte {from}", self.length),
            }),
        }
    }

    fn write(&mut self, bytes: &[u8], host: &str) -> Result<(), HubError> {
        let length = self.length + bytes.len() as u64;
        if length > self.wanted.size {
            self.restart()?;
            return Err(HubError::Answer {
                host: host.to_owned(),
                what: self.wanted.asked.words(),
                problem: format!("it sends more than the {} bytes that the file has", self.wanted.size),
            });
        }
        self.file.write_all(bytes).map_err(HubError::io(&self.path))?;
        self.length = length;
        Ok(())
    }

    /// The hash of what is here, read back from the disk: what counts is what was written.
    fn digest(&mut self) -> Result<String, HubError> {
        let mut digest = Digest::new(self.wanted.hash, self.wanted.size);
        let mut buffer = vec![0; 1 << 20];
        self.seek(0)?;
        loop {
            match self.file.read(&mut buffer) {
                Ok(0) => return Ok(digest.finish()),
                Ok(count) => digest.update(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(HubError::io(&self.path)(error)),
            }
        }
    }
}
