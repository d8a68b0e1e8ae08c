//! The options in force, parsed once into types. [`options`] declares each of them. [`read`] keeps the default of an
//! unknown or wrong option, and names it in a problem.

pub mod form;
#[cfg(test)]
mod generated;
pub mod ignore;
pub mod language;
pub mod layers;
pub mod nearest;
pub mod option;
pub mod options;
pub mod project_file;
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
use codegen_text::completion::Threshold;
use codegen_text::completion::pace::{Debounce, Eagerness, Manner};
use codegen_text::turns::TurnOptions;
use serde_json::Value;

use ignore::Globs;
use trust::Trust;

/// The name of the configuration's section in the client's settings.
pub const SECTION: &str = "codegen";

/// All options of the server, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The model and how it is run.
    pub engine: EngineConfig,
    /// When the model is taken out of memory.
    pub idle_unload: IdleUnload,
    /// Language ids of the documents that the server answers for.
    pub languages: Languages,
    pub inline: InlineConfig,
    /// Whether suggestions are entries of the client's completion menu.
    pub menu: Menu,
    pub turns: TurnOptions,
    pub synthesis: SynthesisConfig,
    /// Whether what is suggested and accepted is counted in a file. It is never sent.
    pub statistics: bool,
    /// The files whose programs the server may run.
    pub trust: Trust,
    /// The size in bytes above which documents are followed, but not parsed: they get no suggestions, code lenses or
    /// synthesis.
    pub max_file_bytes: usize,
    /// The time that the client has to answer. Not an option; tests may set less.
    pub timeouts: Timeouts,
}

/// The time that the client has before the server gives up an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the client answers `workspace/applyEdit`: some clients ask their user first.
    pub answer: Duration,
    /// Until the client reports (`didChange`) an edit that it said it applied: some clients wait for a pause in the
    /// typing.
    pub report: Duration,
    /// Until the client reports the change that made it refuse an edit: some clients hold changes back for a moment,
    /// yet know that edits are older.
    pub refusal: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30), report: Duration::from_secs(10), refusal: Duration::from_secs(1) }
    }
}

/// The model and how it is run; a change loads the engine again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// The name of a model, or the path of a GGUF file.
    pub model: String,
    /// The engine's options; their `model` is filled in once the name is resolved.
    pub options: EngineOptions,
    /// Whether the server runs it in a process of its own.
    pub process: bool,
}

/// When the model is taken out of memory because nobody asks for anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IdleUnload {
    /// After ten minutes where layers are on a GPU, whose memory others need; never elsewhere, where the file is mapped, and the
    /// system takes the memory where it needs it.
    #[default]
    Auto,
    /// After this time; never if it is zero.
    After(Duration),
}

impl IdleUnload {
    /// The time after which a model with so many layers on a GPU is taken out of memory; `None` is never.
    #[must_use]
    pub fn limit(self, gpu_layers: usize) -> Option<Duration> {
        match self {
            Self::Auto => (gpu_layers > 0).then_some(Duration::from_secs(600)),
            Self::After(time) => Some(time).filter(|time| !time.is_zero()),
        }
    }
}

/// Language ids, as clients give them in `didOpen`; see [`language::unserved`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages(pub Vec<String>);

impl Default for Languages {
    fn default() -> Self {
        Self(language::default_languages())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct InlineConfig {
    pub enabled: bool,
    /// The largest number of tokens generated for one suggestion, whatever its kind asks for.
    pub max_tokens: usize,
    /// Parts of suggestions with a lower probability of being exactly what comes next are not shown.
    pub min_confidence: Option<f32>,
    /// The natural logarithm of that, under the option's former name.
    pub min_logprob: Option<f32>,
    /// When suggestions come by themselves.
    pub eagerness: Eagerness,
    /// The delay between the last key and the start of a generation.
    pub debounce: Debounce,
    /// Milliseconds after which the first line of a block is answered, before the rest of it is there.
    pub patience_ms: u64,
    /// Whether what follows a suggestion is generated while that is shown.
    pub prepare_next: bool,
    /// What a suggestion's prompt has of other files.
    pub context: Context,
    /// The largest part of the prompt that this takes, in percent.
    pub context_share: usize,
    /// The files that the model never sees; see [`ignore::kept`].
    pub ignore: Globs,
    /// Language ids of documents that get suggestions without a grammar; see [`language::service`].
    pub languages: Vec<String>,
}

/// What a suggestion's prompt has of other files of the workspace folder; the later in this order, the more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    #[default]
    Off,
    /// The signatures of what the file imports.
    Imports,
    /// These, and the places of other open files that were edited last.
    All,
}

impl Context {
    pub const ALL: [Self; 3] = [Self::Off, Self::Imports, Self::All];

