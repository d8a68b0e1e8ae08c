//! Errors between a name and its files, each with the cause and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use codegen_core::printable;

/// An error of this crate, worded for the user who can act on it. What a server said in it is escaped.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// A name that cannot be read; the text says how names are written.
    #[error("{0}")]
    Name(String),
    /// A repository from which no model can be taken; the text says why, and what can.
    #[error("{0}")]
    Unusable(String),
    /// Something would have to be fetched, and the user's environment forbids it.
    #[error(
        "{what} is not on this machine, and {variable} is set, so that nothing is fetched; unset it and give the command again"
    )]
    Offline {
        /// What would have been fetched.
        what: String,
        /// The environment variable that forbids it.
        variable: &'static str,
    },
    /// The Hub does not show the repository: to nobody, or not without the right token.
    #[error("{endpoint} shows no repository {repository}: {}", match token {
        true => "there is none of that name, or the token that was sent may not read it; check the name, and the token's \
                 permissions",
        false => "there is none of that name, or it is private; check the name, or set HF_TOKEN to a token that may read it",
    })]
    NoRepository {
        /// The Hub's address.
        endpoint: String,
        /// `OWNER/NAME`.
        repository: String,
        /// Whether a token was sent.
        token: bool,
    },
    /// The Hub refuses the token.
    #[error(
        "{endpoint} does not accept the token that was sent; set HF_TOKEN to a valid one, or unset it (and remove the file {}) for \
         a public model", file.display()
    )]
    BadToken {
        /// The Hub's address.
        endpoint: String,
        /// The file that a token is kept in.
        file: PathBuf,
    },
    /// Its owner asks for something before a repository may be read.
    #[error("{repository} is given only to those who have accepted its terms: do that at {endpoint}/{repository}, {}", match token {
        true => "with the account that the token belongs to, and give the command again",
        false => "then set HF_TOKEN to a token of that account and give the command again",
    })]
    Gated {
        /// The Hub's address.
        endpoint: String,
        /// `OWNER/NAME`.
        repository: String,
        /// Whether a token was sent.
        token: bool,
    },
    /// The server refuses for another reason.
    #[error("{host} refuses to give {what} (status {status}{}); {}", reason(said), match token {
        true => "check that the token that was sent may read it",
        false => "if it needs a token, set HF_TOKEN; behind a proxy, check that it allows this address",
    })]
    Forbidden {
        /// The server.
        host: String,
        /// What was asked for.
        what: String,
        /// The status, 401, 403 or 407.
        status: u16,
        /// What the server says.
        said: String,
        /// Whether a token was sent.
        token: bool,
    },
    /// The repository has no such branch, tag or commit.
    #[error(
        "{repository} has no revision {revision}; leave it out for the latest, or name a branch, a tag or a commit that it has"
    )]
    NoRevision {
        /// `OWNER/NAME`.
        repository: String,
        /// The revision that was asked for.
        revision: String,
    },
    /// The server has no such file.
    #[error("{host} has no {what} (status {status}{}); check the name, and HF_ENDPOINT if it is set", reason(said))]
    NotFound {
        /// The server.
        host: String,
        /// What was asked for.
        what: String,
        /// The status, 404 or 410.
        status: u16,
        /// What the server says.
        said: String,
    },
    /// The server asks to be left alone for longer than a command waits.
    #[error("{host} gets too many requests from this address and asks to wait {}; give the command again then{}", time(*seconds), match token {
        true => "",
        false => " (with HF_TOKEN set, more is allowed)",
    })]
    Limited {
        /// The server.
        host: String,
        /// Seconds to wait.
        seconds: u64,
        /// Whether a token was sent.
        token: bool,
    },
    /// The server failed again and again.
    #[error("{host} failed with status {status}{} at each of {tries} tries; try again later", reason(said))]
    Failing {
        /// The server.
        host: String,
        /// The last status.
        status: u16,
        /// What the server says.
        said: String,
        /// How often it was asked.
        tries: u32,
    },
    /// No connection, or one that ended before anything came.
    #[error(
        "cannot reach {host}: {cause}; check the network, a proxy (HTTPS_PROXY, NO_PROXY), and HF_ENDPOINT if it is set"
    )]
    Unreachable {
        /// The server.
        host: String,
        /// What the system says.
        cause: String,
    },
    /// The server's certificate is not one that this system trusts.
    #[error(
        "the certificate of {host} is not trusted here: {cause}; if a proxy of yours signs connections, name a file with its \
         certificate as SSL_CERT_FILE"
    )]
    Certificate {
        /// The server.
        host: String,
        /// What the check says.
        cause: String,
    },
    /// This system trusts no certificate at all.
    #[error(
        "there are no certificates to check servers with ({cause}); install them (Debian's package ca-certificates), or name a \
         file of them as SSL_CERT_FILE"
    )]
    NoCertificates {
        /// What was looked for.
        cause: String,
    },
    /// The connection ended early, too often.
    #[error(
        "{file}: the connection to {host} ended {tries} times in a row ({cause}); the {done} of {size} bytes that came are kept, and \
         the same command goes on from there"
    )]
    Cut {
        /// The file.
        file: String,
        /// The server.
        host: String,
        /// The last cause.
        cause: String,
        /// How often in a row.
        tries: u32,
        /// Bytes that came.
        done: u64,
        /// Bytes of the whole.
        size: u64,
    },
    /// What came is not what the Hub has.
    #[error(
        "{file}: what {host} sent is not what the Hub says the file is ({what} {found} and not {expected}), so that it was removed; \
         give the command again, and if that ends alike, leave out the mirror or the proxy between"
    )]
    Wrong {
        /// The file.
        file: String,
        /// The server.
        host: String,
        /// The name of the hash.
        what: &'static str,
        /// What the Hub says.
        expected: String,
        /// What came.
        found: String,
    },
    /// An answer that is none of the Hub's.
    #[error(
        "{host} answers {what} as no Hugging Face Hub does: {problem}; check HF_ENDPOINT if it is set, and that no proxy answers instead"
    )]
    Answer {
        /// The server.
        host: String,
        /// What was asked for.
        what: String,
        /// What is wrong with the answer.
        problem: String,
    },
    /// The disk has no room.
    #[error("{what} needs {} in {}, and {} are free; remove something (`codegen-lsp model list` says what models take), or set {variable} to a folder on another disk", size(*need), folder.display(), size(*free))]
    NoSpace {
        /// What is to be written.
        what: String,
        /// The folder.
        folder: PathBuf,
        /// Bytes that are needed.
        need: u64,
        /// Bytes that are free.
        free: u64,
        /// The variable that names another folder.
        variable: &'static str,
    },
    /// The system refuses to read or write.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// There is no folder to keep models in.
    #[error("there is no home folder to keep models in; set {0} to a folder that can be written")]
    NoFolder(&'static str),
    /// The user has ended it.
    #[error("cancelled; what was fetched is kept, and the same command goes on from there")]
    Cancelled,
}

impl HubError {
    /// Returns what makes an error of a system's, for `map_err`.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path, cause }
    }
}

/// What a server said of its refusal, if anything, in parentheses' words.
fn reason(said: &str) -> String {
    match said.trim() {
        "" => String::new(),
        said => format!(", it says: {}", printable::line(said)),
    }
}

/// Bytes in decimal units, as disks are sold.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}
