"""Turns with conditions: one of two texts, a chain, what to do when something fails."""

from .builder import Parameters, Program, literal
from .phrases import choose
from .wording import pick_name


def decide(program: Program) -> None:
    """Prints or assigns one of two texts."""
    rng = program.rng
    name = program.pick("int", "float", "str", "nums", "words", "counts", "bool")
    kind, ref, parameters = program.kinds[name], program.ref(name), Parameters(program, name)
    if kind in ("int", "float"):
        options = [
            ("is greater than {t}", "{x} > {t}"),
            ("is less than {t}", "{x} < {t}"),
            ("is at least {t}", "{x} >= {t}"),
            ("is positive", "{x} > 0"),
            ("is at most {t}", "{x} <= {t}"),
            ("is negative", "{x} < 0"),
        ]
        if kind == "int":
            options += [
                ("is even", "{x} % 2 == 0"),
                ("is odd", "{x} % 2 == 1"),
                ("is divisible by {k}", "{x} % {k} == 0"),
                ("is equal to {t}", "{x} == {t}"),
            ]
    elif kind == "str":
        options = [
            ("starts with {c}", "{x}.startswith({c})"),
            ("contains {c}", "{c} in {x}"),
            ("has more than {k} characters", "len({x}) > {k}"),
            ("is longer than {k} characters", "len({x}) > {k}"),
            ("ends with {c}", "{x}.endswith({c})"),
            ("is empty", "not {x}"),
            ("is in upper case", "{x}.isupper()"),
        ]
    elif kind == "nums":
        options = [
            ("contains {v}", "{v} in {x}"),
            ("has more than {k} elements", "len({x}) > {k}"),
            ("is sorted", "{x} == sorted({x})"),
            ("contains {num}", "{num} in {x}"),
            ("is empty", "not {x}"),
            ("has duplicates", "len({x}) != len(set({x}))"),
        ]
    elif kind == "words":
        options = [
            ("contains {v}", "{v} in {x}"),
            ("has more than {k} elements", "len({x}) > {k}"),
            ("contains {word}", "{word} in {x}"),
            ("is empty", "not {x}"),
        ]
    elif kind == "counts":
        options = [
            ("contains the key {key}", "{key} in {x}"),
            ("has the key {missing}", "{missing} in {x}"),
            ("has more than {k} entries", "len({x}) > {k}"),
        ]
    else:
        options = [("is true", "{x}")]
    said, test = rng.choice(options)
    said, test = parameters.prompt(said), parameters.code(test)
    first, second = rng.choice(
        (
            ("yes", "no"),
            ("big", "small"),
            ("even", "odd"),
            ("pass", "fail"),
            ("high", "low"),
            ("found", "not found"),
            ("long", "short"),
            ("positive", "negative"),
            ("ok", "error"),
            ("valid", "invalid"),
            ("hot", "cold"),
            ("True", "False"),
            ("open", "closed"),
            ("hello", "goodbye"),
            ("adult", "minor"),
            ("rich", "poor"),
            ("good", "bad"),
            ("present", "missing"),
            ("win", "lose"),
            ("A", "B"),
        )
    )
    if "even" in said:
        first, second = "even", "odd"
    elif "odd" in said:
        first, second = "odd", "even"
    else:
        if first in ("even",):
            first, second = "yes", "no"
    a, b = program.say(first), program.say(second)
    roll = rng.random()
    if roll < 0.5:
        prompt = choose(
            rng,
            f"(If {ref} {said}, print {a}(,|;) otherwise print {b}|If {ref} {said}, print {a}, else print {b}|Print {a} if {ref} {said}(, otherwise|, else| and|, or) {b}( otherwise|)|Check (if|whether) {ref} {said} and print {a} or {b}|Print {a} if {ref} {said} and {b} (otherwise|if not))",
        )
        code = f"if {test}:\n    print({literal(first)})\nelse:\n    print({literal(second)})"
        if ", otherwise" in prompt or ", else" in prompt:
            prompt = prompt.replace(" otherwise otherwise", " otherwise")
            if prompt.endswith(f"{b} otherwise") and (", otherwise" in prompt or ", else" in prompt):
                prompt = prompt[: -len(" otherwise")]
        program.add(prompt, code)
        return
    if roll < 0.65:
        program.add(
            choose(rng, f"(If {ref} {said}, print {a}|Print {a} if {ref} {said}|Print {a} (only |)if {ref} {said})"),
            f"if {test}:\n    print({literal(first)})",
        )
        return
    target = pick_name(program, ["label", "status", "kind", "answer", "size", "message"], name)
    var = program.quoted(target)
    prompt = choose(
        rng,
        f"Set {var} to {a} if {ref} {said}( and (to |)|, otherwise (to |)|, else (to |)){b}|If {ref} {said}, (set|let) {var} (to|be) {a}, otherwise (to|be) {b}|Let {var} be {a} if {ref} {said} and {b} otherwise|(Create|Define) a variable {var} that is {a} if {ref} {said} and {b} otherwise|Assign {a} to {var} if {ref} {said}, otherwise {b}",
    )
    if " and " in prompt and prompt.endswith(b) and "Set" in prompt:
        prompt += " otherwise"
    program.add(prompt, f"{target} = {literal(first)} if {test} else {literal(second)}")
    program.define(target)


