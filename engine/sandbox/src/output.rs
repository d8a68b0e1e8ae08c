//! Keeps a bounded part of an output that may have no end.

use std::collections::VecDeque;

/// The beginning and the end of an output: the beginning shows how the run went, and the end has the traceback.
#[derive(Debug)]
pub(super) struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// Bytes kept at each end.
    half: usize,
    /// Bytes written so far.
    total: u64,
}

impl Kept {
    /// Returns an empty output that will keep `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { head: Vec::new(), tail: VecDeque::new(), half: limit.div_ceil(2), total: 0 }
    }

    /// Appends the bytes that were written next.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let (first, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(first);
        let rest = &rest[rest.len().saturating_sub(self.half)..];
        self.tail.extend(rest);
        self.tail.drain(..self.tail.len().saturating_sub(self.half));
    }

    /// Whether the output begins with these bytes.
    pub(super) fn begins_with(&self, bytes: &[u8]) -> bool {
        self.head.starts_with(bytes)
    }

    /// Bytes written so far, kept or not.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Returns the text that was kept, with a line in place of the omitted part.
    pub(super) fn text(&self) -> String {
        let (a, b) = self.tail.as_slices();
        let left_out = self.total - (self.head.len() + self.tail.len()) as u64;
        if left_out == 0 {
            return String::from_utf8_lossy(&[&self.head, a, b].concat()).into_owned();
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), [a, b].concat());
        format!("{head}\n[{left_out} bytes left out]\n{}", String::from_utf8_lossy(&tail))
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;

    fn kept(limit: usize, parts: &[&str]) -> String {
        let mut kept = Kept::new(limit);
        for part in parts {
            kept.push(part.as_bytes());
        }
        kept.text()
    }

    #[test]
    fn keeps_all_of_a_short_output_and_both_ends_of_a_long_one() {
        assert_eq!(kept(8, &["abc", "", "defgh"]), "abcdefgh");
        assert_eq!(kept(8, &["abcdefghi"]), "abcd\n[1 bytes left out]\nfghi");
        assert_eq!(kept(8, &["ab", "cdefgh", "ijk", "l"]), "abcd\n[4 bytes left out]\nijkl");
        assert_eq!(kept(0, &["abc"]), "\n[3 bytes left out]\n");
    }

    #[test]
    fn a_character_that_is_whole_stays_whole_though_it_arrives_in_parts() {
        let mut kept = Kept::new(4);
        for byte in "aäöb".as_bytes() {
            kept.push(&[*byte]);
        }
        assert_eq!(kept.total(), 6);
        assert!(kept.begins_with("a".as_bytes()) && !kept.begins_with("b".as_bytes()));
        let mut kept = Kept::new(6);
        for byte in "aäöb".as_bytes() {
            kept.push(&[*byte]);
        }
        assert_eq!(kept.text(), "aäöb");
    }
}
