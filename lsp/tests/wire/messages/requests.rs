//! Requests and other notifications than those of documents' texts.

use serde_json::{Value, json};

use super::maker::Maker;
use super::reference::DOCUMENTS;

const COMMANDS: [&str; 12] = [
    "codegen.synthesize",
    "codegen.synthesize",
    "codegen.synthesizeAll",
    "codegen.regenerate",
    "codegen.replace",
    "codegen.candidates",
    "codegen.accept",
    "codegen.cancel",
    "codegen.explainTurn",
    "codegen.accepted",
    "codegen.dance",
    "",
];

impl Maker {
    pub fn complete(&mut self) -> Value {
        let number = self.number();
        let place = self.place(number);
        let position = self.at(number, place);
        let mut context = json!({"triggerKind": 1 + self.chance.below(2)});
        if self.one_in(3) {
            let start = place.saturating_sub(self.chance.below(5));
            let text = self.plan.open.get(&number).map_or(String::new(), |copy| {
                let chars = copy.text.chars();
                chars[start.min(chars.len())..place.min(chars.len())].iter().collect()
            });
            let mut range = json!({"start": self.at(number, start), "end": position});
            let mut text = text + self.pick(&["", "s", "self", "(", "\n", "\u{1F40D}"]);
            match self.chance.below(12) {
                0 => range = json!({"start": position, "end": self.at(number, start)}),
                1 => range["start"] = self.position(number),
                2 => range["end"] = self.position(number),
                3 => text = self.piece(),
                4 => range = self.pick(&[Value::Null, json!(3), json!({"start": 3})]),
                _ => {}
            }
            context["selectedCompletionInfo"] = json!({"range": range, "text": text});
        }
        let mut params = json!({
            "textDocument": {"uri": self.uri(number)}, "position": self.moved(position), "context": context,
        });
        match self.chance.below(80) {
            0 => drop(params.as_object_mut().and_then(|object| object.shift_remove("context"))),
            1 => params["context"] = self.pick(&[Value::Null, json!({}), json!({"triggerKind": 9}), json!(3)]),
            2 => params["textDocument"] = self.pick(&[Value::Null, json!({}), json!(3)]),
            _ => {}
        }
        self.request("textDocument/inlineCompletion", params)
    }

