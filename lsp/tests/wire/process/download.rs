//! A model that is named and not here, from a server that answers as the Hub does.

use codegen_hub::testing::{Double, Fault, Host};
use serde_json::{Value, json};
use tokio::process::Child;

use super::{server, start};
use crate::common::{Client, able};
use crate::support::{SMALL, wave};

const NAME: &str = "hf:a/small";

/// A double with a small checkpoint, and a home for what is fetched.
fn scene() -> (Double, tempfile::TempDir) {
    let (double, home) = (Double::new(), tempfile::tempdir().unwrap());
    let folder = home.path().join("made");
    std::fs::create_dir(&folder).unwrap();
    SMALL.write(&folder, wave);
    for file in std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
        double.put("a/small", file.file_name().unwrap().to_str().unwrap(), std::fs::read(&file).unwrap());
    }
    (double, home)
}

async fn open(double: &Double, home: &tempfile::TempDir, offline: bool) -> (Child, Client) {
    let mut command = server(&["--stdio"]);
    command
        .env("CODEGEN_LSP_MODELS", home.path().join("models"))
        .env("CODEGEN_LSP_NAMES", home.path().join("names.json"))
        .env("HF_HOME", home.path().join("hf"))
        .env("HF_ENDPOINT", double.endpoint())
        .env("HF_HUB_OFFLINE", if offline { "1" } else { "0" });
    for variable in ["HF_TOKEN", "HF_HUB_CACHE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(variable).env_remove(variable.to_ascii_lowercase());
    }
    let (child, mut client) = start(&mut command);
    let mut params = able();
    params["capabilities"]["experimental"] = json!({"codegenStatus": true});
    params["initializationOptions"] = json!({"threads": 1, "model": NAME});
    client.initialize(params).await;
    (child, client)
}

/// Waits for the offer, and answers it.
async fn answer(client: &mut Client, answer: Value) {
    let offer = client.next("window/showMessageRequest").await;
    let text = offer.params["message"].as_str().unwrap();
    assert!(text.contains("hf:a/small is not on this machine. Download it"), "{text}");
    assert_eq!(offer.params["actions"], json!([{"title": "Download"}, {"title": "Not now"}]));
    client.reply(&offer, answer);
}

/// Waits for a message to the user with this text in it.
async fn told(client: &mut Client, part: &str) {
    while !client.message().await.contains(part) {}
}

/// Waits until the server runs a model.
async fn runs(client: &mut Client) {
    loop {
        let status = client.next("codegen/status").await.params;
        if status["device"].is_string() && status["busy"] == false {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_model_is_offered_once_fetched_with_progress_and_run() {
    let (double, home) = scene();
    let (_child, mut client) = open(&double, &home, false).await;
    answer(&mut client, json!({"title": "Download"})).await;
    let token = client.accept_progress().await;
    told(&mut client, "the model hf:a/small is here").await;
    runs(&mut client).await;
    let progress = client.arrived("$/progress");
    let kinds: Vec<_> = progress.iter().filter(|one| one.params["token"] == token).collect();
    assert!(kinds.is_empty() || kinds.last().unwrap().params["value"]["kind"] == "end", "{kinds:?}");

    // Another session has it, and asks nothing.
    let _ = double.asked();
    let (_child, mut client) = open(&double, &home, false).await;
    runs(&mut client).await;
    assert_eq!(client.before("window/showMessageRequest").len(), 0);
    assert_eq!(double.asked(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_unless_the_user_says_so() {
    for (offline, reply) in [(false, json!({"title": "Not now"})), (false, Value::Null), (true, Value::Null)] {
        let (double, home) = scene();
        let (_child, mut client) = open(&double, &home, offline).await;
        match offline {
            true => told(&mut client, "`codegen-lsp model pull hf:a/small` fetches it").await,
            false => answer(&mut client, reply).await,
        }
        // Once is enough: named again, the model is an error with the command that fetches it.
        client.notify("workspace/didChangeConfiguration", json!({"settings": {"codegen": {}}}));
        client.settle().await;
        assert_eq!(client.arrived("window/showMessageRequest").len(), 0);
        assert_eq!(double.asked(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_ended_by_the_client_and_its_failure_told() {
    let (double, home) = scene();
    double.fail(Host::Cdn, "model.safetensors", [Fault::StallAfter(10)]);
    let (_child, mut client) = open(&double, &home, false).await;
    answer(&mut client, json!({"title": "Download"})).await;
    let token = client.accept_progress().await;
    // It hangs in the middle of the weights, and is ended there.
    while client.next("$/progress").await.params["value"]["kind"] != "report" {}
    client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    while client.next("$/progress").await.params["value"]["kind"] != "end" {}

    let (double, home) = scene();
    double.fail(Host::Cdn, "model.safetensors", [Fault::WrongByte]);
    let (_child, mut client) = open(&double, &home, false).await;
    answer(&mut client, json!({"title": "Download"})).await;
    client.accept_progress().await;
    told(&mut client, "SHA-256").await;
}
