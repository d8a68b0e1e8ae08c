//! Reads metadata and the table of tensors. The file may be hostile: no number in it is trusted before it is compared
//! with what is left of the file, so that nothing can overflow or make us allocate more than a few times its length.

use std::collections::HashSet;
use std::io::{BufReader, Read};
use std::path::Path;

use super::input::{check_pointer, open};
use super::{
    DEFAULT_ALIGNMENT, Gguf, MAGIC, MAX_DIMENSIONS, MAX_NAME, Metadata, ModelError, TensorInfo, TensorType, Value,
    ValueType,
};

/// Metadata larger than this, in bytes, is not a model's. The largest vocabularies take tens of megabytes.
const MAX_METADATA: u64 = 1 << 30;

/// Maximum alignment, in bytes. No system maps memory in larger pages, and the writer pads everything to a multiple of
/// it.
const MAX_ALIGNMENT: u32 = 1 << 16;

impl Gguf {
    /// Reads and checks everything but the tensors' data.
    ///
    /// # Errors
    /// `Io` if the file cannot be read, `Invalid` if it is not a GGUF that this program understands.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let mut file = open(path)?;
        let about = file.metadata().map_err(ModelError::io(path))?;
        let mut start = Vec::new();
        file.by_ref().take(64).read_to_end(&mut start).map_err(ModelError::io(path))?;
        check_pointer(path, &start)?;
        Self::parse(BufReader::with_capacity(1 << 16, start.as_slice().chain(file)), about.len(), path)
    }

    /// Reads a file of `file_bytes` bytes from `input`; `path` is only named in messages.
    ///
    /// # Errors
    /// As [`Gguf::open`].
    pub fn parse(input: impl Read, file_bytes: u64, path: &Path) -> Result<Self, ModelError> {
        Parser { input, position: 0, end: file_bytes }
            .file()
            .map_err(|problem| match problem {
                Problem::Io(cause) => ModelError::Io { path: path.to_owned(), cause },
                Problem::Invalid(problem) => ModelError::invalid(path, problem),
            })
            .map(|(version, metadata, tensors, data_start)| Self {
                path: path.to_owned(),
                version,
                metadata,
                tensors,
                data_start,
                file_bytes,
            })
    }

    /// Returns the tensor of that name.
    #[must_use]
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }
}

enum Problem {
    Io(std::io::Error),
    Invalid(String),
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self::Invalid(problem)
    }
}

type Parsed<T> = Result<T, Problem>;

struct Parser<R> {
    input: R,
    position: u64,
    end: u64,
}

impl<R: Read> Parser<R> {
    fn file(&mut self) -> Parsed<(u32, Metadata, Vec<TensorInfo>, u64)> {
        if self.end < 4 || self.array::<4>("the magic number")? != MAGIC {
            return Err("this is not a GGUF file: it does not start with the letters GGUF".to_owned().into());
        }
        let version = self.u32("the version")?;
        match version {
            2 | 3 => {}
            1 => return Err("GGUF version 1 is too old; versions 2 and 3 can be read".to_owned().into()),
            _ if version & 0xffff == 0 => {
                return Err("this is a big-endian GGUF; only little-endian ones can be read".to_owned().into());
            }
            _ => return Err(format!("GGUF version {version} is not known; versions 2 and 3 can be read").into()),
        }
        let tensors = self.u64("the number of tensors")?;
        let keys = self.u64("the number of metadata keys")?;
        // The smallest tensor entry has 32 bytes, the smallest key-value pair 14.
        self.plausible(tensors, 24, "tensors")?;
        self.plausible(keys, 13, "metadata keys")?;
        let metadata = self.metadata(keys)?;
        let alignment = alignment(&metadata)?;
        let tensors = self.tensors(tensors, alignment)?;
        let data_start = self.position.next_multiple_of(alignment);
        self.check_data(&tensors, data_start)?;
        Ok((version, metadata, tensors, data_start))
    }

    fn metadata(&mut self, count: u64) -> Parsed<Metadata> {
        let mut seen = HashSet::new();
        let mut pairs = Vec::new();
        for index in 0..count {
            let key = self.utf8(&format!("metadata key {index}"))?;
            if key.is_empty() {
                return Err(format!("metadata key {index} is empty").into());
            }
            if !seen.insert(key.clone()) {
                return Err(format!("the metadata key {key} appears twice").into());
            }
            let value = self.value(&key)?;
            if self.position > MAX_METADATA {
                return Err(format!("the metadata is larger than {MAX_METADATA} bytes").into());
            }
            pairs.push((key, value));
        }
        Ok(Metadata(pairs))
    }

