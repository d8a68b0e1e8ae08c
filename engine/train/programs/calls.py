"""Turns that define small functions, and turns that call them."""

from . import tables, values
from .builder import Parameters, Program, Unsuitable, literal
from .compute import guard
from .phrases import choose, fill
from .wording import STORE, item_word, names_of, pick_name


def function(program: Program) -> None:
    """Defines a small function of one value; a later turn calls it."""
    rng = program.rng
    kind = rng.choice([k for k in ("nums", "words", "str", "int", "float", "counts") if program.of_kind(k)] or [""])
    if not kind:
        raise Unsuitable
    name = rng.choice(program.of_kind(kind))
    row = rng.choice(tables.rows()[kind])
    guard(program, row, name, "")
    parameter = {
        "nums": rng.choice(("numbers", "values", "nums", "items", "lst")),
        "words": rng.choice(("words", "strings", "items", "names")),
        "str": rng.choice(("text", "s", "string", "word")),
        "int": rng.choice(("n", "x", "number", "num", "value")),
        "float": rng.choice(("x", "value", "amount")),
        "counts": rng.choice(("d", "mapping", "data")),
    }[kind]
    local = Program(rng, quote="")
    local.quote, local.string_quote = program.quote, program.string_quote
    local.namespace[parameter] = program.namespace[name]
    local.kinds[parameter] = kind
    parameters = Parameters(local, parameter)
    parameters.drawn["x"] = (program.quoted(parameter), parameter)
    phrase, expression = parameters.prompt(row.phrase), parameters.code(row.expression)
    if phrase.startswith(("how ", "'")):
        raise Unsuitable
    names = names_of(row.names, parameters)
    head = (names or ["compute"])[0].rstrip("_")
    truth = phrase.startswith(("whether", "if"))
    target = program.fresh(
        [
            rng.choice((f"get_{head}", f"find_{head}", f"compute_{head}", head if head != parameter else f"get_{head}")) if not truth else head,
            f"get_{head}",
            rng.choice("fgh"),
            "func",
            "compute",
        ]
    )
    noun = {
        "nums": "a list of numbers",
        "words": "a list of strings",
        "str": "a string",
        "int": "a number",
        "float": "a number",
        "counts": "a dictionary",
    }[kind]
    verb = "(returns|computes and returns|gives back)" if not truth else "(returns|checks)"
    prompt = choose(
        rng,
        f"(Define|Write|Create) a function (named |called |){program.quoted(target)} that takes {noun} {program.quoted(parameter)} and {verb} NP|(Define|Write) a function {target}\\({parameter}\\) that {verb} NP|Define a function {program.quoted(target)} with (a|one) parameter {program.quoted(parameter)} that {verb} NP",
    ).replace("NP", phrase)
    program.add(prompt, f"def {target}({parameter}):\n    return {expression}")
    program.functions[target] = (kind, names[0] if names else "result")


def call(program: Program) -> None:
    """Calls a function of the program."""
    rng = program.rng
    usable = [(f, k) for f, (k, _) in program.functions.items() if program.of_kind(k)]
    if not usable:
        raise Unsuitable
    target, kind = rng.choice(usable)
    name = rng.choice(program.of_kind(kind))
    ref, function_name = program.quoted(name), program.quoted(target) if rng.random() < 0.7 else target + "\\(\\)"
    roll = rng.random()
    if roll < 0.45:
        result = pick_name(program, [program.functions[target][1], "result"], name)
        prompt = choose(
            rng,
            f"(Call|Use|Apply) {function_name} (with|on|for) {ref} {STORE}|Apply {function_name} to {ref} {STORE}|Call {function_name} with {ref} {STORE}",
        )
        program.add(fill(prompt, {"v": program.quoted(result)}), f"{result} = {target}({name})")
        program.define(result)
    elif roll < 0.9:
        program.add(
            choose(
                rng,
                f"(Call|Use) {function_name} (with|on) {ref} and print the result|Print the result of (calling |applying |){function_name} (on|with|for|to) {ref}|Print {target}\\({name}\\)|Print the result of {function_name} for {ref}",
            ),
            f"print({target}({name}))",
        )
    else:
        value = program.namespace[name]
        lists = {"int": "nums", "float": "nums", "str": "words"}.get(kind)
        if not lists or not program.of_kind(lists):
            raise Unsuitable(str(value))
        source = rng.choice(program.of_kind(lists))
        e = program.element(source)
        result = pick_name(program, ["results", "values", "mapped"], source)
        program.add(
            choose(
                rng,
                f"Apply {function_name} to (each|every) {item_word(program, source)} (in|of) {program.ref(source)} and store the results in {program.quoted(result)}",
            ),
            f"{result} = [{target}({e}) for {e} in {source}]",
        )
        program.define(result)


