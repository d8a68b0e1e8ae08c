//! Options that only the user may set, in `initializationOptions` or in the user's own file.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::common::{Client, OwnFile, able, settings_changed};

const WHOSE: &str = "is ignored, as the client's settings may be a workspace's";

async fn client(options: Value, pulls: bool) -> Client {
    let mut client = Client::with_engine(&Script::continuing(vec![]).engine());
    let mut params = able();
    params["initializationOptions"] = options;
    params["capabilities"]["workspace"]["configuration"] = json!(pulls);
    client.initialize(params).await;
    client
}

fn push(client: &Client, settings: &Value) {
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"codegen": settings}}));
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
        "codegen-lsp: codegen.threads is 0, but must be \"auto\" or a number from 1 to 512; \
         codegen.trusted[0] is \"src\", but must be an absolute path or a file: URI"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_may_not_and_that_is_told_once() {
    let told = |option: &str, value: &str| {
        format!(
            "codegen.{option} = {value} {WHOSE} and only the user may set this option; set it in initializationOptions"
        )
    };
    let mut pulled = client(json!({"trusted": false}), true).await;
    let pull = pulled.next("workspace/configuration").await;
    pulled.reply(&pull, json!([{"trusted": true}]));
    assert_eq!(pulled.message().await, format!("codegen-lsp: {}", told("trusted", "true")));

    let mut pushed = client(Value::Null, false).await;
    let settings =
        json!({"trusted": true, "model": "/theirs.gguf", "synthesis": {"verify": "run", "python": "/theirs"}});
    push(&pushed, &settings);
    assert_eq!(
        pushed.message().await,
        format!(
            "codegen-lsp: {}; {}; codegen.synthesis.verify = \"run\" {WHOSE}, which may only set it to \"parse\"; set it in \
             initializationOptions; {}",
            told("trusted", "true"),
            told("model", "\"/theirs.gguf\""),
            told("synthesis.python", "\"/theirs\""),
        )
    );
    push(&pushed, &settings);
    pushed.settle().await;
    assert_eq!(pushed.arrived("window/showMessage"), [], "it is said once");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_say_what_the_user_says_are_no_matter() {
    // Some editors send one table both ways.
    let options = json!({"model": "builtin", "threads": 1, "synthesis": {"verify": "run"}, "trusted": ["/a"]});
    let mut client = client(options.clone(), false).await;
    push(&client, &options);
    client.settle().await;
    assert_eq!(client.arrived("window/showMessage"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_wrong_settings_make_one_short_message() {
    let mut client = client(Value::Null, false).await;
    let many: serde_json::Map<_, _> = (0..5000).map(|number| (format!("x{number}"), json!(1))).collect();
    push(&client, &Value::Object(many));
    let message = client.message().await;
    assert!(message.ends_with("; and 4988 more of that kind"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_s_own_file_may_say_it_and_is_named_where_settings_may_not() {
    let own = OwnFile::with(&json!({"trusted": true}));
    let engine = Script::continuing(vec![]).engine();
    let mut client = Client::with_loader(std::sync::Arc::new(move |_: &_| Ok(engine.clone())), own.under(|_| {}));
    client.hello().await;
    push(&client, &json!({"trusted": true}));
    client.settle().await;
    assert_eq!(client.arrived("window/showMessage"), []);
    push(&client, &json!({"lora": "x.gguf"}));
    let message = client.message().await;
    assert!(message.ends_with(&format!("in initializationOptions or in {}", own.path().display())), "{message}");
    std::fs::write(own.path(), "{").unwrap();
    settings_changed(&client);
    let message = client.message().await;
    assert!(message.starts_with(&format!("codegen-lsp: {}: is not JSON: ", own.path().display())), "{message}");
}
