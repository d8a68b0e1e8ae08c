//! The options in force, parsed once into types. [`options`] declares each of them; [`read`] names in a problem what is unknown
//! or wrong, and the default stands in.

pub mod form;
#[cfg(test)]
mod generated;
pub mod language;
pub mod layers;
pub mod nearest;
pub mod option;
pub mod options;
pub mod read;
pub mod schema;
pub mod scope;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod trust;
pub mod user_file;

use std::time::Duration;

use codegen_engine::{EngineOptions, GpuLayers};
use codegen_sandbox::Level;
use codegen_text::turns::TurnOptions;
use serde_json::Value;

use trust::Trust;

/// The name of the configuration's section in the client's settings.
pub const SECTION: &str = "codegen";

/// All options of the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What is run, and how.
    pub engine: EngineConfig,
    /// The client's names of the languages whose documents are answered.
    pub languages: Languages,
    /// Suggestions while typing.
    pub inline: InlineConfig,
    /// What counts as a prompt.
    pub turns: TurnOptions,
    /// Synthesis of turns.
    pub synthesis: SynthesisConfig,
    /// Whose programs may be run.
    pub trust: Trust,
    /// Documents of more bytes are followed, but not parsed: they get no suggestions, code lenses or synthesis.
    pub max_file_bytes: usize,
    /// How long the client is waited for. No setting: a test's client may be given less.
    pub timeouts: Timeouts,
}

/// How long the client is waited for before its turn counts as lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For its answer to an edit: some ask their user first.
    pub answer: Duration,
    /// For its report (`didChange`) of an edit that it said it applied: some wait for a pause in the typing.
    pub report: Duration,
    /// For the change that made it refuse an edit: some hold changes back for a moment, yet know that edits are older.
    pub refusal: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30), report: Duration::from_secs(10), refusal: Duration::from_secs(1) }
    }
}

/// The model and how it is run; a change means loading it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// A model's name, or the path of a GGUF file.
    pub model: String,
    /// The rest; its `model` is filled in once the name is resolved.
    pub options: EngineOptions,
}

/// Names of languages, as clients give them in `didOpen`; see [`language::unserved`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages(pub Vec<String>);

impl Default for Languages {
    fn default() -> Self {
        Self(language::default_languages())
    }
}

/// Options of suggestions while typing.
#[derive(Debug, Clone, PartialEq)]
pub struct InlineConfig {
    /// Whether there are any.
    pub enabled: bool,
    /// Tokens generated for one suggestion at most, whatever its kind asks for.
    pub max_tokens: usize,
    /// Suggestions whose mean token log-probability (natural, at most 0) is lower are not shown.
    pub min_logprob: Option<f32>,
}

/// Options of the synthesis of turns.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthesisConfig {
    /// Tokens generated for one turn at most. The paper's benchmark gives its turns no more than 256.
    pub max_tokens: usize,
    /// Candidates sampled for each turn, of which the best is written; 1 means the most likely text and no other.
    pub candidates: usize,
    /// Temperature of the candidates after the first.
    pub temperature: f32,
    /// Nucleus of the candidates after the first; see [`codegen_core::Sampling::top_p`].
    pub top_p: f32,
    /// What is done to find out whether a candidate is any good.
    pub verify: Verify,
    /// Where code lenses are shown.
    pub code_lens: CodeLenses,
    /// The Python that programs are run with where `verify` is [`Verify::Run`].
    pub python: String,
    /// Seconds that such a program may take.
    pub run_seconds: u64,
    /// How far such a program has to be shut in: where this system cannot do that, it is not run.
    pub isolation: Level,
}

/// How candidates are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// By their syntax and names.
    Parse,
    /// By running the program up to and including the turn in a sandbox, too, where the workspace is trusted.
    Run,
}

impl Verify {
    /// All.
    pub const ALL: [Self; 2] = [Self::Parse, Self::Run];

    /// Its name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Run => "run",
        }
    }
}

/// Which turns have code lenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeLenses {
    /// Those without code and those with generated code; all where prompts have a marker. A comment above code
    /// that somebody wrote by hand has none, so that ordinary files stay as they are.
    Auto,
    /// All.
    All,
    /// None.
    Off,
}

impl CodeLenses {
    /// All.
    pub const ALL: [Self; 3] = [Self::Auto, Self::All, Self::Off];

    /// Its name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::All => "all",
            Self::Off => "off",
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            engine: EngineConfig::default(),
            inline: InlineConfig::default(),
            turns: TurnOptions::default(),
            synthesis: SynthesisConfig::default(),
            languages: Languages::default(),
            trust: Trust::default(),
            max_file_bytes: 2_000_000,
            timeouts: Timeouts::default(),
        }
    }
}

impl Default for SynthesisConfig {
    fn default() -> Self {
        Self {
            max_tokens: 256,
            candidates: 1,
            temperature: 0.8,
            top_p: 0.95,
            verify: Verify::Parse,
            code_lens: CodeLenses::Auto,
            python: "python3".to_owned(),
            run_seconds: 10,
            isolation: Level::default(),
        }
    }
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { model: "builtin".to_owned(), options: EngineOptions::new(std::path::PathBuf::new()) }
    }
}

impl Default for InlineConfig {
    fn default() -> Self {
        Self { enabled: true, max_tokens: 128, min_logprob: None }
    }
}

impl Config {
    /// Reads `settings` over `self`. Later settings win; a problem names its option, its value and what would be right,
    /// and leaves the option as it was. `null` settings change nothing.
    pub fn read(&mut self, settings: &Value) -> Vec<String> {
        read::read(self, settings)
    }
}

/// `auto`, which is none, or a number of threads.
#[must_use]
pub fn parse_threads(text: &str) -> Option<Option<usize>> {
    match text {
        "auto" => Some(None),
        number => {
            let threads: i64 = number.parse().ok().filter(|threads| options::range("threads").contains(threads))?;
            usize::try_from(threads).ok().map(Some)
        }
    }
}

/// `auto`, `all` or a number of layers.
#[must_use]
pub fn parse_gpu_layers(text: &str) -> Option<GpuLayers> {
    match text {
        "auto" => Some(GpuLayers::Auto),
        "all" => Some(GpuLayers::All),
        number => number.parse().ok().map(GpuLayers::Count),
    }
}
