// Causal self-attention with partial rotary embedding, forward and backward, for training on CPUs with AMX or AVX-512 BF16.
//
// Reads the fused projection as it comes, [batch, length, 3 * width] with q, k, v whole and heads side by side, rotates while it packs,
// and hands every matrix product to oneDNN's brgemm in tiles that stay in the cache. Products are in bfloat16, sums in float32.

#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>
#include <torch/library.h>
#include <torch/types.h>

#include <cmath>
#include <limits>
#include <vector>

#include "numbers.h"

namespace {

using at::BFloat16;
using at::Tensor;

// Keys, or queries, taken at a time.
constexpr int64_t BLOCK = 64;

struct Sizes {
  int64_t batch, length, width, heads, dim, half;
};

Sizes sizes(const Tensor& qkv, const Tensor& cos, int64_t heads) {
  TORCH_CHECK(qkv.dim() == 3 && qkv.is_contiguous() && qkv.scalar_type() == at::kBFloat16, "qkv: a contiguous bfloat16 tensor of three dimensions");
  Sizes s{qkv.size(0), qkv.size(1), qkv.size(2) / 3, heads, qkv.size(2) / 3 / heads, cos.size(-1)};
  TORCH_CHECK(s.length % BLOCK == 0 && s.dim % 32 == 0 && s.dim * heads * 3 == qkv.size(2), "length a multiple of 64, heads of a multiple of 32");
  TORCH_CHECK(cos.is_contiguous() && cos.size(0) == s.length && 2 * s.half <= s.dim, "one row of angles for each position");
  return s;
}

// Copies one head's rows to [length, dim], rotated where angles are given.
void gather(const Sizes& s, const bits16* __restrict from, bits16* __restrict to, const float* __restrict cos, const float* __restrict sin,
            int64_t stride) {
  for (int64_t t = 0; t < s.length; ++t) {
    const bits16* in = from + t * stride;
    bits16* out = to + t * s.dim;
    std::memcpy(out, in, s.dim * sizeof(bits16));
    if (cos) {
#pragma omp simd
      for (int64_t i = 0; i < s.half; ++i) {
        const float a = widened(in[i]), b = widened(in[s.half + i]), c = cos[t * s.half + i], d = sin[t * s.half + i];
        out[i] = narrowed(a * c - b * d);
        out[s.half + i] = narrowed(b * c + a * d);
      }
    }
  }
}

// [rows, columns] to the layout in which brgemm wants a right factor of these rows: pairs of rows interleaved.
void pack_rows(const bits16* from, bits16* to, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r += 2) {
    const bits16 *first = from + r * columns, *second = first + columns;
    uint32_t* out = reinterpret_cast<uint32_t*>(to + r * columns);
    for (int64_t c = 0; c < columns; ++c) out[c] = first[c] | uint32_t(second[c]) << 16;
  }
}

// The same for the transposed matrix: [rows, columns] becomes a right factor of `columns` rows.
void pack_transposed(const bits16* from, bits16* to, int64_t rows, int64_t columns) {
  const uint32_t* in = reinterpret_cast<const uint32_t*>(from);
  uint32_t* out = reinterpret_cast<uint32_t*>(to);
  const int64_t pairs = columns / 2;
  for (int64_t r0 = 0; r0 < rows; r0 += 16)
    for (int64_t c0 = 0; c0 < pairs; c0 += 16)
      for (int64_t c = c0; c < c0 + 16; ++c)
        for (int64_t r = r0; r < r0 + 16; ++r) out[c * rows + r] = in[r * pairs + c];
}

void transpose(const bits16* from, bits16* to, int64_t rows, int64_t columns) {
  for (int64_t r0 = 0; r0 < rows; r0 += 32)
    for (int64_t c0 = 0; c0 < columns; c0 += 32)
      for (int64_t c = c0; c < c0 + 32; ++c)
        for (int64_t r = r0; r < r0 + 32; ++r) to[c * rows + r] = from[r * columns + c];
}

