//! `codegen-lsp model …` as a user runs it: its output, its files, its exit code.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::adapters::{self, Adapter};
use crate::support::{SMALL, Shape, wave};

fn codegen(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_codegen-lsp"))
        .arg("model")
        .args(arguments)
        .current_dir(folder)
        .env("CODEGEN_LSP_CACHE", folder)
        .output()
        .unwrap()
}

/// Runs a command that must succeed, and returns its output.
#[track_caller]
fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = codegen(folder, arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs a command that must fail with one line that contains all of `expected`, and leave the folder unchanged.
#[track_caller]
fn fails(folder: &Path, arguments: &[&str], expected: &[&str]) {
    let before = names(folder);
    let output = codegen(folder, arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(output.stdout.is_empty());
    for part in expected {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(message.lines().count(), 1, "one sentence: {message}");
    let os_error = "(os error ";
    assert!(message.matches(os_error).count() <= 1, "said twice: {message}");
    assert!(message.starts_with("error: "), "{message}");
    assert_eq!(names(folder), before, "something was left behind");
}

fn checkpoint() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("model")).unwrap();
    SMALL.write(&folder.path().join("model"), wave);
    folder
}

const CONVERT: &[&str] = &["convert", "model", "-o", "out.gguf", "--type", "f16"];

#[test]
fn a_model_is_converted_quantized_and_inspected() {
    let folder = checkpoint();
    let summary = succeeds(folder.path(), CONVERT);
    assert!(summary.starts_with("out.gguf: ") && summary.contains(" F16") && summary.lines().count() == 1, "{summary}");
    let summary = succeeds(folder.path(), &["quantize", "out.gguf", "small.gguf", "--type", "q4_k_m"]);
    assert!(summary.contains("(from ") && summary.contains(" Q4_K"), "{summary}");
    assert_eq!(names(folder.path()), ["model", "out.gguf", "small.gguf"]);

    let text = succeeds(folder.path(), &["inspect", "small.gguf"]);
    for part in ["phi2", "Q4_K_M", "128 tokens", "gpt2 / gpt-2, 300 tokens", "blk.*.ffn_up.weight", "1024 x 256"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&succeeds(folder.path(), &["inspect", "small.gguf", "--json"])).unwrap();
    assert_eq!(json["architecture"], "phi2");
    assert_eq!(json["tensors"].as_array().unwrap().len(), 23);
    assert_eq!(json["tensors"][0]["shape"], serde_json::json!([300, 256]));
}

#[test]
fn single_tensors_can_have_other_types() {
    let folder = checkpoint();
    let exceptions = ["--token-embedding-type", "q5_k", "--output-type", "q8_0"];
    succeeds(folder.path(), &[CONVERT, &exceptions].concat());
    let json: serde_json::Value =
        serde_json::from_str(&succeeds(folder.path(), &["inspect", "out.gguf", "--json"])).unwrap();
    let kind = |name: &str| {
        let tensors = json["tensors"].as_array().unwrap();
        tensors.iter().find(|tensor| tensor["name"] == name).unwrap()["type"].clone()
    };
    assert_eq!(kind("token_embd.weight"), "q5_k");
    assert_eq!(kind("output.weight"), "q8_0");
    assert_eq!(kind("blk.0.ffn_up.weight"), "f16");
}

#[test]
fn unknown_types_are_refused_with_those_there_are() {
    let folder = checkpoint();
    for arguments in [
        &["convert", "model", "-o", "out.gguf", "--type", "q3_k"][..],
        &["convert", "model", "-o", "out.gguf", "--token-embedding-type", "q3_k"],
    ] {
        let output = codegen(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains("q3_k") && message.contains("Q6_K"), "{message}");
    }
}

/// Replaces text in the checkpoint's configuration and expects the conversion to fail.
#[track_caller]
fn fails_with_config(from: &str, to: &str, expected: &[&str]) {
    let folder = checkpoint();
    let path = folder.path().join("model/config.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replace(from, to)).unwrap();
    fails(folder.path(), CONVERT, expected);
}

#[test]
fn configurations_that_are_not_a_codegens_are_refused() {
    fails_with_config(r#""codegen""#, r#""llama""#, &["config.json", "llama"]);
    fails_with_config(r#""n_head":4"#, r#""n_head":2"#, &["config.json", "2", "4"]);
    fails_with_config(r#""n_layer":2"#, r#""n_layer":3"#, &["transformer.h.2."]);
    fails_with_config(r#""n_layer":2"#, r#""n_layer":1"#, &["transformer.h.1."]);
    fails_with_config(r#""vocab_size":300"#, r#""vocab_size":299"#, &["[300, 256]", "[299, 256]"]);
    fails_with_config("{", "(", &["config.json"]);
}

#[test]
fn folders_and_files_that_are_not_whole_are_refused() {
    let folder = checkpoint();
    let weights = folder.path().join("model/model.safetensors");
    let whole = fs::read(&weights).unwrap();
    fs::write(&weights, &whole[..whole.len() - 1]).unwrap();
    fails(folder.path(), CONVERT, &["model.safetensors"]);
    fs::write(&weights, &whole[..5]).unwrap();
    fails(folder.path(), CONVERT, &["model.safetensors"]);
    fs::remove_file(&weights).unwrap();
    fails(folder.path(), CONVERT, &["no weights"]);
    fs::write(&weights, whole).unwrap();
    fs::write(folder.path().join("model/vocab.json"), "{").unwrap();
    fails(folder.path(), CONVERT, &["vocab.json"]);
    fails(folder.path(), &["convert", "nowhere", "-o", "out.gguf"], &["nowhere"]);
}

#[test]
fn ggufs_that_are_not_whole_are_refused() {
    let folder = checkpoint();
    succeeds(folder.path(), CONVERT);
    let whole = fs::read(folder.path().join("out.gguf")).unwrap();
    fs::write(folder.path().join("cut.gguf"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("text.gguf"), "hello").unwrap();
    for (file, expected) in [("cut.gguf", "truncated"), ("text.gguf", "not a GGUF"), ("none.gguf", "none.gguf")] {
        fails(folder.path(), &["inspect", file], &[file, expected]);
        fails(folder.path(), &["quantize", file, "new.gguf", "--type", "q8_0"], &[file, expected]);
    }
    fails(folder.path(), &["quantize", "out.gguf", "out.gguf", "--type", "q8_0"], &["is the input"]);
    fails(folder.path(), &["convert", "model", "-o", "model/config.json"], &["not a GGUF"]);
}

/// The limit on a file's size stands in for a full disk: writing fails half-way, with an error from the same place.
#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("model")).unwrap();
    Shape { vocabulary: 20_000, ..SMALL }.write_zeros(&folder.path().join("model"));
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 4000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_codegen-lsp"), "model"])
        .args(CONVERT)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("out.gguf: cannot be written, and nothing was left behind"), "{message}");
    assert_eq!(names(folder.path()), ["model"]);
}

/// Interrupts the work with a signal from outside, as Ctrl-C and the system do.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    interrupt("-INT");
    interrupt("-TERM");
}

#[cfg(unix)]
#[track_caller]
fn interrupt(signal: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("model")).unwrap();
    Shape { layers: 40, width: 1024, heads: 16, ..SMALL }.write_zeros(&folder.path().join("model"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"))
        .args(["model", "convert", "model", "-o", "out.gguf", "--type", "q4_k_m"])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while names(folder.path()).len() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be interrupted");
        std::thread::yield_now();
    }
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("interrupted"), "{message}");
    assert_eq!(names(folder.path()), ["model"]);
}

#[test]
fn types_are_taken_in_any_case() {
    let folder = checkpoint();
    for kind in ["Q4_K_M", "Q8_0", "F16"] {
        succeeds(folder.path(), &["convert", "model", "-o", "out.gguf", "--type", kind]);
    }
    succeeds(folder.path(), &["quantize", "out.gguf", "small.gguf", "--type", "Q6_K", "--output-type", "Q8_0"]);
}

/// Resolves the names that users try first: the model's name on the Hub, its address, the cache of the Hub.
#[test]
fn the_hubs_names_and_folders_are_understood_or_explained() {
    let folder = checkpoint();
    let (name, address) = ("Salesforce/codegen-350M-mono", "https://huggingface.co/Salesforce/codegen2-1B");
    let convert = |what: &'static str| ["convert", what, "-o", "out.gguf"];
    fails(
        folder.path(),
        &convert(name),
        &["there is no folder", "codegen-lsp model pull hf:Salesforce/codegen-350M-mono"],
    );
    fails(folder.path(), &convert(address), &["codegen-lsp model pull hf:Salesforce/codegen2-1B"]);
    let cache = folder.path().join("models--Salesforce--codegen-350M-mono");
    fs::create_dir_all(cache.join("snapshots")).unwrap();
    fs::rename(folder.path().join("model"), cache.join("snapshots/18d31e0ddf54")).unwrap();
    succeeds(folder.path(), &convert("models--Salesforce--codegen-350M-mono"));
    let text = succeeds(folder.path(), &["inspect", "out.gguf"]);
    assert!(text.contains("Salesforce/codegen-350M-mono") && text.contains("18d31e0ddf54"), "{text}");
    fails(folder.path(), &convert("."), &["cache of the Hub", "models--Salesforce--codegen-350M-mono"]);
}

#[test]
fn files_that_were_not_downloaded_or_put_together_are_told() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:77e251cc\nsize 718094293\n";
    for name in ["model.safetensors", "config.json", "vocab.json", "merges.txt"] {
        let folder = checkpoint();
        fs::write(folder.path().join("model").join(name), pointer).unwrap();
        fails(folder.path(), CONVERT, &[name, "Git LFS pointer"]);
    }
    let folder = checkpoint();
    fs::remove_file(folder.path().join("model/model.safetensors")).unwrap();
    fs::create_dir(folder.path().join("model/global_step500")).unwrap();
    fails(folder.path(), CONVERT, &["DeepSpeed ZeRO checkpoint (global_step500)", "zero_to_fp32.py"]);
    fs::write(folder.path().join("pointer.gguf"), pointer).unwrap();
    fails(folder.path(), &["inspect", "pointer.gguf"], &["pointer.gguf", "Git LFS pointer"]);
    fails_with_config("{", r#"{"quantization_config":{"quant_method":"gptq","bits":4},"#, &["quantized", "gptq"]);
    fails_with_config("{", r#"{"auto_map":{"AutoModelForCausalLM":"modeling_x.Y"},"#, &["modeling_x.Y", "mp_num"]);
}

/// Opening a pipe waits for its other end, and reading a device may never end.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_and_not_waited_for() {
    let pipe = |path: &Path| {
        let _ = fs::remove_file(path);
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    let folder = tuned();
    let at = |name: &str| folder.path().join(name);
    for (place, name) in [
        ("model", "config.json"),
        ("model", "generation_config.json"),
        ("model", "model.safetensors"),
        ("model", "vocab.json"),
        ("model", "merges.txt"),
        ("model", "added_tokens.json"),
        ("model", "special_tokens_map.json"),
        ("model", "tokenizer_config.json"),
        ("model", "tokenizer.json"),
        ("adapter", "adapter_model.safetensors"),
        ("adapter", "adapter_config.json"),
    ] {
        let path = at(place).join(name);
        let before = fs::read(&path).ok();
        pipe(&path);
        fails(folder.path(), &["convert", place, "-o", "out.gguf"], &[name, "is a pipe, not a file"]);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        fails(folder.path(), &["convert", place, "-o", "out.gguf"], &[name, "is a folder, not a file"]);
        fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        fails(folder.path(), &["convert", place, "-o", "out.gguf"], &[name, "is a device, not a file"]);
        fs::remove_file(&path).unwrap();
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
    pipe(&at("pipe.gguf"));
    let _socket = std::os::unix::net::UnixListener::bind(at("socket.gguf")).unwrap();
    for (name, kind) in [("pipe.gguf", "a pipe"), ("socket.gguf", "a socket")] {
        fails(folder.path(), &["inspect", name], &[name, kind]);
        fails(folder.path(), &["quantize", name, "out.gguf", "--type", "f16"], &[name, kind]);
        for flags in [["--model", name], ["--lora", name]] {
            let output = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"))
                .args(["complete", "a.py:2:9"])
                .args(flags)
                .current_dir(folder.path())
                .env("CODEGEN_LSP_CACHE", folder.path())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Changes four bytes behind a key of a GGUF.
fn set_number(path: &Path, key: &str, number: u32) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(key.len()).position(|piece| piece == key.as_bytes()).unwrap() + key.len() + 4;
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn numbers_that_would_take_all_memory_or_end_the_program_are_refused() {
    let folder = tuned();
    succeeds(folder.path(), &["convert", "model", "-o", "model.gguf"]);
    set_number(&folder.path().join("model.gguf"), "phi2.context_length", u32::MAX);
    let output = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"))
        .args(["complete", "a.py:2:9", "--model", "model.gguf"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("context_length 4294967295") && !message.contains("panicked"), "{message}");

    // A whole GGUF of 57 bytes, whose single key gives its alignment: 2 GiB.
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut small = [&b"GGUF"[..], &3u32.to_le_bytes(), &0u64.to_le_bytes(), &1u64.to_le_bytes()].concat();
    small.extend(text("general.alignment"));
    small.extend([4u32.to_le_bytes(), (1u32 << 31).to_le_bytes()].concat());
    assert_eq!(small.len(), 57);
    fs::write(folder.path().join("small.gguf"), small).unwrap();
    let refused = ["quantize", "small.gguf", "large.gguf", "--type", "f16"];
    fails(folder.path(), &refused, &["general.alignment", "65536"]);
}

#[test]
fn a_merged_model_beside_its_adapter_is_the_model() {
    let folder = tuned();
    fs::copy(folder.path().join("adapter/adapter_config.json"), folder.path().join("whole/adapter_config.json"))
        .unwrap();
    let output = codegen(folder.path(), &["convert", "whole", "-o", "whole.gguf", "--type", "f32"]);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{notes}");
    assert!(notes.contains("note: the folder holds an adapter, too"), "{notes}");
    assert!(!succeeds(folder.path(), &["inspect", "whole.gguf"]).contains("lora"));
    // A user who names a base means the adapter.
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
        fs::copy(folder.path().join("adapter").join(name), folder.path().join("whole").join(name)).unwrap();
    }
    succeeds(folder.path(), &["convert", "whole", "-o", "lora.gguf", "--base", "model"]);
    assert!(succeeds(folder.path(), &["inspect", "lora.gguf"]).contains("lora, rank 4"));
}

/// Letters only, so that the completion is text; the other weights decide which of them follows.
fn letters(name: &str, index: usize) -> f32 {
    match name {
        "lm_head.bias" if (usize::from(b'A')..=usize::from(b'Z')).contains(&index) => 9.0,
        "lm_head.bias" => -9.0,
        _ => 4.0 * wave(name, index),
    }
}

/// A checkpoint, an adapter for it beside it, and the two merged.
fn tuned() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["model", "adapter", "whole"] {
        fs::create_dir(at(name)).unwrap();
    }
    SMALL.write(&at("model"), letters);
    let adapter = Adapter { modules: adapters::ALL.to_vec(), rank: 4, alpha: 8.0, ..Adapter::default() };
    adapter.write(&at("model"), &at("adapter"));
    adapters::configure(&at("adapter"), &[("base_model_name_or_path", "model".into())]);
    adapters::merge(&at("model"), &adapter, &at("whole"));
    fs::write(at("a.py"), "x = 1\nreturn x\n").unwrap();
    folder
}

/// The complete output of the program.
#[track_caller]
fn prints(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"))
        .args(arguments)
        .args(["--threads", "1"])
        .current_dir(folder)
        .env("CODEGEN_LSP_CACHE", folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_adapter_is_converted_and_answers_as_the_merged_model_does() {
    let folder = tuned();
    let summary = succeeds(folder.path(), &["convert", "adapter", "-o", "lora.gguf"]);
    assert!(summary.starts_with("lora.gguf: ") && summary.contains(" F32, in "), "{summary}");
    for (from, to) in [("model", "model.gguf"), ("whole", "whole.gguf")] {
        succeeds(folder.path(), &["convert", from, "-o", to, "--type", "f32"]);
    }
    let text = succeeds(folder.path(), &["inspect", "lora.gguf"]);
    assert!(text.contains("lora, rank 4, alpha 8, for 10 matrices"), "{text}");

    // The output is not Python and is not shown, but the log-probability of the text is.
    let complete = |flags: &[&str]| {
        let flags = [&["complete", "a.py:2:9", "--json", "--flash-attention", "off"], flags].concat();
        let json: serde_json::Value = serde_json::from_str(&prints(folder.path(), &flags)).unwrap();
        json["stats"]["meanLogprob"].as_f64().unwrap()
    };
    let base = complete(&["--model", "model.gguf"]);
    let added = complete(&["--model", "model.gguf", "--lora", "lora.gguf"]);
    let merged = complete(&["--model", "whole.gguf"]);
    assert!((added - merged).abs() < 1e-3, "{added} and {merged}");
    assert!((added - base).abs() > 0.02, "{added} and {base}");

    let told = prints(folder.path(), &["doctor", "--model", "model.gguf", "--lora", "lora.gguf"]);
    assert!(told.contains(", rank 4, alpha 8, for 10 matrices (token_embd, "), "{told}");
    assert!(!prints(folder.path(), &["doctor", "--model", "model.gguf"]).contains("adapter"));
}

/// The blocks of the test's model have the shape of the built-in one's.
#[test]
fn the_built_in_model_takes_an_adapter() {
    let folder = tuned();
    let modules = adapters::ALL.into_iter().filter(|module| module.layered()).collect();
    let adapter = Adapter { modules, rank: 2, alpha: 2.0, ..Adapter::default() };
    adapter.write(&folder.path().join("model"), &folder.path().join("adapter"));
    succeeds(folder.path(), &["convert", "adapter", "-o", "lora.gguf", "--base", "builtin"]);
    let answer = |flags: &[&str]| {
        let json = prints(folder.path(), &[&["complete", "a.py:2:9", "--json"], flags].concat());
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["stats"]["meanLogprob"].as_f64().unwrap()
    };
    assert_ne!(answer(&["--lora", "lora.gguf"]), answer(&[]));
}

#[test]
fn adapters_and_flags_that_do_not_fit_are_refused() {
    let folder = tuned();
    // Where the built-in model is unpacked to.
    fs::create_dir(folder.path().join("models")).unwrap();
    let convert = ["convert", "adapter", "-o", "lora.gguf"];
    let with = |flags: &[&'static str]| [&convert[..], flags].concat();
    fails(
        folder.path(),
        &with(&["--base", "builtin"]),
        &["adapter: has ", "300 tokens", "the base has 51200", "resized"],
    );
    fails(folder.path(), &with(&["--type", "q4_k_m"]), &["q4_k_m", "f32, f16 and bf16"]);
    fails(folder.path(), &with(&["--output-type", "f16"]), &["--output-type", "an adapter"]);
    fails(
        folder.path(),
        &["convert", "model", "-o", "x.gguf", "--base", "builtin"],
        &["--base", "adapter_config.json"],
    );
    adapters::configure(&folder.path().join("adapter"), &[("base_model_name_or_path", "elsewhere/model".into())]);
    fails(folder.path(), &convert, &["\"elsewhere/model\"", "--base"]);
    succeeds(folder.path(), &with(&["--base", "model"]));
    let output = Command::new(env!("CARGO_BIN_EXE_codegen-lsp"))
        .args(["complete", "a.py:2:9", "--lora", "lora.gguf"])
        .current_dir(folder.path())
        .env("CODEGEN_LSP_CACHE", folder.path())
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(message.starts_with("error: cannot load the adapter lora.gguf: its tensors "), "{message}");
}
