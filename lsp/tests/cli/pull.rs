//! `codegen-lsp model pull | list | rm | path`, and the names wherever a model is named, from a server that answers as the Hub does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use codegen_hub::testing::{Double, Fault, Host};

use super::{THREADS, err, file, out, program};
use crate::released::Released;
use crate::support::{SMALL, wave};

/// As narrow as a model of this kind can be.
const NARROW: Released = Released { layers: 2, width: 128, heads: 4, rotary: 32 };

/// A double, and a home of its own for all that this program and the Hub's tools write.
struct Scene {
    double: Double,
    home: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { double: Double::new(), home: tempfile::tempdir().unwrap() }
    }

    /// One with a small checkpoint `a/small` and a GGUF in `a/gguf`.
    fn small() -> Self {
        let scene = Self::new();
        let folder = scene.home.path().join("made");
        fs::create_dir(&folder).unwrap();
        SMALL.write(&folder, wave);
        for file in fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            scene.double.put("a/small", name, fs::read(&file).unwrap());
        }
        let gguf = folder.join("out.gguf");
        let convert = ["model", "convert", folder.to_str().unwrap(), "-o", gguf.to_str().unwrap(), "--type", "Q4_0"];
        assert_eq!(scene.run(&convert).status.code(), Some(0));
        scene.double.put("a/gguf", "small.Q4_0.gguf", fs::read(gguf).unwrap());
        fs::remove_dir_all(folder).unwrap();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command
            .env("CODEGEN_LSP_MODELS", self.path("models"))
            .env("CODEGEN_LSP_NAMES", self.path("names.json"))
            .env("HF_HOME", self.path("hf"))
            .env("HF_ENDPOINT", self.double.endpoint())
            .current_dir(self.home.path());
        for variable in ["HF_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(variable).env_remove(variable.to_ascii_lowercase());
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    #[track_caller]
    fn succeeds(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", err(&output));
        (out(&output), err(&output))
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], parts: &[&str]) -> String {
        let output = self.run(arguments);
        let said = err(&output);
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""), "{arguments:?}: {said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: ") && parts.iter().all(|part| last.contains(part)), "{parts:?}: {said}");
        said
    }
}

/// All files below a folder, by their paths in it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().map(|entry| entry.unwrap()) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => found.push(entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/")),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_released_codegen_is_pulled_converted_and_run_and_then_needs_no_network() {
    let scene = Scene::new();
    for (name, bytes) in NARROW.files() {
        scene.double.put("Salesforce/codegen-350M-mono", name, bytes);
    }
    let python = file(scene.home.path(), "a.py", b"def area(radius):\n    return \n");
    let complete = ["complete", &format!("{python}:2:12"), "--json", "--model", "codegen-350M-mono"];
    let complete = [&complete[..], &THREADS].concat();
    scene.fails(
        &complete,
        &["codegen-350M-mono is not on this machine; `codegen-lsp model pull codegen-350M-mono` fetches it"],
    );
    assert_eq!(scene.double.asked(), [], "nothing is fetched without being asked for");

    scene.double.fail(Host::Cdn, "pytorch_model.bin", [Fault::CutAfter(5_000_000)]);
    let (path, said) = scene.succeeds(&["model", "pull", "codegen-350m-mono"]);
    assert!(said.contains("as Q8_0") && said.contains("going on from byte") && said.contains("is here ("), "{said}");
    assert_eq!(Path::new(path.trim()), scene.path("models/codegen-350M-mono/Q8_0.gguf"));
    // The weights, once converted, are gone; the small files stay.
    let cached = files(&scene.path("hf"));
    assert!(!cached.iter().any(|file| file.ends_with("pytorch_model.bin")), "{cached:?}");
    assert!(cached.iter().any(|file| file.ends_with("config.json")), "{cached:?}");
    assert_eq!(cached.iter().filter(|file| file.contains("incomplete")).count(), 0, "{cached:?}");

    let (text, _) = scene.succeeds(&["model", "inspect", "codegen-350M-mono"]);
    for part in ["phi2", "Q8_0", "2048 tokens", "51200 tokens", "Salesforce/codegen-350M-mono"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let _ = scene.double.asked();
    let output = scene.command(&["doctor", "--model", "codegen-350M-mono"]).args(THREADS).output().unwrap();
    let report = out(&output);
    assert!(
        report.contains("speed         prompt ") && report.contains("trained with 2048"),
        "{report}{}",
        err(&output)
    );
    let output = scene.run(&complete);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    // Whatever a model of random weights wrote, it wrote something.
    let json: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert!(json["stats"]["generatedTokens"].as_u64().is_some_and(|tokens| tokens > 0), "{json}");
    let (again, said) = scene.succeeds(&["model", "pull", "Salesforce/codegen-350M-mono"]);
    assert!(again == path && said.contains("nothing was fetched"), "{said}");
    assert_eq!(scene.double.asked(), [], "what is here needs no network");
}

#[test]
fn a_gguf_is_used_as_it_is_and_lies_in_the_hub_s_own_cache() {
    let scene = Scene::small();
    let (path, said) = scene.succeeds(&["model", "pull", "hf:a/gguf"]);
    assert!(said.contains("hf:a/gguf is the file small.Q4_0.gguf"), "{said}");
    assert!(path.trim().ends_with("/small.Q4_0.gguf") && path.contains("hf/hub/models--a--gguf/snapshots/"), "{path}");
    // What any tool has put into that cache has a name as well.
    scene.succeeds(&["model", "rm", "hf:a/gguf"]);
    scene.fails(&["model", "path", "hf:a/gguf"], &["model pull hf:a/gguf"]);
    let (cached, _) = scene.succeeds(&["model", "path", "hf:a/gguf:small.Q4_0.gguf"]);
    assert_eq!(cached, path);
}

