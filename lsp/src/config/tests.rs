use codegen_engine::FlashAttention;
use serde_json::json;

use super::*;

#[test]
fn every_option_is_read() {
    let mut config = Config::default();
    let problems = config.read(&json!({
        "model": "/models/m.gguf", "lora": "/models/a.gguf", "threads": 3, "context": 512.0, "batch": 64, "slots": 1, "gpuLayers": "all",
        "mainDevice": 1, "flashAttention": true, "mmap": false, "idleUnloadSeconds": 90, "engine": {"process": false}, "languages": ["python", "starlark"], "maxFileBytes": 3000,
        "inline": {"enabled": false, "maxTokens": 7, "minConfidence": 0.5, "minLogprob": -0.5,
            "eagerness": "calm", "debounceMs": 75.0, "patienceMs": 0, "prepareNext": false, "context": "all", "contextShare": 10, "ignore": ["*.sql"], "languages": ["c"]},
        "completion": {"enabled": true}, "statistics": {"enabled": false}, "prompt": {"marker": "#>"},
        "synthesis": {"maxTokens": 64, "candidates": 4, "temperature": 0.2, "topP": 0.9, "verify": "run",
            "codeLens": "all", "python": "/usr/bin/python3", "runSeconds": 3, "isolation": "folder"},
        "trusted": ["/a"],
    }));
    assert_eq!(problems, Vec::<String>::new());
    let options = EngineOptions {
        lora: Some("/models/a.gguf".into()),
        threads: Some(3),
        context: Some(512),
        batch: 64,
        slots: Some(1),
        gpu_layers: GpuLayers::All,
        main_device: Some(1),
        flash_attention: FlashAttention::On,
        mmap: false,
        ..EngineOptions::new(std::path::PathBuf::new())
    };
    assert_eq!(config.engine, EngineConfig { model: "/models/m.gguf".to_owned(), options, process: false });
    assert_eq!(config.idle_unload, IdleUnload::After(Duration::from_secs(90)));
    assert_eq!(config.languages, Languages(vec!["python".to_owned(), "starlark".to_owned()]));
    assert_eq!(
        config.inline,
        InlineConfig {
            enabled: false,
            max_tokens: 7,
            min_confidence: Some(0.5),
            min_logprob: Some(-0.5),
            eagerness: Eagerness::Calm,
            debounce: Debounce::Fixed(75),
            patience_ms: 0,
            prepare_next: false,
            context: Context::All,
            context_share: 10,
            ignore: Globs::new(vec!["*.sql".to_owned()]),
            languages: vec!["c".to_owned()],
        }
    );
    assert_eq!((config.menu, config.statistics), (Menu::On, false));
    assert_eq!(config.max_file_bytes, 3000);
    assert_eq!(config.turns, TurnOptions { marker: Some("#>".to_owned()) });
    let synthesis = SynthesisConfig {
        max_tokens: 64,
        candidates: 4,
        temperature: 0.2,
        top_p: 0.9,
        verify: Verify::Run,
        code_lens: CodeLenses::All,
        python: "/usr/bin/python3".to_owned(),
        run_seconds: 3,
        isolation: Level::Folder,
    };
    assert_eq!(config.synthesis, synthesis);
    assert_eq!(config.trust, Trust::Folders(vec!["/a".into()]));
    assert_eq!(config.read(&json!({"trusted": null})), Vec::<String>::new());
    assert_eq!(config.trust, Trust::Folders(vec!["/a".into()]), "null is not set");
}

