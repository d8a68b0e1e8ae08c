use super::*;

/// Smooth values between -1 and 1.
fn values(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * 0.37).sin() * (i as f32 * 0.011).cos()).collect()
}

#[test]
fn every_type_gives_back_about_what_went_in() {
    let values = values(4 * 512);
    for (kind, tolerance) in [
        (TensorType::F32, 0.0),
        (TensorType::F16, 1e-3),
        (TensorType::BF16, 1e-2),
        (TensorType::Q8_0, 1e-2),
        (TensorType::Q6_K, 4e-2),
        (TensorType::Q5_K, 6e-2),
        (TensorType::Q5_1, 6e-2),
        (TensorType::Q5_0, 8e-2),
        (TensorType::Q4_K, 1.2e-1),
        (TensorType::Q4_0, 1.6e-1),
    ] {
        // Appending behind an odd prefix also shows that alignment does not matter.
        let (mut bytes, mut back) = (vec![7; 3], vec![9.0; 1]);
        assert!(quantize_rows(kind, &values, 512, &mut bytes), "{kind}");
        assert_eq!(bytes.len() as u64, 3 + kind.bytes(4 * 512).unwrap_or_default(), "{kind}");
        assert!(dequantize_rows(kind, &bytes[3..], 512, &mut back), "{kind}");
        assert_eq!(back.len(), 1 + values.len());
        let worst = values.iter().zip(&back[1..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= tolerance, "{kind}: {worst}");
        assert!(kind == TensorType::F32 || worst > tolerance / 40.0, "{kind} is suspiciously exact: {worst}");
    }
}

#[test]
fn what_cannot_be_encoded_is_refused_and_leaves_the_output_alone() {
    let mut bytes = vec![1, 2];
    let iq2 = TensorType::from_id(16).unwrap_or(TensorType::F32);
    assert!(!quantize_rows(iq2, &values(512), 256, &mut bytes), "needs an importance matrix");
    assert!(!quantize_rows(TensorType::Q6_K, &values(200), 200, &mut bytes), "partial block");
    assert!(!quantize_rows(TensorType::Q8_0, &values(100), 64, &mut bytes), "partial row");
    assert!(!quantize_rows(TensorType::Q8_0, &[f32::INFINITY; 32], 32, &mut bytes), "not finite");
    assert_eq!(bytes, [1, 2]);
}

#[test]
fn corrupt_blocks_are_refused() {
    let mut out = Vec::new();
    assert!(!dequantize_rows(TensorType::Q8_0, &[0xff; 34], 32, &mut out), "the scale is not a number");
    assert!(!dequantize_rows(TensorType::Q8_0, &[0; 33], 32, &mut out), "a byte is missing");
    let i32 = TensorType::from_id(26).unwrap_or(TensorType::F32);
    assert!(!dequantize_rows(i32, &[0; 8], 2, &mut out), "not a floating-point type");
    assert!(out.is_empty());
}

#[test]
fn the_table_is_ggmls() {
    for kind in TensorType::all() {
        assert_eq!(block(kind), (kind.block_elements(), kind.block_bytes()), "{kind}");
    }
    let known: Vec<u32> = TensorType::all().map(TensorType::id).collect();
    assert_eq!(known, type_ids(), "ggml knows other types than the table");
}
