//! Fetching, from a server on the loopback address that answers as the Hub does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use codegen_hub::names::Hub;
use codegen_hub::remote::{Choice, Client, Environment, Fetched, Observer, choose};
use codegen_hub::store::Cache;
use codegen_hub::testing::{Asked, Double, Fault, Host, Remembering};
use codegen_hub::{HubError, Name};

const REPOSITORY: &str = "a/b";
const FILE: &str = "model.gguf";

fn bytes() -> Vec<u8> {
    (0..300_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn hub(text: &str) -> Hub {
    match Name::parse(text).unwrap().unwrap() {
        Name::Hub(hub) => hub,
        Name::Builtin => panic!("{text} is built in"),
    }
}

/// A double with one GGUF, and a cache of its own.
struct Scene {
    double: Double,
    folder: tempfile::TempDir,
    environment: Environment,
    observer: Remembering,
}

impl Scene {
    fn new() -> Self {
        let double = Double::new();
        double.put(REPOSITORY, FILE, bytes());
        let folder = tempfile::tempdir().unwrap();
        let mut environment = Environment::read(&|_| None, Some(folder.path().to_owned())).unwrap();
        environment.endpoint = double.endpoint();
        environment.cache = Cache::new(folder.path().join("hub"));
        Self { double, folder, environment, observer: Remembering::default() }
    }

    fn pull(&mut self, name: &str) -> Result<Fetched, HubError> {
        let (name, client) = (hub(name), Client::new(self.environment.clone())?);
        let listing = client.listing(&name, &mut self.observer)?;
        let files = match choose(&listing, &name, None, &["Q8_0"])? {
            Choice::Gguf(file) => vec![file],
            Choice::Checkpoint { about, weights } => [about, weights].concat(),
        };
        client.fetch(&name, &listing, &files, &mut self.observer)
    }

    #[track_caller]
    fn fetched(&mut self) -> Fetched {
        let fetched = self.pull("hf:a/b").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(fs::read(&fetched.paths[0]).unwrap(), bytes());
        fetched
    }

    #[track_caller]
    fn refused(&mut self, name: &str) -> String {
        self.pull(name).unwrap_err().to_string()
    }

    /// The ranges that the host of large files was asked for.
    fn ranges(&self) -> Vec<Option<String>> {
        let asked = self.double.asked().into_iter();
        asked.filter(|asked| asked.host == Host::Cdn).map(|asked| asked.range).collect()
    }

    /// The contents in the cache, whole or not.
    fn blobs(&self) -> Vec<String> {
        let folder = self.folder.path().join("hub/models--a--b/blobs");
        let mut names: Vec<_> = fs::read_dir(folder)
            .map(|files| files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect())
            .unwrap_or_default();
        names.sort();
        names
    }
}

fn status(status: u16) -> Fault {
    Fault::Status(status, Vec::new())
}

#[test]
fn a_file_comes_by_way_of_the_host_for_large_ones_and_then_needs_no_network() {
    let mut scene = Scene::new();
    let fetched = scene.fetched();
    assert_eq!(fetched.new.len(), 1);
    let asked = scene.double.asked();
    let hosts: Vec<_> = asked.iter().map(|asked| asked.host).collect();
    assert_eq!(hosts, [Host::Hub, Host::Hub, Host::Cdn], "{asked:?}");
    assert_eq!(scene.observer.progress.last(), Some(&(300_000, 300_000)));
    let path = fetched.paths[0].strip_prefix(scene.folder.path().join("hub/models--a--b/snapshots")).unwrap();
    assert_eq!(path.file_name(), Some(FILE.as_ref()));
    assert_eq!(path.components().count(), 2);

    // Asked again, only the list of files is.
    assert!(scene.fetched().new.is_empty());
    assert_eq!(scene.double.asked().len(), 1);
    scene.environment.offline = Some("HF_HUB_OFFLINE");
    assert!(scene.fetched().new.is_empty());
    assert_eq!(scene.double.asked(), []);
}

#[test]
fn where_nothing_may_be_fetched_nothing_is_asked() {
    let mut scene = Scene::new();
    scene.environment.offline = Some("HF_HUB_OFFLINE");
    let said = scene.refused("hf:a/b");
    assert!(said.contains("hf:a/b is not on this machine, and HF_HUB_OFFLINE is set"), "{said}");
    assert_eq!(scene.double.asked(), []);
}

#[test]
fn a_small_file_is_checked_by_git_s_hash() {
    let mut scene = Scene::new();
    for (file, text) in [("config.json", "{}"), ("pytorch_model.bin", "weights"), ("vocab.json", "")] {
        scene.double.put("a/c", file, text);
    }
    let fetched = scene.pull("hf:a/c").unwrap();
    assert_eq!(fs::read_to_string(&fetched.paths[0]).unwrap(), "{}");
    assert_eq!(fetched.paths.len(), 3);
    scene.double.put("a/c", "config.json", "{ }");
    scene.double.fail(Host::Hub, "config.json", [Fault::WrongByte]);
    let said = scene.refused("hf:a/c");
    assert!(said.contains("config.json") && said.contains("git's SHA-1"), "{said}");
}

#[test]
fn a_cut_connection_is_gone_on_with_from_the_byte_that_came_last() {
    let mut scene = Scene::new();
    scene.double.fail(Host::Cdn, "", [Fault::CutAfter(100_000), Fault::CutAfter(50_000), Fault::CutAfter(0)]);
    scene.fetched();
    let asked: Vec<Asked> = scene.double.asked().into_iter().filter(|asked| asked.host == Host::Cdn).collect();
    let ranges: Vec<_> = asked.iter().map(|asked| asked.range.as_deref()).collect();
    assert_eq!(ranges, [None, Some("bytes=100000-"), Some("bytes=150000-"), Some("bytes=150000-")]);
    assert!(
        asked[1..].iter().all(|asked| asked.if_range.as_deref().is_some_and(|version| version.starts_with("\"cdn-")))
    );
    assert_eq!(scene.observer.notes.len(), 3, "{:?}", scene.observer.notes);
    // A try that brought nothing is followed by a longer wait.
    assert_eq!(scene.observer.waits, [1, 1, 2].map(Duration::from_secs));
}

#[test]
fn what_an_ended_program_left_is_gone_on_with() {
    let mut scene = Scene::new();
    scene.observer.cancel_at = Some(1);
    scene.double.fail(Host::Cdn, "", [Fault::StallAfter(70_000)]);
    // The server does not end the connection, and no time is long enough: the call returns all the same.
    let said = scene.refused("hf:a/b");
    assert!(said.starts_with("cancelled; what was fetched is kept"), "{said}");
    let [part] = scene.blobs().try_into().unwrap();
    assert!(part.ends_with(".incomplete"), "{part}");
    let kept = fs::metadata(scene.folder.path().join("hub/models--a--b/blobs").join(part)).unwrap().len();
    assert!((1..=70_000).contains(&kept));
    let _ = scene.double.asked();
    scene.observer = Remembering::default();
    scene.fetched();
    assert_eq!(scene.ranges(), [Some(format!("bytes={kept}-"))]);
}

#[test]
fn a_server_that_falls_silent_counts_as_cut() {
    let mut scene = Scene::new();
    scene.environment.patience = Duration::from_millis(200);
    scene.double.fail(Host::Cdn, "", [Fault::StallAfter(70_000)]);
    scene.fetched();
    assert_eq!(scene.ranges(), [None, Some("bytes=70000-".to_owned())]);
}

#[test]
fn a_connection_that_always_ends_is_given_up_and_what_came_is_kept() {
    let mut scene = Scene::new();
    scene.double.fail(Host::Cdn, "", [Fault::CutAfter(10)].into_iter().chain((0..5).map(|_| Fault::CutAfter(0))));
    let said = scene.refused("hf:a/b");
    assert!(said.contains("the 10 of 300000 bytes that came are kept"), "{said}");
    scene.fetched();
}

#[test]
fn wrong_bytes_are_refused_and_nothing_of_them_is_left() {
    let mut scene = Scene::new();
    scene.double.fail(Host::Cdn, "", [Fault::WrongByte]);
    let said = scene.refused("hf:a/b");
    assert!(said.contains("model.gguf") && said.contains("SHA-256") && said.contains("removed"), "{said}");
    assert_eq!(scene.blobs(), [""; 0]);
    scene.fetched();
}

#[test]
fn a_wrong_beginning_that_was_left_here_costs_a_second_try_and_no_more() {
    let mut scene = Scene::new();
    let part = {
        let fetched = scene.fetched();
        let blob = fs::canonicalize(&fetched.paths[0]).unwrap();
        fs::remove_file(&fetched.paths[0]).unwrap();
        fs::remove_file(&blob).unwrap();
        blob.with_extension("incomplete")
    };
    for left in [vec![7; 1000], vec![7; 400_000]] {
        let _ = scene.double.asked();
        fs::write(&part, &left).unwrap();
        let fetched = scene.fetched();
        let ranges = scene.ranges();
        assert_eq!(ranges.last(), Some(&None), "{ranges:?}");
        let blob = fs::canonicalize(&fetched.paths[0]).unwrap();
        fs::remove_file(&fetched.paths[0]).unwrap();
        fs::remove_file(blob).unwrap();
    }
}

#[test]
fn servers_that_know_no_ranges_or_send_too_much_or_too_little_are_borne_or_refused() {
    let mut scene = Scene::new();
    scene.double.fail(Host::Cdn, "", [Fault::CutAfter(1000), Fault::IgnoresRanges]);
    scene.fetched();

    let mut scene = Scene::new();
    scene.double.fail(Host::Cdn, "", [Fault::TooMuch]);
    let said = scene.refused("hf:a/b");
    assert!(said.contains("more than the 300000 bytes"), "{said}");

    let mut scene = Scene::new();
    scene.double.fail(Host::Cdn, "", (0..10).map(|_| Fault::Short(1000)));
    let said = scene.refused("hf:a/b");
    assert!(said.contains("fewer bytes than the Hub says"), "{said}");
    assert!(scene.double.asked().len() < 12);
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    let mut scene = Scene::new();
    let limited = |seconds: &str| Fault::Status(429, vec![("Retry-After", seconds.to_owned())]);
    scene.double.fail(Host::Hub, "api/models", [limited("7")]);
    scene.double.fail(Host::Cdn, "", [limited("11"), status(503)]);
    scene.fetched();
    assert_eq!(scene.observer.waits, [7, 11, 2].map(Duration::from_secs));
    assert!(scene.observer.notes[0].contains("asks to wait 7 s"), "{:?}", scene.observer.notes);

    let mut scene = Scene::new();
    scene.double.fail(Host::Hub, "resolve", [limited("3600")]);
    let said = scene.refused("hf:a/b");
    assert!(said.contains("asks to wait 60 min") && said.contains("HF_TOKEN"), "{said}");
    assert_eq!(scene.observer.waits, []);

    let mut scene = Scene::new();
    scene.double.fail(Host::Cdn, "", (0..10).map(|_| status(500)));
    let said = scene.refused("hf:a/b");
    assert!(said.contains("failed with status 500 at each of 5 tries"), "{said}");
}

#[test]
fn refusals_say_what_to_do() {
    let refused = |prepare: &dyn Fn(&mut Scene), name: &str| {
        let mut scene = Scene::new();
        prepare(&mut scene);
        scene.refused(name)
    };
    let token = |scene: &mut Scene, token: &str| scene.environment.token = Some(token.to_owned());
    for (said, parts) in [
        (refused(&|_| (), "hf:a/none"), vec!["no repository a/none", "check the name", "set HF_TOKEN"]),
        (refused(&|scene| token(scene, "hf_other"), "hf:a/none"), vec!["no repository a/none", "permissions"]),
        (refused(&|scene| scene.double.hide("a/b", "hf_good"), "hf:a/b"), vec!["or it is private", "HF_TOKEN"]),
        (
            refused(&|scene| token(scene, "hf_bad"), "hf:a/b"),
            vec!["does not accept the token", "unset it", "for a public model"],
        ),
        (refused(&|scene| scene.double.gate("a/b"), "hf:a/b"), vec!["accepted its terms", "/a/b", "then set HF_TOKEN"]),
        (
            refused(
                &|scene| {
                    token(scene, "hf_other");
                    scene.double.gate("a/b");
                },
                "hf:a/b",
            ),
            vec!["accepted its terms", "the account that the token belongs to"],
        ),
        (refused(&|_| (), "hf:a/b@v9"), vec!["no revision v9", "leave it out"]),
        (refused(&|_| (), "hf:a/b:other.gguf"), vec!["no such file", "its GGUFs are model.gguf"]),
        (
            refused(&|scene| scene.double.fail(Host::Cdn, "", [status(403)]), "hf:a/b"),
            vec!["refuses to give model.gguf of a/b (status 403)", "proxy"],
        ),
        (
            refused(&|scene| scene.double.fail(Host::Hub, "resolve", [status(404)]), "hf:a/b"),
            vec!["has no model.gguf of a/b (status 404)", "HF_ENDPOINT"],
        ),
        (
            refused(&|scene| scene.double.fail(Host::Hub, "api", [Fault::Page]), "hf:a/b"),
            vec!["as no Hugging Face Hub does", "not the description of a model", "proxy"],
        ),
        (refused(&|scene| scene.double.fail(Host::Cdn, "", [Fault::Page]), "hf:a/b"), vec!["model.gguf"]),
        (
            refused(
                &|scene| {
                    let to = "ftp://elsewhere/x\u{7f}".to_owned();
                    scene.double.fail(Host::Hub, "resolve", [Fault::Redirect(to.replace('\u{7f}', ""))]);
                },
                "hf:a/b",
            ),
            vec!["redirects to ftp://elsewhere/x"],
        ),
        (
            refused(
                &|scene| {
                    let circle = || Fault::Redirect("/a/b/resolve/main/model.gguf".to_owned());
                    scene.double.fail(Host::Hub, "resolve", (0..20).map(|_| circle()));
                },
                "hf:a/b",
            ),
            vec!["in a circle"],
        ),
        (
            refused(&|scene| scene.environment.endpoint = "http://127.0.0.1:1".to_owned(), "hf:a/b"),
            vec!["cannot reach 127.0.0.1:1", "HTTPS_PROXY", "HF_ENDPOINT"],
        ),
    ] {
        assert!(parts.iter().all(|part| said.contains(part)), "{parts:?}: {said}");
    }
}

#[test]
fn a_token_is_sent_to_the_hub_and_to_no_other_host() {
    let mut scene = Scene::new();
    scene.double.hide(REPOSITORY, "hf_good");
    scene.environment.token = Some("hf_good".to_owned());
    scene.fetched();
    for asked in scene.double.asked() {
        let expected = (asked.host == Host::Hub).then_some("Bearer hf_good");
        assert_eq!(asked.authorization.as_deref(), expected, "{asked:?}");
    }
}

#[test]
fn a_renamed_repository_is_followed() {
    let mut scene = Scene::new();
    let to = |path: &str| Fault::Redirect(path.to_owned());
    scene.double.fail(Host::Hub, "api/models/a/old/", [to("/api/models/a/b/revision/main?blobs=true")]);
    scene.double.fail(Host::Hub, "/a/old/resolve", [to("/a/b/resolve/main/model.gguf")]);
    let fetched = scene.pull("hf:a/old").unwrap();
    assert_eq!(fs::read(&fetched.paths[0]).unwrap(), bytes());
}

#[test]
fn where_the_hub_cannot_be_reached_the_cache_serves() {
    let mut scene = Scene::new();
    scene.fetched();
    scene.environment.endpoint = "http://127.0.0.1:1".to_owned();
    assert!(scene.fetched().new.is_empty());
    assert!(scene.observer.notes[0].contains("cannot reach"), "{:?}", scene.observer.notes);
}

#[test]
fn a_proxy_is_used() {
    let mut scene = Scene::new();
    // The proxy of this test is the Hub itself; the address does not exist.
    scene.environment.proxy = Some(ureq::Proxy::new(&scene.double.endpoint()).unwrap());
    scene.environment.endpoint = "http://hub.invalid".to_owned();
    let said = scene.refused("hf:a/b");
    let asked = scene.double.asked();
    assert!(!asked.is_empty(), "nothing came to the proxy: {said}");
}

/// Waits for what others hold, and counts how often it had to.
#[derive(Default)]
struct Patient(u32);

impl Observer for Patient {
    fn note(&mut self, text: &str) {
        assert!(text.contains("another program fetches"), "{text}");
        self.0 += 1;
    }

    fn wait(&mut self, _: Duration) {
        std::thread::yield_now();
    }
}

#[test]
fn many_who_want_one_file_fetch_it_once() {
    let scene = Scene::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let environment = scene.environment.clone();
            scope.spawn(move || {
                let (name, client) = (hub("hf:a/b"), Client::new(environment).unwrap());
                let mut observer = Patient::default();
                let listing = client.listing(&name, &mut observer).unwrap();
                let fetched = client.fetch(&name, &listing, &listing.files, &mut observer).unwrap();
                assert_eq!(fs::read(&fetched.paths[0]).unwrap(), bytes());
                assert!(observer.0 <= 1);
            });
        }
    });
    assert_eq!(scene.ranges().len(), 1);
    assert_eq!(scene.blobs().len(), 1);
}

