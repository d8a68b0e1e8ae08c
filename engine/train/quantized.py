"""A GGUF by `codegen-lsp model convert`, read as the Hugging Face folder that it came from: what quantization left of the weights."""

from functools import lru_cache
from pathlib import Path

import gguf
import numpy as np
import torch
from torch import Tensor

from . import qkv

NAMES = {
    "token_embd.weight": "transformer.wte.weight",
    "output_norm.weight": "transformer.ln_f.weight",
    "output_norm.bias": "transformer.ln_f.bias",
    "output.weight": "lm_head.weight",
    "output.bias": "lm_head.bias",
}
BLOCK_NAMES = {
    "attn_norm.weight": "ln_1.weight",
    "attn_norm.bias": "ln_1.bias",
    "attn_output.weight": "attn.out_proj.weight",
    "ffn_up.weight": "mlp.fc_in.weight",
    "ffn_up.bias": "mlp.fc_in.bias",
    "ffn_down.weight": "mlp.fc_out.weight",
    "ffn_down.bias": "mlp.fc_out.bias",
}


# Opening one takes the library seconds, and its active tokens are asked for besides its weights.
@lru_cache(maxsize=2)
def _opened(path: Path) -> gguf.GGUFReader:
    return gguf.GGUFReader(path)


def read(path: Path) -> tuple[dict[str, Tensor], dict]:
    """The tensors, as float32 and with the names of a Hugging Face folder, and the configuration."""
    try:
        reader = _opened(path)
    # What the library comes to where a file ends too early or is none.
    except (ValueError, IndexError, KeyError) as error:
        raise ValueError(f"{path} cannot be read as a GGUF: {error}") from error
    value = {name: field.contents() for name, field in reader.fields.items() if name.startswith(("general.", "phi2."))}
    if value.get("general.source.architecture") != "codegen":
        raise ValueError(f"{path} holds no CodeGen that `codegen-lsp model convert` wrote")
    theirs = {tensor.name: tensor for tensor in reader.tensors}

    def weight(name: str) -> Tensor:
        tensor = theirs[name]
        # The shape is given with the innermost dimension first.
        flat = np.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        return torch.from_numpy(flat).reshape([int(size) for size in reversed(tensor.shape)])

    config = {
        "model_type": "codegen",
        "n_layer": value["phi2.block_count"],
        "n_embd": value["phi2.embedding_length"],
        "n_head": value["phi2.attention.head_count"],
        "rotary_dim": value["phi2.rope.dimension_count"],
        "n_positions": value["phi2.context_length"],
        "n_inner": value["phi2.feed_forward_length"],
        "layer_norm_epsilon": value["phi2.attention.layer_norm_epsilon"],
        "vocab_size": int(theirs["output.weight"].shape[1]),
    }
    tensors = {hf: weight(name) for name, hf in NAMES.items()}
    for number in range(config["n_layer"]):
        prefix, block = f"transformer.h.{number}.", f"blk.{number}."
        tensors.update({prefix + hf: weight(block + name) for name, hf in BLOCK_NAMES.items()})
        q, k, v = weight(block + "attn_qkv.weight").chunk(3)
        tensors[prefix + "attn.qkv_proj.weight"] = qkv.fuse(q, k, v, config["n_head"], config["rotary_dim"])
    return tensors, config
