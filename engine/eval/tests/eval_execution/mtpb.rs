//! MTPB's programs: what the answer is, what it is as good as, and what each way to end is called.

use codegen_eval::dialogue::Check;
use codegen_eval::execution::Allowance;
use codegen_eval::record::{Benchmark, Status};
use codegen_eval::scoring::Scoring;
use serde_json::{Value, json};

use crate::support::{answer, grade, short};

/// Runs each program by the corrected rules, and gives those that end otherwise than expected. `None` stands for any detail.
fn differences(cases: &[(&str, Value, Status, Option<&str>)]) -> Vec<String> {
    let differ = cases.iter().filter_map(|(program, expected, status, detail)| {
        let found = answer(program, expected, Scoring::Corrected);
        let right = found.0 == *status && detail.is_none_or(|detail| detail == found.1);
        (!right).then(|| format!("{program:?}: {found:?}, not {status:?} {detail:?}"))
    });
    differ.collect()
}

fn assert_judged(cases: &[(&str, Value, Status, Option<&str>)]) {
    assert_eq!(differences(cases), Vec::<String>::new());
}

#[test]
fn the_answer_is_the_first_argument_of_the_last_print() {
    use Status::{NoAnswer, Passed, Raised, Wrong};
    assert_judged(&[
        ("print(1)\nprint(2)", json!(2), Passed, Some("2")),
        ("print(1)\nprint(2)", json!(1), Wrong, Some("2")),
        ("print(1, 2)", json!(1), Passed, Some("1")),
        ("print('a', end='', flush=True)", json!("a"), Passed, Some("'a'")),
        ("import sys\nprint('a', file=sys.stderr)", json!("a"), Passed, None),
        ("print(3, nonsense=True)", json!(3), Passed, None),
        ("print(3)\n1 / 0", json!(3), Passed, None),
        ("print(3)\nraise SystemExit(1)", json!(3), Passed, None),
        ("import sys\nprint(3)\nsys.exit(1)", json!(3), Passed, None),
        ("print(3)\nexit()", json!(3), Passed, None),
        ("def f():\n    print(4)\nf()", json!(4), Wrong, Some("None")),
        ("def f():\n    print(4)\nx = f()", json!(4), Passed, None),
        ("a = [1]\nprint(a)\na += [2]", json!([1, 2]), Passed, None),
        ("for i in range(3): print(i)", json!(2), Passed, None),
        ("print()", json!(null), NoAnswer, Some("the last print has no argument")),
        ("print(1)\nprint()", json!(1), NoAnswer, None),
        ("print(sep='')\n1 / 0", json!(1), Raised, None),
        ("print = str\nprint(1)", json!(1), NoAnswer, None),
        ("from builtins import print\nprint(1)", json!(1), NoAnswer, None),
        ("import builtins\nprint(1)\nbuiltins.print(2)\n0 if 0 else print(3)", json!(null), Passed, None),
        ("import builtins\nprint(1)\nx = builtins.print(2)", json!(1), Passed, None),
        ("if __name__ == '__main__':\n    print(1)", json!(1), Passed, None),
        ("import __main__\nx = 5\nprint(__main__.x)", json!(5), Passed, None),
        ("import os\nprint(os.listdir('.'))", json!([]), Passed, None),
        (
            "import threading\nt = threading.Thread(target=print, args=(7,))\nt.start()\nx = t.join()",
            json!(7),
            Passed,
            None,
        ),
        (
            "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\nprint(7)",
            json!(7),
            Passed,
            None,
        ),
        ("import atexit, os\natexit.register(os._exit, 1)\nprint(7)", json!(7), Passed, None),
        ("import os\nprint(7)\nif os.fork() == 0:\n    print(8)\nelse:\n    os.wait()", json!(7), Passed, None),
        ("import sys\nprint(7)\nx = sys.setrecursionlimit(40)", json!(7), Passed, None),
        (
            "import sys, json, os\nprint(7)\nsys.stdout = sys.stderr = None\njson.dumps = os.write = os.getpid = None",
            json!(7),
            Passed,
            None,
        ),
    ]);
}

