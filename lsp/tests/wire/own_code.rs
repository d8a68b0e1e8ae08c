//! What was not generated here stays, whatever is asked for.

use codegen_engine::runtime::backend::scripted::{END_OF_TEXT, Script};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, able, blocked, gated, hesitant};
use crate::library::{broken, is_kept};

/// A model that writes `a = 1`, or `b`, `c` or `d`, below whatever prompt there is, indented as that is.
fn willing() -> Script {
    Script::weighing(|tokens| {
        let text: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
        let mut lines = text.rsplit(|&byte| byte == b'\n');
        let (line, above) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let indent = &above[..above.len() - above.trim_ascii_start().len()];
        let only = |byte: u8| vec![(i32::from(byte), 20.0)];
        if above.ends_with(b" = 1") && line.is_empty() {
            return vec![(END_OF_TEXT, 20.0)];
        }
        match line.get(indent.len()..) {
            None => only(indent[line.len()]),
            Some([]) => (0..4).map(|n| (i32::from(b'a') + n, 10.0 - n as f32 / 1e3)).collect(),
            Some([_, rest @ ..]) => only(b" = 1\n".get(rest.len()).copied().unwrap_or(b'\n')),
        }
    })
}

async fn client(script: Script, text: &str) -> Client {
    let mut client = Client::with_engine(&script.engine());
    let mut params = able();
    params["capabilities"]["window"] = json!({});
    params["capabilities"]["textDocument"] = json!({"codeAction": {
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor.rewrite"]}}, "disabledSupport": true,
    }});
    client.initialize(params).await;
    client.open(URI, text);
    client
}

async fn run(client: &mut Client, command: &str, line: u32, more: Value) -> Value {
    let asked = client.on_line(command, URI, line, more);
    client.carry_out(asked).await
}

async fn text(client: &mut Client) -> String {
    client.text(URI).await["text"].as_str().unwrap().to_owned()
}

