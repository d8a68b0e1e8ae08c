//! Makes the files that Salesforce's CodeGens have on the Hub, of any width, with weights of no meaning: the configuration with all its
//! fields, GPT-2's number of tokens and the added ones of white space in an embedding with more rows, 16-bit floats in a pickle, the
//! buffers of attention that older versions of `transformers` have saved.

use std::io::{Cursor, Write};

use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The rows of the embedding.
const ROWS: usize = 51_200;
/// GPT-2's tokens without the one that ends a text.
const MERGED: usize = 50_256;
/// Tokens of context, which the buffers of attention have a square of.
const CONTEXT: usize = 2048;

/// A released model's shape.
#[derive(Clone, Copy)]
pub struct Released {
    pub layers: usize,
    pub width: usize,
    pub heads: usize,
    pub rotary: usize,
}

impl Released {
    /// All files of the repository, by their names.
    pub fn files(self) -> Vec<(&'static str, Vec<u8>)> {
        let text = |value: &Value| value.to_string().into_bytes();
        let (vocabulary, merges) = vocabulary();
        let added: Map<_, _> = added().map(|(token, id)| (token, json!(id))).collect();
        vec![
            ("README.md", b"# CodeGen\n".to_vec()),
            ("added_tokens.json", text(&added.into())),
            ("config.json", text(&self.config())),
            ("merges.txt", format!("#version: 0.2\n{}\n", merges.join("\n")).into_bytes()),
            ("pytorch_model.bin", self.weights()),
            ("special_tokens_map.json", text(&json!({"bos_token": END, "eos_token": END, "unk_token": END}))),
            ("tokenizer.json", text(&tokenizer(&vocabulary, &merges))),
            (
                "tokenizer_config.json",
                text(&json!({
                    "unk_token": END, "bos_token": END, "eos_token": END, "add_prefix_space": false, "model_max_length": CONTEXT,
                    "special_tokens_map_file": null, "name_or_path": "gpt2", "tokenizer_class": "CodeGenTokenizer",
                })),
            ),
            ("vocab.json", text(&vocabulary.into())),
        ]
    }

    fn config(self) -> Value {
        let Self { layers, width, heads, rotary } = self;
        json!({
            "activation_function": "gelu_new", "architectures": ["CodeGenForCausalLM"], "attn_pdrop": 0.0, "bos_token_id": 1,
            "embd_pdrop": 0.0, "eos_token_id": MERGED, "gradient_checkpointing": false, "initializer_range": 0.02,
            "layer_norm_epsilon": 1e-5, "model_type": "codegen", "n_ctx": CONTEXT, "n_embd": width, "n_head": heads,
            "n_inner": null, "n_layer": layers, "n_positions": CONTEXT, "resid_pdrop": 0.0, "rotary_dim": rotary,
            "scale_attn_weights": true, "summary_activation": null, "summary_first_dropout": 0.1,
            "summary_proj_to_labels": true, "summary_type": "cls_index", "summary_use_proj": true,
            "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50, "temperature": 1.0}},
            "tie_word_embeddings": false, "tokenizer_class": "GPT2Tokenizer", "torch_dtype": "float16",
            "transformers_version": "4.21.0.dev0", "use_cache": true, "vocab_size": ROWS,
        })
    }

    /// Names and shapes, in the order in which `torch.save` writes them.
    fn tensors(self) -> Vec<(String, Vec<usize>, Kind)> {
        let Self { layers, width, .. } = self;
        let half = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec(), Kind::Half);
        let mut tensors = vec![half("transformer.wte.weight", &[ROWS, width])];
        for layer in 0..layers {
            let at = |name: &str| format!("transformer.h.{layer}.{name}");
            tensors.push(half(&at("ln_1.weight"), &[width]));
            tensors.push(half(&at("ln_1.bias"), &[width]));
            tensors.push((at("attn.causal_mask"), vec![1, 1, CONTEXT, CONTEXT], Kind::Byte));
            tensors.push((at("attn.masked_bias"), vec![], Kind::Half));
            for (name, shape) in [
                ("attn.qkv_proj.weight", vec![3 * width, width]),
                ("attn.out_proj.weight", vec![width, width]),
                ("mlp.fc_in.weight", vec![4 * width, width]),
                ("mlp.fc_in.bias", vec![4 * width]),
                ("mlp.fc_out.weight", vec![width, 4 * width]),
                ("mlp.fc_out.bias", vec![width]),
            ] {
                tensors.push(half(&at(name), &shape));
            }
        }
        tensors.push(half("transformer.ln_f.weight", &[width]));
        tensors.push(half("transformer.ln_f.bias", &[width]));
        tensors.push(half("lm_head.weight", &[ROWS, width]));
        tensors.push(half("lm_head.bias", &[ROWS]));
        tensors
    }

    /// The weights as `torch.save` writes them: an archive of a pickle and of a storage for each tensor.
    fn weights(self) -> Vec<u8> {
        let tensors = self.tensors();
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file("archive/data.pkl", stored).unwrap();
        zip.write_all(&pickle(&tensors)).unwrap();
        let mut seed = 1;
        for (key, (_, shape, kind)) in tensors.iter().enumerate() {
            zip.start_file(format!("archive/data/{key}"), stored).unwrap();
            let count = shape.iter().product();
            let bytes: Vec<u8> = match kind {
                Kind::Byte => vec![1; count],
                Kind::Half => (0..count).flat_map(|_| random(&mut seed).to_le_bytes()).collect(),
            };
            zip.write_all(&bytes).unwrap();
        }
        zip.start_file("archive/version", stored).unwrap();
        zip.write_all(b"3\n").unwrap();
        zip.finish().unwrap().into_inner()
    }
}

