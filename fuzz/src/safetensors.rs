//! Fuzzes the reader of safetensors files.
//!
//! An input's first two bytes, little-endian, give the number of bytes of tensor data. The rest of the input is the
//! header, whose length is put before it. If the highest bit is set, the rest is the whole file.

use crate::{Target, weights};

/// Files with headers of any content.
pub const TARGET: Target = Target { name: "safetensors", run, seeds };

const RAW: u16 = 1 << 15;

fn run(data: &[u8]) -> bool {
    let Some((first, rest)) = data.split_first_chunk::<2>() else { return false };
    let tail = u16::from_le_bytes(*first);
    let file = if tail & RAW != 0 {
        rest.to_vec()
    } else {
        let mut file = (rest.len() as u64).to_le_bytes().to_vec();
        file.extend(rest);
        file.resize(file.len() + usize::from(tail), 1);
        file
    };
    weights::open("adapter_model.safetensors", &file)
}

fn seeds() -> Vec<Vec<u8>> {
    let with_tail = |tail: u16, header: &str| [&tail.to_le_bytes(), header.as_bytes()].concat();
    let mut seeds = vec![
        with_tail(0, "{}"),
        with_tail(24, r#"{"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#),
        with_tail(
            28,
            r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},
            "b":{"dtype":"BF16","shape":[],"data_offsets":[12,14]},"c":{"dtype":"I8","shape":[6],"data_offsets":[14,20]},
            "d":{"dtype":"F64","shape":[1,1,1],"data_offsets":[20,28]}}"#,
        ),
    ];
    seeds.push([&RAW.to_le_bytes()[..], &2u64.to_le_bytes(), b"{}"].concat());
    // The fixture's header and the length of what follows it.
    let file = weights::fixture("fixtures/parity/adapters/blocks/adapter_model.safetensors").unwrap_or_default();
    if let Some((length, rest)) = file.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX).min(rest.len());
        let (header, data) = rest.split_at(length);
        if let Some(tail) = u16::try_from(data.len()).ok().filter(|tail| tail & RAW == 0) {
            seeds.push([&tail.to_le_bytes(), header].concat());
        }
    }
    seeds
}
