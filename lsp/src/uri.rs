//! URIs as clients send them, and the canonical form of each that the server compares. Pure.
//!
//! Clients differ in what they encode: `[id]`, spaces and `é` are sent as they are or with percent signs, `:` as `%3A`,
//! drive letters in either case, and one client writes the same file in two ways. RFC 3986 does not allow half of that,
//! so the text is brought into its form before it is parsed.

use tower_lsp::ls_types::Uri;

/// Characters that every part of a URI may hold unencoded (`unreserved` and `sub-delims` in RFC 3986).
const PLAIN: &[u8] = b"-._~!$&'()*+,;=";

/// The canonical form of a URI, or of a path that is sent in its place; `None` if the text is neither.
///
/// The scheme, the host and a drive's letter are in lower case. Characters are encoded only where necessary, with
/// upper-case digits. `file:` has two slashes and no `localhost`. Nothing else is changed: case, `..` and links are up
/// to the file system.
#[must_use]
pub fn canonical(text: &str) -> Option<Uri> {
    let text = match scheme(text) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => file_uri(rest),
        Some((scheme, rest)) => other_uri(&scheme.to_ascii_lowercase(), rest, true),
        None => file_path(text)?,
    };
    text.parse().ok().or_else(|| {
        // A host that only the client understands.
        let (scheme, rest) = scheme(&text)?;
        other_uri(scheme, rest, false).parse().ok()
    })
}

/// The scheme and the text after its colon. A single letter is a drive, not a scheme.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let known = scheme.len() > 1 && scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    (known && scheme.bytes().all(fits)).then_some((scheme, rest))
}

/// The parts of a URI behind its scheme.
struct Parts<'t> {
    authority: &'t str,
    path: &'t str,
    query: Option<&'t str>,
    fragment: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn new(rest: &'t str, slashes: &[char]) -> Self {
        let (rest, fragment) = split(rest, '#');
        let (rest, query) = split(rest, '?');
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find(slashes).unwrap_or(rest.len())),
            None => ("", rest),
        };
        Self { authority, path, query, fragment }
    }

    fn end(&self) -> String {
        let part = |sign: char, text: Option<&str>| text.map(|text| format!("{sign}{}", recoded(text, b":@/?", b"")));
        let (query, fragment) = (part('?', self.query), part('#', self.fragment));
        format!("{}{}", query.unwrap_or_default(), fragment.unwrap_or_default())
    }
}

fn split(text: &str, sign: char) -> (&str, Option<&str>) {
    text.split_once(sign).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn file_uri(rest: &str) -> String {
    let parts = Parts::new(rest, &['/', '\\']);
    let (host, path) = (decoded(parts.authority), decoded(parts.path));
    let text = file(&host, &path);
    format!("{text}{}", parts.end())
}

/// A path, or the name of a buffer that has none, as some clients send them.
fn file_path(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    match bytes {
        [] => None,
        [b'\\' | b'/', b'\\' | b'/', rest @ ..] => {
            let end = rest.iter().position(|byte| b"\\/".contains(byte)).unwrap_or(rest.len());
            Some(file(&rest[..end], &rest[end..]))
        }
        [b'/', ..] => Some(file(b"", bytes)),
        [letter, b':', ..] if letter.is_ascii_alphabetic() => Some(file(b"", bytes)),
        _ => Some(format!("untitled:{}", encoded(bytes, b":@/"))),
    }
}

/// A `file:` URI of a decoded host and path.
fn file(host: &[u8], path: &[u8]) -> String {
    if matches!(host, [letter, b':'] if letter.is_ascii_alphabetic()) {
        // `file://c:/a` is a path that lacks a slash.
        return file(b"", &[b"/", host, path].concat());
    }
    let host = host.to_ascii_lowercase();
    let host = if host == b"localhost" { &[] } else { host.as_slice() };
    let mut path = path.to_vec();
    match path.first_mut() {
        Some(slash @ (b'/' | b'\\')) => *slash = b'/',
        _ => path.insert(0, b'/'),
    }
    if let [_, letter, b':'] | [_, letter, b':', b'/' | b'\\', ..] = path.as_mut_slice()
        && letter.is_ascii_alphabetic()
    {
        letter.make_ascii_lowercase();
        windows(&mut path);
    } else if !host.is_empty() {
        windows(&mut path);
    }
    format!("file://{}{}", encoded(host, b""), encoded(&path, b":@/"))
}

/// Replaces backslashes by slashes.
fn windows(path: &mut [u8]) {
    path.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
}

fn other_uri(scheme: &str, rest: &str, port: bool) -> String {
    let parts = Parts::new(rest, &['/']);
    let authority = decoded(parts.authority).to_ascii_lowercase();
    let authority = encoded(&authority, if port { b":@[]" } else { b"" });
    let mut path = recoded(parts.path, b":@/", b"/");
    if let Some(drive) = path.get_mut(..3)
        && matches!(drive.as_bytes(), [b'/', letter, b':'] if letter.is_ascii_alphabetic())
    {
        drive.make_ascii_lowercase();
    }
    let slashes = if authority.is_empty() && !path.starts_with("//") { "" } else { "//" };
    format!("{scheme}:{slashes}{authority}{path}{}", parts.end())
}

/// The text with its percent encoding decoded.
fn decoded(text: &str) -> Vec<u8> {
    pieces(text).map(|(byte, _)| byte).collect()
}

/// The text with only the necessary encoding: not for `also`, except for characters of `structure` that are encoded
/// already.
fn recoded(text: &str, also: &[u8], structure: &[u8]) -> String {
    let mut recoded = String::with_capacity(text.len());
    for (byte, was_encoded) in pieces(text) {
        let kept = if was_encoded && structure.contains(&byte) { &[] } else { also };
        push(&mut recoded, byte, kept);
    }
    recoded
}

fn encoded(bytes: &[u8], also: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    bytes.iter().for_each(|&byte| push(&mut encoded, byte, also));
    encoded
}

fn push(text: &mut String, byte: u8, also: &[u8]) {
    if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) || also.contains(&byte) {
        text.push(char::from(byte));
    } else {
        text.push_str(&format!("%{byte:02X}"));
    }
}