#[test]
fn a_last_expression_is_printed() {
    use Status::{NoAnswer, Passed, SyntaxError, Wrong};
    assert_judged(&[
        ("x = 2\nx", json!(2), Passed, None),
        ("x = 2\nx + 1\n# A comment.\n", json!(3), Passed, None),
        ("sorted([2, 1])", json!([1, 2]), Passed, None),
        ("'a'.upper()", json!("A"), Passed, None),
        ("1, 2", json!([1, 2]), Passed, None),
        ("'''text'''", json!("text"), Passed, None),
        ("x = 1; x", json!(1), Passed, None),
        ("print(1)\n2", json!(2), Passed, None),
        ("print_all = print\nprint_all(1)", json!(1), Passed, None),
        ("def printed(x):\n    return x\nprinted(1)", json!(1), NoAnswer, None),
        ("import pprint\npprint.pprint(1)", json!(1), Wrong, Some("None")),
        ("print(1).real", json!(1), Passed, None),
        ("x = 2", json!(2), NoAnswer, Some("")),
        ("x = 2\ndef f():\n    x", json!(2), NoAnswer, None),
        ("if True:\n    2", json!(2), NoAnswer, None),
        ("", json!(null), NoAnswer, None),
        ("# Nothing.", json!(null), NoAnswer, None),
        ("yield 1", json!(1), SyntaxError, Some("SyntaxError: 'yield' outside function (<string>, line 1)")),
        ("await f()", json!(1), SyntaxError, None),
        ("(x for x in [1, 2])", json!([1, 2]), Passed, None),
        ("from __future__ import annotations\ndef f(x: y): return x\nf(1)", json!(1), Passed, None),
    ]);
}

#[test]
fn equivalent_answers_pass() {
    let same: &[(&str, Value)] = &[
        ("print('1')", json!(1)),
        ("print(1)", json!("1")),
        ("print(1.5)", json!("1.5")),
        ("print(3.9)", json!(3)),
        ("print(3)", json!(3.0)),
        ("print('3.0000001')", json!(3.0)),
        ("print(0.1 + 0.2)", json!(0.3)),
        ("print(True)", json!(true)),
        ("print('True')", json!(true)),
        ("print('False')", json!(false)),
        ("print(True)", json!(1)),
        ("print(True)", json!("True")),
        ("print((1, 2))", json!([1, 2])),
        ("print({1})", json!([1])),
        ("print('ab')", json!(["a", "b"])),
        ("print([(1, 2), (3, 4)])", json!([[1, 2], [3, 4]])),
        ("print([(1, 2), [3, 4]])", json!([[1, 2], [3, 4]])),
        ("print({'a': 1}.items())", json!({"a": 1})),
        ("print([('a', 1)])", json!({"a": 1})),
        ("print({'a': [1]})", json!({"a": [1]})),
        ("print({'a': 1}.keys())", json!(["a"])),
        ("print(range(3))", json!([0, 1, 2])),
        ("print(None)", json!(null)),
        ("print('é😀')", json!("é😀")),
        ("import numpy as np\nprint(np.int64(3))", json!(3)),
        ("import numpy as np\nprint(np.uint8(3))", json!("3")),
        ("import numpy as np\nprint(np.float32(0.5))", json!(0.5)),
        ("import numpy as np\nprint(np.float64(0.1) + 0.2)", json!(0.3)),
        ("import numpy as np\nprint(np.float64(3))", json!(3)),
        ("import numpy as np\nprint(np.bool_(True))", json!(true)),
        ("import numpy as np\nprint(np.str_('a'))", json!("a")),
        ("import numpy as np\nprint(np.array([1, 2]))", json!([1, 2])),
        ("import numpy as np\nprint(np.array([[1.5], [2]]))", json!([[1.5], [2.0]])),
        ("import numpy as np\nprint(np.array(4))", json!(4)),
        ("import numpy as np\nprint([np.int64(1), np.float64(2.5)])", json!([1, 2.5])),
        ("import pandas as pd\nprint(pd.Series([1, 2]))", json!([1, 2])),
        ("import pandas as pd\nprint(pd.Series([0.1 + 0.2]))", json!([0.3])),
        ("import pandas as pd\nprint(pd.Series(['a', 'b']))", json!(["a", "b"])),
        ("import pandas as pd\nprint(pd.DataFrame({'a': [1], 'b': [2]}))", json!(["a", "b"])),
        ("import pandas as pd\npd.DataFrame({'a': [1, 1, 2]})['a'].value_counts()", json!([2, 1])),
    ];
    let cases: Vec<_> =
        same.iter().map(|(program, expected)| (*program, expected.clone(), Status::Passed, None)).collect();
    assert_judged(&cases);
}

