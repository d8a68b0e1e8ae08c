"""From unpacked packages and generated programs to token shards, with a report of what was dropped and why."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tokenizers import Tokenizer

from . import clean, packages
from .exclude import Benchmarks
from .pack import Writer

# Bytes of one package at most, so that a few giants do not drown the others, and the share of test files that is kept.
PACKAGE_LIMIT, TESTS_KEPT = 5_000_000, 0.25


def _clean_package(folder: Path) -> tuple[str, list[tuple[str, str]], Counter]:
    """The package's texts that pass the filters, in an order of their own, and the count of reasons why others did not."""
    rng, kept, dropped, size = random.Random(folder.name), [], Counter(), 0
    paths = sorted(folder.rglob("*.py"))
    rng.shuffle(paths)
    for path in paths:
        name = str(path.relative_to(folder))
        if ("test" in name.lower().rsplit("/", 1)[-1] or "/tests/" in name) and rng.random() > TESTS_KEPT:
            dropped["test"] += 1
            continue
        if size > PACKAGE_LIMIT:
            dropped["package limit"] += 1
            continue
        text, reason = clean.cleaned(path.read_bytes())
        if reason:
            dropped[reason] += 1
        else:
            kept.append((name, text))
            size += len(text)
    return folder.name, kept, dropped


def from_packages(
    source: Path, target: Path, tokenizer: Tokenizer, benchmarks: Benchmarks, workers: int = 2, standard_library: Path | None = None
) -> dict:
    """Writes the shards `train-*` and `heldout`, and `report.json`."""
    split = {p.name: p.held_out for p in packages.read_list()}
    manifest = [json.loads(line) for line in (source / "manifest.jsonl").read_text().splitlines()]
    folders = [source / entry["name"] for entry in manifest if not entry["refused"] and entry["files"]]
    if standard_library:
        folders.append(standard_library)
    # Held-out packages first: a file that is in both splits then counts as held out, and is dropped from the other.
    folders.sort(key=lambda f: not split.get(f.name, False))
    duplicates, dropped, documents = clean.Duplicates(), Counter(), {True: [], False: []}
    with ProcessPoolExecutor(workers) as pool:
        for name, kept, reasons in pool.map(_clean_package, folders):
            dropped += reasons
            for path, text in kept:
                reason = duplicates.seen(text) or ("benchmark" if benchmarks.hit(text) else "")
                if reason:
                    dropped[reason] += 1
                else:
                    documents[split.get(name, False)].append((name, path, text))
    report = {"packages": len(folders), "dropped": dict(dropped), "benchmarks": benchmarks.sources or "none given: nothing was checked against them"}
    rng = random.Random(0)
    for held_out, found in documents.items():
        if not held_out:
            rng.shuffle(found)
        parts = [found] if held_out else [found[i::8] for i in range(8)]
        for number, part in enumerate(parts):
            writer = Writer(target, "heldout" if held_out else f"train-{number}", tokenizer)
            writer.add((text, []) for _, _, text in part)
            writer.close(source="packages")
            report["heldout" if held_out else f"train-{number}"] = {"files": writer.documents, "bytes": writer.bytes, "tokens": writer.tokens}
            print(writer.path.name, writer.documents, "files", writer.tokens, "tokens", flush=True)
        if held_out:
            with (target / "heldout.jsonl").open("w") as out:
                for name, path, text in found:
                    out.write(json.dumps({"package": name, "path": path, "text": text}) + "\n")
    (target / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    return report


def from_programs(source: Path, target: Path, tokenizer: Tokenizer, benchmarks: Benchmarks, held_out: int = 500) -> dict:
    """Packs a file of generated documents (programs.generate) with masks: its first `held_out` documents into `NAME-heldout`, the others into `NAME`."""
    excluded = 0

    def lines(first: int, last: int | None) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        nonlocal excluded
        with source.open() as opened:
            for number, line in enumerate(opened):
                if number >= first and (last is None or number < last):
                    document = json.loads(line)
                    if benchmarks.hit(document["text"]):
                        excluded += 1
                    else:
                        yield document["text"], [tuple(span) for span in document["prompts"]]

    tokens = {}
    for name, first, last in ((source.stem + "-heldout", 0, held_out), (source.stem, held_out, None)):
        writer = Writer(target, name, tokenizer, masked=True)
        writer.add(lines(first, last))
        writer.close(source=source.name, excluded=excluded)
        tokens[name] = writer.tokens
    return {"tokens": tokens, "excluded": excluded}
