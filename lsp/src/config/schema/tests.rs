#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::Config;
use super::super::form::Form;
use super::*;

/// Whether a schema accepts a value, by the keywords of draft-07 that are used here. Any other keyword is a mistake in
/// the schema, or must be added here.
fn takes(schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(keyword, wanted)| {
        let compare = |holds: fn(f64, f64) -> bool| value.as_f64().is_none_or(|n| holds(n, wanted.as_f64().unwrap()));
        match keyword.as_str() {
            "type" => match wanted {
                Value::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
                kind => is(kind, value),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "anyOf" => wanted.as_array().unwrap().iter().any(|schema| takes(schema, value)),
            "minimum" => compare(|number, least| number >= least),
            "exclusiveMinimum" => compare(|number, bound| number > bound),
            "maximum" => compare(|number, most| number <= most),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= wanted.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| matches(wanted.as_str().unwrap(), text)),
            "items" => value.as_array().is_none_or(|list| list.iter().all(|item| takes(wanted, item))),
            "properties" => value.as_object().is_none_or(|map| {
                map.iter().all(|(key, value)| wanted.get(key).is_none_or(|schema| takes(schema, value)))
            }),
            "additionalProperties" => {
                assert_eq!(wanted, &json!(false));
                let patterns = schema.get("patternProperties").and_then(Value::as_object);
                let known = |key: &String| {
                    schema["properties"].get(key).is_some()
                        || patterns.is_some_and(|all| all.keys().any(|pattern| matches(pattern, key)))
                };
                value.as_object().is_none_or(|map| map.keys().all(known))
            }
            "patternProperties" => wanted.as_object().unwrap().values().all(|schema| *schema == json!({})),
            "$schema" | "title" | "description" | "default" | "x-since" | "markdownEnumDescriptions" => true,
            "markdownDescription" | "scope" | "order" => true,
            other => panic!("an unknown keyword: {other}"),
        }
    })
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("an unknown type: {other}"),
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    regex::Regex::new(pattern).unwrap().is_match(text)
}

/// Values of every kind, right for some options and wrong for others; and the bounds of this option, with values beyond
/// them.
fn values(option: &OptionSpec) -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.0),
        json!(0.5),
        json!(-0.5),
        json!(1.5),
        json!(2.5),
        json!(1e300),
        json!(-1e300),
        json!(u64::MAX),
        json!(""),
        json!("a"),
        json!("auto"),
        json!("all"),
        json!("off"),
        json!("parse"),
        json!("run"),
        json!("AUTO"),
        json!("folder"),
        json!("folder+network"),
        json!("3"),
        json!("python3"),
        json!("./python3"),
        json!("/usr/bin/python3"),
        json!("bin/python3"),
        json!(".."),
        json!("#"),
        json!("#>"),
        json!("//"),
        json!("#a\nb"),
        json!([]),
        json!(["python"]),
        json!([""]),
        json!([3]),
        json!([null]),
        json!(["/a"]),
        json!(["/a", "b"]),
        json!(["~/a"]),
        json!(["file:///a"]),
        json!(["FILE:///a"]),
        json!(["file://localhost/a"]),
        json!(["file://host/a"]),
        json!(["http://a/b"]),
        json!([["/a"]]),
        json!({}),
        json!({"a": 1}),
    ];
    for form in option.forms {
        match form {
            Form::Whole { least, most, .. } => {
                let (least, most) = (*least as i64, *most as i64);
                values.extend([least - 1, least, most, most + 1].map(|number| json!(number)));
            }
            Form::Number { above, most } => {
                values.extend([above.unwrap_or(0.0), most - 0.01, *most, most + 0.01].map(|number| json!(number)));
            }
            Form::Word { word, .. } => values.extend([json!(word), json!(word.to_uppercase())]),
            Form::Null | Form::Bool | Form::Text(_) | Form::List(_) => {}
        }
    }
    values
}

fn nested(name: &str, value: &Value) -> Value {
    name.rsplit('.').fold(value.clone(), |inner, key| json!({key: inner}))
}

/// Asserts that the schema accepts exactly the values that the parser accepts; returns whether they do.
#[track_caller]
fn agree(schema: &Value, settings: &Value) -> bool {
    let problems = Config::default().read(settings);
    assert_eq!(takes(schema, settings), problems.is_empty(), "{settings} {problems:?}");
    problems.is_empty()
}

