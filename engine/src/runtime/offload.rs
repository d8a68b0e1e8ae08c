//! How many of a model's layers fit on its devices, and how many went there: arithmetic, without llama.cpp.

/// Bytes that a device needs besides weights and KV cache: its runtime's own memory, and intermediate results.
const DEVICE_OVERHEAD: u64 = 512 << 20;

/// What a model's parts weigh, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sizes {
    /// The tensors of each repeating layer, in order.
    pub layers: Vec<u64>,
    /// The tensors behind the last layer, which count as one more.
    pub output: u64,
    /// One layer's share of the KV cache, all slots together.
    pub kv_per_layer: u64,
    /// Intermediate results whose size depends on the batch: the logits above all.
    pub scratch: u64,
}

impl Sizes {
    /// Adds a tensor, which its name says where to.
    pub fn add(&mut self, name: &str, bytes: u64) {
        let layer = name.strip_prefix("blk.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        match layer {
            // No model has this many; a damaged file must not make us allocate them.
            Some(layer) if layer < 100_000 => {
                if self.layers.len() <= layer {
                    self.layers.resize(layer + 1, 0);
                }
                self.layers[layer] += bytes;
            }
            Some(_) => {}
            // The embeddings of the input stay in main memory.
            None if name.starts_with("token_embd") => {}
            None => self.output += bytes,
        }
    }

    /// How many layers, counted from the model's end and the output as one, fit on devices with so much free memory.
    pub fn fitting(&self, free: &[u64]) -> usize {
        let needed_once = DEVICE_OVERHEAD + self.scratch;
        let usable = free.iter().map(|&free| free.saturating_sub(needed_once));
        let used = usable.clone().filter(|&usable| usable > 0).count();
        // Layers are not divided: each device after the first may leave as much unused as the largest layer takes.
        let largest = self.layers.iter().max().copied().unwrap_or(0) + self.kv_per_layer;
        let waste = largest.saturating_mul((used as u64).saturating_sub(1));
        let mut left = usable.sum::<u64>().saturating_sub(waste);
        let parts =
            std::iter::once(self.output).chain(self.layers.iter().rev().map(|&layer| layer + self.kv_per_layer));
        parts
            .take_while(|&part| {
                let fits = part <= left;
                left = left.saturating_sub(part);
                fits
            })
            .count()
    }
}

/// What llama.cpp's log says about where the layers went: how many are on GPUs, and which of `gpus` hold some.
pub(super) fn from_log<'a>(lines: impl Iterator<Item = &'a str> + Clone, gpus: &[String]) -> (usize, Vec<String>) {
    let offloaded = lines
        .clone()
        .filter_map(|line| line.split_once("offloaded ")?.1.split('/').next()?.trim().parse().ok())
        .last()
        .unwrap_or(0);
    let holds = |gpu: &&String| {
        lines.clone().any(|line| {
            let before = line.split_once(" model buffer size").map(|(before, _)| before);
            before.and_then(|before| before.split_whitespace().next_back()) == Some(gpu.as_str())
        })
    };
    let devices = gpus.iter().filter(holds).cloned().collect();
    (offloaded, devices)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn model() -> Sizes {
        let mut sizes = Sizes { kv_per_layer: GIB / 2, scratch: GIB / 2, ..Sizes::default() };
        for layer in 0..4 {
            sizes.add(&format!("blk.{layer}.attn_qkv.weight"), GIB);
            sizes.add(&format!("blk.{layer}.ffn_up.weight"), GIB / 2);
        }
        sizes.add("token_embd.weight", 100 * GIB);
        sizes.add("output.weight", GIB);
        sizes.add("output_norm.bias", 0);
        sizes
    }

    #[test]
    fn tensors_are_added_to_their_layer() {
        let sizes = model();
        assert_eq!(sizes.layers, vec![GIB + GIB / 2; 4]);
        assert_eq!(sizes.output, GIB);
        let mut odd = Sizes::default();
        odd.add("blk.4000000000.x", 1);
        odd.add("blk.x.y", 2);
        assert_eq!((odd.layers.len(), odd.output), (0, 2));
    }

    #[test]
    fn as_many_layers_as_memory_allows() {
        // Half a GiB of overhead and half of scratch, one for the output, two for each layer with its cache.
        for (free, layers) in [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (9, 4), (10, 5), (80, 5)] {
            assert_eq!(model().fitting(&[free * GIB]), layers, "{free} GiB");
        }
        assert_eq!(model().fitting(&[]), 0);
        // Two devices: each pays its overhead, and one layer's worth may be lost between them.
        assert_eq!(model().fitting(&[7 * GIB, 7 * GIB]), 5);
        assert_eq!(model().fitting(&[5 * GIB, 5 * GIB]), 3);
        assert_eq!(model().fitting(&[10 * GIB, GIB / 2]), 5);
    }

    #[test]
    fn the_log_says_where_the_layers_went() {
        let log = "load_tensors: offloading output layer to GPU\n\
                   load_tensors: offloaded 13/21 layers to GPU\n\
                   load_tensors:   CPU_Mapped model buffer size =    53.16 MiB\n\
                   load_tensors:        CUDA0 model buffer size =   200.00 MiB\n\
                   load_tensors:    CUDA_Host model buffer size =   200.00 MiB";
        let gpus = ["CUDA0".to_owned(), "CUDA1".to_owned()];
        assert_eq!(from_log(log.lines(), &gpus), (13, vec!["CUDA0".to_owned()]));
        assert_eq!(from_log("load_tensors: CPU model buffer size = 1 MiB".lines(), &gpus), (0, vec![]));
    }
}
