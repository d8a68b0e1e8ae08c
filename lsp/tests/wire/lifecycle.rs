//! Handshake, settings, the engine's loading, and the end.

use std::sync::Arc;

use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::Config;
use serde_json::{Value, json};

use crate::URI;
use crate::adapters;
use crate::common::{Client, OwnFile, able, item, settings_changed};

fn script() -> codegen_engine::Engine {
    Script::continuing(vec![("return 1", " + 1\n")]).engine()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_encoding_is_negotiated_and_meant() {
    // The line has two characters that every encoding counts differently.
    let text = "é = '😀'; return 1";
    for (offered, agreed, cursor) in [
        (json!(["utf-16"]), "utf-16", 18),
        (json!(["utf-8", "utf-16"]), "utf-8", 21),
        (json!(["utf-32", "utf-16"]), "utf-32", 17),
        (Value::Null, "utf-16", 18),
        (json!(["utf-7"]), "utf-16", 18),
    ] {
        let mut client = Client::with_engine(&script());
        let mut params = able();
        params["capabilities"]["general"]["positionEncodings"] = offered.clone();
        let result = client.initialize(params).await;
        assert_eq!(result["capabilities"]["positionEncoding"], agreed, "{offered}");
        client.open(URI, text);
        let answer = client.complete(URI, 0, cursor).result().await;
        assert_eq!(item(&answer), (" + 1".to_owned(), [u64::from(cursor); 2]), "{agreed}");
        client.change(URI, [0, cursor, 0, cursor], "!");
        assert_eq!(client.text(URI).await["text"], format!("{text}!"), "{agreed}");
        assert!(client.leave().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_names_what_the_server_can_do() {
    let mut client = Client::with_engine(&script());
    let result = client.hello().await;
    assert_eq!(
        result["capabilities"],
        json!({
            "positionEncoding": "utf-16",
            "textDocumentSync": {"openClose": true, "change": 2},
            "inlineCompletionProvider": {},
            "completionProvider": {"resolveProvider": false, "triggerCharacters": [" ", ".", "(", "[", ",", "="]},
            "codeLensProvider": {"resolveProvider": false},
            "codeActionProvider": {"codeActionKinds": ["refactor.rewrite"]},
            "executeCommandProvider": {
                "commands": ["codegen.synthesize", "codegen.synthesizeAll", "codegen.regenerate", "codegen.replace", "codegen.candidates",
                    "codegen.accept", "codegen.cancel", "codegen.explainTurn", "codegen.accepted", "codegen.why",
                    "codegen.snooze"],
                "workDoneProgress": true,
            },
            "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
            "experimental": {"codegenUserOptions": true},
        })
    );
    assert_eq!(result["serverInfo"], json!({"name": "codegen-lsp", "version": env!("CARGO_PKG_VERSION")}));
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_is_no_order_but_ends_the_server() {
    let mut client = Client::with_engine(&script());
    client.hello().await;
    assert!(!client.hang_up().await);

    let mut client = Client::with_engine(&script());
    client.hello().await;
    client.request("shutdown", Value::Null).result().await;
    assert!(client.hang_up().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_for_an_engine_that_loads() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let loader = Arc::new(move |_: &_| {
        wait.lock().unwrap().recv()?;
        Ok(script())
    });
    let mut client = Client::with_loader(loader, Config::default());
    client.hello().await;
    client.open(URI, "return 1");
    let asked = client.complete(URI, 0, 8);
    client.settle().await;
    assert_eq!(client.unanswered(), 1);
    go.send(()).unwrap();
    assert_eq!(item(&asked.result().await).0, " + 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_load_is_told_once_and_the_server_stays() {
    let loader = Arc::new(|_: &_| anyhow::bail!("cannot open the model /no/such.gguf"));
    let mut client = Client::with_loader(loader, Config::default());
    client.hello().await;
    client.open(URI, "return 1");
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null);
    assert_eq!(client.message().await, "codegen-lsp: cannot open the model /no/such.gguf");
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null);
    assert_eq!(client.arrived("window/showMessage"), []);
    client.open(URI, "# say hello\n");
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    assert_eq!(asked.result().await["outcome"], "failed");
    assert_eq!(client.message().await, "codegen-lsp: no model to synthesize with: cannot open the model /no/such.gguf");
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_pulled_put_in_force_and_named_when_wrong() {
    let models = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&models);
    let loader = Arc::new(move |config: &codegen_lsp::config::EngineConfig| {
        seen.lock().unwrap().push(config.model.clone());
        Ok(script())
    });
    let own = OwnFile::with(&json!({"model": "one", "threads": "many"}));
    let mut client = Client::with_loader(loader, own.under(|_| {}));
    let mut params = able();
    params["capabilities"]["workspace"]["configuration"] = json!(true);
    params["capabilities"]["workspace"]["didChangeConfiguration"] = json!({"dynamicRegistration": true});
    client.initialize(params).await;
    let register = client.next("client/registerCapability").await;
    assert_eq!(register.params["registrations"][0]["method"], "workspace/didChangeConfiguration");
    client.reply(&register, Value::Null);
    let pull = client.next("workspace/configuration").await;
    assert_eq!(pull.params, json!({"items": [{"section": "codegen"}]}));
    client.reply(&pull, json!([{"inline": {"enabled": false}, "colour": 1}]));
    let known = "model, lora, threads, context, batch, slots, gpuLayers, mainDevice, flashAttention, mmap, idleUnloadSeconds, engine, languages, maxFileBytes, inline, completion, prompt, synthesis, statistics, trusted";
    assert_eq!(
        client.message().await,
        format!(
            "codegen-lsp: {}: threads is \"many\", but must be \"auto\" or a number from 1 to 512; \
             codegen.colour is not an option; there are {known}",
            own.path().display()
        )
    );
    client.open(URI, "return 1");
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null, "switched off");

    settings_changed(&client);
    let pull = client.next("workspace/configuration").await;
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"codegen": {"inline": {"enabled": true}}}}));
    client.settle().await;
    // The request before the settings arrived is older than they are.
    client.reply(&pull, json!([{"inline": {"enabled": false}}]));
    client.settle().await;
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
    own.write(&json!({"model": "two"}));
    settings_changed(&client);
    let pull = client.next("workspace/configuration").await;
    client.reply(&pull, json!([{"colour": 1, "shape": 2}]));
    let message = client.message().await;
    assert_eq!(message, format!("codegen-lsp: codegen.shape is not an option; there are {known}"), "each is told once");
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
    assert_eq!(*models.lock().unwrap(), ["one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_is_loaded_or_told_of_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let tuned = folder.path().join("tuned.gguf");
    adapters::write_for_builtin(&tuned);
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
    let own = OwnFile::with(&json!({"lora": tuned, "synthesis": {"maxTokens": 4}}));
    let base = own.under(|config| {
        config.engine.model = model.to_owned();
        config.engine.options.threads = Some(1);
    });
    let mut client = Client::with_loader(Arc::new(codegen_lsp::generate::prepare::load_engine), base);
    client.hello().await;
    client.open(URI, "import os\n\n\ndef names(path):\n    return os.");
    let asked = async |client: &mut Client| client.complete(URI, 4, 14).result().await;
    assert_ne!(asked(&mut client).await, Value::Null);
    assert_eq!(client.arrived("window/showMessage"), []);

    let set = |client: &Client, lora: Value| {
        own.write(&json!({"lora": lora}));
        settings_changed(client);
    };
    set(&client, model.into());
    assert_eq!(asked(&mut client).await, Value::Null);
    let problem = "it is a model, not an adapter; name it as the model";
    assert_eq!(client.message().await, format!("codegen-lsp: cannot load the adapter {model}: {problem}"));
    set(&client, Value::Null);
    assert_ne!(asked(&mut client).await, Value::Null, "without it");
    set(&client, json!(7));
    assert_eq!(
        client.message().await,
        format!("codegen-lsp: {}: lora is 7, but must be the path of a GGUF file of an adapter", own.path().display())
    );
    assert_ne!(asked(&mut client).await, Value::Null);
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_improbable_is_not_shown() {
    let mut client = Client::with_engine(&script());
    let mut params = able();
    params["initializationOptions"] = json!({"inline": {"minConfidence": 0.99999}});
    client.initialize(params).await;
    client.open(URI, "return 1");
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null);
    client.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": {"codegen": {"inline": {"minConfidence": 0.01}}}}),
    );
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
}
