//! ggml's own codecs for rows of weights, so that files made here equal those that llama.cpp's tools make.
#![allow(unsafe_code)]

use llama_cpp_sys_2 as sys;

use crate::gguf::TensorType;

/// Elements and bytes of a type's block.
#[cfg(test)]
#[must_use]
pub fn block(kind: TensorType) -> (u64, u64) {
    // SAFETY: both functions only index a static table with a type that `TensorType` guarantees is in it; a test
    // walks over all of them.
    let (elements, bytes) = unsafe { (sys::ggml_blck_size(kind.id()), sys::ggml_type_size(kind.id())) };
    (elements.unsigned_abs(), bytes as u64)
}

/// The numbers of all types that can be stored, ascending.
#[cfg(test)]
#[must_use]
pub fn type_ids() -> Vec<u32> {
    // SAFETY: the argument is below GGML_TYPE_COUNT, so that the static table has it; retired types have no size.
    (0..sys::GGML_TYPE_COUNT).filter(|&id| unsafe { sys::ggml_type_size(id) } > 0).collect()
}

/// Appends `values`, rows of `columns` each, to `out` in the given type. False, with `out` as it was, if the type
/// is not one of [`TensorType::ENCODABLE`], if the rows do not fill whole blocks, or if the result is not finite.
///
/// Safe to call from several threads at once.
#[must_use]
pub fn quantize_rows(kind: TensorType, values: &[f32], columns: usize, out: &mut Vec<u8>) -> bool {
    let (block, bytes) = (kind.block_elements() as usize, kind.block_bytes() as usize);
    if !TensorType::ENCODABLE.contains(&kind)
        || columns == 0
        || !columns.is_multiple_of(block)
        || !values.len().is_multiple_of(columns)
    {
        return false;
    }
    let size = values.len() / block * bytes;
    // ggml writes structs of 16-bit fields, for which a place inside `out` is not promised to be aligned.
    let mut aligned: Vec<u64> = vec![0; size.div_ceil(8)];
    // SAFETY: `values` holds whole rows, and `aligned` has room for the bytes of as many blocks. The types allowed
    // need no importance matrix, so that a null one is fine; ggml_quantize_init, which this calls, takes ggml's
    // own lock. Nothing else is shared.
    let written = unsafe {
        sys::ggml_quantize_chunk(
            kind.id(),
            values.as_ptr(),
            aligned.as_mut_ptr().cast(),
            0,
            (values.len() / columns) as i64,
            columns as i64,
            std::ptr::null(),
        )
    };
    // SAFETY: `aligned` starts with `size` initialised bytes, and outlives the slice.
    let target = unsafe { std::slice::from_raw_parts(aligned.as_ptr().cast::<u8>(), size) };
    // SAFETY: `target` is `size` initialised bytes.
    if written != size || !unsafe { sys::ggml_validate_row_data(kind.id(), target.as_ptr().cast(), size) } {
        return false;
    }
    out.extend_from_slice(target);
    true
}

/// Appends to `out` what `bytes`, rows of `columns` values each in the given type, stand for. False, with `out` as
/// it was, if the rows do not fill whole blocks, if the type has no floating-point meaning, or if a block is
/// corrupt (a scale that is not finite).
#[must_use]
pub fn dequantize_rows(kind: TensorType, bytes: &[u8], columns: usize, out: &mut Vec<f32>) -> bool {
    let (block, block_bytes) = (kind.block_elements() as usize, kind.block_bytes() as usize);
    let row = columns / block * block_bytes;
    if columns == 0 || !columns.is_multiple_of(block) || !bytes.len().is_multiple_of(row) {
        return false;
    }
    let start = out.len();
    let count = bytes.len() / row * columns;
    if kind == TensorType::F32 {
        // ggml has no conversion from a type to itself, and the bytes need not be aligned.
        out.extend(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
        return true;
    }
    // SAFETY: the type is in ggml's static table, whose entries live as long as the program.
    let Some(to_float) = (unsafe { (*sys::ggml_get_type_traits(kind.id())).to_float }) else {
        return false;
    };
    // As above, for reading.
    let mut aligned: Vec<u64> = vec![0; bytes.len().div_ceil(8)];
    // SAFETY: `aligned` has at least `bytes.len()` bytes, does not overlap `bytes`, and any bytes make a u64.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), aligned.as_mut_ptr().cast(), bytes.len()) };
    // SAFETY: `aligned` starts with `bytes.len()` initialised bytes.
    if !unsafe { sys::ggml_validate_row_data(kind.id(), aligned.as_ptr().cast(), bytes.len()) } {
        return false;
    }
    out.resize(start + count, 0.0);
    // SAFETY: `aligned` holds whole blocks of `count` values, and `out` has room for them from `start` on.
    unsafe { to_float(aligned.as_ptr().cast(), out.as_mut_ptr().add(start), count as i64) };
    true
}

#[cfg(test)]
mod tests;
