//! The server as editors run it: a process of its own, with the built-in model.

mod download;
mod engine;
mod indentation;
mod trust;

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::common::{Client, able, item, soon};
use crate::random;

const URI: &str = "file:///project/a.py";

/// The server, without the configuration of the user who runs the tests.
fn server(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"));
    command
        .args(arguments)
        .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .env("CODEGEN_LSP_CONFIG", concat!(env!("CARGO_TARGET_TMPDIR"), "/none/config.json"))
        .env("CODEGEN_LSP_STATISTICS", "off")
        .env_remove("RUST_LOG");
    command
}

fn spawn(arguments: &[&str]) -> (Child, Client) {
    start(&mut server(arguments))
}

fn start(command: &mut Command) -> (Child, Client) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let client = Client::over(child.stdout.take().unwrap(), child.stdin.take().unwrap());
    (child, client)
}

/// One thread: on a busy machine several spend most of their time waiting for each other.
fn single() -> Value {
    let mut params = able();
    params["initializationOptions"] = json!({"threads": 1});
    params
}

async fn code(child: &mut Child) -> Option<i32> {
    soon("the process' end", child.wait()).await.unwrap().code()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_model_completes_and_the_server_leaves_in_order() {
    for arguments in [&[][..], &["--stdio"], &["serve", "--stdio"]] {
        let (mut child, mut client) = spawn(arguments);
        let mut params = single();
        params["initializationOptions"] = json!({"inline": {"minConfidence": null}});
        client.initialize(params).await;
        client.open(URI, "x = 1\nfor i in range\n");
        let answer = client.complete(URI, 1, 14).result().await;
        let (text, range) = item(&answer);
        assert!(text.starts_with('(') && !text.contains('\n') && range == [14, 14], "{answer}");
        client.request("shutdown", Value::Null).result().await;
        client.notify("exit", Value::Null);
        // The input stays open, as some clients leave it.
        assert_eq!(code(&mut child).await, Some(0), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_without_shutdown_and_hanging_up_are_no_order() {
    let (mut child, mut client) = spawn(&[]);
    client.hello().await;
    client.notify("exit", Value::Null);
    assert_eq!(code(&mut child).await, Some(1));

    let (mut child, mut client) = spawn(&[]);
    client.hello().await;
    client.drop_output();
    assert_eq!(code(&mut child).await, Some(1));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_death_of_the_clients_process_ends_the_server() {
    let mut parent = Command::new("sleep").arg("600").kill_on_drop(true).spawn().unwrap();
    let (mut child, mut client) = spawn(&[]);
    let mut params = able();
    params["processId"] = json!(parent.id().unwrap());
    client.initialize(params).await;
    client.settle().await;
    assert!(child.try_wait().unwrap().is_none(), "the process is alive, and so is the server");
    parent.kill().await.unwrap();
    // The pipes are still open: only the process is gone.
    assert_eq!(code(&mut child).await, Some(1));
}

/// Runs a process on this input; returns its exit code, its output and its standard error.
fn fed(arguments: &[&str], input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_codegen-lsp"))
        .args(arguments)
        .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .env_remove("RUST_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The process may have ended before it has read everything.
        let _ = std::io::Write::write_all(&mut stdin, &input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (output.status.code(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn random_streams_leave_a_living_process() {
    for number in 0..200 {
        // Other streams than those of the tests in one process; now and then with the real model.
        let arguments: &'static [&str] = if number % 20 == 0 { &[] } else { &["serve", "--model", "/nowhere.gguf"] };
        let input = [random::stream(20_000 + number), random::probes()].concat();
        let fed = tokio::task::spawn_blocking(move || fed(arguments, &input));
        let (code, output, said) = soon("the process' end", fed).await.unwrap();
        // The input ends without `exit`.
        assert!(matches!(code, Some(0 | 1)), "stream {number}: {code:?} {said}");
        assert!(!said.contains("panicked"), "stream {number}: {said}");
        random::check(&output, number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let (mut child, mut client) = spawn(&["--stdio", "--log", log.to_str().unwrap()]);
    client.initialize(single()).await;
    client.open(URI, "x = 1\n");
    client.complete(URI, 0, 3).result().await;
    client.request("shutdown", Value::Null).result().await;
    client.notify("exit", Value::Null);
    assert_eq!(code(&mut child).await, Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains(" ready: "), "{log}");
}
