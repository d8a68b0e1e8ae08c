//! A file of JSON lines, plain or compressed with gzip, line after line.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::LeftOut;

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Maximum size of a file in bytes, after decompression. The benchmarks have less than a megabyte.
pub(super) const LARGEST: u64 = 256 << 20;
/// Maximum length of a line in bytes.
pub(super) const LONGEST: u64 = 16 << 20;
/// Number of lines that may be left out before reading stops.
pub(super) const PATIENCE: usize = 1000;

/// Calls `read` with the number, from 1, and the text of every line that is not blank, and collects the errors. Memory
/// is bounded for any `bytes`.
pub(super) fn each(bytes: &[u8], mut read: impl FnMut(usize, &str) -> Result<(), String>) -> Vec<LeftOut> {
    let source: Box<dyn Read + '_> = match bytes.get(..2) {
        Some(start) if start == GZIP => Box::new(MultiGzDecoder::new(bytes)),
        _ => Box::new(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)),
    };
    let mut source = BufReader::new(source.take(LARGEST));
    let mut left_out = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        let mut leave_out = |reason: String| left_out.push(LeftOut { line: number, reason });
        line.clear();
        let count = match (&mut source).take(LONGEST).read_until(b'\n', &mut line) {
            Ok(count) => count,
            Err(error) => {
                leave_out(broken(&error));
                break;
            }
        };
        if source.get_ref().limit() == 0 && source.buffer().is_empty() {
            leave_out(format!("the file has more than {} MiB, and from here on is not read", LARGEST >> 20));
            break;
        }
        if count == 0 {
            break;
        }
        if line.len() as u64 == LONGEST && line.last() != Some(&b'\n') {
            leave_out(format!("it has more than {} MiB", LONGEST >> 20));
            if let Err(error) = source.skip_until(b'\n') {
                leave_out(broken(&error));
                break;
            }
            continue;
        }
        let result = match std::str::from_utf8(&line) {
            Ok(text) if text.trim().is_empty() => Ok(()),
            Ok(text) => read(number, text.trim_end()),
            Err(error) => Err(format!("it is not UTF-8 from its byte {} on", error.valid_up_to() + 1)),
        };
        if let Err(reason) = result {
            leave_out(reason);
        }
        if left_out.len() == PATIENCE {
            let reason =
                format!("{PATIENCE} lines are left out, and what follows is not read; is this a file of problems?");
            left_out.push(LeftOut { line: number + 1, reason });
            break;
        }
    }
    left_out
}

fn broken(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => "the gzip data ends too soon; is the file complete?".to_owned(),
        _ => format!("the gzip data is damaged: {error}"),
    }
}
