use std::sync::mpsc::{Sender, channel};

use super::*;
use crate::names::Name;

fn hub(text: &str) -> Hub {
    match Name::parse(text).unwrap().unwrap() {
        Name::Hub(hub) => hub,
        Name::Builtin => panic!("{text} is built in"),
    }
}

fn entry(store: &Store, name: &Hub, file: &str) -> Entry {
    let file = store.place(name).unwrap().join(file);
    fs::write(&file, "GGUF").unwrap();
    Entry {
        name: name.to_string(),
        file,
        file_type: Some("Q8_0".to_owned()),
        repository: name.repository.clone(),
        commit: "0".repeat(40),
        source: "pytorch_model.bin".to_owned(),
        bytes: 4,
    }
}

#[test]
fn a_model_is_found_until_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("models"));
    let name = hub("codegen-350M-mono");
    assert_eq!(store.find(&name).unwrap(), Found::Nowhere);
    assert_eq!(store.list().unwrap(), (Vec::new(), Vec::new()));
    assert_eq!(store.remove(&name).unwrap(), None);
    assert!(!store.has(&name));
    let first = entry(&store, &name, "Q8_0.gguf");
    store.put(&name, &first).unwrap();
    assert!(store.has(&name));
    assert_eq!(store.find(&name).unwrap(), Found::Here(Box::new(first.clone())));
    assert_eq!(store.find(&hub("codegen-350M-multi")).unwrap(), Found::Nowhere);

    // Another type takes its place, and what an ended pull left goes.
    fs::write(first.file.with_file_name(".Q4_0.gguf.x.part"), "GG").unwrap();
    let second = entry(&store, &name, "Q4_0.gguf");
    store.put(&name, &second).unwrap();
    assert_eq!(store.list().unwrap().0, std::slice::from_ref(&second));
    assert_eq!(fs::read_dir(second.file.parent().unwrap()).unwrap().count(), 2, "the file and its entry");
    assert!(store.remove(&name).unwrap().is_some_and(|bytes| bytes > 4));
    assert_eq!(store.find(&name).unwrap(), Found::Nowhere);
    assert_eq!(fs::read_dir(store.folder()).unwrap().count(), 0);
}

#[test]
fn a_store_that_was_moved_still_has_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("here"));
    let name = hub("hf:a/b");
    store.put(&name, &entry(&store, &name, "Q8_0.gguf")).unwrap();
    fs::rename(folder.path().join("here"), folder.path().join("there")).unwrap();
    let moved = Store::new(folder.path().join("there"));
    assert!(matches!(moved.find(&name).unwrap(), Found::Here(entry) if entry.file.starts_with(moved.folder())));
}

#[test]
fn what_is_gone_or_damaged_is_told_and_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().to_owned());
    let (gone, damaged, good) = (hub("hf:a/gone"), hub("hf:a/damaged"), hub("hf:a/good"));
    for name in [&gone, &damaged, &good] {
        store.put(name, &entry(&store, name, "Q8_0.gguf")).unwrap();
    }
    fs::remove_file(store.place(&gone).unwrap().join("Q8_0.gguf")).unwrap();
    fs::write(store.place(&damaged).unwrap().join(ENTRY), "{").unwrap();
    fs::write(store.folder().join("a file"), "").unwrap();
    assert!(matches!(store.find(&gone).unwrap(), Found::Gone(_)));
    assert!(store.find(&damaged).unwrap_err().to_string().contains("pull the model again"));
    let (entries, problems) = store.list().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["hf:a/good"]);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().any(|problem| problem.contains("is gone")), "{problems:?}");
}

#[test]
fn a_lock_is_one_s_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().to_owned());
    let name = hub("codegen-350M-mono");
    let held = store.lock(&name, &mut || panic!("nobody has it")).unwrap();
    let (send, heard): (Sender<&str>, _) = channel();
    std::thread::scope(|scope| {
        let waiting = send.clone();
        let (store, name) = (&store, &name);
        scope.spawn(move || {
            let lock = store.lock(name, &mut || {
                let _ = waiting.send("waits");
                std::thread::yield_now();
                Ok(())
            });
            waiting.send(if lock.is_ok() { "has it" } else { "failed" }).unwrap();
        });
        assert_eq!(heard.recv().unwrap(), "waits");
        drop(held);
        assert_eq!(heard.iter().find(|said| *said != "waits"), Some("has it"));
    });
    // One that gives up gets its own error.
    let _held = store.lock(&name, &mut || Ok(())).unwrap();
    assert!(matches!(store.lock(&name, &mut || Err(HubError::Cancelled)), Err(HubError::Cancelled)));
}

#[test]
fn the_hub_s_cache_is_laid_out_as_its_own_tools_do() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("hub"));
    let (name, commit, hash) = (hub("hf:a/b@refs/pr/1"), "1".repeat(40), "2".repeat(64));
    assert_eq!(cache.commit(&name), None);
    let blob = cache.blob("a/b", &hash);
    fs::create_dir_all(blob.parent().unwrap()).unwrap();
    fs::write(&blob, "GGUF").unwrap();
    for file in ["x.gguf", "in/a/folder.gguf", "x.gguf"] {
        let path = cache.link("a/b", &commit, file, &hash).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "GGUF", "{file}");
        assert_eq!(cache.file("a/b", &commit, file), Some(path));
    }
    cache.set_commit(&name, &commit).unwrap();
    assert_eq!(cache.commit(&name), Some(commit.clone()));
    assert_eq!(cache.commit(&hub(&format!("hf:a/b@{commit}"))), Some(commit.clone()));
    assert_eq!(cache.commit(&hub("hf:a/b")), None, "main is another revision");
    for place in ["refs/pr/1", "blobs", "snapshots"].iter().map(|part| match *part {
        "refs/pr/1" => "models--a--b/refs/refs/pr/1".to_owned(),
        part => format!("models--a--b/{part}"),
    }) {
        assert!(folder.path().join("hub").join(&place).exists(), "{place}");
    }
    cache.remove("a/b", &commit, "x.gguf", &hash).unwrap();
    assert_eq!(cache.file("a/b", &commit, "x.gguf"), None);
    let _lock = cache.lock("a/b", &hash, &mut || Ok(())).unwrap();
    assert!(folder.path().join(format!("hub/.locks/models--a--b/{hash}.lock")).exists());
}
