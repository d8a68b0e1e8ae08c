//! A model that says anything: Python, broken Python, and bytes that are no text.

use codegen_core::TokenId;
use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};

/// What every model here knows, so that a test can tell whether it is asked.
pub const KNOWN: (&str, &str) = ("\nreturn 1", " + 1\n");

/// What the model says, a piece at a time.
const PIECES: [&[u8]; 20] = [
    b"x = 1\n",
    b"print(x)\n",
    b"\n",
    b"\n\n",
    b"    return a\n",
    b"def g():\n",
    b"# another\n",
    b")",
    b"]",
    b"'''",
    b"\"",
    b"(",
    b"\r\n",
    b"\xe9",
    b"\xf0\x9f\x90\x8d",
    b"\xe2\x80\xa8",
    b"self.",
    b" + 1",
    b"pass\n",
    b"\t",
];

/// A model that continues each text in one way, at random.
pub fn anything(seed: u64) -> Script {
    let known = [KNOWN.0, KNOWN.1].concat().into_bytes();
    Script::new(move |tokens| {
        let text: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
        let from = KNOWN.0.len();
        if let Some(length) = (from..=known.len()).rev().find(|&length| text.ends_with(&known[..length])) {
            return known.get(length).map_or(END_OF_TEXT, |&byte| TokenId::from(byte));
        }
        // A piece that has been begun is said to its end; the text before decides which.
        let tail = &text[text.len().saturating_sub(8)..];
        let begun = PIECES.iter().find_map(|piece| {
            let length = (1..piece.len()).rev().find(|&length| tail.ends_with(&piece[..length]))?;
            Some(piece[length])
        });
        let hash = tail.iter().fold(seed | 1, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        match (hash >> 20) % 24 {
            0 => END_OF_TEXT,
            1..16 if begun.is_some() => begun.map_or(END_OF_TEXT, TokenId::from),
            _ => TokenId::from(PIECES[(hash >> 32) as usize % PIECES.len()][0]),
        }
    })
}
