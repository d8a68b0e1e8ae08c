//! `trusted` can be set where the client starts the server, and nowhere else.

use codegen_engine::runtime::scripted::Script;
use serde_json::{Value, json};

use crate::common::{Client, able};

async fn client(options: Value, pulls: bool) -> Client {
    let mut client = Client::with_engine(&Script::continuing(vec![]).engine());
    let mut params = able();
    params["initializationOptions"] = options;
    params["capabilities"]["workspace"]["configuration"] = json!(pulls);
    client.initialize(params).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initialization_options_may_say_it() {
    for trusted in [json!(true), json!(false), json!(null), json!(["/a", "file:///b%20c"])] {
        let mut client = client(json!({"trusted": trusted}), false).await;
        client.settle().await;
        assert_eq!(client.arrived("window/showMessage"), [], "{trusted}");
    }
    let mut client = client(json!({"trusted": ["src"], "threads": 0}), false).await;
    assert_eq!(
        client.message().await,
        "codegen-lsp: codegen.trusted[0] is \"src\", but must be an absolute path or a file: URI; \
         codegen.threads is 0, but must be a number from 1 to 512"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_may_not() {
    let expected = "codegen-lsp: codegen.trusted can only be set in initializationOptions: a workspace's own settings \
                    must not be able to say true";
    let mut pulled = client(json!({"trusted": false}), true).await;
    let pull = pulled.next("workspace/configuration").await;
    pulled.reply(&pull, json!([{"trusted": true}]));
    assert_eq!(pulled.message().await, expected);

    let mut pushed = client(Value::Null, false).await;
    pushed.notify("workspace/didChangeConfiguration", json!({"settings": {"codegen": {"trusted": true}}}));
    assert_eq!(pushed.message().await, expected);
    pushed.notify("workspace/didChangeConfiguration", json!({"settings": {"codegen": {"trusted": true}}}));
    pushed.settle().await;
    assert_eq!(pushed.arrived("window/showMessage"), [], "it is said once");
}
