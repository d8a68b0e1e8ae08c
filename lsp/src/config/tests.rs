use crate::config::*;
use serde_json::json;

#[test]
fn every_option_is_read() {
    let mut config = Config::default();
    let problems = config.read(&json!({
        "model": "/models/m.gguf", "lora": "/models/a.gguf", "threads": 3, "context": 512.0, "batch": 64, "slots": 1, "gpuLayers": "all",
        "mainDevice": 1, "flashAttention": true, "mmap": false, "languages": ["python", "starlark"], "maxFileBytes": 3000,
        "inline": {"enabled": false, "maxTokens": 7, "minLogprob": -0.5}, "prompt": {"marker": "#>"},
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
    assert_eq!(config.engine, EngineConfig { model: "/models/m.gguf".to_owned(), options });
    assert_eq!(config.languages, Languages(vec!["python".to_owned(), "starlark".to_owned()]));
    assert_eq!(config.inline, InlineConfig { enabled: false, max_tokens: 7, min_logprob: Some(-0.5) });
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
fn a_program_is_a_name_or_an_absolute_path() {
    for (name, expected) in [
        ("python3", true),
        ("python3.12", true),
        ("/usr/bin/python3", true),
        ("./python3", false),
        ("bin/python3", false),
        ("../python3", false),
        ("python3/", false),
        ("..", false),
        (".", false),
        ("", false),
    ] {
        assert_eq!(program(&json!(name)).is_some(), expected, "{name}");
    }
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
            "codegen.inline.colour is not an option; there are enabled, maxTokens, minLogprob",
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
