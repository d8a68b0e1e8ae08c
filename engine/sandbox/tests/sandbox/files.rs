//! Programs that read or write what is not theirs.

use std::path::Path;

use codegen_sandbox::{Outcome, Sandbox};

use crate::support::{limits, printed, run};

/// Tries to get at a file in all the ways there are. Prints `GOT` when one of them succeeds.
const READ: &str = r#"
import os
def attempt(what, action):
    try:
        found = action()
    except OSError as e:
        return
    print('GOT', what, found)
def read(path):
    return open(path).read()
os.symlink(SECRET, 'link')
os.symlink(os.path.dirname(SECRET), 'folder')
attempt('open', lambda: read(SECRET))
attempt('link', lambda: read('link'))
attempt('listdir', lambda: os.listdir(os.path.dirname(SECRET)))
attempt('folder', lambda: os.listdir('folder'))
attempt('dots', lambda: read('../' * 40 + SECRET))
attempt('hard link', lambda: (os.link(SECRET, 'hard'), read('hard')))
for pid in ('1', 'self', str(PARENT), str(os.getppid())):
    for way in ('root', 'cwd'):
        attempt('proc', lambda: read(f'/proc/{pid}/{way}/{SECRET}'))
attempt('chroot', lambda: (os.chroot('.'), read('../' * 40 + SECRET)))
"#;

const WRITE: &str = r#"
attempt('write', lambda: open(SECRET, 'a').write('spoilt'))
attempt('remove', lambda: os.unlink(SECRET))
attempt('beside', lambda: open(SECRET + '.new', 'w').write('spoilt'))
attempt('rename', lambda: os.rename(SECRET, 'mine'))
for folder in ('/', '/usr', '/etc', '/program', os.path.dirname(os.__file__), '/bin'):
    attempt('system', lambda: open(folder + '/sandbox-was-here', 'w').write('spoilt'))
"#;

/// Attempts that need no file to be there.
const SYSTEM: &str = r#"
import os
for path in ('/proc/1/environ', f'/proc/{PARENT}/environ', '/proc/1/mem', '/proc/1/fd', f'/proc/{PARENT}/fd', '/proc/kcore',
             '/proc/1/maps', '/etc/shadow', '/dev/vda', '/dev/mem', '/dev/tty', os.path.expanduser('~root')):
    try:
        print('GOT', path, os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(10))
    except OSError:
        pass
"#;

fn check(folder: &Path) {
    let place = tempfile::tempdir_in(folder).unwrap();
    let secret = place.path().join("secret.txt");
    std::fs::write(&secret, "the secret").unwrap();
    let names = format!("SECRET, PARENT = {:?}, {}\n", secret.to_str().unwrap(), std::process::id());
    printed(&limits(), &format!("{names}{READ}{WRITE}"), |out, report| {
        // Without a means to guard files, an ordinary user's program reads what that user reads, and this is said.
        if report.isolation.files {
            assert_eq!(out, "");
            let names: Vec<_> = std::fs::read_dir(place.path()).unwrap().collect();
            assert_eq!(names.len(), 1, "{names:?}");
            assert_eq!(std::fs::read_to_string(&secret).unwrap(), "the secret");
        }
        std::fs::write(&secret, "the secret").unwrap();
    });
}

#[test]
fn a_secret_in_the_home_folder_stays_there() {
    check(Path::new(&std::env::var_os("HOME").unwrap_or("/root".into())));
}

#[test]
fn a_secret_in_the_folder_for_temporary_files_stays_there() {
    check(&std::env::temp_dir());
}

#[test]
fn a_secret_in_this_repository_stays_there() {
    check(Path::new(env!("CARGO_TARGET_TMPDIR")));
}

#[test]
fn the_system_keeps_its_secrets() {
    let program = format!("PARENT = {}\n{SYSTEM}", std::process::id());
    printed(&limits(), &program, |out, report| {
        if report.isolation.files {
            assert_eq!(out, "");
        }
    });
}

#[test]
fn landlock_guards_files_and_this_is_claimed() {
    use codegen_sandbox::Means;

    use crate::support::{run, sandboxes};
    let place = tempfile::tempdir().unwrap();
    let secret = place.path().join("secret.txt");
    std::fs::write(&secret, "the secret").unwrap();
    let names = format!("SECRET, PARENT = {:?}, {}\n", secret.to_str().unwrap(), std::process::id());
    for (means, sandbox) in sandboxes(&limits()).into_iter().filter(|(means, _)| *means <= Means::Landlock) {
        let report = run(&sandbox, &format!("{names}{READ}"));
        let guarded = means == Means::Landlock && has_landlock();
        assert_eq!((report.isolation.files, report.isolation.processes), (guarded, false), "{means:?}");
        if guarded {
            assert_eq!(report.stdout, "");
        }
    }
}

fn has_landlock() -> bool {
    let asked = "import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 3)";
    std::process::Command::new("python3").args(["-c", asked]).status().unwrap().success()
}

#[test]
fn an_environment_in_the_folder_for_temporary_files_is_seen_and_cannot_be_changed() {
    let folder = tempfile::Builder::new().prefix("codegen-environment-").tempdir_in("/tmp").unwrap();
    let environment = folder.path().join("venv");
    let made = std::process::Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&environment).output();
    assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
    let packages = std::fs::read_dir(environment.join("lib")).unwrap().next().unwrap().unwrap().path();
    let module = packages.join("site-packages/found_here.py");
    std::fs::write(&module, "word = 'seen'").unwrap();
    // What keeps the program from writing to it must be the sandbox.
    std::fs::set_permissions(&module, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
    let program = "import found_here, os, sys, tempfile\n\
        print(found_here.word, os.path.basename(sys.prefix))\n\
        try:\n    open(found_here.__file__, 'a')\nexcept OSError as error:\n    print(error.strerror)\n\
        with tempfile.NamedTemporaryFile(dir='/tmp') as file:\n    print(file.write(b'x'))";
    let sandbox = Sandbox::new(environment.join("bin/python"), limits()).unwrap();
    let report = run(&sandbox, program);
    assert_eq!(report.outcome, Outcome::Passed, "{report:?}");
    // Without namespaces everybody's files are seen, and what can be written depends on more than the sandbox.
    if report.isolation.files {
        assert_eq!(report.stdout, "seen venv\nRead-only file system\n1\n");
    }
}