#[test]
fn problems_name_the_option_the_value_and_what_would_be_right() {
    #[track_caller]
    fn check(settings: Value, expected: &[&str]) {
        let mut config = Config::default();
        assert_eq!(config.read(&settings), expected);
        assert_eq!(config, Config::default(), "a wrong option must leave the default");
    }
    check(json!(3), &["codegen is 3, but must be an object of options"]);
    check(json!({"threads": 0}), &["codegen.threads is 0, but must be \"auto\" or a number from 1 to 512"]);
    check(json!({"threads": 1.5}), &["codegen.threads is 1.5, but must be \"auto\" or a number from 1 to 512"]);
    check(json!({"threads": -1}), &["codegen.threads is -1, but must be \"auto\" or a number from 1 to 512"]);
    check(json!({"languages": "python"}), &["codegen.languages is \"python\", but must be a list of languages' names"]);
    check(json!({"languages": [3]}), &["codegen.languages is [3], but must be a list of languages' names"]);
    check(json!({"model": ""}), &["codegen.model is \"\", but must be a model's name or the path of a GGUF file"]);
    check(json!({"lora": true}), &["codegen.lora is true, but must be the path of a GGUF file of an adapter"]);
    check(
        json!({"gpuLayers": "some"}),
        &["codegen.gpuLayers is \"some\", but must be \"auto\", \"all\" or a number of layers"],
    );
    check(
        json!({"inline": {"enabled": 1, "colour": "red"}}),
        &[
            "codegen.inline.enabled is 1, but must be true or false",
            "codegen.inline.colour is not an option; there are enabled, maxTokens, minConfidence, minLogprob, \
             eagerness, debounceMs, patienceMs, prepareNext, context, contextShare, ignore, languages",
        ],
    );
    check(
        json!({"prompt": {"marker": "//"}}),
        &["codegen.prompt.marker is \"//\", but must be null or the text that starts a prompt"],
    );
    check(json!({"inline": []}), &["codegen.inline is [], but must be an object of options"]);
    check(
        json!({"synthesis": {"verify": true, "temperature": 0}}),
        &[
            "codegen.synthesis.temperature is 0, but must be a number above 0 and up to 2",
            "codegen.synthesis.verify is true, but must be \"parse\" or \"run\"",
        ],
    );
    check(
        json!({"synthesis": {"isolation": "none"}}),
        &[
            "codegen.synthesis.isolation is \"none\", but must be \"limits\", \"folder\", \"folder+network\" or \"folder+network+processes\"",
        ],
    );
    check(json!({"threads": null, "prompt": null}), &[]);
}

#[test]
fn trusted_folders_are_read_and_named_when_wrong() {
    let folders = |paths: &[&str]| Trust::Folders(paths.iter().map(Into::into).collect());
    let list = "must be an absolute path or a file: URI";
    let table = [
        (json!(null), Trust::Nothing, vec![]),
        (json!(false), Trust::Nothing, vec![]),
        (json!(true), Trust::Everything, vec![]),
        (json!([]), folders(&[]), vec![]),
        (json!(["/a", "file:///b%20c/d"]), folders(&["/a", "/b c/d"]), vec![]),
        (json!(["file:///[a]/b c"]), folders(&["/[a]/b c"]), vec![]),
        (
            json!(["a", "/b", "~/c", 3, "http://d/e", "file://host/f"]),
            folders(&["/b"]),
            vec![
                format!("codegen.trusted[0] is \"a\", but {list}"),
                format!("codegen.trusted[2] is \"~/c\", but {list}"),
                format!("codegen.trusted[3] is 3, but {list}"),
                format!("codegen.trusted[4] is \"http://d/e\", but {list}"),
                format!("codegen.trusted[5] is \"file://host/f\", but {list}"),
            ],
        ),
        (
            json!("yes"),
            Trust::Nothing,
            vec!["codegen.trusted is \"yes\", but must be true, false or a list of folders".to_owned()],
        ),
    ];
    for (value, trust, problems) in table {
        let mut config = Config::default();
        let told = config.read(&json!({"trusted": value}));
        assert_eq!((config.trust, told), (trust, problems), "{value}");
    }
}

#[test]
fn globs_are_read_and_named_when_wrong() {
    let own = ["*.sql".to_owned()];
    let must = "must be a glob, such as \"*.env\" or \"src/generated/**\"";
    let table = [
        (json!(null), &own[..], vec![]),
        (json!([]), &[], vec![]),
        (json!(["a", "b/**"]), &["a".to_owned(), "b/**".to_owned()], vec![]),
        (
            json!(["!a", "b", 3, "[c", ""]),
            &["b".to_owned()],
            vec![
                format!("[0] is \"!a\", but {must}: no glob can take back what another ignores"),
                format!("[2] is 3, but {must}"),
                format!("[3] is \"[c\", but {must}: unclosed character class; missing ']'"),
                format!("[4] is \"\", but {must}: it is empty"),
            ],
        ),
        // A mistake shows the model no more than before.
        (json!([3]), &own, vec![format!("[0] is 3, but {must}")]),
        (json!("a"), &own, vec![" is \"a\", but must be a list of globs".to_owned()]),
    ];
    for (value, globs, problems) in table {
        let mut config = Config::default();
        config.inline.ignore = Globs::new(own.to_vec());
        let told = config.read(&json!({"inline": {"ignore": value}}));
        let expected: Vec<_> = problems.iter().map(|problem| format!("codegen.inline.ignore{problem}")).collect();
        assert_eq!((config.inline.ignore.written(), told), (globs, expected), "{value}");
    }
}

