//! Encodes rows on all cores, a slab of bounded size at a time.

use crate::ggml;
use crate::gguf::TensorType;

/// Values of a slab at most, unless a single row is longer: 8 MiB of floats. Large enough that starting threads costs
/// nothing beside the work, small enough to forget about.
const SLAB: usize = 1 << 21;

/// How many rows of that length make a slab.
pub fn slab_rows(columns: u64) -> u64 {
    (SLAB as u64 / columns.max(1)).max(1)
}

/// Rows to encode, in either of two forms.
#[derive(Clone, Copy)]
pub enum Rows<'a> {
    /// Floats.
    Floats(&'a [f32]),
    /// Bytes of a type.
    Stored(TensorType, &'a [u8]),
}

/// The buffers of one thread; reused for every slab.
#[derive(Default)]
struct Part {
    floats: Vec<f32>,
    bytes: Vec<u8>,
    problem: Option<String>,
}

/// Encodes slabs, with buffers that are reused.
pub struct Encoder {
    parts: Vec<Part>,
}

impl Encoder {
    /// Returns an encoder with a thread for each core.
    pub fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { parts: std::iter::repeat_with(Part::default).take(threads).collect() }
    }

    /// Encodes a slab of rows of `columns` values each and hands the bytes out in order.
    ///
    /// Fails, with what is wrong with the values, if they have no encoding.
    pub fn encode(
        &mut self,
        rows: Rows<'_>,
        columns: usize,
        kind: TensorType,
    ) -> Result<impl Iterator<Item = &[u8]>, String> {
        let count = match rows {
            Rows::Floats(values) => values.len() / columns.max(1),
            Rows::Stored(kind, bytes) => bytes.len() / row_bytes(kind, columns).max(1),
        };
        let share = count.div_ceil(self.parts.len()).max(1);
        std::thread::scope(|scope| {
            for (index, part) in self.parts.iter_mut().enumerate() {
                let (start, end) = ((index * share).min(count), ((index + 1) * share).min(count));
                part.bytes.clear();
                part.problem = None;
                if start == end {
                    continue;
                }
                let mine = match rows {
                    Rows::Floats(values) => Rows::Floats(&values[start * columns..end * columns]),
                    Rows::Stored(kind, bytes) => {
                        let row = row_bytes(kind, columns);
                        Rows::Stored(kind, &bytes[start * row..end * row])
                    }
                };
                scope.spawn(move || part.problem = part.encode(mine, columns, kind).err());
            }
        });
        match self.parts.iter_mut().find_map(|part| part.problem.take()) {
            Some(problem) => Err(problem),
            None => Ok(self.parts.iter().map(|part| part.bytes.as_slice())),
        }
    }
}

impl Part {
    fn encode(&mut self, rows: Rows<'_>, columns: usize, kind: TensorType) -> Result<(), String> {
        let values = match rows {
            Rows::Floats(values) => values,
            Rows::Stored(from, bytes) => {
                self.floats.clear();
                if !ggml::dequantize_rows(from, bytes, columns, &mut self.floats) {
                    return Err(format!("holds {from} blocks that are corrupt"));
                }
                &self.floats
            }
        };
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(format!("holds {value}, which is not a weight: the file is corrupt"));
        }
        // Halfway between the largest f16 and the next power of two, from where on values round to infinity.
        if kind == TensorType::F16
            && let Some(value) = values.iter().find(|value| value.abs() >= 65520.0)
        {
            return Err(format!("holds {value}, too large for f16; convert to bf16 or f32"));
        }
        if ggml::quantize_rows(kind, values, columns, &mut self.bytes) {
            Ok(())
        } else {
            Err(format!("holds values too large for {kind}; convert to bf16 or f32"))
        }
    }
}

fn row_bytes(kind: TensorType, columns: usize) -> usize {
    kind.bytes(columns as u64).unwrap_or(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(rows: Rows<'_>, columns: usize, kind: TensorType, threads: usize) -> Result<Vec<u8>, String> {
        let mut encoder = Encoder { parts: std::iter::repeat_with(Part::default).take(threads).collect() };
        encoder.encode(rows, columns, kind).map(|parts| parts.flatten().copied().collect())
    }

    #[test]
    fn threads_do_not_change_the_bytes() {
        let values: Vec<f32> = (0..7 * 256).map(|i| (i as f32 * 0.7).sin()).collect();
        for kind in TensorType::ENCODABLE {
            let one = encoded(Rows::Floats(&values), 256, kind, 1).unwrap();
            assert_eq!(one.len() as u64, kind.bytes(7 * 256).unwrap());
            for threads in [2, 3, 16] {
                assert_eq!(encoded(Rows::Floats(&values), 256, kind, threads).unwrap(), one, "{kind}, {threads}");
            }
            // Values of the stored type are copied unchanged: nothing is lost twice.
            if matches!(kind, TensorType::F32 | TensorType::F16 | TensorType::BF16 | TensorType::Q8_0) {
                assert_eq!(encoded(Rows::Stored(kind, &one), 256, kind, 2).unwrap(), one, "{kind}");
            }
        }
    }

    #[test]
    fn values_without_an_encoding_are_named() {
        let with = |value: f32| [vec![0.5; 255], vec![value]].concat();
        let problem = |value, kind| encoded(Rows::Floats(&with(value)), 256, kind, 2).unwrap_err();
        assert!(problem(f32::NAN, TensorType::F32).contains("NaN"));
        assert!(problem(f32::INFINITY, TensorType::Q6_K).contains("inf"));
        assert!(problem(70000.0, TensorType::F16).contains("70000"));
        assert!(encoded(Rows::Floats(&with(70000.0)), 256, TensorType::BF16, 2).is_ok());
        assert!(problem(1e9, TensorType::Q8_0).contains("too large for q8_0"));
    }
}
