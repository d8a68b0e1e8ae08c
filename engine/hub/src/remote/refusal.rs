//! What a server's refusal means for who asked.

use super::environment::Environment;
use super::exchange::Head;
use crate::error::HubError;

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub repository: &'a str,
    pub revision: &'a str,
    /// The file; nothing for the list of files.
    pub file: &'a str,
}

impl Asked<'_> {
    /// In words.
    pub fn words(&self) -> String {
        match self.file {
            "" => format!("the list of files of {}", self.repository),
            file => format!("{file} of {}", self.repository),
        }
    }
}

/// The error for a status that asking again does not change. The codes are those of the Hub's header `X-Error-Code`.
pub(super) fn refusal(head: &Head, asked: &Asked<'_>, environment: &Environment) -> HubError {
    let (endpoint, repository) = (environment.endpoint.clone(), asked.repository.to_owned());
    let (host, said, status, token) = (head.host.clone(), head.said.clone(), head.status, head.token);
    match (status, head.code.as_str()) {
        (_, "GatedRepo") => HubError::Gated { endpoint, repository, token },
        (_, "RevisionNotFound") => HubError::NoRevision { repository, revision: asked.revision.to_owned() },
        (_, "RepoNotFound") => HubError::NoRepository { endpoint, repository, token },
        (401, _) if said.to_ascii_lowercase().contains("credentials") && token => {
            HubError::BadToken { endpoint, file: environment.token_file.clone() }
        }
        // To those without a token the Hub says nothing else of what is not there.
        (401, _) => HubError::NoRepository { endpoint, repository, token },
        (403 | 407, _) => HubError::Forbidden { host, what: asked.words(), status, said, token },
        (404 | 410, code) if asked.file.is_empty() && code != "EntryNotFound" => {
            HubError::NoRepository { endpoint, repository, token }
        }
        (404 | 410, _) => HubError::NotFound { host, what: asked.words(), status, said },
        _ => HubError::Answer { host, what: asked.words(), problem: format!("with status {status}") },
    }
}