const END: &str = "<|endoftext|>";

#[derive(Clone, Copy)]
enum Kind {
    Half,
    Byte,
}

/// A 16-bit float between 2^-6 and 2^-5 or below zero as far, by a generator of Marsaglia's (xorshift32).
fn random(seed: &mut u32) -> u16 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    0x2400 | (*seed & 0x83ff) as u16
}

/// GPT-2's number of tokens: the bytes, and pairs of them.
fn vocabulary() -> (Map<String, Value>, Vec<String>) {
    let alphabet: Vec<char> = byte_alphabet().collect();
    let mut tokens: Map<_, _> = alphabet.iter().zip(0..).map(|(char, id)| (char.to_string(), json!(id))).collect();
    let mut merges = Vec::new();
    let pairs = alphabet.iter().flat_map(|left| alphabet.iter().map(move |right| (left, right)));
    for (left, right) in pairs.take(MERGED - alphabet.len()) {
        tokens.insert(format!("{left}{right}"), json!(tokens.len()));
        merges.push(format!("{left} {right}"));
    }
    tokens.insert(END.to_owned(), json!(MERGED));
    (tokens, merges)
}

/// The 38 tokens of white space that CodeGen adds: runs of spaces and of tabs.
fn added() -> impl Iterator<Item = (String, usize)> {
    let spaces = (2..=31).rev().map(|count| " ".repeat(count));
    let tabs = (2..=9).rev().map(|count| "\t".repeat(count));
    spaces.chain(tabs).zip(MERGED + 1..)
}

fn tokenizer(vocabulary: &Map<String, Value>, merges: &[String]) -> Value {
    let token = |content: &str, id: usize, special: bool| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": !special, "special": special})
    };
    let white = added().map(|(content, id)| token(&content, id, false));
    let tokens: Vec<_> = std::iter::once(token(END, MERGED, true)).chain(white).collect();
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": tokens, "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
        "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": false, "vocab": vocabulary, "merges": merges},
    })
}

/// GPT-2's characters for the 256 bytes: printable ones are themselves, the others follow from U+0100 on.
fn byte_alphabet() -> impl Iterator<Item = char> {
    let mut next = 0x100;
    (0..=255_u8).map(move |byte| match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => char::from(byte),
        _ => {
            next += 1;
            char::from_u32(next - 1).unwrap()
        }
    })
}

/// The state dict: an ordered dictionary of tensors, each rebuilt from a storage that is named by a persistent id (protocol 2).
fn pickle(tensors: &[(String, Vec<usize>, Kind)]) -> Vec<u8> {
    fn text(out: &mut Vec<u8>, text: &str) {
        out.push(b'X');
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.as_bytes());
    }
    fn number(out: &mut Vec<u8>, number: usize) {
        out.push(b'J');
        out.extend((number as i32).to_le_bytes());
    }
    fn numbers(out: &mut Vec<u8>, all: &[usize]) {
        out.push(b'(');
        all.iter().for_each(|&each| number(out, each));
        out.push(b't');
    }
    let mut out = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (key, (name, shape, kind)) in tensors.iter().enumerate() {
        text(&mut out, name);
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut out, "storage");
        let storage = match kind {
            Kind::Half => "HalfStorage",
            Kind::Byte => "ByteStorage",
        };
        out.extend(format!("ctorch\n{storage}\n").bytes());
        text(&mut out, &key.to_string());
        text(&mut out, "cpu");
        number(&mut out, shape.iter().product());
        out.extend(b"tQ");
        number(&mut out, 0);
        numbers(&mut out, shape);
        let strides: Vec<usize> = (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect();
        numbers(&mut out, &strides);
        out.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    }
    out.extend(b"u.");
    out
}
