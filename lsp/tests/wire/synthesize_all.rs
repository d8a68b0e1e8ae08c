//! `codegen.synthesizeAll`.

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, blocked, gated};

const TEXT: &str = "# one\n\n# two\n\n# three\n";
const DONE: &str = "# one\nx = 1\n\n# two\ny = 2\n\n# three\nz = 3\n";

fn model() -> Script {
    // Each answer depends on the code written before.
    Script::continuing(vec![
        ("# one\n", "x = 1\n"),
        ("# one\nx = 1\n\n# two\n", "y = 2\n"),
        ("y = 2\n\n# three\n", "z = 3\n"),
        ("x = 1\n\n# three\n", "z = 1 + 2\n"),
        ("# two\n", "y = 22\n"),
        ("y = 22\n\n# three\n", "z = 33\n"),
        ("# two and a half\n", "y = 2.5\n"),
        ("# two and a half\ny = 2.5\n\n# three\n", "z = 3\n"),
    ])
}

async fn client(engine: &Engine, text: &str) -> Client {
    let mut client = Client::with_engine(engine);
    client.hello().await;
    client.open(URI, text);
    client
}

fn all(client: &mut Client) -> Asked {
    client.command("codegen.synthesizeAll", json!({ "uri": URI }))
}

/// A command for all turns, the first of them held at the gate.
async fn underway() -> (Client, Engine, Gate, Asked, Value) {
    let (engine, gate) = gated(model());
    let mut client = client(&engine, TEXT).await;
    gate.close();
    let asked = all(&mut client);
    let token = client.accept_progress().await;
    blocked(&gate).await;
    gate.permit(2);
    blocked(&gate).await;
    (client, engine, gate, asked, token)
}