def two_argument_function(program: Program) -> None:
    """Defines a function of two numbers, or with a default."""
    rng = program.rng
    options = [
        ("add_tax", "price, rate", "the price increased by rate percent", "price * (1 + rate / 100)"),
        ("area", "width, height", "the area of a rectangle", "width * height"),
        ("perimeter", "width, height", "the perimeter of a rectangle", "2 * (width + height)"),
        ("average", "a, b", "the average of a and b", "(a + b) / 2"),
        ("difference", "a, b", "the absolute difference of a and b", "abs(a - b)"),
        ("power", "base, exponent", "base raised to the power of exponent", "base ** exponent"),
        ("ratio", "a, b", "a divided by b", "a / b"),
        ("multiply", "a, b", "the product of a and b", "a * b"),
        ("subtract", "a, b", "a minus b", "a - b"),
        ("larger", "a, b", "the larger of a and b", "max(a, b)"),
        ("full_name", "first, last", "first and last separated by a space", 'first + " " + last'),
        ("repeat", "text, times", "text repeated times times", "text * times"),
        ("speed", "distance, time", "distance divided by time", "distance / time"),
        ("percent", "part, whole", "part as a percentage of whole", "part / whole * 100"),
        ("scale", "values, factor", "a list with every value multiplied by factor", "[value * factor for value in values]"),
        ("above", "values, limit", "the values that are greater than limit", "[value for value in values if value > limit]"),
        ("join_with", "words, separator", "the words joined with separator", "separator.join(words)"),
        ("is_multiple", "n, k", "whether n is divisible by k", "n % k == 0"),
        ("hypotenuse", "a, b", "the square root of the sum of the squares of a and b", "(a ** 2 + b ** 2) ** 0.5"),
        ("greet", "name, greeting", "a greeting for name", 'f"{greeting}, {name}!"'),
        ("longer_than", "words, n", "the words that are longer than n", "[word for word in words if len(word) > n]"),
        ("total_price", "price, quantity", "price times quantity", "price * quantity"),
        ("take", "items, n", "the first n items", "items[:n]"),
        ("bmi", "weight, height", "weight divided by the square of height", "weight / height ** 2"),
        ("discount", "price, percent", "the price reduced by percent percent", "price * (1 - percent / 100)"),
    ]
    target, parameters, phrase, expression = rng.choice(options)
    if target in program.namespace:
        raise Unsuitable
    first, second = parameters.split(", ")
    prompt = choose(
        rng,
        f"(Define|Write|Create) a function (named |called |){program.quoted(target)} that takes {first} and {second} and returns {phrase}|(Define|Write) a function {target}\\({parameters}\\) that returns {phrase}|Define a function {program.quoted(target)} with (the |)parameters {first} and {second} that returns {phrase}",
    )
    program.add(prompt, f"def {target}({parameters}):\n    return {expression}")
    samples = {
        "text": "ab",
        "times": 3,
        "name": "Ann",
        "greeting": "Hi",
        "first": "Ada",
        "last": "Byron",
        "values": [3, 8, 12],
        "limit": 5,
        "factor": 2,
        "words": ["tree", "oak"],
        "separator": "-",
        "items": [4, 5, 6],
        "n": 2,
    }
    one, two = (
        rng.choice(values.NAMES)
        if p in ("name", "first", "last")
        else rng.choice(values.WORDS)
        if p == "text"
        else rng.choice(("Hello", "Hi", "Welcome"))
        if p == "greeting"
        else samples[p]
        if p in ("values", "words", "items", "separator")
        else rng.randint(2, 5)
        if p in ("n", "times", "k", "exponent")
        else rng.randint(1, 60)
        for p in (first, second)
    )
    shown = f"{program.say(one)} and {program.say(two)}"
    call_code = f"{target}({literal(one)}, {literal(two)})"
    if rng.random() < 0.5:
        result = program.fresh(("result", "value", "answer"))
        program.add(
            fill(choose(rng, f"Call (it|{program.quoted(target)}|the function) with {shown} {STORE}"), {"v": program.quoted(result)}),
            f"{result} = {call_code}",
        )
        program.define(result)
    else:
        program.add(
            choose(
                rng,
                f"(Call (it|{program.quoted(target)}|the function) with {shown} and print the result|Print the result of {target} (for|with) {shown}|Print {target} of {shown})",
            ),
            f"print({call_code})",
        )
