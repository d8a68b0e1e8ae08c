//! How programs end when they are left alone, and what they find.

use codegen_sandbox::{Job, Limits, Outcome, Sandbox, SandboxError};

use crate::support::{everywhere, limits, never, printed, run, sandboxes};

#[test]
fn each_way_to_end_is_told_apart() {
    let raised = |line: &str| Outcome::Raised(line.to_owned());
    let cases: &[(&str, Outcome)] = &[
        ("", Outcome::Passed),
        ("pass", Outcome::Passed),
        ("import sys; sys.exit()", Outcome::Passed),
        ("import sys; sys.exit(3)", Outcome::Exited(3)),
        ("import sys; sys.exit('no such thing')", Outcome::Exited(1)),
        ("import os; os._exit(7)", Outcome::Exited(7)),
        ("1 / 0", raised("ZeroDivisionError: division by zero")),
        ("assert 1 == 2, 'one\\n\\ntwo'", raised("AssertionError: one")),
        ("raise KeyboardInterrupt", raised("KeyboardInterrupt")),
        ("def f(:\n  pass", raised("SyntaxError: invalid syntax")),
        ("if True:\npass", raised("IndentationError: expected an indented block after 'if' statement on line 1")),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", Outcome::Killed(15)),
        ("import os; os.abort()", Outcome::Killed(6)),
        ("import ctypes; ctypes.string_at(0)", Outcome::Killed(11)),
        ("def f(): f()\nf()", raised("RecursionError: maximum recursion depth exceeded")),
        ("import socket\ninput()", raised("EOFError: EOF when reading a line")),
    ];
    let (_, sandbox) = sandboxes(&limits()).swap_remove(0);
    for (program, outcome) in cases {
        let report = run(&sandbox, program);
        assert_eq!(report.outcome, *outcome, "{program}: {report:#?}");
    }
}

#[test]
fn a_crash_of_the_c_stack_is_a_signal() {
    let program =
        "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n  def __repr__(self): return repr([self])\nrepr(A())";
    everywhere(&limits(), program, |_, report| {
        assert!(matches!(&report.outcome, Outcome::Killed(11) | Outcome::OutOfMemory), "{report:?}");
    });
}

#[test]
fn the_program_is_main_alone_and_in_an_empty_folder() {
    let program = "import os, sys\n\
        print(__name__, os.path.basename(__file__), os.listdir('.'), sys.stdin.read() == '', os.environ['HOME'] == os.getcwd())\n\
        print(sorted(os.environ))\nprint(sorted(int(f) for f in range(100) if os.path.exists(f'/dev/fd/{f}')))";
    let environment = "['HOME', 'LANG', 'MPLBACKEND', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'PATH', \
        'PYTHONDONTWRITEBYTECODE', 'PYTHONHASHSEED', 'PYTHONSAFEPATH', 'TMPDIR']";
    printed(&limits(), program, |out, _| {
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "__main__ program.py [] True True");
        assert_eq!(lines[1].replace("'LC_CTYPE', ", ""), environment);
    });
}

#[test]
fn no_file_descriptor_but_the_output_is_inherited() {
    // Libraries open files without the flag that closes them; this one is like those.
    let leaked = std::fs::File::open("/dev/null").unwrap();
    rustix::io::fcntl_setfd(&leaked, rustix::io::FdFlags::empty()).unwrap();
    let program = "import os\nopen_ones = []\nfor n in range(256):\n  try: os.fstat(n); open_ones.append(n)\n  except OSError: pass\nprint(open_ones)";
    printed(&limits(), program, |out, _| assert_eq!(out, "[0, 1, 2]"));
}

#[test]
fn every_run_is_like_the_last() {
    let program = "print(hash('a'), list({'a', 'b', 'c', 'd', 'e'}))";
    let (_, sandbox) = sandboxes(&limits()).swap_remove(0);
    assert_eq!(run(&sandbox, program).stdout, run(&sandbox, program).stdout);
}

#[test]
fn imports_come_from_the_library_and_not_from_the_folder() {
    let program = "open('fractions.py', 'w').write('bad')\nimport fractions, json, sqlite3, ssl, decimal, multiprocessing, tempfile\n\
        print(fractions.Fraction(1, 2))\ntempfile.TemporaryFile().write(b'1')";
    printed(&limits(), program, |out, _| assert_eq!(out, "1/2"));
}

