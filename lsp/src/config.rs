//! Every option, parsed once into types. What is unknown or wrong is named in a problem, and the default stands in.

pub mod language;
pub mod layers;
pub mod scope;
#[cfg(test)]
mod tests;
pub mod trust;
pub mod user_file;

use std::path::{Component, Path};
use std::time::Duration;

use codegen_engine::{EngineOptions, FlashAttention, GpuLayers};
use codegen_sandbox::Level;
use codegen_text::turns::TurnOptions;
use serde_json::{Map, Value};

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
    pub patience: Patience,
}

/// How long the client is waited for before its turn counts as lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For its answer to an edit: some ask their user first.
    pub answer: Duration,
    /// For its report (`didChange`) of an edit that it said it applied: some wait for a pause in the typing.
    pub report: Duration,
    /// For the change that made it refuse an edit: some hold changes back for a moment, yet know that edits are older.
    pub refusal: Duration,
}

impl Default for Patience {
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
    /// Tokens generated for one program text at most. The paper's benchmark gives its turns no more than 256.
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

/// Which turns have code lenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeLenses {
    /// Those without program text and those with a generated one; all where prompts have a marker. A comment above code
    /// that somebody wrote by hand has none, so that ordinary files stay as they are.
    Auto,
    /// All.
    All,
    /// None.
    Off,
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
            patience: Patience::default(),
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
        let mut problems = Vec::new();
        let Some(mut section) = Section::open("", settings, &mut problems) else { return problems };
        let engine = &mut self.engine;
        section.read("model", "a model's name or the path of a GGUF file", text, |v| engine.model = v);
        let options = &mut engine.options;
        section.read("lora", "the path of a GGUF file of an adapter", text, |v| options.lora = Some(v.into()));
        section.read("threads", "\"auto\" or a number from 1 to 512", threads, |v| options.threads = v);
        section.read(
            "context",
            "a number of tokens from 64 to 1048576",
            |v| number(v, 64, 1 << 20),
            |v| options.context = Some(v),
        );
        section.read("batch", "a number of tokens from 1 to 65536", |v| number(v, 1, 65536), |v| options.batch = v);
        section.read("slots", "a number from 1 to 64", |v| number(v, 1, 64), |v| options.slots = Some(v));
        section.read("gpuLayers", "\"auto\", \"all\" or a number of layers", gpu_layers, |v| options.gpu_layers = v);
        section.read(
            "mainDevice",
            "a device's number, as `codegen-lsp doctor` lists them",
            |v| number(v, 0, 1024),
            |v| options.main_device = Some(v),
        );
        section.read("flashAttention", "\"auto\", true or false", flash, |v| options.flash_attention = v);
        section.read("mmap", "true or false", Value::as_bool, |v| options.mmap = v);
        section.read("languages", "a list of languages' names", languages, |v| self.languages = v);
        section.read(
            "maxFileBytes",
            "a number of bytes from 1 to 1000000000",
            |v| number(v, 1, 1_000_000_000),
            |v| self.max_file_bytes = v,
        );
        if let Some(value) = section.take("inline")
            && let Some(mut section) = Section::open("inline", &value, section.problems)
        {
            let inline = &mut self.inline;
            section.read("enabled", "true or false", Value::as_bool, |v| inline.enabled = v);
            section.read("maxTokens", "a number from 1 to 4096", |v| number(v, 1, 4096), |v| inline.max_tokens = v);
            section.read("minLogprob", "null or a number of at most 0", logprob, |v| inline.min_logprob = v);
            section.close();
        }
        if let Some(value) = section.take("prompt")
            && let Some(mut section) = Section::open("prompt", &value, section.problems)
        {
            section.read("marker", "null or the text that starts a prompt", marker, |v| self.turns.marker = v);
            section.close();
        }
        if let Some(value) = section.take("synthesis")
            && let Some(mut section) = Section::open("synthesis", &value, section.problems)
        {
            let synthesis = &mut self.synthesis;
            section.read("maxTokens", "a number from 1 to 4096", |v| number(v, 1, 4096), |v| synthesis.max_tokens = v);
            section.read("candidates", "a number from 1 to 16", |v| number(v, 1, 16), |v| synthesis.candidates = v);
            section.read(
                "temperature",
                "a number above 0 and up to 2",
                |v| fraction(v, 2.0),
                |v| synthesis.temperature = v,
            );
            section.read("topP", "a number above 0 and up to 1", |v| fraction(v, 1.0), |v| synthesis.top_p = v);
            section.read("verify", "\"parse\" or \"run\"", verify, |v| synthesis.verify = v);
            section.read("codeLens", "\"auto\", \"all\" or \"off\"", code_lens, |v| synthesis.code_lens = v);
            section.read("python", "a program's name in PATH or its absolute path", program, |v| synthesis.python = v);
            section.read(
                "runSeconds",
                "a number from 1 to 600",
                |v| number(v, 1, 600),
                |v| {
                    synthesis.run_seconds = v as u64;
                },
            );
            section.read("isolation", ISOLATION, isolation, |v| synthesis.isolation = v);
            section.close();
        }
        if let Some(value) = section.take(trust::OPTION).filter(|value| !value.is_null()) {
            self.trust = Trust::read(&value, section.problems);
        }
        section.close();
        problems
    }
}

