"""Chooses the files that suggestions are asked for in: everyday code of packages that no built-in model has seen."""

import json
import random
import re
from collections import Counter
from itertools import chain, zip_longest
from pathlib import Path

from ..data import clean
from ..data.packages import LIST as TRAINED_ON
from ..data.packages import read_list

LIST = Path(__file__).with_name("packages.txt")
# Bytes of a file: below there is nothing above the cursor, and above are few programs that people type.
SMALLEST, LARGEST = 1_000, 20_000
# Tests, settings and tables: nobody types them one key after the other.
UNUSUAL = re.compile(
    r"(^|[./_-])(tests?|testing|conftest|migrations?|locales?|versions?|_version|setup|conf|compat|unicode|tables?)([./_-]|$)", re.IGNORECASE
)


def chosen(folder: Path) -> tuple[list[tuple[str, str]], Counter]:
    """The texts of one unpacked package that are of use, by module name, in an order of their own; and why the others are not."""
    found, dropped = [], Counter()
    paths = sorted(folder.rglob("*.py"))
    random.Random(folder.name).shuffle(paths)
    for path in paths:
        name = str(path.relative_to(folder))
        text, reason = clean.cleaned(path.read_bytes())
        if not reason and not SMALLEST <= len(text.encode()) <= LARGEST:
            reason = "size"
        if not reason and UNUSUAL.search(name):
            reason = "unusual"
        if reason:
            dropped[reason] += 1
        else:
            found.append((name.replace("/", "."), text))
    return found, dropped


def write(packages: Path, to: Path, count: int, most: int, listed: Path = LIST) -> dict:
    """Writes about `count` files to `to/PACKAGE/`, at most `most` of a package; their paths to `to/files.txt`, and what they are of to
    `to/packages.jsonl`.

    The order goes round the packages, so that the first files of the list are of many packages, too.
    """
    seen_before = {package.name.lower() for package in read_list(TRAINED_ON)}
    held_out = {package.name: package.held_out for package in read_list(listed)}
    if both := sorted(held_out.keys() & seen_before):
        raise ValueError(f"{', '.join(both)}: the built-in model was trained on it, or it is held out for another measure")
    manifest = [json.loads(line) for line in (packages / "manifest.jsonl").read_text().splitlines()]
    usable = {entry["name"]: entry for entry in manifest if entry["files"] and not entry["refused"] and entry["name"] in held_out}
    duplicates, dropped, by_package = clean.Duplicates(), Counter(), []
    for name in usable:
        found, reasons = chosen(packages / name)
        dropped += reasons
        new = [(name, module, text) for module, text in found if not duplicates.seen(text)]
        dropped["duplicate"] += len(found) - len(new)
        by_package.append(new[:most])
    rounds = [entry for entry in chain.from_iterable(zip_longest(*by_package)) if entry][:count]
    paths = []
    for name, module, text in rounds:
        path = to / name / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        paths.append(path)
    (to / "files.txt").write_text("".join(f"{path}\n" for path in paths))
    counts, sizes = Counter(name for name, _, _ in rounds), Counter()
    for name, _, text in rounds:
        sizes[name] += len(text.encode())
    with (to / "packages.jsonl").open("w") as out:
        for name in counts:
            entry = usable[name]
            used = {"name": name, "version": entry["version"], "licence": entry["licence"], "held_out": held_out[name]}
            out.write(json.dumps(used | {"files": counts[name], "bytes": sizes[name]}) + "\n")
    return {"files": len(paths), "bytes": sizes.total(), "packages": dict(counts), "dropped": dict(dropped)}
