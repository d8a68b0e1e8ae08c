//! From bytes to message bodies: a state machine that takes bytes as they come and returns whole bodies, or describes a
//! problem and continues at the next header. Pure.
//!
//! A line that ends in `Content-Length: <digits>` cannot occur in a JSON body, because strings have their line ends
//! escaped. Where such a line occurs, a message begins, whatever the header before it said. So a truncated message
//! loses only itself, and the rest of an unreadable message is never waited for.

use super::envelope::Refusal;

/// The largest size of a body in bytes. Documents that large are not served either, and JSON-RPC has no way to send a
/// body in parts.
pub const MAX_BODY: usize = 256 << 20;
/// The largest size of a header in bytes. The two fields that LSP defines take less than 100.
const MAX_HEADER: usize = 8 << 10;
/// The largest distance in bytes between a line end and the start of the length's field: its name, a number of 20
/// digits, and some white space.
const MAX_FIELD: usize = 128;
const LENGTH: &[u8] = b"content-length";

/// The reason why bytes are not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A line outside of a message is not a header.
    #[error("what comes before the next header is no part of any message")]
    Garbage,
    /// A header is too long.
    #[error("a header has more than {MAX_HEADER} bytes")]
    LongHeader,
    /// A header without `Content-Length`.
    #[error("a header has no Content-Length")]
    NoLength,
    /// A `Content-Length` that is not a number.
    #[error("a Content-Length is {0:?}, which is no number of bytes")]
    BadLength(String),
    /// Two `Content-Length` that differ.
    #[error("a header has two values of Content-Length, {0} and {1}")]
    TwoLengths(usize, usize),
    /// A body larger than [`MAX_BODY`].
    #[error("a Content-Length is {0}, but messages have at most {MAX_BODY} bytes")]
    LongBody(String),
    /// A text encoding other than UTF-8.
    #[error("a Content-Type asks for {0:?}, but messages are read as UTF-8")]
    Charset(String),
    /// The next message began inside the body, or the input ended.
    #[error("a message breaks off: {got} bytes came of {length}")]
    BrokenOff {
        /// The length in the header.
        length: usize,
        /// The number of bytes received.
        got: usize,
    },
}

impl Problem {
    /// The error that the client is sent.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        Refusal::unreadable(self.to_string())
    }
}

/// The header that is being read, line by line.
#[derive(Debug, Default)]
struct Header {
    length: Option<usize>,
    charset: Option<String>,
    /// The size of the lines so far in bytes.
    size: usize,
}

#[derive(Debug)]
enum State {
    Header(Header),
    Body(usize),
    /// Outside of a message: the next header is searched for.
    Lost,
}

/// The state of the input so far.
#[derive(Debug)]
pub struct Framing {
    state: State,
    buffer: Vec<u8>,
    /// The start of the unused bytes in the buffer.
    start: usize,
    /// The number of bytes from `start` that have been searched for line ends.
    scanned: usize,
}

impl Default for Framing {
    fn default() -> Self {
        Self { state: State::Header(Header::default()), buffer: Vec::new(), start: 0, scanned: 0 }
    }
}

impl Framing {
    /// Appends input.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next body or problem; `None` if more input is needed.
    pub fn take(&mut self) -> Option<Result<Vec<u8>, Problem>> {
        loop {
            let step = match &self.state {
                State::Header(_) => self.header_line(),
                State::Body(length) => self.body(*length),
                State::Lost => self.look_for_header(),
            };
            match step {
                Step::On => {}
                Step::Wait => return None,
                Step::Give(given) => return Some(given),
            }
        }
    }

    /// Reports that a body is not JSON. The next header may begin in it, if its length was slightly wrong; a whole
    /// header line in it would have been found.
    pub fn reject(&mut self, body: &[u8]) {
        let tail = body.get(body.len().saturating_sub(MAX_FIELD)..).unwrap_or_default();
        self.buffer.splice(..self.start, tail.iter().copied());
        self.start = 0;
        self.enter(State::Lost);
    }

    /// Ends the input, and returns a problem if that was in the middle of a message.
    #[must_use]
    pub fn end(self) -> Option<Problem> {
        let got = self.rest().len();
        match self.state {
            State::Body(length) => Some(Problem::BrokenOff { length, got }),
            State::Header(header) if header.size + got > 0 => Some(Problem::NoLength),
            State::Header(_) | State::Lost => None,
        }
    }

    /// The number of buffered bytes.
    #[cfg(test)]
    fn held(&self) -> usize {
        self.rest().len()
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn enter(&mut self, state: State) {
        (self.state, self.scanned) = (state, 0);
    }

    fn skip(&mut self, bytes: usize) {
        (self.start, self.scanned) = (self.start + bytes, 0);
    }

    /// Reports a problem, and searches for the next header from `skipped` bytes on.
    fn lose(&mut self, skipped: usize, problem: Problem) -> Step {
        self.skip(skipped);
        self.enter(State::Lost);
        Step::Give(Err(problem))
    }

    /// The length of the next line with its line end; `None` if the line end has not arrived.
    fn line(&mut self, within: usize) -> Option<usize> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let looked_at = rest.get(self.scanned..within.min(rest.len())).unwrap_or_default();
        let end = looked_at.iter().position(|&byte| byte == b'\n');
        self.scanned = match end {
            Some(end) => self.scanned + end + 1,
            None => self.scanned + looked_at.len(),
        };
        end.map(|_| self.scanned)
    }

