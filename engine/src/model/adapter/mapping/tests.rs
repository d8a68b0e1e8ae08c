use super::*;

const MODEL: &str =
    r#"{"model_type": "codegen", "n_layer": 2, "n_embd": 64, "n_head": 4, "rotary_dim": 8, "vocab_size": 50}"#;
const CONFIG: &str =
    r#"{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "rank_pattern": {"fc_in": 2}, "alpha_pattern": {"fc_in": 3}}"#;

fn tensor(name: &str, shape: [usize; 2]) -> SourceTensor {
    SourceTensor { name: format!("base_model.model.{name}"), shape: shape.to_vec(), dtype: SourceType::F32 }
}

/// An adapter for one matrix of each kind.
fn adapter() -> Vec<SourceTensor> {
    let block = |module: &str, rank, rows, columns| {
        let name = |half: &str| format!("transformer.h.1.{module}.lora_{half}.weight");
        [tensor(&name("A"), [rank, columns]), tensor(&name("B"), [rows, rank])]
    };
    let mut tensors = Vec::new();
    tensors.extend(block("attn.qkv_proj", 4, 192, 64));
    tensors.extend(block("attn.out_proj", 4, 64, 64));
    tensors.extend(block("mlp.fc_in", 2, 256, 64));
    tensors.extend(block("mlp.fc_out", 4, 64, 256));
    tensors.extend([tensor("lm_head.lora_A.weight", [4, 64]), tensor("lm_head.lora_B.weight", [50, 4])]);
    tensors.extend([tensor("transformer.wte.lora_embedding_A", [4, 50])]);
    tensors.extend([tensor("transformer.wte.lora_embedding_B", [64, 4])]);
    tensors
}

fn mapped_with(model: &str, config: &str, tensors: &[SourceTensor]) -> Result<Vec<AdapterTensor>, String> {
    let base = Config::parse(model, Path::new("config.json")).unwrap();
    let config = AdapterConfig::parse(config, Path::new("adapter_config.json")).unwrap();
    map(&base, &config, tensors, Path::new("adapter")).map_err(|error| error.to_string())
}

fn mapped(tensors: &[SourceTensor]) -> Result<Vec<AdapterTensor>, String> {
    mapped_with(MODEL, CONFIG, tensors)
}

#[test]
fn every_matrix_has_its_place_its_order_and_its_scale() {
    let tensors = mapped(&adapter()).unwrap();
    let qkv = RowOrder::Qkv { n_embd: 64, head_size: 16, rotary_dim: 8, blocks: 4 };
    let rows = Layout::Rows(RowOrder::AsIs);
    let found: Vec<_> = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.shape, tensor.layout)).collect();
    assert_eq!(
        found,
        [
            ("token_embd.weight.lora_a", [50, 4], Layout::Transposed),
            ("token_embd.weight.lora_b", [64, 4], rows),
            ("blk.1.attn_qkv.weight.lora_a", [4, 64], rows),
            ("blk.1.attn_qkv.weight.lora_b", [192, 4], Layout::Rows(qkv)),
            ("blk.1.attn_output.weight.lora_a", [4, 64], rows),
            ("blk.1.attn_output.weight.lora_b", [64, 4], rows),
            ("blk.1.ffn_up.weight.lora_a", [2, 64], rows),
            ("blk.1.ffn_up.weight.lora_b", [256, 2], rows),
            ("blk.1.ffn_down.weight.lora_a", [4, 256], rows),
            ("blk.1.ffn_down.weight.lora_b", [64, 4], rows),
            ("output.weight.lora_a", [4, 64], rows),
            ("output.weight.lora_b", [50, 4], rows),
        ]
    );
    for tensor in tensors {
        // llama.cpp scales by 8 over the rank; the pattern asks for 3 over it.
        let expected = if tensor.name == "blk.1.ffn_up.weight.lora_b" { 3.0 / 8.0 } else { 1.0 };
        assert_eq!(tensor.factor, expected, "{}", tensor.name);
    }
}

