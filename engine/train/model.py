"""CodeGen, written for training speed: the same function as transformers' CodeGenForCausalLM, with weights laid out so that it runs fast.

What differs from a Hugging Face checkpoint is only the layout (convert.py translates): q, k and v are whole blocks in this order, and rotary rows are
in halves rather than in neighbouring pairs. Parameters are float32 masters; the computation casts them to `Shape.dtype`.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import kernels
from .loss import cross_entropy


@dataclass
class Shape:
    """The sizes of a model. `vocabulary` counts the tokens it can read, `active` in CodeGen those it can write."""

    layers: int = 8
    width: int = 256
    heads: int = 4
    rotary: int = 32
    context: int = 1024
    vocabulary: int = 50295
    inner: int = 0
    epsilon: float = 1e-5

    @property
    def hidden(self) -> int:
        return self.inner or 4 * self.width


def rotary_table(length: int, dim: int, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """Cosine and sine of every position's angles, [length, dim / 2]."""
    frequencies = 1.0 / 10000 ** (torch.arange(0, dim, 2, dtype=torch.float32, device=device) / dim)
    angles = torch.outer(torch.arange(length, dtype=torch.float32, device=device), frequencies)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotates the first `2 * cos.shape[-1]` of each head's rows, which hold the pairs' first members in one half and the second in the other."""
    half = cos.shape[-1]
    a, b, rest = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], dim=-1)


class Block(nn.Module):
    """A parallel block: attention and MLP read the same LayerNorm, and both are added."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        d, self.heads, self.epsilon, self.fast = shape.width, shape.heads, shape.epsilon, False
        self.norm_weight, self.norm_bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))
        self.query, self.key, self.value, self.out = (nn.Parameter(torch.empty(d, d)) for _ in range(4))
        self.fc_in, self.fc_in_bias = nn.Parameter(torch.empty(shape.hidden, d)), nn.Parameter(torch.zeros(shape.hidden))
        self.fc_out, self.fc_out_bias = nn.Parameter(torch.empty(d, shape.hidden)), nn.Parameter(torch.zeros(d))

    def mix(self, qkv: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """The heads' mixtures of values, side by side."""
        batch, length, d = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
        if self.fast:
            return kernels.attention(qkv, cos, sin, self.heads)
        q, k, v = qkv.view(batch, length, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        return mixed.transpose(1, 2).reshape(batch, length, d)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        d, dtype = x.shape[2], x.dtype
        h = F.layer_norm(x, (d,), self.norm_weight.to(dtype), self.norm_bias.to(dtype), self.epsilon)
        qkv = F.linear(h, torch.cat([self.query, self.key, self.value]).to(dtype))
        attention = F.linear(self.mix(qkv, cos, sin), self.out.to(dtype))
        inner = F.linear(h, self.fc_in.to(dtype), self.fc_in_bias.to(dtype))
        inner = kernels.gelu(inner) if self.fast else F.gelu(inner, approximate="tanh")
        return x + attention + F.linear(inner, self.fc_out.to(dtype), self.fc_out_bias.to(dtype))


class CodeGen(nn.Module):
    """The model. `active` lists the tokens that it can write, in the order of the head's rows; None stands for all.

    With `tied`, the head's rows are the embedding's rows of those tokens.
    """

    def __init__(self, shape: Shape, active: Tensor | None = None, tied: bool = True, dtype: torch.dtype = torch.bfloat16) -> None:
        super().__init__()
        self.shape, self.tied, self.dtype = shape, tied, dtype
        self.register_buffer("active", active if active is not None else torch.arange(shape.vocabulary))
        self.embedding = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm_weight, self.norm_bias = nn.Parameter(torch.ones(shape.width)), nn.Parameter(torch.zeros(shape.width))
        self.head = None if tied else nn.Parameter(torch.empty(len(self.active), shape.width))
        self.head_bias = nn.Parameter(torch.zeros(len(self.active)))
        cos, sin = rotary_table(shape.context, shape.rotary)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.reset()

    def reset(self) -> None:
        """Draws the weights anew: normal with 0.02, the matrices that write to the residual stream smaller by the depth."""
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                deviation = 0.02 / math.sqrt(2 * self.shape.layers) if name.endswith((".out", ".fc_out")) else 0.02
                nn.init.normal_(parameter, std=deviation)

    def hidden(self, tokens: Tensor) -> Tensor:
        """The last LayerNorm's output for every position, [batch, length, width]."""
        length = tokens.shape[1]
        x = F.embedding(tokens, self.embedding).to(self.dtype)
        cos, sin = self.cos[:length], self.sin[:length]
        fast = kernels.fit(length, self.shape.width // self.shape.heads, tokens.device, self.dtype)
        for block in self.blocks:
            block.fast = fast
            x = block(x, cos, sin)
        return F.layer_norm(x, (self.shape.width,), self.norm_weight.to(x.dtype), self.norm_bias.to(x.dtype), self.shape.epsilon)

    def head_weight(self) -> Tensor:
        """The head's rows, one for each active token."""
        return self.embedding.index_select(0, self.active) if self.tied else self.head

    def logits(self, tokens: Tensor) -> Tensor:
        """The active tokens' logits for every position."""
        return F.linear(self.hidden(tokens), self.head_weight().to(self.dtype)).float() + self.head_bias

    def forward(self, tokens: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The summed loss in nats over the targets that are not negative, and their number. Targets are rows of the head."""
        hidden = self.hidden(tokens).reshape(-1, self.shape.width)
        return cross_entropy(hidden, self.head_weight().to(self.dtype), self.head_bias, targets.reshape(-1))
