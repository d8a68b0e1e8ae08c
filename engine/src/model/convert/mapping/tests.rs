use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::checkpoint::BLOCKS;

fn config(n_layer: usize, n_head: usize, head_size: usize, rotary_dim: usize) -> Config {
    Config {
        n_layer,
        n_embd: n_head * head_size,
        n_head,
        n_inner: 4 * n_head * head_size,
        n_positions: 2048,
        rotary_dim,
        vocab_size: 100,
        layer_norm_epsilon: 1e-5,
        tie_word_embeddings: false,
        blocks: BLOCKS,
        bos_token_id: None,
        eos_token_ids: Vec::new(),
        name: None,
        notes: Vec::new(),
    }
}

/// The checkpoint that the configuration describes, with an old one's buffers.
fn tensors(config: &Config) -> Vec<SourceTensor> {
    let mut tensors: Vec<SourceTensor> = wanted(config)
        .into_iter()
        .filter_map(|tensor| match tensor.source {
            Source::Tensor { name, .. } => Some(SourceTensor { name, shape: tensor.shape, dtype: SourceType::F16 }),
            Source::Zeros => None,
        })
        .collect();
    for layer in 0..config.n_layer {
        for buffer in BUFFERS {
            tensors.push(SourceTensor {
                name: format!("transformer.h.{layer}.{buffer}"),
                shape: vec![1, 1, 8, 8],
                dtype: SourceType::Other,
            });
        }
    }
    tensors
}

fn refusal(config: &Config, tensors: &[SourceTensor]) -> String {
    map(config, tensors, Path::new("folder")).unwrap_err().to_string()
}

#[test]
fn rows_of_the_fused_projection_worked_out_by_hand() {
    // Eight heads of four dimensions, all rotated: each of the four blocks has two heads, so eight rows each of
    // queries, values and keys.
    let order = RowOrder::Qkv { n_embd: 32, head_size: 4, rotary_dim: 4, blocks: 4 };
    let rows = |range: std::ops::Range<usize>| range.map(|row| order.source_row(row)).collect::<Vec<_>>();
    // Queries of the first block's heads: even dimensions, then odd ones.
    assert_eq!(rows(0..8), [0, 2, 1, 3, 4, 6, 5, 7]);
    // Queries of the second block, which starts at row 24.
    assert_eq!(rows(8..16), [24, 26, 25, 27, 28, 30, 29, 31]);
    // Keys: third in their block.
    assert_eq!(rows(32..40), [16, 18, 17, 19, 20, 22, 21, 23]);
    // Values: second in their block, in their own order.
    assert_eq!(rows(64..72), [8, 9, 10, 11, 12, 13, 14, 15]);
    assert_eq!(order.source_row(95), 72 + 15);

    // CodeGen2's smaller models have eight blocks, here of one head each: rows of the second head start at row 12.
    let order = RowOrder::Qkv { n_embd: 32, head_size: 4, rotary_dim: 4, blocks: 8 };
    assert_eq!((4..8).map(|row| order.source_row(row)).collect::<Vec<_>>(), [12, 14, 13, 15]);
    assert_eq!((36..40).map(|row| order.source_row(row)).collect::<Vec<_>>(), [20, 22, 21, 23]);
    assert_eq!((68..72).map(|row| order.source_row(row)).collect::<Vec<_>>(), [16, 17, 18, 19]);

    // Dimensions that are not rotated stay.
    let order = RowOrder::Qkv { n_embd: 32, head_size: 8, rotary_dim: 4, blocks: 4 };
    assert_eq!((0..8).map(|row| order.source_row(row)).collect::<Vec<_>>(), [0, 2, 1, 3, 4, 5, 6, 7]);
}

proptest! {
    #[test]
    fn the_order_of_rows_is_a_permutation(
        blocks in proptest::sample::select(vec![4_usize, 8]), heads_per_block in 1_usize..4, half_head in 1_usize..20, rotary in 0.0_f64..1.0,
    ) {
        let head_size = 2 * half_head;
        #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let rotary_dim = 2 * (1 + (rotary * half_head as f64) as usize).min(half_head);
        let n_embd = blocks * heads_per_block * head_size;
        let order = RowOrder::Qkv { n_embd, head_size, rotary_dim, blocks };
        let rows: HashSet<usize> = (0..3 * n_embd).map(|row| order.source_row(row)).collect();
        prop_assert_eq!(rows.len(), 3 * n_embd);
        prop_assert!(rows.iter().all(|row| *row < 3 * n_embd));
    }
}

