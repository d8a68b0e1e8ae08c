//! What becomes of a run from its caller's side: cancelling, running side by side, what stays behind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use codegen_sandbox::{Limits, Outcome, Report};

use crate::support::{alive, limits, marker, named, never, run, sandboxes};

#[test]
fn cancelling_ends_it_with_its_children() {
    for (means, sandbox) in sandboxes(&Limits { wall: Duration::from_secs(600), ..limits() }) {
        let marker = marker();
        let program = named(&marker)
            + "import os, time\nif os.fork() == 0:\n  os.setsid(); os.fork()\nwhile True: time.sleep(1000)";
        let cancel = Arc::new(AtomicBool::new(false));
        let running = std::thread::spawn({
            let (sandbox, cancel) = (sandbox.clone(), Arc::clone(&cancel));
            move || sandbox.run(&program, &cancel)
        });
        while alive(&marker).len() < 3 && !running.is_finished() {
            std::thread::yield_now();
        }
        cancel.store(true, Ordering::Relaxed);
        let report = running.join().unwrap().unwrap();
        assert_eq!(report.outcome, Outcome::Cancelled, "{means:?} {report:#?}");
        assert_eq!(alive(&marker), [0; 0], "{means:?}");
    }
}

#[test]
fn what_was_cancelled_before_is_not_started() {
    for (means, sandbox) in sandboxes(&limits()) {
        let report = sandbox.run("print('ran')", &Arc::new(AtomicBool::new(true))).unwrap();
        assert_eq!((report.outcome, report.stdout.as_str()), (Outcome::Cancelled, ""), "{means:?}");
    }
}

#[test]
fn eight_at_the_same_time_do_not_see_each_other() {
    let program = "import os, threading\nopen('mine', 'x').write('1')\nstop = threading.Event()\n\
        threads = [threading.Thread(target=stop.wait) for _ in range(4)]\n\
        for t in threads: t.start()\nstop.set()\nprint(os.listdir('.'))";
    for (means, sandbox) in sandboxes(&limits()) {
        let together = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (sandbox, together) = (sandbox.clone(), Arc::clone(&together));
                std::thread::spawn(move || {
                    together.wait();
                    run(&sandbox, program)
                })
            })
            .collect();
        let reports: Vec<Report> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        for report in reports {
            assert_eq!(
                (&report.outcome, report.stdout.as_str()),
                (&Outcome::Passed, "['mine']\n"),
                "{means:?} {report:#?}"
            );
        }
    }
}

#[test]
fn whatever_it_makes_is_gone_afterwards() {
    let program = "import os\nprint(os.getcwd(), flush=True)\nopen('file', 'w').close(); os.chmod('file', 0)\n\
        os.symlink('/', 'root'); os.mkfifo('pipe'); os.mkdir('up0')\n\
        os.makedirs('locked/inner'); open('locked/inner/file', 'w').close()\n\
        os.chmod('locked/inner', 0); os.chmod('locked', 0)\n\
        for n in range(3000): os.mkdir('deep'); os.chdir('deep')\nopen('bottom', 'w').close()\n";
    for (means, sandbox) in sandboxes(&limits()) {
        let report = run(&sandbox, program);
        assert_eq!(report.outcome, Outcome::Passed, "{means:?} {report:#?}");
        let folder = std::path::Path::new(report.stdout.trim());
        // With namespaces it never was anywhere but in memory.
        if !report.isolation.processes {
            assert!(!folder.parent().unwrap().exists(), "{means:?}: {}", folder.display());
        }
    }
}

#[test]
fn a_program_without_rights_to_its_own_folder_leaves_nothing() {
    let take_away = [
        "os.chmod('.', 0)",
        "os.makedirs('a/b/c'); os.chmod('a/b/c', 0); os.chmod('a/b', 0); os.chmod('a', 0); os.chmod('.', 0)",
        "open('f', 'w').close(); os.chmod('f', 0); os.chmod('.', 0o100)",
        "os.mkdir('a'); os.symlink('a', 'b'); os.symlink('.', 'a/loop'); os.chmod('a', 0o400); os.chmod('.', 0o200)",
        "\nfor place in ('..', '../program'):\n  try: os.chmod(place, 0)\n  except OSError: pass",
        // What is in its folder's place then is not what is removed.
        "\ntry: os.rename('../job', '../other'); os.symlink('/', '../job')\nexcept OSError: pass",
        "os.chmod('.', 0)\nwhile True: pass",
    ];
    for (means, sandbox) in sandboxes(&Limits { wall: Duration::from_secs(2), ..limits() }) {
        for take_away in take_away {
            let program = format!("import os\nprint(os.getcwd(), flush=True)\n{take_away}");
            let report = run(&sandbox, &program);
            let endless = take_away.ends_with("while True: pass");
            assert!(report.outcome == Outcome::Passed || endless, "{means:?} {take_away} {report:#?}");
            let folder = std::path::Path::new(report.stdout.trim());
            if !report.isolation.processes {
                assert!(!folder.parent().unwrap().exists(), "{means:?} {take_away}: {}", folder.display());
            }
        }
    }
}

#[test]
fn output_that_nobody_closes_is_not_waited_for() {
    let program = "import os, time\nprint('parent', flush=True)\n\
        if os.fork() == 0:\n  os.setsid()\n  while True: time.sleep(1000)\n";
    for (means, sandbox) in sandboxes(&limits()) {
        let report = sandbox.run(program, &never()).unwrap();
        assert_eq!((&report.outcome, report.stdout.as_str()), (&Outcome::Passed, "parent\n"), "{means:?}");
    }
}
