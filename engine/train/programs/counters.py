"""Programs that set up counters and change them in loops."""

import keyword
import random

from . import values
from .builder import Program, Unsuitable, literal
from .phrases import choose
from .render import Document, file, history


def loop_state(rng: random.Random) -> Document:
    """Programs that set up counters and change them in loops, the way simulations and sums are written turn by turn."""
    program = Program(rng, numpy=rng.random() < 0.55)
    q = program.quoted
    used: set[str] = {"i", "j", "n"}

    def named(*pool: str) -> str:
        for _ in range(20):
            name = program.novel_name(plural=pool[0] == "words") or rng.choice(pool)
            if name not in used and (pool[0] != "words" or values.singular(name) not in ("", *keyword.kwlist)):
                used.add(name)
                return name
        raise Unsuitable

    counter = named("total", "count", "result", "score", "balance", "s", "steps", "acc")
    start = rng.choice((0, 0, 0, 1, 10, 100))
    n = rng.randint(2, 9)
    kind = rng.choice(("for", "while", "nested", "interest", "index", "dict", "string"))
    if kind in ("for", "nested", "index"):
        start = 0
    if kind == "for":
        limit = named("n", "m", "limit", "size", "top", "end")
        program.add(choose(rng, f"Set {q(limit)} to {n}|Let {q(limit)} be {n}|Assign {n} to {q(limit)}|Define {q(limit)} as {n}"), f"{limit} = {n}")
        program.add(
            choose(
                rng,
                f"Set {q(counter)} to {start}|Let {q(counter)} be {start}|Initialize {q(counter)} (to|with) {start}|Start with {q(counter)} (equal to|at|=) {start}",
            ),
            f"{counter} = {start}",
        )
        text, body = rng.choice(
            (
                ("add i to X", "X += i"),
                ("add i squared to X", "X += i ** 2"),
                ("add twice i to X", "X += 2 * i"),
                ("increase X by i", "X += i"),
                ("add i times i to X", "X += i * i"),
            )
        )
        program.add(
            choose(
                rng,
                f"For (every|each) i from 1 to {q(limit)}, {text}|(Use|Write) a (for |)loop over the numbers i from 1 to {q(limit)} to {text}|Loop over i from 1 to {q(limit)} and {text}",
            ).replace("X", q(counter)),
            f"for i in range(1, {limit} + 1):\n    " + body.replace("X", counter),
        )
    elif kind == "nested":
        program.add(choose(rng, f"Set n to {n}|Let n be {n}|Assign {n} to n"), f"n = {n}")
        program.add(choose(rng, f"Set {q(counter)} to 0|Let {q(counter)} be 0|Initialize {q(counter)} to 0"), f"{counter} = 0")
        text, body = rng.choice((("i plus j", "i + j"), ("i times j", "i * j"), ("the larger of i and j", "max(i, j)"), ("1", "1")))
        program.add(
            choose(
                rng,
                f"For (each|every) i from 1 to n and (each|every) j from 1 to n, add {text} to {q(counter)}|(Use|Write) two (nested |)loops over i and j from 1 to n (that add|to add) {text} to {q(counter)}",
            ),
            f"for i in range(1, n + 1):\n    for j in range(1, n + 1):\n        {counter} += {body}",
        )
    elif kind == "while":
        limit, k = rng.randint(10, 60), rng.randint(2, 7)
        variable = named("x", "value", "money", "water", "rest")
        program.add(
            choose(rng, f"Set {q(variable)} to {limit}|Let {q(variable)} be {limit}|Assign {limit} to {q(variable)}"), f"{variable} = {limit}"
        )
        program.add(choose(rng, f"Set {q(counter)} to 0|Let {q(counter)} be 0|Initialize {q(counter)} (to|with) 0"), f"{counter} = 0")
        text, body, test, said = rng.choice(
            (
                (f"subtract {k} from X", f"X -= {k}", "X > 0", "(greater than|above) 0"),
                ("halve X (with integer division|using integer division)", "X //= 2", "X > 1", "(greater than|above) 1"),
                (f"divide X by {k} (with|using) integer division", f"X //= {k}", f"X >= {k}", f"at least {k}"),
            )
        )
        program.add(
            choose(
                rng,
                f"While {q(variable)} is {said}, {text} and (add 1 to|increase|increment) COUNTER( by 1|)|(Use|Write) a while loop that runs while {q(variable)} is {said}; in it {text} and add 1 to COUNTER",
            )
            .replace("increase COUNTER and", "increase COUNTER by 1 and")
            .replace("X", q(variable))
            .replace("add 1 to COUNTER by 1", "add 1 to COUNTER")
            .replace("COUNTER", q(counter)),
            f"while {test.replace('X', variable)}:\n    {body.replace('X', variable)}\n    {counter} += 1",
        )
    elif kind == "interest":
        counter = named("balance", "savings", "amount", "population", "price", "value")
        years = rng.choice(("years", "months", "days", "rounds"))
        pct = rng.choice((2, 3, 5, 10, 20))
        up = rng.random() < 0.7
        program.add(
            choose(rng, f"Set {q(counter)} to {n * 100}|Let {q(counter)} be {n * 100}|Assign {n * 100} to {q(counter)}"), f"{counter} = {n * 100}"
        )
        program.add(choose(rng, f"Set {q(years)} to {n}|Let {q(years)} be {n}|Assign {n} to {q(years)}"), f"{years} = {n}")
        program.add(
            choose(
                rng,
                f"(Use|Write) a (for |)loop to {'increase' if up else 'reduce'} {q(counter)} by {pct} percent (for each of the {q(years)}|{q(years)} times|as many times as {q(years)} says)|For each of the {q(years)}, {'increase' if up else 'reduce'} {q(counter)} by {pct} percent|Repeat {q(years)} times: {'increase' if up else 'reduce'} {q(counter)} by {pct} percent",
            ),
            f"for _ in range({years}):\n    {counter} *= {literal(round(1 + pct / 100 if up else 1 - pct / 100, 2))}",
        )
        program.add(choose(rng, f"Round {q(counter)} to (2|two) decimals( places|)"), f"{counter} = round({counter}, 2)")
    else:
        name = named("words", "items", "names", "fruits", "colors")
        given = values.word_list(rng, name)
        e = values.singular(name)
        used.add(e)
        program.add(
            choose(
                rng,
                f"Assign (the list |){program.say(given)} to {q(name)}|Let {q(name)} be (the list |){program.say(given)}|(Create|Define) a list {q(name)} (with|containing) {program.say(given)}|Store {program.say(given)} in {q(name)}",
            ),
            f"{name} = {literal(given)}",
        )
        if kind == "dict":
            target = named("counts", "lengths", "seen", "index")
            program.add(
                choose(
                    rng,
                    f"(Create|Make|Define) an empty (dictionary|dict) (named |called |){q(target)}|Let {q(target)} be an empty (dictionary|dict)|Initialize {q(target)} (to|as) an empty (dictionary|dict)",
                ),
                f"{target} = {{}}",
            )
            text, body = rng.choice(
                (
                    ("increase its count in TARGET( by (1|one)|)|add (1|one) to its count in TARGET", f"{target}[{e}] = {target}.get({e}, 0) + 1"),
                    ("store its length in TARGET|set its value in TARGET to its length", f"{target}[{e}] = len({e})"),
                    ("set its value in TARGET to its first letter|store its first letter in TARGET", f"{target}[{e}] = {e}[0]"),
                )
            )
            program.add(
                choose(rng, f"For (each|every) {e} in {q(name)}, ({text})|Loop over {q(name)} and for (each|every) {e} ({text})").replace(
                    "TARGET", q(target)
                ),
                f"for {e} in {name}:\n    {body}",
            )
        elif kind == "string":
            target = named("text", "line", "result", "message")
            program.add(
                choose(rng, f"Set {q(target)} to an empty string|Let {q(target)} be an empty string|(Create|Define) an empty string {q(target)}"),
                f'{target} = ""',
            )
            text, body = rng.choice(
                (
                    (f"add (each|every) {e} to TARGET", f"{target} += {e}"),
                    (f"add the first letter of (each|every) {e} to TARGET", f"{target} += {e}[0]"),
                    (f"add (each|every) {e} followed by a space to TARGET", f'{target} += {e} + " "'),
                    (f"add (each|every) {e} followed by a comma to TARGET", f'{target} += {e} + ","'),
                )
            )
            program.add(
                choose(rng, f"Loop over {q(name)} and ({text})|(Use|Write) a (for |)loop over {q(name)} to ({text})").replace("TARGET", q(target)),
                f"for {e} in {name}:\n    {body}",
            )
        else:
            target = named("lines", "result", "labels", "entries")
            program.add(
                choose(
                    rng,
                    f"(Create|Make|Define) an empty list (named |called |){q(target)}|Let {q(target)} be an empty list|Initialize {q(target)} (to|as) an empty list",
                ),
                f"{target} = []",
            )
            first = rng.choice((0, 1))
            suffix = ", start=1" if first else ""
            said = choose(rng, "(starting (from|at|with) 1|counting from 1)") if first else ""
            text, body = rng.choice(
                (
                    (f"append (a string|strings|texts) like '1. {e}'", f'f"{{i}}. {{{e}}}"'),
                    (f"append (a string|strings|texts) like '1: {e}'", f'f"{{i}}: {{{e}}}"'),
                    (f"append (a tuple|tuples) of the index and the {e}", f"(i, {e})"),
                    (f"append the {e} followed by its index", f"{e} + str(i)"),
                )
            )
            program.add(
                choose(
                    rng,
                    f"Loop over {q(name)} with (the |their |)(index|indices) {said} and {text} to TARGET|For (each|every) {e} in {q(name)} and its index {said}, {text} to TARGET",
                ).replace("TARGET", q(target)),
                f"for i, {e} in enumerate({name}{suffix}):\n    {target}.append({body})",
            )
        counter = target
    program.define(counter)
    value = program.namespace[counter]
    if isinstance(value, list) and rng.random() < 0.4:
        end = rng.choice(("last", "first"))
        program.add(choose(rng, f"(Print|Show) the {end} element of {q(counter)}"), f"print({counter}[{-1 if end == 'last' else 0}])")
    elif isinstance(value, (int, float)) and rng.random() < 0.3:
        program.add(f"Print {q(counter)} times 2", f"print({counter} * 2)")
    else:
        program.add(choose(rng, f"(Print|Show|Display) (the value of |){q(counter)}"), f"print({counter})")
    return history(program) if rng.random() < 0.75 else file(program, rng)
