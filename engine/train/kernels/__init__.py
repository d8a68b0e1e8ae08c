"""Kernels in C++ for training on a CPU: attention, GELU, and the loss with its gradient. PyTorch's own are used where these cannot be had.

They are compiled at first use, with the machine's own compiler for its own instructions, and kept in PyTorch's folder of extensions. They want a CPU
with bfloat16 products (AMX or AVX-512 BF16), a C++ compiler and ninja. `CODEGEN_TRAIN_KERNELS=0` switches them off.
"""

import os
import sys
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

# Positions must come in whole blocks of this many, heads in multiples of the other: see attention.cpp.
BLOCK, LANES = 64, 32
FLAGS = ["-O3", "-march=native", "-fopenmp", "-fno-math-errno", "-fno-trapping-math", "-ffinite-math-only", "-fno-signed-zeros"]


@cache
def ready() -> bool:
    """Whether the kernels can be used, after they were compiled; says why not on standard error, once."""
    if os.environ.get("CODEGEN_TRAIN_KERNELS") == "0":
        return False
    try:
        from torch.utils.cpp_extension import load

        here = Path(__file__).parent
        sources = [str(here / name) for name in ("attention.cpp", "entropy.cpp", "gelu.cpp")]
        load("codegen_train", sources, is_python_module=False, extra_cflags=FLAGS, extra_ldflags=["-fopenmp"])
        usable = torch.ops.codegen_train.supported()
        if not usable:
            print("no kernels of our own: this CPU has no products in bfloat16", file=sys.stderr)
    except (RuntimeError, OSError, ImportError) as error:
        print(f"no kernels of our own, PyTorch's are used: {error}", file=sys.stderr)
        usable = False
    if usable:
        _register()
    return usable


def fit(length: int, dim: int, device: torch.device, dtype: torch.dtype) -> bool:
    """Whether attention over so many positions, with heads of so many dimensions, can use the kernel."""
    return device.type == "cpu" and dtype == torch.bfloat16 and length % BLOCK == 0 and dim % LANES == 0 and ready()


def _register() -> None:
    """Tells autograd and torch.compile what they need to know of attention and GELU."""

    @torch.library.register_fake("codegen_train::attention")
    def _(qkv: Tensor, cos: Tensor, sin: Tensor, heads: int) -> tuple[Tensor, Tensor]:
        batch, length, width = qkv.shape
        return qkv.new_empty(batch, length, width // 3), qkv.new_empty(batch, heads, length, dtype=torch.float32)

    @torch.library.register_fake("codegen_train::attention_backward")
    def _(gradient: Tensor, qkv: Tensor, out: Tensor, logs: Tensor, cos: Tensor, sin: Tensor, heads: int) -> Tensor:
        return torch.empty_like(qkv)

    def remember(ctx, inputs, output) -> None:
        qkv, cos, sin, ctx.heads = inputs
        ctx.save_for_backward(qkv, *output, cos, sin)

    def backward(ctx, gradient: Tensor, _: Tensor) -> tuple[Tensor, None, None, None]:
        return torch.ops.codegen_train.attention_backward(gradient.contiguous(), *ctx.saved_tensors, ctx.heads), None, None, None

    torch.library.register_autograd("codegen_train::attention", backward, setup_context=remember)

    torch.library.register_fake("codegen_train::gelu", torch.empty_like)
    torch.library.register_fake("codegen_train::gelu_backward", lambda gradient, input: torch.empty_like(input))
    torch.library.register_autograd(
        "codegen_train::gelu",
        lambda ctx, gradient: torch.ops.codegen_train.gelu_backward(gradient.contiguous(), *ctx.saved_tensors),
        setup_context=lambda ctx, inputs, output: ctx.save_for_backward(*inputs),
    )


def attention(qkv: Tensor, cos: Tensor, sin: Tensor, heads: int) -> Tensor:
    """Causal attention of the fused projection [batch, length, 3 * width] with rotary angles [length, rotary / 2]; [batch, length, width]."""
    return torch.ops.codegen_train.attention(qkv.contiguous(), cos, sin, heads)[0]


def gelu(x: Tensor) -> Tensor:
    """GELU in its tanh form."""
    return torch.ops.codegen_train.gelu(x.contiguous())


def cross_entropy(logits: Tensor, bias: Tensor, targets: Tensor, by_bias: Tensor) -> Tensor:
    """The loss of some rows in nats; replaces the logits, which come without the bias, by their gradient, and adds to the bias's."""
    return torch.ops.codegen_train.cross_entropy(logits, bias, targets, by_bias)