    fn value(&mut self, key: &str) -> Parsed<Value> {
        let what = format!("the value of {key}");
        let kind = self.value_type(&what)?;
        Ok(match kind {
            ValueType::U8 => Value::U8(u8::from_le_bytes(self.array(&what)?)),
            ValueType::I8 => Value::I8(i8::from_le_bytes(self.array(&what)?)),
            ValueType::U16 => Value::U16(u16::from_le_bytes(self.array(&what)?)),
            ValueType::I16 => Value::I16(i16::from_le_bytes(self.array(&what)?)),
            ValueType::U32 => Value::U32(u32::from_le_bytes(self.array(&what)?)),
            ValueType::I32 => Value::I32(i32::from_le_bytes(self.array(&what)?)),
            ValueType::F32 => Value::F32(f32::from_le_bytes(self.array(&what)?)),
            ValueType::U64 => Value::U64(u64::from_le_bytes(self.array(&what)?)),
            ValueType::I64 => Value::I64(i64::from_le_bytes(self.array(&what)?)),
            ValueType::F64 => Value::F64(f64::from_le_bytes(self.array(&what)?)),
            ValueType::Bool => Value::Bool(self.array::<1>(&what)?[0] != 0),
            ValueType::String => Value::String(self.string(&what)?),
            ValueType::Array => self.array_value(&what)?,
        })
    }

    fn array_value(&mut self, what: &str) -> Parsed<Value> {
        let kind = self.value_type(what)?;
        let count = self.u64(what)?;
        if let Some(size) = kind.size() {
            let bytes = count.checked_mul(size as u64).ok_or_else(|| format!("{what} is too long an array"))?;
            return Ok(Value::Numbers(kind, self.bytes(bytes, what)?));
        }
        if kind == ValueType::Array {
            return Err(format!("{what} is an array of arrays, which no model has").into());
        }
        self.plausible(count, 8, what)?;
        let mut strings = Vec::new();
        for _ in 0..count {
            strings.push(self.string(what)?);
        }
        Ok(Value::Strings(strings))
    }

    fn value_type(&mut self, what: &str) -> Parsed<ValueType> {
        let id = self.u32(what)?;
        ValueType::from_id(id).ok_or_else(|| format!("{what} has the unknown type {id}").into())
    }

    fn tensors(&mut self, count: u64, alignment: u64) -> Parsed<Vec<TensorInfo>> {
        let mut seen = HashSet::new();
        let mut tensors = Vec::new();
        for index in 0..count {
            let tensor = self.tensor(index)?;
            if !seen.insert(tensor.name.clone()) {
                return Err(format!("the tensor {} appears twice", tensor.name).into());
            }
            if !tensor.offset.is_multiple_of(alignment) {
                let TensorInfo { name, offset, .. } = tensor;
                return Err(format!("the tensor {name} starts at {offset}, not a multiple of {alignment}").into());
            }
            tensors.push(tensor);
        }
        Ok(tensors)
    }

    fn tensor(&mut self, index: u64) -> Parsed<TensorInfo> {
        let name = self.utf8(&format!("the name of tensor {index}"))?;
        if name.is_empty() || name.len() > MAX_NAME {
            let length = name.len();
            return Err(format!("tensor {index} has a name of {length} bytes; 1 to {MAX_NAME} are allowed").into());
        }
        let what = format!("the tensor {name}");
        let dimensions = self.u32(&what)? as usize;
        if dimensions == 0 || dimensions > MAX_DIMENSIONS {
            return Err(format!("{what} has {dimensions} dimensions; 1 to {MAX_DIMENSIONS} are allowed").into());
        }
        let mut shape = Vec::with_capacity(dimensions);
        for _ in 0..dimensions {
            shape.push(self.u64(&what)?);
        }
        let id = self.u32(&what)?;
        let kind = TensorType::from_id(id).ok_or_else(|| format!("{what} has the unknown type {id}"))?;
        let elements = shape.iter().try_fold(1u64, |product, &length| product.checked_mul(length));
        let elements = elements.filter(|&elements| elements > 0 && elements <= i64::MAX as u64);
        let elements = elements.ok_or_else(|| format!("{what} has the impossible shape {shape:?}"))?;
        let (columns, block) = (shape[0], kind.block_elements());
        if !columns.is_multiple_of(block) {
            return Err(format!("{what} has rows of {columns} values, but {kind} needs multiples of {block}").into());
        }
        if kind.bytes(elements).is_none() {
            return Err(format!("{what} has the impossible shape {shape:?}").into());
        }
        Ok(TensorInfo { name, shape, kind, offset: self.u64(&what)? })
    }

