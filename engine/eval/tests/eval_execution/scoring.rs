//! Where the two ways to score MTPB differ, and where the reference's oddities are.

use codegen_eval::record::Status::{self, NoAnswer, Passed, Raised, Wrong};
use codegen_eval::scoring::Scoring;
use serde_json::{Value, json};

use crate::support::answer;

/// Runs each program by both rules, and gives those that end otherwise than expected.
#[track_caller]
fn assert_scored(cases: &[(&str, Value, Status, Status)]) {
    let differ = cases.iter().flat_map(|(program, expected, reference, corrected)| {
        [(Scoring::Reference, reference), (Scoring::Corrected, corrected)].into_iter().filter_map(
            move |(rules, status)| {
                let found = answer(program, expected, rules);
                (found.0 != *status)
                    .then(|| format!("{program:?} against {expected}, {rules}: {found:?}, not {status:?}"))
            },
        )
    });
    assert_eq!(differ.collect::<Vec<_>>(), Vec::<String>::new());
}

/// The paper's code wraps whatever value the last statement has.
#[test]
fn a_last_assignment_is_an_answer_for_the_reference() {
    assert_scored(&[
        ("x = 5", json!(5), Passed, NoAnswer),
        ("x: int = 5", json!(5), Passed, NoAnswer),
        ("x = y = 5", json!(5), Passed, NoAnswer),
        ("a, b = 1, 2", json!([1, 2]), Passed, NoAnswer),
        ("x = 2\nx += 3", json!(3), Passed, NoAnswer),
        ("print(1)\nx = 2", json!(2), Passed, Wrong),
        ("print(1)\nx = 2", json!(1), Wrong, Passed),
        ("print(1)\nx = print(2)", json!(2), Passed, Passed),
        ("def printed(x):\n    return x\nprint(1)\nx = printed(2)", json!(1), Passed, Passed),
        ("x = 5\nx", json!(5), Passed, Passed),
        ("x = 5\nprint(x)\nx: int", json!(5), Passed, Passed),
        ("print(5)\nif True:\n    x = 6", json!(5), Passed, Passed),
        ("print(5)\ndef f():\n    return 6", json!(5), Passed, Passed),
        ("print(5)\ndel print", json!(5), Passed, Passed),
        ("x = 1 / 0", json!(1), Raised, Raised),
    ]);
}

/// Its comparison knows neither dictionaries nor `None`, and raises an exception, which does not pass.
#[test]
fn dictionaries_and_null_never_pass_for_the_reference() {
    assert_scored(&[
        ("print({'a': 1})", json!({"a": 1}), Wrong, Passed),
        ("print({'a': 1}.items())", json!({"a": 1}), Wrong, Passed),
        ("print({})", json!({}), Wrong, Passed),
        ("print(None)", json!(null), Wrong, Passed),
        ("print(1)", json!(null), Wrong, Wrong),
        ("print({'a': 1})", json!(["a"]), Passed, Passed),
        ("print(None)", json!("None"), Passed, Passed),
        ("print([{'a': 1}, None])", json!([{"a": 1}, null]), Passed, Passed),
    ]);
}

#[test]
fn the_first_tuple_of_a_list_decides_for_the_reference() {
    assert_scored(&[
        ("print([(1, 2), (3, 4)])", json!([[1, 2], [3, 4]]), Passed, Passed),
        ("print([[1, 2], (3, 4)])", json!([[1, 2], [3, 4]]), Wrong, Passed),
        ("print([(1, 2), 3])", json!([[1, 2], 3]), Wrong, Passed),
        ("print([(1, 2), 'ab'])", json!([[1, 2], ["a", "b"]]), Passed, Wrong),
    ]);
}

#[test]
fn numpys_and_pandas_values_are_converted_or_not() {
    assert_scored(&[
        ("import numpy as np\nprint(np.int64(3))", json!(3), Passed, Passed),
        ("import numpy as np\nprint(np.uint16(1))", json!(1), Passed, Passed),
        ("import numpy as np\nprint(np.bool_(True))", json!(true), Passed, Passed),
        ("import numpy as np\nprint(np.array([1, 2]))", json!([1, 2]), Passed, Passed),
        ("import numpy as np\nprint(np.array([]))", json!([]), Passed, Passed),
        ("import pandas as pd\nprint(pd.Series([1.0, 2.0]))", json!([1, 2]), Passed, Passed),
        ("import pandas as pd\nprint(pd.Series(['a', 'b']))", json!(["a", "b"]), Wrong, Passed),
        ("import pandas as pd\nprint(pd.Series([1, 2]))", json!([1, 3]), Wrong, Wrong),
    ]);
}
