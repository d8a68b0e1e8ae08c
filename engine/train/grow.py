"""Larger models that compute what a smaller one computes, to go on training from: more blocks, or twice the width.

Blocks are added whose output projections are zero: the residual stream passes them as it is until they have learnt something. Twice the width
is every channel twice, the copies side by side as two halves: a LayerNorm over both has the mean and the variance that it had over one, which zeros
beside the old channels would not leave. Two copies that got the same gradient would stay copies for ever, so what reads them splits its weights unevenly.
"""

from dataclasses import replace

import torch
from torch import Tensor

from .model import Block, CodeGen


def deepened(model: CodeGen, layers: int) -> CodeGen:
    """The model with so many blocks. The new ones stand evenly among the old ones, and read as the block before them does."""
    old = model.shape.layers
    if layers < old:
        raise ValueError(f"the model has {old} blocks, which {layers} do not hold")
    grown = CodeGen(replace(model.shape, layers=layers), model.active, model.tied, model.dtype)
    places = {number * layers // old: number for number in range(old)}
    with torch.no_grad():
        _copy_outside(model, grown)
        number = 0
        for place, block in enumerate(grown.blocks):
            source = model.blocks[places.get(place, number)]
            block.load_state_dict(source.state_dict())
            if place in places:
                number = places[place]
            else:
                for parameter in (block.out, block.fc_out, block.fc_out_bias):
                    parameter.zero_()
    return grown


def doubled(model: CodeGen, seed: int = 1, uneven: float = 0.25) -> CodeGen:
    """The model with twice the width, heads and hidden units. Of each pair of copies one is read with up to `1 + uneven` of half the weight."""
    shape, generator = model.shape, torch.Generator().manual_seed(seed)
    wide = replace(shape, width=2 * shape.width, heads=2 * shape.heads, inner=2 * shape.hidden)
    grown = CodeGen(wide, model.active, model.tied, model.dtype)

    def reading(weight: Tensor) -> Tensor:
        """[rows, columns] to [rows, 2 * columns] that gives for two equal halves what `weight` gives for one of them."""
        share = 0.5 + 0.5 * uneven * (2 * torch.rand(weight.shape, generator=generator) - 1)
        return torch.cat([weight * share, weight * (1 - share)], 1)

    def both(weight: Tensor) -> Tensor:
        """Rows, or a vector, twice, each copy reading in its own uneven way."""
        return torch.cat([weight, weight]) if weight.dim() == 1 else torch.cat([reading(weight), reading(weight)])

    with torch.no_grad():
        grown.embedding.copy_(torch.cat([model.embedding, model.embedding], 1))
        # A tied head adds up both copies of every product, which the last LayerNorm halves; another head splits its weights.
        scale = 0.5 if model.tied else 1.0
        grown.norm_weight.copy_(scale * both(model.norm_weight))
        grown.norm_bias.copy_(scale * both(model.norm_bias))
        grown.head_bias.copy_(model.head_bias)
        if model.head is not None:
            grown.head.copy_(reading(model.head))
        for old, new in zip(model.blocks, grown.blocks):
            _double_block(old, new, both)
    return grown


def _double_block(old: Block, new: Block, both) -> None:
    for name, parameter in new.named_parameters():
        parameter.copy_(both(getattr(old, name)))


def _copy_outside(model: CodeGen, grown: CodeGen) -> None:
    """Everything but the blocks."""
    ours = dict(grown.named_parameters())
    for name, parameter in model.named_parameters():
        if not name.startswith("blocks."):
            ours[name].copy_(parameter)
