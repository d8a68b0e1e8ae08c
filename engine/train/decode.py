"""Decoding with a KV cache, for evaluation and sampling: one text at a time, in float32."""

import random
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from .data.pack import end_of
from .model import CodeGen, rotary_table, rotate
from .vocabulary import Vocabulary


class Decoder:
    """A model with a cache of keys and values. Prompts that outgrow the context lose their beginning; with a vocabulary rare tokens are read as their
    pieces, as the engine does it."""

    def __init__(self, model: CodeGen, tokenizer: Tokenizer, vocabulary: Vocabulary | None = None) -> None:
        self.model, self.tokenizer, self.vocabulary, self.shape = model.eval(), tokenizer, vocabulary, model.shape
        self.cos, self.sin = rotary_table(self.shape.context, self.shape.rotary)
        self.end = end_of(tokenizer)
        self.head = model.head_weight().detach().float()

    @torch.no_grad()
    def _feed(self, tokens: list[int]) -> Tensor:
        """The logits after the tokens, which are appended to the cache."""
        length, d, heads = len(tokens), self.shape.width, self.shape.heads
        x = self.model.embedding[torch.tensor(tokens)]
        cos, sin = self.cos[self.length : self.length + length], self.sin[self.length : self.length + length]
        for number, block in enumerate(self.model.blocks):
            h = F.layer_norm(x, (d,), block.norm_weight, block.norm_bias, block.epsilon)
            q, k, v = (F.linear(h, w).view(length, heads, -1).transpose(0, 1) for w in (block.query, block.key, block.value))
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
            if self.length:
                k, v = torch.cat([self.keys[number], k], 1), torch.cat([self.values[number], v], 1)
            self.keys[number], self.values[number] = k, v
            mixed = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=length > 1)[0]
            inner = F.gelu(F.linear(h, block.fc_in, block.fc_in_bias), approximate="tanh")
            x = x + F.linear(mixed.transpose(0, 1).reshape(length, d), block.out) + F.linear(inner, block.fc_out, block.fc_out_bias)
        self.length += length
        last = F.layer_norm(x[-1], (d,), self.model.norm_weight, self.model.norm_bias, self.shape.epsilon)
        return self.head @ last + self.model.head_bias

    def complete(self, prompt: str, limit: int, done: Callable[[str], bool], temperature: float = 0.0, rng: random.Random | None = None) -> str:
        """What decoding, greedy at temperature 0, appends to the prompt, until `done` holds of it, end-of-text comes, or `limit` tokens were made."""
        tokens = self.tokenizer.encode(prompt).ids or [self.end]
        if self.vocabulary:
            tokens = self.vocabulary.spelled(np.array(tokens)).tolist()
        tokens = tokens[-(self.shape.context - limit) :]
        self.length, self.keys, self.values = 0, [None] * self.shape.layers, [None] * self.shape.layers
        logits, made, text = self._feed(tokens), [], ""
        for _ in range(limit):
            token = int(self.model.active[drawn(logits, temperature, rng)])
            if token == self.end:
                break
            made.append(token)
            text = self.tokenizer.decode(made)
            if done(text):
                break
            logits = self._feed([token])
        return text


def drawn(logits: Tensor, temperature: float, rng: random.Random | None) -> int:
    """The place of the largest logit, or one drawn by their softmax."""
    if temperature <= 0 or rng is None:
        return int(logits.argmax())
    shares = torch.softmax(logits.double() / temperature, 0).cumsum(0)
    return min(int(torch.searchsorted(shares, rng.random())), len(shares) - 1)
