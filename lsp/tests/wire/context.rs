//! What the model sees of other files for a suggestion.
#![cfg(unix)]

use std::path::Path;
use std::sync::{Arc, Mutex};

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::Context;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{Client, able, item};

/// The texts that the model was asked to continue, in order.
type Prompts = Arc<Mutex<Vec<String>>>;

/// A model that writes `1` behind `= ` and records the prompts that end so.
fn recording() -> (Engine, Prompts) {
    let prompts = Prompts::default();
    let seen = Arc::clone(&prompts);
    let script = Script::new(move |tokens| {
        let text: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
        let Ok(text) = String::from_utf8(text) else { return i32::from(b'\n') };
        if text.ends_with('=') {
            return i32::from(b' ');
        }
        if !text.ends_with("= ") {
            return i32::from(b'\n');
        }
        seen.lock().unwrap().push(text);
        i32::from(b'1')
    });
    (script.engine(), prompts)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn uri(root: &Path, file: &str) -> String {
    format!("file://{}", root.join(file).display())
}

/// A client with the folder open, whose options say so much of the context.
async fn client(engine: &Engine, root: &Path, context: Context) -> Client {
    let mut client = Client::with_config(engine, |config| config.inline.context = context);
    let mut params = able();
    params["workspaceFolders"] = json!([{"uri": format!("file://{}", root.display()), "name": "w"}]);
    client.initialize(params).await;
    client
}

/// Opens the file as a text that ends in `x = `, asks there, and returns the prompt.
async fn prompt(client: &mut Client, prompts: &Prompts, uri: &str, above: &str) -> String {
    client.open(uri, &format!("{above}x = "));
    let line = u32::try_from(above.matches('\n').count()).unwrap();
    let answer = client.complete(uri, line, 4).result().await;
    assert_eq!(item(&answer).0, "1");
    let last = prompts.lock().unwrap().last().cloned();
    last.unwrap()
}

async fn why(client: &mut Client, uri: &str, line: u32) -> Value {
    let argument = json!({"uri": uri, "position": {"line": line, "character": 0}});
    client
        .request("workspace/executeCommand", json!({"command": "codegen.why", "arguments": [argument]}))
        .result()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_of_what_is_imported_stand_before_the_text() {
    let folder = folder(&[("pkg/util.py", "def add(a, b=0):\n    return a + b\n\n\ndef other(): ...\n")]);
    let (engine, prompts) = recording();
    let mut client = client(&engine, folder.path(), Context::Imports).await;
    let main = uri(folder.path(), "main.py");
    let text = "from pkg.util import add\n\n";
    assert_eq!(
        prompt(&mut client, &prompts, &main, text).await,
        format!("# pkg/util.py\n# def add(a, b=0):\n\n{text}x = ")
    );
    let answer = why(&mut client, &main, 2).await;
    assert_eq!(answer["context"], json!([{"file": "pkg/util.py", "why": "imported", "lines": 1}]));
    assert!(answer["message"].as_str().unwrap().contains("the model saw 1 line of pkg/util.py"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shown_where_it_is_turned_off_or_in_no_workspace_folder() {
    let folder = folder(&[("w/util.py", "def add(): ...\n"), ("util.py", "def add(): ...\n")]);
    let (engine, prompts) = recording();
    let text = "from util import add\n\n";
    let root = folder.path().join("w");
    let mut off = client(&engine, &root, Context::Off).await;
    assert_eq!(prompt(&mut off, &prompts, &uri(&root, "main.py"), text).await, format!("{text}x = "));
    let answer = why(&mut off, &uri(&root, "main.py"), 2).await;
    assert_eq!(answer["context"], json!([]));
    let mut on = client(&engine, &root, Context::All).await;
    let outside = uri(folder.path(), "main.py");
    assert_eq!(prompt(&mut on, &prompts, &outside, text).await, format!("{text}x = "));
    let inside = prompt(&mut on, &prompts, &uri(&root, "main.py"), text).await;
    assert!(inside.starts_with("# util.py\n"), "{inside}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_ignores_what_is_secret_and_what_is_elsewhere_is_never_shown() {
    let files = [
        ("w/.gitignore", "local.py\n"),
        ("w/local.py", "LOCAL_NAME = 'local'\n"),
        ("w/.env", "ENV_NAME = 'env'\n"),
        ("w/.env.py", "ENV_NAME = 'env'\n"),
        ("w/kept/own.py", "OWN_NAME = 'own'\n"),
        ("outside.py", "OUTSIDE_NAME = 'outside'\n"),
        ("w/pkg/__init__.py", ""),
        ("w/good.py", "GOOD_NAME = 'good'\n"),
    ];
    let folder = folder(&files);
    let root = folder.path().join("w");
    std::os::unix::fs::symlink(folder.path().join("outside.py"), root.join("linked.py")).unwrap();
    std::os::unix::fs::symlink(folder.path(), root.join("up")).unwrap();
    let (engine, prompts) = recording();
    let mut client = Client::with_config(&engine, |config| config.inline.context = Context::All);
    let mut params = able();
    params["workspaceFolders"] = json!([{"uri": format!("file://{}", root.display()), "name": "w"}]);
    params["initializationOptions"] = json!({"inline": {"ignore": [".env", ".env.*", "kept/"]}});
    client.initialize(params).await;
    // Not even where it is open and was edited last.
    for file in ["local.py", ".env.py", "kept/own.py", "linked.py"] {
        client.open(&uri(&root, file), "EDITED_NAME = 1\n");
        client.change(&uri(&root, file), [0, 0, 0, 0], "EDITED_TOO = 2\n");
    }
    client.open(&uri(folder.path(), "outside.py"), "EDITED_NAME = 1\n");
    client.change(&uri(folder.path(), "outside.py"), [0, 0, 0, 0], "EDITED_TOO = 2\n");
    let text = "import local, linked, kept.own, outside, up.outside\nfrom .. import outside\nfrom ..outside import OUTSIDE_NAME\n\
                from linked import OUTSIDE_NAME\nfrom local import LOCAL_NAME\nfrom kept.own import OWN_NAME\nfrom good import GOOD_NAME\n";
    let shown = prompt(&mut client, &prompts, &uri(&root, "pkg/main.py"), text).await;
    assert_eq!(shown, format!("# good.py\n# GOOD_NAME = 'good'\n\n{text}x = "));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_buffer_counts_in_place_of_its_file() {
    let folder = folder(&[("util.py", "def add(old): ...\n")]);
    let (engine, prompts) = recording();
    let mut client = client(&engine, folder.path(), Context::Imports).await;
    let (main, util) = (uri(folder.path(), "main.py"), uri(folder.path(), "util.py"));
    let text = "from util import add\n\n";
    let shown = prompt(&mut client, &prompts, &main, text).await;
    assert!(shown.starts_with("# util.py\n# def add(old):\n"), "{shown}");
    client.open(&util, "def add(new): ...\n");
    let shown = prompt(&mut client, &prompts, &main, text).await;
    assert!(shown.starts_with("# util.py\n# def add(new):\n"), "{shown}");
    client.change(&util, [0, 11, 0, 11], "er");
    let shown = prompt(&mut client, &prompts, &main, text).await;
    assert!(shown.starts_with("# util.py\n# def add(newer):\n"), "{shown}");
    client.close(&util);
    let shown = prompt(&mut client, &prompts, &main, text).await;
    assert!(shown.starts_with("# util.py\n# def add(old):\n"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_of_other_buffers_that_were_edited_stand_in_the_order_of_their_first_edits() {
    let folder = folder(&[("a.py", ""), ("b.py", ""), ("main.py", "")]);
    let (engine, prompts) = recording();
    let mut client = client(&engine, folder.path(), Context::All).await;
    let [a, b, main] = ["a.py", "b.py", "main.py"].map(|file| uri(folder.path(), file));
    client.open(&a, "def f():\n    pass\n");
    client.open(&b, "LIMIT = 1\n");
    client.change(&a, [1, 4, 1, 8], "return 2");
    client.change(&b, [0, 9, 0, 9], "0");
    let expected = |value: u32| format!("# a.py\n# def f():\n#     return {value}\n# b.py\n# LIMIT = 10\n\nx = ");
    assert_eq!(prompt(&mut client, &prompts, &main, "").await, expected(2));
    // One that is edited again stays where it stands.
    client.change(&a, [1, 11, 1, 12], "3");
    assert_eq!(prompt(&mut client, &prompts, &main, "").await, expected(3));
    let answer = why(&mut client, &main, 0).await;
    assert_eq!(answer["context"][1], json!({"file": "b.py", "why": "edited", "lines": 1}));
    client.close(&a);
    assert_eq!(prompt(&mut client, &prompts, &main, "").await, "# b.py\n# LIMIT = 10\n\nx = ");
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_reads_nothing_of_it_again() {
    let functions: String = (0..12).map(|n| format!("def function_{n}(a, b): ...\n")).collect();
    let folder = folder(&[("util.py", &functions), ("other.py", "")]);
    let engine = Script::continuing(vec![("result = 1", "_never typed\n")]).engine();
    let mut client = client(&engine, folder.path(), Context::All).await;
    let (main, other) = (uri(folder.path(), "main.py"), uri(folder.path(), "other.py"));
    client.open(&other, "LIMIT = 1\n");
    client.change(&other, [0, 9, 0, 9], "0");
    client.open(&main, "import util\n\nresult = 1");
    client.complete(&main, 2, 10).result().await;
    let before = engine.counters();
    assert!(before.prefill_tokens > 300, "{before:?}");
    for (index, typed) in "2345678901".chars().enumerate() {
        let column = 10 + u32::try_from(index).unwrap();
        client.change(&main, [2, column, 2, column], &typed.to_string());
        client.complete(&main, 2, column + 1).result().await;
    }
    let after = engine.counters();
    assert_eq!(after.finished_requests - before.finished_requests, 10, "every key asked the model");
    let decoded = after.prefill_tokens - before.prefill_tokens;
    assert!((10..=30).contains(&decoded), "{decoded} prompt tokens for ten keys");
}
