"""By which weights a suggestion is judged: what is learned, what it is measured by, and how it reaches the product."""

import json
import re

import numpy as np
import pytest

from train.gate import commands, files, measure, picture, rows, variants, weights
from train.gate.fit import fit, folds, out_of_fold, probability

TRUE = np.array([-0.5, 1.2, -0.8, 0.0, 2.0])


def drawn(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Numbers on scales of their own, and whether each row is right, drawn by the true weights."""
    rng = np.random.default_rng(seed)
    numbers = np.column_stack([np.ones(count), rng.normal(3, 2, count), rng.normal(0, 1, count), rng.normal(50, 9, count), rng.random(count) < 0.3])
    return numbers, rng.random(count) < probability(numbers, TRUE)


def made(**columns) -> rows.Rows:
    """Rows of which only some columns matter."""
    count = len(columns["place"])
    usual = {
        "numbers": np.ones((count, 1)),
        "right": np.zeros(count, bool),
        "known": np.ones(count, bool),
        "parses": np.ones(count, bool),
        "length": np.full(count, 3),
        "kind": np.full(count, "word"),
        "package": np.full(count, "one"),
    }
    return rows.Rows(**(usual | {name: np.array(values) for name, values in columns.items()}))


def test_the_weights_that_the_rows_were_drawn_by_are_found():
    numbers, right = drawn(40_000)
    found = fit(numbers, right, np.ones(len(right)), 0.0)
    assert found[1:] == pytest.approx(TRUE[1:], abs=0.08)
    assert np.abs(probability(numbers, found) - probability(numbers, TRUE)).mean() < 0.01
    assert np.array_equal(found, fit(numbers, right, np.ones(len(right)), 0.0))


def test_rows_count_by_their_weights():
    numbers, right = drawn(500)
    doubled = np.r_[np.arange(500), np.arange(100)]
    counts = np.where(np.arange(500) < 100, 2.0, 1.0)
    assert fit(numbers, right, counts, 1.0) == pytest.approx(fit(numbers[doubled], right[doubled], np.ones(600), 1.0), abs=1e-6)
    half = (np.arange(500) < 250).astype(float)
    assert fit(numbers, right, half, 1.0) == pytest.approx(fit(numbers[:250], right[:250], np.ones(250), 1.0), abs=1e-6)


def test_a_penalty_makes_weights_smaller_and_a_constant_number_gets_none():
    numbers, right = drawn(500)
    numbers[:, 3] = 7.0
    free, held = (fit(numbers, right, np.ones(500), l2) for l2 in (0.0, 50.0))
    assert free[3] == held[3] == 0 and abs(held[1]) < abs(free[1])


def test_separable_rows_end_and_rows_of_one_kind_are_refused():
    numbers = np.column_stack([np.ones(20), np.arange(20.0)])
    found = fit(numbers, np.arange(20) > 9, np.ones(20), 0.01)
    assert np.isfinite(found).all() and probability(numbers, found)[[0, -1]] == pytest.approx([0, 1], abs=0.05)
    with pytest.raises(ValueError, match="all are wrong"):
        fit(numbers, np.zeros(20, bool), np.ones(20), 1.0)


def test_a_package_is_judged_by_weights_of_others():
    packages = np.array(["a"] * 50 + ["b"] * 30 + ["c"] * 20 + ["d"] * 10)
    fold = folds(packages, 3)
    assert all(len(set(fold[packages == name])) == 1 for name in "abcd")
    assert sorted(np.bincount(fold)) == [30, 30, 50]
    numbers, right = drawn(110)
    before = out_of_fold(numbers, right, np.ones(110), packages, 1.0, 3)
    right[packages == "a"] ^= True
    after = out_of_fold(numbers, right, np.ones(110), packages, 1.0, 3)
    same = before == after
    assert same[packages == "a"].all() and not same[packages != "a"].any()


def test_a_place_counts_once():
    found = made(place=[0, 0, 0, 1])
    assert found.weights() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    assert found.weights(np.array([True, False, True, False])) == pytest.approx([1 / 2, 0, 1 / 2, 0])


def test_measures_of_known_values():
    right, said, one = np.array([True, False, True, False]), np.array([0.9, 0.1, 0.4, 0.4]), np.ones(4)
    assert measure.auc(right, said, one) == pytest.approx(3.5 / 4)
    quality = measure.quality(made(place=[0, 1, 2, 3], right=right), said)
    assert quality["brier"] == pytest.approx((0.01 + 0.01 + 0.36 + 0.16) / 4)
    assert quality["log_loss"] == pytest.approx(-np.log([0.9, 0.9, 0.4, 0.6]).mean())
    assert [(row["from"], row["right"], row["rows"]) for row in quality["bins"]] == [(0.1, 0.0, 1), (0.4, 0.5, 2), (0.9, 1.0, 1)]
    assert quality["calibration_error"] == pytest.approx((0.1 + 2 * 0.1 + 0.1) / 4)


@pytest.mark.parametrize(
    ("said", "known", "parses", "shown"),
    [
        ([0.6, 0.7, 0.8, 0.9, 0.95, 0.2], "111111", "111111", [0]),
        ([0.4, 0.7, 0.8, 0.9, 0.95, 0.2], "111111", "111111", [1]),
        ([0.6, 0.7, 0.8, 0.9, 0.95, 0.2], "011111", "101111", [2]),
        ([0.6, 0.7, 0.8, 0.9, 0.95, 0.2], "111111", "000011", []),
        ([0.4, 0.7, 0.8, 0.9, 0.95, 0.2], "111111", "000011", [4]),
        ([0.6, 0.7, 0.8, 0.9, 0.95, 0.6], "000000", "111111", []),
        ([0.1, 0.1, 0.1, 0.1, 0.10, 0.6], "111111", "111111", [5]),
    ],
)
def test_what_is_shown_is_the_longest_part_that_is_likely_known_and_parses(said, known, parses, shown):
    flags = [np.array([flag == "1" for flag in text]) for text in (known, parses)]
    found = made(place=[0, 0, 0, 0, 0, 1], known=flags[0], parses=flags[1])
    assert measure.showing(found, np.array(said), 0.5).tolist() == shown


def test_the_policy_in_numbers():
    found = made(
        place=[0, 0, 1, 1, 2, 3],
        right=np.array([False, True, True, True, False, True]),
        parses=np.array([True, True, True, True, True, False]),
        length=[9, 4, 8, 2, 5, 6],
    )
    row = measure.policy(found, np.array([0.2, 0.6, 0.8, 0.9, 0.6, 0.9]), 0.5)
    assert row == pytest.approx(
        {
            "least": 0.5,
            "places": 4,
            "shown": 3 / 4,
            "precision": 2 / 3,
            "any_kept": 1.0,
            "whole_kept": 1.0,
            "characters": 6.0,
            "characters_per_place": 3.0,
        }
    )
    longer = measure.policy(found, np.array([0.6, 0.6, 0.4, 0.9, 0.6, 0.9]), 0.5)
    assert (longer["precision"], longer["any_kept"], longer["whole_kept"]) == pytest.approx((1 / 3, 1 / 2, 0))


def test_a_monotonous_function_pools_what_is_out_of_order():
    said, right = np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.array([False, True, False, True, True])
    found = variants.isotonic(right, said, np.ones(5), np.array([0.05, 0.2, 0.25, 0.3, 0.45, 0.9]))
    assert found == pytest.approx([0, 0.5, 0.5, 0.5, 1, 1])
    # Rows of weight 0 tell nothing.
    said, right, one = np.r_[0.01, said, 0.25], np.r_[True, right, False], np.r_[0, np.ones(5), 0]
    assert variants.isotonic(right, said, one, np.array([0.05, 0.2, 0.25, 0.3, 0.45, 0.9])) == pytest.approx(found)


def test_the_product_s_file_has_the_names_of_the_product_s_numbers_and_stays_as_it_is():
    written = weights.TARGET.read_text()
    found = weights.read(written)
    assert list(found) == rows.names()
    assert weights.source(list(found), np.array(list(found.values()))) == written


def test_the_file_is_rust_and_refuses_what_is_no_weight():
    text = weights.source(["one", "sum"], np.array([-0.00001, 1.23456]))
    assert text.endswith('= [\n    ("one", 0.0000),\n    ("sum", 1.2346),\n];\n')
    for bad in (np.array([1.0]), np.array([1.0, np.nan])):
        with pytest.raises(ValueError):
            weights.source(["one", "sum"], bad)


def test_a_variant_adds_numbers_or_leaves_them_out():
    listed = rows.names()
    found = made(place=[0, 1], numbers=np.random.default_rng(1).random((2, len(listed))))
    column = {name: found.numbers[:, at] for at, name in enumerate(listed)}
    counts = {variant: variants.columns(found, listed, variant).shape[1] - len(listed) for variant in variants.every(listed)}
    assert counts["all numbers"] == 0 and counts["places x sum"] == 7 and counts["without sum"] == -1
    assert counts["square of sum"] == 1 and counts["sum x lines"] == 1
    added = variants.columns(found, listed, "sum x lines and square of first")
    assert np.array_equal(added[:, -2:].T, [column["sum"] * column["lines"], column["first"] ** 2])


def written_rows(path, listed, places: int) -> None:
    """Rows of two packages as the product writes them: right as often as the sum says."""
    rng = np.random.default_rng(5)
    with path.open("w") as out:
        for number in range(places):
            package = "alpha" if number % 2 else "omega"
            for part in range(3):
                numbers = [1.0, *rng.normal(0, 1, len(listed) - 1).tolist()]
                numbers[listed.index("strange")] = 0.0
                right = bool(rng.random() < 1 / (1 + np.exp(-2 * numbers[1])))
                row = {"file": f"files/{package}/m.py", "offset": number, "place": "word", "text": "x" * (9 - part), "numbers": numbers}
                out.write(json.dumps(row | {"right": right, "part": part, "parts": 3, "shown": True}) + "\n")


def test_rows_become_weights_a_report_and_a_picture(tmp_path, capsys):
    listed = rows.names()
    written_rows(tmp_path / "rows.jsonl", listed, 300)
    (tmp_path / "list.txt").write_text("alpha\n=omega\n")
    parser = commands.argparse.ArgumentParser()
    commands.add(parser)

    def run(*arguments: str) -> str:
        commands.run(parser.parse_args([*arguments, "--rows", str(tmp_path / "rows.jsonl"), str(tmp_path / "rows.jsonl")]))
        return capsys.readouterr().out

    fitted = ["fit", "--to", str(tmp_path / "weights.rs"), "--list", str(tmp_path / "list.txt")]
    out = run(*fitted, "--compare")
    first = (tmp_path / "weights.rs").read_text()
    # A place that is in both files counts once.
    assert "learn: 1 packages, 150 places, 450 parts" in out and "check: 1 packages, 150 places" in out
    assert '"variant": "places x sum"' in out
    found = weights.read(first)
    assert list(found) == listed and found["sum"] == pytest.approx(2, abs=0.4) and found["strange"] == 0
    run(*fitted)
    assert (tmp_path / "weights.rs").read_text() == first
    run("picture", "--to", str(tmp_path / "picture.svg"))
    drawn_picture = (tmp_path / "picture.svg").read_text()
    assert "300 places in 2 packages" in drawn_picture and drawn_picture.count("<circle") == 10


def test_rows_of_other_numbers_are_refused(tmp_path):
    (tmp_path / "rows.jsonl").write_text(json.dumps({"file": "a/b.py", "offset": 1, "numbers": [1.0]}) + "\n")
    with pytest.raises(ValueError, match="line 1: 1 numbers, but the product has"):
        rows.read([tmp_path / "rows.jsonl"], rows.names())


def test_the_picture_is_well_formed():
    from xml.etree import ElementTree

    bins = [
        {"from": 0.2, "said": 0.25, "right": 0.3, "places": 40.0, "rows": 80},
        {"from": 0.9, "said": 0.95, "right": 1.0, "places": 10.0, "rows": 12},
    ]
    text = picture.draw(bins, "A title")
    ElementTree.fromstring(text)
    heights = [float(height) for height in re.findall(rf'height="([\d.]+)" fill="{picture.FILL}"', text)]
    assert heights == [picture.BARS, picture.BARS / 4]


BODY = "".join(f"def {{name}}_{i}(values):\n    total = sum(values) * {i}\n    return [total / value for value in values]\n\n\n" for i in range(12))


def test_files_are_chosen_round_the_packages(tmp_path):
    packages = tmp_path / "packages"
    for name, modules in {"alpha": ["one", "two", "three", "test_four", "setup"], "omega": ["five"], "left": ["six"], "refused": ["seven"]}.items():
        for module in modules:
            path = packages / name / name / f"{module}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(BODY.replace("{name}", f"{name}_{module}"))
    (packages / "alpha" / "alpha" / "short.py").write_text("def f():\n    return 1\n" * 6)
    (packages / "omega" / "omega" / "copy.py").write_text((packages / "omega" / "omega" / "five.py").read_text())
    entry = {"files": 9, "bytes": 999, "version": "1.0", "licence": "MIT"}
    entries = [entry | {"name": name, "refused": "GPL" if name == "refused" else ""} for name in ("alpha", "omega", "left", "refused")]
    (packages / "manifest.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    (tmp_path / "list.txt").write_text("alpha\n=omega\nrefused\n")
    report = files.write(packages, tmp_path / "files", 10, 2, tmp_path / "list.txt")
    assert report["packages"] == {"alpha": 2, "omega": 1} and report["dropped"]["duplicate"] == 1
    assert report["dropped"]["unusual"] == 2 and report["dropped"]["size"] == 1
    paths = (tmp_path / "files" / "files.txt").read_text().split()
    used = [json.loads(line) for line in (tmp_path / "files" / "packages.jsonl").read_text().splitlines()]
    assert [(package["name"], package["licence"], package["held_out"], package["files"]) for package in used] == [
        ("alpha", "MIT", False, 2),
        ("omega", "MIT", True, 1),
    ]
    assert [path.split("/")[-2] for path in paths] == ["alpha", "omega", "alpha"] and all(path.endswith(".py") for path in paths)


def test_no_package_is_learned_from_that_the_model_has_seen(tmp_path):
    (tmp_path / "list.txt").write_text("requests\n")
    with pytest.raises(ValueError, match="requests"):
        files.write(tmp_path, tmp_path, 1, 1, tmp_path / "list.txt")
    ours, theirs = ({package.name.lower() for package in files.read_list(path)} for path in (files.LIST, files.TRAINED_ON))
    assert not ours & theirs and any(package.held_out for package in files.read_list(files.LIST))
