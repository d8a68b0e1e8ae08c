// Arithmetic that both kernels share, written so that loops over it vectorize.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

// The bits of a bfloat16.
using bits16 = uint16_t;

inline float widened(bits16 x) {
  const uint32_t bits = uint32_t(x) << 16;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

// To the nearest bfloat16, ties to even. Not for NaN.
inline uint32_t narrowed(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

// e^x for x <= 0, within 3e-7 of it relatively; below -87 as at -87.
inline float exponential(float x) {
  const float t = std::max(x, -87.0f) * 1.44269504f;
  const float n = __builtin_rintf(t);
  const float f = t - n;
  float p = 1.3333558e-3f;
  p = p * f + 9.6181291e-3f;
  p = p * f + 5.5504109e-2f;
  p = p * f + 2.4022651e-1f;
  p = p * f + 6.9314718e-1f;
  p = p * f + 1.0f;
  const int32_t scale = (int32_t(n) + 127) << 23;
  float two;
  std::memcpy(&two, &scale, 4);
  return p * two;
}
