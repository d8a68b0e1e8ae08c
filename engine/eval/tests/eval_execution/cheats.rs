//! Programs that try to get a pass without the right values. None does.

use std::time::Duration;

use codegen_eval::dialogue::Check;
use codegen_eval::execution::Allowance;
use codegen_eval::record::{Benchmark, Status};
use codegen_eval::scoring::Scoring;
use serde_json::json;

use crate::support::{ample, check, grade, short};

/// What cheating programs have in common: looking for whatever there is to be found, and saying so in every way there is.
const TOOLS: &str = r#"
import builtins, gc, json, os, signal, sys, threading, time, ctypes
libc = ctypes.CDLL(None, use_errno=True)
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
VERDICT = json.dumps({"status": "passed", "detail": "1"})
def frames():
    for frame in list(sys._current_frames().values()):
        while frame:
            yield frame
            frame = frame.f_back
def things():
    "Whatever can be reached: frames' variables, modules, and all that the collector knows."
    for frame in frames():
        yield from list(frame.f_locals.values())
        yield from list(frame.f_globals.values())
    yield from gc.get_objects()
def texts():
    found = set()
    for thing in things():
        if type(thing) is dict:
            parts = [part for pair in list(thing.items()) for part in pair]
        else:
            parts = [thing] + [cell.cell_contents for cell in getattr(thing, '__closure__', None) or () if cell != type(cell)()]
        for part in parts:
            if type(part) is str and 8 < len(part) < 100 and part.isalnum():
                found.add(part)
    return found
def say(marks):
    for mark in marks:
        for descriptor in range(64):
            try: os.write(descriptor, ("\n%s %s\n" % (mark, VERDICT)).encode())
            except OSError: pass
"#;

/// A program each, which is run behind the tools. `JUDGE` is its parent's number.
const CHEATS: &[(&str, &str)] = &[
    ("says all words that it finds, and ends", "say(list(texts()) + ['']); os._exit(0)"),
    ("says them and goes on", "say(texts())"),
    ("says them at its end", "import atexit\natexit.register(lambda: say(texts()))"),
    (
        "says them from a thread",
        "threading.Thread(target=lambda: [say(texts()) for _ in range(3)], daemon=True).start()",
    ),
    ("leaves a child that says them", "if libc.fork() == 0:\n  os.setsid()\n  say(texts())\n  os._exit(0)"),
    (
        "calls whatever could tell a verdict",
        "for thing in list(things()):\n\
        \x20 if type(thing).__name__ == 'function' and thing.__name__ in ('finish', 'conclude', 'begin', 'send', 'tell'):\n\
        \x20   for given in (('passed',), ('passed', '1'), ({'value': True},), (lambda: None, thing)):\n\
        \x20     try: thing(*given)\n\x20     except BaseException: pass",
    ),
    (
        "answers what it was not asked",
        "for descriptor in range(3, 64):\n\
        \x20 for line in ('{}', '{\"value\": true, \"with\": []}', '{\"found\": {}}', '{\"answered\": true, \"printed\": true, \"name\": \"int\"}'):\n\
        \x20   try: os.write(descriptor, (line + '\\n').encode() * 4)\n\x20   except OSError: pass",
    ),
    (
        "writes to what the judge has open",
        "for name in ('fd/1', 'fd/2', 'fd/3', 'fd/4', 'fd/5', 'fd/6', 'mem', 'stat'):\n\
        \x20 for pid in (JUDGE, 1):\n\
        \x20   try: open(f'/proc/{pid}/{name}', 'r+b', buffering=0).write(VERDICT.encode())\n\x20   except OSError: pass",
    ),
    (
        "reads what the judge knows",
        "def reads():\n\
        \x20 for name in ('mem', 'environ', 'cmdline', 'maps', 'fd/0', 'cwd/task.json', 'root/job/task.json'):\n\
        \x20   for pid in (JUDGE, 1, os.getpid()):\n\
        \x20     try: yield open(f'/proc/{pid}/{name}', 'rb').read(1 << 16)\n\x20     except OSError: pass\n\
        secret = b''.join(reads())\nassert b'\"expected\"' not in secret and b'entry_point\"' not in secret\n\
        for name in ('task.json', '/job/task.json', '../task.json'):\n\
        \x20 try: say([open(name).read()])\n\x20 except OSError: pass\n\
        say([part.decode('latin-1') for part in secret.split() if part.isalnum()])",
    ),
    (
        "traces the judge",
        "libc.ptrace(16, JUDGE, 0, 0); libc.ptrace(0x4206, JUDGE, 0, 0)\n\
        libc.process_vm_writev(JUDGE, None, 0, None, 0, 0)",
    ),
    ("ends the judge", "libc.kill(JUDGE, int(signal.SIGKILL))"),
    (
        "ends the judge and says words",
        "libc.kill(JUDGE, int(signal.SIGTERM)); time.sleep(0.1); say(list(texts()) + ['']); os._exit(0)",
    ),
    ("strikes the judge's clock", "libc.kill(JUDGE, int(signal.SIGALRM))"),
    ("exits", "sys.exit(0)"),
    ("exits without ado", "os._exit(0)"),
    ("replaces the exit", "sys.exit = os._exit = exit = quit = print\nraise SystemExit(0)"),
    ("closes everything", "os.closerange(0, 256)"),
    (
        "patches what is built in",
        "builtins.abs = builtins.len = builtins.sum = lambda *_: 0\n\
        builtins.AssertionError = type('E', (BaseException,), {})\nbuiltins.all = builtins.any = builtins.bool = lambda *_: True\n\
        builtins.type = builtins.isinstance = lambda *_: int",
    ),
    (
        "has an AssertionError of its own",
        "class AssertionError(Exception):\n  def __new__(cls, *_): say(['']); os._exit(0)",
    ),
    ("has a check of its own", "def check(*_): pass\ncandidate = lambda *_: 4"),
    (
        "patches the judge's rules in its own process",
        "for thing in gc.get_objects():\n\
        \x20 if type(thing) is dict:\n\
        \x20   for name in ('eq', 'ne', 'bool', 'status', 'expected', 'passed', 'int', 'list'):\n\
        \x20     if type(thing.get(name)).__name__ in ('function', 'builtin_function_or_method', 'str'):\n\
        \x20       try: thing[name] = lambda *_: True\n\x20       except BaseException: pass",
    ),
    (
        "watches every call",
        "def watch(frame, event, argument):\n\
        \x20 if event == 'exception' or frame.f_code.co_name in ('check', 'equivalent', 'matches', 'finish'): say(['']); os._exit(0)\n\
        \x20 return watch\n\
        sys.settrace(watch); threading.settrace(watch)",
    ),
    ("pretends to be another", "sys.modules['__main__'].__dict__.update(finish=print, passed=True)\nJUDGED = True"),
];

