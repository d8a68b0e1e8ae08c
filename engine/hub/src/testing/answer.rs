//! What the double answers.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, PoisonError};

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::http::head;
use super::{Asked, Fault, Host, Repository, State};

/// Answers one request.
pub(super) fn connection(stream: TcpStream, host: Host, cdn: SocketAddr, state: &State) -> std::io::Result<()> {
    let Some(asked) = Asked::read(&stream, host)? else { return Ok(()) };
    let (fault, answer) = {
        let mut inside = state.inside();
        inside.asked.push(asked.clone());
        let fault = inside
            .faults
            .iter_mut()
            .find(|(there, path, faults)| *there == host && asked.path.contains(path.as_str()) && !faults.is_empty())
            .and_then(|(.., faults)| faults.pop_front());
        let repositories = &inside.repositories;
        let answer = match host {
            Host::Hub => of_hub(&asked, repositories, cdn),
            Host::Cdn => of_cdn(&asked, repositories),
        };
        (fault, answer)
    };
    send(&stream, &asked, answer, fault, state)
}

/// An answer without faults.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Arc<Vec<u8>>,
}

impl Answer {
    fn refusal(status: u16, code: &str, said: &str) -> Self {
        let headers = vec![("X-Error-Code", code.to_owned()), ("X-Error-Message", said.to_owned())];
        Self { status, headers, body: Arc::default() }
    }
}

type Repositories = std::collections::BTreeMap<String, Repository>;

fn of_hub(asked: &Asked, repositories: &Repositories, cdn: SocketAddr) -> Answer {
    let path = asked.path.split('?').next().unwrap_or_default().trim_start_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let (name, revision, file) = match parts.as_slice() {
        ["api", "models", owner, name, "revision", revision] => (format!("{owner}/{name}"), *revision, None),
        [owner, name, "resolve", revision, file @ ..] => (format!("{owner}/{name}"), *revision, Some(file.join("/"))),
        _ => return Answer::refusal(404, "", "Sorry, we can't find the page you are looking for."),
    };
    let token = asked.authorization.as_deref().and_then(|text| text.strip_prefix("Bearer "));
    if token == Some("hf_bad") {
        return Answer::refusal(401, "", "Invalid credentials in Authorization header");
    }
    let Some(repository) = repositories.get(&name) else {
        return match token {
            Some(_) => Answer::refusal(404, "RepoNotFound", "Repository not found"),
            None => Answer::refusal(401, "RepoNotFound", "Repository not found"),
        };
    };
    if repository.token.as_deref().is_some_and(|needed| token != Some(needed)) {
        return Answer::refusal(401, "RepoNotFound", "Repository not found");
    }
    let commit = repository.commit();
    if revision != "main" && revision != commit {
        return Answer::refusal(404, "RevisionNotFound", "Invalid rev id");
    }
    let Some(file) = file else {
        let body = Arc::new(repository.listing(&name, &commit).into_bytes());
        return Answer { status: 200, headers: Vec::new(), body };
    };
    if repository.gated {
        let status = if token.is_some() { 403 } else { 401 };
        return Answer::refusal(status, "GatedRepo", "Access to model is restricted");
    }
    let Some(body) = repository.files.get(&file) else {
        return Answer::refusal(404, "EntryNotFound", "Entry not found");
    };
    let mut headers = vec![("X-Repo-Commit", commit)];
    if !is_large(&file) {
        headers.push(("ETag", format!("\"{}\"", git(body))));
        return Answer { status: 200, headers, body: Arc::clone(body) };
    }
    headers.push(("X-Linked-Etag", format!("\"{}\"", sha256(body))));
    headers.push(("X-Linked-Size", body.len().to_string()));
    headers.push(("Location", format!("http://{cdn}/files/{file}?hash={}", sha256(body))));
    Answer { status: 302, headers, body: Arc::default() }
}

