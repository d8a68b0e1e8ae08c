//! Programs that use too much of something.

use codegen_sandbox::{Limits, Outcome};

use crate::support::{alive, everywhere, limits, marker, named, printed, short};

#[test]
fn sleeping_forever_ends_by_the_clock_and_keeps_what_was_written() {
    everywhere(&short(), "import time\nprint('before', flush=True)\nwhile True: time.sleep(1000)", |_, report| {
        assert_eq!(report.outcome, Outcome::TimedOut);
        assert_eq!(report.stdout, "before\n");
    });
}

#[test]
fn signals_that_can_be_ignored_do_not_keep_it_alive() {
    let program = "import signal, time\nfor s in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n\
        \x20 try: signal.signal(s, signal.SIG_IGN)\n  except (OSError, ValueError): pass\nprint('deaf', flush=True)\n";
    everywhere(&short(), &format!("{program}while True: time.sleep(1000)"), |_, report| {
        assert_eq!((&report.outcome, report.stdout.as_str()), (&Outcome::TimedOut, "deaf\n"));
    });
    let limits = Limits { cpu: std::time::Duration::from_secs(1), ..limits() };
    everywhere(&limits, &format!("{program}while True: pass"), |_, report| {
        assert_eq!(report.outcome, Outcome::OutOfCpu);
    });
}

#[test]
fn counting_forever_uses_up_the_processor_time() {
    let limits = Limits { cpu: std::time::Duration::from_millis(300), ..limits() };
    everywhere(&limits, "while True: pass", |_, report| assert_eq!(report.outcome, Outcome::OutOfCpu));
}

#[test]
fn ten_gigabytes_are_not_to_be_had() {
    for program in ["x = [0] * (10 << 27)", "x = []\nwhile True: x.append(bytes(1 << 20))", "x = bytearray(10 << 30)"] {
        everywhere(&limits(), program, |_, report| assert_eq!(report.outcome, Outcome::OutOfMemory, "{program}"));
    }
}

#[test]
fn endless_output_is_cut_and_ended() {
    for (stream, other) in [("stdout", "stderr"), ("stderr", "stdout")] {
        let program = format!(
            "import sys\nprint('note', file=sys.{other}, flush=True)\nwhile True: sys.{stream}.write('spam' * 100)"
        );
        everywhere(&Limits { output: 1000, ..limits() }, &program, |_, report| {
            assert_eq!(report.outcome, Outcome::TooMuchOutput);
            let (long, note) = match stream {
                "stdout" => (&report.stdout, &report.stderr),
                _ => (&report.stderr, &report.stdout),
            };
            assert!(long.starts_with("spam") && long.len() < 1100, "{} bytes", long.len());
            assert_eq!(note, "note\n");
        });
    }
}

#[test]
fn the_exception_is_found_behind_much_output() {
    let program = "import sys\nsys.stderr.write('spam\\n' * 2000)\nraise ValueError('found')";
    everywhere(&Limits { output: 1000, ..limits() }, program, |_, report| {
        assert_eq!(report.outcome, Outcome::Raised("ValueError: found".to_owned()));
        assert!(report.stderr.starts_with("spam\n") && report.stderr.len() < 1100, "{report:?}");
    });
}

#[test]
fn a_fork_bomb_stays_small_and_leaves_nothing() {
    let marker = marker();
    let program = named(&marker)
        + "import os, time\nwhile True:\n  try: os.fork()\n  except BlockingIOError: print('no more', flush=True); time.sleep(0.05)\n";
    let limits = Limits { processes: 8, output: 1 << 20, ..short() };
    everywhere(&limits, &program, |means, report| {
        assert!(matches!(report.outcome, Outcome::TimedOut | Outcome::OutOfCpu), "{report:?}");
        assert!(report.stdout.contains("no more"), "{report:?}");
        assert_eq!(alive(&marker), [0; 0], "{means:?}");
    });
}

#[test]
fn processes_and_threads_are_counted_exactly_where_they_can_be() {
    let program = "import os, threading, time\nstop = threading.Event()\nn = 1\n\
        try:\n  while n < 1000: threading.Thread(target=stop.wait).start(); n += 1\nexcept RuntimeError: pass\nprint(n); stop.set()";
    everywhere(&Limits { processes: 10, ..limits() }, program, |_, report| {
        assert_eq!(report.outcome, Outcome::Passed);
        let threads: u32 = report.stdout.trim().parse().unwrap();
        if report.isolation.processes {
            assert_eq!(threads, 10);
        } else {
            // Other processes of the same user come and go.
            assert!(threads < 1000);
        }
    });
}

#[test]
fn a_file_of_a_gigabyte_stops_at_the_limit() {
    let program = "f = open('big', 'wb', buffering=0)\nblock = bytes(1 << 20)\nfor _ in range(1 << 10):\n  if f.write(block) < len(block): break\n";
    let limits = Limits { file_size: 3 << 19, ..limits() };
    everywhere(&limits, &format!("{program}import os; print(os.stat('big').st_size)"), |_, report| {
        assert_eq!(report.outcome, Outcome::Passed);
        assert_eq!(report.stdout, "1572864\n");
    });
    everywhere(&limits, &format!("{program}f.write(b'1')"), |_, report| {
        assert_eq!(report.outcome, Outcome::Raised("OSError: [Errno 27] File too large".to_owned()));
    });
}

#[test]
fn the_folder_cannot_fill_the_machine() {
    let bytes = "import os\nfor n in range(100):\n  open(f'{n}', 'wb').write(bytes(1 << 20))\n";
    let files = "for n in range(20000): open(f'{n}', 'wb').close()";
    for program in [bytes, files] {
        everywhere(&Limits { file_size: 1 << 20, ..limits() }, program, |_, report| {
            // Otherwise they are on the disk.
            if report.isolation.processes {
                let full = "OSError: [Errno 28] No space left on device";
                assert!(matches!(&report.outcome, Outcome::Raised(line) if line.starts_with(full)), "{report:?}");
            }
        });
    }
}

#[test]
fn limits_cannot_be_raised() {
    let program = "import resource\nfor name in ('AS', 'CPU', 'FSIZE', 'NPROC', 'NOFILE', 'CORE'):\n\
        \x20 which = getattr(resource, 'RLIMIT_' + name)\n\
        \x20 for limit in ((-1, -1), (1 << 62, 1 << 62)):\n\
        \x20   try: resource.setrlimit(which, limit); print('raised', name)\n\
        \x20   except (OSError, ValueError): pass\n\
        \x20 if resource.getrlimit(which)[1] in (-1, 1 << 62): print('none', name)\n";
    printed(&limits(), program, |out, _| assert_eq!(out, ""));
}