/// Every command that writes, but for the one whose name says that it replaces.
fn commands() -> [(&'static str, Value); 7] {
    [
        ("codegen.synthesize", json!({})),
        ("codegen.regenerate", json!({})),
        ("codegen.regenerate", json!({"following": true, "seed": 3})),
        ("codegen.candidates", json!({"count": 2})),
        ("codegen.accept", json!({"index": "next"})),
        ("codegen.accept", json!({"index": 0})),
        ("codegen.synthesizeAll", json!({})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn code_below_a_blank_line_stays() {
    for (own, line) in [
        ("# one\n\nprint(numbers)\nwith open('notes.txt') as handle:\n    print(handle.read())\n", 0),
        ("import os\n\n# one\n\ndef important(path):\n    return os.listdir(path)\n", 2),
        ("# one\n\n\nprint(numbers)\n", 0),
        ("def report():\n    # one\n\n    for number in numbers:\n        print(number)\n    return 1\n", 1),
        ("# one\r\n\r\nprint(1)\r\n", 0),
        ("class A:\n\t# one\n\n\tdef f(self):\n\t\tpass\n", 1),
        ("# one\n\n# %% cell\nprint(1)\n", 0),
        ("# one\n\n# x = 1\nprint(1)\n", 0),
    ] {
        let mut client = client(willing(), own).await;
        let result = run(&mut client, "codegen.synthesize", line, json!({})).await;
        assert_eq!(result["outcome"], "done", "{own:?}: {result}");
        let after = text(&mut client).await;
        is_kept(own, &after).unwrap_or_else(|lost| panic!("{lost:?} is lost: {after:?}"));
        let at = usize::try_from(line).unwrap() + 1;
        assert_eq!(after.lines().nth(at).unwrap().trim(), "a = 1", "{after:?}");
        assert_eq!(after.lines().nth(at + 1).unwrap(), "", "{after:?}");
        // What was generated is replaced, and nothing else.
        for (command, more) in commands() {
            run(&mut client, command, line, more).await;
            let after = text(&mut client).await;
            is_kept(own, &after).unwrap_or_else(|lost| panic!("{command}: {lost:?} is lost: {after:?}"));
            assert_eq!(after.lines().count(), own.lines().count() + 1, "{command}: {after:?}");
        }
        // Edited, it is the user's own.
        let line = u32::try_from(at).unwrap();
        let end = u32::try_from(text(&mut client).await.lines().nth(at).unwrap().len()).unwrap();
        client.change(URI, [line, end, line, end], "  # by hand");
        let own = text(&mut client).await;
        for (command, more) in commands() {
            let result = run(&mut client, command, line - 1, more).await;
            assert_eq!(text(&mut client).await, own, "{command}: {result}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn code_directly_below_is_replaced_only_by_the_command_that_says_so() {
    let own = "# one\nHOST = 'a'\nPORT = 1\n\nUSER = 'b'\n";
    let mut client = client(willing(), own).await;
    for (command, more) in commands() {
        let result = run(&mut client, command, 0, more).await;
        assert_eq!(text(&mut client).await, own, "{command}: {result}");
        match command {
            "codegen.candidates" => assert_eq!(result["replaces"], 2, "{result}"),
            "codegen.synthesizeAll" => assert_eq!(result["outcome"], "nothing"),
            _ => {
                assert_eq!(result["outcome"], "refused", "{command}: {result}");
                let message = result["message"].as_str().unwrap();
                assert!(message.starts_with("2 lines that were not generated here stand directly below"), "{message}");
                assert!(message.contains("Replace by generated code"), "{message}");
            }
        }
    }
    let result = run(&mut client, "codegen.replace", 0, json!({"lines": 3})).await;
    assert_eq!(result["outcome"], "refused");
    assert_eq!(result["message"], "2 lines would be replaced now rather than 3, so nothing was; ask again");
    let result = run(&mut client, "codegen.replace", 0, json!({"lines": 2})).await;
    assert_eq!(
        (&result["outcome"], &result["message"]),
        (&json!("done"), &json!("2 lines were replaced by generated code"))
    );
    assert_eq!(text(&mut client).await, "# one\na = 1\n\nUSER = 'b'\n");
    let result = run(&mut client, "codegen.regenerate", 0, json!({"seed": 1})).await;
    assert_eq!(result["outcome"], "done", "it is generated now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_that_was_chosen_replaces_on_demand() {
    let own = "# one\nmine()\n\nUSER = 'b'\n";
    let mut client = client(willing(), own).await;
    let result = run(&mut client, "codegen.candidates", 0, json!({"count": 8, "seed": 1})).await;
    let chosen = result["candidates"].as_array().unwrap().last().unwrap().clone();
    let result = run(&mut client, "codegen.accept", 0, json!({"index": chosen["index"]})).await;
    assert_eq!((&result["outcome"], text(&mut client).await), (&json!("refused"), own.to_owned()));
    let result = run(&mut client, "codegen.replace", 0, json!({"index": chosen["index"], "lines": 1})).await;
    assert_eq!(result["outcome"], "done", "{result}");
    assert_eq!(text(&mut client).await, format!("# one\n{}\n\nUSER = 'b'\n", chosen["text"].as_str().unwrap().trim()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_statement_can_stand_nothing_is_written() {
    let own = "if a:\n    b\n\n# one\n\nelse:\n    c\n";
    let mut client = client(willing(), own).await;
    for (command, more) in commands().into_iter().chain([("codegen.replace", json!({}))]) {
        let result = run(&mut client, command, 3, more).await;
        assert_eq!(text(&mut client).await, own, "{command}: {result}");
    }
    let range = json!({"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 0}});
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": []}});
    let actions = client.request("textDocument/codeAction", params).result().await;
    let reason = "no code can be written for this prompt: it stands between the branches of a statement";
    assert_eq!(actions[0]["disabled"]["reason"], reason, "{actions}");
    assert_eq!(actions[0]["command"], Value::Null, "{actions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_of_one_s_own_that_happens_to_be_what_was_generated_elsewhere_stays() {
    let mut client = client(hesitant(), "# one\n\n# two\n\n# three\na = 1\n").await;
    run(&mut client, "codegen.synthesize", 0, json!({})).await;
    let own = text(&mut client).await;
    assert_eq!(own, "# one\na = 1\n\n# two\n\n# three\na = 1\n");
    let result = run(&mut client, "codegen.regenerate", 5, json!({"seed": 1})).await;
    assert_eq!((&result["outcome"], text(&mut client).await), (&json!("refused"), own));
    // But it stays generated where it was written, under a prompt that is reworded.
    client.change(URI, [0, 2, 0, 5], "more");
    let result = run(&mut client, "codegen.regenerate", 0, json!({"seed": 1})).await;
    assert_eq!(result["outcome"], "done", "{result}");
    assert!(text(&mut client).await.ends_with("= 1\n\n# two\n\n# three\na = 1\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_code_is_known_again_once_it_is_undone_and_redone() {
    let mut client = client(hesitant(), "# one\n\nmine()\n").await;
    run(&mut client, "codegen.synthesize", 0, json!({})).await;
    client.change(URI, [1, 0, 2, 0], "");
    client.change(URI, [1, 0, 1, 0], "a = 1\n");
    let result = run(&mut client, "codegen.regenerate", 0, json!({"seed": 1})).await;
    assert_eq!(result["outcome"], "done", "{result}");
    let after = text(&mut client).await;
    assert!(after.ends_with("\n\nmine()\n") && after.lines().count() == 4, "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_to_be_written_is_checked_against_the_buffer_as_it_is_then() {
    for (change, typed, comes) in [
        ([5, 0, 5, 0], "print(2)\n", true),
        ([5, 0, 5, 8], "else:\n    c", false),
        ([2, 0, 2, 0], "@decorated\n", false),
        ([5, 0, 5, 0], "    ", false),
        ([4, 0, 4, 0], "mine()\n", false),
    ] {
        let (engine, gate) = gated(willing());
        let mut client = Client::with_engine(&engine);
        client.hello().await;
        client.open(URI, "if a:\n    b\n\n# one\n\nprint(1)\n");
        gate.close();
        let asked = client.synthesize(URI, 3);
        client.accept_progress().await;
        blocked(&gate).await;
        client.change(URI, change, typed);
        let own = text(&mut client).await;
        gate.open();
        let result = client.carry_out(asked).await;
        let after = text(&mut client).await;
        assert_eq!(result["outcome"], if comes { "done" } else { "dropped" }, "{typed:?}: {result}");
        is_kept(&own, &after).unwrap();
        assert_eq!(after != own, comes, "{typed:?}: {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_s_cell_is_a_document_like_any_other() {
    let uri = "vscode-notebook-cell:/project/a.ipynb#X1";
    let mut client = client(willing(), "").await;
    let own = "# one\n\nprint(numbers)\n";
    client.open(uri, own);
    let asked = client.on_line("codegen.synthesize", uri, 0, json!({}));
    assert_eq!(client.carry_out(asked).await["outcome"], "done");
    assert_eq!(client.text(uri).await["text"], "# one\na = 1\n\nprint(numbers)\n");
}

/// Which commands are given at which prompts of a damaged file of the standard library, one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn no_line_is_lost_whatever_is_asked_for_in_whatever_file() {
    let mut runner = TestRunner::deterministic();
    let (mut asked, mut done) = (0, 0);
    let mut client = client(willing(), "").await;
    for number in 0..60_usize {
        let own = broken().new_tree(&mut runner).unwrap().current();
        let uri = format!("file:///project/{number}.py");
        client.open(&uri, &own);
        // Placeholders may go.
        let own: String =
            own.split_inclusive(['\n', '\r']).filter(|line| !["pass", "..."].contains(&line.trim())).collect();
        let options = codegen_text::turns::TurnOptions::default();
        for (step, (command, more)) in commands().into_iter().cycle().skip(number).take(8).enumerate() {
            let now = client.text(&uri).await["text"].as_str().unwrap().to_owned();
            let document = codegen_text::document::Document::new(&now, 1);
            let prompts = codegen_text::turns::turns(&document, &options);
            let Some(turn) = prompts.get((number + step / 2) % prompts.len().max(1)) else { break };
            let line = document.rope().byte_to_line(turn.prompt_range.start);
            let asking = client.on_line(command, &uri, u32::try_from(line).unwrap(), more);
            let result = client.carry_out(asking).await;
            asked += 1;
            done += usize::from(result["outcome"] == "done");
            let after = client.text(&uri).await["text"].as_str().unwrap().to_owned();
            is_kept(&own, &after).unwrap_or_else(|lost| panic!("{command} lost {lost:?} of {own:?}: {after:?}"));
        }
        client.close(&uri);
    }
    assert!(asked > 100 && done > 30, "{done} of {asked} commands wrote something");
}

#[test]
fn a_lost_line_is_noticed() {
    assert_eq!(is_kept("a\n\nb\n", "a\nx\r\n b\nb"), Ok(()));
    assert_eq!(is_kept("a\nb\n", "b\na\n"), Err("b".to_owned()));
    assert_eq!(is_kept("a\na\n", "a\n"), Err("a".to_owned()));
}
