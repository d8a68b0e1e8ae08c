//! Filters settings that may be a workspace's, sent by the client or read from its `pyproject.toml`, by who may set which option
//! ([`super::options`]).
//!
//! An editor merges a workspace's settings into its user's before it answers `workspace/configuration` or pushes
//! settings, so the server cannot tell the two apart. Options that could do harm are therefore the user's only, who
//! sets them in `initializationOptions` or in a file of their own ([`super::user_file`]).

use std::path::Path;

use serde_json::{Map, Value};

use super::option::Scope;
use super::read::{Root, short};
use super::{Config, SECTION, options};

/// Whose settings are filtered: both may be a workspace's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The client's, which does not say where it has them from.
    Client,
    /// The project's: they stand in a file of the workspace.
    Project,
}

impl Whose {
    /// Where their options stand.
    pub(super) const fn root(self) -> Root {
        match self {
            Self::Client => Root(SECTION),
            Self::Project => Root("tool.codegen"),
        }
    }

    /// The beginning of the reason for a refusal.
    const fn reason(self) -> &'static str {
        match self {
            Self::Client => "as the client's settings may be a workspace's",
            Self::Project => "as this file is the project's",
        }
    }

    /// The places in which the user may set the option instead.
    fn place(self, file: Option<&Path>) -> String {
        let file = file.map(|file| file.display().to_string());
        match (self, file) {
            (Self::Client, None) => "initializationOptions".to_owned(),
            (Self::Client, Some(file)) => format!("initializationOptions or in {file}"),
            (Self::Project, None) => "your own file".to_owned(),
            (Self::Project, Some(file)) => file,
        }
    }
}

/// The part of `settings` that may come from a workspace, and messages for the user about the rest. `user` is the
/// configuration that the user's own settings make; `file` is where the user can write them. Values that the user's own
/// settings have anyway, and those that [`Config::read`] will refuse, stay in.
#[must_use]
pub fn admit(user: &Config, settings: &Value, file: Option<&Path>) -> (Value, Vec<String>) {
    admit_from(Whose::Client, user, settings, file)
}

/// Does the same as [`admit`] for settings of the client's or of the project's.
#[must_use]
pub fn admit_from(whose: Whose, user: &Config, settings: &Value, file: Option<&Path>) -> (Value, Vec<String>) {
    let mut refused = Vec::new();
    let admitted = match settings {
        Value::Object(options) => Value::Object(admit_all(user, "", options, (whose, file), &mut refused)),
        other => other.clone(),
    };
    (admitted, refused)
}

fn admit_all(
    user: &Config,
    section: &str,
    options: &Map<String, Value>,
    (whose, file): (Whose, Option<&Path>),
    refused: &mut Vec<String>,
) -> Map<String, Value> {
    let mut admitted = Map::new();
    for (key, value) in options {
        let name = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
        let value = match value {
            Value::Object(inner) => Value::Object(admit_all(user, &name, inner, (whose, file), refused)),
            value => match refusal(whose, user, &name, value) {
                None => admitted_value(user, &name, value),
                Some(why) => {
                    refused.push(format!("{why}; set it in {}", whose.place(file)));
                    continue;
                }
            },
        };
        admitted.insert(key.clone(), value);
    }
    admitted
}

/// What a value that a workspace may give comes to: its list with what the user's has beside it. The user's comes last, so that a
/// problem with an item names its place in the workspace's.
fn admitted_value(user: &Config, name: &str, value: &Value) -> Value {
    let option = options::find(name).filter(|option| matches!(option.scope, Scope::WorkspaceMayAdd));
    let own = option.map(|option| (option.get)(user));
    match (value, own) {
        (Value::Array(items), Some(Value::Array(own))) => {
            let own = own.into_iter().filter(|item| !items.contains(item));
            items.iter().cloned().chain(own).collect()
        }
        _ => value.clone(),
    }
}

/// The reason why a workspace may not give this option this value; `None` if it may, or if it makes no difference.
fn refusal(whose: Whose, user: &Config, name: &str, value: &Value) -> Option<String> {
    let mut workspace = user.clone();
    // A wrong value is reported where the admitted settings are read.
    let _ = workspace.read(&nested(name, value));
    if workspace == *user {
        return None;
    }
    let ignored = format!("{} = {} is ignored, {}", whose.root().full(name), short(&value.to_string()), whose.reason());
    // An unknown option is no workspace's either.
    match options::find(name).map_or(Scope::User, |option| option.scope) {
        Scope::Anyone | Scope::WorkspaceMayAdd => None,
        Scope::User => Some(format!("{ignored} and only the user may set this option")),
        Scope::WorkspaceMayNarrow(narrowing) if (narrowing.holds)(user, &workspace) => None,
        Scope::WorkspaceMayNarrow(narrowing) => Some(format!("{ignored}, which may only set it to {}", narrowing.to)),
    }
}

