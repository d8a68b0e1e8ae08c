//! Bytes that are no messages: each gets one of JSON-RPC's own errors and is skipped, and the messages after it are
//! served.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, item, soon};

async fn client() -> Client {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    client
}

fn framed(body: &[u8]) -> Vec<u8> {
    [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

async fn check_alive(client: &mut Client, after: &str) {
    let answer = client.complete(URI, 0, 8).answer().await;
    let answer = answer.unwrap_or_else(|error| panic!("after {after}: {error}"));
    assert_eq!(item(&answer).0, " + 1", "after {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_answered_and_skipped() {
    let deep = format!(r#"{{"jsonrpc":"2.0","method":"x","params":{}"#, "[".repeat(100_000));
    let mut client = client().await;
    for (name, bytes, code) in [
        ("JSON that breaks off", framed(br#"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"#), -32700),
        ("arrays in arrays", framed(deep.as_bytes()), -32700),
        ("an empty body", framed(b""), -32700),
        ("a header without a length", b"Content-Type: x\r\n\r\n".to_vec(), -32700),
        ("a negative length", b"Content-Length: -1\r\n\r\n{}".to_vec(), -32700),
        ("two lengths", b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}".to_vec(), -32700),
        ("2^40", b"Content-Length: 1099511627776\r\n\r\n{}".to_vec(), -32700),
        ("past 2^64", b"Content-Length: 18446744073709551617\r\n\r\n{}".to_vec(), -32700),
        ("a length past the message", b"Content-Length: 100000\r\n\r\n{\"jsonrpc\":".to_vec(), -32700),
        ("another charset", b"Content-Length: 2\r\nContent-Type: x; charset=latin1\r\n\r\n{}".to_vec(), -32700),
        ("garbage", b"\x00\x01garbage\xff\r\n".to_vec(), -32700),
        ("a header of a megabyte", [b"X: ".to_vec(), vec![b'x'; 1 << 20], b"\r\n\r\n".to_vec()].concat(), -32700),
        ("a batch", framed(br#"[{"jsonrpc":"2.0","method":"$/nothing"}]"#), -32600),
        ("a fraction", framed(br#"{"jsonrpc":"2.0","method":"shutdown","id":1.5}"#), -32600),
        ("true", framed(br#"{"jsonrpc":"2.0","method":"shutdown","id":true}"#), -32600),
        ("a list", framed(br#"{"jsonrpc":"2.0","method":"shutdown","id":[1]}"#), -32600),
        ("null", framed(br#"{"jsonrpc":"2.0","method":"shutdown","id":null}"#), -32600),
        ("no version of JSON-RPC", framed(br#"{"method":"exit"}"#), -32600),
        ("a number for params", framed(br#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":5}"#), -32602),
    ] {
        client.send_bytes(&bytes);
        // A truncated message is recognized once the next message begins.
        check_alive(&mut client, name).await;
        let error = client.next("error without a request").await.params;
        assert_eq!((&error["error"]["code"], &error["id"]), (&json!(code), &Value::Null), "{name}: {error}");
    }
    let told = client.next("window/logMessage").await.params["message"].as_str().unwrap().to_owned();
    assert!(told.starts_with("codegen-lsp: a message of the editor's cannot be read, and refused: EOF"), "{told}");
    assert_eq!(client.arrived("window/logMessage"), [], "told once");
    assert_eq!(client.arrived("window/showMessage"), []);
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_as_clients_write_them_are_read() {
    let mut client = client().await;
    let body = br#"{"jsonrpc":"2.0","method":"$/nothing","params":{}}"#;
    for header in [
        format!("Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: {}\r\n\r\n", body.len()),
        format!("content-length:{}\n\n", body.len()),
        format!("X-Other: y\r\nCONTENT-LENGTH: {0}\r\nContent-Length: {0}\r\n\r\n", body.len()),
        format!("\r\n\nContent-Length: {}\r\n\r\n", body.len()),
    ] {
        client.send_bytes(&[header.as_bytes(), body].concat());
        check_alive(&mut client, &header).await;
    }
    assert_eq!(client.arrived("error without a request"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_wrong_are_answered_by_their_id() {
    let mut client = client().await;
    for (params, code) in [(json!(5), -32602), (json!("a"), -32602), (json!({"textDocument": 3}), -32602)] {
        let error = client.request("textDocument/inlineCompletion", params).error().await;
        assert_eq!(error["code"], code, "{error}");
    }
    // Responses to no request are not answered.
    client.send(&json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "what?"}}));
    client.send(&json!({"jsonrpc": "2.0", "id": 12345, "result": null}));
    check_alive(&mut client, "answers to nothing").await;
    assert_eq!(client.arrived("error without a request"), []);
}

/// The message of a change whose text has these bytes in it.
fn change(version: u32, range: &str, text: &[u8]) -> Vec<u8> {
    let start = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{URI}","version":{version}}},"contentChanges":[{{{range}"text":""#
    );
    [start.as_bytes(), text, br#""}]}}"#].concat()
}

const FRONT: &str = r#""range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"#;

#[tokio::test(flavor = "multi_thread")]
async fn broken_text_is_read_with_replacement() {
    let mut client = client().await;
    // UTF-16 counts one for each, and so does U+FFFD.
    client.send_raw(&change(2, "", b"name = 'caf\xe9 \\ud83d'\\nreturn x"));
    let text = client.text(URI).await;
    assert_eq!(text, json!({"text": "name = 'caf\u{fffd} \u{fffd}'\nreturn x", "version": 2, "synced": true}));
    assert_eq!(item(&client.complete(URI, 1, 8).result().await).0, " + 1");
    assert_eq!(client.arrived("window/showMessage"), []);

    for broken in [b"\xe9".as_slice(), b"\\ud83d"] {
        client.send_raw(&change(3, FRONT, broken));
        assert_eq!(client.text(URI).await["synced"], false, "what it may join with is the client's");
        assert_eq!(client.complete(URI, 1, 8).result().await, Value::Null);
        client.send_raw(&change(4, "", b"return 1"));
        assert_eq!(client.text(URI).await["synced"], true);
        check_alive(&mut client, "the whole text").await;
    }
    let told = client.message().await;
    assert!(told.contains(URI) && told.contains("no UTF-8") && told.contains("reopen the file"), "{told}");
    assert_eq!(client.arrived("window/showMessage"), [], "told once");

    client.send_raw(&change(5, "", b"x = '\xed\xa0\xbd'"));
    assert_eq!(client.text(URI).await["synced"], false, "editors count this in two ways");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_utf_8_bytes_that_are_none_are_counted_otherwise() {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    let mut params = crate::common::able();
    params["capabilities"]["general"]["positionEncodings"] = json!(["utf-8"]);
    client.initialize(params).await;
    let open = |uri: &str, text: &[u8]| {
        let start = format!(
            r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{uri}","languageId":"python","version":1,"text":""#
        );
        [start.as_bytes(), text, br#""}}}"#].concat()
    };
    client.send_raw(&open("file:///broken.py", b"x = '\xe9'\\nreturn x"));
    client.send_raw(&open("file:///half.py", b"x = '\\ud83d'\\nreturn x"));
    assert_eq!(client.text("file:///broken.py").await["synced"], false);
    assert_eq!(client.text("file:///half.py").await["synced"], true);
    assert!(client.message().await.contains("file:///broken.py is out of step"));
    assert_eq!(item(&client.complete("file:///half.py", 1, 8).result().await).0, " + 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_lost_leaves_its_document_out_of_step() {
    let mut client = client().await;
    let whole = change(7, "", b"return 1");
    for lost in [
        // Truncated, not JSON, not JSON-RPC, not a change.
        [b"Content-Length: 400\r\n\r\n".as_slice(), &change(2, FRONT, b"lost ")].concat(),
        framed(&[change(2, FRONT, b"lost "), b"}".to_vec()].concat()),
        framed(&change(2, FRONT, b"lost ")[..170]),
        framed(String::from_utf8_lossy(&change(2, FRONT, b"lost ")).replace("\"2.0\"", "\"1.0\"").as_bytes()),
        framed(String::from_utf8_lossy(&change(2, FRONT, b"lost ")).replace("\"text\"", "\"next\"").as_bytes()),
    ] {
        client.send_bytes(&lost);
        let shown = String::from_utf8_lossy(&lost).into_owned();
        let broken_off = shown.contains("Content-Length: 400");
        assert_eq!(client.text(URI).await["synced"], broken_off, "{shown}");
        client.send_raw(&whole);
        check_alive(&mut client, &shown).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_ends_the_server_even_if_nobody_reads() {
    let engine = Script::continuing(vec![]).engine();
    let loader: codegen_lsp::server::session::Loader = std::sync::Arc::new(move |_| Ok(engine.clone()));
    for (shutdown, orderly) in [(true, true), (false, false)] {
        let greeting = framed(br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#);
        let mut input = Vec::new();
        if shutdown {
            input.extend(framed(br#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#));
        }
        input.extend(framed(br#"{"jsonrpc":"2.0","method":"exit"}"#));
        // Bytes after `exit` are ignored.
        input.extend(b"Content-Length: 10\r\n\r\n");
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(theirs);
        let (mut answers, mut sender) = tokio::io::split(ours);
        let served = codegen_lsp::server::serve(read, write, codegen_lsp::config::Config::default(), loader.clone());
        let said = async {
            tokio::io::AsyncWriteExt::write_all(&mut sender, &greeting).await.unwrap();
            // A client may send nothing before it has been answered. This one reads nothing after that.
            tokio::io::AsyncReadExt::read_u8(&mut answers).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut sender, &input).await.unwrap();
        };
        // The input stays open.
        let (ended, ()) = soon("the server's end", async { tokio::join!(served, said) }).await;
        assert_eq!(ended, orderly);
    }
}
