"""Rejection sampling keeps another program with the same answer, and nothing else."""

import json
import random

import torch

from train import own
from train.decode import drawn
from train.programs.generate import one
from train.programs.render import PREAMBLE

TEXT = PREAMBLE + "# Let xs be [1, 2].\nxs = [1, 2]\n\n# Print the sum of xs.\nprint(sum(xs))\n"
SPANS = [(TEXT.index("# Let") + 1, TEXT.index("\nxs") + 1), (TEXT.index("# Print") + 1, TEXT.index("\nprint") + 1)]


class Written:
    """In place of a decoder: answers each prompt from a list."""

    def __init__(self, *turns):
        self.turns, self.seen = list(turns), []

    def complete(self, prompt, limit, done, temperature=0.0, rng=None):
        self.seen.append((prompt, temperature))
        return self.turns[(len(self.seen) - 1) % len(self.turns)]


def test_a_history_comes_apart_into_its_prompts_and_nothing_else_does():
    assert own.split(TEXT, SPANS) == (PREAMBLE, ["Let xs be [1, 2].", "Print the sum of xs."])
    assert own.split("x = 1\n\n# Print x.\nprint(x)\n", [(8, 17)]) is None
    assert own.split("x = 1\n", []) is None


def test_generated_histories_come_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = [one("composed", 2, index) for index in range(60)]
    histories = [d for d in found if d and d.kind == "history"]
    apart = [own.split(d.text, d.prompts) for d in histories]
    assert len(histories) > 20 and all(apart)
    assert all(f"# {prompt}\n" in d.text for d, (_, prompts) in zip(histories, apart) for prompt in prompts)


def test_only_another_program_with_the_same_answer_is_kept(tmp_path):
    source = tmp_path / "made.jsonl"
    source.write_text(json.dumps({"kind": "history", "text": TEXT, "prompts": SPANS}) + "\n")
    for turns, verdict in (
        (("xs = [1, 2]\n", "print(sum(xs))\n\n# More"), "same"),
        (("xs = [2, 1]", "total = xs[0] + xs[1]\nprint(total)"), "kept"),
        (("xs = [1, 2]", "print(max(xs))"), "wrong"),
        (("xs = [1, 2", "print(sum(xs))"), "wrong"),
    ):
        decoder = Written(*turns)
        assert dict(own.write(source, tmp_path / "own.jsonl", decoder, 5, 1, 0.5, 1)) == {verdict: 1}
        lines = (tmp_path / "own.jsonl").read_text().splitlines()
        assert len(lines) == (verdict == "kept")
    decoder = Written("xs = [2, 1]", "print(3)")
    assert dict(own.write(source, tmp_path / "own.jsonl", decoder, 5, 3, 0.5, 1)) == {"kept": 1, "again": 2}
    record = json.loads((tmp_path / "own.jsonl").read_text())
    assert [record["text"][a:b].strip() for a, b in record["prompts"]] == ["Let xs be [1, 2].", "Print the sum of xs."]
    assert [heat for _, heat in decoder.seen] == [0.0, 0.0, 0.5, 0.5, 0.5, 0.5]


def test_drawing_follows_the_softmax():
    logits = torch.tensor([0.0, 2.0, 1.0])
    assert drawn(logits, 0.0, random.Random(1)) == 1
    rng, found = random.Random(1), [0, 0, 0]
    for _ in range(3000):
        found[drawn(logits, 1.0, rng)] += 1
    shares = torch.softmax(logits, 0).tolist()
    assert all(abs(count / 3000 - share) < 0.04 for count, share in zip(found, shares))
    assert {drawn(logits, 1e-6, rng) for _ in range(20)} == {1}
