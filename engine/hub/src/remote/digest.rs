//! The hashes by which the Hub names files: SHA-256 of large ones (Git LFS), git's SHA-1 of small ones.

use std::fmt::Write;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// What a file's hash has to be, in lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hash {
    /// Of the contents.
    Sha256(String),
    /// Of git's `blob SIZE\0` and the contents.
    Git(String),
}

impl Hash {
    /// The hash that these digits are, by their number.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let hexadecimal = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match digits.len() {
            64 if hexadecimal => Some(Self::Sha256(digits.to_owned())),
            40 if hexadecimal => Some(Self::Git(digits.to_owned())),
            _ => None,
        }
    }

    /// Its digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        match self {
            Self::Sha256(digits) | Self::Git(digits) => digits,
        }
    }

    /// Its name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::Git(_) => "git's SHA-1",
        }
    }
}

/// A hash under way.
pub(super) enum Digest {
    Sha256(Sha256),
    Git(Sha1),
}

impl Digest {
    /// That of a file of `size` bytes.
    pub fn new(hash: &Hash, size: u64) -> Self {
        match hash {
            Hash::Sha256(_) => Self::Sha256(Sha256::new()),
            Hash::Git(_) => Self::Git(Sha1::new_with_prefix(format!("blob {size}\0"))),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(digest) => digest.update(bytes),
            Self::Git(digest) => digest.update(bytes),
        }
    }

    /// The digits.
    pub fn finish(self) -> String {
        match self {
            Self::Sha256(digest) => hex(&digest.finalize()),
            Self::Git(digest) => hex(&digest.finalize()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_git_and_of_git_lfs() {
        // `printf 'hello\n' | git hash-object --stdin` and `… | sha256sum`.
        for digits in [
            "ce013625030ba8dba906f756967f9e9ca394464a",
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
        ] {
            let hash = Hash::parse(digits).unwrap();
            let mut digest = Digest::new(&hash, 6);
            digest.update(b"he");
            digest.update(b"llo\n");
            assert_eq!(digest.finish(), digits, "{}", hash.kind());
        }
        for other in ["", "xyz", "../../x", &"g".repeat(64), &"A".repeat(40)] {
            assert_eq!(Hash::parse(other), None, "{other}");
        }
    }
}
