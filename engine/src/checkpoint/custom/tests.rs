use std::fs;

use serde_json::json;

use super::*;
use crate::checkpoint::Config;

/// The configuration of a model with eight heads, some fields replaced.
fn config(changes: &[(&str, Value)]) -> Value {
    let mut fields = json!({"model_type": "codegen", "n_layer": 2, "n_embd": 256, "n_head": 8, "rotary_dim": 32,
        "vocab_size": 512});
    for (key, value) in changes {
        fields[*key] = value.clone();
    }
    fields
}

fn read(changes: &[(&str, Value)], code: Option<&str>) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    if let Some(code) = code {
        fs::write(folder.path().join("modeling_codegen.py"), code).unwrap();
    }
    Config::parse(&config(changes).to_string(), &folder.path().join("config.json")).map_err(|error| error.to_string())
}

fn own(class: &str) -> (&'static str, Value) {
    ("auto_map", json!({"AutoConfig": "configuration_codegen.CodeGenConfig", "AutoModelForCausalLM": class}))
}

#[test]
fn the_number_of_blocks_comes_from_the_code_or_from_the_models_name() {
    const CLASS: &str = "modeling_codegen.CodeGenForCausalLM";
    let head_dim = ("head_dim", json!(32));
    let name = |name: &str| ("_name_or_path", json!(name));
    let blocks = |changes: &[(&str, Value)], code| read(changes, code).map(|config| config.blocks);
    assert_eq!(blocks(&[], None), Ok(4));
    assert_eq!(blocks(&[("auto_map", json!({"AutoTokenizer": "x.Y"}))], None), Ok(4));
    assert_eq!(blocks(&[own(CLASS), head_dim.clone()], Some("class A:\n        mp_num = 8\n")), Ok(8));
    assert_eq!(blocks(&[own(CLASS)], Some("  mp_num = 4\n  mp_num = 4\n")), Ok(4));
    assert_eq!(blocks(&[own(CLASS), name("Salesforce/codegen2-1B"), head_dim.clone()], None), Ok(8));
    assert_eq!(blocks(&[name("codegen2-3_7B"), head_dim.clone()], Some("# mp_num = 4\n")), Ok(8));
    let remote = "Salesforce/codegen2-3_7B--modeling_codegen.CodeGenForCausalLM";
    assert_eq!(blocks(&[own(remote), name("./out"), head_dim.clone()], None), Ok(8));

    for (changes, code) in [
        (vec![own(CLASS)], None),
        (vec![own(CLASS)], Some("# mp_num = 8\n")),
        (vec![own(CLASS)], Some("mp_num = 4\nmp_num = 8\n")),
        (vec![own(CLASS), name("Salesforce/codegen2-1B"), head_dim.clone()], Some("# mp_num = 8\n")),
        (vec![own("../secret.X")], Some("mp_num = 4\n")),
        (vec![head_dim], None),
    ] {
        let problem = blocks(&changes, code).unwrap_err();
        assert!(problem.contains("another model") && problem.contains("mp_num"), "{changes:?}: {problem}");
    }
    let problem = blocks(&[("head_dim", json!(64)), name("codegen2-1B")], None).unwrap_err();
    assert!(problem.contains("head_dim 64") && problem.contains("32"), "{problem}");
    let problem = blocks(&[own(CLASS), ("n_head", json!(4))], Some("mp_num = 8\n")).unwrap_err();
    assert!(problem.contains("divisible by 8"), "{problem}");
}

#[test]
fn options_of_other_models_are_refused_by_name() {
    for (key, value) in [
        ("rope_theta", json!(1e6)),
        ("rope_scaling", json!({"type": "linear", "factor": 4.0})),
        ("num_key_value_heads", json!(2)),
        ("hidden_size", json!(512)),
        ("multi_query", json!(true)),
        ("n_kv_heads", json!(2)),
        ("sliding_window", json!(4096)),
        ("attention_bias", json!(true)),
        ("mp_num", json!(8)),
        ("pruned_heads", json!({"0": [1]})),
        ("scale_attn_weights", json!(false)),
    ] {
        let problem = read(&[(key, value)], None).unwrap_err();
        assert!(problem.contains(key), "{key}: {problem}");
    }
    for (key, value) in [
        ("rope_theta", json!(10000)),
        ("rope_scaling", Value::Null),
        ("rope_parameters", json!({"rope_type": "default", "rope_theta": 10000.0})),
        ("hidden_dropout_prob", json!(0.1)),
        ("pruned_heads", json!({})),
        ("hidden_size", json!(256)),
        ("num_beam_groups", json!(1)),
        ("add_cross_attention", json!(false)),
        ("n_ctx", json!(2048)),
        ("summary_type", json!("cls_index")),
        ("pad_token_id", json!(50256)),
        ("attn_implementation", json!("eager")),
    ] {
        assert!(read(&[(key, value)], None).is_ok(), "{key}");
    }
}

#[test]
fn quantized_checkpoints_are_refused_with_their_method() {
    for (value, expected) in [
        (json!({"load_in_8bit": true, "quant_method": "bitsandbytes"}), "bitsandbytes"),
        (json!({"bits": 4, "quant_method": "gptq"}), "gptq"),
        (json!({"bits": 4}), "quantization_config"),
    ] {
        let problem = read(&[("quantization_config", value)], None).unwrap_err();
        assert!(problem.contains("quantized") && problem.contains(expected), "{problem}");
    }
    let off = json!({"load_in_8bit": false, "load_in_4bit": false, "quant_method": "bitsandbytes"});
    for value in [Value::Null, json!({}), off] {
        assert!(read(&[("quantization_config", value.clone())], None).is_ok(), "{value}");
    }
    assert!(is_quantized("transformer.h.0.attn.qkv_proj.weight.quant_state.bitsandbytes__nf4"));
    assert!(is_quantized("transformer.h.0.attn.qkv_proj.qweight"));
    assert!(!is_quantized("transformer.h.0.attn.qkv_proj.weight"));
}
