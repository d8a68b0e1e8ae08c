//! The engine in a process of its own: what the user sees where that ends, by whatever, and that neither outlives the other.
#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::{URI, code, server, single, spawn, start};
use crate::common::{Client, PATIENCE, item};

const TEXT: &str = "x = 1\nfor i in range\n";

/// The processes that have this one for a parent and are no zombies, with their command lines.
fn children(parent: u32) -> HashMap<u32, String> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let child = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name, in parentheses, may hold anything.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        let (state, own) = (fields.next()?, fields.next()?.parse::<u32>().ok()?);
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?.replace('\0', " ");
        (own == parent && state != "Z").then_some((pid, command))
    };
    numbers.filter_map(child).collect()
}

/// The process of a server's engine.
#[track_caller]
fn engine(server: u32) -> u32 {
    let hosts: Vec<u32> = children(server)
        .into_iter()
        .filter(|(_, command)| command.contains("engine-host"))
        .map(|(pid, _)| pid)
        .collect();
    assert_eq!(hosts.len(), 1, "one process has the engine");
    hosts[0]
}

/// Ends a process by a signal. A fault happens again where it was handled; this one is sent again.
async fn end(pid: u32, signal: Signal) {
    let process = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    while is_there(pid) {
        // It may have ended meanwhile.
        let _ = kill_process(process, signal);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Whether a process has not ended; one whose end nobody has noticed has.
fn is_there(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits until a process is gone, or nobody has taken notice of its end.
async fn gone(pid: u32) {
    let gone = async {
        while is_there(pid) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.unwrap_or_else(|_| panic!("the process {pid} goes on"));
}

fn options(more: Value) -> Value {
    let mut params = single();
    let own = params["initializationOptions"].as_object_mut().unwrap();
    own.insert("inline".to_owned(), json!({"minConfidence": null, "prepareNext": false}));
    own.extend(more.as_object().cloned().unwrap_or_default());
    params
}

async fn serving(command: &mut Command, more: Value) -> (Child, Client) {
    let (child, mut client) = start(command);
    client.initialize(options(more)).await;
    client.open(URI, TEXT);
    (child, client)
}

/// A document that nothing was suggested in before gets a suggestion.
async fn works(client: &mut Client) {
    let uri = format!("file:///project/new{}.py", client.version());
    client.open(&uri, TEXT);
    let answer = client.complete(&uri, 1, 14).result().await;
    assert!(item(&answer).0.starts_with('('), "{answer}");
}

/// Waits for a status that `wanted` is true of.
async fn status(client: &mut Client, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let status = client.next("codegen/status").await.params;
        if wanted(&status) {
            return status;
        }
    }
}

async fn leave(mut child: Child, mut client: Client) {
    let pid = engine(child.id().unwrap());
    client.request("shutdown", Value::Null).result().await;
    client.notify("exit", Value::Null);
    assert_eq!(code(&mut child).await, Some(0));
    gone(pid).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_survives_every_end_of_its_engine() {
    let (child, mut client) = serving(&mut server(&[]), json!({})).await;
    works(&mut client).await;
    for (number, by, words) in
        [(0, Signal::KILL, "signal 9 (SIGKILL) has ended it"), (1, Signal::SEGV, "signal 11 (SIGSEGV) has ended it")]
    {
        let pid = engine(child.id().unwrap());
        end(pid, by).await;
        let message = client.message().await;
        assert!(message.contains(words) && message.contains("it is started again"), "{number}: {message}");
        status(&mut client, |status| status["message"].as_str().unwrap().contains("since its process has ended")).await;
        // The request waits for the engine, and the text is as it was.
        works(&mut client).await;
        let kept = client.request("codegen/text", json!({"uri": URI})).result().await;
        assert_eq!(kept["text"], TEXT);
        assert_ne!(engine(child.id().unwrap()), pid);
        gone(pid).await;
    }
    // The built-in model has nothing simpler to fall back to.
    end(engine(child.id().unwrap()), Signal::KILL).await;
    let message = client.message().await;
    assert!(message.contains("too often") && message.contains("codegen.model"), "{message}");
    let status = status(&mut client, |status| status["kind"] == "Error").await;
    assert!(status["message"].as_str().unwrap().contains("SIGKILL"), "{status}");
    let answer = client.complete(URI, 1, 14).result().await;
    assert!(answer["items"].as_array().is_none_or(Vec::is_empty), "{answer}");
    // Other options are another beginning.
    let changed = json!({"settings": {"threads": 1, "batch": 64, "inline": {"minConfidence": null}}});
    client.notify("codegen/userOptions", changed);
    works(&mut client).await;
    leave(child, client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_amid_a_command_s_tokens_ends_the_command_and_not_the_session() {
    let (child, mut client) = serving(server(&[]).env("CODEGEN_FAULT", "token:2"), json!({})).await;
    let text = "# Add two numbers.\n";
    client.open("file:///project/b.py", text);
    let asked = client.synthesize("file:///project/b.py", 0);
    client.accept_progress().await;
    let answer = asked.answer().await;
    let said = format!("{answer:?}");
    assert!(said.contains("SIGABRT") && said.contains("GGML_ASSERT(a token) failed"), "{said}");
    let message = client.message().await;
    assert!(message.contains("GGML_ASSERT(a token) failed") && message.contains("started again"), "{message}");
    let kept = client.request("codegen/text", json!({"uri": "file:///project/b.py"})).result().await;
    assert_eq!(kept["text"], text);
    leave_when_ready(child, client).await;
}

/// Leaves once there is an engine again.
async fn leave_when_ready(child: Child, mut client: Client) {
    status(&mut client, |status| status["message"].as_str().unwrap().contains("since its process has ended")).await;
    status(&mut client, |status| status["device"].is_string()).await;
    leave(child, client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_ends_every_process_gives_way_to_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("asserts.gguf");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf"), &model).unwrap();
    let mut command = server(&[]);
    let command = command.env("CODEGEN_FAULT", "load:asserts.gguf");
    let (child, mut client) = serving(command, json!({"model": model, "gpuLayers": 0})).await;
    let first = client.message().await;
    assert!(first.contains("GGML_ASSERT(a model) failed") && first.contains("it is started again"), "{first}");
    // The second end is in the same words, which are not repeated.
    let second = client.message().await;
    assert!(second.contains("the built-in model is started instead of"), "{second}");
    works(&mut client).await;
    let status = status(&mut client, |status| status["kind"] == "Warning").await;
    assert!(status["message"].as_str().unwrap().contains("the built-in model runs instead of"), "{status}");
    leave(child, client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_engine_outlives_its_server() {
    let (mut child, mut client) = serving(&mut server(&[]), json!({})).await;
    works(&mut client).await;
    // It is at work when its server is killed.
    client.open("file:///project/b.py", "# Write a long program.\n");
    let _asked = client.synthesize("file:///project/b.py", 0);
    client.accept_progress().await;
    let pid = engine(child.id().unwrap());
    child.kill().await.unwrap();
    gone(pid).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_option_all_is_in_one_process() {
    let (mut child, mut client) = serving(&mut server(&[]), json!({"engine": {"process": false}})).await;
    works(&mut client).await;
    assert_eq!(children(child.id().unwrap()), HashMap::new());
    client.request("shutdown", Value::Null).result().await;
    client.notify("exit", Value::Null);
    assert_eq!(code(&mut child).await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_model_is_no_end() {
    let (mut child, mut client) = spawn(&["serve", "--model", "/nowhere.gguf"]);
    client.initialize(single()).await;
    let message = client.message().await;
    assert!(message.contains("/nowhere.gguf") && !message.contains("process"), "{message}");
    client.request("shutdown", Value::Null).result().await;
    client.notify("exit", Value::Null);
    assert_eq!(code(&mut child).await, Some(0));
}
