//! Which comments are prompts: of themselves, and asked for by name.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::Client;

const TEXT: &str = "x = [3, 1, 2]\n# Sort x in place.\n\n# TODO: fix this later\nimport os\n# noqa\n";

/// A client that has opened a text once the engine is loaded.
async fn client(text: &str) -> Client {
    let model = Script::continuing(vec![
        ("x = [3, 1, 2]\n\n# Sort x in place.\n", "x.sort()\n"),
        ("x = [3, 1, 2]\n# Sort x in place.\n", "x.sort()\n"),
        ("# sort the names\n", "names.sort()\n"),
    ]);
    let mut client = Client::with_engine(&model.engine());
    client.hello().await;
    client.open(URI, "return 1");
    client.complete(URI, 0, 8).result().await;
    client.open(URI, text);
    client
}

/// The lenses as their line and title.
async fn lenses(client: &mut Client) -> Vec<(u64, String)> {
    let answer = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).result().await;
    let lenses = answer.as_array().unwrap_or_else(|| panic!("no lenses: {answer}"));
    let shown = |lens: &Value| {
        (lens["range"]["start"]["line"].as_u64().unwrap(), lens["command"]["title"].as_str().unwrap().to_owned())
    };
    lenses.iter().map(shown).collect()
}

/// The titles of the code actions at the start of a line.
async fn actions(client: &mut Client, line: u32) -> Vec<String> {
    let position = json!({"line": line, "character": 0});
    let range = json!({"start": position, "end": position});
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": []}});
    let answer = client.request("textDocument/codeAction", params).result().await;
    let actions = answer.as_array().unwrap_or_else(|| panic!("no actions: {answer}"));
    actions.iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_below_code_is_written_when_it_is_asked_for() {
    let mut client = client(TEXT).await;
    assert_eq!(lenses(&mut client).await, [], "of itself none of them asks");
    assert_eq!(actions(&mut client, 1).await[0], "Write code for this prompt");
    assert_eq!(lenses(&mut client).await, [], "an action that is offered changes nothing");
    let asked = client.synthesize(URI, 1);
    client.accept_progress().await;
    client.apply().await;
    let result = asked.result().await;
    assert_eq!((&result["outcome"], &result["turns"][0]["prompt"]), (&json!("done"), &json!("Sort x in place.")));
    let text = client.text(URI).await["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("x = [3, 1, 2]\n# Sort x in place.\nx.sort()\n"), "{text:?}");
    // From now on it is a turn like any other.
    let titles: Vec<(u64, String)> = lenses(&mut client).await;
    let of_the_turn: Vec<&str> = titles.iter().map(|(_, title)| title.as_str()).collect();
    assert_eq!(of_the_turn, ["Regenerate", "Next candidate", "generated"]);
    assert!(titles.iter().all(|(line, _)| *line == 1), "{titles:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_makes_no_turn_of_a_comment() {
    let mut client = client(TEXT).await;
    let explained = client.on_line("codegen.explainTurn", URI, 1, json!({})).result().await;
    assert_eq!(explained["prompt"], "Sort x in place.");
    assert_eq!(explained["promptText"], "x = [3, 1, 2]\n# Sort x in place.\n");
    assert_eq!(lenses(&mut client).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_no_prompt_is_refused_with_the_reason_and_the_cure() {
    let mut client =
        client("#!/usr/bin/env python3\nx = 1  # one\ny = 2\n# z = 3\nlast = [\n    # first\n    1]\n").await;
    for (line, reason) in [
        (0, "line 1 has a comment for tools, not a prompt: put a comment of your own on a line below"),
        (1, "line 2 has a comment behind code: put the comment on a line of its own"),
        (2, "line 3 is no comment: put the cursor on one, or on its code"),
        (3, "line 4 is code that is commented out, not a prompt: say in words what is wanted"),
        (5, "line 6 has a comment inside of brackets, where no code can be written: put it above the statement"),
    ] {
        let result = client.synthesize(URI, line).result().await;
        assert_eq!(result, json!({"outcome": "nothing", "message": reason, "turns": []}));
        assert_eq!(client.message().await, format!("codegen-lsp: {reason}"));
        assert_eq!(actions(&mut client, line).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_asks_is_told_by_what_there_is() {
    let mut client = client("# one\na = 1\n\n# TODO: two\n\n# three\nb = 1\n").await;
    let result = client.command("codegen.synthesizeAll", json!({ "uri": URI })).result().await;
    let message = "no comment here asks for code by itself: 2 comments stand above code of their own, 1 comment is a note, \
                   an explanation or a title; put the cursor on one to ask for it";
    assert_eq!(result, json!({"outcome": "nothing", "message": message, "turns": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_above_other_code_is_written_above_it() {
    let mut client = client("names = ['b', 'a']\r\n\r\n# sort the names\r\n\r\nprint(names)\r\n").await;
    assert_eq!(lenses(&mut client).await, [(2, "Write code".to_owned())]);
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    client.accept_progress().await;
    client.apply().await;
    assert_eq!(asked.result().await["outcome"], "done");
    let text = "names = ['b', 'a']\r\n\r\n# sort the names\r\nnames.sort()\r\n\r\nprint(names)\r\n";
    assert_eq!(client.text(URI).await["text"], text);
}
