"""The second generator: what it composes runs, is what its words say, and is worded in many ways."""

import ast
import random
import re

import pytest

from train.programs.builder import Unsuitable
from train.programs.composed import algorithms, elements, expressions, kinds, operations
from train.programs.composed.compose import composed
from train.programs.composed.style import STORE, Style, asked, slipped
from train.programs.generate import one, runs
from train.programs.phrases import choose


def libraries() -> dict:
    """A namespace with what expressions import."""
    namespace: dict = {}
    for line in expressions.IMPORTS.values():
        if "pandas" not in line:
            exec(line, namespace)
    return namespace


def a_value(rng: random.Random, kind: str):
    """A value of a kind that a table names, or nothing where it takes a library that is not here."""
    numpy = pytest.importorskip("numpy")
    others = {
        "array": lambda: numpy.array(kinds.integers(rng, rng.choice((4, 6)))),
        "array2": lambda: numpy.array(kinds.MAKERS["matrix"](rng)),
        "intcounts": lambda: {1: 2, 5: 1, 7: 3},
        "groups": lambda: {"a": ["apple"], "b": ["banana", "bread"]},
        "intgroups": lambda: {3: ["cat"], 5: ["horse"]},
    }
    return others[kind]() if kind in others else kinds.MAKERS[kind](rng)


@pytest.mark.parametrize("kind", [k for k in operations.operations() if k not in ("frame", "series")])
def test_every_operation_can_be_called_and_its_alternatives_agree(kind):
    wrong = []
    for operation in operations.operations()[kind]:
        if "pandas" in operation.needs:
            continue
        for code in operation.code:
            errors = set()
            for attempt in range(300):
                rng = random.Random(attempt)
                namespace, operands = libraries(), []
                for name, taken in zip("pq", operation.takes):
                    namespace[name] = a_value(rng, taken)
                    operands.append(expressions.variable(rng, taken, name, namespace[name], name))
                try:
                    state = rng.getstate()
                    found = []
                    for body in (code, operation.code[0]):
                        rng.setstate(state)
                        only = operations.Operation(
                            operation.takes, operation.gives, operation.noun, operation.verb, (body,), operation.names, operation.needs
                        )
                        found.append(expressions.call(rng, only, operands, namespace, Style(rng).text))
                except Unsuitable as unsuitable:
                    errors.add(str(unsuitable))
                    continue
                one_value, other = found[0].value, found[1].value
                assert str(one_value) == str(other) or one_value == pytest.approx(other), (operation, one_value, other)
                assert not re.search(r"\{\w+[*/]?\}", found[0].noun + found[0].verb), found[0]
                break
            else:
                wrong.append((operation.takes, code, errors))
    assert not wrong


def test_every_mapping_and_predicate_is_code():
    for rows in (*elements.mappings().values(), *elements.predicates().values()):
        for row in rows:
            kind = kinds.LIST_OF[row.takes]
            done = 0
            for attempt in range(40):
                rng = random.Random(attempt)
                value = kinds.MAKERS[kind](rng)
                constants = kinds.Constants(rng, value, repr)
                try:
                    for code in row.code:
                        filled = expressions.fill(code, lambda field: "x" if field == "x" else constants[field][0])
                        eval(filled, {"x": value[0]})
                        done += 1
                except (Unsuitable, IndexError, ValueError):
                    continue
            assert done, row


def test_every_algorithm_s_bodies_agree():
    for entry in algorithms.table():
        results = []
        for body in entry.bodies:
            namespace: dict = {}
            code = f"def {entry.names[0]}({', '.join(entry.parameters)}):\n" + "\n".join("    " + line for line in body.split("\n"))
            exec(code, namespace)
            rng, found = random.Random(1), []
            for _ in range(12):
                arguments = [algorithms.MAKERS[maker][1](rng) for maker in entry.makers]
                result = namespace[entry.names[0]](*arguments)
                # Two numbers with a sum may be others for another body; that there are any is the same.
                found.append(result is None if entry.names[0] == "two_sum" else sorted(result) if entry.names[0] == "prime_factors" else result)
            results.append(found)
        for other in results[1:]:
            assert other == results[0] or other == [pytest.approx(value) for value in results[0]], entry.names


def test_loops_give_what_comprehensions_give():
    checked = 0
    for seed in range(400):
        rng = random.Random(seed)
        kind = rng.choice(("ints", "strs"))
        value = kinds.MAKERS[kind](rng)
        namespace = libraries() | {"values": value}
        leaf = expressions.variable(rng, kind, "values", value, "values")
        try:
            node = rng.choice((expressions.mapped, expressions.filtered))(rng, leaf, namespace, Style(rng).text)
        except Unsuitable:
            continue
        if node.statement:
            exec(node.statement.replace("{r}", "found"), namespace)
            assert namespace["found"] == node.value, node
            checked += 1
    assert checked > 150


