use super::*;
use crate::config::Config;

#[test]
fn an_option_that_says_nothing_else_is_the_user_s() {
    assert!(matches!(OPTION.scope, Scope::User));
}

#[test]
fn names_are_unique_and_sections_stand_together() {
    let names: Vec<_> = ALL.iter().map(|option| option.name).collect();
    for (index, name) in names.iter().enumerate() {
        assert!(!names[..index].contains(name), "{name} twice");
    }
    fn leaves(section: &str) -> Vec<&'static str> {
        let inside = children(section).into_iter();
        inside.flat_map(|(_, name, option)| option.map_or_else(|| leaves(&name), |option| vec![option.name])).collect()
    }
    assert_eq!(leaves(""), names);
}

#[test]
fn every_option_gives_back_what_it_was_given() {
    for option in ALL {
        assert!(option.default().is_null() || option.fits(&option.default()), "{}", option.name);
        let mut config = Config::default();
        for value in samples(option) {
            (option.set)(&mut config, &value);
            assert_eq!((option.get)(&config), value, "{}", option.name);
        }
        (option.set)(&mut config, &option.default());
        assert_eq!(config, Config::default(), "{}", option.name);
    }
}

/// Values of every form that an option may have.
fn samples(option: &OptionSpec) -> Vec<Value> {
    let text = |text: Text| match text {
        Text::Marker => "#:",
        Text::Model | Text::Adapter | Text::Program | Text::Folder => "/a",
        Text::Language => "sage",
        Text::Glob => "*.sql",
    };
    let forms = option.forms.iter().flat_map(|form| match *form {
        Form::Null => vec![Value::Null],
        Form::Bool => vec![json!(true), json!(false)],
        Form::Word { word, .. } => vec![json!(word)],
        Form::Whole { least, most, .. } => vec![json!(least), json!(most)],
        Form::Number { most, .. } => vec![json!(most), json!(most - 0.5)],
        Form::Text(kind) => vec![json!(text(kind))],
        Form::List(kind) => vec![json!([]), json!([text(kind)])],
    });
    forms.collect()
}

#[test]
fn ranges_are_those_of_whole_numbers() {
    for (name, expected) in
        [("threads", 1..=512), ("gpuLayers", 0..=10_000), ("mmap", 0..=i64::MAX), ("x", 0..=i64::MAX)]
    {
        assert_eq!(range(name), expected, "{name}");
    }
}
