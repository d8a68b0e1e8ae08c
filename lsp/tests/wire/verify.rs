//! `synthesis.verify = "run"`: programs of trusted files are run, those that raise are ranked last, and a run ends with
//! its command.

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, able_with};

/// A program above the turn that never ends.
const ENDLESS: &str = "import time\nwhile True:\n    time.sleep(1000)\n\n# one\n";

/// A model that divides: its most likely divisor is zero, which raises.
fn divides() -> Script {
    Script::weighing(|tokens| {
        let text: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
        let mut lines = text.rsplit(|&byte| byte == b'\n');
        let (line, above) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        match line {
            [] if !above.starts_with(b"#") => vec![(END_OF_TEXT, 20.0)],
            b"a = 1 / " => (0..3).map(|n| (i32::from(b'0') + n, 10.0 - n as f32 / 1e3)).collect(),
            written => vec![(i32::from(*b"a = 1 / ".get(written.len()).unwrap_or(&b'\n')), 20.0)],
        }
    })
}

/// A client of a server that runs programs without a time limit that matters here, if the file is trusted.
async fn client(engine: &Engine, trusted: bool, text: &str) -> Client {
    let mut client = Client::with_engine(engine);
    let options = json!({"trusted": trusted, "synthesis": {"verify": "run", "runSeconds": 600}});
    client.initialize(able_with(options)).await;
    client.open(URI, text);
    client
}

async fn candidates(client: &mut Client, line: u32) -> Vec<Value> {
    let asked = client.on_line("codegen.candidates", URI, line, json!({"count": 12, "seed": 1}));
    client.accept_progress().await;
    let result = asked.result().await;
    assert_eq!(result["outcome"], "done", "{result}");
    result["candidates"].as_array().unwrap().clone()
}

