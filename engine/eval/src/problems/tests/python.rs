//! Values and templates against Python itself: `str`, `repr` and `str.format` of the `python3` in PATH.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::super::python::{Pairs, Value};
use super::super::template::Template;

/// Runs `program` with `input` as its standard input, and returns what it prints as JSON.
pub(super) fn python(program: &str, input: &str) -> Vec<serde_json::Value> {
    let mut child = Command::new("python3")
        .args(["-I", "-X", "utf8", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Python's `str` and `repr` of JSON texts, and ours.
#[track_caller]
fn compare(texts: &[String]) {
    let program = "import json, sys\nvalues = [json.loads(line) for line in sys.stdin.read().split('\\n')]\n\
                   json.dump([[str(value), repr(value)] for value in values], sys.stdout)";
    let expected = python(program, &texts.join("\n"));
    assert_eq!(expected.len(), texts.len());
    for (text, expected) in texts.iter().zip(expected) {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::json!([value.str(), value.repr()]), expected, "{text}");
    }
}

#[test]
fn values_are_shown_as_python_shows_them() {
    let texts = r#"null|true|false|0|-0|7|-12|18446744073709551615|18446744073709551616|-9223372036854775809
        123456789012345678901234567890|0.0|-0.0|1.0|-2.50|1e16|1e15|123456789012345678.0|9999999999999998.0|1e22|1E+5|1e400
        -1e400|0.0001|0.00001|1e-5|1.5e-7|0.1|0.30000000000000004|5e-324|2.2250738585072014e-308|1.7976931348623157e308|2e+100
        1e-30|1000000.0000001|12345678.9|3.6265233750364456|0.1234567890123456789|9007199254740993.0|1e-400|[]|{}|[[]]|[{}]
        [1,2.0,"x",null,true,[false]]|{"a":1,"b":[{"c":"d"}]}|{"a":1,"b":2,"a":3}|{"it's":"\"","":0}
        ""|"plain"|"it's"|"say \"hi\""|"both ' and \""|"\\"|"\n\r\t"|"\u0000\u0001\u001f\u007f"|"\u0080\u00a0\u00ad\u00e9"
        "\u0300"|"e\u0301"|"\u2028\u2029\u200b\u3000\ufeff"|"\ud83d\ude00"|"\ue000"|"\udbff\udffd"|"日本語"|"\/"
        ["it's", "x\"y", "both ' and \"", "\\", "\n", "\u00e9", "\u200b", "\ud83d\udc0d"]|  [ 1 , 2 ]  "#;
    compare(&texts.split(['|', '\n']).map(|text| text.trim().to_owned()).collect::<Vec<_>>());
}

/// Every character that this Python's version of Unicode has assigned.
#[test]
fn every_character_is_quoted_as_python_quotes_it() {
    let program = "import json, sys, unicodedata\n\
                   print(json.dumps([[chr(c), repr('a' + chr(c))] for c in range(0x110000)\n\
                   if unicodedata.category(chr(c)) not in ('Cn', 'Cs')]))";
    let expected = python(program, "");
    assert!(expected.len() > 250_000);
    for pair in expected {
        let c = pair[0].as_str().unwrap();
        assert_eq!(Value::Str(format!("a{c}")).repr(), pair[1].as_str().unwrap(), "{:x?}", c.chars().next());
    }
}

fn value() -> impl Strategy<Value = String> {
    let text = prop::collection::vec(
        prop_oneof![
            prop::char::range(' ', '~'),
            prop::char::range('\0', '\u{17f}'),
            prop::sample::select(vec!['\'', '"', '\\', '\n', '\u{2028}', '\u{1F40D}', '\u{10FFFD}']),
        ],
        0..8,
    );
    let text = text.prop_map(|text| serde_json::to_string(&text.iter().collect::<String>()).unwrap()).boxed();
    let float = any::<u64>().prop_map(f64::from_bits).prop_filter("JSON has no others", |number| number.is_finite());
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned),
        "-?(0|[1-9][0-9]{0,40})",
        "-?(0|[1-9][0-9]{0,20})\\.[0-9]{1,20}([eE][+-]?[0-9]{1,3})?",
        (-400_i32..400, any::<u32>()).prop_map(|(exponent, digits)| format!("{digits}e{exponent}")),
        float.prop_map(|number| format!("{number:e}")),
        text.clone(),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|values| format!("[{}]", values.join(", "))),
            prop::collection::vec((text.clone(), inner), 0..5).prop_map(|pairs| {
                let pairs = pairs.iter().map(|(key, value)| format!("{key}: {value}"));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

fn runner() -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, random)
}

/// One interpreter for all values: starting it is what takes the time.
#[test]
fn generated_values_are_shown_as_python_shows_them() {
    let (mut runner, value) = (runner(), value());
    let texts: Vec<String> = (0..4000).map(|_| value.new_tree(&mut runner).unwrap().current()).collect();
    compare(&texts);
}

const INPUT: &str =
    r#"{"x": "it's", "n": 3, "l": [1, [2.5, "a"]], "d": {"k": {"0": true}, "7": 1}, "a b": null, "é": 0.1}"#;

/// What Python makes of templates with the fields of `INPUT`; `None` where it raises.
fn formatted(templates: &[String]) -> Vec<Option<String>> {
    let program = "import json, sys\ntemplates, fields = json.load(sys.stdin)\ndef fill(template):\n    try:\n        \
                   return template.format(**fields)\n    except Exception:\n        return None\n\
                   json.dump([fill(template) for template in templates], sys.stdout)";
    let filled = python(program, &format!("[{}, {INPUT}]", serde_json::to_string(templates).unwrap()));
    filled.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn ours(template: &str) -> Result<String, String> {
    let input: Pairs = serde_json::from_str(INPUT).unwrap();
    Template::parse(template)?.fill(&input.0)
}

#[test]
fn templates_are_filled_in_as_python_does() {
    let table = [
        "",
        "plain",
        "{x}",
        "{x}{x}",
        "a {n} b",
        "{{}}",
        "{{x}}",
        "{{{x}}}",
        "}}{{",
        "{{{{{x}}}}}",
        "{l}",
        "{d}",
        "{a b}",
        "{é}",
        "é{x}日",
        "{x!s}",
        "{x!r}",
        "{l!r}",
        "{x:}",
        "{x!r:}",
        "{l[0]}",
        "{l[1]}",
        "{l[1][1]}",
        "{l[1][1]!r}",
        "{x[0]}",
        "{d[k]}",
        "{d[k][x]}",
        "[[{n}]]",
        "{x}\n# {n}",
    ];
    let templates: Vec<String> = table.iter().map(|&template| template.to_owned()).collect();
    for (template, expected) in templates.iter().zip(formatted(&templates)) {
        assert_eq!(ours(template).ok(), expected, "{template}");
    }
    for (template, expected) in [
        ("a}", "the `}` at byte 2 closes nothing (a brace itself is written `}}`)"),
        ("}}}", "the `}` at byte 3 closes nothing (a brace itself is written `}}`)"),
        ("é{", "the `{` at byte 3 is never closed"),
        ("{x", "the `{` at byte 1 is never closed"),
        ("{{{", "the `{` at byte 3 is never closed"),
        ("{l[0", "the `{` at byte 1 is never closed"),
        ("{x!", "the `{` at byte 1 is never closed"),
        ("{x!r", "the `{` at byte 1 is never closed"),
        ("{x:d", "the `{` at byte 1 is never closed"),
        ("{x{n}}", "the field at byte 1: there is a `{` in its name (a brace itself is written `{{`)"),
        ("{}", "the field at byte 1: it has no name: inputs are filled in by name, as in `{name}`"),
        ("ab {0}", "the field at byte 4: it has no name: inputs are filled in by name, as in `{name}`"),
        ("{x.upper}", "the field at byte 1: attributes, which follow a `.`, are not supported"),
        ("{x[0].upper}", "the field at byte 1: attributes, which follow a `.`, are not supported"),
        ("{n:>5}", "the field at byte 1: format specifications, which follow a `:`, are not supported"),
        ("{x!a}", "the field at byte 1: `!a` is not supported; `!s` and `!r` are"),
        ("{x!é}", "the field at byte 1: `!é` is not supported; `!s` and `!r` are"),
        ("{x!}", "the field at byte 1: `!}` is not supported; `!s` and `!r` are"),
        ("{x!rr}", "the field at byte 1: `r` does not belong there"),
        ("{l[]}", "the field at byte 1: there is nothing between its `[` and `]`"),
        ("{l[0]x}", "the field at byte 1: `x` does not belong there"),
        ("{y}", "has no field `y`"),
        ("{ x }", "has no field ` x `"),
        ("{l[2]}", "has no `l[2]`"),
        ("{l[-1]}", "has no `l[-1]`"),
        ("{d[7]}", "has no `d[7]`"),
        ("{n[0]}", "has no `n[0]`"),
        ("{l[99999999999999999999]}", "has no `l[99999999999999999999]`"),
    ] {
        assert_eq!(ours(template), Err(expected.to_owned()), "{template}");
    }
}

/// Generated templates give Python's text, or an error where Python raises or where the feature is refused.
#[test]
fn generated_templates_are_filled_in_as_python_does() {
    let pieces = vec![
        "{", "}", "{", "}", "{{", "}}", "{x}", "{n}", "x", "n", "l", "d", "k", "0", "1", "[", "]", "[0]", "!", "r",
        "s", ":", " ", ".",
    ];
    let template = prop::collection::vec(prop::sample::select(pieces), 0..10).prop_map(|pieces| pieces.concat());
    let mut runner = runner();
    let templates: Vec<String> = (0..20_000).map(|_| template.new_tree(&mut runner).unwrap().current()).collect();
    let mut filled = 0;
    for (template, expected) in templates.iter().zip(formatted(&templates)) {
        match ours(template) {
            Ok(text) => {
                filled += usize::from(text != *template);
                assert_eq!(Some(text), expected, "{template}");
            }
            Err(reason) => assert!(expected.is_none() || reason.contains("not supported"), "{template}: {reason}"),
        }
    }
    assert!(filled > 500, "{filled}");
}