#[test]
fn line_ends_large_programs_and_odd_bytes_go_through() {
    printed(&limits(), "x = 1\r\nif x:\r\n    print('one')\r\n", |out, _| assert_eq!(out, "one"));
    let long = format!("x = '{}'\nprint(len(x))", "ä".repeat(1 << 19));
    printed(&limits(), &long, |out, _| assert_eq!(out, "524288"));
    // Some versions of Python end the program at a null byte, others do not accept it.
    everywhere(&limits(), "print(1)\n\0\nprint(2)\n", |_, report| {
        let refused = matches!(&report.outcome, Outcome::Raised(line) if line.contains("null bytes"));
        assert!(refused || report.outcome == Outcome::Passed, "{report:?}");
    });
    let odd = "import os, sys\nos.write(1, b'a\\xff\\x00b')\nos.write(2, b'\\xc3')";
    printed(&limits(), odd, |out, report| {
        assert_eq!(out, "a\u{fffd}\0b");
        assert_eq!(report.stderr, "\u{fffd}");
    });
}

#[test]
fn files_lie_beside_the_program_and_other_limits_can_be_given() {
    let program = "print(open('data.bin', 'rb').read(), open('runner.py').read())\nopen('data.bin', 'w').write('mine')\n\
        import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE)[0])";
    let files = vec![("data.bin".to_owned(), b"a\0b\n".to_vec()), ("runner.py".to_owned(), Vec::new())];
    for (means, sandbox) in sandboxes(&limits()) {
        let sandbox = sandbox.with_limits(Limits { file_size: 1 << 10, ..limits() });
        let report =
            sandbox.run_job(&Job { files: files.clone(), program: program.to_owned(), clock: None }, &never()).unwrap();
        assert_eq!(report.stdout, "b'a\\x00b\\n' \n1024\n", "{means:?} {report:#?}");
    }
    let (_, sandbox) = sandboxes(&limits()).swap_remove(0);
    for name in ["", "..", "a/b", "/etc/passwd"] {
        let job = Job { files: vec![(name.to_owned(), Vec::new())], ..Job::default() };
        assert!(matches!(sandbox.run_job(&job, &never()), Err(SandboxError::SetUp { .. })), "{name}");
    }
}

#[test]
fn an_interpreter_that_is_none_is_refused_with_a_reason() {
    let reason = |python: &str| match Sandbox::new(python, Limits::default()) {
        Err(SandboxError::NoPython { reason }) => reason,
        other => panic!("{python}: {other:?}"),
    };
    assert_eq!(reason("no-such-python"), "`no-such-python`: there is no such program in PATH");
    assert_eq!(reason("/no/such/python"), "`/no/such/python`: there is no such program");
    assert!(reason("/bin/cat").starts_with("`/bin/cat`: it ended with exit status: 1"), "{}", reason("/bin/cat"));
    assert_eq!(reason("/bin/true"), "`/bin/true`: it does not say where it is");
}

/// A virtual environment whose packages have code that Python runs whenever it starts.
#[test]
fn asking_an_interpreter_runs_nothing_that_is_installed_outside_of_the_sandbox() {
    let folder = tempfile::Builder::new().prefix("codegen-environment-").tempdir_in("/tmp").unwrap();
    let environment = folder.path().join("venv");
    let made = std::process::Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&environment).output();
    assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
    let packages =
        std::fs::read_dir(environment.join("lib")).unwrap().next().unwrap().unwrap().path().join("site-packages");
    let (marker, source) = (folder.path().join("marker"), folder.path().join("source"));
    std::fs::create_dir(&source).unwrap();
    std::fs::write(source.join("found_there.py"), "word = 'there'").unwrap();
    let code = format!("import os; open({marker:?}, 'w').write(str(os.getpid()))\n");
    std::fs::write(packages.join("a.pth"), &code).unwrap();
    std::fs::write(packages.join("sitecustomize.py"), &code).unwrap();
    std::fs::write(packages.join("b.pth"), source.to_str().unwrap()).unwrap();
    let python = environment.join("bin/python");
    let sandbox = Sandbox::new(&python, limits()).unwrap();
    let report = run(&sandbox, "import found_there; print(found_there.word)");
    assert_eq!((report.outcome, report.stdout.as_str()), (Outcome::Passed, "there\n"), "{}", report.stderr);
    // Without namespaces a program of the same user can write what its user can.
    if report.isolation.files {
        assert!(!marker.exists(), "the code ran outside");
    }

    // What is installed later is seen, too, though the interpreter is asked once only.
    let later = folder.path().join("later");
    std::fs::create_dir(&later).unwrap();
    std::fs::write(later.join("found_later.py"), "word = 'later'").unwrap();
    std::fs::write(packages.join("c.pth"), later.to_str().unwrap()).unwrap();
    let sandbox = Sandbox::new(&python, limits()).unwrap();
    let report = run(&sandbox, "import found_later; print(found_later.word)");
    assert_eq!((report.outcome, report.stdout.as_str()), (Outcome::Passed, "later\n"), "{}", report.stderr);
}
