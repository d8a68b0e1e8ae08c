use proptest::prelude::*;

use crate::decode::text::TextDecoder;

fn decode(pieces: &[&[u8]]) -> Vec<String> {
    let mut decoder = TextDecoder::default();
    let mut texts: Vec<String> = pieces
        .iter()
        .map(|piece| {
            let mut text = String::new();
            decoder.push(piece, &mut text);
            text
        })
        .collect();
    let mut rest = String::new();
    decoder.finish(&mut rest);
    texts.push(rest);
    texts
}

#[test]
fn characters_come_when_they_are_whole() {
    assert_eq!(decode(&[b"a\xc3", b"\xa9b"]), ["a", "éb", ""]);
    assert_eq!(decode(&[b"\xf0", b"\x9f", b"\x98", b"\x80"]), ["", "", "", "😀", ""]);
    assert_eq!(decode(&[b"\xf0\x9f\x98"]), ["", "\u{fffd}"]);
    // The second byte shows that the first begins no character; it is then itself the start of one.
    assert_eq!(decode(&[b"\xc3", b"\xc3", b"\xa9"]), ["", "\u{fffd}", "é", ""]);
    assert_eq!(decode(&[b"\xff", b"\x80a"]), ["\u{fffd}", "\u{fffd}a", ""]);
    assert_eq!(decode(&[b"", b"\0"]), ["", "\0", ""]);
}

/// Bytes that are often, but not always, parts of characters.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 1..4),
        prop::sample::select(vec![b"\xf0\x9f\x98".to_vec(), b"\xed\xa0\x80".to_vec(), b"\xc0\x80".to_vec()]),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_split_gives_what_the_whole_gives(bytes in bytes(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(decode(&pieces).concat(), String::from_utf8_lossy(&bytes));
    }
}
