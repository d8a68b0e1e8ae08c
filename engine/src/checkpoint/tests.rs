use std::io::{Cursor, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/parity/checkpoints").join(name)
}

/// Returns a copy of a fixture, which the test then damages.
fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(fixture(name)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

fn all_rows(checkpoint: &Checkpoint, tensor: &SourceTensor) -> Vec<f32> {
    let mut out = vec![1.0];
    let rows = tensor.shape.first().copied().unwrap_or(1);
    checkpoint.weights.read_rows(&tensor.name, 0..rows, &mut out).unwrap();
    out
}

/// The message with which opening, or reading every tensor, fails.
fn refusal(folder: &Path) -> String {
    match Checkpoint::open(folder) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{} was opened", folder.display()),
    }
}

/// Every container gives the bits that torch has: safetensors, a pickle with parameters and metadata, shards of both,
/// 16-bit floats of both kinds, views with overlapping rows.
#[test]
fn all_containers_give_the_bits_that_torch_has() {
    for name in ["heads-8x32", "heads-4x32", "heads-4x64", "heads-4x80", "heads-4x256"] {
        let checkpoint = Checkpoint::open(&fixture(name)).unwrap();
        let text = std::fs::read_to_string(fixture(name).join("sha256.json")).unwrap();
        let hashes: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
        let mut seen = 0;
        for tensor in checkpoint.weights.tensors() {
            let Some(expected) = hashes.get(&tensor.name) else {
                assert!(tensor.name.contains(".attn."), "{name}: {}", tensor.name);
                continue;
            };
            let bytes: Vec<u8> = all_rows(&checkpoint, tensor).into_iter().flat_map(f32::to_le_bytes).collect();
            let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(&hash, expected, "{name}: {}", tensor.name);
            seen += 1;
        }
        assert_eq!(seen, hashes.len(), "{name}");
    }
}

#[test]
fn rows_are_read_alone_as_well_as_together() {
    for name in ["heads-8x32", "heads-4x256"] {
        let checkpoint = Checkpoint::open(&fixture(name)).unwrap();
        let tensor =
            checkpoint.weights.tensors().iter().find(|tensor| tensor.name == "transformer.wte.weight").unwrap();
        let whole = all_rows(&checkpoint, tensor);
        let columns = tensor.shape[1];
        let mut out = Vec::new();
        for row in [0, 7, tensor.shape[0] - 1] {
            checkpoint.weights.read_rows(&tensor.name, row..row + 1, &mut out).unwrap();
            assert_eq!(out, whole[row * columns..(row + 1) * columns]);
        }
        checkpoint.weights.read_rows(&tensor.name, 5..5, &mut out).unwrap();
        assert!(out.is_empty());
        // The caller's buffer does not grow beyond the rows that were asked for.
        let mut out = Vec::new();
        checkpoint.weights.read_rows(&tensor.name, 3..6, &mut out).unwrap();
        assert_eq!(out.capacity(), 3 * columns);
        let error = checkpoint.weights.read_rows(&tensor.name, 319..321, &mut out).unwrap_err().to_string();
        assert!(error.ends_with("tensor transformer.wte.weight: has 320 rows, not rows 319 to 321"), "{error}");
        assert!(
            checkpoint.weights.read_rows("wte", 0..1, &mut out).unwrap_err().to_string().contains("has no tensor wte")
        );
    }
}

#[test]
fn buffers_are_listed_and_not_read() {
    let checkpoint = Checkpoint::open(&fixture("heads-4x32")).unwrap();
    let mask =
        checkpoint.weights.tensors().iter().find(|tensor| tensor.name.ends_with("h.1.attn.causal_mask")).unwrap();
    assert_eq!((mask.dtype, mask.shape.as_slice()), (SourceType::Other, &[1, 1, 64, 64][..]));
    let error = checkpoint.weights.read_rows(&mask.name, 0..1, &mut Vec::new()).unwrap_err().to_string();
    assert!(error.ends_with("does not hold floating-point numbers"), "{error}");
    let mut out = Vec::new();
    checkpoint.weights.read_rows("transformer.h.0.attn.masked_bias", 0..1, &mut out).unwrap();
    assert_eq!(out, [-1e9]);
}

