//! Every option, each declared once. The parser, the JSON schema, the tables of the documentation and the Neovim
//! plugin's checks are made from this list; `cargo xtask generate` writes those that are files.

mod lookup;
#[cfg(test)]
mod tests;
mod values;

use codegen_engine::{FlashAttention, GpuLayers};
use codegen_sandbox::Level;
use codegen_text::completion::pace::{Debounce, Eagerness};
use serde_json::{Value, json};

use super::form::{Form, Text, whole};
use super::ignore::Globs;
use super::option::{Mistake, OptionSpec, Scope};
use super::{CodeLenses, Context, Languages, Menu, Verify};
use crate::config::trust::{self, Trust};
pub use lookup::{children, find, most, range};
use values::{
    AUTO, count, decimal, gpu_layers, idle_unload, idle_unload_value, named, narrow, number, put, text, texts, word,
};

/// Defaults of the declarations: without a scope of its own, an option is the user's.
const OPTION: OptionSpec = OptionSpec {
    name: "",
    forms: &[],
    get: |_| Value::Null,
    set: |_, _| {},
    default_in_words: None,
    mistake: Mistake::Ignored,
    scope: Scope::User,
    since: "0.1.0",
    about: "",
};

/// Every option, in the order of the documentation. Options of one section stand together.
pub const ALL: &[OptionSpec] = &[
    OptionSpec {
        name: "model",
        forms: &[Form::Text(Text::Model)],
        get: |config| json!(config.engine.model),
        set: |config, value| put(&mut config.engine.model, text(value)),
        about: "The model that is run: `\"builtin\"`, the name of one that `codegen-lsp model pull` has fetched, or the path of a GGUF file.",
        ..OPTION
    },
    OptionSpec {
        name: "lora",
        forms: &[Form::Text(Text::Adapter)],
        get: |config| json!(config.engine.options.lora),
        set: |config, value| config.engine.options.lora = text(value).map(Into::into),
        default_in_words: Some("none"),
        about: "A LoRA adapter that is added to the model: a GGUF file that `codegen-lsp model convert` has made.",
        ..OPTION
    },
    OptionSpec {
        name: "threads",
        forms: &[word(AUTO, "as many as pay at the moment, up to the physical cores"), count("a number", 1, 512)],
        get: |config| config.engine.options.threads.map_or(json!(AUTO), |threads| json!(threads)),
        set: |config, value| config.engine.options.threads = whole(value),
        about: "Threads that compute.",
        ..OPTION
    },
    OptionSpec {
        name: "context",
        forms: &[count("a number of tokens", 64, 1 << 20)],
        get: |config| json!(config.engine.options.context),
        set: |config, value| config.engine.options.context = whole(value),
        default_in_words: Some("as trained"),
        about: "Tokens of context.",
        ..OPTION
    },
    OptionSpec {
        name: "batch",
        forms: &[count("a number of tokens", 1, 65536)],
        get: |config| json!(config.engine.options.batch),
        set: |config, value| put(&mut config.engine.options.batch, whole(value)),
        about: "Tokens decoded in one call at most.",
        ..OPTION
    },
    OptionSpec {
        name: "slots",
        forms: &[count("a number", 1, 64)],
        get: |config| json!(config.engine.options.slots),
        set: |config, value| config.engine.options.slots = whole(value),
        default_in_words: Some("as many as fit 1 GiB of KV cache, 2 to 8"),
        about: "Requests decoded side by side.",
        ..OPTION
    },
    OptionSpec {
        name: "gpuLayers",
        forms: &[
            word(AUTO, "as many as fit, none without a GPU"),
            word("all", "all of them, or the model is not loaded"),
            count("a number of layers", 0, 10_000),
        ],
        get: |config| match config.engine.options.gpu_layers {
            GpuLayers::Auto => json!(AUTO),
            GpuLayers::All => json!("all"),
            GpuLayers::Count(layers) => json!(layers),
        },
        set: |config, value| put(&mut config.engine.options.gpu_layers, gpu_layers(value)),
        about: "Layers of the model on the GPU.",
        ..OPTION
    },
    OptionSpec {
        name: "mainDevice",
        forms: &[count("a device's number, as `codegen-lsp doctor` lists them", 0, 1024)],
        get: |config| json!(config.engine.options.main_device),
        set: |config, value| config.engine.options.main_device = whole(value),
        default_in_words: Some("the first"),
        about: "The device that is used first.",
        ..OPTION
    },
    OptionSpec {
        name: "flashAttention",
        forms: &[word(AUTO, "as llama.cpp decides"), Form::Bool],
        get: |config| match config.engine.options.flash_attention {
            FlashAttention::Auto => json!(AUTO),
            FlashAttention::On => json!(true),
            FlashAttention::Off => json!(false),
        },
        set: |config, value| {
            config.engine.options.flash_attention = match value.as_bool() {
                None => FlashAttention::Auto,
                Some(true) => FlashAttention::On,
                Some(false) => FlashAttention::Off,
            };
        },
        about: "Whether attention is computed in one fused step.",
        ..OPTION
    },
    OptionSpec {
        name: "mmap",
        forms: &[Form::Bool],
        get: |config| json!(config.engine.options.mmap),
        set: |config, value| put(&mut config.engine.options.mmap, value.as_bool()),
        about: "Whether the model's file is mapped into memory rather than read.",
        ..OPTION
    },
    OptionSpec {
        name: "idleUnloadSeconds",
        forms: &[
            word(AUTO, "600 where layers are on a GPU, 0 elsewhere"),
            count("a number up to 604800, of which 0 is never", 0, 604_800),
        ],
        get: |config| idle_unload_value(config.idle_unload),
        set: |config, value| config.idle_unload = idle_unload(value),
        about: "Seconds without a request after which the model is taken out of memory; the next request loads it again.",
        ..OPTION
    },
    OptionSpec {
        name: "engine.process",
        forms: &[Form::Bool],
        get: |config| json!(config.engine.process),
        set: |config, value| put(&mut config.engine.process, value.as_bool()),
        about: "Whether the model runs in a process of its own, so that the server goes on, and starts it again, where a driver or \
                lack of memory ends it.",
        ..OPTION
    },
    OptionSpec {
        name: "languages",
        forms: &[Form::List(Text::Language)],
        get: |config| json!(config.languages.0),
        set: |config, value| config.languages = Languages(texts(value)),
        default_in_words: Some("`python` and its relatives"),
        scope: Scope::Anyone,
        about: "The language ids of the documents that are answered.",
        ..OPTION
    },
    OptionSpec {
        name: "maxFileBytes",
        forms: &[count("a number of bytes", 1, 1_000_000_000)],
        get: |config| json!(config.max_file_bytes),
        set: |config, value| put(&mut config.max_file_bytes, whole(value)),
        scope: narrow("a lower number", |user, workspace| workspace.max_file_bytes <= user.max_file_bytes),
        about: "Larger files are followed, but not parsed: they get no suggestions, lenses or synthesis.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.enabled",
        forms: &[Form::Bool],
        get: |config| json!(config.inline.enabled),
        set: |config, value| put(&mut config.inline.enabled, value.as_bool()),
        scope: narrow("false", |_, workspace| !workspace.inline.enabled),
        about: "Whether there are suggestions while typing.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.maxTokens",
        forms: &[count("a number", 1, 4096)],
        get: |config| json!(config.inline.max_tokens),
        set: |config, value| put(&mut config.inline.max_tokens, whole(value)),
        scope: Scope::Anyone,
        about: "Tokens of one suggestion at most.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.minConfidence",
        forms: &[Form::Null, Form::Number { above: Some(0.0), most: 1.0 }],
        get: |config| config.inline.min_confidence.map_or(Value::Null, decimal),
        set: |config, value| config.inline.min_confidence = number(value),
        scope: Scope::Anyone,
        about: "A suggestion, or the part of it that is worth most, is shown if it is exactly what comes next with at least \
                this probability; with `null`, everything is. Code that a comment asks for is shown in any case.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.minLogprob",
        forms: &[Form::Null, Form::Number { above: None, most: 0.0 }],
        get: |config| config.inline.min_logprob.map_or(Value::Null, decimal),
        set: |config, value| config.inline.min_logprob = number(value),
        scope: Scope::Anyone,
        about: "The former `inline.minConfidence`, as its natural logarithm. It counts only where that has its default.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.eagerness",
        forms: &[
            word(Eagerness::Eager.name(), "while you type"),
            word(Eagerness::Calm.name(), "after a pause, at the end of a line, and whole lines and blocks only"),
            word(Eagerness::OnDemand.name(), "only where you ask for one"),
        ],
        get: |config| json!(config.inline.eagerness.name()),
        set: |config, value| put(&mut config.inline.eagerness, named(value, &Eagerness::ALL, Eagerness::name)),
        scope: narrow("a calmer one", |user, workspace| workspace.inline.eagerness >= user.inline.eagerness),
        about: "When suggestions come by themselves.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.debounceMs",
        forms: &[
            word(
                AUTO,
                "in the completion menu, by how fast you type and how fast the model answers; none elsewhere, since \
                 editors wait by themselves",
            ),
            count("a number of milliseconds up to 5000", 0, 5000),
        ],
        get: |config| match config.inline.debounce {
            Debounce::Auto => json!(AUTO),
            Debounce::Fixed(delay) => json!(delay),
        },
        set: |config, value| {
            config.inline.debounce = whole(value).map_or(Debounce::Auto, |delay| Debounce::Fixed(delay as u64));
        },
        scope: Scope::Anyone,
        about: "Milliseconds between the last key and the start of a suggestion; less what the editor has waited by itself.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.patienceMs",
        forms: &[count("a number of milliseconds up to 60000", 0, 60_000)],
        get: |config| json!(config.inline.patience_ms),
        set: |config, value| put(&mut config.inline.patience_ms, whole(value).map(|patience| patience as u64)),
        scope: Scope::Anyone,
        about: "Milliseconds after which the first line of a block is answered, before the rest of it is there.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.prepareNext",
        forms: &[Form::Bool],
        get: |config| json!(config.inline.prepare_next),
        set: |config, value| put(&mut config.inline.prepare_next, value.as_bool()),
        scope: Scope::Anyone,
        about: "Whether the suggestion that follows is made while one is shown, so that it is there when you accept that, and the text \
                before the cursor is read while you rest.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.context",
        forms: &[
            word(Context::Off.name(), "nothing"),
            word(Context::Imports.name(), "the signatures of what the file imports from its workspace folder"),
            word(Context::All.name(), "these, and the places of other open files that were edited last"),
        ],
        get: |config| json!(config.inline.context.name()),
        set: |config, value| put(&mut config.inline.context, named(value, &Context::ALL, Context::name)),
        scope: narrow("a narrower one", |user, workspace| workspace.inline.context <= user.inline.context),
        about: "What the model sees of other files for a suggestion, as comments above the file's own text; never of files that git \
                or `inline.ignore` ignores.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.contextShare",
        forms: &[count("a number", 1, 50)],
        get: |config| json!(config.inline.context_share),
        set: |config, value| put(&mut config.inline.context_share, whole(value)),
        scope: narrow("a lower number", |user, workspace| workspace.inline.context_share <= user.inline.context_share),
        about: "Percent of the prompt that `inline.context` takes at most.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.ignore",
        forms: &[Form::List(Text::Glob)],
        get: |config| json!(config.inline.ignore.written()),
        set: |config, value| config.inline.ignore = Globs::new(texts(value)),
        default_in_words: Some("files that usually hold secrets"),
        mistake: Mistake::ItemsIgnored,
        scope: Scope::WorkspaceMayAdd,
        about: "Globs of the files that the model never sees, in suggestions or elsewhere.",
        ..OPTION
    },
    OptionSpec {
        name: "inline.languages",
        forms: &[Form::List(Text::Language)],
        get: |config| json!(config.inline.languages),
        set: |config, value| config.inline.languages = texts(value),
        scope: narrow("a part of the user's list", |user, workspace| {
            workspace.inline.languages.iter().all(|language| user.inline.languages.contains(language))
        }),
        about: "Further language ids, of documents that get suggestions as plain text, for models that were trained on more \
                than Python.",
        ..OPTION
    },
    OptionSpec {
        name: "completion.enabled",
        forms: &[word(AUTO, "where the editor shows no suggestions by itself"), Form::Bool],
        get: |config| match config.menu {
            Menu::Auto => json!(AUTO),
            Menu::On => json!(true),
            Menu::Off => json!(false),
        },
        set: |config, value| {
            config.menu = match value.as_bool() {
                None => Menu::Auto,
                Some(true) => Menu::On,
                Some(false) => Menu::Off,
            };
        },
        scope: narrow("false", |_, workspace| workspace.menu == Menu::Off),
        about: "Whether suggestions are entries of the completion menu as well.",
        ..OPTION
    },
    OptionSpec {
        name: "prompt.marker",
        forms: &[Form::Null, Form::Text(Text::Marker)],
        get: |config| json!(config.turns.marker),
        set: |config, value| config.turns.marker = text(value),
        scope: Scope::Anyone,
        about: "What a comment starts with to be a prompt, such as `\"#>\"`; with `null`, every comment is one.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.maxTokens",
        forms: &[count("a number", 1, 4096)],
        get: |config| json!(config.synthesis.max_tokens),
        set: |config, value| put(&mut config.synthesis.max_tokens, whole(value)),
        scope: Scope::Anyone,
        about: "Tokens of one turn's code at most.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.candidates",
        forms: &[count("a number", 1, 16)],
        get: |config| json!(config.synthesis.candidates),
        set: |config, value| put(&mut config.synthesis.candidates, whole(value)),
        scope: Scope::Anyone,
        about: "Alternatives sampled for each turn, of which the best is written.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.temperature",
        forms: &[Form::Number { above: Some(0.0), most: 2.0 }],
        get: |config| decimal(config.synthesis.temperature),
        set: |config, value| put(&mut config.synthesis.temperature, number(value)),
        scope: Scope::Anyone,
        about: "Temperature of the alternatives after the first, which is the most likely text.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.topP",
        forms: &[Form::Number { above: Some(0.0), most: 1.0 }],
        get: |config| decimal(config.synthesis.top_p),
        set: |config, value| put(&mut config.synthesis.top_p, number(value)),
        scope: Scope::Anyone,
        about: "For the alternatives after the first: the probability of the smallest set of likely tokens to choose from.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.verify",
        forms: &[
            word(Verify::Parse.name(), "by their syntax and names"),
            word(
                Verify::Run.name(),
                "also by running the program, up to the turn, in the sandbox, where the file is trusted",
            ),
        ],
        get: |config| json!(config.synthesis.verify.name()),
        set: |config, value| put(&mut config.synthesis.verify, named(value, &Verify::ALL, Verify::name)),
        scope: narrow("\"parse\"", |_, workspace| workspace.synthesis.verify == Verify::Parse),
        about: "How alternatives are checked.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.codeLens",
        forms: &[
            word(CodeLenses::Auto.name(), "those that ask for code and those with generated code"),
            word(CodeLenses::All.name(), "also those above code that you wrote yourself"),
            word(CodeLenses::Off.name(), "none"),
        ],
        get: |config| json!(config.synthesis.code_lens.name()),
        set: |config, value| put(&mut config.synthesis.code_lens, named(value, &CodeLenses::ALL, CodeLenses::name)),
        scope: Scope::Anyone,
        about: "Which turns have code lenses.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.python",
        forms: &[Form::Text(Text::Program)],
        get: |config| json!(config.synthesis.python),
        set: |config, value| put(&mut config.synthesis.python, text(value)),
        about: "The Python that programs are run with: a name in `PATH`, or an absolute path.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.runSeconds",
        forms: &[count("a number", 1, 600)],
        get: |config| json!(config.synthesis.run_seconds),
        set: |config, value| put(&mut config.synthesis.run_seconds, whole(value).map(|seconds| seconds as u64)),
        scope: narrow("a lower number", |user, workspace| {
            workspace.synthesis.run_seconds <= user.synthesis.run_seconds
        }),
        about: "Seconds that such a program may take.",
        ..OPTION
    },
    OptionSpec {
        name: "synthesis.isolation",
        forms: &[
            word(Level::Limits.name(), "limits on time, memory, processes and output, and an empty folder"),
            word(Level::Folder.name(), "that, and no files but Python's own and those of its folder"),
            word(Level::FolderAndNetwork.name(), "that, and no network"),
            word(Level::FolderNetworkAndProcesses.name(), "that, and no other processes"),
        ],
        get: |config| json!(config.synthesis.isolation.name()),
        set: |config, value| put(&mut config.synthesis.isolation, named(value, &Level::ALL, Level::name)),
        scope: narrow("a higher level", |user, workspace| workspace.synthesis.isolation >= user.synthesis.isolation),
        about: "The least isolation under which a program is run.",
        ..OPTION
    },
    OptionSpec {
        name: "statistics.enabled",
        forms: &[Form::Bool],
        get: |config| json!(config.statistics),
        set: |config, value| put(&mut config.statistics, value.as_bool()),
        scope: narrow("false", |_, workspace| !workspace.statistics),
        about: "Whether numbers of what is suggested and accepted are kept in a file of this machine. They are never sent.",
        ..OPTION
    },
    OptionSpec {
        name: "trusted",
        forms: &[Form::Bool, Form::List(Text::Folder)],
        get: |config| match &config.trust {
            Trust::Nothing => json!(false),
            Trust::Everything => json!(true),
            Trust::Folders(folders) => json!(folders),
        },
        set: |config, value| {
            config.trust = match value {
                Value::Bool(true) => Trust::Everything,
                Value::Array(_) => Trust::Folders(texts(value).iter().filter_map(|text| trust::folder(text)).collect()),
                _ => Trust::Nothing,
            };
        },
        mistake: Mistake::Narrowed,
        about: "Whose programs may be run: with `true` all, or those in the listed folders (absolute paths or `file:` URIs).",
        ..OPTION
    },
];
