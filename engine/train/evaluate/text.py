"""Bits per byte, and completions of statements, on held-out files."""

import ast
import json
import math
import random
import warnings
from pathlib import Path

import torch
from tokenizers import Tokenizer

from ..data.pack import END_OF_TEXT
from ..decode import Decoder
from ..model import CodeGen

SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return, ast.Assert, ast.Raise, ast.Delete, ast.Import, ast.ImportFrom)


def files(path: Path) -> list[str]:
    """The texts of `heldout.jsonl`."""
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


@torch.no_grad()
def bits_per_byte(model: CodeGen, tokenizer: Tokenizer, texts: list[str], scored: set[int] | None = None, limit: int = 2_000_000) -> dict[str, float]:
    """Bits per byte over about `limit` bytes of the texts, each read from its beginning in windows of the model's context.

    `scored` restricts the count, of bits and of bytes, to these tokens: two models that write different parts of the vocabulary are comparable on the
    tokens that both write. A token that the model does not write, where it counts, costs what the exported bias makes it cost.
    """
    model.eval()
    rows = torch.full((model.shape.vocabulary,), -1)
    rows[model.active] = torch.arange(len(model.active))
    sizes = torch.tensor(
        [
            len(tokenizer.decode([i], skip_special_tokens=False).encode()) if i != END_OF_TEXT else 0
            for i in range(min(model.shape.vocabulary, tokenizer.get_vocab_size()))
        ]
    )
    nats, counted, count, seen = 0.0, 0, 0, 0
    for text in texts:
        if seen > limit:
            break
        seen += len(text.encode())
        ids = [END_OF_TEXT, *tokenizer.encode(text).ids]
        for begin in range(0, len(ids) - 1, model.shape.context):
            window = torch.tensor(ids[begin : begin + model.shape.context + 1])
            logits = model.logits(window[None, :-1])[0].log_softmax(-1)
            targets = window[1:]
            keep = torch.ones(len(targets), dtype=torch.bool) if scored is None else torch.tensor([t in scored for t in targets.tolist()])
            target_rows = rows[targets]
            scores = torch.where(target_rows >= 0, logits.gather(1, target_rows.clamp(min=0)[:, None])[:, 0], torch.tensor(-math.log(2) * 40))
            nats -= float(scores[keep].sum())
            counted += int(sizes[targets][keep].sum())
            count += int(keep.sum())
    return {"bits_per_byte": nats / math.log(2) / counted, "nats_per_token": nats / count, "bytes": counted, "tokens": count}


def places(texts: list[str], count: int, seed: int = 1) -> list[tuple[str, str, str]]:
    """Random starts of one-line statements: the text before, the statement, and the text after its line."""
    rng, found = random.Random(seed), []
    while len(found) < count:
        text = rng.choice(texts)
        lines = text.split("\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = [
                n
                for n in ast.walk(ast.parse(text))
                if isinstance(n, SIMPLE)
                and n.lineno == n.end_lineno
                and n.lineno > 3
                and lines[n.lineno - 1].isascii()
                and lines[n.lineno - 1][: n.col_offset].strip() == ""
                and not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
            ]
        if nodes:
            node = rng.choice(sorted(nodes, key=lambda n: n.lineno))
            line = lines[node.lineno - 1]
            found.append(
                ("\n".join([*lines[: node.lineno - 1], line[: node.col_offset]]), line[node.col_offset :], "\n".join(["", *lines[node.lineno :]]))
            )
    return found


def complete_lines(decoder: Decoder, chosen: list[tuple[str, str, str]], limit: int = 64, reach: int = 6000) -> dict[str, float]:
    """At every place the rest of the line, greedily: how often it is the very statement, and how often the file parses with it in its place.

    This is the raw model: what the product's filters hold back is measured with the product.
    """
    exact = parsed = 0
    for before, statement, after in chosen:
        start = before[-reach:]
        if len(before) > reach:
            start = start[start.index("\n") + 1 :]
        line = decoder.complete(start, limit, lambda text: "\n" in text.lstrip("\n")).lstrip("\n").split("\n")[0].rstrip()
        exact += line == statement.rstrip()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(before + line + after)
            parsed += bool(line)
        except (SyntaxError, ValueError):
            pass
    return {"exact": exact / len(chosen), "parses": parsed / len(chosen), "places": len(chosen)}