#[test]
fn the_menu_has_suggestions_where_they_are_wanted() {
    for (menu, without, with) in [(Menu::Auto, true, false), (Menu::On, true, true), (Menu::Off, false, false)] {
        assert_eq!((menu.offered(false), menu.offered(true)), (without, with), "{menu:?}");
    }
}

/// Settings with one option.
fn only(name: &str, value: &Value) -> Value {
    name.rsplit('.').fold(value.clone(), |inner, key| json!({key: inner}))
}

/// Checks that correct options count beside a mistake, which stands first, last and in between.
#[track_caller]
fn told_and_the_rest_kept(mistake: &Value, expected: &str) {
    let right = json!({"batch": 7, "inline": {"maxTokens": 8}, "synthesis": {"candidates": 9}});
    for mistake_first in [true, false] {
        let mut settings = if mistake_first { mistake.clone() } else { right.clone() };
        merge(&mut settings, if mistake_first { &right } else { mistake });
        let mut config = Config::default();
        assert_eq!(config.read(&settings), [expected], "{settings}");
        assert_eq!((config.engine.options.batch, config.inline.max_tokens, config.synthesis.candidates), (7, 8, 9));
        let mut rest = Config::default();
        assert_eq!(rest.read(&right), Vec::<String>::new());
        assert_eq!(config, rest, "{settings}");
    }
}

/// Puts `more` into `settings`, section by section.
fn merge(settings: &mut Value, more: &Value) {
    match (settings, more) {
        (Value::Object(settings), Value::Object(more)) => {
            for (key, value) in more {
                merge(settings.entry(key).or_insert(Value::Null), value);
            }
        }
        (settings, more) => settings.clone_from(more),
    }
}

