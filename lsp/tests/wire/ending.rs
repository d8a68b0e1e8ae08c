//! Commands that are ended at every moment and in every way are answered once.

use std::sync::{Arc, Mutex};

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use codegen_lsp::config::Config;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, OwnFile, blocked, gated, idle, settings_changed};

const TEXT: &str = "z = 0\n\n# one\n\n# two\n";

/// The moment at which a command is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Token,
    Engine,
    Generating,
    Applying,
    Reporting,
}

/// The way in which a command is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Request,
    Progress,
    Turn,
    Planned,
    Document,
    Everywhere,
    Close,
    Shutdown,
}

struct Underway {
    client: Client,
    asked: Asked,
    token: Value,
    engine: Engine,
    gate: Gate,
    /// Ends the loading of the engine when it is dropped.
    _load: std::sync::mpsc::Sender<()>,
}

/// A command for both turns, held at a moment of the first.
async fn at(moment: Moment) -> Underway {
    let (engine, gate) = gated(Script::continuing(vec![("# one\n", "x = 1\n"), ("# two\n", "y = 1\n")]));
    let (load, loading) = std::sync::mpsc::channel();
    let (loading, loaded) = (Mutex::new(loading), engine.clone());
    let loader = Arc::new(move |_: &_| {
        loading.lock().unwrap().recv()?;
        Ok(loaded.clone())
    });
    let mut client = Client::with_loader(loader, Config::default());
    client.hello().await;
    client.open(URI, TEXT);
    if moment != Moment::Engine {
        load.send(()).unwrap();
    }
    if moment == Moment::Generating {
        gate.close();
    }
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    let create = client.next("window/workDoneProgress/create").await;
    if moment != Moment::Token {
        client.reply(&create, Value::Null);
    }
    match moment {
        Moment::Token | Moment::Engine => client.settle().await,
        Moment::Generating => blocked(&gate).await,
        Moment::Applying => drop(client.next("workspace/applyEdit").await),
        Moment::Reporting => {
            let request = client.next("workspace/applyEdit").await;
            client.say_applied(&request);
            client.settle().await;
        }
    }
    Underway { client, asked, token: create.params["token"].clone(), engine, gate, _load: load }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_moment_by_every_way() {
    use Moment::{Applying, Engine, Generating, Reporting, Token};
    use Way::{Close, Document, Everywhere, Planned, Progress, Request, Shutdown, Turn};
    for moment in [Token, Engine, Generating, Applying, Reporting] {
        for way in [Request, Progress, Turn, Planned, Document, Everywhere, Close, Shutdown] {
            let Underway { mut client, asked, token, engine, gate, _load } = at(moment).await;
            let position = |line: u32| json!({"uri": URI, "position": {"line": line, "character": 0}});
            let argument = match way {
                Turn => position(2),
                Planned => position(4),
                Document => json!({ "uri": URI }),
                _ => json!({}),
            };
            match way {
                Request => client.cancel(asked.id),
                Progress => client.notify("window/workDoneProgress/cancel", json!({ "token": token })),
                Turn | Planned | Document | Everywhere => {
                    let answer = client.command("codegen.cancel", argument).result().await;
                    assert_eq!(answer, json!({"cancelled": 1}), "{moment:?} {way:?}");
                }
                Close => client.close(URI),
                Shutdown => drop(client.request("shutdown", Value::Null).result().await),
            }
            let outcome = if way == Close { "closed" } else { "cancelled" };
            match way {
                Request => {
                    assert_eq!(asked.error().await["code"], -32800, "{moment:?}");
                    // The transport answers for the server here, perhaps before the server knows.
                    client.settle().await;
                }
                _ => {
                    let expected = json!({"outcome": outcome, "message": null, "turns": []});
                    assert_eq!(asked.result().await, expected, "{moment:?} {way:?}");
                }
            }
            let before = engine.counters();
            gate.open();
            idle(&engine).await;
            let batches = engine.counters().batches - before.batches;
            assert!(batches <= 2, "{moment:?} {way:?}: {batches} batches after the end");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_needs_no_argument() {
    let Underway { mut client, asked, gate, .. } = at(Moment::Generating).await;
    let cancelled = client.request("workspace/executeCommand", json!({"command": "codegen.cancel", "arguments": []}));
    assert_eq!(cancelled.result().await, json!({"cancelled": 1}));
    assert_eq!(asked.result().await["outcome"], "cancelled");
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_elsewhere_stays() {
    let Underway { mut client, asked, gate, .. } = at(Moment::Generating).await;
    for argument in [json!({"uri": "file:///other.py"}), json!({"uri": URI, "position": {"line": 0, "character": 0}})] {
        client.open("file:///other.py", "");
        assert_eq!(client.command("codegen.cancel", argument).result().await, json!({"cancelled": 0}));
    }
    gate.open();
    assert_eq!(client.carry_out(asked).await["turns"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_for_a_planned_turn_supersedes_and_one_for_another_does_not() {
    let Underway { mut client, asked, gate, .. } = at(Moment::Generating).await;
    client.open("file:///other.py", "# one\n");
    let other = client.synthesize("file:///other.py", 0);
    client.accept_progress().await;
    client.settle().await;
    assert_eq!(client.unanswered(), 2);
    let second = client.synthesize(URI, 4);
    assert_eq!(asked.result().await["outcome"], "superseded");
    client.accept_progress().await;
    gate.open();
    assert_eq!(client.carry_out(second).await["turns"][0]["prompt"], "two");
    assert_eq!(client.carry_out(other).await["outcome"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_is_deleted_while_the_engine_loads() {
    let Underway { mut client, asked, _load, .. } = at(Moment::Engine).await;
    let second = client.synthesize(URI, 2);
    asked.result().await;
    client.accept_progress().await;
    client.settle().await;
    client.change(URI, [2, 0, 3, 0], "");
    let message = "the prompt is gone, so there is nothing to write";
    assert_eq!(second.result().await, json!({"outcome": "dropped", "message": message, "turns": []}));
}

/// A server whose model `NAME` answers every prompt with `NAME = 1`, each behind a gate of its own; the user's own file
/// selects the first model.
fn models(names: &[&'static str]) -> (Client, OwnFile, Vec<Gate>) {
    let (mut engines, mut gates) = (Vec::new(), Vec::new());
    for name in names {
        let answers =
            [("# one\n".to_owned(), format!("{name} = 1\n")), ("# two\n".to_owned(), format!("{name} = 2\n"))];
        let answers = answers.iter().map(|(prompt, answer)| (prompt.as_str(), answer.as_str())).collect();
        let (engine, gate) = gated(Script::continuing(answers));
        engines.push((*name, engine));
        gates.push(gate);
    }
    let loader = Arc::new(move |config: &codegen_lsp::config::EngineConfig| {
        let engine = engines.iter().find(|(name, _)| *name == config.model);
        engine.map(|(_, engine)| engine.clone()).ok_or_else(|| anyhow::anyhow!("no such model"))
    });
    let own = OwnFile::with(&json!({"model": names[0]}));
    (Client::with_loader(loader, own.under(|_| {})), own, gates)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_finished_by_the_model_that_began_it_and_the_next_is_the_new_one_s() {
    let (mut client, own, gates) = models(&["old", "new"]);
    client.hello().await;
    client.open(URI, TEXT);
    gates[0].close();
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    client.accept_progress().await;
    blocked(&gates[0]).await;
    own.write(&json!({"model": "new"}));
    settings_changed(&client);
    client.settle().await;
    gates[0].open();
    let result = client.carry_out(asked).await;
    let texts: Vec<_> = result["turns"].as_array().unwrap().iter().map(|turn| turn["text"].clone()).collect();
    assert_eq!(texts, ["old = 1", "new = 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_be_loaded_ends_what_waits_for_it() {
    let (mut client, own, gates) = models(&["old"]);
    client.hello().await;
    client.open(URI, TEXT);
    gates[0].close();
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    client.accept_progress().await;
    blocked(&gates[0]).await;
    own.write(&json!({"model": "none"}));
    settings_changed(&client);
    client.settle().await;
    gates[0].open();
    let result = client.carry_out(asked).await;
    let turns = result["turns"].as_array().unwrap();
    assert_eq!((&result["outcome"], turns.len()), (&json!("failed"), 1), "{result}");
    assert_eq!(result["message"], "no model to synthesize with: no such model");
}
