//! What a client is told of the server's state. Pure.

use serde_json::json;
use tower_lsp::ls_types as lsp;

use crate::protocol::commands;
use crate::protocol::status::{Layers, Status, StatusKind};

/// The model's state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model<'s> {
    /// Being loaded, and how much of it is, as far as is known.
    Loading {
        /// The model as the options name it.
        name: &'s str,
        percent: Option<u8>,
    },
    Ready {
        /// The model as it names itself.
        title: &'s str,
        layers: Layers,
        /// The GPUs that have layers.
        gpus: &'s [String],
    },
    /// It cannot be loaded or run, for this reason.
    Failed(&'s str),
}

/// Why nothing is suggested in the document that was touched last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Its language is none of the configured ones, in words.
    Unserved(String),
    /// Inline suggestions are switched off there.
    SwitchedOff,
    /// It has more bytes than this.
    TooLarge(usize),
    /// The server's text is not the editor's.
    OutOfStep,
}

/// What the status is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts<'s> {
    pub model: Model<'s>,
    pub obstacle: Option<Obstacle>,
    /// Whether a suggestion is being generated.
    pub suggesting: bool,
    /// Commands that write code.
    pub commands: usize,
    /// Whether the client wants to know of every suggestion and every percent.
    pub detail: bool,
}

/// The status of these facts.
#[must_use]
pub fn status(facts: &Facts<'_>) -> Status {
    let Facts { model, obstacle, suggesting, commands, detail } = facts;
    let empty = Status {
        busy: *commands > 0,
        kind: StatusKind::Normal,
        message: String::new(),
        command: (*commands > 0).then(cancel),
        model: None,
        device: None,
        layers: None,
        percent: None,
    };
    match model {
        Model::Loading { name, percent } => {
            let percent = percent.filter(|_| *detail);
            let share = percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
            let message = format!("loading the model {name}{share}");
            Status { busy: true, message, model: Some((*name).to_owned()), percent, ..empty }
        }
        Model::Failed(reason) => Status { kind: StatusKind::Error, message: (*reason).to_owned(), ..empty },
        Model::Ready { title, layers, gpus } => {
            let (kind, message) = match obstacle {
                None if *commands > 0 => (StatusKind::Normal, "writing code".to_owned()),
                None => (StatusKind::Normal, String::new()),
                Some(obstacle) => words(obstacle),
            };
            Status {
                busy: empty.busy || *detail && *suggesting,
                kind,
                message,
                model: Some((*title).to_owned()),
                device: Some(if gpus.is_empty() { "CPU".to_owned() } else { gpus.join(", ") }),
                layers: Some(*layers),
                ..empty
            }
        }
    }
}

fn words(obstacle: &Obstacle) -> (StatusKind, String) {
    match obstacle {
        Obstacle::Unserved(reason) => (StatusKind::Inactive, reason.clone()),
        Obstacle::SwitchedOff => {
            (StatusKind::Inactive, "inline suggestions are switched off (codegen.inline.enabled)".to_owned())
        }
        Obstacle::TooLarge(limit) => {
            (StatusKind::Inactive, format!("the file has more than {limit} bytes (codegen.maxFileBytes)"))
        }
        Obstacle::OutOfStep => {
            (StatusKind::Warning, "the file is out of step with the editor; reopen it to go on".to_owned())
        }
    }
}

fn cancel() -> lsp::Command {
    lsp::Command {
        title: "Stop writing code".to_owned(),
        command: commands::CANCEL.to_owned(),
        arguments: Some(vec![json!({})]),
    }
}

/// What the client was told last, so that it is told of changes only.
#[derive(Debug, Default)]
pub struct StatusSent(Option<Status>);

impl StatusSent {
    /// The status to send, if it is another than the last.
    pub fn change(&mut self, status: Status) -> Option<Status> {
        if self.0.as_ref() == Some(&status) {
            return None;
        }
        self.0 = Some(status.clone());
        Some(status)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn ready(gpu: usize, gpus: &[String]) -> Model<'_> {
        Model::Ready { title: "tiny", layers: Layers { gpu, all: 3 }, gpus }
    }

    fn facts(model: Model<'_>) -> Facts<'_> {
        Facts { model, obstacle: None, suggesting: false, commands: 0, detail: true }
    }

    fn wire(facts: &Facts<'_>) -> Value {
        serde_json::to_value(status(facts)).unwrap()
    }

    #[test]
    fn the_model_s_way() {
        let gpus = ["CUDA0".to_owned(), "CUDA1".to_owned()];
        let loading = |percent| Model::Loading { name: "builtin", percent };
        for (model, expected) in [
            (loading(None), json!({"busy": true, "message": "loading the model builtin", "model": "builtin"})),
            (
                loading(Some(42)),
                json!({"busy": true, "message": "loading the model builtin (42 %)", "model": "builtin", "percent": 42}),
            ),
            (Model::Failed("no such file"), json!({"kind": "Error", "message": "no such file"})),
            (ready(0, &[]), json!({"model": "tiny", "device": "CPU", "layers": {"gpu": 0, "all": 3}})),
            (ready(3, &gpus), json!({"model": "tiny", "device": "CUDA0, CUDA1", "layers": {"gpu": 3, "all": 3}})),
        ] {
            let mut whole = json!({"busy": false, "kind": "Normal", "message": "", "model": null, "device": null, "layers": null, "percent": null});
            for (name, value) in expected.as_object().unwrap() {
                whole[name] = value.clone();
            }
            assert_eq!(wire(&facts(model)), whole);
        }
    }

    #[test]
    fn what_is_in_the_way_and_what_is_under_way() {
        let ready = facts(ready(0, &[]));
        let obstacle = |obstacle| Facts { obstacle: Some(obstacle), ..ready.clone() };
        for (facts, kind, busy, start) in [
            (obstacle(Obstacle::SwitchedOff), StatusKind::Inactive, false, "inline suggestions are switched off"),
            (obstacle(Obstacle::Unserved("it is Rust".to_owned())), StatusKind::Inactive, false, "it is Rust"),
            (obstacle(Obstacle::TooLarge(7)), StatusKind::Inactive, false, "the file has more than 7 bytes"),
            (obstacle(Obstacle::OutOfStep), StatusKind::Warning, false, "the file is out of step"),
            (Facts { suggesting: true, ..ready.clone() }, StatusKind::Normal, true, ""),
            (Facts { suggesting: true, detail: false, ..ready.clone() }, StatusKind::Normal, false, ""),
            (Facts { commands: 1, detail: false, ..ready.clone() }, StatusKind::Normal, true, "writing code"),
            (Facts { commands: 1, ..obstacle(Obstacle::SwitchedOff) }, StatusKind::Inactive, true, "inline"),
        ] {
            let status = status(&facts);
            assert_eq!((status.kind, status.busy), (kind, busy), "{facts:?}");
            assert!(status.message.starts_with(start), "{status:?}");
            assert_eq!(status.command.is_some(), facts.commands > 0, "{status:?}");
        }
        let plain = Facts { detail: false, ..facts(Model::Loading { name: "m", percent: Some(42) }) };
        assert_eq!(status(&plain).percent, None);
    }

    #[test]
    fn only_changes_are_sent() {
        let ready = facts(ready(0, &[]));
        let mut sent = StatusSent::default();
        let busy = Facts { suggesting: true, ..ready.clone() };
        let told: Vec<bool> =
            [&ready, &ready, &busy, &busy, &ready].map(|facts| sent.change(status(facts)).is_some()).to_vec();
        assert_eq!(told, [true, false, true, false, true]);
    }
}
