//! The built-in model in files of every indentation: what it writes has the file's.

use codegen_text::turns::{self, TurnOptions};
use serde_json::json;

use super::{URI, single, spawn};
use crate::common::item;

/// Units of indentation.
const UNITS: [&str; 4] = ["\t", "  ", "    ", "        "];

/// A function with a prompt in it; `@` is a level.
const PROMPTS: [&str; 6] = [
    "def f(values):\n@# Add all values.\n",
    "def f(values):\n@# Print the values.\n@\n\nx = 1\n",
    "class A:\n@def f(self, values):\n@@# Find the largest value.\n",
    "def f(text):\n@if text:\n@@# Count the words of the text.\n",
    "def f(path):\n@# Read the file and print its lines.\n",
    "def f(n):\n@# Make a list of the squares up to n.\n",
];

/// The first line that is not indented by whole units, or more than one deeper than the line above; lines inside of brackets
/// aside.
fn misplaced<'t>(text: &'t str, unit: &str) -> Option<&'t str> {
    let (mut above, mut depth) = (0, 0usize);
    text.lines().filter(|line| !line.trim().is_empty()).find(|line| {
        let words = line.trim_start();
        let white = &line[..line.len() - words.len()];
        let level = white.matches(unit).count();
        let wrong = depth == 0 && (white != unit.repeat(level) || level > above + 1);
        for sign in words.chars() {
            match sign {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        above = level;
        wrong
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_are_written_in_the_files_own_indentation() {
    let (_child, mut client) = spawn(&[]);
    client.initialize(single()).await;
    for (number, prompt) in PROMPTS.iter().enumerate() {
        let mut programs = Vec::new();
        for unit in UNITS {
            let uri = format!("file:///project/{number}-{}{}.py", unit.len(), unit.starts_with('\t'));
            let text = prompt.replace('@', unit);
            // A unit is shown where the prompt itself does not: one line of a body.
            let text = format!("if x:\n{unit}pass\n\n{text}");
            let line = text.lines().position(|line| line.trim_start().starts_with('#')).unwrap();
            client.open(&uri, &text);
            let asked = client.synthesize(&uri, u32::try_from(line).unwrap());
            let result = client.carry_out(asked).await;
            assert_eq!(result["outcome"], "done", "{text:?} {result}");
            let written = client.text(&uri).await["text"].as_str().unwrap().to_owned();
            assert_eq!(misplaced(&written, unit), None, "{written:?}");
            assert!(unit == "\t" || !written.contains('\t'), "{written:?}");
            // What is known of the turn is found again: its code is what was generated.
            let lenses = json!({"uri": uri, "position": {"line": line, "character": 0}});
            let explain = json!({"command": "codegen.explainTurn", "arguments": [lenses]});
            let explained = client.request("workspace/executeCommand", explain).result().await;
            assert_eq!(explained["state"], "generated", "{written:?} {explained}");
            assert!(!explained["promptText"].as_str().unwrap().contains('\t'), "{explained}");
            programs.push(written.replace(unit, "@"));
        }
        // The model is shown the same text, so it writes the same.
        assert!(programs.iter().all(|program| *program == programs[0]), "{programs:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_regenerated_and_has_alternatives_in_the_files_own_indentation() {
    let (_child, mut client) = spawn(&[]);
    client.initialize(single()).await;
    for unit in UNITS {
        let uri = format!("file:///project/again-{}{}.py", unit.len(), unit.starts_with('\t'));
        let text = PROMPTS[5].replace('@', unit) + "\n\ndef g():\n@return 1\n".replace('@', unit).as_str();
        client.open(&uri, &text);
        for (command, more) in [
            ("codegen.synthesize", json!({})),
            ("codegen.regenerate", json!({"seed": 3})),
            ("codegen.candidates", json!({"count": 3})),
            ("codegen.accept", json!({"index": "next"})),
            ("codegen.accept", json!({"index": 0})),
        ] {
            let asked = client.on_line(command, &uri, 1, more);
            let result = client.carry_out(asked).await;
            let written = client.text(&uri).await["text"].as_str().unwrap().to_owned();
            assert_eq!(misplaced(&written, unit), None, "{command} {written:?} {result}");
            let document = codegen_text::document::Document::new(&written, 1);
            assert_eq!(turns::turns(&document, &TurnOptions::default()).len(), 1, "{command} {written:?}");
            assert!(written.contains(&format!("\n\ndef g():\n{unit}return 1\n")), "{command} {written:?}");
        }
    }
}

/// Texts with a cursor (`$0`) and levels (`@`).
const CURSORS: [&str; 12] = [
    "for i in range(3):$0\n",
    "for i in range(3):\n$0",
    "def f(data):\n@result = {}\n@for key in data:$0\n@return result\n",
    "def f(data):\n@for key in data:\n@@if key:\n@@@print(key)\n@@else:$0\n",
    "class A:\n@def f(self):\n@@return 1\n\n@def g(self, x):\n@@$0",
    "class A:\n@def f(self):\n@@return 1\n\n@$0",
    "def f(a):\n@if a:\n@@return 1\n@$0",
    "for a in [1]:\n@for b in [2]:\n$0",
    "async def f(a):\n@with open(a) as b, \\\n@@@open(a) as c:$0\n",
    "def f(a):\n@try:\n@@return a\n@except ValueError as error:$0\n",
    "def f(a):\n@match a:\n@@case 1:$0\n",
    "class A:\n@x = 1\n@def f(\n@@self,\n@@a,\n@):$0\n",
];

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_have_the_files_own_indentation() {
    let (_child, mut client) = spawn(&[]);
    let mut params = single();
    // Everything that the model says, for there to be enough of it.
    params["initializationOptions"] = json!({"inline": {"minConfidence": null}});
    client.initialize(params).await;
    let mut shown = 0;
    for (number, marked) in CURSORS.iter().enumerate() {
        for unit in UNITS {
            for ending in ["\n", "\r\n"] {
                let marked = format!("if x:\n@pass\n\n{marked}").replace('@', unit);
                let (text, offset) = codegen_text::testing::cursor(&marked);
                let (above, below) = text.split_at(offset);
                let line = above.matches('\n').count();
                let character = above.rsplit('\n').next().unwrap().chars().count();
                let uri = format!("{URI}{number}{}{}{}", unit.len(), unit.starts_with('\t'), ending.len());
                client.open(&uri, &text.replace('\n', ending));
                let asked = client.complete(&uri, u32::try_from(line).unwrap(), u32::try_from(character).unwrap());
                let answer = asked.result().await;
                if answer.is_null() {
                    continue;
                }
                shown += 1;
                let accepted = format!("{above}{}{below}", item(&answer).0.replace(ending, "\n"));
                // Where a body stands alone, it is one unit deeper.
                let lines: Vec<_> = accepted.lines().filter(|line| !line.trim().is_empty()).collect();
                let code: Vec<_> = lines.iter().copied().filter(|line| !line.contains("open(")).collect();
                assert_eq!(misplaced(&code.join("\n"), unit), None, "{marked:?} {accepted:?}");
            }
        }
    }
    assert!(shown > 40, "{shown}");
}
