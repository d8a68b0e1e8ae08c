use std::fs;

use super::*;

/// A folder with these empty files; names that end in a slash are folders.
fn with(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(&path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
    }
    folder
}

#[test]
fn the_snapshot_in_use_is_found_under_the_models_name() {
    const CACHE: &str = "models--Salesforce--codegen-350M-mono";
    let folder = with(&["models--Salesforce--codegen-350M-mono/snapshots/aaa/config.json"]);
    let cache = folder.path().join(CACHE);
    let name = Some("Salesforce/codegen-350M-mono".to_owned());
    for asked in [cache.clone(), cache.join("snapshots"), cache.join("snapshots/aaa")] {
        let found = locate(&asked).unwrap();
        assert_eq!((&found.name, found.revision.as_deref()), (&name, Some("aaa")), "{}", asked.display());
        assert!(found.folder.join("config.json").exists());
    }
    fs::create_dir(cache.join("snapshots/bbb")).unwrap();
    let problem = locate(&cache).unwrap_err().to_string();
    assert!(problem.contains("name one of its snapshots") && problem.contains("bbb"), "{problem}");
    fs::create_dir(cache.join("refs")).unwrap();
    fs::write(cache.join("refs/main"), "bbb\n").unwrap();
    assert!(locate(&cache).unwrap().folder.ends_with("snapshots/bbb"));

    let problem = check(folder.path()).unwrap_err().to_string();
    assert!(problem.contains("cache of the Hub") && problem.contains(CACHE), "{problem}");
    let empty = with(&["models--a--b/snapshots/"]);
    let problem = locate(&empty.path().join("models--a--b")).unwrap_err().to_string();
    assert!(problem.contains("hf download a/b"), "{problem}");
    let plain = with(&["config.json"]);
    assert_eq!(locate(plain.path()).unwrap(), Located { folder: plain.path().to_owned(), name: None, revision: None });
}

#[test]
fn what_is_there_instead_is_told() {
    for (names, expected) in [
        (&["global_step100/zero_pp_rank_0_mp_rank_00_optim_states.pt", "latest"][..], "zero_to_fp32.py . "),
        (&["mp_rank_00_model_states.pt"], "zero_to_fp32.py .. "),
        (&["pytorch_model_fsdp_0/x.distcp"], "accelerate merge-weights"),
        (&["checkpoint-500/config.json", "checkpoint-1000/config.json"], "checkpoint-500"),
        (&["README.md"], "has no config.json"),
    ] {
        let problem = check(with(names).path()).unwrap_err().to_string();
        assert!(problem.contains(expected), "{names:?}: {problem}");
    }
    for (names, expected) in [
        (&["config.json", "global_step100/"][..], "DeepSpeed ZeRO checkpoint (global_step100)"),
        (&["config.json", "tf_model.h5"], "tf_model.h5 is TensorFlow's"),
    ] {
        let folder = with(names);
        check(folder.path()).unwrap();
        let problem = without_weights(folder.path()).unwrap();
        assert!(problem.contains(expected), "{names:?}: {problem}");
    }
    assert_eq!(without_weights(with(&["config.json"]).path()), None);
    assert!(is_model(with(&["config.json", "pytorch_model.bin"]).path()));
    assert!(!is_model(with(&["config.json"]).path()));
}
