"""A run stops and goes on as if it had not stopped, and learns."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from train.data.pack import END_OF_TEXT, Writer
from train.loop import Plan, Run
from train.optim import rate_at
from train.shards import Group, Windows, groups_of
from train.vocabulary import SIZE, Vocabulary, choose_active, counts


@pytest.fixture
def shards(tmp_path, tokenizer):
    writer = Writer(tmp_path / "shards", "text-0", tokenizer)
    writer.add((f"def f{i}(x):\n    return x + {i}\n", []) for i in range(400))
    writer.close(source="test")
    writer = Writer(tmp_path / "shards", "asked-0", tokenizer, masked=True)
    writer.add((f"# Add {i}.\nx += {i}\n", [(1, len(f"# Add {i}.\n"))]) for i in range(400))
    writer.close(source="test")
    return tmp_path / "shards"


@pytest.fixture
def vocabulary(shards, tokenizer):
    return Vocabulary(choose_active(counts(sorted(shards.glob("*.tokens"))), 600, tokenizer), tokenizer)


def make_run(folder, shards, vocabulary, tiny, **changes) -> Run:
    plan = Plan(
        str(folder), [f"{shards}/text-*=1", f"{shards}/asked-*=1"], window=32, batch=4, micro=2, rate=0.02, warmup=100, compile=False, **changes
    )
    return Run(plan, tiny(torch.from_numpy(vocabulary.active), vocabulary=SIZE, layers=1), vocabulary)


def test_a_resumed_run_ends_with_the_same_weights(tmp_path, shards, vocabulary, tiny):
    whole = make_run(tmp_path / "whole", shards, vocabulary, tiny)
    for _ in range(6):
        whole.one_step()
    first = make_run(tmp_path / "parts", shards, vocabulary, tiny)
    for _ in range(3):
        first.one_step()
    first.save()
    second = make_run(tmp_path / "parts", shards, vocabulary, tiny)
    assert second.resume()
    assert second.tokens == first.tokens == 3 * 4 * 32
    for _ in range(3):
        second.one_step()
    for (name, a), (_, b) in zip(whole.model.named_parameters(), second.model.named_parameters()):
        assert torch.equal(a, b), name


@pytest.mark.slow
def test_two_processes_train_as_one_with_twice_the_batch(tmp_path, shards, vocabulary, tiny):
    """Through torchrun and the command line, from the same checkpoint; one of the two is stopped half-way and goes on."""
    options = [
        *("--data", f"{shards}/text-*=1", f"{shards}/asked-*=1", "--window", "32", "--rate", "0.02", "--warmup", "100", "--no-compile", "--cpu")
    ]
    for name in ("one", "two", "half"):
        run = make_run(tmp_path / name, shards, vocabulary, tiny)
        np.save(tmp_path / name / "active.npy", vocabulary.active)
        run.save()

    def train(name, processes, batch, until):
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}", "-m", "--", "train", "train"]
        more = ["--run", str(tmp_path / name), "--batch", str(batch), "--micro", "2", "--until", str(until), "--threads", "1"]
        subprocess.run([*torchrun, *options, *more], cwd=Path(__file__).parents[2], check=True, capture_output=True, timeout=300)
        return torch.load(tmp_path / name / "latest.pt", weights_only=True)

    start = torch.load(tmp_path / "one" / "latest.pt", weights_only=True)
    one, half = train("one", 1, 4, 6 * 128), train("half", 1, 2, 6 * 64)
    train("two", 2, 2, 3 * 128)
    two = train("two", 2, 2, 6 * 128)
    assert one["tokens"] == two["tokens"] == 6 * 128 and one["windows"] == two["windows"]
    for name, a in one["model"].items():
        if a.dtype == torch.float32:
            way = (a - start["model"][name]).norm()
            apart, alone = ((a - other["model"][name]).norm() / way for other in (two, half))
            assert apart < 0.25 and alone > 2 * apart, (name, apart, alone)


def test_a_run_learns_saves_and_ends_with_its_decay(tmp_path, shards, vocabulary, tiny):
    run = make_run(tmp_path / "run", shards, vocabulary, tiny, decay_tokens=60 * 128, save_minutes=0.0, log_steps=5, snapshot_tokens=2000)
    run.train()
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[-1] < 0.5 * losses[0]
    assert lines[-1]["event"] == "finished" and run.tokens == 60 * 128
    assert (tmp_path / "run" / "latest.pt").exists() and not list((tmp_path / "run").glob("*.part"))
    assert (tmp_path / "run" / "snapshot-0M" / "model.safetensors").exists()


def test_a_run_stops_when_its_time_is_over_and_goes_on_later(tmp_path, shards, vocabulary, tiny):
    run = make_run(tmp_path / "run", shards, vocabulary, tiny, minutes=1e-9)
    run.train()
    assert run.step == 1 and json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])["event"] == "stopped"
    again = make_run(tmp_path / "run", shards, vocabulary, tiny)
    assert again.resume() and again.step == 1


def test_prompts_are_no_targets_but_what_ends_a_program_is(shards, vocabulary, tokenizer):
    windows = Windows(groups_of([f"{shards}/asked-*=1"]), vocabulary, 64, 1, spell=0.0, whole=0.0)
    tokens, targets = windows.window()
    following = np.append(tokens[1:], -1)
    sharp, add, end = tokenizer.encode("#").ids[0], tokenizer.encode(" Add").ids[0], 50256
    later = np.arange(64) > np.flatnonzero(tokens == end)[0]
    assert (targets[(following == add)] == -1).all()
    assert (targets[(following == sharp) & later] >= 0).all()
    assert (targets[(following == end) & later] == vocabulary.row[end]).all()


def test_windows_go_on_where_they_stopped_and_cover_an_epoch(shards, vocabulary):
    a = Windows([Group(sorted(shards.glob("text-*.tokens")), 1.0)], vocabulary, 32, 1, whole=0.0)
    drawn = [a.window()[0] for _ in range(10)]
    b = Windows([Group(sorted(shards.glob("text-*.tokens")), 1.0)], vocabulary, 32, 1, whole=0.0)
    for _ in range(5):
        b.window()
    c = Windows([Group(sorted(shards.glob("text-*.tokens")), 1.0)], vocabulary, 32, 1, whole=0.0)
    c.restore(b.state())
    assert all((x == c.window()[0]).all() for x in drawn[5:])
    assert len({x.tobytes() for x in drawn}) == 10


def test_whole_windows_begin_where_a_document_does_and_learn_it_from_there(shards, vocabulary, tokenizer):
    windows = Windows(groups_of([f"{shards}/asked-*=1"]), vocabulary, 64, 1, spell=0.0, whole=1.0)
    data = np.fromfile(next(shards.glob("asked-[0-9]*.tokens")), dtype=np.uint16)
    begins = {tuple(data[at + 1 : at + 9]) for at in np.flatnonzero(data == END_OF_TEXT)[:-1]}
    found = [windows.window() for _ in range(20)]
    whole = [(tokens, targets) for tokens, targets in found if tuple(tokens[:8]) in begins]
    assert len(whole) > 10
    assert all((targets[:30] >= 0).any() for _, targets in whole)


def test_rare_tokens_are_spelled_with_active_ones(vocabulary, tokenizer):
    text = "extraordinary = photosynthesis_configuration"
    ids = np.array(tokenizer.encode(text).ids)
    spelled = vocabulary.spelled(ids)
    assert (vocabulary.row[ids] < 0).any() and (vocabulary.row[spelled] >= 0).all()
    assert tokenizer.decode(spelled.tolist()) == text
    assert (vocabulary.target[ids] >= 0).all()


def test_the_rate_warms_up_stays_and_decays():
    assert rate_at(0, 1.0, 100, None, 0) == pytest.approx(0.01)
    assert rate_at(10**9, 1.0, 100, None, 0) == 1.0
    assert rate_at(1500, 1.0, 100, 1000, 1000) == pytest.approx(0.5)
    assert rate_at(3000, 1.0, 100, 1000, 1000) == 0.0
    assert rate_at(1500, 1.0, 100, 1000, 1000, "cosine") == pytest.approx(0.5)


@pytest.mark.slow
def test_a_run_from_a_model_goes_on_with_the_tokens_that_it_writes(tmp_path, shards, vocabulary, tiny, tokenizer):
    from train import convert

    model = tiny(torch.from_numpy(vocabulary.active), vocabulary=SIZE, layers=1)
    convert.export(model, tmp_path / "first", tokenizer, torch.float32)
    options = [
        "--data",
        f"{shards}/text-*=1",
        "--window",
        "32",
        "--batch",
        "2",
        "--micro",
        "2",
        "--no-compile",
        "--cpu",
        "--until",
        "64",
        "--rate",
        "0",
    ]
    for name, more in (("tied", []), ("untied", ["--untied"])):
        run = [sys.executable, "-m", "train", "train", "--run", str(tmp_path / name), "--init", str(tmp_path / "first"), *options, *more]
        subprocess.run(run, cwd=Path(__file__).parents[2], check=True, capture_output=True, timeout=300)
        saved = torch.load(tmp_path / name / "latest.pt", weights_only=True)
        assert torch.equal(saved["model"]["active"], model.active) and saved["tied"] == (name == "tied")
        assert torch.equal(saved["model"]["embedding"], model.embedding)
        if name == "untied":
            assert torch.equal(saved["model"]["head"], model.head_weight())
