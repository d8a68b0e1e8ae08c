"""Cross-entropy over a large vocabulary without ever holding all logits: chunk by chunk, the gradient computed along with the loss."""

import torch
from torch import Tensor

from . import kernels

# Positions per chunk; the chunk's logits are the largest thing in memory.
CHUNK = 512


def _chunk(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The loss of one chunk, and its gradients by hidden states, weight and bias. Negative targets do not count."""
    counted = (targets >= 0).float()[:, None]
    logits = (hidden @ weight.t()).float() + bias
    top = logits.amax(-1, keepdim=True)
    exponent = (logits - top).exp()
    total = exponent.sum(-1, keepdim=True)
    is_target = torch.arange(weight.shape[0], device=targets.device)[None, :] == targets[:, None]
    loss = ((total.log() + top) * counted).sum() - torch.where(is_target, logits, 0.0).sum()
    gradient = ((exponent / total - is_target.float()) * counted).to(hidden.dtype)
    return loss, gradient @ weight, gradient.t() @ hidden, gradient.sum(0, dtype=torch.float32)


_chunk_now = _chunk


def compile_loss() -> None:
    """Lets torch.compile fuse the passes over a chunk's logits."""
    global _chunk_now
    _chunk_now = torch.compile(_chunk, dynamic=False)


def _own(hidden: Tensor) -> bool:
    """Whether the kernel of our own computes the loss."""
    return hidden.device.type == "cpu" and hidden.dtype == torch.bfloat16 and kernels.ready()


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        by_hidden = torch.empty_like(hidden)
        by_weight = torch.zeros(weight.shape, dtype=torch.float32, device=weight.device)
        by_bias = torch.zeros_like(bias)
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        own = _own(hidden)
        for begin in range(0, len(hidden), CHUNK):
            part = slice(begin, begin + CHUNK)
            if own:
                gradient = hidden[part] @ weight.t()
                total += kernels.cross_entropy(gradient, bias, targets[part].contiguous(), by_bias)
                torch.mm(gradient, weight, out=by_hidden[part])
                by_weight += gradient.t() @ hidden[part]
            else:
                loss, h, w, b = _chunk_now(hidden[part], weight, bias, targets[part])
                total += loss
                by_hidden[part] = h
                by_weight += w
                by_bias += b
        ctx.save_for_backward(by_hidden, by_weight.to(weight.dtype), by_bias)
        return total

    @staticmethod
    def backward(ctx, scale: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        by_hidden, by_weight, by_bias = ctx.saved_tensors
        return by_hidden * scale.to(by_hidden.dtype), by_weight * scale.to(by_weight.dtype), by_bias * scale, None


def cross_entropy(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The summed loss in nats over the targets that are not negative, and how many these are."""
    counted = (targets >= 0).sum()
    if not torch.is_grad_enabled():
        total = torch.zeros((), device=hidden.device)
        for begin in range(0, len(hidden), CHUNK):
            part = slice(begin, begin + CHUNK)
            logits = (hidden[part] @ weight.t()).float() + bias
            total += torch.nn.functional.cross_entropy(logits, targets[part], ignore_index=-1, reduction="sum")
        return total, counted
    return _CrossEntropy.apply(hidden, weight, bias, targets), counted