fn of_cdn(asked: &Asked, repositories: &Repositories) -> Answer {
    if asked.authorization.is_some() {
        return Answer::refusal(400, "", "only one way to sign a request is allowed");
    }
    let hash = asked.path.rsplit_once("?hash=").map_or("", |(_, hash)| hash);
    let mut files = repositories.values().flat_map(|repository| repository.files.values());
    match files.find(|body| sha256(body) == hash) {
        Some(body) => {
            Answer { status: 200, headers: vec![("ETag", format!("\"cdn-{}\"", &hash[..8]))], body: Arc::clone(body) }
        }
        None => Answer::refusal(404, "", ""),
    }
}

fn send(
    mut stream: &TcpStream,
    asked: &Asked,
    answer: Answer,
    fault: Option<Fault>,
    state: &State,
) -> std::io::Result<()> {
    let Answer { mut status, mut headers, body } = answer;
    let mut from = asked.from().filter(|_| status == 200).unwrap_or(0);
    let mut body = body.to_vec();
    let (mut sent, mut stalls) = (usize::MAX, false);
    match fault {
        None => {}
        Some(Fault::Status(other, more)) => {
            return head(stream, other, 0, &more);
        }
        Some(Fault::Redirect(to)) => return head(stream, 302, 0, &[("Location", to)]),
        Some(Fault::Page) => {
            let page = b"<html>Welcome to our network! Accept the terms.</html>";
            head(stream, 200, page.len(), &[("Content-Type", "text/html".to_owned())])?;
            return stream.write_all(page);
        }
        Some(Fault::CutAfter(bytes)) => sent = bytes,
        Some(Fault::StallAfter(bytes)) => (sent, stalls) = (bytes, true),
        Some(Fault::Short(bytes)) => body.truncate(bytes),
        Some(Fault::WrongByte) => {
            if let Some(last) = body.last_mut() {
                *last ^= 1;
            }
        }
        Some(Fault::IgnoresRanges) => from = 0,
        Some(Fault::TooMuch) => body.extend([0; 100]),
    }
    // A version that has changed gets the whole (RFC 9110, 13.1.5).
    let version = headers.iter().find(|(name, _)| *name == "ETag").map(|(_, version)| version.clone());
    if asked.if_range.is_some() && asked.if_range != version {
        from = 0;
    }
    if status == 200 && from > 0 {
        if from >= body.len() {
            return head(stream, 416, 0, &[("Content-Range", format!("bytes */{}", body.len()))]);
        }
        status = 206;
        headers.push(("Content-Range", format!("bytes {from}-{}/{}", body.len() - 1, body.len())));
    }
    let rest = &body[from..];
    head(stream, status, rest.len(), &headers)?;
    stream.write_all(&rest[..rest.len().min(sent)])?;
    stream.flush()?;
    if stalls {
        let mut inside = state.inside();
        while !inside.ended {
            inside = state.ended.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
    }
    Ok(())
}

impl Repository {
    /// A hash of all that is in it.
    fn commit(&self) -> String {
        let all = self.files.iter().fold(Vec::new(), |mut all, (path, body)| {
            all.extend(path.as_bytes());
            all.extend(sha256(body).as_bytes());
            all
        });
        git(&all)
    }

    fn listing(&self, name: &str, commit: &str) -> String {
        let siblings: Vec<_> = self
            .files
            .iter()
            .map(|(path, body)| {
                let (size, blob) = (body.len(), git(body));
                match is_large(path) {
                    true => serde_json::json!({
                        "rfilename": path, "size": size, "blobId": blob,
                        "lfs": {"sha256": sha256(body), "size": size, "pointerSize": 134},
                    }),
                    false => serde_json::json!({"rfilename": path, "size": size, "blobId": blob}),
                }
            })
            .collect();
        serde_json::json!({"id": name, "sha": commit, "private": false, "gated": self.gated, "siblings": siblings})
            .to_string()
    }
}

/// Whether a file is in Git LFS, as the Hub decides by its name.
fn is_large(path: &str) -> bool {
    [".bin", ".gguf", ".safetensors"].iter().any(|end| path.ends_with(end))
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn git(bytes: &[u8]) -> String {
    hex(&Sha1::new_with_prefix(format!("blob {}\0", bytes.len())).chain_update(bytes).finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
