//! Wrong options are reported with the option that was meant, whatever their source; keys of the client are no mistake.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::common::{Client, able, item};

const URI: &str = "file:///a.py";

async fn client(options: Value) -> Client {
    let mut client = Client::with_engine(&Script::continuing(vec![("return 1", " + 1\n")]).engine());
    let mut params = able();
    params["initializationOptions"] = options;
    client.initialize(params).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_option_is_named_and_the_rest_counts() {
    let mut client =
        client(json!({"gpulayers": 3, "inline": {"enable": true, "enabled": false}, "inline.maxTokens": 3})).await;
    assert_eq!(
        client.message().await,
        "codegen-lsp: codegen.inline.enable is not an option (did you mean codegen.inline.enabled?); \
         codegen.gpulayers is not an option (did you mean codegen.gpuLayers?); \
         codegen.inline.maxTokens is no key; sections are nested: {\"inline\": {\"maxTokens\": …}}"
    );
    client.open(URI, "return 1");
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null, "switched off");
    client.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": {"codegen": {"prompt": {"markers": "#>"}, "synthesis": {"candidate": 3}}}}),
    );
    assert_eq!(
        client.message().await,
        "codegen-lsp: codegen.prompt.markers is not an option (did you mean codegen.prompt.marker?); \
         codegen.synthesis.candidate is not an option (did you mean codegen.synthesis.candidates?)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_s_own_keys_draw_no_complaint() {
    let own = json!({
        "server": {"path": "/usr/bin/codegen-lsp"}, "trace": {"server": "verbose"}, "server.extraEnv": null,
        "codegen.trace.server": "off",
    });
    let mut client = client(own.clone()).await;
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"codegen": own}}));
    client.open(URI, "return 1");
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
    assert_eq!(client.arrived("window/showMessage"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_s_options_change_while_the_server_runs() {
    let mut client = client(json!({"inline": {"enabled": false}, "prompt": {"marker": "#>"}})).await;
    client.open(URI, "return 1");
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null, "switched off");
    // All of them are said anew; what is not said is as it is by default.
    client.notify("codegen/userOptions", json!({"settings": {"prompt": {"marker": "#:"}}}));
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
    client.notify("codegen/userOptions", json!({}));
    client.notify("codegen/userOptions", json!({"settings": {"inline": {"enabled": "yes"}}}));
    let message = client.message().await;
    assert!(message.contains("codegen.inline.enabled"), "{message}");
    assert_eq!(client.arrived("window/showMessage"), []);
}