#[test]
fn a_file_cut_short_anywhere_is_refused_by_name() {
    for (name, file) in [
        ("heads-8x32", "model.safetensors"),
        ("heads-4x32", "pytorch_model.bin"),
        ("heads-4x64", "model-00002-of-00002.safetensors"),
        ("heads-4x80", "pytorch_model-00001-of-00002.bin"),
    ] {
        let folder = copy(name);
        let path = folder.path().join(file);
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 3, 7, 8, 100, 2000, bytes.len() / 2, bytes.len() - 30, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let message = refusal(folder.path());
            let named = message.starts_with(&format!("{}: ", path.display()));
            assert!(named && message.contains("truncated"), "{length}: {message}");
        }
    }
}

#[test]
fn a_file_cut_short_while_open_is_an_error_and_no_signal() {
    let folder = copy("heads-8x32");
    let checkpoint = Checkpoint::open(folder.path()).unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(5000).unwrap();
    let error =
        checkpoint.weights.read_rows("transformer.wte.weight", 0..320, &mut Vec::new()).unwrap_err().to_string();
    assert_eq!(error, format!("{}: became shorter while it was read", path.display()));
}

/// A damaged file is either refused or read: nothing panics, and no size in it alone causes an allocation.
#[test]
fn random_damage_never_panics() {
    let mut seed: u64 = 1;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    let mut refused = 0;
    for (name, file) in [("heads-8x32", "model.safetensors"), ("heads-4x32", "pytorch_model.bin")] {
        let folder = copy(name);
        let path = folder.path().join(file);
        let original = std::fs::read(&path).unwrap();
        // Headers, pickles and directories are where damage matters: the start and the end.
        let length = original.len();
        for _ in 0..150 {
            let mut bytes = original.clone();
            for _ in 0..=random() % 4 {
                let at = if random() % 3 == 0 { length - 1 - random() % 1500 } else { random() % 4000 };
                bytes[at] = u8::try_from(random() % 256).unwrap();
            }
            std::fs::write(&path, &bytes).unwrap();
            match Checkpoint::open(folder.path()) {
                Err(_) => refused += 1,
                Ok(checkpoint) => {
                    let mut out = Vec::new();
                    for tensor in checkpoint.weights.tensors() {
                        let _ = checkpoint.weights.read_rows(&tensor.name, 0..1, &mut out);
                    }
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn corrupt_safetensors_headers_are_refused() {
    let folder = copy("heads-8x32");
    let path = folder.path().join("model.safetensors");
    let entry = |dtype: &str, shape: &str, start: u64, end: u64| {
        format!(r#"{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{start},{end}]}}"#)
    };
    let huge = u64::MAX;
    for (header, expected) in [
        ("not json".to_owned(), "its header is corrupt"),
        (format!(r#"{{"a":{0},"a":{0}}}"#, entry("F32", "[2]", 0, 8)), "the tensor a appears twice"),
        (format!(r#"{{"a":{},"b":{}}}"#, entry("F32", "[2]", 0, 8), entry("F32", "[2]", 4, 12)), "a and b overlap"),
        (format!(r#"{{"a":{}}}"#, entry("F32", "[3]", 0, 8)), "tensor a: has the shape [3] of 12 bytes"),
        (format!(r#"{{"a":{}}}"#, entry("F32", "[2]", 8, 0)), "but the data offsets 8 to 0"),
        (format!(r#"{{"a":{}}}"#, entry("F32", &format!("[{huge},{huge}]"), 0, 8)), "impossible shape"),
        (format!(r#"{{"a":{}}}"#, entry("U8", "[8]", huge - 8, huge)), "it is truncated"),
        (format!(r#"{{"a":{}}}"#, entry("C64", "[1]", 0, 8)), "has the type C64"),
        (format!(r#"{{"a":{}}}"#, entry("F32", "[10]", 0, 40)), "holds only 16: it is truncated"),
    ] {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend([0; 16]);
        std::fs::write(&path, bytes).unwrap();
        let message = refusal(folder.path());
        assert!(message.contains(expected), "{header}: {message}");
    }
    // Bytes that belong to no tensor, as where a length in the header is off by one.
    for (starts, expected) in [
        ([0, 12], "4 bytes between the tensors a and b"),
        ([1, 9], "1 bytes before"),
        ([0, 8], "0 bytes before its first tensor and 4 after"),
    ] {
        let [a, b] = starts.map(|start| entry("U8", "[8]", start, start + 8));
        let header = format!(r#"{{"a":{a},"b":{b}}}"#);
        std::fs::write(&path, [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 20]].concat()).unwrap();
        assert!(refusal(folder.path()).contains(expected), "{}", refusal(folder.path()));
    }
    for length in [u64::MAX, 1 << 40] {
        std::fs::write(&path, [&length.to_le_bytes()[..], b"{}"].concat()).unwrap();
        assert!(refusal(folder.path()).contains("is not a safetensors file: its header would have"));
    }
}

#[test]
fn an_index_is_believed_only_where_the_shards_agree() {
    let folder = copy("heads-4x64");
    let path = folder.path().join("model.safetensors.index.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let second = "model-00002-of-00002.safetensors";
    for (from, to, expected) in [
        (
            second,
            "model-00003-of-00002.safetensors",
            "names the shard model-00003-of-00002.safetensors, which is not there",
        ),
        (second, "../model.safetensors", "into \"../model.safetensors\"; a shard has to be a file beside the index"),
        (second, "/etc/passwd", "a shard has to be a file beside the index"),
        (second, "..", "a shard has to be a file beside the index"),
        ("\"lm_head.bias\"", "\"lm_head.bias2\"", "does not say that the tensor lm_head.bias is in"),
        ("\"weight_map\": {", "\"weight_map\": {\"x\": \"model-00001-of-00002.safetensors\",", "lacks the tensor x"),
        ("weight_map", "weights", "is not an index of shards"),
    ] {
        assert!(text.contains(from));
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let message = refusal(folder.path());
        assert!(message.contains(expected), "{from} -> {to}: {message}");
    }
}

#[test]
fn folders_without_a_checkpoint_are_refused() {
    let folder = copy("heads-8x32");
    std::fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    assert!(refusal(folder.path()).contains("has no weights: neither model.safetensors nor pytorch_model.bin"));
    std::fs::remove_file(folder.path().join("config.json")).unwrap();
    assert!(refusal(folder.path()).contains("has no config.json"));
    assert!(refusal(&folder.path().join("tokenizer.json")).contains("is not a folder"));
    assert!(refusal(&folder.path().join("nowhere")).contains("No such file"));
}

/// An archive as `torch.save` writes it.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn open_archive(bytes: &[u8]) -> Result<Checkpoint, String> {
    let folder = copy("heads-4x32");
    std::fs::write(folder.path().join("pytorch_model.bin"), bytes).unwrap();
    Checkpoint::open(folder.path()).map_err(|error| error.to_string())
}

/// `{"w": tensor}` with the given offset, shape and strides, each below 256, into a storage of twelve floats.
fn one_tensor(offset: u8, shape: [u8; 2], strides: [u8; 2]) -> Vec<u8> {
    let mut bytes = b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(".to_vec();
    bytes.extend(b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x0ctQ");
    bytes.extend([b'K', offset, b'K', shape[0], b'K', shape[1], 0x86, b'K', strides[0], b'K', strides[1], 0x86]);
    bytes.extend(b"\x89ccollections\nOrderedDict\n)RtRs.");
    bytes
}

#[test]
fn views_are_read_through_their_strides_or_refused() {
    let storage: Vec<u8> = (0_u8..12).flat_map(|n| f32::from(n).to_le_bytes()).collect();
    let open = |pickle: Vec<u8>| {
        open_archive(&archive(&[("m/data.pkl", &pickle), ("m/byteorder", b"little"), ("m/data/0", &storage)]))
    };
    let read = |pickle: Vec<u8>| {
        let checkpoint = open(pickle).unwrap();
        let mut out = Vec::new();
        let rows = checkpoint.weights.tensors()[0].shape[0];
        checkpoint.weights.read_rows("w", 0..rows, &mut out).map(|()| out).map_err(|error| error.to_string())
    };
    assert_eq!(read(one_tensor(1, [2, 3], [3, 1])).unwrap(), [1., 2., 3., 4., 5., 6.]);
    assert_eq!(read(one_tensor(0, [3, 2], [5, 1])).unwrap(), [0., 1., 5., 6., 10., 11.]);
    assert_eq!(read(one_tensor(2, [3, 2], [0, 1])).unwrap(), [2., 3., 2., 3., 2., 3.]);
    assert_eq!(read(one_tensor(2, [3, 1], [4, 9])).unwrap(), [2., 6., 10.]);
    assert_eq!(read(one_tensor(0, [0, 5], [5, 1])).unwrap(), [0.0; 0]);
    assert!(read(one_tensor(0, [3, 2], [1, 3])).unwrap_err().contains("tensor w: is stored as a view"));
    for (offset, shape, strides) in
        [(7, [2, 3], [3, 1]), (0, [3, 2], [6, 1]), (200, [1, 1], [1, 1]), (13, [0, 1], [1, 1])]
    {
        let message = open(one_tensor(offset, shape, strides)).unwrap_err();
        assert!(
            message.contains("tensor w: its shape") && message.contains("do not fit its storage of 12"),
            "{message}"
        );
    }
    // A shape whose product overflows before its zero is met: LONG1 2^62, BININT1 8 and 0.
    let start: Vec<u8> = one_tensor(0, [0, 0], [0, 0]).into_iter().take_while(|&byte| byte != b'Q').collect();
    let huge = b"QK\0\x8a\x08\0\0\0\0\0\0\0\x40K\x08K\0\x87K\x01K\x01K\x01\x87\x89ccollections\nOrderedDict\n)RtRs.";
    let message = open([start.as_slice(), huge].concat()).unwrap_err();
    assert!(message.contains("do not fit its storage"), "{message}");
}

#[test]
fn archives_that_torch_did_not_write_are_refused() {
    let pickle = one_tensor(0, [2, 3], [3, 1]);
    let storage = [0; 48];
    for (bytes, expected) in [
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec(), "format of before version 1.6"),
        (b"version https://git-lfs".to_vec(), "is not a PyTorch file: it is no zip archive"),
        (archive(&[("m/other", b"x")]), "the archive has no data.pkl"),
        (archive(&[("m/data.pkl", &pickle)]), "tensor w: its storage \"0\" is not in the archive"),
        (
            archive(&[("m/data.pkl", &pickle), ("m/data/0", &storage[..47])]),
            "should hold 12 elements of 4 bytes, but has 47",
        ),
        (archive(&[("m/data.pkl", &pickle), ("m/byteorder", b"big"), ("m/data/0", &storage)]), "big-endian"),
        (archive(&[("m/data.pkl", b"cos\nsystem\n")]), "its pickle imports os.system, which is refused"),
    ] {
        let message = open_archive(&bytes).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
    // The method of compression in the central directory.
    let mut bytes = archive(&[("m/data.pkl", &pickle), ("m/data/0", &storage)]);
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[directory + 10] = 8;
    let message = open_archive(&bytes).unwrap_err();
    assert!(message.contains("has a compressed or encrypted entry, m/data.pkl"), "{message}");
}
