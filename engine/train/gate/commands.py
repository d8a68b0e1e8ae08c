"""python -m train gate STEP: files, fit, picture."""

import argparse
import json
from pathlib import Path

import numpy as np

from . import files, measure, picture, rows, variants, weights
from .fit import FOLDS, fit, out_of_fold, probability

THRESHOLDS = (0.0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9)


def run(options: argparse.Namespace) -> None:
    """Runs the step that was asked for."""
    options.step_function(options)


def choose(options: argparse.Namespace) -> None:
    """Chooses the files in which suggestions are asked for."""
    print(json.dumps(files.write(options.packages, options.to, options.count, options.most, options.list)))


def weigh(options: argparse.Namespace) -> None:
    """Learns the weights, reports what they are worth on packages that they were not learned from, and writes them."""
    listed = rows.names()
    found = rows.read(options.rows, listed)
    held = {package.name for package in files.read_list(options.list) if package.held_out}
    check = np.isin(found.package, sorted(held))
    parts = {"learn": found.only(~check), "check": found.only(check)}
    for name, part in parts.items():
        if not len(part):
            raise ValueError(f"no row is of a package to {name}")
        count = part.place.max() + 1
        print(f"{name}: {len(np.unique(part.package))} packages, {count} places, {len(part)} parts, {part.right.mean():.3f} of them right")
    every = found.weights(None if options.all else found.can_show)
    learned = fit(found.numbers, found.right, every * ~check, options.l2)
    for name, part in parts.items():
        print(f"\n## {name}\n")
        report(part, probability(part.numbers, learned))
    final = fit(found.numbers, found.right, every, options.l2)
    print("\n## Weights, of the packages to learn from and of all\n")
    for name, one, other in zip(listed, learned, final):
        print(f"{name:10} {one:8.4f} {other:8.4f}")
    if options.compare:
        print(f"\n## Other numbers: {FOLDS} folds by package, over all packages\n")
        for row in variants.compare(found, every, listed, options.l2, (0.3, 0.4, 0.5)):
            print(json.dumps(row))
    options.to.write_text(weights.source(listed, final))
    print(f"\n{options.to}: written")


def report(part: rows.Rows, said: np.ndarray) -> None:
    """Prints the measures of one set of packages."""
    quality = measure.quality(part, said)
    print("Of the parts that may be shown: " + ", ".join(f"{name} {value:.4f}" for name, value in quality.items() if name != "bins"))
    for row in quality["bins"]:
        print(f"  {row['from']:.1f}: said {row['said']:.3f}, right {row['right']:.3f}, {row['places']:.0f} places, {row['rows']} parts")
    print("\nleast  shown  precision  any kept  whole kept  characters  characters a place")
    for least in THRESHOLDS:
        row = measure.policy(part, said, least)
        print(
            f"{least:5.2f}  {row['shown']:5.3f}  {row['precision']:9.3f}  {row['any_kept']:8.3f}  {row['whole_kept']:10.3f}  {row['characters']:10.1f}  {row['characters_per_place']:10.2f}"
        )
    print("\nkind      places  at     shown  precision  any kept")
    for kind in np.unique(part.kind):
        here = part.kind == kind
        for least in (0.3, 0.4, 0.5):
            row = measure.policy(part.only(here), said[here], least)
            print(f"{kind:8}  {row['places']:6}  {least:.2f}  {row['shown']:6.3f}  {row['precision']:9.3f}  {row['any_kept']:8.3f}")


def paint(options: argparse.Namespace) -> None:
    """Draws how well the said probabilities are kept, each by weights that were learned from other packages."""
    listed = rows.names()
    found = rows.read(options.rows, listed)
    row_weights = found.weights(found.can_show)
    said = out_of_fold(found.numbers, found.right, row_weights, found.package, options.l2)
    bins = measure.bins(found.right, said, row_weights)
    options.to.write_text(picture.draw(bins, f"{found.place.max() + 1:,} places in {len(np.unique(found.package))} packages"))
    print(f"{options.to}: written")


def add(command: argparse.ArgumentParser) -> None:
    """The command line of the steps."""
    steps = command.add_subparsers(dest="step", required=True)

    def step(name: str, function) -> argparse.ArgumentParser:
        added = steps.add_parser(name, help=function.__doc__, description=function.__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        added.set_defaults(step_function=function)
        return added

    c = step("files", choose)
    c.add_argument("--packages", type=Path, required=True, help="a folder of `fetch`")
    c.add_argument("--list", type=Path, default=files.LIST)
    c.add_argument("--to", type=Path, required=True)
    c.add_argument("--count", type=int, default=600, help="files in all")
    c.add_argument("--most", type=int, default=14, help="files of one package at most")
    c = step("fit", weigh)
    c.add_argument("--to", type=Path, default=weights.TARGET)
    c.add_argument("--list", type=Path, default=files.LIST, help="the packages marked `=` are not learned from")
    c.add_argument("--compare", action="store_true", help="also with further numbers, and with fewer")
    c.add_argument("--all", action="store_true", help="learn from the parts that are never shown, too")
    painted = step("picture", paint)
    painted.add_argument("--to", type=Path, required=True, help="an SVG file")
    for both in (c, painted):
        both.add_argument("--rows", type=Path, nargs="+", required=True, help="files of `codegen-lsp bench gate`")
        both.add_argument("--l2", type=float, default=1.0, help="what the square of a standardised number's weight costs")
