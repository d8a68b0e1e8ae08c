//! Random messages of an editor, most of them as the protocol has them.

use codegen_lsp::protocol::positions::Encoding;
use serde_json::{Value, json};

use super::reference::{BYTE, DOCUMENTS, FORM, Form, HALF, Reference, body};
use crate::random::Chance;

/// A step of a session.
#[derive(Debug, Clone)]
pub enum Step {
    /// The client sends a message.
    Send(Value, Form),
    /// The user's own configuration file is written.
    Own(Value),
    /// The engine is held up; it is let through this number of batches; it is let go.
    Hold,
    Permit(usize),
    Release,
    /// The client waits until all documents have been compared.
    Wait,
}

impl Step {
    /// The step on a line: a message as it is sent.
    pub fn shown(&self) -> String {
        match self {
            Self::Send(message, form) => {
                let body = String::from_utf8_lossy(&body(message, *form)).into_owned();
                if body.len() > 600 { format!("{:.600}… ({} bytes)", body, body.len()) } else { body }
            }
            other => format!("{other:?}"),
        }
    }
}

/// Python, prompts and what breaks editors.
const PIECES: [&str; 40] = [
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\u{2028}",
    "\u{85}",
    "\u{c}",
    "\u{1F40D}",
    "\u{10FFFF}",
    "e\u{301}",
    "\u{4e2d}",
    "\0",
    "\u{1b}[2J",
    "\u{feff}",
    "# say hello\n",
    "# Add two numbers.\n",
    "#> add\n",
    "x = 1\n",
    "def f(a):\n",
    "    return a\n",
    "\tpass\r\n",
    "if x:\n",
    "    y = [\n",
    "]\n",
    "'''",
    "\"",
    "print(x)",
    "(",
    ")",
    ":",
    " ",
    "    ",
    "class A:\n",
    "else:\n",
    "\\\n",
    "f'{x}'",
    "return 1",
    "import os\n",
    "'''Doc.'''\n",
    "...\n",
];

/// Makes the messages of one session.
pub struct Maker {
    pub chance: Chance,
    /// The documents as they would be if the server edited none.
    pub plan: Reference,
    /// The last id, and what the requests before it asked for.
    pub last_id: i64,
    version: i64,
}

impl Maker {
    pub fn new(seed: u64, encoding: Encoding) -> Self {
        Self { chance: Chance::new(seed), plan: Reference::new(encoding), last_id: 0, version: 0 }
    }

    /// The steps with this number of messages.
    pub fn steps(mut self, messages: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut sent = 0;
        while sent < messages {
            let step = self.step();
            if let Step::Send(message, form) = &step {
                self.plan.take(message, *form);
                sent += 1;
            }
            steps.push(step);
        }
        steps
    }

