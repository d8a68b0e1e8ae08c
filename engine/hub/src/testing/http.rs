//! As much of HTTP/1.1 as the double speaks: one request for each connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use super::Host;

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Of which server.
    pub host: Host,
    /// The path, with what stands behind a question mark.
    pub path: String,
    /// `Range`, as in `bytes=5-`.
    pub range: Option<String>,
    /// `If-Range`.
    pub if_range: Option<String>,
    /// `Authorization`.
    pub authorization: Option<String>,
}

impl Asked {
    /// Reads a request; `None` if the connection ends before there is one.
    pub(super) fn read(stream: &TcpStream, host: Host) -> std::io::Result<Option<Self>> {
        let mut lines = BufReader::new(stream.take(1 << 16)).lines();
        let Some(first) = lines.next().transpose()? else { return Ok(None) };
        let path = first.split(' ').nth(1).unwrap_or_default();
        // A proxy is given the whole address.
        let path = match path.strip_prefix("http://") {
            Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => path,
        };
        let mut asked = Self { host, path: path.to_owned(), range: None, if_range: None, authorization: None };
        for line in lines {
            let line = line?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = Some(value.trim().to_owned());
            match name.to_ascii_lowercase().as_str() {
                "range" => asked.range = value,
                "if-range" => asked.if_range = value,
                "authorization" => asked.authorization = value,
                _ => {}
            }
        }
        Ok(Some(asked))
    }

    /// The first byte that is asked for.
    pub(super) fn from(&self) -> Option<usize> {
        self.range.as_ref()?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// Writes the beginning of an answer.
pub(super) fn head(
    mut stream: &TcpStream,
    status: u16,
    length: usize,
    headers: &[(&str, String)],
) -> std::io::Result<()> {
    let mut text = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    stream.write_all(text.as_bytes())
}