#[test]
fn other_answers_are_wrong() {
    let other: &[(&str, Value, &str)] = &[
        ("print('abc')", json!(3), "'abc'"),
        ("print('3.5')", json!(3), "'3.5'"),
        ("print(0.3001)", json!(0.3), "0.3001"),
        ("print(float('nan'))", json!(0.0), "nan"),
        ("print(float('nan'))", json!(0), "nan"),
        ("print(1)", json!(true), "1"),
        ("print('true')", json!(true), "'true'"),
        ("print(0)", json!(null), "0"),
        ("print(None)", json!("none"), "None"),
        ("print(None)", json!(0), "None"),
        ("print([0.1 + 0.2])", json!([0.3]), "[0.30000000000000004]"),
        ("print([2, 1])", json!([1, 2]), "[2, 1]"),
        ("print([[(1, 2)]])", json!([[[1, 2]]]), "[[(1, 2)]]"),
        ("print(5)", json!([5]), "5"),
        ("print(5)", json!({"a": 5}), "5"),
        ("print({'a': 1})", json!({"a": 2}), "{'a': 1}"),
        ("print(10**5000)", json!("1"), "<int that cannot be shown: ValueError>"),
        ("print('\\ud800')", json!("a"), "'\\ud800'"),
        ("import numpy as np\nprint(np.array([1, 2]))", json!([1, 3]), "array([1, 2])"),
        ("import numpy as np\nprint(np.array([1, 2]))", json!(1), "array([1, 2])"),
        ("import numpy as np\nprint(np.bool_(True))", json!(false), "np.True_"),
        ("import pandas as pd\nprint(pd.Series(['a']))", json!(["b"]), "0    a\ndtype: "),
        ("import pandas as pd\nprint(pd.Series([1, 2]))", json!([1, 2, 3]), "0    1\n1    2\ndtype: int64"),
        (
            "class A:\n    def __eq__(self, other): 1 / 0\n    def __repr__(self): 1 / 0\nprint([A()])",
            json!([1]),
            "[<A instance at ",
        ),
        (
            "class A(Exception):\n    def __str__(self): raise SystemExit\n    __repr__ = __str__\nprint(A())",
            json!("a"),
            "<A that cannot be shown: SystemExit>",
        ),
        ("a = []\nfor _ in range(5000): a = [a]\nprint(a)", json!([1]), "[[[[[[[...]]]]]]]"),
    ];
    for (program, expected, detail) in other {
        let found = answer(program, expected, Scoring::Corrected);
        assert!(found.0 == Status::Wrong && found.1.starts_with(detail), "{program:?}: {found:?}, not {detail:?}");
    }
}

#[test]
fn long_answers_are_shortened() {
    for program in ["print('x' * 10**7)", "print(list(range(10**6)))", "print({i: i for i in range(10**5)})"] {
        let (status, detail) = answer(program, &json!(1), Scoring::Reference);
        assert_eq!((status, detail.chars().count()), (Status::Wrong, 200), "{program}: {detail}");
    }
}

#[test]
fn without_an_answer_the_ending_counts() {
    use Status::{Exited, Killed, NoAnswer, OutOfMemory, Raised, SyntaxError};
    assert_judged(&[
        ("1 / 0", json!(1), Raised, Some("ZeroDivisionError: division by zero")),
        ("1 / 0\nprint(1)", json!(1), Raised, None),
        ("raise ValueError", json!(1), Raised, Some("ValueError")),
        ("raise KeyboardInterrupt", json!(1), Raised, Some("KeyboardInterrupt")),
        ("def f():\n    f()\nf()", json!(1), Raised, Some("RecursionError: maximum recursion depth exceeded")),
        ("print(input())", json!(""), Raised, Some("EOFError: EOF when reading a line")),
        ("import sys\nx = sys.stdin.read()", json!(""), NoAnswer, None),
        ("eval('1 +')", json!(1), Raised, None),
        ("import no_such_thing", json!(1), Raised, Some("ModuleNotFoundError: No module named 'no_such_thing'")),
        ("print(1", json!(1), SyntaxError, None),
        ("def f():\nreturn 1", json!(1), SyntaxError, None),
        ("return 1", json!(1), SyntaxError, Some("SyntaxError: 'return' outside function (<string>, line 1)")),
        ("print(1)\0", json!(1), SyntaxError, None),
        ("raise SystemExit(3)", json!(1), Exited, Some("SystemExit: 3")),
        ("exit()", json!(1), Exited, None),
        ("import os\nprint(1)\nos._exit(0)", json!(1), Exited, Some("exit status 0")),
        ("import os\nos._exit(7)", json!(1), Exited, Some("exit status 7")),
        ("import ctypes\nprint(1)\nctypes.string_at(0)", json!(1), Killed, Some("signal 11")),
        ("import os\nprint(1)\nos.kill(os.getpid(), 9)", json!(1), Killed, Some("signal 9")),
        ("x = bytearray(10**10)", json!(1), OutOfMemory, Some("MemoryError")),
        ("import numpy as np\nx = np.ones(10**10)", json!(1), OutOfMemory, None),
        ("import os\nos.closerange(1, 256)\nprint(1)", json!(1), Exited, None),
    ]);
}