/// The bytes of a text, and whether each was encoded. A percent sign that encodes nothing is a byte of its own.
fn pieces(text: &str) -> impl Iterator<Item = (u8, bool)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let byte = *bytes.get(at)?;
        let digit = |offset: usize| bytes.get(at + offset).and_then(|&digit| char::from(digit).to_digit(16));
        match (byte, digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                at += 3;
                Some(((high * 16 + low) as u8, true))
            }
            _ => {
                at += 1;
                Some((byte, false))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &str, spellings: &[&str]) {
        for spelling in spellings.iter().chain([&expected]) {
            let got = canonical(spelling).map(|uri| uri.as_str().to_owned());
            assert_eq!(got.as_deref(), Some(expected), "{spelling}");
        }
    }

    #[test]
    fn spellings_of_one_document() {
        check(
            "file:///tmp/app/%5Bid%5D/views.py",
            &["file:///tmp/app/[id]/views.py", "file:///tmp/app/%5bid%5d/views.py"],
        );
        check(
            "file:///tmp/a%20b.py",
            &["file:///tmp/a b.py", "file:/tmp/a b.py", "FILE:///tmp/a%20b.py", "/tmp/a b.py"],
        );
        check("file:///tmp/caf%C3%A9.py", &["file:///tmp/café.py", "file:///tmp/caf%c3%a9.py", "/tmp/café.py"]);
        check(
            "file:///c:/Users/me/My%20Code/app.py",
            &[
                "file:///c%3A/Users/me/My%20Code/app.py",
                "file:///C%3a/Users/me/My%20Code/app.py",
                "file:///C:/Users/me/My Code/app.py",
                "file://C:/Users/me/My Code/app.py",
                "file:///C:\\Users\\me\\My Code\\app.py",
                "file:///C:%5CUsers%5Cme%5CMy Code%5Capp.py",
                "C:\\Users\\me\\My Code\\app.py",
                "c:/Users/me/My Code/app.py",
            ],
        );
        check(
            "file://server/share/a.py",
            &[
                "file://SERVER/share/a.py",
                "file://server\\share\\a.py",
                "\\\\server\\share\\a.py",
                "//server/share/a.py",
            ],
        );
        check("file://wsl$/Ubuntu/home/a.py", &["file://wsl%24/Ubuntu/home/a.py", "\\\\wsl$\\Ubuntu\\home\\a.py"]);
        check(
            "file:///tmp/a.py",
            &["file://localhost/tmp/a.py", "file://LocalHost/tmp/a.py", "/tmp/a.py", "file:///tmp/%61.py"],
        );
        check("file:///a%25b%23c%3Fd.py", &["file:///a%b%23c%3fd.py", "/a%b#c?d.py"]);
        check("file:///tmp/a+b@c:d.py", &["file:///tmp/a%2Bb%40c%3Ad.py"]);
        check("file:///a/b/c.py", &["file:///a/b%2Fc.py"]);
        check("file:///a/%E9.py", &["file:///a/%e9.py"]);
        check("file:///a/%EF%BF%BD.py", &["file:///a/\u{fffd}.py"]);
        check("untitled:Untitled-1", &["Untitled:Untitled-1", "Untitled-1"]);
        check("untitled:a%20b%5B1%5D", &["untitled:a b[1]"]);
        check("untitled:/c:/a.py", &["untitled:/C%3A/a.py", "untitled:///c:/a.py"]);
        check(
            "vscode-remote://ssh-remote+host/home/me/a%20b.py",
            &["vscode-remote://ssh-remote%2Bhost/home/me/a b.py", "vscode-remote://SSH-Remote%2bhost/home/me/a%20b.py"],
        );
        check("vscode-remote://host:8080/a.py", &["vscode-remote://host%3A8080/a.py"]);
        check("vscode-remote://host%3Aname/a.py", &["vscode-remote://host:name/a.py"]);
        check(
            "vscode-notebook-cell:/c:/a.ipynb#W0sZmlsZQ==",
            &["vscode-notebook-cell:/c%3A/a.ipynb#W0sZmlsZQ%3D%3D", "vscode-notebook-cell:/C:/a.ipynb#W0sZmlsZQ%3d="],
        );
        check("git:/a.py?%7B%22ref%22:%22HEAD%22%7D", &["git:/a.py?{\"ref\":\"HEAD\"}"]);
    }

    #[test]
    fn documents_that_are_not_the_same() {
        let all = [
            "file:///tmp/a.py",
            "file:///tmp/A.py",
            "file:///tmp/a.py.",
            "file:///tmp/./a.py",
            "file:///tmp/x/../a.py",
            "file:///tmp//a.py",
            "file:///tmp/a%2520b.py",
            "file:///tmp/a%20b.py",
            "file:///tmp/a+b.py",
            "file:///tmp/a.py#x",
            "file:///tmp/a.py?x",
            "file:///tmp/a.py%23x",
            "file:///tmp/a%5Cb.py",
            "file:///tmp/a/b.py",
            "file://host/tmp/a.py",
            "file:///d:/tmp/a.py",
            "file:///c:/tmp/a.py",
            "file:///c:/TMP/a.py",
            "untitled:/tmp/a.py",
            "untitled:a.py",
            "untitled:A.py",
            "vscode-remote://ssh-remote%2Ba/tmp/a.py",
            "vscode-remote://ssh-remote%2Bb/tmp/a.py",
            "vscode-vfs://github/tmp/a.py",
            "vscode-vfs://github/tmp%2Fa.py",
            "vscode-notebook-cell:/tmp/a.ipynb#W0",
            "vscode-notebook-cell:/tmp/a.ipynb#w0",
            "vscode-notebook-cell:/tmp/a.ipynb#W1",
        ];
        let mut seen = std::collections::HashMap::new();
        for text in all {
            let uri = canonical(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(canonical(uri.as_str()).as_ref(), Some(&uri), "{text}: the form is its own form");
            if let Some(other) = seen.insert(uri, text) {
                panic!("{text} is {other}");
            }
        }
    }

    #[test]
    fn the_path_is_what_was_meant() {
        for (text, path) in [
            ("file:///tmp/app/[id]/views.py", "/tmp/app/[id]/views.py"),
            ("file:///tmp/caf\u{e9} 1.py", "/tmp/caf\u{e9} 1.py"),
            ("/tmp/50% #1.py", "/tmp/50% #1.py"),
        ] {
            let uri = canonical(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(uri.to_file_path().as_deref(), Some(std::path::Path::new(path)), "{text}");
        }
    }

    #[test]
    fn what_names_nothing() {
        assert_eq!(canonical(""), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_one_form_or_none(text in ".{0,40}", prefix in "(|file://|file:|untitled:|x-y://|/|C:)") {
            let text = format!("{prefix}{text}");
            if let Some(uri) = canonical(&text) {
                proptest::prop_assert_eq!(canonical(uri.as_str()), Some(uri));
            }
        }
    }
}
