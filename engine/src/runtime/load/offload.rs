//! How many of a model's layers fit on its devices, and how many went there: arithmetic, without llama.cpp.

use std::cell::LazyCell;

use codegen_core::EngineError;

use super::options::{Device, EngineOptions, GpuLayers, KvType, SlotsWithin};
use crate::gguf::Gguf;

/// Maximum number of tokens that llama.cpp computes at once: more take memory without gaining speed.
pub(in crate::runtime) const MICRO_BATCH: usize = 512;

/// Bytes that a device needs besides weights and KV cache: its runtime's own memory, and intermediate results.
const DEVICE_OVERHEAD: u64 = 512 << 20;

/// Minimum number of slots where the options leave it open: one for typing and one for a synthesis meanwhile.
const FEWEST_SLOTS: usize = 2;

/// The sizes of a model's parts, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::runtime) struct Sizes {
    /// The tensors of each repeating layer, in order.
    pub layers: Vec<u64>,
    /// The tensors after the last layer, which count as one more layer.
    pub output: u64,
    /// One layer's share of one slot's KV cache.
    pub kv_per_layer: u64,
    /// Intermediate results whose size depends on the batch, mainly the logits.
    pub scratch: u64,
}

impl Sizes {
    /// Returns the sizes of the model's parts with these options, including an adapter's tensors. `None` if the file
    /// gives too little information; the error then comes from loading it.
    pub fn of(gguf: &Gguf, adapter: Option<&Gguf>, options: &EngineOptions) -> Option<Self> {
        let architecture = gguf.metadata.str("general.architecture")?;
        let number = |key: &str| gguf.metadata.u64(&format!("{architecture}.{key}"));
        let width = number("embedding_length")?;
        let heads = number("attention.head_count").unwrap_or(1).max(1);
        // Architectures that say this per layer give no number here; they are counted as if every head had its own.
        let kv_heads = number("attention.head_count_kv").unwrap_or(heads);
        let head = number("attention.key_length").unwrap_or(width / heads);
        let bytes = match options.kv_type {
            KvType::F16 => 2,
            KvType::F32 => 4,
        };
        let context =
            options.context.map_or_else(|| number("context_length").unwrap_or(2048), |context| context as u64);
        let mut sizes = Self { kv_per_layer: context.saturating_mul(2 * kv_heads * head * bytes), ..Self::default() };
        // An adapter's matrices are placed with those that they are added to, and have their names.
        for tensor in gguf.tensors.iter().chain(adapter.into_iter().flat_map(|adapter| &adapter.tensors)) {
            sizes.add(&tensor.name, tensor.bytes());
        }
        let embeddings = gguf.tensor("token_embd.weight")?;
        if gguf.tensor("output.weight").is_none() {
            // The embeddings serve as the output layer too, which is a copy of its own on a GPU.
            sizes.output += embeddings.bytes();
        }
        let row = embeddings.rows() + 16 * width;
        sizes.scratch = (options.batch.min(MICRO_BATCH) as u64).saturating_mul(4 * row);
        Some(sizes)
    }

    /// Adds a tensor to the part that its name gives.
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

    /// Returns how many slots' KV caches fit.
    pub fn slots(&self, within: SlotsWithin) -> usize {
        let SlotsWithin { memory, most } = within;
        let one = self.kv_per_layer.saturating_mul(self.layers.len() as u64).max(1);
        usize::try_from(memory / one).unwrap_or(most).min(most).max(FEWEST_SLOTS)
    }