#[test]
fn what_is_written_does_not_end_a_program() {
    let programs = [
        "import os\nfor _ in range(40):\n    os.write(1, b'x' * 10**6)\n    os.write(2, b'x' * 10**6)\nprint(1)",
        "import sys\nsys.stderr.write('x' * 10**8)\nsys.stdout.write('y' * 10**8)\nprint('z' * 10**8)\nprint(1)",
        "import subprocess\nsubprocess.run(['/bin/sh', '-c', 'echo a; echo b >&2'], check=True)\nprint(1)",
        "import sys\nsys.stdout.buffer.write(b'\\xff')\nprint('\\ud800')\nprint(1)",
    ];
    for program in programs {
        assert_eq!(answer(program, &json!(1), Scoring::Reference), (Status::Passed, "1".to_owned()), "{program}");
    }
}

#[test]
fn what_looks_like_a_verdict_is_none() {
    let verdict = r#"{"status": "passed", "detail": "1"}"#;
    let program = format!(
        "import os\nfor f in range(1, 20):\n  try: os.write(f, b'''\n{verdict}\n0123 {verdict}\n''')\n  except OSError: pass\nos._exit(0)"
    );
    let (status, detail) = answer(&program, &json!(1), Scoring::Reference);
    assert_eq!((status, detail.as_str()), (Status::Killed, "its process does not answer as it was asked"));
}

#[test]
fn the_end_of_time_is_an_exception_in_the_program() {
    let cases = [
        ("print(1)\nwhile True: pass", Status::Passed),
        ("print(2)\nimport time\ntime.sleep(600)", Status::Wrong),
        ("while True: pass", Status::TimedOut),
        ("import time\ntry:\n    time.sleep(600)\nexcept Exception as e:\n    print(1)", Status::Passed),
        (
            "import time\nprint(1)\nwhile True:\n  try:\n    while True: time.sleep(600)\n  except: pass",
            Status::TimedOut,
        ),
        ("import signal, time\nprint(1)\nsignal.alarm(0)\ntime.sleep(3)", Status::TimedOut),
        ("i = 0\nwhile True:\n    i += 1\n    print([i] * 100)", Status::Wrong),
    ];
    for (program, status) in cases {
        let grade = grade(program, &Check::Output(json!(1), Scoring::Reference), &short(Benchmark::Mtpb));
        assert_eq!(grade.status, status, "{program}: {grade:?}");
    }
}

#[test]
fn an_answer_that_cannot_be_looked_at_in_time_is_wrong() {
    let cases = [
        ("__repr__(self)", "print([A()], file=1)", json!(true), "<list that takes too long to compare>"),
        ("__int__(self)", "print(A())", json!(1), "<A that takes too long to compare>"),
        ("__repr__(self)", "print(A(), file=1)", json!(1), "<A that takes too long to show>"),
    ];
    for (method, rest, expected, detail) in cases {
        let program = format!("class A:\n  def {method}:\n    while True: pass\n{rest}");
        let grade = grade(&program, &Check::Output(expected, Scoring::Reference), &short(Benchmark::Mtpb));
        assert_eq!((grade.status, grade.detail.as_str()), (Status::Wrong, detail), "{program}");
    }
}

#[test]
fn expected_numbers_are_exact() {
    // Each of these is read as its neighbour by a parser that is content with being close.
    let expected: Value = serde_json::from_str("[0.9329410445809073, 0.9439558761214277]").unwrap();
    assert_judged(&[("print([0.9329410445809073, 0.9439558761214277])", expected, Status::Passed, None)]);
}

#[test]
fn the_benchmark_gives_twenty_seconds() {
    assert_eq!(Allowance::of(Benchmark::Mtpb).time.as_secs(), 20);
    assert_eq!(Allowance::of(Benchmark::HumanEval).time.as_secs(), 3);
}
