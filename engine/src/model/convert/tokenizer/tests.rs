use std::path::PathBuf;

use serde_json::json;

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/parity/checkpoints").join(name)
}

fn config(name: &str) -> Config {
    Config::read(&fixture(name).join("config.json")).unwrap()
}

/// A tokenizer.json, to change.
fn source() -> Value {
    parse(&fixture("heads-4x32").join("tokenizer.json")).unwrap()
}

#[test]
fn a_tokenizer_json_becomes_tokens_kinds_and_merges() {
    let tokenizer = SourceTokenizer::open(&fixture("heads-4x32"), &config("heads-4x32")).unwrap();
    assert_eq!((tokenizer.tokens.len(), tokenizer.kinds.len()), (320, 320));
    assert_eq!((tokenizer.tokens[0].as_str(), tokenizer.kinds[0]), ("!", TokenKind::Normal));
    assert_eq!((tokenizer.tokens[300].as_str(), tokenizer.kinds[300]), ("<|endoftext|>", TokenKind::Control));
    assert_eq!((tokenizer.tokens[301].as_str(), tokenizer.kinds[301]), ("     ", TokenKind::UserDefined));
    assert_eq!((tokenizer.tokens[306].as_str(), tokenizer.kinds[306]), ("\t\t", TokenKind::UserDefined));
    assert_eq!((tokenizer.tokens[307].as_str(), tokenizer.kinds[307]), ("[PAD307]", TokenKind::Unused));
    assert_eq!(tokenizer.merges.len(), 300 - 256);
    assert!(tokenizer.merges.iter().all(|merge| merge.split(' ').count() == 2), "{:?}", tokenizer.merges);
    // Compact, in the file's order.
    assert!(
        tokenizer.json.starts_with(r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":300,"#)
    );
}

#[test]
fn the_files_of_slow_tokenizers_make_the_same_tokenizer() {
    let whole = SourceTokenizer::open(&fixture("heads-4x32"), &config("heads-4x32")).unwrap();
    let parts = SourceTokenizer::open(&fixture("heads-4x64"), &config("heads-4x64")).unwrap();
    assert_eq!(parts.tokens, whole.tokens);
    assert_eq!(parts.kinds, whole.kinds);
    assert_eq!(parts.merges, whole.merges);
    let [whole, parts] = [whole, parts].map(|source| tokenizers::Tokenizer::from_str(&source.json).unwrap());
    for text in ["def main(values):\n        return é 😀\r\n\t\t\tx", "a      b  c <|endoftext|> d", ""] {
        let ids = parts.encode(text, false).unwrap().get_ids().to_vec();
        assert_eq!(ids, whole.encode(text, false).unwrap().get_ids());
        assert_eq!(parts.decode(&ids, false).unwrap(), text);
    }
}

/// The released models' config.json says that texts begin with token 1, which is a quotation mark.
#[test]
fn an_ordinary_token_that_config_calls_the_beginning_stays_ordinary() {
    let config = Config { bos_token_id: Some(1), ..config("heads-4x64") };
    let tokenizer = SourceTokenizer::open(&fixture("heads-4x64"), &config).unwrap();
    assert_eq!((tokenizer.tokens[1].as_str(), tokenizer.kinds[1]), ("\"", TokenKind::Normal));
    assert_eq!(tokenizer.kinds.iter().filter(|kind| **kind == TokenKind::Control).count(), 1);
}

#[test]
fn merges_may_be_strings_as_well_as_pairs() {
    let config = config("heads-4x32");
    let mut tokenizer = source();
    let pairs = SourceTokenizer::from_value(&tokenizer, &config).unwrap();
    tokenizer["model"]["merges"] = pairs.merges.iter().map(|merge| json!(merge)).collect();
    assert_eq!(SourceTokenizer::from_value(&tokenizer, &config).unwrap().merges, pairs.merges);
}

#[test]
fn padding_never_takes_a_tokens_name() {
    let mut tokenizer = source();
    let mut added = tokenizer["added_tokens"][1].clone();
    added["content"] = json!("[PAD310]");
    added["id"] = json!(307);
    tokenizer["added_tokens"].as_array_mut().unwrap().push(added);
    let tokens = SourceTokenizer::from_value(&tokenizer, &config("heads-4x32")).unwrap().tokens;
    assert_eq!((tokens[307].as_str(), tokens[310].as_str()), ("[PAD310]", "[PAD310]_"));
}

#[test]
fn tokenizers_that_llama_cpp_would_read_differently_are_refused() {
    let config = config("heads-4x32");
    for (pointer, value, expected) in [
        ("/model/type", json!("Unigram"), "is a Unigram tokenizer"),
        ("/normalizer", json!({"type": "NFC"}), "normalizes text"),
        ("/pre_tokenizer", json!({"type": "Whitespace"}), "splits text by {\"type\":\"Whitespace\"}"),
        ("/pre_tokenizer", Value::Null, "splits text by null"),
        ("/pre_tokenizer/add_prefix_space", json!(true), "without a prefix space"),
        ("/pre_tokenizer/use_regex", json!(false), "with its regular expression"),
        ("/model/ignore_merges", json!(true), "has ignore_merges"),
        ("/model/end_of_word_suffix", json!("</w>"), "has a end_of_word_suffix"),
        ("/model/vocab", Value::Null, "has no vocabulary"),
        ("/model/merges", Value::Null, "has no merges"),
        ("/model/merges/0", json!("e"), "has the merge \"e\", which does not join"),
        ("/model/merges/0", json!(["a", "b c"]), "which does not join two of its tokens"),
        ("/model/merges/0", json!(["é", "😀"]), "which does not join two of its tokens"),
        ("/model/vocab/!", json!(1), "gives both"),
        ("/model/vocab/!", json!(320), "the id 320; the model has the ids 0 to 319"),
        ("/model/vocab/!", json!("one"), "the id \"one\""),
        ("/added_tokens/0/id", json!(4_000_000), "the id 4000000"),
        ("/added_tokens/0/content", json!(""), "an added token that is empty"),
        ("/added_tokens/1/rstrip", json!(true), "with rstrip"),
        ("/added_tokens/1/content", json!("!"), "has the token \"!\" twice"),
    ] {
        let mut tokenizer = source();
        *tokenizer.pointer_mut(pointer).unwrap() = value;
        let problem = SourceTokenizer::from_value(&tokenizer, &config).unwrap_err();
        assert!(problem.contains(expected), "{pointer}: {problem}");
    }
}

#[test]
fn merges_that_are_cut_short_are_refused() {
    let mut tokenizer = source();
    let merges = tokenizer["model"]["merges"].as_array_mut().unwrap();
    merges.pop().unwrap();
    let problem = SourceTokenizer::from_value(&tokenizer, &config("heads-4x32")).unwrap_err();
    assert!(problem.contains("has 43 merges, but none for 1 of its tokens"), "{problem}");
    tokenizer["model"]["merges"] = json!([]);
    let problem = SourceTokenizer::from_value(&tokenizer, &config("heads-4x32")).unwrap_err();
    assert!(problem.contains("has 0 merges, but none for 44 of its tokens"), "{problem}");
}

#[test]
fn a_vocabulary_larger_than_the_model_is_refused() {
    let config = Config { vocab_size: 306, ..config("heads-4x32") };
    let error = SourceTokenizer::open(&fixture("heads-4x32"), &config).unwrap_err().to_string();
    assert!(error.contains("gives the token \"\\t\\t\" the id 306; the model has the ids 0 to 305"), "{error}");
}

#[test]
fn missing_and_corrupt_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = || SourceTokenizer::open(folder.path(), &config("heads-4x64")).unwrap_err().to_string();
    assert!(refusal().contains("has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt"));
    std::fs::copy(fixture("heads-4x64").join("vocab.json"), folder.path().join("vocab.json")).unwrap();
    assert!(refusal().contains("merges.txt: No such file"));
    std::fs::write(folder.path().join("merges.txt"), "#version: 0.2\na b c\n").unwrap();
    assert!(refusal().contains("has the merge \"a b c\""));
    std::fs::write(folder.path().join("tokenizer.json"), "{").unwrap();
    assert!(refusal().contains("tokenizer.json: is not the JSON expected"));
}

