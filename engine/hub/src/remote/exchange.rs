//! One request and its answer, over all redirects. It runs on a thread of its own, so that whoever waits for it can stop waiting at
//! any time, whatever the server does.

use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ureq::http::{HeaderMap, Uri, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::environment::Environment;
use super::observer::{GLANCE, Observer};
use crate::error::HubError;

/// The time that a connection may take.
const CONNECT: Duration = Duration::from_secs(20);
/// More redirects are a circle.
const MOST_REDIRECTS: usize = 10;
/// Bytes that are handed on at a time, and how often that many may wait.
const PIECE: usize = 256 << 10;
const WAITING: usize = 4;
/// How this program names itself.
const AGENT: &str = concat!("codegen-lsp/", env!("CARGO_PKG_VERSION"));

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// The address.
    pub url: String,
    /// The first byte that is wanted, if it is not the first of all.
    pub from: u64,
    /// The version that the bytes before belong to, as the server named it.
    pub version: Option<String>,
}

/// The beginning of an answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// The server that gave it.
    pub host: String,
    /// Its status.
    pub status: u16,
    /// The version of the file, as this server names it.
    pub version: Option<String>,
    /// The first byte that comes, where it is not the first of all.
    pub from: Option<u64>,
    /// Seconds to wait, if it says so.
    pub retry_after: Option<u64>,
    /// What the Hub says of a refusal, as a code and in words.
    pub code: String,
    pub said: String,
    /// Whether a token was sent to this server.
    pub token: bool,
}

/// Why an answer did not come, or not whole.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// No connection.
    Unreachable(String),
    /// The certificate is not trusted.
    Certificate(String),
    /// The connection ended.
    Cut(String),
    /// The server speaks otherwise than HTTP, or redirects to where nobody goes.
    Nonsense(String),
}

/// How a request ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All of the answer was heard.
    Whole,
    /// The server answers with another status than 200 and 206.
    Refused(Head),
    /// There is no answer, or a part of one.
    Broken(Failure, String),
}

/// Makes requests.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    agent: ureq::Agent,
    token: Option<String>,
    endpoint: Option<String>,
}

/// Gets the beginning of a good answer, with no bytes, and then the bytes.
pub(super) type Heard<'a> = dyn FnMut(&mut dyn Observer, &Head, &[u8]) -> Result<(), HubError> + 'a;

enum Message {
    Head(Head),
    Bytes(Vec<u8>),
    End(Outcome),
}

impl Exchange {
    /// One that trusts what this system trusts (and `SSL_CERT_FILE`, `SSL_CERT_DIR`).
    ///
    /// # Errors
    /// This system trusts nobody, where the Hub's address needs certificates.
    pub fn new(environment: &Environment) -> Result<Self, HubError> {
        let roots = match environment.endpoint.starts_with("http://") {
            // A mirror in a closed network may redirect nowhere else.
            true => certificates(environment).unwrap_or_default(),
            false => certificates(environment)?,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .proxy(environment.proxy.clone())
            .user_agent(AGENT)
            .http_status_as_error(false)
            // Each hop is looked at: the token goes to the Hub only, and the Hub says what the file is before it redirects.
            .max_redirects(0)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(environment.patience))
            .timeout_per_read(Some(environment.patience))
            .build();
        Ok(Self {
            agent: config.new_agent(),
            token: environment.token.clone(),
            endpoint: authority(&environment.endpoint),
        })
    }

    /// Makes a request, and has its answer heard.
    ///
    /// # Errors
    /// Those of `heard`, the observer has ended it, or no thread can be started.
    pub fn run(
        &self,
        request: Request,
        observer: &mut dyn Observer,
        heard: &mut Heard<'_>,
    ) -> Result<Outcome, HubError> {
        let (send, receive) = sync_channel(WAITING);
        let exchange = self.clone();
        // It ends by itself when nobody listens any more: at the next byte, or when its patience does.
        let started = std::thread::Builder::new().name("download".to_owned()).spawn(move || {
            let outcome = exchange.work(&request, &send);
            let _ = send.send(Message::End(outcome));
        });
        started.map_err(HubError::io(std::path::Path::new("a thread")))?;
        let mut head = Head::default();
        loop {
            if observer.cancelled() {
                return Err(HubError::Cancelled);
            }
            match receive.recv_timeout(GLANCE) {
                Ok(Message::Head(begun)) => {
                    head = begun;
                    heard(observer, &head, &[])?;
                }
                Ok(Message::Bytes(bytes)) => heard(observer, &head, &bytes)?,
                Ok(Message::End(outcome)) => return Ok(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Outcome::Broken(Failure::Cut("the download's thread has ended".to_owned()), head.host));
                }
            }
        }
    }

    fn work(&self, request: &Request, send: &SyncSender<Message>) -> Outcome {
        let mut url = request.url.clone();
        for _ in 0..MOST_REDIRECTS {
            let host = authority(&url).unwrap_or_default();
            let token = self.token.as_deref().filter(|_| self.endpoint.as_ref() == Some(&host) && is_private(&url));
            let response = match self.ask(&url, request, token) {
                Ok(response) => response,
                Err(error) => return Outcome::Broken(failure(&error), host),
            };
            let head = Head::of(host.clone(), response.status().as_u16(), response.headers(), token.is_some());
            match head.status {
                301 | 302 | 303 | 307 | 308 => {
                    let location = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
                    match location
                        .ok_or_else(|| "it redirects to nowhere".to_owned())
                        .and_then(|to| redirected(&url, to))
                    {
                        Ok(to) => url = to,
                        Err(problem) => return Outcome::Broken(Failure::Nonsense(problem), host),
                    }
                }
                200 | 206 => return read(head, response.into_body().into_reader(), send),
                _ => return Outcome::Refused(head),
            }
        }
        Outcome::Broken(Failure::Nonsense("it redirects in a circle".to_owned()), authority(&url).unwrap_or_default())
    }

    fn ask(
        &self,
        url: &str,
        request: &Request,
        token: Option<&str>,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let mut ask = self.agent.get(url);
        if let Some(token) = token {
            ask = ask.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if request.from > 0 {
            ask = ask.header(header::RANGE, format!("bytes={}-", request.from));
            if let Some(version) = &request.version {
                ask = ask.header(header::IF_RANGE, version);
            }
        }
        ask.call()
    }
}

