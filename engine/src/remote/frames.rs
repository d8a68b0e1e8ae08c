//! Messages in a stream of bytes: four bytes of length, least significant first, then the message in postcard's format.

use std::io::{self, BufRead, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of the length.
const HEADER: usize = 4;

/// Bytes of the longest message. A vocabulary of a million tokens takes a tenth of it.
const LONGEST: usize = 1 << 28;

/// A message's bytes.
///
/// # Errors
/// The message is too long.
pub(super) fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut frame = postcard::to_extend(message, vec![0; HEADER]).map_err(io::Error::other)?;
    let length = frame.len() - HEADER;
    if length > LONGEST {
        return Err(io::Error::other(format!("a message has {length} bytes, and {LONGEST} at most may be sent")));
    }
    let length = u32::try_from(length).map_err(io::Error::other)?;
    frame[..HEADER].copy_from_slice(&length.to_le_bytes());
    Ok(frame)
}

/// Writes a message in one piece.
///
/// # Errors
/// The stream cannot be written to, or the message is too long.
pub(super) fn write(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    output.write_all(&encode(message)?)?;
    output.flush()
}

/// Reads the next message; `None` where the stream ends between two. `buffer` is for its bytes.
///
/// # Errors
/// The stream cannot be read, ends within a message, or has something else than messages.
pub(super) fn read<T: DeserializeOwned>(input: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<Option<T>> {
    if is_over(input)? {
        return Ok(None);
    }
    let mut header = [0; HEADER];
    input.read_exact(&mut header)?;
    let length = u32::from_le_bytes(header) as usize;
    if length > LONGEST {
        return Err(invalid(format!("a message of {length} bytes is announced")));
    }
    buffer.clear();
    // As much memory as there are bytes, whatever is announced.
    input.by_ref().take(length as u64).read_to_end(buffer)?;
    if buffer.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match postcard::take_from_bytes(buffer) {
        Ok((message, [])) => Ok(Some(message)),
        Ok((_, rest)) => Err(invalid(format!("{} bytes follow a message", rest.len()))),
        Err(error) => Err(invalid(error.to_string())),
    }
}

/// Whether the stream has ended. A signal that is handled may interrupt the wait for more of it.
fn is_over(input: &mut impl BufRead) -> io::Result<bool> {
    loop {
        match input.fill_buf() {
            Ok(bytes) => return Ok(bytes.is_empty()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::PathBuf;

    use codegen_core::{Beginning, EngineError, FinishReason, Overflow, Priority, Prompt, Sampling};
    use proptest::prelude::*;

    use super::*;
    use crate::remote::protocol::{Call, Each, Read, Report, Total, VERSION, Work};
    use crate::runtime::EngineOptions;

    fn calls() -> Vec<Call> {
        let mut options = EngineOptions::new(PathBuf::from("/models/ü.gguf"));
        options.lora = Some("a b".into());
        let work = Work {
            prompt: Prompt::Text("def ä".to_owned()),
            max_tokens: usize::MAX,
            priority: Priority::Inline,
            overflow: Overflow::Window { keep: 3 },
            score_from: Some(0),
            fresh: true,
            each: vec![Each {
                id: u64::MAX,
                sampling: Sampling { temperature: 0.1, top_k: 1, top_p: 0.2, seed: 9 },
                begin: Beginning::one_of("n", ["name", "nil"]),
            }],
        };
        vec![
            Call::Start { version: VERSION.to_owned(), options },
            Call::Submit(work),
            Call::Cancel(7),
            Call::Tokenize { call: 1, text: String::new() },
        ]
    }

    fn errors() -> Vec<EngineError> {
        let (path, reason) = (PathBuf::from("m"), "because".to_owned());
        vec![
            EngineError::ModelNotFound { path: path.clone(), reason: reason.clone() },
            EngineError::ModelLoad { path: path.clone(), reason: reason.clone() },
            EngineError::AdapterLoad { path, reason: reason.clone() },
            EngineError::bad_option("context", 0, "at least 1"),
            EngineError::NoDevice { index: 3, devices: 2 },
            EngineError::PromptTooLong { tokens: 3, max_tokens: 2, limit: 1 },
            EngineError::EmptyPrompt,
            EngineError::Decode { reason: reason.clone() },
            EngineError::WorkerDied { reason: reason.clone() },
            EngineError::ProcessDied { reason: reason.clone() },
            EngineError::NoProcess { reason },
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        let mut stream = Vec::new();
        for call in calls() {
            write(&mut stream, &call).unwrap();
        }
        let (mut input, mut buffer) = (Cursor::new(&stream), Vec::new());
        for call in calls() {
            assert_eq!(read::<Call>(&mut input, &mut buffer).unwrap(), Some(call));
        }
        assert!(read::<Call>(&mut input, &mut buffer).unwrap().is_none());
        // At every other place the stream ends within a message.
        let lengths: Vec<usize> = calls().iter().map(|call| encode(call).unwrap().len()).collect();
        let first = lengths[0];
        for length in 1..first {
            let cut = read::<Call>(&mut Cursor::new(&stream[..length]), &mut buffer);
            assert!(cut.is_err(), "cut after {length} bytes");
        }
    }

    #[test]
    fn all_errors_cross() {
        for error in errors() {
            let report = Report::Ended { id: 1, end: Err(error), total: Total::default() };
            let bytes = encode(&report).unwrap();
            assert_eq!(read(&mut Cursor::new(bytes), &mut Vec::new()).unwrap(), Some(report));
        }
        let read_of = Read { logprobs: vec![-0.1, f32::MIN_POSITIVE], begun: true, ..Read::default() };
        let report = Report::Read { id: 1, read: read_of, total: Total::default() };
        let bytes = encode(&report).unwrap();
        assert_eq!(read(&mut Cursor::new(bytes), &mut Vec::new()).unwrap(), Some(report));
        let end = Report::Ended { id: 2, end: Ok(FinishReason::MaxTokens), total: Total::default() };
        assert!(encode(&end).unwrap().len() < 20);
    }

    /// A stream that every other read is interrupted of.
    struct Interrupted<'b>(&'b [u8], bool);

    impl io::Read for Interrupted<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = out.len().min(3);
            self.0.read(&mut out[..length])
        }
    }

    #[test]
    fn a_signal_is_no_end() {
        let bytes = [encode(&Call::Cancel(300)).unwrap(), encode(&Call::Cancel(7)).unwrap()].concat();
        let mut input = io::BufReader::with_capacity(5, Interrupted(&bytes, false));
        let mut next = || read::<Call>(&mut input, &mut Vec::new()).unwrap();
        assert_eq!([next(), next(), next()], [Some(Call::Cancel(300)), Some(Call::Cancel(7)), None]);
    }

    #[test]
    fn a_length_that_nothing_follows_takes_no_memory() {
        let mut buffer = Vec::new();
        for length in [u32::MAX, LONGEST as u32] {
            let mut stream = length.to_le_bytes().to_vec();
            stream.extend([1, 2, 3]);
            assert!(read::<Report>(&mut Cursor::new(stream), &mut buffer).is_err());
            assert!(buffer.capacity() < 1 << 16);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_messages_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (mut input, mut buffer) = (Cursor::new(&bytes), Vec::new());
            while let Ok(Some(_)) = read::<Report>(&mut input, &mut buffer) {}
            let mut framed = u32::try_from(bytes.len()).unwrap().to_le_bytes().to_vec();
            framed.extend(&bytes);
            let _ = read::<Call>(&mut Cursor::new(&framed), &mut buffer);
        }
    }
}
