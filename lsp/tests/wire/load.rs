//! Many messages at once, and many in a row.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, blocked, gated};

/// A small random number generator (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// The client's own copy of the text, in lines without ends, all ASCII except for the snippets' characters.
struct Model {
    lines: Vec<Vec<char>>,
}

impl Model {
    /// A random place, as line and index of a character.
    fn place(&self, random: &mut Random) -> (usize, usize) {
        let line = random.below(self.lines.len());
        (line, random.below(self.lines[line].len() + 1))
    }

    fn character(&self, (line, index): (usize, usize)) -> u32 {
        u32::try_from(self.lines[line][..index].iter().map(|c| c.len_utf16()).sum::<usize>()).unwrap()
    }

    fn replace(&mut self, start: (usize, usize), end: (usize, usize), text: &str) {
        let mut new: Vec<char> = self.lines[start.0][..start.1].to_vec();
        new.extend(text.chars());
        new.extend(&self.lines[end.0][end.1..]);
        let new: Vec<Vec<char>> = new.split(|c| *c == '\n').map(<[char]>::to_vec).collect();
        self.lines.splice(start.0..=end.0, new);
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_racing_slow_completions_leave_server_and_client_equal() {
    let (engine, gate) = gated(Script::continuing(vec![("return 1", " + 1\n")]));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    let uris: Vec<String> = (0..64).map(|index| format!("file:///project/{index}.py")).collect();
    let text = "def f(x):\n    return 1\n\n# say hello\n";
    for uri in &uris {
        client.open(uri, text);
    }
    // 64 completions in 64 documents, each held by the gate; then all the typing is in one more document and in one of
    // the 64.
    gate.close();
    let mut asked: Vec<Asked> = uris.iter().map(|uri| client.complete(uri, 1, 12)).collect();
    blocked(&gate).await;
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut models: Vec<(String, Model)> = [URI, uris[0].as_str()]
        .map(|uri| (uri.to_owned(), Model { lines: text.split('\n').map(|line| line.chars().collect()).collect() }))
        .into();
    client.open(URI, text);
    for turn in 0..1000 {
        let (uri, model) = &mut models[turn % 2];
        let (mut start, mut end) = (model.place(&mut random), model.place(&mut random));
        if start > end {
            (start, end) = (end, start);
        }
        if end.0 > start.0 + 1 {
            end = start;
        }
        let snippet = ["x", "é", "😀\n", "    return y\n", "", "", "# say\n", ")", "\n\n"][random.below(9)];
        let line = |place: (usize, usize)| u32::try_from(place.0).unwrap();
        let range = [line(start), model.character(start), line(end), model.character(end)];
        model.replace(start, end, snippet);
        client.change(uri, range, snippet);
        if turn % 16 == 0 {
            let place = model.place(&mut random);
            let (line, character) = (line(place), model.character(place));
            asked.push(client.complete(uri, line, character));
        }
        if turn == 500 {
            gate.permit(20);
        }
    }
    for (uri, model) in &models {
        assert_eq!(client.text(uri).await["text"], model.text(), "while the completions are held up");
    }
    gate.open();
    let mut shown = 0;
    for asked in asked {
        // Each exactly once: the test's client panics at a second answer.
        shown += usize::from(!asked.result().await.is_null());
    }
    assert!(shown >= 60, "{shown} of the 63 undisturbed completions were answered");
    assert_eq!(client.unanswered(), 0);
    for (uri, model) in &models {
        assert_eq!(client.text(uri).await["text"], model.text());
    }
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_everything_at_once_gets_every_answer() {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    let asked: Vec<Asked> = (0..500)
        .map(|index| match index % 3 {
            0 => client.complete(URI, 0, 8),
            1 => client.request("codegen/text", json!({ "uri": URI })),
            _ => {
                client.change(URI, [0, 0, 0, 0], "");
                client.complete(URI, 0, 3)
            }
        })
        .collect();
    for asked in asked {
        let _: Value = asked.result().await;
    }
    assert_eq!(client.unanswered(), 0);
}
