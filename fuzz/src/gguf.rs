//! Fuzzes the reader of GGUF files. Data that it accepts lies within the file, and is the same after writing and
//! reading again.

use std::collections::HashSet;
use std::path::Path;

use codegen_engine::gguf::TensorType;
use codegen_engine::gguf::{Gguf, Metadata, TensorInfo, Value, ValueType, Writer};

use crate::Target;

/// Files of any content.
pub const TARGET: Target = Target { name: "gguf", run, seeds };

fn run(data: &[u8]) -> bool {
    let Some(gguf) = parse(data, data.len() as u64) else { return false };
    let mut names = HashSet::new();
    for tensor in &gguf.tensors {
        assert!(names.insert(&tensor.name), "the tensor {:?} is there twice", tensor.name);
        let end = gguf.data_start.checked_add(tensor.offset).and_then(|start| start.checked_add(tensor.bytes()));
        assert!(end.is_some_and(|end| end <= gguf.file_bytes), "{tensor:?} ends after the file");
        assert_eq!(tensor.columns() * tensor.rows(), tensor.elements());
        assert_eq!(gguf.tensor(&tensor.name), Some(tensor));
    }
    assert!(gguf.metadata.iter().all(|(key, value)| gguf.metadata.get(key).is_some_and(|found| same(found, value))));
    read_again(&gguf);
    true
}

fn parse(data: &[u8], file_bytes: u64) -> Option<Gguf> {
    Gguf::parse(data, file_bytes, Path::new("fuzz.gguf")).ok()
}

/// Writes the header again, and compares it with the result of reading that.
fn read_again(gguf: &Gguf) {
    let mut header = Vec::new();
    if let Err(error) = Writer::new(&mut header, &gguf.metadata, &gguf.tensors).map(drop) {
        panic!("the header cannot be written: {error}");
    }
    let data: u64 = gguf.tensors.iter().map(|tensor| tensor.bytes().next_multiple_of(gguf.metadata.alignment())).sum();
    let Some(again) = parse(&header, header.len() as u64 + data) else { panic!("what was written is not read") };
    assert_eq!(again.tensors.len(), gguf.tensors.len());
    for (one, other) in again.tensors.iter().zip(&gguf.tensors) {
        assert_eq!((&one.name, &one.shape, one.kind), (&other.name, &other.shape, other.kind));
    }
    let pairs = again.metadata.iter().zip(gguf.metadata.iter());
    assert_eq!(again.metadata.iter().count(), gguf.metadata.iter().count());
    for ((key, value), (other_key, other)) in pairs {
        assert!(key == other_key && same(value, other), "{key} {value:?} is no longer {other_key} {other:?}");
    }
}

/// Whether the values are the same; unlike `==` NaN is.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::F32(one), Value::F32(other)) => one.to_bits() == other.to_bits(),
        (Value::F64(one), Value::F64(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut metadata = Metadata::default();
    for value in [
        Value::U8(1),
        Value::I8(-1),
        Value::U16(1),
        Value::I16(-1),
        Value::U32(1),
        Value::I32(-1),
        Value::F32(1.5),
        Value::Bool(true),
        Value::U64(1),
        Value::I64(-1),
        Value::F64(1.5),
        Value::from("text"),
        Value::strings(["one", "two"]),
        Value::i32s([1, 2]),
        Value::Numbers(ValueType::F32, vec![0; 8]),
    ] {
        metadata.set(format!("key.{}", metadata.iter().count()), value);
    }
    let kinds = [TensorType::F32, TensorType::F16, TensorType::Q8_0, TensorType::Q4_K];
    let tensors: Vec<_> = (0..).zip(kinds).map(|(number, kind)| tensor(number, kind)).collect();
    let mut aligned = metadata.clone();
    aligned.set("general.alignment", 64);
    [file(&Metadata::default(), &[]), file(&metadata, &tensors[..1]), file(&aligned, &tensors)].into()
}

fn tensor(number: u64, kind: TensorType) -> TensorInfo {
    TensorInfo { name: format!("blk.{number}.weight"), shape: vec![kind.block_elements(), 1 + number], kind, offset: 0 }
}

/// A file with these tensors, all of whose data is zero.
fn file(metadata: &Metadata, tensors: &[TensorInfo]) -> Vec<u8> {
    let mut file = Vec::new();
    let written = Writer::new(&mut file, metadata, tensors).and_then(|mut writer| {
        tensors.iter().try_for_each(|tensor| writer.write(&vec![0; usize::try_from(tensor.bytes()).unwrap_or(0)]))?;
        writer.finish().map(drop)
    });
    if let Err(error) = written {
        panic!("a seed cannot be written: {error}");
    }
    file
}
