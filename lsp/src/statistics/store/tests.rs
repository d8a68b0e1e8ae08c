use super::*;
use crate::statistics::event::{Event, Kind, Writer};

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn days_later(days: u64) -> SystemTime {
    NOW + Duration::from_secs(days * 86_400)
}

/// A store in a folder that does not exist yet.
fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(&folder.path().join("a/statistics"));
    (folder, store)
}

fn taken(times: usize) -> Statistics {
    let mut counts = Statistics::default();
    (0..times).for_each(|_| counts.record(Event::Taken(Kind::Line)));
    counts.record(Event::Written(Writer::Model, times));
    counts
}

fn read(store: &Store) -> (u64, Vec<String>) {
    let Stored { counts, problems, .. } = store.read(&Day::of(NOW));
    let problems = problems.iter().map(|problem| {
        problem.to_string().strip_prefix(&format!("{}/", store.folder().display())).unwrap_or_default().to_owned()
    });
    (counts.characters.model, problems.collect())
}

fn names(store: &Store) -> Vec<String> {
    let entries = fs::read_dir(store.folder()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn days_add_up() {
    let (_folder, store) = store();
    assert_eq!(read(&store), (0, vec![]), "nothing yet");
    assert!(!store.folder().exists(), "reading leaves no trace");
    for (day, times) in [(0, 1), (0, 2), (3, 4)] {
        store.add(days_later(day), &taken(times)).unwrap();
    }
    let stored = store.read(&Day::of(NOW));
    assert_eq!(stored.counts.kinds[&Kind::Line].taken, 7);
    let days: Vec<&str> = stored.days.iter().map(Day::name).collect();
    assert_eq!(days, ["1970-01-01", "1970-01-04"]);
    assert_eq!(store.read(&Day::of(days_later(1))).counts, taken(4));
    assert_eq!(names(&store), ["1970-01-01.json", "1970-01-04.json", LOCK]);
}

#[test]
fn what_many_servers_count_at_once_is_all_there() {
    let (_folder, mut store) = store();
    store.patience = Duration::from_secs(600);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| store.add(NOW, &taken(1)).unwrap()));
        }
    });
    assert_eq!(read(&store), (20, vec![]));
}

#[test]
fn what_cannot_be_read_is_named_and_left_out() {
    let (_folder, store) = store();
    store.add(NOW, &taken(1)).unwrap();
    let write = |day: u64, text: &str| fs::write(store.path(&Day::of(days_later(day))), text).unwrap();
    write(1, "{\"version\": 1, \"counts\"");
    write(2, "{\"version\": 2, \"counts\": {\"other\": []}}");
    write(3, "{\"version\": 1, \"counts\": {\"tokens\": -1}}");
    write(4, &" ".repeat(MOST as usize + 1));
    fs::create_dir(store.path(&Day::of(days_later(5)))).unwrap();
    fs::write(store.folder().join("notes.json"), "no day").unwrap();
    let (model, problems) = read(&store);
    assert_eq!(model, 1);
    let starts = [
        "1970-01-02.json: it is not JSON: EOF",
        "1970-01-03.json: it was written by a newer codegen-lsp",
        "1970-01-04.json: it has no counts: ",
        "1970-01-05.json: it is larger than 1048576 bytes",
        "1970-01-06.json: it is not a file",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
    // It is not lost, and in nobody's way.
    store.add(days_later(1), &taken(2)).unwrap();
    assert_eq!(fs::read_to_string(store.folder().join("1970-01-02.broken")).unwrap(), "{\"version\": 1, \"counts\"");
    assert_eq!(read(&store).0, 3);
    // A newer one's file is left alone.
    let refused = store.add(days_later(2), &taken(1)).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
    assert!(fs::read_to_string(store.path(&Day::of(days_later(2)))).unwrap().contains("other"));
}

#[test]
fn old_days_go() {
    let (_folder, store) = store();
    for day in [0, 1, DAYS - 1] {
        store.add(days_later(day), &taken(1)).unwrap();
    }
    assert_eq!(read(&store).0, 3, "90 days are kept");
    fs::write(store.folder().join(".1970-01-01.json.x.part"), "being written").unwrap();
    store.add(days_later(DAYS), &taken(1)).unwrap();
    assert_eq!(read(&store).0, 3, "the first has gone");
    assert!(names(&store).contains(&".1970-01-01.json.x.part".to_owned()), "somebody may be writing it");
}

#[test]
fn a_reset_removes_counts_and_nothing_else() {
    let (_folder, store) = store();
    assert_eq!(store.reset().unwrap(), 0);
    assert!(!store.folder().exists());
    store.add(NOW, &taken(1)).unwrap();
    store.add(days_later(1), &taken(1)).unwrap();
    fs::write(store.folder().join("1970-01-01.broken"), "").unwrap();
    fs::write(store.folder().join("notes.json"), "no day").unwrap();
    assert_eq!(store.reset().unwrap(), 2);
    assert_eq!(names(&store), [LOCK, "notes.json"]);
}

#[test]
fn a_lock_that_is_held_is_waited_for_and_then_named() {
    let (_folder, mut store) = store();
    store.patience = Duration::from_millis(20);
    store.add(NOW, &taken(1)).unwrap();
    let held = store.lock().unwrap();
    let refused = store.add(NOW, &taken(1)).unwrap_err();
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
    drop(held);
    store.add(NOW, &taken(1)).unwrap();
    assert_eq!(read(&store).0, 2);
}

#[test]
fn what_the_system_refuses_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let store = Store::at(&file);
    assert!(store.add(NOW, &taken(1)).unwrap_err().to_string().starts_with(&format!("{}: ", file.display())));
    assert_eq!(store.read(&Day::of(NOW)).problems.len(), 1);
}

#[cfg(unix)]
#[test]
fn the_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, store) = store();
    store.add(NOW, &taken(1)).unwrap();
    assert_eq!(fs::metadata(store.folder()).unwrap().permissions().mode() & 0o777, 0o700);
}
