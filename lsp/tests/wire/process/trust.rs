//! The effects of a workspace's settings, and of the user's own file.

use std::path::Path;

use serde_json::{Value, json};

use super::{server, start};
use crate::common::{Client, able};

/// A program that leaves a file beside itself where it is run.
#[cfg(unix)]
fn write_program(folder: &Path, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n: > '{}'\nexit 1\n", folder.join("mark").display())).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// Has a turn written and its program run, if it may be run; returns whether it was.
async fn synthesize(client: &mut Client, uri: &str) -> bool {
    client.open(uri, "x = 1\n\n# Assign 2 to y.\n");
    let asked = client.synthesize(uri, 2);
    client.accept_progress().await;
    let result = client.carry_out(asked).await;
    client.close(uri);
    assert_eq!(result["outcome"], "done", "{result}");
    result["turns"][0]["score"]["run"] == true
}

/// The way in which the settings reach the server.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    Pulled,
    Pushed,
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn no_setting_of_a_workspace_has_a_program_run() {
    for (way, trusted) in [(Way::Pulled, true), (Way::Pulled, false), (Way::Pushed, true), (Way::Pushed, false)] {
        let folder = tempfile::tempdir().unwrap();
        // The last is the program that the user's own setting means, if it is searched for in the wrong place.
        for name in ["theirs", "python3"] {
            write_program(folder.path(), name);
        }
        let root = format!("file://{}", folder.path().display());
        let uri = format!("{root}/a.py");
        let mut command = server(&["--stdio"]);
        let path = std::env::var("PATH").unwrap();
        command.current_dir(folder.path()).env("PATH", format!(":.:{path}"));
        let (_child, mut client) = start(&mut command);
        let mut params = able();
        params["rootUri"] = json!(root);
        params["capabilities"]["workspace"]["configuration"] = json!(way == Way::Pulled);
        let trusted_folders = if trusted { json!([folder.path()]) } else { json!([]) };
        let synthesis = json!({"verify": "run", "maxTokens": 12});
        params["initializationOptions"] = json!({"threads": 1, "synthesis": synthesis, "trusted": trusted_folders});
        client.initialize(params).await;
        let absolute = folder.path().join("theirs").to_str().unwrap().to_owned();
        for (number, name) in [absolute.as_str(), "./theirs", "theirs", "../theirs"].into_iter().enumerate() {
            let settings = json!({"trusted": true, "synthesis": {"python": name, "verify": "run"}});
            if way == Way::Pulled {
                if number > 0 {
                    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
                }
                let pull = client.next("workspace/configuration").await;
                assert_eq!(pull.params["items"][1]["scopeUri"], root);
                client.reply(&pull, json!([null, settings]));
            } else {
                client.notify("workspace/didChangeConfiguration", json!({"settings": {"codegen": settings}}));
            }
            // The message shows that the setting is in force.
            let told = |text: &str| text.contains("codegen.synthesis.python ") && text.contains(&format!("{name:?}"));
            while !told(&client.message().await) {}
            assert_eq!(synthesize(&mut client, &uri).await, trusted, "{way:?} {name}");
            assert!(!folder.path().join("mark").exists(), "{way:?}, trusted: {trusted}, {name}");
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_user_may_name_a_program() {
    // So that the test above can fail.
    let folder = tempfile::tempdir().unwrap();
    write_program(folder.path(), "mine");
    let config = folder.path().join("config.json");
    let options = json!({"threads": 1, "trusted": true, "synthesis": {
        "verify": "run", "maxTokens": 12, "python": folder.path().join("mine"),
    }});
    std::fs::write(&config, options.to_string()).unwrap();
    let (_child, mut client) = start(server(&["--stdio"]).env("CODEGEN_LSP_CONFIG", &config));
    client.hello().await;
    assert!(!synthesize(&mut client, "file:///project/a.py").await, "it is no Python");
    assert!(folder.path().join("mark").exists());
    let message = client.message().await;
    assert!(message.contains("programs cannot be run"), "{message}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_user_s_own_file_is_found_and_what_is_wrong_with_it_told() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("codegen-lsp");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("config.json");
    std::fs::write(&file, r#"{"threads": 1, "inline": {"enabled": false}, "colour": "red"}"#).unwrap();
    let mut command = server(&["--stdio"]);
    let (_child, mut client) = start(command.env_remove("CODEGEN_LSP_CONFIG").env("XDG_CONFIG_HOME", home.path()));
    client.hello().await;
    let message = client.message().await;
    let start = format!("codegen-lsp: {}: colour is not an option; ", file.display());
    assert!(message.starts_with(&start), "{message}");
    client.open("file:///project/a.py", "x = 1\nfor i in range\n");
    assert_eq!(client.complete("file:///project/a.py", 1, 14).result().await, Value::Null);
}
