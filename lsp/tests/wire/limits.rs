//! Documents that are no ordinary Python: very large, very wide, binary, renamed while they are worked on.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, able_with, blocked, gated, item};

const RENAMED: &str = "file:///project/b.py";
/// Bytes of the largest documents here.
const LARGE: usize = 10 << 20;

fn model() -> Script {
    Script::continuing(vec![("return 1", " + 1\n"), ("# say hello\n", "print('hello')\n")])
}

/// A request for what there is at the whole document's first line.
fn at_first_line(uri: &str) -> Value {
    let start = json!({"line": 0, "character": 0});
    json!({"textDocument": {"uri": uri}, "range": {"start": start, "end": start}, "context": {"diagnostics": []}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_renamed_while_it_is_worked_on() {
    let (engine, gate) = gated(model());
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    let text = "# say hello\n\n\nreturn 1";
    client.open(URI, text);
    gate.close();
    let suggestion = client.complete(URI, 3, 8);
    let command = client.synthesize(URI, 0);
    client.accept_progress().await;
    blocked(&gate).await;
    // LSP: a rename is a close and an open.
    client.close(URI);
    client.open(RENAMED, text);
    let again = client.synthesize(RENAMED, 0);
    let late = client.complete(URI, 3, 8);
    let renamed = client.complete(RENAMED, 3, 8);
    assert_eq!(suggestion.result().await, Value::Null);
    assert_eq!(late.result().await, Value::Null);
    gate.open();
    let closed = client.carry_out(command).await;
    assert_eq!((&closed["outcome"], &closed["turns"]), (&json!("closed"), &json!([])), "{closed}");
    client.accept_progress().await;
    let done = client.carry_out(again).await;
    assert_eq!(done["outcome"], "done", "{done}");
    assert_eq!(item(&renamed.result().await).0, " + 1");
    assert_eq!(client.text(RENAMED).await["text"], "# say hello\nprint('hello')\n\n\nreturn 1");
    assert_eq!(client.text(URI).await, Value::Null);
    // What is known of the turn is found by its text, so a second rename keeps it.
    let partials = client.arrived("codegen/partial");
    let last = |uri: &str| {
        partials.iter().rfind(|partial| partial.params["uri"] == uri).map(|partial| &partial.params["done"])
    };
    assert_eq!(last(RENAMED), Some(&json!(true)));
    assert!(last(URI).is_none_or(|done| *done == json!(true)), "{partials:?}");
    assert_eq!(client.unanswered(), 0);
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_followed_and_the_user_is_told_why_there_is_no_more() {
    let mut client = Client::with_engine(&model().engine());
    client.hello().await;
    let line = "x = 'a line of a file that nobody wrote'\n";
    let text = line.repeat(LARGE / line.len()) + "return 1";
    let last = u32::try_from(LARGE / line.len()).unwrap();
    client.open(URI, &text);
    assert_eq!(client.complete(URI, last, 8).result().await, Value::Null);
    let told = client.message().await;
    assert!(told.contains(URI) && told.contains("codegen.maxFileBytes") && told.contains("no suggestions"), "{told}");
    assert_eq!(
        client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).result().await,
        Value::Null
    );
    assert_eq!(client.request("textDocument/codeAction", at_first_line(URI)).result().await, Value::Null);
    assert_eq!(client.synthesize(URI, 0).result().await["outcome"], "failed");
    client.change(URI, [last, 0, last, 6], "\u{1F40D}");
    client.change(URI, [0, 0, 0, 1], "y");
    let followed = client.text(URI).await["text"].as_str().unwrap().to_owned();
    assert_eq!(followed.len(), text.len() - 6 + 4);
    assert!(followed.starts_with("y = 'a") && followed.ends_with("'\n\u{1F40D} 1"));
    client.close(URI);
    client.open(URI, "return 1");
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_completed_where_the_user_allows_it() {
    let mut client = Client::with_engine(&model().engine());
    client.initialize(able_with(json!({"maxFileBytes": 2 * LARGE}))).await;
    let line = "x = 'a line of a file that nobody wrote'\n";
    let last = u32::try_from(LARGE / line.len()).unwrap();
    client.open(URI, &(line.repeat(LARGE / line.len()) + "return 1"));
    assert_eq!(item(&client.complete(URI, last, 8).result().await), (" + 1".to_owned(), [8, 8]));
    client.change(URI, [last, 7, last, 7], "2 + ");
    assert_eq!(client.complete(URI, last, 12).result().await, Value::Null, "the model knows nothing here");
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_hundred_thousand_columns_costs_no_more_than_the_context() {
    let long = "a".repeat(100_000);
    let list = "1, ".repeat(33_333);
    for (text, at_end) in [
        (format!("y = '{long}'; return 1"), Some(" + 1")),
        (format!("y = [{list}]; return 1"), Some(" + 1")),
        (format!("{long} = 1; return 1"), Some(" + 1")),
        (format!("# {long} return 1"), None),
        (format!("y = {}; return 1", "(".repeat(100_000)), None),
        (format!("y = {}x{}; return 1", "(".repeat(50_000), ")".repeat(50_000)), None),
        ("\u{1F40D}".repeat(100_000), None),
        ("\t".repeat(100_000), None),
    ] {
        let engine = model().engine();
        let mut client = Client::with_engine(&engine);
        client.hello().await;
        client.open(URI, &format!("x = 0\n{text}\nz = 1\n"));
        let begin = &text[..text.char_indices().nth(20).unwrap().0];
        let width = u32::try_from(text.encode_utf16().count()).unwrap();
        let mut asked = 0;
        for character in [width, width / 2, 100, 1, 0, width + 1, u32::MAX] {
            let answer = client.complete(URI, 1, character).result().await;
            if let (Some(text), true) = (at_end, character >= width) {
                assert_eq!(item(&answer), (text.to_owned(), [u64::from(width); 2]), "{begin}");
            }
            asked += 1;
        }
        // Keys are answered there, too.
        for key in 0..10 {
            client.change(URI, [1, width + key, 1, width + key], "1");
            let _ = client.complete(URI, 1, width + key + 1).result().await;
            asked += 1;
        }
        let counters = engine.counters();
        assert!(counters.prefill_tokens <= asked * 2048, "{counters:?} of {asked} requests of {begin}");
        let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).result().await;
        assert!(lenses.is_array() || lenses.is_null());
        let followed = client.text(URI).await["text"].as_str().unwrap().to_owned();
        assert_eq!(followed, format!("x = 0\n{text}{}\nz = 1\n", "1".repeat(10)), "{begin}");
        assert!(client.leave().await, "{begin}");
    }
}

/// The message that opens a document whose text has these bytes in it.
fn opening(text: &[u8]) -> Vec<u8> {
    let start = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{URI}","languageId":"python","version":1,"text":""#
    );
    [start.as_bytes(), text, br#""}}}"#].concat()
}

/// Asks for everything there is in a document, and checks that the server still answers.
async fn check_answers(client: &mut Client, what: &str) {
    for (line, character) in [(0, 0), (0, 5), (1, 0), (1, 8)] {
        let _ = client.complete(URI, line, character).answer().await;
    }
    let _ = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).result().await;
    let _ = client.request("textDocument/codeAction", at_first_line(URI)).result().await;
    let asked = client.synthesize(URI, 0);
    let answer = tokio::select! {
        answer = asked.answer() => answer,
        () = async { loop { client.accept_progress().await; } } => unreachable!("it asks on"),
    };
    assert!(answer.is_ok_and(|answer| answer["outcome"] != "done"), "{what}: there is nothing to write");
    client.open(RENAMED, "return 1");
    assert_eq!(item(&client.complete(RENAMED, 0, 8).result().await).0, " + 1", "after {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_text_is_followed_as_it_is() {
    let mut client = Client::with_engine(&model().engine());
    client.hello().await;
    let every: String = (0..256_u32).filter_map(char::from_u32).collect();
    let mut noise = crate::random::Chance::new(7);
    let noise: String = (0..20_000).map(|_| char::from(noise.below(256) as u8)).collect();
    for (what, text) in [
        ("nothing but NUL", "\0".repeat(5000)),
        ("NUL in code", "x = '\0'\nreturn\0 1\n\0".to_owned()),
        ("every byte", every),
        ("noise", noise),
        ("escapes", "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m# say hello\u{202e}\n\u{feff}\u{fffe}\u{ffff}".to_owned()),
        ("characters of Unicode's ends", "\u{d7ff}\u{e000}\u{10ffff}\n\u{fdd0}".repeat(300)),
        ("line ends", "\r\r\n\n\r\u{2028}\u{2029}\u{85}\u{b}\u{c}\r".repeat(100)),
    ] {
        client.open(URI, &text);
        check_answers(&mut client, what).await;
        assert_eq!(client.text(URI).await["text"], text, "{what}");
    }
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn escapes_that_json_has_not_are_refused_and_the_document_waits_for_its_text() {
    let mut client = Client::with_engine(&model().engine());
    client.hello().await;
    for text in [&b"\\x41"[..], b"\\u12", b"\\uzzzz", b"\\", b"a\tb\n", b"\0", b"\x1f", b"\\ud83d\\x"] {
        let what = String::from_utf8_lossy(text).into_owned();
        client.open(URI, "return 1");
        client.send_raw(&opening(text));
        assert_eq!(client.next("error without a request").await.params["error"]["code"], -32700, "{what:?}");
        assert_eq!(
            client.text(URI).await,
            json!({"text": "return 1", "version": client.version(), "synced": false}),
            "{what:?}"
        );
        assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null, "{what:?}");
        client.changes(URI, json!([{"text": "return 1"}]));
        assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1", "{what:?}");
    }
}