#[test]
fn every_option_is_named_when_its_value_is_wrong_and_the_rest_is_kept() {
    let bool = "true or false";
    let count = |of: &str, least: usize, most: usize| format!("a number{of} from {least} to {most}");
    let table: Vec<(&str, Vec<Value>, String)> = vec![
        ("model", vec![json!(1), json!("")], "a model's name or the path of a GGUF file".into()),
        ("lora", vec![json!(false), json!("")], "the path of a GGUF file of an adapter".into()),
        (
            "threads",
            vec![json!("all"), json!(0), json!(513), json!(1.5), json!("4")],
            "\"auto\" or a number from 1 to 512".into(),
        ),
        ("context", vec![json!("auto"), json!(63), json!(1_048_577)], count(" of tokens", 64, 1_048_576)),
        ("slots", vec![json!(true), json!(0), json!(65)], count("", 1, 64)),
        ("gpuLayers", vec![json!("none"), json!(-1), json!(10_001)], "\"auto\", \"all\" or a number of layers".into()),
        (
            "mainDevice",
            vec![json!("cuda"), json!(-1), json!(1025)],
            "a device's number, as `codegen-lsp doctor` lists them".into(),
        ),
        ("flashAttention", vec![json!("on"), json!(1)], "\"auto\", true or false".into()),
        ("mmap", vec![json!("yes"), json!(1)], bool.into()),
        ("languages", vec![json!("python"), json!([""]), json!([1])], "a list of languages' names".into()),
        ("maxFileBytes", vec![json!("1M"), json!(0), json!(1_000_000_001)], count(" of bytes", 1, 1_000_000_000)),
        ("inline.enabled", vec![json!("false"), json!(0)], bool.into()),
        (
            "inline.minConfidence",
            vec![json!("0.5"), json!(0), json!(1.1)],
            "null or a number above 0 and up to 1".into(),
        ),
        ("inline.minLogprob", vec![json!("-1"), json!(0.1)], "null or a number of at most 0".into()),
        (
            "inline.eagerness",
            vec![json!(true), json!("ondemand"), json!("off")],
            "\"eager\", \"calm\" or \"onDemand\"".into(),
        ),
        (
            "inline.debounceMs",
            vec![json!("75"), json!(-1), json!(5001), json!(0.5)],
            "\"auto\" or a number of milliseconds up to 5000".into(),
        ),
        ("inline.patienceMs", vec![json!("auto"), json!(60_001)], "a number of milliseconds up to 60000".into()),
        ("inline.prepareNext", vec![json!("no"), json!(0)], bool.into()),
        ("inline.context", vec![json!(true), json!("edits")], "\"off\", \"imports\" or \"all\"".into()),
        ("inline.contextShare", vec![json!("all"), json!(0), json!(51)], count("", 1, 50)),
        ("inline.ignore", vec![json!("*.env"), json!(true), json!({"*.env": true})], "a list of globs".into()),
        ("inline.languages", vec![json!("c"), json!([""]), json!([1])], "a list of languages' names".into()),
        ("completion.enabled", vec![json!("on"), json!(1)], "\"auto\", true or false".into()),
        ("statistics.enabled", vec![json!("off"), json!(0)], bool.into()),
        ("engine.process", vec![json!("yes"), json!(1)], bool.into()),
        (
            "idleUnloadSeconds",
            vec![json!("never"), json!(-1), json!(604_801)],
            "\"auto\" or a number up to 604800, of which 0 is never".into(),
        ),
        (
            "prompt.marker",
            vec![json!(1), json!(""), json!("//"), json!("#\n")],
            "null or the text that starts a prompt".into(),
        ),
        ("synthesis.maxTokens", vec![json!("256"), json!(0), json!(4097)], count("", 1, 4096)),
        ("synthesis.temperature", vec![json!("hot"), json!(0), json!(2.1)], "a number above 0 and up to 2".into()),
        ("synthesis.topP", vec![json!([]), json!(0.0), json!(1.01)], "a number above 0 and up to 1".into()),
        ("synthesis.verify", vec![json!(true), json!("Run")], "\"parse\" or \"run\"".into()),
        ("synthesis.codeLens", vec![json!(false), json!("on")], "\"auto\", \"all\" or \"off\"".into()),
        ("synthesis.python", vec![json!(3), json!("./python")], "a program's name in PATH or its absolute path".into()),
        ("synthesis.runSeconds", vec![json!("10s"), json!(0), json!(601)], count("", 1, 600)),
        (
            "synthesis.isolation",
            vec![json!(true), json!("none")],
            "\"limits\", \"folder\", \"folder+network\" or \"folder+network+processes\"".into(),
        ),
        ("trusted", vec![json!("yes"), json!(1), json!({"a": 1})], "true, false or a list of folders".into()),
        // Values that other options depend on.
        ("batch", vec![json!("256"), json!(0), json!(65537)], count(" of tokens", 1, 65536)),
        ("inline.maxTokens", vec![json!("many"), json!(0), json!(4097)], count("", 1, 4096)),
        ("synthesis.candidates", vec![json!(1.5), json!(0), json!(17)], count("", 1, 16)),
    ];
    let (rest, kept) = table.split_at(table.len() - 3);
    for (name, values, expected) in rest {
        for value in values {
            let told = format!("codegen.{name} is {value}, but must be {expected}");
            told_and_the_rest_kept(&only(name, value), &told);
        }
    }
    for (name, values, expected) in kept {
        for value in values {
            let told = format!("codegen.{name} is {value}, but must be {expected}");
            let mut config = Config::default();
            assert_eq!(config.read(&only(name, value)), [told]);
            assert_eq!(config, Config::default());
        }
    }
    let mut named: Vec<_> = table.iter().map(|(name, ..)| *name).collect();
    let mut known: Vec<_> = options::ALL.iter().map(|option| option.name).collect();
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn a_misspelt_option_is_named_with_what_was_meant_and_the_rest_is_kept() {
    for option in options::ALL {
        // Without its last letter, and in another convention.
        let short = &option.name[..option.name.len() - 1];
        let snake: String = option
            .name
            .chars()
            .flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(c.to_lowercase()))
            .collect();
        for misspelt in [short, &snake].into_iter().filter(|name| *name != option.name) {
            let told = format!("codegen.{misspelt} is not an option (did you mean codegen.{}?)", option.name);
            told_and_the_rest_kept(&only(misspelt, &option.default()), &told);
        }
    }
    for (settings, told) in [
        (
            json!({"sinthesis": {"verify": "run"}}),
            "codegen.sinthesis is not an option (did you mean codegen.synthesis?)",
        ),
        (json!({"verify": "run"}), "codegen.verify is not an option (did you mean codegen.synthesis.verify?)"),
        (
            json!({"maxTokens": 3}),
            "codegen.maxTokens is not an option (did you mean codegen.inline.maxTokens or codegen.synthesis.maxTokens?)",
        ),
        (
            json!({"inline.enabled": false}),
            "codegen.inline.enabled is no key; sections are nested: {\"inline\": {\"enabled\": …}}",
        ),
        (json!({"prompt": {"colour": 3}}), "codegen.prompt.colour is not an option; there are marker"),
        (json!({"prompt": {"server": {}}}), "codegen.prompt.server is not an option; there are marker"),
    ] {
        told_and_the_rest_kept(&settings, told);
    }
}

