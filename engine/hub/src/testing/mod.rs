//! A server on the loopback address that answers as the Hub does, and one as its host for large files does: for tests. What it is to
//! do wrong is said beforehand, and what it was asked is counted.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answer;
mod http;

use std::collections::{BTreeMap, VecDeque};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::remote::Observer;
pub use http::Asked;

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// The Hub: lists files, gives small ones, and redirects to the other for large ones.
    Hub,
    /// The host of large files.
    Cdn,
}

/// What a server does wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It refuses with this status and these headers.
    Status(u16, Vec<(&'static str, String)>),
    /// It ends the connection after so many bytes of the body.
    CutAfter(usize),
    /// It sends so many bytes of the body, and no more, without ending the connection.
    StallAfter(usize),
    /// It sends so many bytes of the body as if they were all.
    Short(usize),
    /// It changes the last byte.
    WrongByte,
    /// It takes no notice of ranges.
    IgnoresRanges,
    /// It sends more than there is.
    TooMuch,
    /// It answers with a page of a hotel's network.
    Page,
    /// It redirects to here.
    Redirect(String),
}

/// A server that answers as the Hub does. It ends when it is dropped.
#[derive(Debug)]
pub struct Double {
    hub: SocketAddr,
    cdn: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    inside: Mutex<Inside>,
    /// Told when it ends.
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    repositories: BTreeMap<String, Repository>,
    faults: Vec<(Host, String, VecDeque<Fault>)>,
    asked: Vec<Asked>,
    ended: bool,
}

#[derive(Debug, Default, Clone)]
struct Repository {
    files: BTreeMap<String, Arc<Vec<u8>>>,
    /// The token that it takes to see it.
    token: Option<String>,
    gated: bool,
}

impl State {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Double {
    fn default() -> Self {
        Self::new()
    }
}

impl Double {
    /// Starts one without repositories.
    ///
    /// # Panics
    /// No port can be had.
    #[must_use]
    pub fn new() -> Self {
        let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (hub, cdn) = (listen(), listen());
        let double = Self { hub: hub.local_addr().unwrap(), cdn: cdn.local_addr().unwrap(), state: Arc::default() };
        for (listener, host) in [(hub, Host::Hub), (cdn, Host::Cdn)] {
            let (state, cdn) = (Arc::clone(&double.state), double.cdn);
            std::thread::spawn(move || serve(&listener, host, cdn, &state));
        }
        double
    }

    /// The address for `HF_ENDPOINT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.hub)
    }

    /// The host of large files, with its port.
    #[must_use]
    pub fn cdn(&self) -> String {
        self.cdn.to_string()
    }

    /// Puts a file into a repository, which it makes a new commit.
    pub fn put(&self, repository: &str, path: &str, bytes: impl Into<Vec<u8>>) {
        let mut inside = self.state.inside();
        let files = &mut inside.repositories.entry(repository.to_owned()).or_default().files;
        files.insert(path.to_owned(), Arc::new(bytes.into()));
    }

    /// Shows a repository only to those with this token.
    pub fn hide(&self, repository: &str, token: &str) {
        self.state.inside().repositories.entry(repository.to_owned()).or_default().token = Some(token.to_owned());
    }

    /// Has a repository's terms be accepted by nobody.
    pub fn gate(&self, repository: &str) {
        self.state.inside().repositories.entry(repository.to_owned()).or_default().gated = true;
    }

    /// Has requests to a server whose path has this text in it go wrong: the first as the first fault says, and so on; those after
    /// the last go well.
    pub fn fail(&self, host: Host, path: &str, faults: impl IntoIterator<Item = Fault>) {
        self.state.inside().faults.push((host, path.to_owned(), faults.into_iter().collect()));
    }

    /// What was asked since the last call.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.inside().asked)
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.state.inside().ended = true;
        self.state.ended.notify_all();
        // Has those that wait for a connection look.
        for address in [self.hub, self.cdn] {
            let _ = TcpStream::connect(address);
        }
    }
}

fn serve(listener: &TcpListener, host: Host, cdn: SocketAddr, state: &Arc<State>) {
    for stream in listener.incoming() {
        if state.inside().ended {
            return;
        }
        let (Ok(stream), state) = (stream, Arc::clone(state)) else { continue };
        std::thread::spawn(move || {
            // A client that goes away is no fault of a test.
            let _ = answer::connection(stream, host, cdn, &state);
        });
    }
}

/// Remembers what an observer was told, and waits for nothing.
#[derive(Debug, Default)]
pub struct Remembering {
    /// The notes.
    pub notes: Vec<String>,
    /// The times that it should have waited.
    pub waits: Vec<std::time::Duration>,
    /// Bytes done and in all, as they were told.
    pub progress: Vec<(u64, u64)>,
    /// Ends the download once so many bytes are done.
    pub cancel_at: Option<u64>,
    cancelled: bool,
}

impl Observer for Remembering {
    fn cancelled(&self) -> bool {
        self.cancelled
    }

    fn progress(&mut self, progress: crate::remote::Progress<'_>) {
        self.progress.push((progress.done, progress.total));
        self.cancelled |= self.cancel_at.is_some_and(|bytes| progress.done >= bytes);
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    fn wait(&mut self, time: std::time::Duration) {
        self.waits.push(time);
        // A lock that another holds is looked at again and again.
        std::thread::yield_now();
    }
}
