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
        /// Whether it was loaded before, and its process has ended.
        again: bool,
    },
    /// Taken out of memory until it is needed.
    Unloaded {
        /// The model as the options name it.
        name: &'s str,
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

/// What is run instead of what the options say, because the engine's process kept ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead<'s> {
    /// The model with so many layers on the GPU.
    Layers(u32),
    /// The built-in model, instead of this one.
    BuiltIn(&'s str),
}

impl Instead<'_> {
    fn words(self) -> String {
        match self {
            Self::Layers(0) => "the model runs without a GPU, since its process kept ending".to_owned(),
            Self::Layers(layers) => {
                format!("{layers} layers of the model are on the GPU, since its process kept ending with more")
            }
            Self::BuiltIn(model) => format!("the built-in model runs instead of {model}, whose process kept ending"),
        }
    }
}

/// What is done when the engine's process has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart<'s> {
    /// It is started as it was.
    Again,
    /// It is started with so many layers on the GPU.
    Layers(u32),
    /// The built-in model is started instead of this one.
    BuiltIn(&'s str),
    /// It is not started.
    Never,
}

/// What the user is told when the engine's process has ended.
#[must_use]
pub fn restart(reason: &str, next: Restart<'_>) -> String {
    let next = match next {
        Restart::Again => "it is started again".to_owned(),
        Restart::Layers(0) => "it is started again without a GPU".to_owned(),
        Restart::Layers(layers) => format!("it is started again with {layers} layers on the GPU"),
        Restart::BuiltIn(model) => format!("the built-in model is started instead of {model}"),
        Restart::Never => "that has happened too often to start it again. Choose another model or fewer layers on the GPU \
                           (codegen.model, codegen.gpuLayers), or restart the server; `codegen-lsp doctor` tries the model"
            .to_owned(),
    };
    format!("the engine's process has ended: {reason}. Open files and turns are as they were; {next}.")
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
    pub instead: Option<Instead<'s>>,
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
    let Facts { model, instead, obstacle, suggesting, commands, detail } = facts;
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
        Model::Loading { name, percent, again } => {
            let percent = percent.filter(|_| *detail);
            let share = percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
            let again = if *again { " again, since its process has ended" } else { "" };
            let message = format!("loading the model {name}{again}{share}");
            Status { busy: true, message, model: Some((*name).to_owned()), percent, ..empty }
        }
        Model::Unloaded { name } => {
            let message = "the model is out of memory until it is needed (codegen.idleUnloadSeconds)".to_owned();
            Status { kind: StatusKind::Inactive, message, model: Some((*name).to_owned()), ..empty }
        }
        Model::Failed(reason) => Status { kind: StatusKind::Error, message: (*reason).to_owned(), ..empty },
        Model::Ready { title, layers, gpus } => {
            let (kind, message) = match (obstacle, instead) {
                (Some(obstacle), _) => words(obstacle),
                (None, Some(instead)) => (StatusKind::Warning, instead.words()),
                (None, None) if *commands > 0 => (StatusKind::Normal, "writing code".to_owned()),
                (None, None) => (StatusKind::Normal, String::new()),
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
        Facts { model, instead: None, obstacle: None, suggesting: false, commands: 0, detail: true }
    }

    fn wire(facts: &Facts<'_>) -> Value {
        serde_json::to_value(status(facts)).unwrap()
    }

    #[test]
    fn the_model_s_way() {
        let gpus = ["CUDA0".to_owned(), "CUDA1".to_owned()];
        let loading = |percent| Model::Loading { name: "builtin", percent, again: false };
        for (model, expected) in [
            (loading(None), json!({"busy": true, "message": "loading the model builtin", "model": "builtin"})),
            (
                loading(Some(42)),
                json!({"busy": true, "message": "loading the model builtin (42 %)", "model": "builtin", "percent": 42}),
            ),
            (
                Model::Loading { name: "m", percent: Some(3), again: true },
                json!({"busy": true, "message": "loading the model m again, since its process has ended (3 %)", "model": "m", "percent": 3}),
            ),
            (
                Model::Unloaded { name: "m" },
                json!({"kind": "Inactive", "message": "the model is out of memory until it is needed (codegen.idleUnloadSeconds)", "model": "m"}),
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
        let instead = |instead| Facts { instead: Some(instead), ..ready.clone() };
        for (facts, kind, busy, start) in [
            (obstacle(Obstacle::SwitchedOff), StatusKind::Inactive, false, "inline suggestions are switched off"),
            (instead(Instead::BuiltIn("m")), StatusKind::Warning, false, "the built-in model runs instead of m"),
            (instead(Instead::Layers(0)), StatusKind::Warning, false, "the model runs without a GPU"),
            (instead(Instead::Layers(3)), StatusKind::Warning, false, "3 layers of the model are on the GPU"),
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
        let plain = Facts { detail: false, ..facts(Model::Loading { name: "m", percent: Some(42), again: false }) };
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
