// Cross-entropy over a large vocabulary, with its gradient, in one visit of every row of logits.

#include <ATen/Parallel.h>
#include <torch/library.h>
#include <torch/types.h>

#include <cmath>
#include <limits>
#include <mutex>
#include <vector>

#include "numbers.h"

namespace {

using at::Tensor;

struct Row {
  float top, sum;
};

// Writes e to the power of each logit less the largest.
Row exponentials(const bits16* __restrict logits, const float* __restrict bias, float* __restrict out, int64_t n) {
  float top = std::numeric_limits<float>::lowest(), sum = 0;
#pragma omp simd reduction(max : top)
  for (int64_t c = 0; c < n; ++c) {
    const float logit = widened(logits[c]) + bias[c];
    out[c] = logit;
    top = logit > top ? logit : top;
  }
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < n; ++c) {
    const float e = exponential(out[c] - top);
    out[c] = e;
    sum += e;
  }
  return {top, sum};
}

// Writes the probabilities, and adds them to the gradient by the bias.
void probabilities(const float* __restrict exponentials, float factor, bits16* __restrict out, float* __restrict by_bias, int64_t n) {
#pragma omp simd
  for (int64_t c = 0; c < n; ++c) {
    const float p = exponentials[c] * factor;
    out[c] = narrowed(p);
    by_bias[c] += p;
  }
}

// The summed loss in nats over the rows whose target is not negative. `logits` [rows, tokens] become their gradient; `by_bias` [tokens] is added to.
Tensor cross_entropy(Tensor logits, const Tensor& bias, const Tensor& targets, Tensor by_bias) {
  TORCH_CHECK(logits.dim() == 2 && logits.is_contiguous() && logits.scalar_type() == at::kBFloat16, "logits: a contiguous bfloat16 matrix");
  const int64_t rows = logits.size(0), tokens = logits.size(1);
  TORCH_CHECK(bias.is_contiguous() && bias.scalar_type() == at::kFloat && bias.numel() == tokens, "bias: a float32 for each token");
  TORCH_CHECK(by_bias.is_contiguous() && by_bias.scalar_type() == at::kFloat && by_bias.numel() == tokens, "by_bias: like bias");
  TORCH_CHECK(targets.is_contiguous() && targets.scalar_type() == at::kLong && targets.numel() == rows, "targets: one int64 for each row");
  auto* data = reinterpret_cast<bits16*>(logits.mutable_data_ptr<at::BFloat16>());
  const float* add = bias.const_data_ptr<float>();
  const int64_t* target = targets.const_data_ptr<int64_t>();
  float* sums = by_bias.mutable_data_ptr<float>();
  double total = 0;
  std::mutex adding;
  at::parallel_for(0, rows, 64, [&](int64_t begin, int64_t end) {
    std::vector<float> row(tokens), own(tokens);
    double loss = 0;
    for (int64_t r = begin; r < end; ++r) {
      bits16* at = data + r * tokens;
      if (target[r] < 0) {
        std::fill(at, at + tokens, 0);
        continue;
      }
      const float logit = widened(at[target[r]]) + add[target[r]];
      const Row found = exponentials(at, add, row.data(), tokens);
      loss += std::log(found.sum) + found.top - logit;
      probabilities(row.data(), 1.0f / found.sum, at, own.data(), tokens);
      at[target[r]] = narrowed(row[target[r]] / found.sum - 1.0f);
      own[target[r]] -= 1.0f;
    }
    const std::lock_guard<std::mutex> lock(adding);
    total += loss;
    for (int64_t c = 0; c < tokens; ++c) sums[c] += own[c];
  });
  return at::scalar_tensor(total, bias.options());
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(codegen_train, library) {
  library.def("cross_entropy(Tensor(a!) logits, Tensor bias, Tensor targets, Tensor(b!) by_bias) -> Tensor");
}

TORCH_LIBRARY_IMPL(codegen_train, CPU, library) { library.impl("cross_entropy", cross_entropy); }