    /// Returns how many layers, counted from the model's end and with the output as one, fit on devices with this much
    /// free memory, each with its share of so many slots' KV caches.
    pub fn fitting(&self, slots: usize, free: &[u64]) -> usize {
        let kv_per_layer = self.kv_per_layer.saturating_mul(slots as u64);
        let needed_once = DEVICE_OVERHEAD + self.scratch;
        let usable = free.iter().map(|&free| free.saturating_sub(needed_once));
        let used = usable.clone().filter(|&usable| usable > 0).count();
        // Layers are not divided: each device after the first may leave as much unused as the largest layer takes.
        let largest = self.layers.iter().max().copied().unwrap_or(0) + kv_per_layer;
        let waste = largest.saturating_mul((used as u64).saturating_sub(1));
        let mut left = usable.sum::<u64>().saturating_sub(waste);
        let parts = std::iter::once(self.output).chain(self.layers.iter().rev().map(|&layer| layer + kv_per_layer));
        parts
            .take_while(|&part| {
                let fits = part <= left;
                left = left.saturating_sub(part);
                fits
            })
            .count()
    }
}

/// The placement of the model's layers.
#[derive(Debug)]
pub(in crate::runtime) struct Placement {
    /// How many layers go to GPUs, the output as one, counted from the model's end.
    pub layers: u32,
    /// How many slots there are.
    pub slots: usize,
    /// The GPUs in the order of their use, by their index among all devices.
    pub devices: Vec<usize>,
    /// Their names.
    pub names: Vec<String>,
    /// Whether fewer layers may be placed if these do not fit.
    flexible: bool,
}

impl Placement {
    /// Decides from the options and the devices; `sizes` is called only if they leave the number of slots or layers
    /// open. Layers on a GPU are worth more than slots: slots beyond the minimum must not displace one.
    pub fn new(
        options: &EngineOptions,
        devices: &[Device],
        sizes: impl FnOnce() -> Sizes,
    ) -> Result<Self, EngineError> {
        let sizes = LazyCell::new(sizes);
        let mut slots = options.slots.unwrap_or_else(|| sizes.slots(options.slots_within));
        let mut gpus: Vec<&Device> = devices.iter().filter(|device| device.gpu).collect();
        if let Some(index) = options.main_device {
            let Some(device) = devices.iter().find(|device| device.index == index) else {
                return Err(EngineError::NoDevice { index, devices: devices.len() });
            };
            if !device.gpu {
                gpus.clear();
            }
            gpus.sort_by_key(|gpu| gpu.index != index);
        }
        let layers = match options.gpu_layers {
            GpuLayers::Count(0) => 0,
            GpuLayers::Auto if gpus.is_empty() => 0,
            GpuLayers::All | GpuLayers::Count(_) if gpus.is_empty() => {
                let value = match options.gpu_layers {
                    GpuLayers::Count(count) => count.to_string(),
                    _ => "all".to_owned(),
                };
                return Err(EngineError::bad_option("gpu-layers", value, "0 or auto, because there is no GPU to use"));
            }
            GpuLayers::All => u32::MAX,
            GpuLayers::Count(count) => count,
            GpuLayers::Auto => {
                let free: Vec<u64> = gpus.iter().map(|gpu| gpu.memory_free).collect();
                let wanted = sizes.layers.len() + 1;
                let fewest = options.slots.unwrap_or(FEWEST_SLOTS);
                // One device that holds everything is faster than several that exchange intermediate results.
                if sizes.fitting(fewest, &free[..1]) >= wanted {
                    gpus.truncate(1);
                }
                let fitting = |slots| sizes.fitting(slots, &free[..gpus.len()]);
                slots = (fewest..=slots).rev().find(|&slots| fitting(slots) >= wanted).unwrap_or(fewest);
                u32::try_from(fitting(slots)).unwrap_or(u32::MAX)
            }
        };
        if layers == 0 {
            // Without a device at all, llama.cpp does not send large matrix products to a GPU and back either.
            gpus.clear();
        }
        Ok(Self {
            layers,
            slots,
            devices: gpus.iter().map(|gpu| gpu.index).collect(),
            names: gpus.iter().map(|gpu| gpu.name.clone()).collect(),
            flexible: options.gpu_layers == GpuLayers::Auto,
        })
    }

    /// Moves fewer layers to GPUs; false if that is not possible.
    pub fn shrink(&mut self) -> bool {
        if !self.flexible || self.layers == 0 {
            return false;
        }
        self.layers = self.layers * 3 / 4;
        if self.layers == 0 {
            self.devices.clear();
            self.names.clear();
        }
        true
    }
}

