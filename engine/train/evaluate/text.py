"""Bits per byte, and completions of statements, on held-out files."""

import ast
import json
import math
import random
import warnings
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from ..data.pack import END_OF_TEXT
from ..decode import Decoder
from ..model import CodeGen
from ..vocabulary import Vocabulary

SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return, ast.Assert, ast.Raise, ast.Delete, ast.Import, ast.ImportFrom)


def files(path: Path) -> list[str]:
    """The texts of `heldout.jsonl`."""
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


@torch.no_grad()
def bits_per_byte(
    model: CodeGen,
    tokenizer: Tokenizer,
    texts: list[str],
    scored: set[int] | None = None,
    limit: int = 2_000_000,
    vocabulary: Vocabulary | None = None,
    window: int | None = None,
) -> dict[str, float]:
    """Bits per byte over about `limit` bytes of the texts, each read from its beginning in windows of the model's context, or of `window` tokens.

    With a vocabulary rare tokens are read and counted as their pieces. `scored` restricts the count, of bits and of bytes, to these tokens and leaves
    out all others, pieces or not: two models that write different parts of the vocabulary are comparable on the tokens that both write. `all` is the
    count over all bytes. A token that the model does not write and that has no pieces costs what the exported bias makes it cost.
    """
    model.eval()
    length = min(window or model.shape.context, model.shape.context)
    rows = torch.full((model.shape.vocabulary,), -1)
    rows[model.active] = torch.arange(len(model.active))
    # A byte is one letter of GPT-2's alphabet; the tokens outside it are runs of blanks.
    sizes = torch.tensor([0 if i == END_OF_TEXT else len(tokenizer.id_to_token(i) or "") for i in range(model.shape.vocabulary)])
    counts = {"scored": [0.0, 0, 0], "all": [0.0, 0, 0]}
    seen = 0
    for text in texts:
        if seen > limit:
            break
        seen += len(text.encode())
        ids = np.array([END_OF_TEXT, *tokenizer.encode(text).ids])
        keep = np.ones(len(ids), dtype=bool) if scored is None else np.isin(ids, list(scored))
        if vocabulary:
            ids, keep = vocabulary.spelled(ids), np.repeat(keep, vocabulary.repeats(ids))
        for begin in range(0, len(ids) - 1, length):
            read, kept = (torch.from_numpy(a[begin : begin + length + 1]) for a in (ids, keep))
            logits = model.logits(read[None, :-1])[0].log_softmax(-1)
            targets, kept = read[1:], kept[1:]
            target_rows = rows[targets]
            scores = torch.where(target_rows >= 0, logits.gather(1, target_rows.clamp(min=0)[:, None])[:, 0], torch.tensor(-math.log(2) * 40))
            for of, which in (("scored", kept), ("all", torch.ones_like(kept))):
                counts[of][0] -= float(scores[which].sum())
                counts[of][1] += int(sizes[targets][which].sum())
                counts[of][2] += int(which.sum())
    nats, counted, count = counts["scored"]
    every = counts["all"]
    return {
        "bits_per_byte": nats / math.log(2) / counted,
        "nats_per_token": nats / count,
        "bytes": counted,
        "tokens": count,
        "all": every[0] / math.log(2) / every[1],
        "all_bytes": every[1],
    }


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
