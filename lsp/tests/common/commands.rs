//! The client's side of commands: applies edits and reports them.

use super::*;

/// The one edit of a `workspace/applyEdit`: the document, the range and the text.
#[track_caller]
pub fn only_edit(request: &Incoming) -> (String, Value, String) {
    let edit = &request.params["edit"];
    let (uri, edits) = match edit["documentChanges"].as_array() {
        Some(changes) => {
            assert_eq!(changes.len(), 1, "one document");
            (changes[0]["textDocument"]["uri"].as_str().unwrap(), &changes[0]["edits"])
        }
        None => {
            let changes = edit["changes"].as_object().unwrap();
            assert_eq!(changes.len(), 1, "one document");
            let (uri, edits) = changes.iter().next().unwrap();
            (uri.as_str(), edits)
        }
    };
    assert_eq!(edits.as_array().unwrap().len(), 1, "one undo step");
    (uri.to_owned(), edits[0]["range"].clone(), edits[0]["newText"].as_str().unwrap().to_owned())
}

impl Client {
    /// Reports that the text of an edit is in the buffer.
    pub fn report(&mut self, request: &Incoming) {
        let (uri, range, text) = only_edit(request);
        self.changes(&uri, json!([{"range": range, "text": text}]));
    }

    /// Answers that an edit has been applied.
    pub fn say_applied(&mut self, request: &Incoming) {
        self.reply(request, json!({"applied": true}));
    }

    /// Applies the next edit that the server asks for, as an editor does that reports before it answers.
    pub async fn apply(&mut self) {
        loop {
            let request = self.next("workspace/applyEdit").await;
            if self.try_apply(&request) {
                return;
            }
        }
    }

    /// Applies an edit, unless it is for an older version of its document; returns whether it was applied.
    fn try_apply(&mut self, request: &Incoming) -> bool {
        let version = &request.params["edit"]["documentChanges"][0]["textDocument"]["version"];
        let (uri, ..) = only_edit(request);
        let current = version.is_null() || *version == json!(self.versions[&uri]);
        if current {
            self.report(request);
            self.say_applied(request);
        } else {
            self.reply(request, json!({"applied": false, "failureReason": "the document has moved on"}));
        }
        current
    }

    /// Applies every edit that the server asks for until the command is answered, and returns the answer.
    #[track_caller]
    pub fn carry_out(&mut self, asked: Asked) -> impl Future<Output = Value> {
        let answer = asked.result();
        async move {
            tokio::pin!(answer);
            loop {
                tokio::select! {
                    biased;
                    result = &mut answer => return result,
                    request = self.next("workspace/applyEdit") => drop(self.try_apply(&request)),
                }
            }
        }
    }

    /// Waits for a notification with the expected content. Answers may overtake notifications, so after an answer some
    /// may still be missing.
    #[track_caller]
    pub fn until(&mut self, method: &'static str, wanted: impl Fn(&Value) -> bool) -> impl Future<Output = Vec<Value>> {
        let place = std::panic::Location::caller();
        async move {
            let mut seen = Vec::new();
            loop {
                assert!(seen.len() < 10_000, "no such {method} ({place})");
                seen.push(self.next(method).await.params);
                if seen.last().is_some_and(&wanted) {
                    return seen;
                }
            }
        }
    }

    /// All progress notifications up to the end.
    #[track_caller]
    pub fn progress(&mut self) -> impl Future<Output = Vec<Value>> {
        self.until("$/progress", |progress| progress["value"]["kind"] == "end")
    }

    /// Sends a command with one argument.
    pub fn command(&mut self, command: &str, argument: Value) -> Asked {
        self.request("workspace/executeCommand", json!({"command": command, "arguments": [argument]}))
    }

    /// Sends a command for the turn on a line, with further fields of its argument.
    pub fn on_line(&mut self, command: &str, uri: &str, line: u32, more: Value) -> Asked {
        let mut argument = json!({"uri": uri, "position": {"line": line, "character": 0}});
        if let (Some(argument), Some(more)) = (argument.as_object_mut(), more.as_object()) {
            argument.extend(more.clone());
        }
        self.command(command, argument)
    }
}