/// Settings with one option.
fn nested(name: &str, value: &Value) -> Value {
    name.rsplit('.').fold(value.clone(), |inner, key| Value::Object(Map::from_iter([(key.to_owned(), inner)])))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use serde_json::json;

    use super::*;

    /// For each option: the user's value, a wider or simply different one, and a narrower one.
    fn samples() -> Vec<(&'static str, Value, Value, Option<Value>)> {
        vec![
            ("model", json!("mine.gguf"), json!("theirs.gguf"), None),
            ("lora", json!("/mine.gguf"), json!("/theirs.gguf"), None),
            ("threads", json!(2), json!(512), Some(json!(1))),
            ("context", json!(1024), json!(1 << 20), Some(json!(64))),
            ("batch", json!(64), json!(65536), Some(json!(1))),
            ("slots", json!(2), json!(64), Some(json!(1))),
            ("gpuLayers", json!(3), json!("all"), Some(json!(0))),
            ("mainDevice", json!(0), json!(1), None),
            ("flashAttention", json!(true), json!(false), None),
            ("mmap", json!(true), json!(false), None),
            ("idleUnloadSeconds", json!("auto"), json!(1), None),
            ("engine.process", json!(true), json!(false), None),
            ("languages", json!(["python"]), json!(["rust"]), None),
            ("maxFileBytes", json!(2000), json!(2001), Some(json!(1999))),
            ("inline.enabled", json!(false), json!(true), None),
            ("inline.enabled", json!(true), json!(true), Some(json!(false))),
            ("inline.maxTokens", json!(7), json!(4096), Some(json!(1))),
            ("inline.minConfidence", json!(0.5), json!(null), Some(json!(0.75))),
            ("inline.minLogprob", json!(-1), json!(null), Some(json!(-0.5))),
            ("inline.eagerness", json!("calm"), json!("eager"), Some(json!("onDemand"))),
            ("inline.debounceMs", json!(75), json!(0), Some(json!("auto"))),
            ("inline.patienceMs", json!(100), json!(0), Some(json!(200))),
            ("inline.prepareNext", json!(true), json!(false), None),
            ("inline.context", json!("imports"), json!("all"), Some(json!("off"))),
            ("inline.contextShare", json!(20), json!(21), Some(json!(1))),
            ("inline.ignore", json!(["*.sql"]), json!([]), None),
            ("inline.ignore", json!(["*.sql"]), json!(["*.sql"]), Some(json!(["src/*.sql"]))),
            ("inline.languages", json!(["c", "go"]), json!(["c", "rust"]), Some(json!(["go"]))),
            ("completion.enabled", json!("auto"), json!(true), Some(json!(false))),
            ("statistics.enabled", json!(false), json!(true), None),
            ("statistics.enabled", json!(true), json!(true), Some(json!(false))),
            ("prompt.marker", json!("#>"), json!("#:"), None),
            ("synthesis.maxTokens", json!(64), json!(4096), Some(json!(1))),
            ("synthesis.candidates", json!(2), json!(16), Some(json!(1))),
            ("synthesis.temperature", json!(0.5), json!(2), Some(json!(0.1))),
            ("synthesis.topP", json!(0.5), json!(1), Some(json!(0.1))),
            ("synthesis.verify", json!("parse"), json!("run"), None),
            ("synthesis.verify", json!("run"), json!("run"), Some(json!("parse"))),
            ("synthesis.codeLens", json!("auto"), json!("all"), Some(json!("off"))),
            ("synthesis.python", json!("python3"), json!("/workspace/python"), None),
            ("synthesis.isolation", json!("folder"), json!("limits"), Some(json!("folder+network"))),
            ("synthesis.runSeconds", json!(10), json!(11), Some(json!(9))),
            ("trusted", json!(["/mine"]), json!(true), Some(json!(false))),
        ]
    }

    fn scope(option: &str) -> Scope {
        options::find(option).unwrap().scope
    }

    /// The names that `Config::read` knows, taken from its problem with an unknown one.
    fn schema(section: &str) -> Vec<String> {
        let wrong = if section.is_empty() { "?".to_owned() } else { format!("{section}.?") };
        let problems = Config::default().read(&nested(&wrong, &json!(1)));
        let prefix = format!("codegen.{wrong} is not an option; there are ");
        let Some(names) = problems.first().and_then(|problem| problem.strip_prefix(&prefix)) else { return Vec::new() };
        let names = names.split(", ").flat_map(|name| {
            let name = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            let inner = schema(&name);
            if inner.is_empty() { vec![name] } else { inner }
        });
        names.collect()
    }

    #[test]
    fn the_table_has_every_option_of_the_schema_once_and_no_other() {
        let mut known = schema("");
        assert!(known.len() > 20, "{known:?}");
        let mut ruled: Vec<_> = options::ALL.iter().map(|option| option.name.to_owned()).collect();
        known.sort();
        ruled.sort();
        assert_eq!(known, ruled);
        for option in &known {
            assert!(samples().iter().any(|(name, ..)| name == option), "no sample for {option}");
        }
    }

    #[test]
    fn a_workspace_s_value_has_the_effect_that_the_table_says() {
        for (option, users, wider, narrower) in samples() {
            let mut user = Config::default();
            assert_eq!(user.read(&nested(option, &users)), Vec::<String>::new(), "{option}");
            let effect = |value: &Value| {
                let (admitted, refused) = admit(&user, &nested(option, value), None);
                let mut config = user.clone();
                assert_eq!(config.read(&admitted), Vec::<String>::new(), "{option}");
                assert!(refused.iter().all(|why| why.starts_with(&format!("codegen.{option} = {value} is ignored, "))));
                (config != user, !refused.is_empty())
            };
            assert_eq!(effect(&users), (false, false), "{option}: what the user says anyway");
            let (heard, refused) = match scope(option) {
                Scope::Anyone => (true, false),
                // A shorter list takes nothing away.
                Scope::WorkspaceMayAdd => (false, false),
                _ => (false, users != wider),
            };
            assert_eq!(effect(&wider), (heard, refused), "{option} = {wider}");
            if let Some(narrower) = narrower {
                let may = !matches!(scope(option), Scope::User);
                assert_eq!(effect(&narrower), (may, !may), "{option} = {narrower}");
            }
        }
    }

    #[test]
    fn a_workspace_adds_to_the_user_s_list() {
        let mut user = Config::default();
        assert_eq!(user.read(&json!({"inline": {"ignore": ["a", "b"]}})), Vec::<String>::new());
        for (value, globs, problems) in [
            (json!(["c"]), &["c", "a", "b"][..], 0),
            (json!(["b", "c"]), &["b", "c", "a"], 0),
            (json!([]), &["a", "b"], 0),
            (json!(null), &["a", "b"], 0),
            (json!("c"), &["a", "b"], 1),
            (json!(["c", "[", 3]), &["c", "a", "b"], 2),
            (json!(["["]), &["a", "b"], 1),
        ] {
            let (admitted, refused) = admit(&user, &json!({"inline": {"ignore": value}}), None);
            let mut config = user.clone();
            let told = config.read(&admitted);
            assert_eq!(
                (config.inline.ignore.written(), refused.len()),
                (&globs.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>()[..], 0),
                "{value}"
            );
            assert_eq!(told.len(), problems, "{told:?}");
        }
        let (admitted, _) = admit(&user, &json!({"inline": {"ignore": ["c", "["]}}), None);
        assert!(user.read(&admitted)[0].starts_with("codegen.inline.ignore[1] is \"[\", but"));
    }

    #[test]
    fn what_is_refused_is_told_with_the_place_to_set_it() {
        let user = Config::default();
        let file = Path::new("/home/u/.config/codegen-lsp/config.json");
        let settings = json!({
            "model": "x", "synthesis": {"verify": "run", "candidates": 2, "python": "p".repeat(200)}, "colour": 1, "lora": 7,
        });
        let (admitted, refused) = admit(&user, &settings, Some(file));
        assert_eq!(admitted, json!({"synthesis": {"candidates": 2}, "colour": 1, "lora": 7}));
        let place = "; set it in initializationOptions or in /home/u/.config/codegen-lsp/config.json";
        let whose = "is ignored, as the client's settings may be a workspace's";
        let long = format!("\"{}…", "p".repeat(79));
        assert_eq!(
            refused,
            [
                format!("codegen.model = \"x\" {whose} and only the user may set this option{place}"),
                format!("codegen.synthesis.verify = \"run\" {whose}, which may only set it to \"parse\"{place}"),
                format!("codegen.synthesis.python = {long} {whose} and only the user may set this option{place}"),
            ]
        );
        for odd in [json!(null), json!(3), json!([])] {
            assert_eq!(admit(&user, &odd, None), (odd.clone(), Vec::new()), "{odd}");
        }
    }
}
