"""CodeGen's fused projection of queries, keys and values, and the three of them for models that rotate halves."""

import re
from pathlib import Path

import torch
from torch import Tensor

# How many blocks the rows come in, whatever the number of heads.
BLOCKS = 4
# The smaller CodeGen2s have more, which only their own code says.
CODEGEN2_BLOCKS = 8
CODEGEN2 = ("codegen2-1b", "codegen2-3_7b")


def blocks_of(config: dict, folder: Path) -> int:
    """How many blocks a Hugging Face folder's `qkv_proj` has, by the same rules as `codegen-lsp model convert` (engine/src/checkpoint/custom.rs).

    The code that a model brings is searched for its degree of model parallelism, and not run.
    """
    classes = [name for kind, name in (config.get("auto_map") or {}).items() if kind.startswith("AutoModel") and isinstance(name, str)]
    head_dim = config.get("head_dim")
    if not classes and head_dim is None:
        return BLOCKS
    if head_dim is not None and head_dim * config["n_head"] != config["n_embd"]:
        raise ValueError(f"{folder}: head_dim {head_dim} does not fit n_embd {config['n_embd']} and n_head {config['n_head']}")
    silent = False
    for name in classes:
        module = name.split("--")[-1].split(".")[0]
        code = folder / f"{module}.py"
        if not re.fullmatch(r"\w+", module) or not code.is_file():
            continue
        degrees = {int(degree) for degree in re.findall(r"^[ \t]*mp_num\s*=\s*(\d+)\b", code.read_text(encoding="utf-8"), re.MULTILINE)}
        if len(degrees) == 1 and config["n_head"] % max(degree := degrees.pop(), 1) == 0:
            return degree
        silent = True
    names = [*classes, str(config.get("_name_or_path"))]
    if not silent and any(known in name.lower() for known in CODEGEN2 for name in names):
        return CODEGEN2_BLOCKS
    raise ValueError(
        f"{folder} may hold another model than CodeGen ({classes[0] if classes else 'head_dim'}): which blocks its fused projection has, "
        "a line `mp_num = …` in its code has to say"
    )


def split(fused: Tensor, heads: int, rotary: int, blocks: int = BLOCKS) -> tuple[Tensor, Tensor, Tensor]:
    """q, k and v of `qkv_proj`, whose rows are blocks of q, v and k each; rotary pairs go from neighbours to halves."""
    q, v, k = (part.reshape(-1, fused.shape[1]) for part in fused.view(blocks, 3, -1, fused.shape[1]).unbind(1))
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