    /// The value in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Imports => "imports",
            Self::All => "all",
        }
    }
}

/// Whether suggestions are entries of the client's completion menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    /// Where the client has no inline completion.
    Auto,
    On,
    Off,
}

impl Menu {
    /// Whether there are entries for a client with or without inline completion.
    #[must_use]
    pub const fn offered(self, inline_completion: bool) -> bool {
        match self {
            Self::Auto => !inline_completion,
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl InlineConfig {
    /// What a suggestion has to be, so that it is shown.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        Threshold { confidence: self.least(), whole_lines: self.eagerness == Eagerness::Calm }
    }

    /// The options that the pace of suggestions depends on.
    #[must_use]
    pub const fn manner(&self) -> Manner {
        Manner { eagerness: self.eagerness, debounce: self.debounce }
    }

    /// The probability from which on a suggestion is shown; zero shows all.
    #[must_use]
    pub fn least(&self) -> f32 {
        match self.min_logprob {
            Some(logprob) if self.min_confidence == Self::default().min_confidence => logprob.exp(),
            _ => self.min_confidence.unwrap_or(0.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SynthesisConfig {
    /// The largest number of tokens generated for one turn. The paper's benchmark gives its turns no more than 256.
    pub max_tokens: usize,
    /// The number of candidates sampled for each turn, of which the best is written. With 1, the most likely text is
    /// written.
    pub candidates: usize,
    /// Temperature of the candidates after the first.
    pub temperature: f32,
    /// Nucleus of the candidates after the first; see [`codegen_core::Sampling::top_p`].
    pub top_p: f32,
    /// The way in which candidates are verified.
    pub verify: Verify,
    /// The turns that have code lenses.
    pub code_lens: CodeLenses,
    /// The Python that programs are run with where `verify` is [`Verify::Run`].
    pub python: String,
    /// The limit on such a program's time, in seconds.
    pub run_seconds: u64,
    /// The isolation level that such a program needs: where this system does not provide it, the program is not run.
    pub isolation: Level,
}

/// The way in which candidates are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// The candidate's syntax and names are checked.
    Parse,
    /// In addition, the program is run up to and including the turn in a sandbox, where the workspace is trusted.
    Run,
}

impl Verify {
    pub const ALL: [Self; 2] = [Self::Parse, Self::Run];

    /// The value in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Run => "run",
        }
    }
}

/// The turns that have code lenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeLenses {
    /// Turns that ask for code, and turns with generated code; all turns where prompts have a marker. A comment above
    /// handwritten code has none, so that ordinary files show no lenses.
    Auto,
    All,
    Off,
}

impl CodeLenses {
    pub const ALL: [Self; 3] = [Self::Auto, Self::All, Self::Off];

    /// The value in settings.
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
            idle_unload: IdleUnload::default(),
            inline: InlineConfig::default(),
            menu: Menu::Auto,
            turns: TurnOptions::default(),
            synthesis: SynthesisConfig::default(),
            statistics: true,
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
        Self { model: "builtin".to_owned(), options: EngineOptions::new(std::path::PathBuf::new()), process: true }
    }
}

impl Default for InlineConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            max_tokens: 128,
            min_confidence: Some(0.15),
            min_logprob: None,
            eagerness: Eagerness::default(),
            debounce: Debounce::default(),
            patience_ms: 150,
            prepare_next: true,
            context: Context::default(),
            context_share: 25,
            ignore: Globs::default(),
            languages: Vec::new(),
        }
    }
}

impl Config {
    /// Reads `settings` over `self`. Later settings win. A problem names an option, its value and the expected one, and
    /// the option keeps its value. `null` settings change nothing.
    pub fn read(&mut self, settings: &Value) -> Vec<String> {
        self.read_in(settings, read::Root(SECTION))
    }

    /// [`Config::read`] for options that stand elsewhere than in a client's section.
    pub fn read_in(&mut self, settings: &Value, root: read::Root) -> Vec<String> {
        read::read(self, settings, root)
    }
}

/// Parses `auto`, which becomes `None`, or a number of threads.
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

/// Parses `auto`, `all` or a number of layers.
#[must_use]
pub fn parse_gpu_layers(text: &str) -> Option<GpuLayers> {
    match text {
        "auto" => Some(GpuLayers::Auto),
        "all" => Some(GpuLayers::All),
        number => number.parse().ok().map(GpuLayers::Count),
    }
}
