//! Every option, each declared once. The parser, the JSON schema, the tables of the documentation and the Neovim
//! plugin's checks are made from this list; `cargo xtask generate` writes those that are files.

use std::ops::RangeInclusive;

use codegen_engine::{FlashAttention, GpuLayers};
use codegen_sandbox::Level;
use serde_json::{Value, json};

use super::form::{Form, Text, whole};
use super::option::{Mistake, Narrowing, OptionSpec, Scope};
use super::{CodeLenses, Config, Languages, Verify};
use crate::config::trust::{self, Trust};

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
        about: "The model that is run: `\"builtin\"`, or the path of a GGUF file.",
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
        about: "As much of a suggestion is shown as is exactly what comes next with at least this probability; with \
                `null`, everything is. Code that a comment asks for is shown in any case.",
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
            word(CodeLenses::Auto.name(), "those without code and those with generated code"),
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

const AUTO: &str = "auto";

/// The option with this name, dots included.
#[must_use]
pub fn find(name: &str) -> Option<&'static OptionSpec> {
    ALL.iter().find(|option| option.name == name)
}

/// The range of an option's whole numbers; the full range for an option without one.
#[must_use]
pub fn range(name: &str) -> RangeInclusive<i64> {
    let range = find(name).and_then(|option| {
        option
            .forms
            .iter()
            .find_map(|form| if let Form::Whole { least, most, .. } = form { Some(*least..=*most) } else { None })
    });
    let bound = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    range.map_or(0..=i64::MAX, |range| bound(*range.start())..=bound(*range.end()))
}

/// The entries directly in a section (`""` is the top): a key, its name from the top, and its option; `None` for a
/// section.
#[must_use]
pub fn children(section: &str) -> Vec<(&'static str, String, Option<&'static OptionSpec>)> {
    let mut children: Vec<(&str, String, _)> = Vec::new();
    for option in ALL {
        let inside = if section.is_empty() { Some(option.name) } else { option.name.strip_prefix(section) };
        let Some(inside) = inside.and_then(|rest| if section.is_empty() { Some(rest) } else { rest.strip_prefix('.') })
        else {
            continue;
        };
        let (key, whole) = inside.split_once('.').map_or((inside, Some(option)), |(key, _)| (key, None));
        let name = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
        if children.last().is_none_or(|(last, ..)| *last != key) {
            children.push((key, name, whole));
        }
    }
    children
}

const fn word(word: &'static str, means: &'static str) -> Form {
    Form::Word { word, means }
}

const fn count(noun: &'static str, least: usize, most: usize) -> Form {
    Form::Whole { noun, least, most }
}

const fn narrow(to: &'static str, holds: fn(&Config, &Config) -> bool) -> Scope {
    Scope::WorkspaceMayNarrow(Narrowing { to, holds })
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().map(|list| list.iter().filter_map(text).collect()).unwrap_or_default()
}

fn number(value: &Value) -> Option<f32> {
    value.as_f64().map(|number| number as f32)
}

/// A number as people write it: 0.8, and not 0.800000011920929.
fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number))
}

fn gpu_layers(value: &Value) -> Option<GpuLayers> {
    match value.as_str() {
        Some("all") => Some(GpuLayers::All),
        Some(_) => Some(GpuLayers::Auto),
        None => whole(value).and_then(|layers| u32::try_from(layers).ok()).map(GpuLayers::Count),
    }
}

fn named<T: Copy>(value: &Value, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|one| value == name(*one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_says_nothing_else_is_the_user_s() {
        assert!(matches!(OPTION.scope, Scope::User));
    }

    #[test]
    fn names_are_unique_and_sections_stand_together() {
        let names: Vec<_> = ALL.iter().map(|option| option.name).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name), "{name} twice");
        }
        fn leaves(section: &str) -> Vec<&'static str> {
            let inside = children(section).into_iter();
            inside
                .flat_map(|(_, name, option)| option.map_or_else(|| leaves(&name), |option| vec![option.name]))
                .collect()
        }
        assert_eq!(leaves(""), names);
    }

    #[test]
    fn every_option_gives_back_what_it_was_given() {
        for option in ALL {
            assert!(option.default().is_null() || option.fits(&option.default()), "{}", option.name);
            let mut config = Config::default();
            for value in samples(option) {
                (option.set)(&mut config, &value);
                assert_eq!((option.get)(&config), value, "{}", option.name);
            }
            (option.set)(&mut config, &option.default());
            assert_eq!(config, Config::default(), "{}", option.name);
        }
    }

    /// Values of every form that an option may have.
    fn samples(option: &OptionSpec) -> Vec<Value> {
        let text = |text: Text| match text {
            Text::Marker => "#:",
            Text::Model | Text::Adapter | Text::Program | Text::Folder => "/a",
            Text::Language => "sage",
        };
        let forms = option.forms.iter().flat_map(|form| match *form {
            Form::Null => vec![Value::Null],
            Form::Bool => vec![json!(true), json!(false)],
            Form::Word { word, .. } => vec![json!(word)],
            Form::Whole { least, most, .. } => vec![json!(least), json!(most)],
            Form::Number { most, .. } => vec![json!(most), json!(most - 0.5)],
            Form::Text(kind) => vec![json!(text(kind))],
            Form::List(kind) => vec![json!([]), json!([text(kind)])],
        });
        forms.collect()
    }

    #[test]
    fn ranges_are_those_of_whole_numbers() {
        for (name, expected) in
            [("threads", 1..=512), ("gpuLayers", 0..=10_000), ("mmap", 0..=i64::MAX), ("x", 0..=i64::MAX)]
        {
            assert_eq!(range(name), expected, "{name}");
        }
    }
}
