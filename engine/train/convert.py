"""Between Hugging Face CodeGen folders and this trainer's layout."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from . import qkv, quantized
from .model import CodeGen, Shape
from .vocabulary import PADDED, SIZE, Vocabulary

# The head's bias for tokens that a model was not trained to write. Far below any other, and still exact in float16.
NEVER = -30.0

BLOCK_NAMES = {
    "norm_weight": "ln_1.weight",
    "norm_bias": "ln_1.bias",
    "out": "attn.out_proj.weight",
    "fc_in": "mlp.fc_in.weight",
    "fc_in_bias": "mlp.fc_in.bias",
    "fc_out": "mlp.fc_out.weight",
    "fc_out_bias": "mlp.fc_out.bias",
}


def read(path: Path) -> tuple[dict[str, Tensor], dict]:
    """The tensors and the configuration of a Hugging Face folder, pickles loaded as weights only, or of a GGUF."""
    if path.is_file():
        return quantized.read(path)
    config = json.loads((path / "config.json").read_text())
    if config.get("model_type") != "codegen":
        raise ValueError(f"{path} holds a model of type {config.get('model_type')!r}, not codegen")
    order = qkv.blocks_of(config, path)
    tensors: dict[str, Tensor] = {}
    for file in sorted(path.glob("model*.safetensors")) or sorted(path.glob("pytorch_model*.bin")):
        part = load_file(file) if file.suffix == ".safetensors" else torch.load(file, map_location="cpu", weights_only=True)
        tensors.update({name: tensor.float() for name, tensor in part.items() if "causal_mask" not in name and not name.endswith("masked_bias")})
    if not tensors:
        raise FileNotFoundError(f"no weights in {path}")
    if order != qkv.BLOCKS:
        # The rest of the trainer, transformers included, knows CodeGen's order alone.
        heads, rotary = config["n_head"], config["rotary_dim"]
        for name in [name for name in tensors if name.endswith("attn.qkv_proj.weight")]:
            tensors[name] = qkv.fuse(*qkv.split(tensors[name], heads, rotary, order), heads, rotary)
        config = {key: value for key, value in config.items() if key not in ("auto_map", "head_dim")}
    # A tied head may be left out.
    tensors.setdefault("lm_head.weight", tensors["transformer.wte.weight"].clone())
    return tensors, config


def blocks(path: Path) -> int:
    """How many blocks the fused projection of a Hugging Face folder has."""
    return qkv.blocks_of(json.loads((path / "config.json").read_text()), path)


def never_written(tensors: dict[str, Tensor]) -> Tensor:
    """Which tokens the checkpoint was not trained to write, by their bias."""
    return tensors["lm_head.bias"] <= NEVER + 1


def load(
    path: Path, vocabulary: Vocabulary | None = None, context: int = 0, dtype: torch.dtype = torch.bfloat16, tied: bool | None = None
) -> CodeGen:
    """The model of a folder or a GGUF. With a vocabulary its head is cut to the active tokens; where these are not the checkpoint's own, active tokens that it
    never wrote, and rare ones that it never read, start from the mean of their pieces."""
    tensors, config = read(path)
    shape = Shape(
        config["n_layer"],
        config["n_embd"],
        config["n_head"],
        config["rotary_dim"],
        context or config["n_positions"],
        50295 if vocabulary else config["vocab_size"],
        config.get("n_inner") or 0,
        config.get("layer_norm_epsilon", 1e-5),
    )
    embedding, head, bias = tensors["transformer.wte.weight"], tensors["lm_head.weight"], tensors["lm_head.bias"]
    unseen = never_written(tensors)
    active = torch.from_numpy(vocabulary.active) if vocabulary else None
    if vocabulary:
        embedding = embedding[: shape.vocabulary].clone()
        written = torch.nonzero(~unseen[: shape.vocabulary]).flatten()
        anew = unseen[: shape.vocabulary] if not torch.equal(written, active) else torch.zeros(0)
        for token in torch.nonzero(anew).flatten().tolist():
            seen = [piece for piece in _trained_pieces(token, vocabulary, unseen)]
            if seen:
                embedding[token] = tensors["transformer.wte.weight"][seen].mean(0)
                head[token], bias[token] = embedding[token], bias[seen].min()
    if tied is None:
        trained = torch.nonzero(~unseen).flatten()
        tied = bool(vocabulary) and torch.equal(tensors["transformer.wte.weight"][trained], tensors["lm_head.weight"][trained])
    model = CodeGen(shape, active, tied, dtype)
    with torch.no_grad():
        model.embedding.copy_(embedding)
        # A token that is to be written from now on must not stay as unlikely as one that never is.
        model.head_bias.copy_(torch.where(unseen, bias.clamp(min=-10), bias)[model.active] if vocabulary else bias)
        if model.head is not None:
            model.head.copy_(head[model.active])
        model.norm_weight.copy_(tensors["transformer.ln_f.weight"])
        model.norm_bias.copy_(tensors["transformer.ln_f.bias"])
        for number, block in enumerate(model.blocks):
            prefix = f"transformer.h.{number}."
            for mine, theirs in BLOCK_NAMES.items():
                getattr(block, mine).copy_(tensors[prefix + theirs])
            q, k, v = qkv.split(tensors[prefix + "attn.qkv_proj.weight"], shape.heads, shape.rotary)
            block.query.copy_(q)
            block.key.copy_(k)
            block.value.copy_(v)
    return model


def _trained_pieces(token: int, vocabulary: Vocabulary, unseen: Tensor) -> list[int]:
    pieces = vocabulary.pieces[token] if vocabulary.row[token] < 0 else []
    return [piece for piece in pieces if not unseen[piece]]


def export(model: CodeGen, folder: Path, tokenizer: Tokenizer | None = None, dtype: torch.dtype = torch.float16) -> None:
    """Writes a folder that transformers' CodeGenForCausalLM loads. Written beside and renamed, so that there is never half of one."""
    shape = model.shape
    vocabulary = max(PADDED, shape.vocabulary) if shape.vocabulary > 50000 else shape.vocabulary
    state = {name: tensor.detach().float().cpu() for name, tensor in model.state_dict().items()}
    embedding, head, bias = torch.zeros(vocabulary, shape.width), torch.zeros(vocabulary, shape.width), torch.full((vocabulary,), NEVER)
    embedding[: shape.vocabulary] = state["embedding"]
    active = model.active.cpu()
    head[active] = model.head_weight().detach().float().cpu()
    bias[active] = state["head_bias"]
    tensors = {
        "transformer.wte.weight": embedding,
        "lm_head.weight": head,
        "lm_head.bias": bias,
        "transformer.ln_f.weight": state["norm_weight"],
        "transformer.ln_f.bias": state["norm_bias"],
    }
    for number in range(shape.layers):
        prefix, mine = f"transformer.h.{number}.", f"blocks.{number}."
        for name, theirs in BLOCK_NAMES.items():
            tensors[prefix + theirs] = state[mine + name]
        tensors[prefix + "attn.qkv_proj.weight"] = qkv.fuse(
            state[mine + "query"], state[mine + "key"], state[mine + "value"], shape.heads, shape.rotary
        )
    config = {
        "architectures": ["CodeGenForCausalLM"],
        "model_type": "codegen",
        "activation_function": "gelu_new",
        "attn_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "resid_pdrop": 0.0,
        "bos_token_id": 50256,
        "eos_token_id": 50256,
        "initializer_range": 0.02,
        "layer_norm_epsilon": shape.epsilon,
        "n_ctx": shape.context,
        "n_positions": shape.context,
        "n_embd": shape.width,
        "n_head": shape.heads,
        "n_layer": shape.layers,
        "n_inner": shape.inner or None,
        "rotary_dim": shape.rotary,
        "tie_word_embeddings": False,
        "use_cache": True,
        "vocab_size": vocabulary,
        "dtype": str(dtype).removeprefix("torch."),
    }
    beside = folder.with_name(folder.name + ".part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    save_file({name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}, beside / "model.safetensors", metadata={"format": "pt"})
    (beside / "model.safetensors").chmod(0o644)
    (beside / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    if tokenizer:
        tokenizer.save(str(beside / "tokenizer.json"))
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.rename(folder, old)
    os.rename(beside, folder)
    shutil.rmtree(old, ignore_errors=True)


def active_of(path: Path) -> np.ndarray:
    """The tokens that a model was trained to write."""
    tensors, _ = read(path)
    return torch.nonzero(~never_written(tensors)[:SIZE]).flatten().numpy()


def vocabulary_of(path: Path, tokenizer: Tokenizer) -> Vocabulary | None:
    """What the engine gives a model to read in place of the tokens that it never writes; none if it writes all."""
    active = active_of(path)
    return Vocabulary(active, tokenizer, may_stay=True) if len(active) < SIZE else None