/// Hands on what comes.
fn read(head: Head, mut body: impl Read, send: &SyncSender<Message>) -> Outcome {
    let host = head.host.clone();
    if send.send(Message::Head(head)).is_err() {
        return Outcome::Whole;
    }
    loop {
        let mut piece = vec![0; PIECE];
        match body.read(&mut piece) {
            Ok(0) => return Outcome::Whole,
            Ok(count) => {
                piece.truncate(count);
                if send.send(Message::Bytes(piece)).is_err() {
                    return Outcome::Whole;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Outcome::Broken(Failure::Cut(error.to_string()), host),
        }
    }
}

impl Head {
    fn of(host: String, status: u16, headers: &HeaderMap, token: bool) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        // `bytes 5-9/10`
        let from = text("content-range")
            .and_then(|range| range.trim().strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok());
        Self {
            host,
            status,
            // A weak one names no bytes (RFC 9110, 13.1.5).
            version: text("etag").filter(|version| !version.starts_with("W/")),
            from,
            retry_after: text("retry-after").and_then(|seconds| seconds.trim().parse().ok()),
            code: text("x-error-code").unwrap_or_default(),
            said: text("x-error-message").unwrap_or_default(),
            token,
        }
    }
}

/// The certificates that are trusted: those that the user names, or the system's.
fn certificates(environment: &Environment) -> Result<Vec<Certificate<'static>>, HubError> {
    let found = match &environment.certificates {
        [None, None] => rustls_native_certs::load_native_certs(),
        [file, folder] => rustls_native_certs::load_certs_from_paths(file.as_deref(), folder.as_deref()),
    };
    if found.certs.is_empty() {
        let problems: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        let cause = if problems.is_empty() { "none were found".to_owned() } else { problems.join("; ") };
        return Err(HubError::NoCertificates { cause });
    }
    Ok(found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}

/// The server of an address, with its port where it is not the usual one.
fn authority(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    // Without a user's name and password.
    uri.authority().map(|authority| match authority.port() {
        Some(port) => format!("{}:{port}", authority.host()),
        None => authority.host().to_owned(),
    })
}

/// Whether nobody else can read what is sent to an address.
fn is_private(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let loopback = uri.host().is_some_and(|host| {
        host == "localhost"
            || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    });
    uri.scheme_str() == Some("https") || loopback
}

/// Where a redirect leads to.
fn redirected(from: &str, to: &str) -> Result<String, String> {
    let url = match from.split_once("://") {
        Some((scheme, rest)) if to.starts_with("//") => {
            let _ = rest;
            format!("{scheme}:{to}")
        }
        Some((scheme, rest)) if to.starts_with('/') => {
            format!("{scheme}://{}{to}", rest.split(['/', '?', '#']).next().unwrap_or_default())
        }
        _ => to.to_owned(),
    };
    let secure = |url: &str| url.starts_with("https://");
    match () {
        () if !secure(&url) && !url.starts_with("http://") => Err(format!("it redirects to {url}")),
        () if secure(from) && !secure(&url) => Err(format!("it redirects to {url}, where nothing is checked")),
        () => Ok(url.split('#').next().unwrap_or_default().to_owned()),
    }
}

fn failure(error: &ureq::Error) -> Failure {
    use ureq::Error;
    let text = error.to_string();
    match error {
        Error::Rustls(_) | Error::Tls(_) | Error::Pem(_) => Failure::Certificate(text),
        Error::Io(cause) => match cause.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
            true => Failure::Certificate(text),
            false if cause.kind() == std::io::ErrorKind::ConnectionRefused => Failure::Unreachable(text),
            false => Failure::Cut(text),
        },
        Error::HostNotFound => Failure::Unreachable("its name is not known here".to_owned()),
        Error::Timeout(_) => Failure::Cut(text),
        Error::ConnectionFailed | Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => Failure::Unreachable(text),
        _ => Failure::Nonsense(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_where_they_say_and_never_to_less_security() {
        for (from, to, expected) in [
            ("https://a.b/c/d?e", "https://f.g/h?i#j", Some("https://f.g/h?i")),
            ("https://a.b:1/c/d?e", "/x/y", Some("https://a.b:1/x/y")),
            ("http://a.b/c", "//d.e/f", Some("http://d.e/f")),
            ("http://a.b/c", "https://d.e", Some("https://d.e")),
            ("https://a.b/c", "http://a.b/c", None),
            ("https://a.b/c", "file:///etc/passwd", None),
            ("https://a.b/c", "d", None),
        ] {
            assert_eq!(redirected(from, to).ok().as_deref(), expected, "{from} {to}");
        }
    }

    #[test]
    fn a_token_goes_only_where_nobody_reads_it() {
        for (url, private) in [
            ("https://a.b/c", true),
            ("http://a.b/c", false),
            ("http://127.0.0.1:8/c", true),
            ("http://[::1]:8/c", true),
            ("http://localhost/c", true),
            ("http://localhost.evil/c", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_private(url), private, "{url}");
        }
        assert_eq!(authority("https://me:secret@a.b:8/c").as_deref(), Some("a.b:8"));
        assert_eq!(authority("https://a.b/c").as_deref(), Some("a.b"));
    }
}