def grade(program: Program) -> None:
    """A chain of conditions."""
    rng = program.rng
    name = program.pick("int", "float")
    ref = program.ref(name)
    high, low = rng.choice(((90, 50), (30, 10), (100, 20), (10, 0), (60, 18), (80, 40)))
    three = rng.choice(
        (
            ("high", "medium", "low"),
            ("large", "medium", "small"),
            ("hot", "warm", "cold"),
            ("A", "B", "C"),
            ("gold", "silver", "bronze"),
            ("old", "adult", "young"),
            ("fast", "normal", "slow"),
        )
    )
    a, b, c = (program.say(t) for t in three)
    prompt = choose(
        rng,
        f"Print {a} if {ref} is greater than {high}, {b} if it is greater than {low}, and {c} otherwise|If {ref} is (above|greater than) {high}, print {a}; if it is (above|greater than) {low}, print {b}; otherwise print {c}",
    )
    code = f"if {name} > {high}:\n    print({literal(three[0])})\nelif {name} > {low}:\n    print({literal(three[1])})\nelse:\n    print({literal(three[2])})"
    program.add(prompt, code)


def guard_errors(program: Program) -> None:
    """Tries something that may fail."""
    rng = program.rng
    name = program.pick("int", "str", "counts", "nums", "words")
    kind, ref = program.kinds[name], program.ref(name)
    if kind == "int":
        prompt, code = (
            f"Try to divide {ref} by (zero|0) and print 'error' if (it fails|that fails|this raises an exception)",
            f'try:\n    print({name} / 0)\nexcept ZeroDivisionError:\n    print("error")',
        )
    elif kind == "str":
        target = program.fresh(("number", "value", "result"))
        prompt, code = (
            f"(Try to convert|Convert) {ref} to an integer {target}, (and use|or use|using) 0 if (that fails|it is not a number)",
            f"try:\n    {target} = int({name})\nexcept ValueError:\n    {target} = 0",
        )
        program.add(choose(rng, prompt), code)
        program.define(target)
        return
    elif kind == "counts":
        missing = Parameters(program, name).pair("missing")
        prompt, code = (
            f"(Try to print|Print) the value of {missing[0]} in {ref}, (or|and) print 'missing' if there is no such key",
            f'try:\n    print({name}[{missing[1]}])\nexcept KeyError:\n    print("missing")',
        )
    else:
        index = rng.randint(3, 20)
        prompt, code = (
            f"(Try to print|Print) the element of {ref} at index {index}, (or|and) print 'out of range' if there is none",
            f'try:\n    print({name}[{index}])\nexcept IndexError:\n    print("out of range")',
        )
    program.add(choose(rng, prompt), code)
