"""Generated programs: deterministic, executed, varied; and the development set, whose solutions give the answers that it states."""

import datetime
import hashlib
import json
import random
import re
import time
from dataclasses import asdict

import numpy
import pytest

from train.evaluate import turns
from train.programs import tables, verbs
from train.programs.builder import Parameters, Program, Unsuitable, literal
from train.programs.generate import KINDS, _TooLong, limited, one, runs, write
from train.programs.phrases import choose, fill, protect, sentence


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_programs_run_and_are_the_same_for_the_same_seed(kind):
    made = [one(kind, 3, index) for index in range(60)]
    again = [one(kind, 3, index) for index in range(60)]
    assert [d and d.text for d in made] == [d and d.text for d in again]
    made = [d for d in made if d]
    assert len(made) > 50 and sum(d.kind == "failed" for d in made) <= 1
    assert len({d.text for d in made}) > 50


# The first 60 documents of seed 7, of each kind. A change to a table changes them, and then these; moving one does not.
DIGESTS = {
    "turns": "839e52d3cb458313",
    "functions": "05589e48fd0c6805",
    "classes": "021de913a17243e0",
    "loops": "4daafa1b3229e8ee",
    "basics": "a15a051e240bdc52",
    "composed": "30dc9e3b7ac1a204",
    "exercises": "a23d97f4b7848eb1",
    "objects": "e7ee12c7c1ab97e7",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_texts_that_it_always_gave(kind):
    digest = hashlib.sha256()
    for index in range(60):
        document = one(kind, 7, index)
        digest.update(json.dumps(asdict(document) if document else None, ensure_ascii=False).encode())
    assert digest.hexdigest()[:16] == DIGESTS[kind]


def test_a_text_is_stopped_by_what_it_computes_and_not_by_how_long_it_waits():
    with limited():
        time.sleep(2.1)
    with pytest.raises(_TooLong), limited(0.2):
        while True:
            pass
    with pytest.raises(_TooLong), limited(0.05):
        time.sleep(60)


def test_prompts_are_marked_from_after_their_sign_to_the_line_end():
    for index in range(30):
        document = one("turns", 5, index)
        for begin, end in document.prompts if document else ():
            assert document.text[begin - 1] == "#" and document.text[end - 1] == "\n"


def test_most_rows_of_the_tables_can_be_used():
    """Every row is put to a value of its kind; a row whose expression fails or whose fields are unknown is a slip in the tables."""
    from train.programs.functions import sample

    wrong = []
    for kind in ("nums", "words", "str", "int", "float", "counts", "matrix", "records", "pairs"):
        for row in tables.rows()[kind]:
            done, error = 0, ""
            for attempt in range(12):
                rng = random.Random(attempt)
                program = Program(rng)
                program.need("numpy", *row.needs.split())
                program.namespace["given"], program.kinds["given"] = sample(rng, kind, "prices"), kind
                parameters = Parameters(program, "given")
                try:
                    parameters.prompt(row.phrase)
                    eval(parameters.code(row.expression), program.namespace)
                    done += 1
                except Unsuitable as unsuitable:
                    error = str(unsuitable)
                except Exception as failure:
                    error = f"{type(failure).__name__}: {failure}"
            if not done:
                wrong.append((kind, row.expression, error))
    assert not wrong


def a_value(rng: random.Random, kind: str):
    from train.programs.functions import sample

    others = {
        "num": lambda: rng.choice((3, 12, 7.5)),
        "set": lambda: {4, 9, rng.randint(10, 20)},
        "tuple": lambda: (3, 8, rng.randint(1, 9)),
        "array": lambda: numpy.array([2, 9, rng.randint(3, 8)]),
        "date": lambda: datetime.date(2024, 2, rng.randint(1, 28)),
    }
    return others[kind]() if kind in others else sample(rng, kind, "prices")


def test_every_verb_can_be_used():
    single, double = verbs._tables()
    cases = [((kind,), row) for kind, rows in single.items() for row in rows] + [(kinds, row) for kinds, rows in double.items() for row in rows]
    assert len(cases) > 200
    wrong = []
    for kinds, (verb, expression, names, said, needs) in cases:
        errors = set()
        for attempt in range(12):
            program = Program(random.Random(attempt))
            program.need("numpy", "timedelta", *needs.split())
            for name, kind in zip(("given", "other"), kinds):
                program.namespace[name], program.kinds[name] = a_value(program.rng, kind), "int" if kind == "num" else kind
            parameters = Parameters(program, "given", "other" if len(kinds) > 1 else "")
            try:
                parameters.prompt(verb)
                eval(parameters.code(expression), program.namespace)
                assert all(parameters.prompt(text) for text in (*names, *said))
                break
            except Unsuitable as unsuitable:
                errors.add(str(unsuitable))
            except Exception as failure:
                errors.add(f"{type(failure).__name__}: {failure}")
        else:
            wrong.append((kinds, expression, errors))
    assert not wrong


def test_a_program_that_fails_or_does_not_end_is_found_out():
    assert runs("1 / 0").startswith("ZeroDivisionError")
    assert runs("while True: pass").startswith("_TooLong")
    assert runs("import sys; sys.exit(1)").startswith("SystemExit")
    assert runs("x = 1") == ""


def test_written_files_hold_every_text_once(tmp_path):
    kinds = write(str(tmp_path / "out.jsonl"), "loops", 1, 40, workers=1)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len(lines) == sum(kinds.values()) - kinds["failed"] and len({line["text"] for line in lines}) == len(lines)


def test_templates():
    rng = random.Random(1)
    assert {choose(rng, "a (b|c(d|e)|)") for _ in range(99)} == {"a b", "a cd", "a ce", "a "}
    assert sentence(choose(rng, "f\\(x\\) of " + protect("(1|2)"))) == "f(x) of (1|2)"
    assert fill('f"{{x}} is {y}"', {"x": "total", "y": 3}) == 'f"{total} is 3"'
    assert literal({"a": ["it's", (1,)]}) == '{"a": ["it\'s", (1,)]}'


def solutions() -> list[tuple[turns.Problem, list[str]]]:
    known = {record["id"]: record["turns"] for record in map(json.loads, turns.SOLUTIONS.read_text().splitlines())}
    return [(problem, known[problem.id]) for problem in turns.problems()]


def test_the_development_set_has_its_size_and_shape():
    found = turns.problems()
    assert len(found) >= 100 and len({p.name for p in found}) == len(found)
    for problem in found:
        assert 3 <= len(problem.prompts) <= 6 and len(problem.inputs) == len(problem.outputs) == 3
        for given in problem.inputs:
            assert all(prompt.format(**given) for prompt in problem.prompts)


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, 4))])
def test_the_reference_solutions_give_the_stated_answers(part):
    for problem, codes in solutions()[part::4]:
        for given, expected in zip(problem.inputs, problem.outputs):
            filled = [re.sub(r"\$([A-Z])", lambda match: repr(given[match.group(1)]), code) for code in codes]
            assert all(turns.truncated(code) == code for code in filled), problem.name
            assert turns.equivalent(turns.answer(turns.PREAMBLE + "\n\n".join(filled)), expected), problem.name


def test_answers_are_compared_as_the_benchmark_does():
    assert turns.equivalent(["5"], 5) and turns.equivalent([[1, [2, 3]]], [1, [2, 3]]) and turns.equivalent([0.1 + 0.2], 0.3)
    assert turns.equivalent([True], True) and not turns.equivalent([1], True)
    assert not turns.equivalent([], None) and not turns.equivalent(["x"], 5) and not turns.equivalent([[1]], [1, 2])
    assert turns.answer("print(1)\nprint((2, 3), 4)\nraise ValueError") == [[2, 3]]
    assert turns.answer("x = 5\nx + 1") == [6] and turns.answer("x = (") == []


def test_a_turn_is_truncated_as_in_the_paper():
    assert turns.truncated("x = 1\nprint(x)\nprint(2)\n") == "x = 1\nprint(x)"
    assert turns.truncated("x = 1\n# Next.\ny = 2") == "x = 1"
    assert turns.truncated("x = 1\n\n\ny = 2") == "x = 1"
    assert turns.truncated("def f():\n    return 1\n\ndef g():\n    return 2") == "def f():\n    return 1"