    fn header_line(&mut self) -> Step {
        let State::Header(header) = &self.state else { return Step::On };
        let size = header.size;
        let Some(length) = self.line(usize::MAX) else {
            return if size + self.rest().len() > MAX_HEADER { self.lose(0, Problem::LongHeader) } else { Step::Wait };
        };
        if size + length > MAX_HEADER {
            return self.lose(0, Problem::LongHeader);
        }
        let line = trim_line_end(self.rest().get(..length).unwrap_or_default());
        let field = Field::read(line);
        let State::Header(header) = &mut self.state else { return Step::On };
        let problem = match field {
            Field::End if header.size == 0 => None,
            Field::End => return self.header_end(length),
            Field::Length(bytes) => match header.length.replace(bytes) {
                Some(other) if other != bytes => return self.lose(length, Problem::TwoLengths(other, bytes)),
                _ => None,
            },
            Field::Charset(charset) => {
                header.charset = Some(charset);
                None
            }
            Field::Other => None,
            Field::Wrong(problem @ Problem::LongBody(_)) => return self.lose(length, problem),
            Field::Wrong(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            // A header may begin later in the line, but not at its start.
            return self.lose(1, problem);
        }
        if length > line_end_only(self.rest()) {
            let State::Header(header) = &mut self.state else { return Step::On };
            header.size += length;
        }
        self.skip(length);
        Step::On
    }

    fn header_end(&mut self, line: usize) -> Step {
        let State::Header(header) = &mut self.state else { return Step::On };
        let Header { length, charset, .. } = std::mem::take(header);
        match (length, charset) {
            (None, _) => self.lose(line, Problem::NoLength),
            (_, Some(charset)) => self.lose(line, Problem::Charset(charset)),
            (Some(length), None) => {
                self.skip(line);
                self.enter(State::Body(length));
                Step::On
            }
        }
    }

    fn body(&mut self, length: usize) -> Step {
        while let Some(end) = self.line(length) {
            let from = end.saturating_sub(MAX_FIELD);
            let tail = trim_line_end(self.rest().get(from..end).unwrap_or_default());
            if let Some(at) = length_field(tail) {
                self.skip(from + at);
                self.enter(State::Header(Header::default()));
                return Step::Give(Err(Problem::BrokenOff { length, got: from + at }));
            }
        }
        if self.rest().len() < length {
            return Step::Wait;
        }
        let body = self.rest().get(..length).unwrap_or_default().to_vec();
        self.skip(length);
        self.enter(State::Header(Header::default()));
        Step::Give(Ok(body))
    }

    fn look_for_header(&mut self) -> Step {
        while let Some(end) = self.line(usize::MAX) {
            let from = end.saturating_sub(MAX_FIELD);
            let tail = trim_line_end(self.rest().get(from..end).unwrap_or_default());
            if let Some(at) = length_field(tail) {
                self.skip(from + at);
                self.enter(State::Header(Header::default()));
                return Step::On;
            }
        }
        // Of bytes outside of a message, only as many are kept as can belong to the next header.
        let known = self.rest().len().saturating_sub(MAX_FIELD);
        let scanned = self.scanned - known;
        self.skip(known);
        self.scanned = scanned;
        Step::Wait
    }
}

enum Step {
    On,
    Wait,
    Give(Result<Vec<u8>, Problem>),
}

/// A line of a header.
enum Field {
    End,
    Length(usize),
    Charset(String),
    Other,
    Wrong(Problem),
}

impl Field {
    fn read(line: &[u8]) -> Self {
        if line.is_empty() {
            return Self::End;
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { return Self::Wrong(Problem::Garbage) };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(LENGTH) {
            return Self::length(value);
        }
        let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        if name.is_empty() || !name.iter().all(token) || length_field(line).is_some() {
            return Self::Wrong(Problem::Garbage);
        }
        if name.eq_ignore_ascii_case(b"content-type") {
            return other_charset(value).map_or(Self::Other, Self::Charset);
        }
        Self::Other
    }

    fn length(value: &[u8]) -> Self {
        let shown = || String::from_utf8_lossy(value).chars().take(MAX_FIELD).collect();
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return Self::Wrong(Problem::BadLength(shown()));
        }
        let number = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
        match number.filter(|&number| number <= MAX_BODY) {
            Some(number) => Self::Length(number),
            None => Self::Wrong(Problem::LongBody(shown())),
        }
    }
}

/// The charset of a content type; `None` if it is UTF-8, which is the default.
fn other_charset(value: &[u8]) -> Option<String> {
    let value = String::from_utf8_lossy(value).to_ascii_lowercase();
    let charset = value.split(';').find_map(|part| part.trim().strip_prefix("charset"))?;
    let charset = charset.trim_start().strip_prefix('=')?.trim().trim_matches('"');
    (!["utf-8", "utf8", "us-ascii", "ascii"].contains(&charset)).then(|| charset.to_owned())
}

/// The start of the length's field at the end of a text's last line.
fn length_field(text: &[u8]) -> Option<usize> {
    let start = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let line = text.get(start..).unwrap_or_default().trim_ascii_end();
    let digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let name = line[..line.len() - digits].trim_ascii_end().strip_suffix(b":")?.trim_ascii_end();
    let at = name.len().checked_sub(LENGTH.len())?;
    (digits > 0 && name[at..].eq_ignore_ascii_case(LENGTH)).then_some(start + at)
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The length of the line end that the bytes begin with.
fn line_end_only(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\r\n") { 2 } else { usize::from(bytes.starts_with(b"\n")) }
}

#[cfg(test)]
#[path = "framing/tests.rs"]
mod tests;