    /// Checks that every tensor lies within the file, and that no two share bytes.
    fn check_data(&self, tensors: &[TensorInfo], data_start: u64) -> Parsed<()> {
        let mut ordered: Vec<_> = tensors.iter().collect();
        ordered.sort_by_key(|tensor| tensor.offset);
        let mut previous: Option<(&str, u64)> = None;
        for tensor in ordered {
            let (name, offset, bytes) = (&tensor.name, tensor.offset, tensor.bytes());
            if let Some((other, end)) = previous
                && offset < end
            {
                return Err(format!("the tensors {other} and {name} overlap").into());
            }
            let end = offset.checked_add(bytes).ok_or_else(|| format!("the tensor {name} starts at {offset}"))?;
            if data_start.checked_add(end).is_none_or(|end| end > self.end) {
                let have = self.end.saturating_sub(data_start).saturating_sub(offset);
                return Err(format!(
                    "the file ends inside the tensor {name}, which needs {bytes} bytes and has {have}: the file is \
                     truncated"
                )
                .into());
            }
            previous = Some((name, end));
        }
        Ok(())
    }

    /// Refuses a count of things that would not fit into the rest of the file, before anything is allocated for them.
    fn plausible(&self, count: u64, smallest: u64, what: &str) -> Parsed<()> {
        let left = self.end - self.position;
        if count.checked_mul(smallest).is_none_or(|bytes| bytes > left) {
            let problem = format!("{count} entries for {what} do not fit into the remaining {left} bytes");
            return Err(format!("{problem}: the file is truncated or corrupt").into());
        }
        Ok(())
    }

    fn u32(&mut self, what: &str) -> Parsed<u32> {
        self.array(what).map(u32::from_le_bytes)
    }

    fn u64(&mut self, what: &str) -> Parsed<u64> {
        self.array(what).map(u64::from_le_bytes)
    }

    fn string(&mut self, what: &str) -> Parsed<Vec<u8>> {
        let length = self.u64(what)?;
        self.bytes(length, what)
    }

    /// Reads a name. llama.cpp ends a name at its first zero byte, so that two different names could become equal.
    fn utf8(&mut self, what: &str) -> Parsed<String> {
        let name = String::from_utf8(self.string(what)?).map_err(|_| format!("{what} is not UTF-8"))?;
        if name.contains('\0') { Err(format!("{what} has a zero byte").into()) } else { Ok(name) }
    }

    fn array<const N: usize>(&mut self, what: &str) -> Parsed<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes, what)?;
        Ok(bytes)
    }

    fn bytes(&mut self, length: u64, what: &str) -> Parsed<Vec<u8>> {
        let left = self.end - self.position;
        if length > left || length > MAX_METADATA {
            let problem = format!("{what} claims {length} bytes, and {left} are left");
            return Err(format!("{problem}: the file is truncated or corrupt").into());
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes, what)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8], what: &str) -> Parsed<()> {
        if bytes.len() as u64 > self.end - self.position {
            return Err(format!("the file ends inside {what}: it is truncated").into());
        }
        self.input.read_exact(bytes).map_err(Problem::Io)?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}

fn alignment(metadata: &Metadata) -> Parsed<u64> {
    match metadata.get("general.alignment") {
        None => Ok(DEFAULT_ALIGNMENT),
        Some(&Value::U32(alignment)) if alignment.is_power_of_two() && alignment <= MAX_ALIGNMENT => {
            Ok(alignment.into())
        }
        Some(other) => {
            Err(format!("general.alignment is {other:?}; a power of two up to {MAX_ALIGNMENT} of type u32 is needed")
                .into())
        }
    }
}
