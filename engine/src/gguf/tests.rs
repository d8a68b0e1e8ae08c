use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A file in memory, tensor `i`'s bytes all being `i`.
fn file(metadata: &Metadata, tensors: &[TensorInfo]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), metadata, tensors).unwrap();
    for (index, tensor) in tensors.iter().enumerate() {
        // In two pieces, to show that pieces do not matter.
        let half = (tensor.bytes() / 2) as usize;
        writer.write(&vec![index as u8; half]).unwrap();
        writer.write(&vec![index as u8; tensor.bytes() as usize - half]).unwrap();
    }
    writer.finish().unwrap().0
}

fn parse(bytes: &[u8]) -> Result<Gguf, ModelError> {
    Gguf::parse(bytes, bytes.len() as u64, Path::new("some.gguf"))
}

fn tensor(name: &str, shape: &[u64], kind: TensorType) -> TensorInfo {
    TensorInfo { name: name.to_owned(), shape: shape.to_vec(), kind, offset: 0 }
}

fn sample() -> (Metadata, Vec<TensorInfo>) {
    let mut metadata = Metadata::default();
    metadata.set("general.architecture", "phi2");
    metadata.set("phi2.block_count", 2);
    metadata.set("tokenizer.ggml.tokens", Value::strings(["a", "b", "é"]));
    metadata.set("tokenizer.ggml.token_type", Value::i32s([1, -1, 3]));
    metadata.set("small", Value::Bool(true));
    let tensors = vec![
        tensor("token_embd.weight", &[32, 3], TensorType::Q8_0),
        tensor("output.bias", &[5], TensorType::F32),
        tensor("experts.weight", &[64, 2, 3], TensorType::F16),
    ];
    (metadata, tensors)
}