#[test]
fn the_schema_takes_exactly_what_the_parser_takes() {
    let schema = json_schema();
    for option in options::ALL {
        let taken = values(option).iter().filter(|value| agree(&schema, &nested(option.name, value))).count();
        assert!(taken > 1 && taken < values(option).len(), "{}: {taken}", option.name);
    }
    for (settings, right) in [
        (json!({}), true),
        (json!([]), false),
        (json!(3), false),
        (json!({"inline": null, "synthesis": {}}), true),
        (json!({"inline": []}), false),
        (json!({"inline": true}), false),
        (json!({"colour": 1}), false),
        (json!({"gpulayers": 1}), false),
        (json!({"inline.enabled": true}), false),
        (json!({"inline": {"colour": 1}}), false),
        (json!({"inline": {"server": 1}}), false),
        (json!({"server": {"path": "x"}}), true),
        (json!({"server": "x", "trace": null}), true),
        (json!({"trace": {"server": {"verbosity": "messages"}}}), true),
        (json!({"server.path": "x", "trace.server": "verbose"}), true),
        (json!({"codegen.server.path": "x", "codegen.trace.server": "off"}), true),
        (json!({"$schema": "./schema.json"}), true),
        (json!({"serverPath": "x"}), false),
        (json!({"servers": {}}), false),
        (json!({"Server": {}}), false),
        (json!({"traces.server": {}}), false),
        (json!({"codegen.model": "x"}), false),
    ] {
        assert_eq!(agree(&schema, &settings), right, "{settings}");
    }
}

/// JSON without the comments at the ends of lines.
fn uncommented(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut quoted = false;
        let end = line.char_indices().find(|(index, c)| {
            quoted ^= *c == '"';
            !quoted && line[*index..].starts_with("//")
        });
        &line[..end.map_or(line.len(), |(index, _)| index)]
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_examples_of_the_documentation_are_right() {
    let pages = [
        include_str!("../../../../README.md"),
        include_str!("../../../../docs/OPTIONS.md"),
        include_str!("../../../PROTOCOL.md"),
    ];
    let mut examples = 0;
    for block in pages.iter().flat_map(|page| page.split("\n```json").skip(1)) {
        let block = block.split("\n```").next().unwrap().trim_start_matches('c');
        let example: Value = serde_json::from_str(&uncommented(block)).unwrap();
        assert!(agree(&json_schema(), &example), "{example}");
        examples += 1;
    }
    assert!(examples >= 2, "{examples}");
}

#[test]
fn settings_of_vs_code_have_defaults_that_they_take() {
    let settings = vscode();
    let names: Vec<_> = settings.as_object().unwrap().keys().map(String::as_str).collect();
    let known: Vec<_> = options::ALL.iter().map(|option| format!("codegen.{}", option.name)).collect();
    assert_eq!(names, known);
    for (name, schema) in settings.as_object().unwrap() {
        assert!(takes(schema, &schema["default"]), "{name}");
        let sentence = schema["markdownDescription"].as_str().unwrap();
        assert!(sentence.ends_with('.') && sentence.starts_with(char::is_uppercase), "{name}: {sentence}");
    }
    assert_eq!(
        settings["codegen.slots"],
        json!({
            "type": ["integer", "null"], "minimum": 1, "maximum": 64, "default": null,
            "markdownDescription": "Requests decoded side by side. If it is not set: as many as fit 1 GiB of KV cache, 2 to 8.",
            "scope": "machine", "order": 5,
        })
    );
    assert_eq!(
        settings["codegen.inline.enabled"],
        json!({
            "type": "boolean", "default": true,
            "markdownDescription": "Whether there are suggestions while typing. A workspace may set it to `false`.",
            "scope": "resource", "order": 14,
        })
    );
    assert_eq!(settings["codegen.synthesis.verify"]["enum"], json!(["parse", "run"]));
    // By itself it says nothing but the default.
    let mut config = Config::default();
    for option in options::ALL {
        let default = &settings[&format!("codegen.{}", option.name)]["default"];
        assert_eq!(config.read(&nested(option.name, default)), Vec::<String>::new());
    }
    assert_eq!(config, Config::default());
}
