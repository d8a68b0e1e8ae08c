//! Writes a GGUF whose tensors' types and shapes are known beforehand and whose data comes in pieces.

use std::io::{self, Write};

use super::{MAGIC, Metadata, TensorInfo, VERSION, Value, ValueType};

/// Writes header, metadata and table at once, then takes the tensors' data in the order of the table.
pub struct Writer<W> {
    output: W,
    alignment: u64,
    /// Bytes that the tensors still have to get, in order; the current one first.
    remaining: std::collections::VecDeque<u64>,
    written: u64,
}

impl<W: Write> Writer<W> {
    /// Writes everything before the data. The tensors' offsets are computed; those given are ignored.
    ///
    /// # Errors
    /// Whatever `output` says.
    pub fn new(mut output: W, metadata: &Metadata, tensors: &[TensorInfo]) -> io::Result<Self> {
        let alignment = metadata.alignment();
        let mut header = Vec::new();
        header.extend(MAGIC);
        header.extend(VERSION.to_le_bytes());
        header.extend((tensors.len() as u64).to_le_bytes());
        header.extend((metadata.iter().count() as u64).to_le_bytes());
        for (key, value) in metadata.iter() {
            string(&mut header, key.as_bytes());
            put(&mut header, value);
        }
        let mut offset = 0u64;
        for tensor in tensors {
            string(&mut header, tensor.name.as_bytes());
            header.extend((tensor.shape.len() as u32).to_le_bytes());
            header.extend(tensor.shape.iter().flat_map(|length| length.to_le_bytes()));
            header.extend(tensor.kind.id().to_le_bytes());
            header.extend(offset.to_le_bytes());
            offset += tensor.bytes().next_multiple_of(alignment);
        }
        header.resize((header.len() as u64).next_multiple_of(alignment) as usize, 0);
        output.write_all(&header)?;
        let remaining = tensors.iter().map(TensorInfo::bytes).collect();
        let mut writer = Self { output, alignment, remaining, written: header.len() as u64 };
        writer.skip_empty();
        Ok(writer)
    }

    /// Writes the next piece of the current tensor, and the padding after it once it is complete. A piece must not
    /// reach into the next tensor.
    ///
    /// # Errors
    /// Whatever the output says, and `InvalidInput` for more data than the table announced.
    pub fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        let length = piece.len() as u64;
        match self.remaining.front_mut() {
            Some(left) if length <= *left => *left -= length,
            _ if length == 0 => return Ok(()),
            _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "more data than the table of tensors has")),
        }
        self.output.write_all(piece)?;
        self.written += length;
        if self.remaining.front() == Some(&0) {
            let padding = self.written.next_multiple_of(self.alignment) - self.written;
            self.output.write_all(&vec![0; padding as usize])?;
            self.written += padding;
            self.skip_empty();
        }
        Ok(())
    }

    /// Checks that every tensor has got its data, and hands the output back.
    ///
    /// # Errors
    /// `InvalidInput` if data is missing, else whatever the output says to a flush.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        if !self.remaining.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "less data than the table of tensors has"));
        }
        self.output.flush()?;
        Ok((self.output, self.written))
    }

    fn skip_empty(&mut self) {
        while self.remaining.front() == Some(&0) {
            self.remaining.pop_front();
        }
    }
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

fn put(out: &mut Vec<u8>, value: &Value) {
    let mut scalar = |kind: ValueType, bytes: &[u8]| {
        out.extend((kind as u32).to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Value::U8(value) => scalar(ValueType::U8, &value.to_le_bytes()),
        Value::I8(value) => scalar(ValueType::I8, &value.to_le_bytes()),
        Value::U16(value) => scalar(ValueType::U16, &value.to_le_bytes()),
        Value::I16(value) => scalar(ValueType::I16, &value.to_le_bytes()),
        Value::U32(value) => scalar(ValueType::U32, &value.to_le_bytes()),
        Value::I32(value) => scalar(ValueType::I32, &value.to_le_bytes()),
        Value::F32(value) => scalar(ValueType::F32, &value.to_le_bytes()),
        Value::U64(value) => scalar(ValueType::U64, &value.to_le_bytes()),
        Value::I64(value) => scalar(ValueType::I64, &value.to_le_bytes()),
        Value::F64(value) => scalar(ValueType::F64, &value.to_le_bytes()),
        Value::Bool(value) => scalar(ValueType::Bool, &[u8::from(*value)]),
        Value::String(bytes) => {
            scalar(ValueType::String, &[]);
            string(out, bytes);
        }
        Value::Strings(items) => {
            array(out, ValueType::String, items.len());
            items.iter().for_each(|item| string(out, item));
        }
        Value::Numbers(kind, bytes) => {
            array(out, *kind, value.array_len().unwrap_or(0));
            out.extend(bytes);
        }
    }
}

fn array(out: &mut Vec<u8>, kind: ValueType, count: usize) {
    out.extend((ValueType::Array as u32).to_le_bytes());
    out.extend((kind as u32).to_le_bytes());
    out.extend((count as u64).to_le_bytes());
}