/// A command whose program is running, and its progress token.
async fn running(client: &mut Client, command: &str) -> (Asked, Value) {
    let asked = client.on_line(command, URI, 4, json!({}));
    let token = client.accept_progress().await;
    let checking = |progress: &Value| progress["value"]["message"] == "checking the code";
    client.until("$/progress", checking).await;
    (asked, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_raises_comes_last_and_says_why() {
    let mut client = client(&divides().engine(), true, "x = 1\n\n# one\n").await;
    let all = candidates(&mut client, 2).await;
    let found: Vec<_> = all.iter().map(|each| (each["text"].as_str().unwrap(), &each["score"]["raised"])).collect();
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(found[..2].iter().all(|(_, raised)| raised.is_null()), "{found:?}");
    assert_eq!(found[2], ("a = 1 / 0", &json!("ZeroDivisionError: division by zero")));
    assert!(all.iter().all(|each| each["score"]["run"] == true));
    // Without the run, it would be ranked first.
    let logprob = |each: &Value| each["score"]["meanLogprob"].as_f64().unwrap();
    assert!(all[..2].iter().all(|each| logprob(each) < logprob(&all[2])), "{all:?}");
    client.settle().await;
    assert_eq!(client.arrived("window/showMessage"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_raises_is_written_and_the_user_is_told() {
    let mut client = client(&divides().engine(), true, "x = 1\n\n# one\n").await;
    let asked = client.synthesize(URI, 2);
    client.accept_progress().await;
    let result = client.carry_out(asked).await;
    let message = "run up to \"one\", the program fails: ZeroDivisionError: division by zero";
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &json!(message)));
    assert_eq!(result["turns"][0]["score"]["raised"], "ZeroDivisionError: division by zero");
    assert_eq!(client.message().await, format!("codegen-lsp: {message}"));
    assert_eq!(client.text(URI).await["text"], "x = 1\n\n# one\na = 1 / 0\n");
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).result().await;
    let titles: Vec<_> = lenses.as_array().unwrap().iter().map(|lens| &lens["command"]["title"]).collect();
    let status = json!("generated, raises ZeroDivisionError: division by zero");
    assert_eq!(titles.last(), Some(&&status));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_raises_commands_no_terminal() {
    let text = "raise ValueError('\\x1b[2J\\u202e')\n\n# one\n";
    let mut client = client(&divides().engine(), true, text).await;
    let asked = client.synthesize(URI, 2);
    client.accept_progress().await;
    let result = client.carry_out(asked).await;
    let shown = "ValueError: \\x1b[2J\\u{202e}";
    assert_eq!(result["turns"][0]["score"]["raised"], shown);
    assert!(client.message().await.ends_with(shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_programs_are_isolated_is_logged_once() {
    let mut client = client(&divides().engine(), true, "x = 1\n\n# one\n").await;
    for _ in 0..2 {
        candidates(&mut client, 2).await;
    }
    client.settle().await;
    let said: Vec<String> = client
        .arrived("window/logMessage")
        .iter()
        .filter_map(|message| message.params["message"].as_str().map(str::to_owned))
        .filter(|message| message.starts_with("codegen-lsp: programs are isolated"))
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("from files outside their own folder") && said[0].contains("network: yes"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_runs_the_program_of_a_file_that_is_not_trusted() {
    // The program would never end.
    let mut client = client(&divides().engine(), false, ENDLESS).await;
    let all = candidates(&mut client, 4).await;
    assert!(all.iter().all(|each| each["score"]["run"] == false && each["score"]["raised"].is_null()), "{all:?}");
    assert_eq!(all[0]["text"], "a = 1 / 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_runs_ends_with_its_command() {
    // The runtime waits for background work, so the test does not end before the program has.
    for (way, outcome) in ["command", "progress", "request", "closed", "typed"].into_iter().zip([
        Some("cancelled"),
        Some("cancelled"),
        None,
        Some("closed"),
        Some("dropped"),
    ]) {
        let mut client = client(&divides().engine(), true, ENDLESS).await;
        let (asked, token) = running(&mut client, "codegen.synthesize").await;
        // Meanwhile the server answers.
        let inline = client.complete(URI, 0, 11);
        inline.result().await;
        match way {
            "command" => {
                let cancel = client.on_line("codegen.cancel", URI, 4, json!({}));
                assert_eq!(cancel.result().await, json!({"cancelled": 1}));
            }
            "progress" => client.notify("window/workDoneProgress/cancel", json!({ "token": token })),
            "request" => client.cancel(asked.id),
            "closed" => client.close(URI),
            _ => client.change(URI, [4, 5, 4, 5], "!"),
        }
        match outcome {
            Some(outcome) => assert_eq!(asked.result().await["outcome"], outcome, "{way}"),
            None => assert_eq!(asked.error().await["code"], -32800),
        }
        client.settle().await;
        assert_eq!(client.arrived("workspace/applyEdit"), [], "{way}");
        // Notifications may come behind the answers.
        client.until("$/progress", |progress: &Value| progress["value"]["kind"] == "end").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_cancelled_as_soon_as_it_has_begun_comes_to_nothing() {
    // Building so many turns takes a while.
    let text: String = (0..2000).map(|number| format!("# turn {number}\nx = {number}\n\n")).collect();
    let engine = divides().engine();
    let mut client = client(&engine, false, &(text + "# one\n")).await;
    // A command would be cancelled before it starts, since it waits for the syntax; lenses wait, too.
    client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).result().await;
    let argument = json!({"uri": URI, "position": {"line": 6000, "character": 0}});
    let params = json!({"command": "codegen.synthesize", "arguments": [argument], "workDoneToken": "mine"});
    let asked = client.request("workspace/executeCommand", params);
    client.cancel(asked.id);
    assert_eq!(asked.error().await["code"], -32800);
    let progress = client.progress().await;
    assert_eq!(progress[0]["value"]["kind"], "begin");
    client.settle().await;
    assert_eq!(client.arrived("workspace/applyEdit"), []);
    assert_eq!(client.text(URI).await["version"], client.version());
    // The next command is not affected.
    let params = json!({"command": "codegen.synthesize", "arguments": [{"uri": URI, "position": {"line": 6000, "character": 0}}], "workDoneToken": "next"});
    let asked = client.request("workspace/executeCommand", params);
    assert_eq!(client.carry_out(asked).await["outcome"], "done");
}