/// A copy of the folder with the slow tokenizer's files, and a configuration whose ends are these.
fn slow(ends: &[u32]) -> (tempfile::TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["vocab.json", "merges.txt", "added_tokens.json"] {
        std::fs::copy(fixture("heads-4x64").join(name), folder.path().join(name)).unwrap();
    }
    (folder, Config { eos_token_ids: ends.to_vec(), ..config("heads-4x64") })
}

/// The first uploads and many forks of them say that token 2 ends a text; it is `#`.
#[test]
fn an_ordinary_token_that_config_calls_the_end_stays_ordinary() {
    let (folder, config) = slow(&[2]);
    let slow = SourceTokenizer::open(folder.path(), &config).unwrap();
    let fast = SourceTokenizer::from_value(&source(), &config).unwrap();
    for tokenizer in [slow, fast] {
        assert_eq!((tokenizer.tokens[2].as_str(), tokenizer.kinds[2]), ("#", TokenKind::Normal));
        assert_eq!((tokenizer.special.ends.as_slice(), tokenizer.special.begin), (&[300][..], 300));
        assert!(tokenizer.special.notes[0].contains("eos_token_id 2 is \"#\""), "{:?}", tokenizer.special.notes);
    }
}

#[test]
fn ends_of_the_models_own_come_first() {
    for special in [true, false] {
        let mut tokenizer = source();
        tokenizer["added_tokens"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": 307, "content": "[END]", "special": special,
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": !special}));
        let config = Config { eos_token_ids: vec![307], ..config("heads-4x32") };
        let found = SourceTokenizer::from_value(&tokenizer, &config).unwrap().special;
        assert_eq!((found.ends.as_slice(), found.begin, found.notes.len()), (&[307, 300][..], 300, 0));
    }
    let (folder, config) = slow(&[307, 300]);
    let path = folder.path().join("added_tokens.json");
    let mut added: Value = parse(&path).unwrap();
    added["[END]"] = json!(307);
    std::fs::write(path, added.to_string()).unwrap();
    let tokenizer = SourceTokenizer::open(folder.path(), &config).unwrap();
    assert_eq!((tokenizer.special.ends.as_slice(), tokenizer.kinds[307]), (&[307, 300][..], TokenKind::Control));
}

#[test]
fn a_tokenizer_without_an_end_takes_a_row_that_is_no_token() {
    let mut tokenizer = source();
    tokenizer["added_tokens"][0]["content"] = json!("[X]");
    tokenizer["model"]["vocab"].as_object_mut().unwrap().remove("<|endoftext|>");
    let config = Config { eos_token_ids: vec![2], ..config("heads-4x32") };
    let found = SourceTokenizer::from_value(&tokenizer, &config).unwrap();
    assert_eq!(found.kinds[found.special.ends[0] as usize], TokenKind::Unused);
    assert_eq!(found.special.notes.len(), 2, "{:?}", found.special.notes);
}

#[test]
fn a_token_that_is_put_first_is_found_wherever_it_is_said() {
    let config = config("heads-4x32");
    let token = json!({"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}});
    let text = json!({"Sequence": {"id": "A", "type_id": 0}});
    let template = |single: &[&Value]| {
        json!({"type": "TemplateProcessing", "single": single, "pair": [text, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [300], "tokens": ["<|endoftext|>"]}}})
    };
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true});
    let read = |processor: Value| {
        let mut tokenizer = source();
        tokenizer["post_processor"] = processor;
        SourceTokenizer::from_value(&tokenizer, &config).map(|tokenizer| tokenizer.special)
    };
    for (processor, first, notes) in [
        (Value::Null, false, 0),
        (byte_level.clone(), false, 0),
        (template(&[&token, &text]), true, 0),
        (template(&[&text]), false, 0),
        (template(&[&text, &token]), false, 1),
        (json!({"type": "Sequence", "processors": [byte_level, template(&[&token, &text])]}), true, 0),
        (
            json!({"type": "RobertaProcessing", "sep": ["<|endoftext|>", 300], "cls": ["<|endoftext|>", 300],
                "trim_offsets": true, "add_prefix_space": false}),
            true,
            1,
        ),
    ] {
        let found = read(processor.clone()).unwrap();
        assert_eq!((found.first, found.notes.len(), found.begin), (first, notes, 300), "{processor}");
    }
    let problem = read(template(&[&token, &token, &text])).unwrap_err();
    assert!(problem.contains("puts 2 tokens before each text"), "{problem}");

    let (folder, config) = slow(&[300]);
    let settings = folder.path().join("tokenizer_config.json");
    std::fs::write(&settings, r#"{"add_bos_token": true, "bos_token": {"content": "<|endoftext|>"}}"#).unwrap();
    assert!(SourceTokenizer::open(folder.path(), &config).unwrap().special.first);
    std::fs::write(&settings, r#"{"add_bos_token": false, "bos_token": "<|endoftext|>"}"#).unwrap();
    assert!(!SourceTokenizer::open(folder.path(), &config).unwrap().special.first);
    std::fs::write(&settings, r#"{"add_prefix_space": true}"#).unwrap();
    let problem = SourceTokenizer::open(folder.path(), &config).unwrap_err().to_string();
    assert!(problem.contains("add_prefix_space"), "{problem}");
}

#[test]
fn of_equal_merges_the_last_counts() {
    let config = config("heads-4x32");
    let mut tokenizer = source();
    let once = SourceTokenizer::from_value(&tokenizer, &config).unwrap().merges;
    let first = tokenizer["model"]["merges"][0].clone();
    tokenizer["model"]["merges"].as_array_mut().unwrap().push(first);
    let twice = SourceTokenizer::from_value(&tokenizer, &config).unwrap().merges;
    assert_eq!(twice[..twice.len() - 1], once[1..]);
    assert_eq!(twice.last(), once.first());
}
