"""The model's own programs for generated prompts, kept where they give what the generator's program gives: rejection sampling without a teacher."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .decode import Decoder
from .evaluate.turns import answer, complete_turn, equivalent, truncated
from .programs.render import PREAMBLE, Document, comment

# Tokens that a turn may take.
LIMIT = 128


def split(text: str, prompts: list[tuple[int, int]]) -> tuple[str, list[str]] | None:
    """A history's text before its first prompt, and its prompts; nothing where its form is another."""
    starts = [begin - 1 for begin, _ in prompts]
    lines = [text[begin:end].strip() for begin, end in prompts]
    if not starts or any(text[start] != "#" or "\n" in line for start, line in zip(starts, lines)):
        return None
    head = text[: starts[0]]
    if head not in ("", PREAMBLE) or any(start and text[start - 2 : start] != "\n\n" for start in starts):
        return None
    return head, lines


def written(complete: Callable[[str], str], head: str, prompts: list[str]) -> Document:
    """The program that a model writes for the prompts, turn by turn, as a document of the generator's kind."""
    document = Document("own")
    document.write(head)
    for prompt in prompts:
        document.write(comment(prompt), prompt=True)
        document.write(truncated(complete(document.text)) + "\n\n")
    document.text = document.text.rstrip("\n") + "\n"
    return document


def kept(own: Document, text: str) -> str:
    """`same` for the generator's own program, `wrong` where the answers differ, `kept` where another program gives the same answer."""
    if own.text.strip() == text.strip():
        return "same"
    expected = answer(text)
    return "kept" if expected and equivalent(answer(own.text), expected[0]) else "wrong"


def sample(source: Path, decoder: Decoder, count: int, samples: int, temperature: float, seed: int) -> Iterator[tuple[str, Document]]:
    """The verdict on each of `samples` programs for `count` of the file's histories, and the program."""
    rng, chosen = random.Random(seed), []
    with source.open() as lines:
        histories = [record for record in map(json.loads, lines) if record["kind"] == "history"]
    for record in rng.sample(histories, min(count, len(histories))):
        parts = split(record["text"], [tuple(span) for span in record["prompts"]])
        if parts:
            chosen.append((record["text"], *parts))
    with ThreadPoolExecutor(2) as pool:
        waiting = []
        for text, head, prompts in chosen:
            for number in range(samples):
                # The first is greedy: what the model does at once is most of what it knows.
                heat = temperature if number else 0.0
                own = written(lambda so_far, heat=heat: decoder.complete(so_far, LIMIT, complete_turn, heat, rng), head, prompts)
                waiting.append((own, pool.submit(kept, own, text)))
        for own, verdict in waiting:
            yield verdict.result(), own


def write(source: Path, target: Path, decoder: Decoder, count: int, samples: int, temperature: float, seed: int) -> Counter:
    """Writes the kept programs, each once, in the form that `prepare` packs; counts the verdicts."""
    verdicts, seen = Counter(), set()
    beside = target.with_name(target.name + ".part")
    with beside.open("w") as out:
        for verdict, own in sample(source, decoder, count, samples, temperature, seed):
            if verdict == "kept" and own.text in seen:
                verdict = "again"
            verdicts[verdict] += 1
            if verdict == "kept":
                seen.add(own.text)
                out.write(json.dumps({"kind": own.kind, "text": own.text, "prompts": own.prompts}, ensure_ascii=False) + "\n")
    beside.replace(target)
    return verdicts
