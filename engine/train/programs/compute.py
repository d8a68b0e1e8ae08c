"""Turns made of a row of the tables: compute it, print it, or change a value in place."""

from . import tables
from .builder import Parameters, Program, Unsuitable
from .phrases import choose, fill
from .wording import COMPUTE, NAMED_WITH, SHOW, STORE, TRUTH, names_of, pick_name, spoken


def draw_row(program: Program):
    """A row that fits a variable of the program, its parameters, and the variable."""
    rng, pair_rows = program.rng, tables.pair_rows()
    if rng.random() < 0.2 and len(program.order) > 1:
        first, second = rng.choice(program.order), rng.choice(program.order[-3:])
        kinds = [(a, b) for a in kinds_of(program.kinds[first]) for b in kinds_of(program.kinds[second]) if (a, b) in pair_rows]
        if first != second and kinds:
            row = rng.choice(pair_rows[rng.choice(kinds)])
            parameters = Parameters(program, first, second)
            guard(program, row, first, second)
            return row, parameters, first
    name = program.pick(*tables.rows())
    row = rng.choice(tables.rows()[program.kinds[name]])
    guard(program, row, name, "")
    return row, Parameters(program, name), name


def kinds_of(kind: str) -> tuple[str, ...]:
    return (kind, "num") if kind in ("int", "float") else (kind,)


def guard(program: Program, row: tables.Row, name: str, other: str) -> None:
    """Refuses a row whose needs the program cannot meet, and imports what it needs."""
    value = program.namespace[name]
    for need in row.needs.split():
        if need == "small" and not (0 < (program.namespace[other] if other else value) <= 30):
            raise Unsuitable
        elif need == "nonzero" and not program.namespace[other]:
            raise Unsuitable
        elif need == "pos" and value < 0:
            raise Unsuitable
        elif need == "square" and len(value) != len(value[0]):
            raise Unsuitable
        elif need == "numpy" and not program.numpy and program.rng.random() < 0.7:
            raise Unsuitable
        program.need(need)


def compute(program: Program) -> None:
    """Names what is to be computed, and where it goes."""
    rng = program.rng
    row, parameters, source = draw_row(program)
    phrase, expression = parameters.prompt(row.phrase), parameters.code(row.expression)
    names = names_of(row.names, parameters)
    truth = phrase.startswith(("whether ", "if ", "how "))
    roll = rng.random()
    if roll < 0.62:
        name = pick_name(program, names, source)
        if truth:
            template = f"({TRUTH}|Find out) {{np}} {STORE}"
            if phrase.startswith("how "):
                template = f"(Count|Find out) {{np}} {STORE}"
        else:
            template = rng.choice((f"{COMPUTE} {{np}} {STORE}", f"{COMPUTE} {{np}} {STORE}", NAMED_WITH, NAMED_WITH))
            if phrase.startswith("a "):
                template = rng.choice((f"(Create|Build|Make) {{np}} {STORE}", "(Create|Build|Make) {np} (named|called) {v}", NAMED_WITH))
            elif phrase.startswith("'"):
                template = NAMED_WITH
        prompt = fill(choose(rng, template), {"np": phrase, "v": program.quoted(name)})
        code, said = f"{name} = {expression}", ""
    else:
        name = program.fresh(names[:1] or ["result"])
        verb = TRUTH if truth else "(Create|Build|Make)" if phrase.startswith("a ") else COMPUTE
        if phrase.startswith(("how ", "'")):
            raise Unsuitable
        prompt, code = choose(rng, verb) + " " + phrase, f"{name} = {expression}"
        said = spoken(program, name)
    if roll > 0.9 or (roll < 0.62 and rng.random() < 0.12):
        prompt += choose(rng, " and print (it|the result|it)")
        code += f"\nprint({name})"
    program.add(prompt, code)
    program.define(name, said)


def show(program: Program) -> None:
    """Prints something that is computed on the spot."""
    row, parameters, _ = draw_row(program)
    phrase, expression = parameters.prompt(row.phrase), parameters.code(row.expression)
    if phrase.startswith("how ") or phrase.startswith("'"):
        raise Unsuitable
    verb = choose(program.rng, SHOW)
    if program.rng.random() < 0.3 and not phrase.startswith(("whether", "if")):
        verb = choose(program.rng, "(Compute|Calculate|Find|Determine)") + " " + phrase + " and print it"
        phrase = ""
    program.add(f"{verb} {phrase}".strip(), f"print({expression})")


def act(program: Program) -> None:
    """Changes a value in place, or names where the changed one goes."""
    rng = program.rng
    name = program.pick(*tables.actions())
    action = rng.choice(tables.actions()[program.kinds[name]])
    if action.statement.endswith(".split()") and rng.random() < 0.9:
        target = program.fresh(("words", "parts"))
        parameters = Parameters(program, name)
        prompt, code = parameters.prompt(action.phrase), f"{target} = {parameters.code(action.expression)}"
        named = rng.random() < 0.6
        if named:
            prompt += " " + fill(choose(rng, STORE.replace("(it|the result)", "(them|the result)")), {"v": program.quoted(target)})
        program.add(prompt, code)
        program.define(target, "" if named else "the words")
        return
    parameters = Parameters(program, name)
    prompt = parameters.prompt(action.phrase)
    if action.expression and rng.random() < 0.4:
        target = pick_name(program, ["result", "new_" + name, "updated", "changed"], name)
        prompt += " " + fill(choose(rng, STORE), {"v": program.quoted(target)})
        program.add(prompt, f"{target} = {parameters.code(action.expression)}")
        program.define(target)
        return
    if ".clear()" in action.statement:
        raise Unsuitable
    code = parameters.code(action.statement)
    if rng.random() < 0.12:
        prompt += choose(rng, " and print (it|the result)")
        code += f"\nprint({name})"
    program.add(prompt, code)
    program.define(name, program.phrase_of.get(name, ""))


def act_with(program: Program) -> None:
    """Changes a value in place by another variable."""
    rng = program.rng
    if len(program.order) < 2:
        raise Unsuitable
    first, second = rng.sample(program.order, 2)
    found = tables.pair_actions().get((program.kinds[first], program.kinds[second]))
    if not found:
        raise Unsuitable
    action = rng.choice(found)
    guard(program, action, first, second)
    parameters = Parameters(program, first, second)
    prompt, name = parameters.prompt(action.phrase), first
    if action.expression and rng.random() < 0.3:
        name = pick_name(program, ["result", "new_" + first, "updated"], first)
        prompt += " " + fill(choose(rng, STORE), {"v": program.quoted(name)})
        program.add(prompt, f"{name} = {parameters.code(action.expression)}")
    else:
        program.add(prompt, parameters.code(action.statement))
    program.define(name, program.phrase_of.get(name, ""))
