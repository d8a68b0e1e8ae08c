//! Makes CodeGen checkpoint folders of any shape, without weights of any meaning.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::{Map, json};

/// A model's shape.
#[derive(Clone, Copy)]
pub struct Shape {
    pub layers: usize,
    pub width: usize,
    pub heads: usize,
    pub rotary: usize,
    pub vocabulary: usize,
}

/// Two layers of four heads of 64: rows of 256 values, which every quantized type can hold.
pub const SMALL: Shape = Shape { layers: 2, width: 256, heads: 4, rotary: 32, vocabulary: 300 };

impl Shape {
    /// Names and shapes of the checkpoint's tensors.
    pub fn tensors(self) -> Vec<(String, Vec<usize>)> {
        let Self { layers, width, vocabulary, .. } = self;
        let mut tensors = vec![("transformer.wte.weight".to_owned(), vec![vocabulary, width])];
        for layer in 0..layers {
            for (name, shape) in [
                ("ln_1.weight", vec![width]),
                ("ln_1.bias", vec![width]),
                ("attn.qkv_proj.weight", vec![3 * width, width]),
                ("attn.out_proj.weight", vec![width, width]),
                ("mlp.fc_in.weight", vec![4 * width, width]),
                ("mlp.fc_in.bias", vec![4 * width]),
                ("mlp.fc_out.weight", vec![width, 4 * width]),
                ("mlp.fc_out.bias", vec![width]),
            ] {
                tensors.push((format!("transformer.h.{layer}.{name}"), shape));
            }
        }
        for (name, shape) in [
            ("transformer.ln_f.weight", vec![width]),
            ("transformer.ln_f.bias", vec![width]),
            ("lm_head.weight", vec![vocabulary, width]),
            ("lm_head.bias", vec![vocabulary]),
        ] {
            tensors.push((name.to_owned(), shape));
        }
        tensors
    }

    /// Writes `config.json` and a tokenizer that knows the 256 bytes and the end of the text.
    pub fn write_rest(self, folder: &Path) {
        let Self { layers, width, heads, rotary, vocabulary } = self;
        let config = json!({
            "model_type": "codegen", "architectures": ["CodeGenForCausalLM"], "activation_function": "gelu_new",
            "n_layer": layers, "n_embd": width, "n_head": heads, "n_inner": null, "n_positions": 128,
            "rotary_dim": rotary, "vocab_size": vocabulary, "layer_norm_epsilon": 1e-5,
            "tie_word_embeddings": false, "bos_token_id": 1, "eos_token_id": 256,
        });
        fs::write(folder.join("config.json"), config.to_string()).unwrap();
        let mut tokens: Map<_, _> = byte_alphabet().zip(0..).map(|(char, id)| (char.to_string(), json!(id))).collect();
        tokens.insert("<|endoftext|>".to_owned(), json!(256));
        fs::write(folder.join("vocab.json"), serde_json::Value::from(tokens).to_string()).unwrap();
        fs::write(folder.join("merges.txt"), "#version: 0.2\n").unwrap();
    }

    /// Writes the whole folder, the weights as 32-bit floats: element `i` of tensor `t` is `value(t, i)`.
    pub fn write(self, folder: &Path, value: impl Fn(&str, usize) -> f32) {
        self.write_rest(folder);
        let mut file = self.write_header(folder);
        for (name, shape) in self.tensors() {
            let count = shape.iter().product();
            let bytes: Vec<u8> = (0..count).flat_map(|index| value(&name, index).to_le_bytes()).collect();
            file.write_all(&bytes).unwrap();
        }
    }

    /// Writes the whole folder with weights that are all zero and take no room on the disk.
    #[allow(dead_code)]
    pub fn write_zeros(self, folder: &Path) {
        self.write_rest(folder);
        let mut file = self.write_header(folder);
        let data: usize = self.tensors().iter().map(|(_, shape)| 4 * shape.iter().product::<usize>()).sum();
        let header = file.seek(SeekFrom::End(0)).unwrap();
        file.set_len(header + data as u64).unwrap();
    }

    fn write_header(self, folder: &Path) -> File {
        let mut offset = 0;
        let mut header = Map::new();
        for (name, shape) in self.tensors() {
            let end = offset + 4 * shape.iter().product::<usize>();
            header.insert(name, json!({"dtype": "F32", "shape": shape, "data_offsets": [offset, end]}));
            offset = end;
        }
        let header = serde_json::Value::from(header).to_string();
        let mut file = File::create(folder.join("model.safetensors")).unwrap();
        file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
        file.write_all(header.as_bytes()).unwrap();
        file
    }
}

/// GPT-2's characters for the 256 bytes: printable ones are themselves, the others follow from U+0100 on.
fn byte_alphabet() -> impl Iterator<Item = char> {
    let mut next = 0x100;
    (0..=255u8).map(move |byte| match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => char::from(byte),
        _ => {
            next += 1;
            char::from_u32(next - 1).unwrap()
        }
    })
}

/// Values that differ from place to place and stay between -0.1 and 0.1.
pub fn wave(name: &str, index: usize) -> f32 {
    let phase = name.bytes().map(usize::from).sum::<usize>() as f32;
    (index as f32 * 0.618 + phase).sin() * 0.1
}
