//! Documents with the URIs, versions and language ids that clients send.

use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use serde_json::{Value, json};

use crate::common::{Client, able_with, hesitant, item, only_edit};

async fn client() -> Client {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn every_spelling_of_a_uri_names_its_document() {
    let mut client = client().await;
    for spellings in [
        &["file:///tmp/app/[id]/views.py", "file:///tmp/app/%5Bid%5D/views.py", "file:///tmp/app/%5bid%5d/views.py"][..],
        &[
            "file:///c%3A/Users/me/My%20Code/app.py",
            "file:///C:/Users/me/My Code/app.py",
            "c:\\Users\\me\\My Code\\app.py",
        ],
        &["file:///tmp/caf\u{e9}.py", "file:///tmp/caf%C3%A9.py", "/tmp/caf\u{e9}.py"],
        &["vscode-remote://ssh-remote%2Bhost/a b.py", "vscode-remote://ssh-remote+host/a%20b.py"],
        &["untitled:Untitled-1", "Untitled:Untitled-1"],
        &["vscode-notebook-cell:/c%3A/a.ipynb#W0%3D", "vscode-notebook-cell:/C:/a.ipynb#W0="],
        &["vscode-notebook-cell:/c%3A/a.ipynb#W1%3D", "vscode-notebook-cell:/C:/a.ipynb#W1="],
    ] {
        for &opened in spellings {
            client.open(opened, "return 1");
            for &asked in spellings {
                let answer = client.complete(asked, 0, 8).result().await;
                assert_eq!(item(&answer).0, " + 1", "opened as {opened}, asked as {asked}");
                client.change(asked, [0, 0, 0, 0], "y\n");
                assert_eq!(client.text(opened).await["text"], "y\nreturn x", "{opened} {asked}");
                client.changes(asked, json!([{"text": "return 1"}]));
            }
            client.close(spellings[spellings.len() - 1]);
            assert_eq!(client.text(opened).await, Value::Null, "{opened} is closed");
        }
    }
    assert_eq!(client.arrived("window/showMessage"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_back_is_spelled_as_the_client_spells_it() {
    let (opened, asked) = ("file:///c%3A/[a] b.py", "file:///C:/%5Ba%5D%20b.py");
    let mut client = Client::with_engine(&hesitant().engine());
    client.hello().await;
    client.open(opened, "# Add two numbers.\n");
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": asked}})).result().await;
    assert_eq!(lenses[0]["command"]["arguments"][0]["uri"], opened, "{lenses}");
    let start = json!({"line": 0, "character": 0});
    let params = json!({"textDocument": {"uri": asked}, "range": {"start": start, "end": start},
        "context": {"diagnostics": []}});
    let actions = client.request("textDocument/codeAction", params).result().await;
    assert!(actions.to_string().contains(opened) && !actions.to_string().contains("%5B"), "{actions}");
    let asked = client.synthesize(asked, 0);
    client.accept_progress().await;
    let request = client.next("workspace/applyEdit").await;
    assert_eq!(only_edit(&request).0, opened);
    client.report(&request);
    client.say_applied(&request);
    assert_eq!(asked.result().await["outcome"], "done");
}

/// A `didChange` with this in place of its version.
fn change(client: &Client, uri: &str, version: Option<Value>, text: &str) {
    let mut document = json!({ "uri": uri });
    if let Some(version) = version {
        document["version"] = version;
    }
    let start = json!({"line": 0, "character": 0});
    let changes = json!([{"range": {"start": start, "end": start}, "text": text}]);
    client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_a_version_are_applied() {
    let mut client = client().await;
    let uri = "file:///a.py";
    for (version, expected) in [
        (Some(Value::Null), Value::Null),
        (None, Value::Null),
        (Some(json!("7")), Value::Null),
        (Some(json!(7.0)), json!(7)),
        (Some(json!(0)), json!(0)),
        (Some(json!(-3)), json!(-3)),
        (Some(json!(1_u64 << 40)), Value::Null),
    ] {
        client.open(uri, "x\n");
        for _ in 0..3 {
            change(&client, uri, version.clone(), "y\n");
        }
        let text = client.text(uri).await;
        assert_eq!(text, json!({"text": "y\ny\ny\nx\n", "version": expected, "synced": true}), "{version:?}");
    }
    assert_eq!(client.arrived("window/showMessage"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_for_clients_without_versions_land() {
    for version in [None, Some(Value::Null), Some(json!("7")), Some(json!(1))] {
        let uri = "file:///a.py";
        let mut client = Client::with_engine(&hesitant().engine());
        client.hello().await;
        let mut document = json!({"uri": uri, "languageId": "python", "text": "# Add two numbers.\n"});
        if let Some(version) = &version {
            document["version"] = version.clone();
        }
        client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        let asked = client.synthesize(uri, 0);
        client.accept_progress().await;
        let request = client.next("workspace/applyEdit").await;
        let stated = &request.params["edit"]["documentChanges"][0]["textDocument"]["version"];
        assert_eq!(*stated, version.clone().filter(Value::is_number).unwrap_or_default(), "{version:?}");
        let (_, range, text) = only_edit(&request);
        let mut document = json!({ "uri": uri });
        if let Some(version) = &version {
            document["version"] = version.clone();
        }
        let changes = json!([{"range": range, "text": text}]);
        client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        client.say_applied(&request);
        let answer = asked.result().await;
        assert_eq!(answer["outcome"], "done", "{version:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_python_is_answered() {
    let mut client = client().await;
    let text = "# Add two numbers.\n\nreturn x";
    for (uri, language, served) in [
        ("file:///p/a.py", "python", true),
        ("file:///p/b.py", "Python", true),
        ("file:///p/c.pyx", "cython", true),
        ("file:///p/d.py", "", true),
        ("file:///p/.env", "dotenv", false),
        ("file:///p/.env", "shellscript", false),
        ("file:///p/a.json", "json", false),
        ("file:///p/a.md", "markdown", false),
        ("file:///p/COMMIT_EDITMSG", "gitcommit", false),
        ("file:///p/main.rs", "rust", false),
        ("file:///p/notes", "", false),
    ] {
        client.open_as(uri, language, text);
        assert_eq!(client.complete(uri, 2, 8).result().await.is_null(), !served, "{uri} {language}");
        let document = json!({"textDocument": {"uri": uri}});
        let lenses = client.request("textDocument/codeLens", document).result().await;
        assert_eq!(lenses.is_null(), !served, "{uri}: {lenses}");
        let start = json!({"line": 0, "character": 0});
        let params = json!({"textDocument": {"uri": uri}, "range": {"start": start, "end": start},
            "context": {"diagnostics": []}});
        let actions = client.request("textDocument/codeAction", params).result().await;
        assert_eq!(actions.is_null(), !served, "{uri}: {actions}");
        if served {
            assert_eq!(client.arrived("window/logMessage"), [], "{uri}");
            continue;
        }
        for command in ["codegen.synthesize", "codegen.regenerate", "codegen.candidates", "codegen.explainTurn"] {
            let error = client.on_line(command, uri, 0, json!({})).error().await;
            assert!(error["message"].as_str().unwrap().contains("only documents of python, "), "{command}: {error}");
        }
        let error = client.command("codegen.synthesizeAll", json!({ "uri": uri })).error().await;
        assert!(error["message"].as_str().unwrap().contains(uri), "{error}");
        let told = client.next("window/logMessage").await.params["message"].clone();
        assert!(told.as_str().unwrap().contains("codegen.languages"), "{told}");
        client.close(uri);
        client.open_as(uri, language, text);
        client.settle().await;
        assert_eq!(client.arrived("window/logMessage"), [], "{uri}: told once");
        client.change(uri, [0, 0, 0, 0], "y\n");
        assert_eq!(client.text(uri).await["text"], format!("y\n{text}"), "followed all the same");
    }
    assert_eq!(client.arrived("window/showMessage"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_may_list_other_languages() {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.initialize(able_with(json!({"languages": ["starlark"]}))).await;
    client.open_as("file:///BUILD", "starlark", "return 1");
    client.open_as("file:///a.py", "python", "return 1");
    assert_eq!(item(&client.complete("file:///BUILD", 0, 8).result().await).0, " + 1");
    assert_eq!(client.complete("file:///a.py", 0, 8).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_in_the_text_change_no_suggestion() {
    // The model depends on its whole prompt: one with a mark in it has no continuation.
    let engine = Script::new(|tokens| {
        let shown: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
        let rest = b"import os\n\n\ndef f():\n    return x + 1\n".strip_prefix(shown.as_slice());
        rest.and_then(|rest| rest.first()).map_or(END_OF_TEXT, |&byte| byte.into())
    });
    let mut client = Client::with_engine(&engine.engine());
    client.hello().await;
    for (text, line) in [
        ("import os\n\n\ndef f():\n    return x", 4),
        ("\u{feff}import os\n\n\ndef f():\n    return x", 4),
        ("import os\n\n\u{c}\ndef f():\n    return x", 4),
        ("\u{feff}import os\n\u{c}\n\n\u{c}def f():\n    return x", 4),
    ] {
        client.open("file:///a.py", text);
        let (shown, range) = item(&client.complete("file:///a.py", line, 12).result().await);
        assert_eq!((shown.as_str(), range), (" + 1", [12, 12]), "{text:?}");
        client.change("file:///a.py", [0, 0, 0, 0], "");
        assert_eq!(client.text("file:///a.py").await["text"], text, "the text itself keeps them");
    }
}