void product(int64_t m, int64_t n, int64_t k, const bits16* a, int64_t lda, const bits16* b, int64_t ldb, float* c, int64_t ldc, bool add) {
  at::native::cpublas::brgemm(m, n, k, lda, ldb, ldc, add, reinterpret_cast<const BFloat16*>(a), reinterpret_cast<const BFloat16*>(b), c);
}

// Writes e to the power of the first `seen` scores less the largest, zeros up to n; the largest, and the sum.
std::pair<float, float> softmax(const float* __restrict scores, bits16* __restrict shares, int64_t seen, int64_t n, float scale) {
  float top = std::numeric_limits<float>::lowest(), sum = 0;
#pragma omp simd reduction(max : top)
  for (int64_t c = 0; c < seen; ++c) top = scores[c] > top ? scores[c] : top;
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < n; ++c) {
    const float e = c < seen ? exponential((scores[c] - top) * scale) : 0.0f;
    sum += e;
    shares[c] = narrowed(e);
  }
  return {top, sum};
}

float dot(const bits16* __restrict a, const bits16* __restrict b, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += widened(a[i]) * widened(b[i]);
  return sum;
}

// Two rows of weights and of their gradients by the scores, keys by queries from the first of the block on.
void slopes_of(const float* __restrict scores, const float* __restrict by_shares, const float* __restrict log_sums, const float* __restrict dots,
               bits16* __restrict shares, bits16* __restrict slopes, uint32_t* __restrict pairs, int64_t row, int64_t n, float scale) {
#pragma omp simd
  for (int64_t c = 0; c < n; ++c) {
    const float a = c < row ? 0.0f : exponential(scores[c] * scale - log_sums[c]);
    const float b = c < row + 1 ? 0.0f : exponential(scores[n + c] * scale - log_sums[c]);
    const uint32_t slope_a = narrowed(a * (by_shares[c] - dots[c]) * scale), slope_b = narrowed(b * (by_shares[n + c] - dots[c]) * scale);
    shares[c] = narrowed(a);
    shares[n + c] = narrowed(b);
    slopes[c] = slope_a;
    slopes[n + c] = slope_b;
    pairs[c] = slope_a | slope_b << 16;
  }
}

std::tuple<Tensor, Tensor> forward(const Tensor& qkv, const Tensor& cos, const Tensor& sin, int64_t heads) {
  const Sizes s = sizes(qkv, cos, heads);
  Tensor out = at::empty({s.batch, s.length, s.width}, qkv.options());
  Tensor logs = at::empty({s.batch, s.heads, s.length}, qkv.options().dtype(at::kFloat));
  const float scale = 1.0f / std::sqrt(float(s.dim));
  const auto* in = reinterpret_cast<const bits16*>(qkv.const_data_ptr<BFloat16>());
  auto* result = reinterpret_cast<bits16*>(out.mutable_data_ptr<BFloat16>());
  float* log_sums = logs.mutable_data_ptr<float>();
  const float *cosine = cos.const_data_ptr<float>(), *sine = sin.const_data_ptr<float>();
  at::parallel_for(0, s.batch * s.heads, 1, [&](int64_t begin, int64_t end) {
    const int64_t area = s.length * s.dim;
    std::vector<bits16> q(area), plain(area), keys(area), values(area), shares(BLOCK * s.length);
    std::vector<float> scores(BLOCK * s.length), mixed(BLOCK * s.dim);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t sample = unit / s.heads, head = unit % s.heads;
      const bits16* base = in + sample * s.length * 3 * s.width + head * s.dim;
      gather(s, base, q.data(), cosine, sine, 3 * s.width);
      gather(s, base + s.width, plain.data(), cosine, sine, 3 * s.width);
      pack_transposed(plain.data(), keys.data(), s.length, s.dim);
      gather(s, base + 2 * s.width, plain.data(), nullptr, nullptr, 3 * s.width);
      pack_rows(plain.data(), values.data(), s.length, s.dim);
      for (int64_t i0 = 0; i0 < s.length; i0 += BLOCK) {
        const int64_t n = i0 + BLOCK;
        product(BLOCK, n, s.dim, q.data() + i0 * s.dim, s.dim, keys.data(), s.length, scores.data(), n, false);
        float factors[BLOCK];
        for (int64_t r = 0; r < BLOCK; ++r) {
          const auto [top, sum] = softmax(scores.data() + r * n, shares.data() + r * n, i0 + r + 1, n, scale);
          factors[r] = 1.0f / sum;
          log_sums[unit * s.length + i0 + r] = top * scale + std::log(sum);
        }
        product(BLOCK, s.dim, n, shares.data(), n, values.data(), s.dim, mixed.data(), s.dim, false);
        for (int64_t r = 0; r < BLOCK; ++r) {
          bits16* to = result + (sample * s.length + i0 + r) * s.width + head * s.dim;
          for (int64_t c = 0; c < s.dim; ++c) to[c] = narrowed(mixed[r * s.dim + c] * factors[r]);
        }
      }
    }
    at::native::cpublas::brgemm_release();
  });
  return {out, logs};
}

