use super::*;

/// A message with this body.
fn message(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

/// The bodies in the input, and the problems in angle brackets. Bodies that begin with `!` are rejected.
fn read(chunks: &[&[u8]]) -> Vec<String> {
    let (mut framing, mut found) = (Framing::default(), Vec::new());
    for chunk in chunks {
        framing.push(chunk);
        while let Some(given) = framing.take() {
            match given {
                Ok(body) if body.starts_with(b"!") => {
                    framing.reject(&body);
                    found.push("<rejected>".to_owned());
                }
                Ok(body) => found.push(String::from_utf8(body).unwrap()),
                Err(problem) => found.push(format!("<{problem}>")),
            }
        }
    }
    found
}

/// Checks the result of the input, in one piece and byte by byte.
#[track_caller]
fn check(input: &str, expected: &[&str]) {
    assert_eq!(read(&[input.as_bytes()]), expected, "{input:?}");
    let bytes: Vec<&[u8]> = input.as_bytes().chunks(1).collect();
    assert_eq!(read(&bytes), expected, "byte by byte: {input:?}");
}

#[test]
fn headers_as_clients_write_them() {
    for header in [
        "Content-Length: 2\r\n\r\n",
        "Content-Length: 2\n\n",
        "content-length:2\r\n\r\n",
        "CONTENT-LENGTH :  0002 \r\n\r\n",
        "Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: 2\r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; Charset = \"UTF-8\"\r\nContent-Length: 2\r\n\r\n",
        "Content-Type: x\r\nContent-Length: 2\r\n\r\n",
        "X-Unknown: y\r\nContent-Length: 2\r\nX-Other:\r\n\r\n",
        "Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
        "\r\n\r\n\nContent-Length: 2\r\n\r\n",
    ] {
        check(&format!("{header}{{}}{}", message("[]")), &["{}", "[]"]);
    }
    check(&format!("{}{}{}", message("a"), message(""), message("b")), &["a", "", "b"]);
}

#[test]
fn what_is_wrong_is_named_and_skipped() {
    let long = format!("X: {}\r\n\r\n", "x".repeat(MAX_HEADER));
    let endless = "x".repeat(3 * MAX_HEADER);
    for (wrong, problem) in [
        ("Content-Type: x\r\n\r\n", "a header has no Content-Length"),
        ("Content-Type: x\r\n\r\n{\"a\": 1}\n", "a header has no Content-Length"),
        ("Content-Length: -5\r\n\r\n{\"a\": 1}", "a Content-Length is \"-5\", which is no number of bytes"),
        ("Content-Length:\r\n\r\n{}", "a Content-Length is \"\", which is no number of bytes"),
        ("Content-Length: two\r\n\r\n{}", "a Content-Length is \"two\", which is no number of bytes"),
        ("Content-Length: 2.0\r\n\r\n{}", "a Content-Length is \"2.0\", which is no number of bytes"),
        ("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "a header has two values of Content-Length, 2 and 3"),
        (
            "Content-Length: 1099511627776\r\n\r\n{}",
            "a Content-Length is 1099511627776, but messages have at most 268435456 bytes",
        ),
        (
            "Content-Length: 99999999999999999999999\r\n\r\n{}",
            "a Content-Length is 99999999999999999999999, but messages have at most 268435456 bytes",
        ),
        (
            "Content-Length: 2\r\nContent-Type: x; charset=latin-1\r\n\r\n{}",
            "a Content-Type asks for \"latin-1\", but messages are read as UTF-8",
        ),
        ("garbage\r\nmore: garbage\r\n\r\n", "what comes before the next header is no part of any message"),
        ("{\"a\": 1}\n", "what comes before the next header is no part of any message"),
        ("\u{0}\u{1}\u{7f}\n\n\n", "what comes before the next header is no part of any message"),
        (": 5\r\n\r\n", "what comes before the next header is no part of any message"),
        (long.as_str(), "a header has more than 8192 bytes"),
        (endless.as_str(), "a header has more than 8192 bytes"),
    ] {
        let problem = format!("<{problem}>");
        check(&format!("{}{wrong}{}{}", message("a"), message("b"), message("c")), &["a", &problem, "b", "c"]);
    }
}

#[test]
fn a_message_that_breaks_off_costs_itself_only() {
    let body = r#"{"method": "x"}"#;
    for cut in 0..body.len() {
        let input = format!("Content-Length: 500\r\n\r\n{}{}", &body[..cut], message("b"));
        let problem = format!("<a message breaks off: {cut} bytes came of 500>");
        check(&input, &[&problem, "b"]);
    }
    // The length is slightly wrong, and the next header begins in the body.
    for more in 1..20 {
        let input = format!("Content-Length: {}\r\n\r\n!{}{}", 1 + more, message("b"), message("c"));
        let found = read(&[input.as_bytes()]);
        assert_eq!(found[1..], ["b", "c"], "{input:?}: {found:?}");
    }
    check(&format!("Content-Length: 2\r\n\r\n!breaks{}", message("b")), &["<rejected>", "b"]);
    // A truncated header.
    check(
        &format!("Content-Len{}", message("b")),
        &["<what comes before the next header is no part of any message>", "b"],
    );
    check(
        &format!("Content-Length: 1{}", message("b")),
        &["<a Content-Length is \"1Content-Length: 1\", which is no number of bytes>", "b"],
    );
}

#[test]
fn a_header_in_a_text_is_no_header() {
    let body = r#"{"text": "Content-Length: 5\r\n\r\n{}", "b": "Content-Length: 5"}"#;
    check(&format!("{}{}", message(body), message("b")), &[body, "b"]);
    // A broken message that contains such a text is skipped as a whole.
    check(
        &format!("Content-Length: -1\r\n\r\n{body}{}", message("b")),
        &["<a Content-Length is \"-1\", which is no number of bytes>", "b"],
    );
}

#[test]
fn nothing_is_held_of_what_cannot_be_read() {
    for start in ["Content-Length: 1099511627776\r\n\r\n", "garbage\n", "X: "] {
        let mut framing = Framing::default();
        framing.push(start.as_bytes());
        let chunk = [b"some text of a document\n".repeat(100), vec![b'x'; 60_000]].concat();
        for _ in 0..20 {
            framing.push(&chunk);
            while framing.take().is_some() {}
        }
        assert!(framing.held() <= MAX_FIELD, "{start:?}: {}", framing.held());
        framing.push(format!("\n{}", message("b")).as_bytes());
        assert_eq!(framing.take(), Some(Ok(b"b".to_vec())), "{start:?}");
    }
}

#[test]
fn the_end_of_the_input_is_a_problem_inside_a_message_only() {
    for (input, problem) in [
        ("", None),
        ("Content-Length: 2\r\n\r\n{}\r\n", None),
        ("Content-Length: 2\r\n\r\n{", Some(Problem::BrokenOff { length: 2, got: 1 })),
        ("Content-Len", Some(Problem::NoLength)),
        ("garbage\n", None),
    ] {
        let mut framing = Framing::default();
        framing.push(input.as_bytes());
        while framing.take().is_some() {}
        assert_eq!(framing.end(), problem, "{input:?}");
    }
}

#[test]
fn a_number_on_a_line_of_its_own_is_no_length() {
    let no_number = "<a Content-Length is \"\", which is no number of bytes>";
    check(&format!("Content-Length: \r\n\r\n193\r\n\r\n{{}}{}", message("[]")), &[no_number, "[]"]);
    check(&format!("Content-Length:\n193\n\n{{}}{}", message("[]")), &[no_number, "[]"]);
}

proptest::proptest! {
    /// Each problem consumes a part of the input, so that no input is refused without end.
    #[test]
    fn every_input_comes_to_an_end(pieces in proptest::collection::vec(0usize..12, 0..40)) {
        const PIECES: [&str; 12] =
            ["Content-Length", ":", " ", "\r\n", "\n", "\r", "193", "2", "{}", "x", "Content-Type: y; charset=z", "\u{c}"];
        let input: String = pieces.iter().map(|&piece| PIECES[piece]).collect();
        let mut framing = Framing::default();
        framing.push(input.as_bytes());
        let mut given = 0;
        while framing.take().is_some() {
            given += 1;
            proptest::prop_assert!(given <= input.len(), "{input:?}");
        }
    }
}