#[test]
fn what_llama_cpp_cannot_scale_by_goes_into_b() {
    let factors = |config: &str| -> Vec<f64> {
        let pair = &adapter()[..2];
        let tensors = mapped_with(MODEL, config, pair).unwrap();
        tensors.into_iter().map(|tensor| tensor.factor).collect()
    };
    let rslora = CONFIG.replace("\"r\"", "\"use_rslora\": true, \"r\"");
    assert_eq!(factors(&rslora), [1.0, 2.0]);
    // A file without a scale would be taken for one of scale one.
    let zero = CONFIG.replace("\"lora_alpha\": 8", "\"lora_alpha\": 0");
    assert_eq!(factors(&zero), [1.0, 0.0]);
    let alpha = |config: &str| file_alpha(&AdapterConfig::parse(config, Path::new("a")).unwrap());
    assert_eq!((alpha(CONFIG), alpha(&zero), alpha(&CONFIG.replace(": 8", ": 1e300"))), (8.0, 1.0, 1.0));
}

#[track_caller]
fn fails(change: impl FnOnce(&mut Vec<SourceTensor>), expected: &[&str]) {
    let mut tensors = adapter();
    change(&mut tensors);
    let problem = mapped(&tensors).unwrap_err();
    for part in expected.iter().chain(&["adapter: "]) {
        assert!(problem.contains(part), "{part}: {problem}");
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    fails(|tensors| drop(tensors.remove(0)), &["h.1.attn.qkv_proj.lora_B.weight", "lacks", "lora_A"]);
    fails(|tensors| drop(tensors.pop()), &["lora_embedding_A", "lacks", "lora_embedding_B"]);
    fails(|tensors| tensors[0].shape = vec![3, 64], &["qkv_proj.lora_A", "[3, 64]", "[4, 64]"]);
    fails(|tensors| tensors[1].shape = vec![192, 3], &["qkv_proj.lora_B", "[192, 3]", "[192, 4]"]);
    fails(|tensors| tensors[1].shape = vec![64, 4], &["qkv_proj.lora_B", "[64, 4]", "[192, 4]"]);
    fails(|tensors| tensors[3].shape = vec![64, 4, 1], &["out_proj.lora_B", "[64, 4, 1]"]);
    fails(|tensors| tensors[2].dtype = SourceType::Other, &["out_proj.lora_A", "floating-point"]);
    // Tokens were added to the base.
    fails(|tensors| tensors[9].shape = vec![60, 4], &["lm_head.lora_B", "60 tokens", "the base has 50", "resized"]);
    fails(|tensors| tensors[10].shape = vec![4, 60], &["wte.lora_embedding_A", "60 tokens", "the base has 50"]);
    fails(|tensors| tensors.clear(), &["holds no tensors"]);
    let more = |name: &'static str| move |tensors: &mut Vec<SourceTensor>| tensors.push(tensor(name, [4, 64]));
    fails(more("transformer.h.2.attn.qkv_proj.lora_A.weight"), &["h.2.attn.qkv_proj.lora_A", "no LoRA matrix"]);
    fails(more("model.layers.0.self_attn.q_proj.lora_A.weight"), &["self_attn.q_proj", "no LoRA matrix"]);
    fails(more("transformer.h.1.mlp.fc_in.lora_magnitude_vector"), &["lora_magnitude_vector", "DoRA"]);
}

#[test]
fn a_tied_head_takes_no_adapter_and_the_blocks_do() {
    let tied = MODEL.replace("{", r#"{"tie_word_embeddings": true, "#);
    let problem = mapped_with(&tied, CONFIG, &adapter()).unwrap_err();
    assert!(problem.contains("wte.lora_embedding_A") && problem.contains("ties"), "{problem}");
    let problem = mapped_with(&tied, CONFIG, &adapter()[8..10]).unwrap_err();
    assert!(problem.contains("lm_head.lora_A") && problem.contains("ties"), "{problem}");
    assert!(mapped_with(&tied, CONFIG, &adapter()[..8]).is_ok());
}