#[test]
fn a_complete_checkpoint_maps_to_the_tensors_of_phi2() {
    let config = config(1, 4, 32, 16);
    let mapped = map(&config, &tensors(&config), Path::new("folder")).unwrap();
    let lines: Vec<String> = mapped
        .iter()
        .map(|tensor| {
            let source = match &tensor.source {
                Source::Tensor { name, rows: RowOrder::AsIs } => name.clone(),
                Source::Tensor { name, rows } => format!("{name} {rows:?}"),
                Source::Zeros => "zeros".to_owned(),
            };
            format!("{} {:?} {:?} <- {source}", tensor.name, tensor.shape, tensor.precision)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    token_embd.weight [100, 128] Weight <- transformer.wte.weight
    blk.0.attn_norm.weight [128] F32Always <- transformer.h.0.ln_1.weight
    blk.0.attn_norm.bias [128] F32Always <- transformer.h.0.ln_1.bias
    blk.0.attn_qkv.weight [384, 128] Weight <- transformer.h.0.attn.qkv_proj.weight Qkv { n_embd: 128, head_size: 32, rotary_dim: 16, blocks: 4 }
    blk.0.attn_output.weight [128, 128] Weight <- transformer.h.0.attn.out_proj.weight
    blk.0.attn_output.bias [128] F32Always <- zeros
    blk.0.ffn_up.weight [512, 128] Weight <- transformer.h.0.mlp.fc_in.weight
    blk.0.ffn_up.bias [512] F32Always <- transformer.h.0.mlp.fc_in.bias
    blk.0.ffn_down.weight [128, 512] Weight <- transformer.h.0.mlp.fc_out.weight
    blk.0.ffn_down.bias [128] F32Always <- transformer.h.0.mlp.fc_out.bias
    output_norm.weight [128] F32Always <- transformer.ln_f.weight
    output_norm.bias [128] F32Always <- transformer.ln_f.bias
    output.weight [100, 128] Weight <- lm_head.weight
    output.bias [100] F32Always <- lm_head.bias
    ");
}

#[test]
fn a_tied_head_may_be_absent_and_is_then_the_embedding() {
    let mut config = config(1, 4, 32, 16);
    let mut tensors = tensors(&config);
    tensors.retain(|tensor| tensor.name != LM_HEAD);
    assert_eq!(refusal(&config, &tensors), "folder: lacks the tensor lm_head.weight");
    config.tie_word_embeddings = true;
    let mapped = map(&config, &tensors, Path::new("folder")).unwrap();
    let head = mapped.iter().find(|tensor| tensor.name == "output.weight").unwrap();
    assert_eq!(head.source, Source::Tensor { name: EMBEDDING.to_owned(), rows: RowOrder::AsIs });
}

#[test]
fn other_checkpoints_are_refused_by_name() {
    let config = config(2, 4, 32, 16);
    let complete = tensors(&config);

    let without = |names: &[&str]| -> Vec<SourceTensor> {
        complete.iter().filter(|tensor| !names.contains(&tensor.name.as_str())).cloned().collect()
    };
    assert_eq!(
        refusal(&config, &without(&["transformer.h.1.ln_1.bias", "lm_head.bias"])),
        "folder: lacks the tensors transformer.h.1.ln_1.bias and lm_head.bias"
    );
    assert!(refusal(&config, &[]).starts_with("folder: lacks 21 tensors, such as transformer.wte.weight, "));

    let mut extra = complete.clone();
    // One layer more than config.json says.
    extra.push(SourceTensor { name: "transformer.h.2.attn.bias".to_owned(), shape: vec![1], dtype: SourceType::Other });
    assert_eq!(
        refusal(&config, &extra),
        "folder: has the tensor transformer.h.2.attn.bias, which CodeGen as in config.json has not"
    );

    let changed = |name: &str, change: &dyn Fn(&mut SourceTensor)| -> Vec<SourceTensor> {
        let mut tensors = complete.clone();
        change(tensors.iter_mut().find(|tensor| tensor.name == name).unwrap());
        tensors
    };
    assert_eq!(
        refusal(&config, &changed("transformer.h.0.attn.qkv_proj.weight", &|tensor| tensor.shape = vec![128, 384])),
        "folder: tensor transformer.h.0.attn.qkv_proj.weight has the shape [128, 384]; by config.json it should be \
         [384, 128]"
    );
    assert_eq!(
        refusal(&config, &changed("lm_head.bias", &|tensor| tensor.dtype = SourceType::Other)),
        "folder: holds quantized weights (lm_head.bias does not hold floats), which cannot be read; convert the original checkpoint \
         instead, quantizing it with --type"
    );
}