#[test]
fn what_is_told_is_short_however_long_the_mistake() {
    let mut config = Config::default();
    let long = "x".repeat(1_000_000);
    let problems = config.read(&json!({"threads": long, &long: 1, "inline": {&long: 1}, "trusted": [&long]}));
    assert_eq!(problems.len(), 4);
    for problem in problems {
        assert!(problem.chars().count() < 350 && problem.contains("xxxx…"), "{problem}");
    }
}

#[test]
fn keys_of_the_client_s_own_are_no_mistake_in_any_spelling() {
    for settings in [
        json!({"server": {"path": "/usr/bin/codegen-lsp", "extraEnv": {"RUST_LOG": "debug"}}}),
        json!({"server": null, "trace": "verbose"}),
        json!({"server": "path", "trace": {"server": "verbose"}}),
        json!({"trace": {"server": {"verbosity": "messages", "format": "json"}}}),
        json!({"server.path": "x", "server.args": [], "trace.server": "off"}),
        json!({"trace.server.verbosity": "messages"}),
        json!({"codegen.server.path": "x", "codegen.trace.server": "off"}),
        json!({"$schema": "./schema.json"}),
    ] {
        let mut with_options = settings.clone();
        merge(&mut with_options, &json!({"batch": 7}));
        let mut config = Config::default();
        assert_eq!(config.read(&with_options), Vec::<String>::new(), "{settings}");
        assert_eq!(config.engine.options.batch, 7);
        // A workspace may set it as well.
        assert_eq!(scope::admit(&Config::default(), &settings, None), (settings.clone(), Vec::new()));
    }
    // Keys that only look alike are reported.
    for key in ["servers", "serverPath", "Server", "tracer", "trace-server", "codegen", "$schemas"] {
        assert_eq!(Config::default().read(&json!({key: {}})).len(), 1, "{key}");
    }
}

#[test]
fn the_former_name_of_an_option_is_read() {
    for (settings, expected) in [
        (json!({}), 0.15),
        (json!({"minConfidence": 0.5}), 0.5),
        (json!({"minConfidence": null}), 0.0),
        (json!({"minLogprob": null}), 0.15),
        (json!({"minLogprob": -1}), 0.367_879),
        (json!({"minLogprob": -1, "minConfidence": 0.5}), 0.5),
        (json!({"minLogprob": -1, "minConfidence": null}), 0.0),
    ] {
        let mut config = Config::default();
        assert_eq!(config.read(&json!({"inline": settings})), Vec::<String>::new());
        assert!((config.inline.least() - expected).abs() < 1e-4, "{settings}: {}", config.inline.least());
    }
}

#[test]
fn a_model_leaves_memory_by_itself_where_it_is_on_a_gpu() {
    let after = |seconds| IdleUnload::After(Duration::from_secs(seconds));
    for (option, layers, seconds) in
        [(IdleUnload::Auto, 0, None), (IdleUnload::Auto, 1, Some(600)), (after(0), 9, None), (after(5), 0, Some(5))]
    {
        assert_eq!(option.limit(layers), seconds.map(Duration::from_secs), "{option:?} {layers}");
    }
}