/// The problem reported for a sample file in which `from` (which must be there) is replaced by `to`.
#[track_caller]
fn problem_after(from: &[u8], to: &[u8]) -> String {
    let (metadata, tensors) = sample();
    let mut bytes = file(&metadata, &tensors);
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the pattern is in the file");
    bytes.splice(at..at + from.len(), to.iter().copied());
    match parse(&bytes) {
        Err(ModelError::Invalid { path, problem }) => {
            assert_eq!(path, Path::new("some.gguf"));
            problem
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_written_is_read() {
    let (metadata, tensors) = sample();
    let bytes = file(&metadata, &tensors);
    let gguf = parse(&bytes).unwrap();
    assert_eq!(gguf.version, 3);
    assert_eq!(gguf.metadata, metadata);
    let offsets: Vec<u64> = gguf.tensors.iter().map(|tensor| tensor.offset).collect();
    assert_eq!(offsets, [0, 128, 160], "102 and 20 bytes, each padded to a multiple of 32");
    assert_eq!(gguf.data_start % 32, 0);
    for (index, tensor) in gguf.tensors.iter().enumerate() {
        let start = (gguf.data_start + tensor.offset) as usize;
        let data = &bytes[start..start + tensor.bytes() as usize];
        assert!(data.iter().all(|&byte| byte == index as u8), "{}", tensor.name);
    }
    assert_eq!(gguf.tensor("experts.weight").map(TensorInfo::rows), Some(6));
    assert_eq!(gguf.metadata.str("general.architecture"), Some("phi2"));
}

#[test]
fn a_set_key_stays_where_it_is() {
    let (mut metadata, _) = sample();
    metadata.set("phi2.block_count", 7);
    let keys: Vec<&str> = metadata.iter().map(|(key, _)| key).collect();
    assert_eq!(keys[1], "phi2.block_count");
    assert_eq!(metadata.u64("phi2.block_count"), Some(7));
}

#[test]
fn version_2_is_read_and_others_are_named() {
    let mut header = MAGIC.to_vec();
    header.extend(3u32.to_le_bytes());
    let with = |version: [u8; 4]| problem_after(&header, &[MAGIC, version].concat());
    assert!(with(1u32.to_le_bytes()).contains("version 1 is too old"));
    assert!(with(9u32.to_le_bytes()).contains("version 9 is not known"));
    assert!(with(3u32.to_be_bytes()).contains("big-endian"));
    let (metadata, tensors) = sample();
    let mut bytes = file(&metadata, &tensors);
    bytes[4] = 2;
    assert_eq!(parse(&bytes).unwrap().version, 2);
}

#[test]
fn hostile_files_are_refused_with_the_reason() {
    let counts = |tensors: u64, keys: u64| [tensors.to_le_bytes(), keys.to_le_bytes()].concat();
    let array = |kind: u32, count: u64| [&9u32.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes()].concat();
    let shape = |dimensions: u32, lengths: &[u64], kind: u32| {
        let lengths = lengths.iter().flat_map(|length| length.to_le_bytes());
        dimensions.to_le_bytes().into_iter().chain(lengths).chain(kind.to_le_bytes()).collect::<Vec<u8>>()
    };
    let entry = |offset: u64| {
        [&1u32.to_le_bytes()[..], &5u64.to_le_bytes(), &0u32.to_le_bytes(), &offset.to_le_bytes()].concat()
    };
    let named = |name: &str| [&(name.len() as u64).to_le_bytes()[..], name.as_bytes()].concat();
    for (from, to, expected) in [
        (b"GGUF".to_vec(), b"GGML".to_vec(), "not a GGUF file"),
        (counts(3, 5), counts(u64::MAX, 5), "truncated or corrupt"),
        (counts(3, 5), counts(3, u64::MAX / 2), "truncated or corrupt"),
        (counts(3, 5), counts(3, 6), "the name of tensor 0 claims"),
        (named("phi2.block_count"), named("general.architecture"), "general.architecture appears twice"),
        (named("small"), [&u64::MAX.to_le_bytes()[..], b"small"].concat(), "metadata key 4 claims"),
        (array(8, 3), array(8, u64::MAX / 8), "do not fit"),
        (array(5, 3), array(5, u64::MAX / 2), "too long an array"),
        (array(5, 3), array(9, 3), "array of arrays"),
        (array(5, 3), array(13, 3), "unknown type 13"),
        (named("output.bias"), named("token_embd.weight"), "token_embd.weight appears twice"),
        (named("output.bias"), named(&"x".repeat(64)), "a name of 64 bytes"),
        (named("output.bias"), named(""), "a name of 0 bytes"),
        (named("output.bias"), named("output\0bias"), "has a zero byte"),
        (named("small"), named("sma\0l"), "has a zero byte"),
        (shape(2, &[32, 3], 8), shape(0, &[32, 3], 8), "0 dimensions"),
        (shape(2, &[32, 3], 8), shape(5, &[32, 3], 8), "5 dimensions"),
        (shape(2, &[32, 3], 8), shape(2, &[32, 3], 4), "unknown type 4"),
        (shape(2, &[32, 3], 8), shape(2, &[32, 3], 14), "multiples of 256"),
        (shape(2, &[32, 3], 8), shape(2, &[32, 0], 8), "impossible shape"),
        (shape(2, &[32, 3], 8), shape(2, &[1 << 40, 1 << 40], 8), "impossible shape"),
        (shape(2, &[32, 3], 8), shape(2, &[32, 4], 8), "overlap"), // 4 rows of 34 bytes reach past 128
        (shape(3, &[64, 2, 3], 1), shape(3, &[64, 2, 4], 1), "ends inside the tensor experts.weight"),
        (entry(128), entry(129), "not a multiple of 32"),
        (entry(128), entry(96), "overlap"),
        (entry(128), entry(u64::MAX - 31), "output.bias"),
    ] {
        let problem = problem_after(&from, &to);
        assert!(problem.contains(expected), "{expected}: {problem}");
    }
}

#[test]
fn alignment_is_honoured_and_checked() {
    let (mut metadata, tensors) = sample();
    metadata.set("general.alignment", 64);
    let gguf = parse(&file(&metadata, &tensors)).unwrap();
    assert_eq!((gguf.data_start % 64, gguf.tensors[1].offset), (0, 128));
    assert_eq!(gguf.tensors[2].offset, 192);
    for wrong in [Value::U32(0), Value::U32(48), Value::U32(1 << 31), Value::U64(64), Value::from("32")] {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([0u64.to_le_bytes(), 1u64.to_le_bytes()].concat());
        let mut lone = Metadata::default();
        lone.set("x", wrong.clone());
        // The writer would refuse to compute with such an alignment, so that the key is renamed afterwards.
        let body = file(&lone, &[]);
        let value = &body[bytes.len() + 9..];
        bytes.extend((17u64).to_le_bytes());
        bytes.extend(b"general.alignment");
        bytes.extend(value);
        let message = parse(&bytes).unwrap_err().to_string();
        assert!(message.contains("a power of two"), "{wrong:?}: {message}");
    }
}

#[test]
fn the_writer_counts() {
    let (metadata, tensors) = sample();
    let mut writer = Writer::new(Vec::new(), &metadata, &tensors).unwrap();
    assert!(writer.write(&[0; 103]).is_err(), "the first tensor has 102 bytes");
    writer.write(&[0; 102]).unwrap();
    assert!(writer.finish().is_err(), "two tensors are missing");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let (metadata, tensors) = sample();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let Err(error) = Writer::new(full, &metadata, &tensors) else { panic!("wrote to a full disk") };
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<u8>().prop_map(Value::U8),
        any::<i8>().prop_map(Value::I8),
        any::<u16>().prop_map(Value::U16),
        any::<i16>().prop_map(Value::I16),
        any::<u32>().prop_map(Value::U32),
        any::<i32>().prop_map(Value::I32),
        any::<i32>().prop_map(|bits| Value::F32(bits as f32)),
        any::<u64>().prop_map(Value::U64),
        any::<i64>().prop_map(Value::I64),
        any::<i64>().prop_map(|bits| Value::F64(bits as f64)),
        any::<bool>().prop_map(Value::Bool),
        vec(any::<u8>(), 0..9).prop_map(Value::String),
        vec(vec(any::<u8>(), 0..5), 0..5).prop_map(Value::Strings),
        vec(any::<u8>(), 0..9).prop_map(|bytes| Value::Numbers(ValueType::U8, bytes)),
        vec(any::<i32>(), 0..5).prop_map(Value::i32s),
    ]
}

fn any_file() -> impl Strategy<Value = (Metadata, Vec<TensorInfo>)> {
    let kinds: Vec<TensorType> = TensorType::all().collect();
    let entry = (proptest::sample::select(kinds), 1u64..3, vec(1u64..4, 0..3));
    (vec(any_value(), 0..6), vec(entry, 0..5)).prop_map(|(values, entries)| {
        let mut metadata = Metadata::default();
        for (index, value) in values.into_iter().enumerate() {
            metadata.set(format!("key.{index}"), value);
        }
        let tensors = entries.into_iter().enumerate().map(|(index, (kind, blocks, rest))| {
            let shape: Vec<u64> = std::iter::once(blocks * kind.block_elements()).chain(rest).collect();
            tensor(&format!("tensor.{index}"), &shape, kind)
        });
        (metadata, tensors.collect())
    })
}

proptest! {
    #[test]
    fn any_file_survives_the_round_trip((metadata, tensors) in any_file()) {
        let bytes = file(&metadata, &tensors);
        let gguf = parse(&bytes).unwrap();
        prop_assert_eq!(&gguf.metadata, &metadata);
        prop_assert_eq!(gguf.tensors.len(), tensors.len());
        for (read, written) in gguf.tensors.iter().zip(&tensors) {
            prop_assert_eq!((&read.name, &read.shape, read.kind), (&written.name, &written.shape, written.kind));
        }
        prop_assert_eq!(file(&gguf.metadata, &gguf.tensors), bytes);
    }

    #[test]
    fn damage_never_panics_and_never_leads_outside_the_file(
        (metadata, tensors) in any_file(),
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut bytes = file(&metadata, &tensors);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(gguf) = parse(&bytes) {
            for tensor in &gguf.tensors {
                prop_assert!(gguf.data_start + tensor.offset + tensor.bytes() <= bytes.len() as u64);
            }
        }
    }

    #[test]
    fn a_truncated_file_is_refused((metadata, tensors) in any_file(), cut in any::<proptest::sample::Index>()) {
        let bytes = file(&metadata, &tensors);
        // Only the padding behind the last tensor may be missing.
        let needed = match tensors.last() {
            Some(last) => {
                let gguf = parse(&bytes).unwrap();
                gguf.data_start + gguf.tensors.last().map_or(0, |tensor| tensor.offset) + last.bytes()
            }
            None => bytes.len() as u64 / 2,
        };
        let cut = cut.index(needed as usize);
        let parsed = parse(&bytes[..cut]);
        prop_assert!(tensors.is_empty() || parsed.is_err());
    }
}