// [rows, columns] to [columns, rows], a few columns at a time so that what is written stays in the cache.
void turn(const float* __restrict from, float* __restrict to, int64_t rows, int64_t columns) {
  for (int64_t c0 = 0; c0 < columns; c0 += 16)
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = c0; c < c0 + 16; ++c) to[c * rows + r] = from[r * columns + c];
}

// Rotates a head's gradients [length, dim] back, in place, and writes them to their place in the fused projection's gradient.
void scatter(const Sizes& s, float* __restrict rows, bits16* __restrict to, const float* __restrict cos, const float* __restrict sin) {
  for (int64_t t = 0; t < s.length; ++t) {
    float* row = rows + t * s.dim;
    bits16* out = to + t * 3 * s.width;
    if (cos) {
      for (int64_t i = 0; i < s.half; ++i) {
        const float a = row[i], b = row[s.half + i], c = cos[t * s.half + i], d = sin[t * s.half + i];
        row[i] = a * c + b * d;
        row[s.half + i] = b * c - a * d;
      }
    }
#pragma omp simd
    for (int64_t i = 0; i < s.dim; ++i) out[i] = narrowed(row[i]);
  }
}

Tensor backward(const Tensor& gradient, const Tensor& qkv, const Tensor& out, const Tensor& logs, const Tensor& cos, const Tensor& sin, int64_t heads) {
  const Sizes s = sizes(qkv, cos, heads);
  TORCH_CHECK(gradient.is_contiguous() && gradient.scalar_type() == at::kBFloat16 && gradient.sizes() == out.sizes(), "a gradient like the output");
  Tensor by_qkv = at::empty_like(qkv);
  const float scale = 1.0f / std::sqrt(float(s.dim));
  const auto* in = reinterpret_cast<const bits16*>(qkv.const_data_ptr<BFloat16>());
  const auto* was = reinterpret_cast<const bits16*>(out.const_data_ptr<BFloat16>());
  const auto* wanted = reinterpret_cast<const bits16*>(gradient.const_data_ptr<BFloat16>());
  auto* result = reinterpret_cast<bits16*>(by_qkv.mutable_data_ptr<BFloat16>());
  const float* log_sums = logs.const_data_ptr<float>();
  const float *cosine = cos.const_data_ptr<float>(), *sine = sin.const_data_ptr<float>();
  at::parallel_for(0, s.batch * s.heads, 1, [&](int64_t begin, int64_t end) {
    const int64_t area = s.length * s.dim;
    std::vector<bits16> k(area), k_turned(area), v(area), plain(area), q_rows(area), q_turned(area), g_rows(area), g_turned(area);
    std::vector<bits16> shares(BLOCK * s.length), slopes(BLOCK * s.length), slope_pairs(BLOCK * s.length);
    std::vector<float> scores(BLOCK * s.length), by_share(BLOCK * s.length), dots(s.length);
    std::vector<float> by_q(area), turned(area), by_k(area), by_v(area);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t sample = unit / s.heads, head = unit % s.heads;
      const bits16* base = in + sample * s.length * 3 * s.width + head * s.dim;
      const bits16* g = wanted + sample * s.length * s.width + head * s.dim;
      const bits16* o = was + sample * s.length * s.width + head * s.dim;
      const float* log_sum = log_sums + unit * s.length;
      gather(s, base, plain.data(), cosine, sine, 3 * s.width);
      pack_rows(plain.data(), q_rows.data(), s.length, s.dim);
      pack_transposed(plain.data(), q_turned.data(), s.length, s.dim);
      gather(s, g, plain.data(), nullptr, nullptr, s.width);
      pack_rows(plain.data(), g_rows.data(), s.length, s.dim);
      pack_transposed(plain.data(), g_turned.data(), s.length, s.dim);
      gather(s, base + s.width, k.data(), cosine, sine, 3 * s.width);
      transpose(k.data(), k_turned.data(), s.length, s.dim);
      gather(s, base + 2 * s.width, v.data(), nullptr, nullptr, 3 * s.width);
      for (int64_t t = 0; t < s.length; ++t) dots[t] = dot(g + t * s.width, o + t * s.width, s.dim);
      for (int64_t j0 = 0; j0 < s.length; j0 += BLOCK) {
        // Everything is transposed here, keys by queries, so that what belongs to a query lies along the vectors.
        const int64_t n = s.length - j0;
        product(BLOCK, n, s.dim, k.data() + j0 * s.dim, s.dim, q_turned.data() + 2 * j0, s.length, scores.data(), n, false);
        product(BLOCK, n, s.dim, v.data() + j0 * s.dim, s.dim, g_turned.data() + 2 * j0, s.length, by_share.data(), n, false);
        for (int64_t r = 0; r < BLOCK; r += 2) {
          slopes_of(scores.data() + r * n, by_share.data() + r * n, log_sum + j0, dots.data() + j0, shares.data() + r * n, slopes.data() + r * n,
                    reinterpret_cast<uint32_t*>(slope_pairs.data() + r * n), r, n, scale);
        }
        product(BLOCK, s.dim, n, shares.data(), n, g_rows.data() + j0 * s.dim, s.dim, by_v.data() + j0 * s.dim, s.dim, false);
        product(BLOCK, s.dim, n, slopes.data(), n, q_rows.data() + j0 * s.dim, s.dim, by_k.data() + j0 * s.dim, s.dim, false);
        product(s.dim, n, BLOCK, k_turned.data() + j0, s.length, slope_pairs.data(), n, by_q.data() + j0, s.length, j0 > 0);
      }
      bits16* to = result + sample * s.length * 3 * s.width + head * s.dim;
      turn(by_q.data(), turned.data(), s.dim, s.length);
      scatter(s, turned.data(), to, cosine, sine);
      scatter(s, by_k.data(), to + s.width, cosine, sine);
      scatter(s, by_v.data(), to + 2 * s.width, nullptr, nullptr);
    }
    at::native::cpublas::brgemm_release();
  });
  return by_qkv;
}

}  // namespace

TORCH_LIBRARY(codegen_train, library) {
  // PyTorch says it packs for AMX alone; what is packed here, brgemm multiplies with AVX-512 BF16 as well.
  library.def("supported() -> bool", [] {
#ifdef __AVX512BF16__
    return true;
#else
    return at::native::cpublas::could_pack(at::kBFloat16);
#endif
  });
  library.def("attention(Tensor qkv, Tensor cos, Tensor sin, int heads) -> (Tensor, Tensor)");
  library.def("attention_backward(Tensor gradient, Tensor qkv, Tensor out, Tensor logs, Tensor cos, Tensor sin, int heads) -> Tensor");
}

TORCH_LIBRARY_IMPL(codegen_train, CPU, library) {
  library.impl("attention", forward);
  library.impl("attention_backward", backward);
}