    pub fn lenses(&mut self) -> Value {
        let number = self.number();
        let uri = self.uri(number);
        self.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}}))
    }

    pub fn actions(&mut self) -> Value {
        let number = self.number();
        let mut params = json!({
            "textDocument": {"uri": self.uri(number)}, "range": self.range(number), "context": {"diagnostics": []},
        });
        if self.one_in(20) {
            params["context"] = self.pick(&[Value::Null, json!({}), json!({"diagnostics": 3})]);
        }
        self.request("textDocument/codeAction", params)
    }

    pub fn command(&mut self) -> Value {
        let number = self.number();
        let mut argument = json!({"uri": self.uri(number), "position": self.position(number)});
        let command = self.pick(&COMMANDS);
        match command {
            "codegen.accept" => argument["index"] = self.pick(&[json!(0), json!(3), json!("next"), json!("previous")]),
            "codegen.regenerate" => argument["following"] = self.pick(&[json!(true), json!(false), Value::Null]),
            "codegen.replace" => argument["lines"] = self.pick(&[json!(0), json!(1), json!(2), Value::Null]),
            "codegen.candidates" => argument["count"] = self.pick(&[json!(2), json!(3), json!(1), json!(17)]),
            "codegen.synthesizeAll" if self.one_in(2) => argument["range"] = self.range(number),
            "codegen.accepted" => argument = json!(self.chance.below(100)),
            "codegen.cancel" if self.one_in(2) => argument = json!({}),
            _ => {}
        }
        match self.chance.below(20) {
            0 => argument = self.pick(&[Value::Null, json!(3), json!([]), json!({}), json!({"uri": 3}), json!("a")]),
            1 if argument.is_object() => {
                argument["seed"] = self.pick(&[json!(7), json!(-1), json!(u64::MAX), json!("x")])
            }
            2 if argument.is_object() => {
                argument["index"] = self.pick(&[json!(-1), json!("best"), json!(1 << 20), Value::Null])
            }
            _ => {}
        }
        let arguments = match self.chance.below(30) {
            0 => json!([]),
            1 => json!([argument, 1]),
            2 => self.pick(&[Value::Null, json!({}), json!("x")]),
            _ => json!([argument]),
        };
        let mut params = json!({"command": command, "arguments": arguments});
        if self.one_in(3) {
            params["workDoneToken"] = json!(format!("token {}", self.last_id));
        }
        self.request("workspace/executeCommand", params)
    }

    pub fn settings(&mut self) -> Value {
        match self.chance.below(18) {
            0 => json!({"inline": {"enabled": false}}),
            1 => json!({"inline": {"enabled": "yes", "maxTokens": -1, "minConfidence": 7}}),
            2 => json!({"inline": {"maxTokens": 1 + self.chance.below(40), "minConfidence": 0.5}}),
            3 => json!({"maxFileBytes": 1 + self.chance.below(2000)}),
            4 => json!({"languages": self.pick(&[json!(["rust"]), json!([]), json!(["python", "json"]), json!(3)])}),
            5 => json!({"synthesis": {"codeLens": self.pick(&["off", "all", "auto", "some"])}}),
            6 => json!({"synthesis": {"candidates": 1 + self.chance.below(4), "maxTokens": 1 + self.chance.below(60)}}),
            7 => json!({"prompt": {"marker": self.pick(&[json!("#>"), Value::Null, json!(""), json!("#\n")])}}),
            8 => json!({"threads": 1 + self.chance.below(4)}),
            9 => json!({"model": self.pick(&["nowhere", "builtin"])}),
            10 => self.pick(&[json!(3), json!([]), json!("x"), Value::Null]),
            11 => json!({"colour": self.chance.below(1000)}),
            _ => json!({}),
        }
    }

    pub fn configuration(&mut self) -> Value {
        let settings = self.settings();
        let settings = match self.chance.below(6) {
            0 => Value::Null,
            1 => settings,
            _ => json!({ "codegen": settings }),
        };
        Self::notification("workspace/didChangeConfiguration", json!({ "settings": settings }))
    }

    pub fn folders(&mut self) -> Value {
        let folder = self.pick(&["file:///project", "file:///c%3A/Code", "untitled:x", "file:///project/[id]"]);
        let folder = json!([{"uri": folder, "name": "x"}]);
        let none = self.pick(&[json!([]), json!([]), Value::Null]);
        let (added, removed) = if self.one_in(2) { (folder, none) } else { (none, folder) };
        Self::notification(
            "workspace/didChangeWorkspaceFolders",
            json!({"event": {"added": added, "removed": removed}}),
        )
    }

    pub fn cancel(&mut self) -> Value {
        match self.chance.below(20) {
            0 => {
                let token = json!(format!("token {}", self.last_id - 1));
                Self::notification("window/workDoneProgress/cancel", json!({ "token": token }))
            }
            1 => {
                let id = self.pick(&[json!(987_654), json!("x"), Value::Null, json!(1.5), json!({})]);
                Self::notification("$/cancelRequest", json!({ "id": id }))
            }
            _ => Self::notification("$/cancelRequest", json!({"id": self.recent_id()})),
        }
    }

    pub fn text(&mut self) -> Value {
        let number = self.number();
        let uri = self.pick(DOCUMENTS[number]);
        self.request("codegen/text", json!({ "uri": uri }))
    }

    /// What the server does not know, or does not expect now.
    pub fn other(&mut self) -> Value {
        match self.chance.below(10) {
            0 => self.request("textDocument/hover", json!({})),
            1 => Self::notification("textDocument/dance", json!({})),
            2 => Self::notification("$/unknown", json!({"x": 1})),
            3 => self.request("$/unknown", json!([])),
            4 => self.request("initialize", json!({"capabilities": {}})),
            5 => Self::notification("initialized", json!({})),
            6 => Self::notification("textDocument/didSave", json!({"textDocument": {"uri": "file:///project/a.py"}})),
            7 => self.request("codegen/text", json!({"uri": 3})),
            8 => self.request("", Value::Null),
            _ => Self::notification("textDocument/willSave", json!(["a"])),
        }
    }

    /// JSON that is no message, and answers to nothing.
    pub fn no_message(&mut self) -> Value {
        self.pick(&[
            json!([]),
            json!([{"jsonrpc": "2.0", "method": "$/nothing"}]),
            json!(3),
            Value::Null,
            json!("text"),
            json!({}),
            json!({"jsonrpc": "2.0", "id": 5}),
            json!({"jsonrpc": "2.0", "id": 999_999, "result": null}),
            json!({"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "no"}}),
            json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "what?"}}),
            json!({"jsonrpc": "2.0", "method": 3, "id": 1_000_000}),
        ])
    }
}