    pub fn one_in(&mut self, bound: usize) -> bool {
        self.chance.below(bound) == 0
    }

    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.chance.below(choices.len())].clone()
    }

    fn step(&mut self) -> Step {
        let message = match self.chance.below(1000) {
            0..30 => return Step::Wait,
            30..38 => return Step::Hold,
            38..50 => return Step::Permit(1 + self.chance.below(20)),
            50..64 => return Step::Release,
            64..68 => {
                let settings = self.settings();
                return Step::Own(settings);
            }
            68..120 => self.open(),
            120..150 => self.close(),
            150..490 => self.change(),
            490..690 => self.complete(),
            690..720 => self.lenses(),
            720..750 => self.actions(),
            750..830 => self.command(),
            830..850 => self.configuration(),
            850..860 => self.folders(),
            860..920 => self.cancel(),
            920..950 => self.text(),
            950..980 => self.other(),
            _ => self.no_message(),
        };
        self.spoiled(message)
    }

    /// The message, sometimes with a mistake in its envelope.
    fn spoiled(&mut self, mut message: Value) -> Step {
        let mut form = Form::Plain;
        if let Some(object) = message.as_object_mut() {
            match self.chance.below(200) {
                0 => drop(object.shift_remove("jsonrpc")),
                1 => drop(object.insert("jsonrpc".to_owned(), self.pick(&[json!("1.0"), json!(2.0), Value::Null]))),
                2 => drop(object.insert("id".to_owned(), self.strange_id())),
                3 => {
                    drop(object.insert("params".to_owned(), self.pick(&[json!(5), json!("a"), json!([]), Value::Null])))
                }
                4 => drop(object.shift_remove("params")),
                5 | 6 => form = Form::Twice,
                7 => form = Form::Cut(self.chance.below(1000)),
                // What has an id gets none, and what has none gets one.
                8 if object.shift_remove("id").is_none() => drop(object.insert("id".to_owned(), self.id())),
                _ => {}
            }
        }
        Step::Send(message, form)
    }

    fn id(&mut self) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        match self.chance.below(20) {
            0 | 1 => json!(format!("request {id}")),
            2 => json!(-id),
            3 => json!(id as f64),
            _ => json!(id),
        }
    }

    /// An id that is none, or is used again.
    fn strange_id(&mut self) -> Value {
        let recent = self.recent_id();
        self.pick(&[
            Value::Null,
            json!(1.5),
            json!([1]),
            json!({}),
            json!(true),
            json!(u64::MAX),
            recent.clone(),
            recent,
        ])
    }

    /// The id of one of the last requests, if it was a plain number.
    pub fn recent_id(&mut self) -> Value {
        json!(self.last_id - self.chance.below(12) as i64)
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        json!({"jsonrpc": "2.0", "id": self.id(), "method": method, "params": params})
    }

    pub fn notification(method: &str, params: Value) -> Value {
        json!({"jsonrpc": "2.0", "method": method, "params": params})
    }

    /// The number of a document, mostly one that is open.
    pub fn number(&mut self) -> usize {
        let open: Vec<usize> = self.plan.open.keys().copied().collect();
        if open.is_empty() || self.one_in(12) { self.chance.below(DOCUMENTS.len()) } else { self.pick(&open) }
    }

    pub fn uri(&mut self, number: usize) -> Value {
        match self.chance.below(120) {
            0 => self.pick(&[json!(""), json!(3), Value::Null, json!([])]),
            1 => self.pick(&[json!("file:///nowhere.py"), json!("http://[/x"), json!("%%%"), json!("\0")]),
            _ => json!(self.pick(DOCUMENTS[number])),
        }
    }

    fn version(&mut self) -> Value {
        self.version += 1;
        match self.chance.below(30) {
            0 => json!(self.version - 5),
            1 => Value::Null,
            2 => self.pick(&[json!("7"), json!(1.5), json!({}), json!(1_u64 << 40), json!(-1_i64 << 40)]),
            3 => self.pick(&[json!(i32::MAX), json!(i32::MIN), json!(-1), json!(0)]),
            4 => json!(self.version as f64),
            5 => json!(self.version - 1),
            _ => json!(self.version),
        }
    }

    /// A piece of text, mostly short.
    pub fn piece(&mut self) -> String {
        match self.chance.below(200) {
            0 => HALF.to_string(),
            1 => self.pick(&[BYTE, FORM]).to_string(),
            2..32 => String::new(),
            _ => (0..1 + self.chance.below(3)).map(|_| self.pick(&PIECES)).collect(),
        }
    }

    fn whole_text(&mut self) -> String {
        match self.chance.below(60) {
            0 => (0..100 + self.chance.below(600))
                .map(|index| format!("def f{index}(a, b):\n    # add\n    return [a, b, {index}]\n\n\n"))
                .collect(),
            1 => "(".repeat(self.chance.below(3000)),
            2 => "x = [".to_owned() + &"1, ".repeat(self.chance.below(5000)),
            3 => String::new(),
            _ => (0..self.chance.below(40)).map(|_| self.pick(&PIECES)).collect(),
        }
    }

    fn open(&mut self) -> Value {
        let number = if self.one_in(3) { self.number() } else { self.chance.below(DOCUMENTS.len()) };
        let mut text = self.whole_text();
        if self.one_in(20) {
            text.push(self.pick(&[HALF, BYTE, FORM]));
        }
        let mut document =
            json!({"uri": self.uri(number), "languageId": "python", "version": self.version(), "text": text});
        match self.chance.below(40) {
            0 => {
                document["languageId"] =
                    self.pick(&[json!("rust"), json!("json"), json!(""), Value::Null, json!("PYTHON")])
            }
            1 => document["languageId"] = json!(3),
            2 => document["text"] = self.pick(&[Value::Null, json!(3), json!(["x"])]),
            3 => document = self.pick(&[json!([]), json!({}), Value::Null]),
            4 => drop(document.as_object_mut().and_then(|object| object.shift_remove("version"))),
            _ => {}
        }
        Self::notification("textDocument/didOpen", json!({ "textDocument": document }))
    }

    fn close(&mut self) -> Value {
        let number = self.number();
        Self::notification("textDocument/didClose", json!({"textDocument": {"uri": self.uri(number)}}))
    }

    fn change(&mut self) -> Value {
        let number = self.number();
        let count = [1, 1, 1, 1, 2, 3, 0][self.chance.below(7)];
        let changes: Vec<Value> = (0..count).map(|_| self.one_change(number)).collect();
        let mut params = json!({
            "textDocument": {"uri": self.uri(number), "version": self.version()}, "contentChanges": changes,
        });
        match self.chance.below(150) {
            0 => params["contentChanges"] = self.pick(&[Value::Null, json!({}), json!("x"), json!([3]), json!([{}])]),
            1 => drop(params.as_object_mut().and_then(|object| object.shift_remove("contentChanges"))),
            _ => {}
        }
        Self::notification("textDocument/didChange", params)
    }

    fn one_change(&mut self, number: usize) -> Value {
        if self.one_in(10) {
            return json!({"text": self.whole_text()});
        }
        let mut change = json!({"range": self.range(number), "text": self.piece()});
        match self.chance.below(150) {
            0 => change["text"] = self.pick(&[json!(3), Value::Null]),
            1 => change["range"] = self.pick(&[json!(3), json!({}), json!("all")]),
            2 => change["rangeLength"] = self.pick(&[json!(0), json!(u32::MAX)]),
            3 => change["rangeLength"] = self.pick(&[json!(-1), json!("2")]),
            _ => {}
        }
        change
    }

    /// A place in the text, as the number of a character; mostly at a line's end.
    pub fn place(&mut self, number: usize) -> usize {
        let Some(copy) = self.plan.open.get(&number) else { return 0 };
        let lines = copy.text.lines();
        let (start, end) = lines[self.chance.below(lines.len())];
        if self.chance.below(2) == 0 { end } else { start + self.chance.below(end - start + 1) }
    }

    pub fn at(&self, number: usize, place: usize) -> Value {
        let Some(copy) = self.plan.open.get(&number) else { return json!({"line": 0, "character": 0}) };
        let position = copy.text.position(place.min(copy.text.chars().len()), self.plan.encoding);
        json!({"line": position.line, "character": position.character})
    }

    /// A position, now and then one that is not there, or is inside a character.
    pub fn position(&mut self, number: usize) -> Value {
        let place = self.place(number);
        let position = self.at(number, place);
        self.moved(position)
    }

    pub fn moved(&mut self, mut position: Value) -> Value {
        let (line, character) = (position["line"].as_u64().unwrap(), position["character"].as_u64().unwrap());
        match self.chance.below(60) {
            0 => position["line"] = json!(line + 1),
            1 => {
                position["line"] =
                    self.pick(&[json!(line + 9), json!(u32::MAX), json!(u64::MAX), json!(-1), json!("0")])
            }
            2 | 3 => position["character"] = json!(character + 1),
            4 => position["character"] = self.pick(&[json!(u32::MAX), json!(100_000)]),
            5 => position["character"] = self.pick(&[json!(1_u64 << 40), json!(-1), json!(0.5), Value::Null]),
            6 => position["character"] = json!(character.saturating_sub(1)),
            _ => {}
        }
        position
    }

    pub fn range(&mut self, number: usize) -> Value {
        let one = self.place(number);
        let other =
            if self.one_in(20) { self.place(number) } else { one + self.chance.below(4) * self.chance.below(8) };
        let (start, end) =
            if self.one_in(80) { (one.max(other), one.min(other)) } else { (one.min(other), one.max(other)) };
        let (start, end) = (self.at(number, start), self.at(number, end));
        json!({"start": self.moved_less(start), "end": self.moved_less(end)})
    }

    /// Most changes must be right, since a document out of step waits for the whole text.
    fn moved_less(&mut self, position: Value) -> Value {
        if self.one_in(16) { self.moved(position) } else { position }
    }
}