/// The prompts and texts that an answer lists.
fn written(result: &Value) -> Vec<(&str, &str)> {
    let turns = result["turns"].as_array().unwrap_or_else(|| panic!("{result}"));
    turns.iter().map(|turn| (turn["prompt"].as_str().unwrap(), turn["text"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_empty_turn_sees_what_was_written_before_it() {
    let mut client = client(&model().engine(), TEXT).await;
    let asked = all(&mut client);
    let token = client.accept_progress().await;
    for _ in 0..3 {
        client.apply().await;
    }
    let result = asked.result().await;
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &Value::Null));
    assert_eq!(written(&result), [("one", "x = 1"), ("two", "y = 2"), ("three", "z = 3")]);
    assert_eq!(client.text(URI).await["text"], DONE);

    let progress = client.progress().await;
    assert!(progress.iter().all(|progress| progress["token"] == token));
    let of = |kind: &str| -> Vec<&Value> {
        progress.iter().map(|progress| &progress["value"]).filter(|value| value["kind"] == kind).collect()
    };
    assert_eq!(of("begin")[0]["message"], "3 turns, beginning with: one");
    assert_eq!((of("begin").len(), of("end").len()), (1, 1));
    let mut last = 0;
    for report in of("report") {
        let percentage = report["percentage"].as_u64().unwrap();
        let turn = [0, 33, 66].iter().position(|known| *known == percentage).unwrap() + 1;
        assert!(percentage >= last, "progress goes on");
        assert!(report["message"].as_str().unwrap().starts_with(&format!("turn {turn} of 3: ")), "{report}");
        last = percentage;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_confines_it() {
    let mut client = client(&model().engine(), TEXT).await;
    let position = |line: u32| json!({"line": line, "character": 0});
    let range = json!({"start": position(0), "end": position(2)});
    let asked = client.command("codegen.synthesizeAll", json!({"uri": URI, "range": range}));
    client.accept_progress().await;
    client.apply().await;
    assert_eq!(written(&asked.result().await), [("one", "x = 1")], "a range ends before its end");
    let range = json!({"start": position(0), "end": position(2)});
    let asked = client.command("codegen.synthesizeAll", json!({"uri": URI, "range": range}));
    let message = "no comment here asks for code by itself: 1 comment stands above code of its own; put the cursor on one to \
                   ask for it";
    assert_eq!(asked.result().await, json!({"outcome": "nothing", "message": message, "turns": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_turn_is_the_user_is_told() {
    let mut client = client(&model().engine(), "x = 1\n").await;
    assert_eq!(all(&mut client).result().await["outcome"], "nothing");
    let message = "codegen-lsp: there is no comment prompt here, so there is nothing to synthesize";
    assert_eq!(client.message().await, message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_turn_that_is_deleted_is_left_out() {
    let (mut client, _engine, gate, asked, _) = underway().await;
    client.change(URI, [2, 0, 4, 0], "");
    gate.open();
    client.apply().await;
    client.apply().await;
    let result = asked.result().await;
    assert_eq!(written(&result), [("one", "x = 1"), ("three", "z = 1 + 2")]);
    assert_eq!(result["outcome"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_turn_is_taken_as_it_is_when_its_time_comes() {
    let (mut client, _engine, gate, asked, _) = underway().await;
    // One prompt is reworded, the other gets its code by hand.
    client.change(URI, [2, 5, 2, 5], " and a half");
    client.change(URI, [5, 0, 5, 0], "z = 3\n");
    gate.open();
    client.apply().await;
    client.apply().await;
    let result = asked.result().await;
    assert_eq!(written(&result), [("one", "x = 1"), ("two and a half", "y = 2.5")]);
    let text = "# one\nx = 1\n\n# two and a half\ny = 2.5\n\n# three\nz = 3\n";
    assert_eq!(client.text(URI).await["text"], text);
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_in_the_turn_at_work_leaves_it_out_and_the_rest_goes_on() {
    let (mut client, _engine, gate, asked, _) = underway().await;
    client.change(URI, [0, 5, 0, 5], " more");
    gate.open();
    let result = client.carry_out(asked).await;
    let message = "the turn \"one\" was edited while it was synthesized; the result is dropped";
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &json!(message)));
    // After that, the later turns have another history.
    assert_eq!(written(&result), [("two", "y = 22"), ("three", "z = 33")]);
    assert_eq!(client.message().await, format!("codegen-lsp: {message}"));
    let text = "# one more\n\n# two\ny = 22\n\n# three\nz = 33\n";
    assert_eq!(client.text(URI).await["text"], text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_been_written_is_listed_whatever_comes_then() {
    let (mut client, _engine, gate, asked, _) = underway().await;
    gate.open();
    client.apply().await;
    let second = client.next("workspace/applyEdit").await;
    client.close(URI);
    let result = asked.result().await;
    assert_eq!((&result["outcome"], written(&result)), (&json!("closed"), vec![("one", "x = 1")]));
    client.say_applied(&second);

    let (mut client, _engine, gate, asked, token) = underway().await;
    gate.open();
    client.apply().await;
    client.next("workspace/applyEdit").await;
    client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    let result = asked.result().await;
    assert_eq!((&result["outcome"], written(&result)), (&json!("cancelled"), vec![("one", "x = 1")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_in_what_was_generated_are_no_prompts_of_the_user_s() {
    let engine = Script::continuing(vec![
        ("# one\n", "def f():\n    # inner\n\n    return 1\n"),
        ("    # inner\n", "    pass\n"),
        ("# two\n", "y = 2\n"),
    ])
    .engine();
    let mut client = client(&engine, "# one\n\n# two\n").await;
    let asked = all(&mut client);
    client.accept_progress().await;
    client.apply().await;
    client.apply().await;
    assert_eq!(written(&asked.result().await).len(), 2);
    let text = "# one\ndef f():\n    # inner\n\n    return 1\n\n# two\ny = 2\n";
    assert_eq!(client.text(URI).await["text"], text);
}

#[tokio::test(flavor = "multi_thread")]
async fn started_twice_it_goes_on_once() {
    let (mut client, _engine, gate, first, _) = underway().await;
    let second = all(&mut client);
    assert_eq!(first.result().await["outcome"], "superseded");
    client.accept_progress().await;
    gate.open();
    for _ in 0..3 {
        client.apply().await;
    }
    assert_eq!(written(&second.result().await).len(), 3);
    assert_eq!(client.text(URI).await["text"], DONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn started_again_while_an_edit_is_on_its_way_it_waits_for_that() {
    let mut client = client(&model().engine(), TEXT).await;
    let first = all(&mut client);
    client.accept_progress().await;
    let edit = client.next("workspace/applyEdit").await;
    let second = all(&mut client);
    assert_eq!(first.result().await["outcome"], "superseded");
    client.accept_progress().await;
    client.settle().await;
    // The first command's code arrives: its turn is no longer empty, and the change is not taken for typing.
    client.report(&edit);
    client.say_applied(&edit);
    client.apply().await;
    client.apply().await;
    let result = second.result().await;
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &Value::Null));
    assert_eq!(written(&result), [("two", "y = 2"), ("three", "z = 3")]);
    assert_eq!(client.text(URI).await["text"], DONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_turn_waits_for_the_report_of_the_edit() {
    let mut client = client(&model().engine(), TEXT).await;
    let asked = all(&mut client);
    client.accept_progress().await;
    for number in 0..3 {
        let request = client.next("workspace/applyEdit").await;
        client.say_applied(&request);
        // Typed before the editor reported the edit, and reported first.
        if number == 0 {
            client.settle().await;
        }
        assert_eq!(client.arrived("workspace/applyEdit"), []);
        client.report(&request);
    }
    assert_eq!(written(&asked.result().await).len(), 3);
    assert_eq!(client.text(URI).await["text"], DONE);
}
