//! A piece of code's way into the client's buffer, with clients of all kinds.

use std::sync::Arc;
use std::time::Duration;

use codegen_engine::Engine;
use codegen_lsp::config::{Config, Timeouts};
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, able, hesitant};

const TEXT: &str = "# one\n\n# two\n";
const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(1);

async fn client(engine: &Engine, timeouts: Timeouts, able: Value) -> Client {
    let engine = engine.clone();
    let config = Config { timeouts, ..Config::default() };
    let mut client = Client::with_loader(Arc::new(move |_| Ok(engine.clone())), config);
    client.initialize(able).await;
    client.open(URI, TEXT);
    client
}

async fn patient() -> Client {
    client(&hesitant().engine(), Timeouts { answer: LONG, report: LONG, ..Timeouts::default() }, simple()).await
}

/// A client without progress.
fn simple() -> Value {
    let mut able = able();
    able["capabilities"]["window"] = json!({});
    able
}

/// Whether the server takes the first turn's code for what it is, a model's: what greedy sampling gives is drawn
/// when it is regenerated. The first seed happens to draw another text.
async fn is_known_as_generated(client: &mut Client) -> bool {
    let asked = client.on_line("codegen.regenerate", URI, 0, Value::Null);
    client.carry_out(asked).await["turns"][0]["text"] != "a = 1"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_cannot_apply_edits_gets_the_text_in_the_answer() {
    let mut able = simple();
    able["capabilities"]["workspace"] = json!({});
    let mut client = client(&hesitant().engine(), Timeouts::default(), able).await;
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    let result = asked.result().await;
    let message = "this editor cannot apply edits (workspace/applyEdit)";
    assert_eq!((&result["outcome"], &result["message"]), (&json!("not applied"), &json!(message)));
    assert_eq!((&result["turns"][0]["text"], &result["turns"][1]), (&json!("a = 1"), &Value::Null));
    assert_eq!(client.message().await, format!("codegen-lsp: {message}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_answers() {
    let mut client =
        client(&hesitant().engine(), Timeouts { answer: SHORT, report: LONG, ..Timeouts::default() }, simple()).await;
    let result = client.synthesize(URI, 0).result().await;
    let message = "the editor did not say whether it applied the program text";
    assert_eq!((&result["outcome"], &result["message"]), (&json!("not applied"), &json!(message)));
    assert_eq!(result["turns"][0]["text"], "a = 1", "the text is not lost");
    // The turn is free again.
    let request = client.next("workspace/applyEdit").await;
    client.say_applied(&request);
    assert_eq!(client.synthesize(URI, 0).result().await["outcome"], "not applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reports() {
    let mut client =
        client(&hesitant().engine(), Timeouts { answer: LONG, report: SHORT, ..Timeouts::default() }, simple()).await;
    let asked = client.synthesize(URI, 0);
    let request = client.next("workspace/applyEdit").await;
    client.say_applied(&request);
    let result = asked.result().await;
    let message = "the editor said that it applied the program text, but has reported no change of the document";
    assert_eq!((&result["outcome"], &result["message"]), (&json!("not applied"), &json!(message)));
    assert_eq!(result["turns"][0]["text"], "a = 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_may_come_before_the_answer_or_after_it() {
    for report_first in [true, false] {
        let mut client = patient().await;
        let asked = client.synthesize(URI, 0);
        let request = client.next("workspace/applyEdit").await;
        if report_first {
            client.report(&request);
            client.settle().await;
            assert_eq!(client.unanswered(), 1, "the client has not said that it is done");
            client.say_applied(&request);
        } else {
            client.say_applied(&request);
            client.settle().await;
            assert_eq!(client.unanswered(), 1, "the text is not there yet");
            client.report(&request);
        }
        assert_eq!(asked.result().await["outcome"], "done");
        assert_eq!(client.text(URI).await["text"], "# one\na = 1\n\n# two\n");
        assert!(is_known_as_generated(&mut client).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_typing_that_is_reported_first_does_not_count() {
    let mut client = patient().await;
    let asked = client.synthesize(URI, 0);
    let request = client.next("workspace/applyEdit").await;
    client.say_applied(&request);
    client.change(URI, [2, 5, 2, 5], "!");
    client.settle().await;
    assert_eq!(client.unanswered(), 1);
    client.report(&request);
    assert_eq!(asked.result().await["outcome"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_texts_are_reports_too() {
    let mut client = patient().await;
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    for text in ["# one\na = 1\n\n# two\n", "# one\na = 1\n\n# two\na = 1\n"] {
        let request = client.next("workspace/applyEdit").await;
        client.say_applied(&request);
        client.changes(URI, json!([{ "text": text }]));
    }
    let result = asked.result().await;
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &Value::Null));
    assert_eq!(result["turns"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_at_the_end_may_be_reported_as_put_before_the_last_line_end() {
    let mut client = patient().await;
    let asked = client.synthesize(URI, 2);
    let request = client.next("workspace/applyEdit").await;
    client.say_applied(&request);
    // As Neovim has it, whose buffers know no last line end.
    let end = json!({ "line": 2, "character": 5 });
    client.changes(URI, json!([{ "range": { "start": end, "end": end }, "text": "\na = 1" }]));
    assert_eq!(asked.result().await["outcome"], "done");
    assert_eq!(client.text(URI).await["text"], "# one\n\n# two\na = 1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_the_user_changed_before_it_was_reported_is_there_all_the_same() {
    let mut client = patient().await;
    let asked = client.synthesize(URI, 0);
    let request = client.next("workspace/applyEdit").await;
    client.say_applied(&request);
    client.changes(URI, json!([{"text": "# one\nabc = 1\n\n# two\n"}]));
    assert_eq!(asked.result().await["outcome"], "done");
    assert_eq!(client.text(URI).await["text"], "# one\nabc = 1\n\n# two\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_lands_after_its_command_was_cancelled_is_known() {
    let mut client = patient().await;
    let asked = client.synthesize(URI, 0);
    let request = client.next("workspace/applyEdit").await;
    assert_eq!(client.command("codegen.cancel", json!({})).result().await, json!({"cancelled": 1}));
    assert_eq!(asked.result().await, json!({"outcome": "cancelled", "message": null, "turns": []}));
    client.report(&request);
    client.say_applied(&request);
    assert!(is_known_as_generated(&mut client).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_edit_is_not_asked_for_again_once_its_command_is_cancelled() {
    let mut client = patient().await;
    let asked = client.synthesize(URI, 0);
    let request = client.next("workspace/applyEdit").await;
    client.cancel(asked.id);
    asked.error().await;
    client.change(URI, [2, 5, 2, 5], "!");
    client.reply(&request, json!({"applied": false}));
    client.settle().await;
    assert_eq!(client.arrived("workspace/applyEdit"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_where_a_refused_edit_was_to_go_drops_it() {
    let mut client = patient().await;
    let asked = client.synthesize(URI, 0);
    let request = client.next("workspace/applyEdit").await;
    client.change(URI, [1, 0, 1, 0], "mine = 1\n");
    client.reply(&request, json!({"applied": false, "failureReason": "old"}));
    let result = asked.result().await;
    assert_eq!((&result["outcome"], &result["turns"]), (&json!("dropped"), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_text_again_needs_no_edit() {
    let mut client = patient().await;
    client.changes(URI, json!([{"text": "# one\na = 1\n\n# two\n"}]));
    let result = client.on_line("codegen.replace", URI, 0, Value::Null).result().await;
    assert_eq!((&result["outcome"], &result["turns"][0]["text"]), (&json!("done"), &json!("a = 1")));
    assert_eq!(result["message"], "the model wrote the same program text again");
    client.settle().await;
    assert_eq!(client.arrived("workspace/applyEdit"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_file_keeps_what_is_known_of_it() {
    let mut client = patient().await;
    let asked = client.synthesize(URI, 0);
    client.carry_out(asked).await;
    let text = client.text(URI).await["text"].as_str().unwrap().to_owned();
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    client.next("workspace/applyEdit").await;
    client.close(URI);
    assert_eq!(asked.result().await["outcome"], "closed");
    client.open(URI, &text);
    assert!(is_known_as_generated(&mut client).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_was_refused_for_a_change_yet_to_be_reported_is_asked_for_again() {
    let engine = codegen_engine::runtime::backend::scripted::Script::continuing(vec![("# one\n", "x = 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "# one\n\n# two\ny = 2\n");
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    let refused = client.next("workspace/applyEdit").await;
    client.reply(&refused, json!({"applied": false}));
    client.settle().await;
    client.change(URI, [3, 4, 3, 5], "3");
    assert_eq!(client.carry_out(asked).await["outcome"], "done");
    assert_eq!(client.text(URI).await["text"], "# one\nx = 1\n\n# two\ny = 3\n");
}