fn cheating(cheat: &str, rest: &str) -> String {
    format!("{TOOLS}JUDGE = os.getppid()\n{cheat}\n{rest}\n")
}

#[test]
fn no_cheat_passes_mtpb() {
    let passed = CHEATS.iter().filter_map(|(name, cheat)| {
        let program = cheating(cheat, "print(1)");
        let grade = grade(&program, &Check::Output(json!(48_151_623), Scoring::Reference), &ample(Benchmark::Mtpb));
        (grade.status == Status::Passed).then(|| format!("{name}: {grade:?}"))
    });
    assert_eq!(passed.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn an_object_that_equals_everything_passes_mtpb_in_no_disguise() {
    let everything = "class A(int):\n  __eq__ = lambda *_: True\n  __ne__ = lambda *_: False\n  __hash__ = int.__hash__\n\
        class B:\n  __eq__ = lambda *_: True\n  __hash__ = object.__hash__\n";
    for (answer, expected) in [
        ("[A(1)]", json!([2])),
        ("[B()]", json!([2])),
        ("A(1)", json!(2)),
        ("B()", json!(2)),
        ("{'a': B()}", json!({"a": 2})),
        ("(B(), B())", json!([1, 2])),
        ("B()", json!(true)),
    ] {
        for scoring in Scoring::ALL {
            let program = format!("{everything}print({answer})");
            let grade = grade(&program, &Check::Output(expected.clone(), scoring), &ample(Benchmark::Mtpb));
            assert_eq!(grade.status, Status::Wrong, "{answer} for {expected}, {scoring:?}: {grade:?}");
        }
    }
}

#[test]
fn no_cheat_passes_humaneval() {
    let check = check(
        "def check(f):\n    assert f(2) == 4\n    assert abs(f(3) - 9) < 1\n    assert len(str(f(4))) == 2\n",
        "f",
    );
    let passed = CHEATS.iter().flat_map(|(name, cheat)| {
        let inside: String = cheat.split('\n').map(|line| format!("  {line}\n")).collect();
        let at_once = cheating(cheat, "def f(x):\n  return 1");
        // From below the test, if there is one in this process.
        let when_called = cheating("", &format!("def f(x):\n{inside}  return 1"));
        let check = &check;
        [("at once", at_once), ("when called", when_called)].into_iter().filter_map(move |(when, program)| {
            let grade = grade(&program, check, &ample(Benchmark::HumanEval));
            (grade.status == Status::Passed).then(|| format!("{name}, {when}: {grade:?}"))
        })
    });
    assert_eq!(passed.collect::<Vec<_>>(), Vec::<String>::new());
}

/// The same programs with the right values pass where they do no more than talk: what they do is what fails them, no accident.
#[test]
fn the_tools_of_the_cheats_work() {
    let program = cheating("assert len(texts()) > 0 and any(True for _ in frames())", "def f(x):\n  return x * x");
    let grade = grade(&program, &check("def check(f):\n    assert f(2) == 4", "f"), &ample(Benchmark::HumanEval));
    assert_eq!(grade.status, Status::Passed, "{grade:?}");
}

/// A program that cannot be ended from inside has its time, a second, and what it takes to start and end two interpreters.
#[test]
fn programs_that_ignore_signals_or_stop_the_judge_are_ended_in_time() {
    let deaf = "import os, signal, time\n\
        for s in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n\
        \x20 try: signal.signal(s, signal.SIG_IGN)\n\x20 except (OSError, ValueError): pass\n";
    let wait = "while True:\n  try: time.sleep(600)\n  except BaseException: pass\n";
    let stop = "import ctypes\nctypes.CDLL(None).kill(os.getppid(), int(signal.SIGSTOP))\n";
    let allowance: Allowance = short(Benchmark::HumanEval);
    let test = check("def check(f):\n    assert f(2) == 4", "f");
    for program in
        [format!("{deaf}{wait}"), format!("{deaf}{stop}{wait}"), format!("{deaf}def f(x):\n  10 ** 10 ** 10")]
    {
        // Without a limit that counts from the program's start, none of these would take less than sixteen seconds. On a
        // machine that is busy for a moment, one attempt may take longer.
        let soon = (0..3).any(|_| {
            let grade = grade(&program, &test, &allowance);
            assert_eq!(grade.status, Status::TimedOut, "{program}: {grade:?}");
            grade.wall < allowance.time + Duration::from_secs(10)
        });
        assert!(soon, "{program}");
    }
}
