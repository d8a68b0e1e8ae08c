//! A supervisor that ends before it has run anything, and one that is started in an odd state.

use std::os::unix::fs::PermissionsExt;

use codegen_sandbox::{Limits, Sandbox};

/// Answers every question as Python does, and says that it is Python itself, but runs `end` in the supervisor's place.
fn python(folder: &std::path::Path, end: &str) -> std::path::PathBuf {
    let path = folder.join("python");
    let script = format!(
        "#!/bin/sh\ncase \"$4\" in\n\
         'import os, sys; sys.stdout.buffer.write'*) printf 'python ' ; printf %s '{}' | od -An -v -tx1 | tr -d ' \\n' ;;\n\
         *'def receive'*) {end} ;;\n\
         *) exec /usr/bin/env python3 \"$@\" ;;\nesac\n",
        path.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn its_exit_status_or_signal_and_its_last_words_are_told() {
    let table = [
        ("echo first >&2; echo 'no such luck' >&2; exit 3", "with exit status 3; its last words: no such luck"),
        ("exit 0", "with exit status 0, without a word"),
        ("kill -TERM $$", "by signal 15 (SIGTERM), without a word"),
        (
            "echo oh >&2; kill -KILL $$",
            "by signal 9 (SIGKILL: another process or the kernel, perhaps for want of memory, has ended it); its last words: oh",
        ),
    ];
    for (end, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        let error = Sandbox::new(python(folder.path(), end), Limits::default()).map(drop).unwrap_err().to_string();
        let expected = format!("the supervisor has ended early, {expected}");
        assert!(error.ends_with(&expected), "{end}: {error}");
    }
}

/// Also started by the other test, in a process of its own: a mask of signals is a process's.
#[test]
fn a_program_is_run() {
    for (means, sandbox) in crate::support::sandboxes(&crate::support::limits()) {
        let report = crate::support::run(&sandbox, "print(1)");
        assert_eq!((report.outcome, report.stdout.as_str()), (codegen_sandbox::Outcome::Passed, "1\n"), "{means:?}");
    }
}

#[test]
fn the_state_that_a_process_is_started_in_is_no_hindrance() {
    let start = "import os, signal, sys\nexec(sys.argv[1])\nos.execv(sys.argv[2], sys.argv[2:])";
    for state in [
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))",
        "[signal.signal(s, signal.SIG_IGN) for s in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE)]",
        "os.setsid() if os.fork() == 0 else os._exit(os.waitstatus_to_exitcode(os.wait()[1]))",
        "os.close(0)",
        "os.closerange(0, 3)",
        "[os.environ.pop(name) for name in list(os.environ) if name != 'PATH']",
    ] {
        let own = std::env::current_exe().unwrap();
        let mut command = std::process::Command::new("python3");
        command.args(["-c", start, state]).arg(own).args(["--exact", "early::a_program_is_run"]);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{state}: {said}");
        // A name that no test has is a success, too. Without its streams the test cannot tell.
        assert!(state.starts_with("os.closerange") || said.contains("1 passed"), "{state}: {said}");
    }
}