def test_a_nested_expression_is_put_in_parentheses_where_it_must_be():
    rng = random.Random(0)
    namespace = {"a": 7, "b": 3}
    a, b = (expressions.variable(rng, "int", name, namespace[name], name) for name in "ab")
    table = {op.noun: op for op in operations.operations()["int"]}
    total = expressions.call(rng, table["sum of {0} and {1}"], [a, b], namespace, repr)
    product = expressions.call(rng, table["product of {0} and {1}"], [total, b], namespace, repr)
    assert total.code == "a + b" and product.code == "(a + b) * b" and product.value == 30
    larger = expressions.call(rng, table["(larger|greater|maximum) of {0} and {1}"], [total, b], namespace, repr)
    assert larger.code == "max(a + b, b)"
    assert product.noun.startswith("the product of the sum of ") and product.size == 2


def test_programs_print_last_and_name_what_they_store():
    stored = said = 0
    for seed in range(150):
        rng = random.Random(seed)
        try:
            program = composed(rng, 4)
        except Unsuitable:
            continue
        assert "print(" in program.turns[-1].code
        for turn in program.turns:
            tree = ast.parse(turn.code)
            last = tree.body[-1]
            if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
                stored += 1
                said += re.search(rf"\b{last.targets[0].id}\b", turn.prompt) is not None
    assert stored > 200 and said > 0.85 * stored


@pytest.mark.parametrize("kind", ["composed", "exercises", "objects"])
def test_nearly_all_programs_run(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [one(kind, 7, index) for index in range(300)]
    made = [document for document in made if document]
    assert len(made) > 270 and sum(document.kind == "failed" for document in made) <= 3
    assert len({document.text for document in made}) > 0.98 * len(made)


def test_a_program_that_never_ends_while_it_is_composed_is_given_up(monkeypatch):
    from train.programs import generate

    def endless(rng):
        try:
            while True:
                pass
        except Exception as error:
            raise Unsuitable from error

    monkeypatch.setitem(generate.KINDS, "composed", endless)
    monkeypatch.setattr(generate, "TIME_LIMIT", 0.05)
    assert generate.one("composed", 1, 1).kind == "failed"


def test_examples_of_an_exercise_are_its_results(tmp_path, monkeypatch):
    import doctest

    monkeypatch.chdir(tmp_path)
    tried = 0
    for index in range(60):
        document = one("exercises", 5, index)
        if document is None or document.kind == "failed" or ">>>" not in document.text:
            continue
        namespace: dict = {}
        exec(document.text, namespace)
        examples = doctest.DocTestParser().get_examples("\n".join(line.strip() for line in document.text.split("\n") if ">>>" in line))
        lines = [line.strip() for line in document.text.split("\n")]
        for number, line in enumerate(lines):
            if line.startswith(">>> "):
                assert repr(eval(line[4:], namespace)) == lines[number + 1], document.text
                tried += 1
        assert examples
    assert tried > 30


def test_prompts_are_worded_in_many_ways_and_stay_true_to_names_and_values():
    openings = set()
    for seed in range(300):
        rng = random.Random(seed)
        style = Style.drawn(rng)
        prompt = style.prompt(STORE[style.way()], "the sum of xs", "add up xs", style.name("total"))
        assert "total" in prompt and "{" not in prompt
        openings.add(prompt.split()[0].lower())
    assert len(openings) > 20


def test_nouns_get_one_article_and_plurals_their_verb():
    rng = random.Random(0)
    namespace = {"n": 12}
    n = expressions.variable(rng, "int", "n", 12, "n")
    rest, said = next(op for op in operations.operations()["int"] if "modulo" in op.noun), set()
    for seed in range(30):
        try:
            said.add(expressions.call(random.Random(seed), rest, [n], namespace, repr).noun)
        except Unsuitable:
            continue
    assert any(noun.startswith("the remainder of") for noun in said) and any(noun.startswith(n.noun) for noun in said)
    assert not any(noun.startswith((f"the {n.noun}", "the the")) for noun in said)
    style = Style(rng, manner="question")
    assert style.prompt(("What is {noun}?",), "the divisors of n", "") == "What are the divisors of n?"
    assert style.prompt(("What's {noun}?",), "the sum of xs", "") == "What's the sum of xs?"


def test_questions_and_slips():
    assert asked("whether x is even") == "Is x even?" and asked("whether s contains 'a'") == "Does s contain 'a'?"
    assert asked("whether there are any even numbers in xs") == "Are there any even numbers in xs?" or asked(
        "whether there are any even numbers in xs"
    ).startswith("Is")
    rng = random.Random(1)
    wrong = {slipped(rng, "Compute the average of readings in `readings`", {"readings"}) for _ in range(40)}
    assert all(text.endswith("of readings in `readings`") and text != "Compute the average of readings in `readings`" for text in wrong)
    assert runs("x = 1") == "" and choose(rng, "(a|a)") == "a"