/// The options of one JSON object: what has been read is taken out, so that what is left is unknown.
struct Section<'p> {
    path: String,
    left: Map<String, Value>,
    known: Vec<&'static str>,
    problems: &'p mut Vec<String>,
}

impl<'p> Section<'p> {
    fn open(path: &str, value: &Value, problems: &'p mut Vec<String>) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Object(map) => Some(Self { path: path.to_owned(), left: map.clone(), known: Vec::new(), problems }),
            other => {
                let name = if path.is_empty() { SECTION.to_owned() } else { format!("{SECTION}.{path}") };
                problems.push(format!("{name} is {other}, but must be an object of options"));
                None
            }
        }
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { format!("{SECTION}.{key}") } else { format!("{SECTION}.{}.{key}", self.path) }
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.left.remove(key)
    }

    fn read<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        parse: impl FnOnce(&Value) -> Option<T>,
        set: impl FnOnce(T),
    ) {
        let Some(value) = self.take(key) else { return };
        match parse(&value) {
            Some(parsed) => set(parsed),
            // Clients send null for "not set".
            None if value.is_null() => {}
            None => self.problems.push(format!("{} is {value}, but must be {expected}", self.name(key))),
        }
    }

    fn close(self) {
        let known = self.known.join(", ");
        for key in self.left.keys() {
            self.problems.push(format!("{} is not an option; there are {known}", self.name(key)));
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A name without folders, which is looked up in `PATH`, or an absolute path: what is relative would mean another program
/// in every folder that the server is started in.
fn program(value: &Value) -> Option<String> {
    let name = text(value)?;
    let path = Path::new(&name);
    let plain = matches!(path.components().next(), Some(Component::Normal(first)) if first == path.as_os_str());
    (plain || path.is_absolute()).then_some(name)
}

fn languages(value: &Value) -> Option<Languages> {
    value.as_array()?.iter().map(text).collect::<Option<_>>().map(Languages)
}

fn number(value: &Value, least: usize, most: usize) -> Option<usize> {
    // Some clients' settings are floats throughout (Lua's numbers, say).
    let number =
        value.as_u64().or_else(|| value.as_f64().filter(|f| f.fract() == 0.0 && *f >= 0.0).map(|f| f as u64))?;
    usize::try_from(number).ok().filter(|number| (least..=most).contains(number))
}

fn gpu_layers(value: &Value) -> Option<GpuLayers> {
    match value.as_str() {
        Some(text) => parse_gpu_layers(text),
        None => number(value, 0, 10_000).and_then(|layers| u32::try_from(layers).ok()).map(GpuLayers::Count),
    }
}

fn threads(value: &Value) -> Option<Option<usize>> {
    match value.as_str() {
        Some("auto") => Some(None),
        Some(_) => None,
        None => number(value, 1, 512).map(Some),
    }
}

/// `auto`, which is none, or a number of threads.
#[must_use]
pub fn parse_threads(text: &str) -> Option<Option<usize>> {
    match text {
        "auto" => Some(None),
        number => number.parse().ok().filter(|threads| (1..=512).contains(threads)).map(Some),
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

fn flash(value: &Value) -> Option<FlashAttention> {
    match value {
        Value::Bool(true) => Some(FlashAttention::On),
        Value::Bool(false) => Some(FlashAttention::Off),
        Value::String(text) if text == "auto" => Some(FlashAttention::Auto),
        _ => None,
    }
}

fn logprob(value: &Value) -> Option<Option<f32>> {
    if value.is_null() {
        return Some(None);
    }
    value.as_f64().filter(|number| *number <= 0.0).map(|number| Some(number as f32))
}

/// A number above zero and up to `most`.
fn fraction(value: &Value, most: f64) -> Option<f32> {
    value.as_f64().filter(|number| *number > 0.0 && *number <= most).map(|number| number as f32)
}

fn verify(value: &Value) -> Option<Verify> {
    match value.as_str()? {
        "parse" => Some(Verify::Parse),
        "run" => Some(Verify::Run),
        _ => None,
    }
}

const ISOLATION: &str = "\"limits\", \"folder\", \"folder+network\" or \"folder+network+processes\"";

fn isolation(value: &Value) -> Option<Level> {
    value.as_str()?.parse().ok()
}

fn code_lens(value: &Value) -> Option<CodeLenses> {
    match value.as_str()? {
        "auto" => Some(CodeLenses::Auto),
        "all" => Some(CodeLenses::All),
        "off" => Some(CodeLenses::Off),
        _ => None,
    }
}

fn marker(value: &Value) -> Option<Option<String>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) if text.starts_with('#') && !text.contains(['\r', '\n']) => Some(Some(text.clone())),
        _ => None,
    }
}