/// Reads the placement from llama.cpp's log: how many layers are on GPUs, and which of `gpus` hold some.
pub(in crate::runtime) fn from_log<'a>(
    lines: impl Iterator<Item = &'a str> + Clone,
    gpus: &[String],
) -> (usize, Vec<String>) {
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
            assert_eq!(model().fitting(1, &[free * GIB]), layers, "{free} GiB");
        }
        assert_eq!(model().fitting(1, &[]), 0);
        // Two devices: each pays its overhead, and one layer's worth may be lost between them.
        assert_eq!(model().fitting(1, &[7 * GIB, 7 * GIB]), 5);
        assert_eq!(model().fitting(1, &[5 * GIB, 5 * GIB]), 3);
        assert_eq!(model().fitting(1, &[10 * GIB, GIB / 2]), 5);
        // Every slot has its part beside each layer.
        assert_eq!(model().fitting(3, &[9 * GIB]), 3);
    }

    #[test]
    fn a_models_parts_are_weighed() {
        let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
        let options = EngineOptions { context: Some(1024), ..EngineOptions::new(model.into()) };
        let gguf = Gguf::open(&options.model).unwrap();
        let sizes = Sizes::of(&gguf, None, &options).unwrap();
        let file = std::fs::metadata(model).unwrap().len();
        let weights = sizes.layers.iter().sum::<u64>() + sizes.output;
        assert!(sizes.layers.len() > 1 && sizes.layers.iter().all(|&layer| layer > 0));
        assert!(weights > file / 3 && weights < file, "{weights} of {file}");
        assert!(sizes.kv_per_layer > 0 && sizes.kv_per_layer.is_multiple_of(1024 * 4));
        let wide = Sizes::of(&gguf, None, &EngineOptions { kv_type: KvType::F32, ..options.clone() }).unwrap();
        assert_eq!(wide.kv_per_layer, 2 * sizes.kv_per_layer);

        // An adapter's tensors go where the model's do; this one doubles everything.
        let both = Sizes::of(&gguf, Some(&gguf), &options).unwrap();
        assert_eq!(both.layers, sizes.layers.iter().map(|layer| 2 * layer).collect::<Vec<_>>());
        assert_eq!((both.output, both.kv_per_layer), (2 * sizes.output, sizes.kv_per_layer));
    }

    #[test]
    fn as_many_slots_as_memory_allows() {
        // A slot takes half a GiB in each of four layers.
        let slots = |memory, most| model().slots(SlotsWithin { memory: memory * GIB, most });
        for (memory, expected) in [(0, 2), (5, 2), (6, 3), (7, 3), (14, 7), (16, 8), (100, 8)] {
            assert_eq!(slots(memory, 8), expected, "{memory} GiB");
        }
        assert_eq!((slots(32, 64), slots(32, 15), slots(32, 0)), (16, 15, FEWEST_SLOTS));
        assert_eq!(Sizes::default().slots(SlotsWithin::INTERACTIVE), 8, "of what is unknown");
        let place = |slots, free: u64| {
            let small = || Sizes { kv_per_layer: GIB / 32, ..model() };
            let options = EngineOptions { slots, ..EngineOptions::new("x.gguf".into()) };
            Placement::new(&options, &[gpu(0, GIB), gpu(1, free)], small).map(|placed| (placed.slots, placed.layers))
        };
        // The model takes eight GiB besides the slots' eighths of one.
        assert_eq!(place(None, 80 * GIB), Ok((8, 5)));
        assert_eq!(place(None, 8 * GIB + GIB / 2), Ok((4, 5)));
        assert_eq!(place(None, 8 * GIB), Ok((2, 4)));
        assert_eq!(place(None, 0), Ok((2, 0)));
        assert_eq!(place(Some(1), 8 * GIB + GIB / 2), Ok((1, 5)));
        assert_eq!(place(Some(20), 8 * GIB + GIB / 2), Ok((20, 4)));
        // Slots do not drive a model to a second device that would fit on the first.
        let devices = [gpu(0, GIB), gpu(1, 8 * GIB + GIB / 2), gpu(2, 80 * GIB)];
        let options = EngineOptions::new("x.gguf".into());
        let placed = Placement::new(&options, &devices, || Sizes { kv_per_layer: GIB / 32, ..model() });
        assert_eq!(placed.map(|placed| (placed.slots, placed.devices)), Ok((4, vec![1])));
    }

    fn gpu(index: usize, free: u64) -> Device {
        Device {
            index,
            name: format!("GPU{index}"),
            description: String::new(),
            backend: "test".into(),
            gpu: index > 0,
            memory_total: free,
            memory_free: free,
        }
    }

    /// Returns the layers and devices, or the error's message.
    fn place(layers: GpuLayers, main_device: Option<usize>, free: &[u64]) -> String {
        let devices: Vec<Device> = free.iter().enumerate().map(|(index, &free)| gpu(index, free * GIB)).collect();
        let options =
            EngineOptions { gpu_layers: layers, main_device, slots: Some(1), ..EngineOptions::new("x.gguf".into()) };
        match Placement::new(&options, &devices, model) {
            Ok(Placement { layers, names, .. }) => format!("{layers} {}", names.join(" ")),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn layers_are_placed() {
        // The first device is the CPU.
        let (auto, all) = (GpuLayers::Auto, GpuLayers::All);
        assert_eq!(place(auto, None, &[64]), "0 ");
        assert_eq!(place(auto, None, &[64, 80]), "5 GPU1");
        assert_eq!(place(auto, None, &[64, 4]), "2 GPU1");
        assert_eq!(place(auto, None, &[64, 1]), "0 ");
        assert_eq!(place(auto, None, &[64, 80, 80]), "5 GPU1");
        assert_eq!(place(auto, Some(2), &[64, 80, 80]), "5 GPU2");
        assert_eq!(place(auto, Some(2), &[64, 7, 7]), "5 GPU2 GPU1");
        assert_eq!(place(auto, Some(0), &[64, 80]), "0 ");
        assert_eq!(place(all, None, &[64, 1]), format!("{} GPU1", u32::MAX));
        assert_eq!(place(GpuLayers::Count(3), None, &[64, 1, 1]), "3 GPU1 GPU2");
        assert_eq!(place(GpuLayers::Count(0), None, &[64, 80]), "0 ");
        assert_eq!(place(all, None, &[64]), "gpu-layers cannot be all: 0 or auto, because there is no GPU to use");
        assert_eq!(
            place(GpuLayers::Count(7), Some(0), &[64, 80]),
            "gpu-layers cannot be 7: 0 or auto, because there is no GPU to use"
        );
        for (free, expected) in [
            (&[][..], "there is no device"),
            (&[64], "only device 0 exists (codegen-lsp doctor says which it is)"),
            (&[64, 80], "there are devices 0 to 1 (codegen-lsp doctor lists them)"),
        ] {
            assert_eq!(place(auto, Some(2), free), format!("main-device cannot be 2: {expected}"));
        }
    }

    #[test]
    fn an_estimate_can_be_lowered_and_an_order_cannot() {
        let options = EngineOptions { slots: Some(1), ..EngineOptions::new("x.gguf".into()) };
        let devices = [gpu(0, GIB), gpu(1, 80 * GIB)];
        let shrunk = Placement::new(&options, &devices, model).map(|mut placement| {
            let mut layers = Vec::new();
            while placement.shrink() {
                layers.push((placement.layers, placement.devices.len()));
            }
            layers
        });
        assert_eq!(shrunk, Ok(vec![(3, 1), (2, 1), (1, 1), (0, 0)]));
        let options = EngineOptions { gpu_layers: GpuLayers::All, ..options };
        assert_eq!(Placement::new(&options, &devices, model).map(|mut placement| placement.shrink()), Ok(false));
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