#[test]
fn a_file_that_python_s_client_has_fetched_is_not_fetched_again() {
    let mut scene = Scene::new();
    let fetched = scene.fetched();
    let commit = fetched.paths[0].parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let blob = fs::canonicalize(&fetched.paths[0]).unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    // As `hf download` lays it out.
    let cache = scene.folder.path().join("python");
    let repository = cache.join("models--a--b");
    for folder in ["blobs", "refs", &format!("snapshots/{commit}")] {
        fs::create_dir_all(repository.join(folder)).unwrap();
    }
    fs::write(repository.join("blobs").join(&blob), bytes()).unwrap();
    fs::write(repository.join("refs/main"), &commit).unwrap();
    link(&repository, &commit, &blob);
    scene.environment.cache = Cache::new(cache);
    let _ = scene.double.asked();
    assert!(scene.fetched().new.is_empty());
    assert_eq!(scene.double.asked().len(), 1);
}

#[cfg(unix)]
fn link(repository: &Path, commit: &str, blob: &str) {
    let path = repository.join("snapshots").join(commit).join(FILE);
    std::os::unix::fs::symlink(format!("../../blobs/{blob}"), path).unwrap();
}

#[cfg(not(unix))]
fn link(repository: &Path, commit: &str, blob: &str) {
    let path = repository.join("snapshots").join(commit).join(FILE);
    fs::copy(repository.join("blobs").join(blob), path).unwrap();
}