#[test]
fn models_are_listed_found_and_removed() {
    let scene = Scene::small();
    fs::write(scene.path("names.json"), r#"{"mine": "hf:a/small"}"#).unwrap();
    let (path, _) = scene.succeeds(&["model", "pull", "mine", "--type", "Q4_0"]);
    assert_eq!(scene.succeeds(&["model", "path", "hf:a/small"]).0, path);
    assert_eq!(scene.succeeds(&["model", "path", "mine"]).0, path);
    let (list, _) = scene.succeeds(&["model", "list"]);
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert!(lines[1].starts_with("hf:a/small ") && lines[1].contains(" Q4_0 "), "{list}");
    assert!(lines[2].starts_with("mine ") && lines[2].ends_with("your name for hf:a/small"), "{list}");
    let (all, _) = scene.succeeds(&["model", "list", "--all"]);
    assert!(all.contains("codegen-16B-multi") && all.contains("model pull NAME"), "{all}");
    let (json, _) = scene.succeeds(&["model", "list", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["models"][0]["name"], &json["names"]["mine"]), (&"hf:a/small".into(), &"hf:a/small".into()));

    // Another type takes its place.
    scene.succeeds(&["model", "pull", "mine", "--type", "F16"]);
    let kept: Vec<_> = files(&scene.path("models")).into_iter().filter(|file| file.ends_with(".gguf")).collect();
    assert_eq!(kept, ["hf%3Aa%2Fsmall/F16.gguf"]);

    scene.fails(&["model", "rm", "hf:a/small", "hf:a"], &["hf:a is no model's name"]);
    scene.fails(&["model", "rm", "mine"], &["a name of your own"]);
    let (_, said) = scene.succeeds(&["model", "rm", "hf:a/small"]);
    assert!(said.contains("are free again"), "{said}");
    scene.fails(&["model", "rm", "hf:a/small"], &["was not pulled"]);
    assert_eq!(scene.succeeds(&["model", "list"]).0.lines().count(), 2);
}

#[test]
fn what_cannot_be_had_is_refused_with_what_to_do_and_leaves_nothing_half_done() {
    let scene = Scene::small();
    scene.double.put("a/llama", "config.json", r#"{"model_type": "llama"}"#);
    scene.double.put("a/llama", "model.safetensors", vec![0; 10_000]);
    scene.double.put("a/secret", "config.json", "{}");
    scene.double.hide("a/secret", "hf_good");
    let _ = scene.double.asked();
    for (arguments, parts) in [
        (&["model", "pull", "no-such-model"][..], &["no-such-model is no model's name", "model list --all"][..]),
        (&["model", "pull", "hf:a/none"], &["no repository a/none", "HF_TOKEN"]),
        (&["model", "pull", "hf:a/secret"], &["or it is private", "HF_TOKEN"]),
        (&["model", "pull", "hf:a/small@v9"], &["no revision v9"]),
        (&["model", "pull", "hf:a/gguf:other.gguf"], &["its GGUFs are small.Q4_0.gguf"]),
        (&["model", "pull", "hf:a/llama"], &["hf:a/llama cannot be converted", "\"llama\""]),
        (&["model", "pull", "hf:a"], &["hf:OWNER/REPOSITORY"]),
        (&["model", "path", "codegen-2B-mono"], &["`codegen-lsp model pull codegen-2B-mono`"]),
        (&["doctor", "--model", "hf:a/small"], &["`codegen-lsp model pull hf:a/small`"]),
    ] {
        let output = scene.run(arguments);
        let said = err(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{arguments:?}: {said}");
    }
    assert!(
        !scene.double.asked().iter().any(|asked| asked.path.contains("model.safetensors")),
        "no gigabytes for a Llama"
    );

    scene.double.fail(Host::Cdn, "model.safetensors", [Fault::WrongByte]);
    scene.fails(&["model", "pull", "hf:a/small"], &["model.safetensors", "SHA-256", "removed"]);
    let offline = scene.command(&["model", "pull", "hf:a/gguf"]).env("HF_HUB_OFFLINE", "1").output().unwrap();
    assert!(err(&offline).contains("HF_HUB_OFFLINE is set"), "{}", err(&offline));
    let token = scene.command(&["model", "pull", "hf:a/secret"]).env("HF_TOKEN", "hf_bad").output().unwrap();
    assert!(err(&token).contains("does not accept the token"), "{}", err(&token));
    let gguf = files(&scene.path("models")).into_iter().find(|file| file.ends_with(".gguf"));
    assert_eq!(gguf, None);
    scene.succeeds(&["model", "pull", "hf:a/small"]);
}

#[test]
fn a_faulty_file_of_names_is_told_and_keeps_nobody_from_other_models() {
    let scene = Scene::new();
    fs::write(scene.path("names.json"), "{\"a\": 1}").unwrap();
    scene.fails(&["model", "list"], &["names.json: is not JSON of names"]);
    scene.fails(&["model", "path", "mine"], &["names.json: is not JSON of names"]);
    let (path, _) = scene.succeeds(&["model", "path", "builtin"]);
    assert!(path.contains("builtin-"), "{path}");
}

#[test]
fn two_that_pull_one_model_fetch_it_once() {
    let scene = Scene::small();
    let _ = scene.double.asked();
    let pulls: Vec<_> = (0..2)
        .map(|_| {
            let mut command = scene.command(&["model", "pull", "hf:a/small"]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for pull in pulls {
        let output = pull.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    }
    let weights = scene.double.asked().into_iter().filter(|asked| asked.host == Host::Cdn).count();
    assert_eq!(weights, 1);
}
