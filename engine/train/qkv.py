"""CodeGen's fused projection of queries, keys and values, and the three of them for models that rotate halves."""

import torch
from torch import Tensor

# How many blocks the rows come in, whatever the number of heads.
BLOCKS = 4


def split(fused: Tensor, heads: int, rotary: int) -> tuple[Tensor, Tensor, Tensor]:
    """q, k and v of `qkv_proj`, whose rows are four blocks of q, v and k each; rotary pairs go from neighbours to halves."""
    q, v, k = (part.reshape(-1, fused.shape[1]) for part in fused.view(BLOCKS, 3, -1, fused.shape[1]).unbind(1))
    return _to_halves(q, heads, rotary), _to_halves(k, heads, rotary), v


def fuse(q: Tensor, k: Tensor, v: Tensor, heads: int, rotary: int) -> Tensor:
    """`qkv_proj` of q, k and v, the inverse of `split`."""
    d = q.shape[1]
    parts = [part.view(BLOCKS, -1, d) for part in (_to_pairs(q, heads, rotary), v, _to_pairs(k, heads, rotary))]
    return torch.stack(parts, dim=1).reshape(3 * q.shape[0], d).contiguous()


def _to_halves(weight: Tensor, heads: int, rotary: int) -> Tensor:
    rows = weight.view(heads, -1, weight.shape[1])
    return torch.cat([rows[:, 0:rotary:2], rows[:, 1:rotary:2], rows[:, rotary:]], dim=1).reshape(weight.shape)


def _to_pairs(weight: Tensor, heads: int, rotary: int) -> Tensor:
    rows = weight.view(heads, -1, weight.shape[1]).clone()
    half = rotary // 2
    rows[:, 0:rotary:2], rows[:, 1:rotary:2] = rows[:, :half].clone(), weight.view(heads, -1, weight.shape[1])[:, half:rotary]
    return rows.reshape(weight.shape)
