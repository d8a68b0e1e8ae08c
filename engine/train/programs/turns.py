"""Turns that go by what earlier ones defined: compute, change, select, loop, decide, print."""

import copy

from . import define, tables, values
from .builder import Parameters, Program, Unsuitable, literal
from .phrases import choose, fill

COMPUTE = "(Compute|Calculate|Find|Get|Determine|Compute|Calculate)"
WHERE = "(a (new |)variable (named |called |)|the variable |||){v}"
STORE = f"(and|and|, and) (((store|save|put) (it|the result) in|assign (it|the result) to|store the result in) {WHERE}|save (it|the result) as {{v}}|(call|name) (it|the result) {{v}})"
NAMED_WITH = "(Assign {np} to (a (new |)variable (named |called |)|the variable |||){v}|Store {np} in (a (new |)variable (named |called |)|the variable |||){v}|Let {v} be {np}|Set {v} to {np}|(Create|Define) (a (new |)variable |){v} (as|with|that holds|equal to) {np}|Save {np} (in|as) {v}|Define {v} as {np})"
SHOW = "(Print|Print|Print|Show|Display|Output)"
TRUTH = "(Check|Determine|Test)"


def _row(program: Program):
    """A row that fits a variable of the program, its parameters, and the variable."""
    rng, pair_rows = program.rng, tables.pair_rows()
    if rng.random() < 0.2 and len(program.order) > 1:
        first, second = rng.choice(program.order), rng.choice(program.order[-3:])
        kinds = [(a, b) for a in _kinds(program.kinds[first]) for b in _kinds(program.kinds[second]) if (a, b) in pair_rows]
        if first != second and kinds:
            row = rng.choice(pair_rows[rng.choice(kinds)])
            parameters = Parameters(program, first, second)
            _guard(program, row, first, second)
            return row, parameters, first
    name = program.pick(*tables.rows())
    row = rng.choice(tables.rows()[program.kinds[name]])
    _guard(program, row, name, "")
    return row, Parameters(program, name), name


def _kinds(kind: str) -> tuple[str, ...]:
    return (kind, "num") if kind in ("int", "float") else (kind,)


def _guard(program: Program, row: tables.Row, name: str, other: str) -> None:
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


def _names(row_names, parameters: Parameters) -> list[str]:
    found = []
    for name in row_names:
        try:
            found.append(parameters.code(name) if "{" in name else name)
        except Unsuitable:
            continue
    return [n for n in found if n.isidentifier() and n != "-"]


def _pick_name(program: Program, names: list[str], source: str) -> str:
    """A name for a result that the prompt states: mostly a usual one, sometimes made of the source's name, or a letter."""
    rng = program.rng
    roll = rng.random()
    if roll < 0.25 or not names:
        pool = ["result", "answer", "value", "output", "y", "z", "r", "res", "new_" + source, "out", "final", "temp", "b", "c", "my_result", "updated_" + source]
    elif roll < 0.45:
        base = names[0].split("_")[0]
        pool = [f"{source}_{base}", f"{base}_{source}", f"{base}_value", f"my_{base}", f"{base}_of_{source}"]
    else:
        pool = list(names)
    pool = [n for n in pool if n.isidentifier() and len(n) < 26]
    return program.fresh(rng.sample(pool, len(pool)))


def compute(program: Program) -> None:
    """Names what is to be computed, and where it goes."""
    rng = program.rng
    row, parameters, source = _row(program)
    phrase, expression = parameters.prompt(row.phrase), parameters.code(row.expression)
    names = _names(row.names, parameters)
    truth = phrase.startswith(("whether ", "if ", "how "))
    roll = rng.random()
    if roll < 0.62:
        name = _pick_name(program, names, source)
        if truth:
            template = f"(({TRUTH} {{np}}|Find out {{np}}) {STORE}|(Store|Save) (whether|in {{v}} whether) {{np}} in {{v}})" if False else f"({TRUTH}|Find out) {{np}} {STORE}"
            if phrase.startswith("how "):
                template = f"(Count|Find out) {{np}} {STORE}"
        else:
            template = rng.choice((f"{COMPUTE} {{np}} {STORE}", f"{COMPUTE} {{np}} {STORE}", NAMED_WITH, NAMED_WITH))
            if phrase.startswith("a "):
                template = rng.choice((f"(Create|Build|Make) {{np}} {STORE}", f"(Create|Build|Make) {{np}} (named|called) {{v}}", NAMED_WITH))
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



def spoken(program: Program, name: str) -> str:
    """What a prompt can call a result whose name no prompt has said: `the total`, `the doubled values`; plain letters tell nothing."""
    words = name.rstrip("_").replace("_", " ")
    if len(words) < 3 or words in ("arr", "std", "out", "res", "top", "mod"):
        return "the result"
    if words.endswith(("ed", "ing")) or words in ("large", "small", "first", "above", "below"):
        return program.rng.choice((f"the {words} values", "the result", f"the {words} list")) if " " not in words else f"the {words}"
    return f"the {words}"


def show(program: Program) -> None:
    """Prints something that is computed on the spot."""
    row, parameters, _ = _row(program)
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
        target = _pick_name(program, ["result", "new_" + name, "updated", "changed"], name)
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


def _items(program: Program, name: str) -> str:
    """A word for the elements of a list."""
    if values.singular(name) and name.isalpha() and program.rng.random() < 0.4:
        return name
    return choose(program.rng, "(numbers|values|elements|items|numbers)" if program.kinds[name] == "nums" else "(strings|words|elements|items|words)")


def _item(program: Program, name: str) -> str:
    if values.singular(name) and program.rng.random() < 0.4:
        return values.singular(name)
    return choose(program.rng, "(number|value|element|item|number)" if program.kinds[name] == "nums" else "(string|word|element|item|word)")


def _condition(program: Program, name: str) -> tuple[str, str, str, Parameters, bool]:
    """A condition for the elements of a list: said of many, said of one, the expression; one that some elements meet and some don't."""
    rng, value = program.rng, program.namespace[name]
    for _ in range(6):
        many, one, expression = rng.choice(tables.conditions()[program.kinds[name]])
        parameters = Parameters(program, name)
        try:
            text = parameters.code(expression)
            met = [bool(eval(text, {parameters.element: v})) for v in value]
        except (Unsuitable, TypeError, IndexError, NameError):
            continue
        if any(met) and (not all(met) or rng.random() < 0.1):
            if rng.random() < 0.1 and not text.startswith(("not", '"')) and " in " not in text and "<= " not in text[:5]:
                pass
            return parameters.prompt(many), parameters.prompt(one), text, parameters, all(met)
    raise Unsuitable


def _that(program: Program, many: str) -> str:
    """The condition as it follows a noun: `that are even`, `greater than 3`, `which start with "a"`."""
    if not many.startswith("are "):
        first = many.split()[0]
        if first in ("even", "odd"):
            return "that are " + many
        if first in ("greater", "larger", "bigger", "less", "smaller"):
            return many if program.rng.random() < 0.5 else "that are " + many
        return choose(program.rng, "(that|that|which) ") + many
    if program.rng.random() < 0.35 and not many.startswith(("are not",)):
        return many[4:]
    return choose(program.rng, "(that|that|which) ") + many


def select(program: Program) -> None:
    """Keeps, drops or collects the elements of a list that meet a condition."""
    rng = program.rng
    name = program.pick("nums", "words")
    many, _, text, parameters, _ = _condition(program, name)
    e, source, items = parameters.element, program.ref(name), _items(program, name)
    that = _that(program, many)
    kept = f"[{e} for {e} in {name} if {text}]"
    roll = rng.random()
    if roll < 0.25:
        prompt = choose(rng, f"(Keep|Retain) only (the |)ITEMS THAT (in|of|from) SOURCE|(Keep|Retain) only (the |)ITEMS (in|of|from) SOURCE (THAT)|Filter SOURCE to keep only (the |)ITEMS THAT|In SOURCE, keep only the ITEMS THAT")
        target = name
    elif roll < 0.37:
        prompt = choose(rng, "(Remove|Delete|Drop|Filter out) (all |all |the |all the |every )ITEMS THAT from SOURCE|(Remove|Delete|Drop) (all |the )ITEMS from SOURCE (THAT)")
        prompt = prompt.replace("every ITEMS", "all ITEMS")
        kept = f"[{e} for {e} in {name} if {_negated(text)}]"
        target = name
    else:
        target = ""
    if target:
        if rng.random() < 0.35:
            target = _pick_name(program, ["filtered", "kept", "remaining", "selected"], name)
            prompt += " " + fill(choose(rng, STORE.replace("(it|the result)", "the result")), {"v": program.quoted(target)})
        prompt = prompt.replace("ITEMS", items).replace("THAT", that).replace("SOURCE", source)
        code = f"{target} = {kept}"
        program.add(prompt, code)
        program.define(target, program.phrase_of.get(target, "") if target == name else "")
        return
    adjective = next((w for w in ("even", "odd", "positive", "negative") if w in many and "not" not in many and "number of" not in many), "")
    what = f"the {adjective} {items}" if adjective and rng.random() < 0.8 else ""
    base = adjective or {"words": rng.choice(("selected", "matching", "filtered", "matches")), "nums": rng.choice(("selected", "filtered", "large" if ">" in text else "small" if "<" in text else "matching"))}[program.kinds[name]]
    usual = {"even": "evens", "odd": "odds", "positive": "positives", "negative": "negatives"}.get(base, base)
    target = program.fresh([f"{base}_{name}", usual, base] if rng.random() < 0.6 else [usual, base, f"{base}_{name}"])
    phrase = choose(rng, "(all |only |)" + (f"{what} (in|of|from) {source}" if what else f"(the |the |){items} (in|of|from) {source} {that}|(the |the ){items} {that} (in|of|from) {source}") )
    if not what and "|" in phrase:
        phrase = choose(rng, f"({phrase})")
    with_loop = rng.random() < 0.12
    var = program.quoted(target)
    if rng.random() < 0.8:
        prompt = choose(rng, f"(Create|Make|Build) a (new |)list (named |called |){var} (with|of|containing|that contains) NP|(Find|Get|Select|Collect|Extract) NP (and (store|save|put) (them|the result) in|into) (a (new |)list (named |called |)|){var}|(Store|Save|Put) NP in (a (new |)list (named |called |)|){var}|Let {var} be the list of NP|Assign (a list of |)NP to {var}")
        said = ""
    else:
        target = program.fresh([usual, f"{base}_{name}"])
        prompt, said = choose(rng, "(Create|Make|Build) a (new |)list (with|of|containing) NP|(Find|Get|Select|Collect) NP"), spoken(program, target)
    prompt = prompt.replace("NP", phrase)
    code = f"{target} = {kept}"
    if with_loop:
        prompt += choose(rng, " (using|with) a (for |)loop")
        code = f"{target} = []\nfor {e} in {name}:\n    if {text}:\n        {target}.append({e})"
    program.add(prompt, code)
    program.define(target, said)


def _negated(text: str) -> str:
    """The condition's opposite, as one would write it."""
    for sign, opposite in ((" >= ", " < "), (" <= ", " > "), (" > ", " <= "), (" < ", " >= "), (" != ", " == "), (" not in ", " in "), (" == ", " != "), (" in ", " not in ")):
        if text.count(sign) == 1 and not (sign.strip() in ("<", ">") and "=" in text) and text.count("<=") < 2:
            return text.replace(sign, opposite)
    return text[4:] if text.startswith("not ") else f"not {text}" if "<=" not in text else f"not ({text})"


def transform(program: Program) -> None:
    """Does something to each element of a list."""
    rng = program.rng
    name = program.pick("nums", "words")
    verb, noun, expression, names = rng.choice(tables.maps()[program.kinds[name]])
    parameters = Parameters(program, name)
    item, source, e = _item(program, name), program.ref(name), parameters.element
    if "Round" in verb.title() and not any(isinstance(v, float) for v in program.namespace[name]):
        raise Unsuitable
    each = choose(rng, f"(each|every) {item} (in|of) {source}|(each|every) {item} (in|of) {source}|all (the |){_items(program, name)} (in|of) {source}|the {_items(program, name)} (in|of) {source}")
    text = parameters.code(expression)
    mapped = f"[{text} for {e} in {name}]"
    roll = rng.random()
    if roll < 0.35:
        prompt = fill_each(parameters, verb, each)
        if rng.random() < 0.5:
            target, said = _pick_name(program, list(names), name), ""
            prompt += " " + fill(choose(rng, STORE.replace("(it|the result)", "the (result|results)")), {"v": program.quoted(target)})
        else:
            target, said = name, program.phrase_of.get(name, "")
        code = f"{target} = {mapped}"
    else:
        each = choose(rng, f"(each|every) {item} (in|of) {source}")
        phrase = fill_each(parameters, noun, each)
        if rng.random() < 0.35 and " of EACH" in noun.replace("{each}", "EACH"):
            plural = {"square": "squares", "cube": "cubes", "length": "lengths", "negative": "negatives", "absolute value": "absolute values"}
            for one, many in plural.items():
                if f"the {one} of" in phrase:
                    phrase = phrase.replace(f"the {one} of {each}", f"the {many} of (all |)the {_items(program, name)} (in|of) {source}")
        phrase = choose(rng, phrase)
        if rng.random() < 0.75:
            target, said = _pick_name(program, list(names), name), ""
            var = program.quoted(target)
            prompt = choose(rng, f"(Create|Make|Build) a (new |)list (named |called |){var} (with|of|containing) NP|Store NP in (a (new |)list (named |called |)|){var}|Let {var} be the list of NP|Compute NP and store the results in (a list (named |called |)|){var}").replace("NP", phrase)
        else:
            target = program.fresh(names)
            said = spoken(program, target)
            prompt = choose(rng, "(Create|Make|Build) a (new |)list (with|of|containing) NP|Compute NP").replace("NP", phrase)
        code = f"{target} = {mapped}"
        if rng.random() < 0.12 and target != name:
            prompt += choose(rng, " (using|with) a (for |)loop")
            code = f"{target} = []\nfor {e} in {name}:\n    {target}.append({text})"
        elif rng.random() < 0.06:
            prompt += choose(rng, " (using|with) map( and a lambda|)")
            code = f"{target} = list(map(lambda {e}: {text}, {name}))"
    program.add(prompt, code)
    program.define(target, said)


def fill_each(parameters: Parameters, template: str, each: str) -> str:
    """A map's phrase about `each`, which is put in last so that its own words are left alone."""
    return parameters.prompt(template.replace("{each}", "EACH")).replace("EACH", each)


def select_and_transform(program: Program) -> None:
    """Filter and map in one: the squares of the even numbers."""
    rng = program.rng
    name = program.pick("nums", "words")
    many, _, text, parameters, _ = _condition(program, name)
    _, noun, expression, names = rng.choice(tables.maps()[program.kinds[name]])
    e = parameters.element
    try:
        value = parameters.code(expression)
    except Unsuitable:
        raise
    each = f"(each|every) {_item(program, name)} (in|of) {program.ref(name)} {choose(rng, '(that|which)')} {{one}}"
    one = many
    for plural, single in (("are ", "is "), ("start ", "starts "), ("begin ", "begins "), ("end ", "ends "), ("contain ", "contains "), ("have ", "has "), ("do not ", "does not ")):
        if one.startswith(plural):
            one = single + one[len(plural):]
            break
    else:
        one = "is " + one if not one.startswith("is ") else one
    phrase = fill_each(parameters, noun, choose(rng, each).replace("{one}", one))
    target = _pick_name(program, list(names) + ["selected"], name)
    var = program.quoted(target)
    prompt = choose(rng, f"(Create|Make|Build) a (new |)list (named |called |){var} (with|of|containing) NP|Store NP in (a (new |)list (named |called |)|){var}").replace("NP", phrase)
    program.add(prompt, f"{target} = [{value} for {e} in {name} if {text}]")
    program.define(target)


def quantify(program: Program) -> None:
    """Counts, sums, or finds among the elements that meet a condition; asks whether all or any do."""
    rng = program.rng
    name = program.pick("nums", "words")
    many, one, text, parameters, _ = _condition(program, name)
    e, source, items, item = parameters.element, program.ref(name), _items(program, name), _item(program, name)
    that = _that(program, many)
    numeric = program.kinds[name] == "nums"
    options = [
        (3, f"the number of {items} (in|of) {source} {that}", f"sum({text} for {e} in {name})" if rng.random() < 0.0 else f"len([{e} for {e} in {name} if {text}])", ("count", "n", "matches")),
        (3, f"how many {items} (in|of) {source} {many if many.startswith(('are', 'start', 'begin', 'end', 'contain', 'have', 'do')) else 'are ' + many}", f"len([{e} for {e} in {name} if {text}])", ("count", "n")),
        (1, f"(whether|if) (any {item} (in|of) {source}) {one}", f"any({text} for {e} in {name})", ("found", "has_any")),
        (1, f"(whether|if) (all {items} (in|of) {source}) {many if many.startswith(('are', 'start', 'begin', 'end', 'contain', 'have', 'do')) else 'are ' + many}", f"all({text} for {e} in {name})", ("all_match", "ok", "valid")),
        (1, f"the first {item} (in|of) {source} (that|which) {one}", f"next({e} for {e} in {name} if {text})", ("first_match", "found", "first")),
    ]
    if numeric:
        options += [
            (3, f"the (sum|total) of the {items} (in|of) {source} {that}", f"sum({e} for {e} in {name} if {text})", ("total", "sum_", "partial_sum")),
            (1, f"the (largest|maximum|highest) {item} (in|of) {source} (that|which) {one}", f"max({e} for {e} in {name} if {text})", ("largest", "maximum")),
            (1, f"the (smallest|minimum|lowest) {item} (in|of) {source} (that|which) {one}", f"min({e} for {e} in {name} if {text})", ("smallest", "minimum")),
        ]
    else:
        options += [(1, f"the longest {item} (in|of) {source} (that|which) {one}", f"max(({e} for {e} in {name} if {text}), key=len)", ("longest",))]
    _, phrase, expression, names = rng.choices(options, [o[0] for o in options])[0]
    phrase = choose(rng, phrase)
    how = phrase.startswith("how many")
    truth = phrase.startswith(("whether", "if"))
    if how:
        verb = "(Count|Find out)"
    elif truth:
        verb = TRUTH
    elif phrase.startswith("the number of"):
        verb = "(Compute|Count|Find|Determine|Count)"
    else:
        verb = COMPUTE
    verb = choose(rng, verb)
    if verb == "Count" and phrase.startswith("the number of") and rng.random() < 0.8:
        phrase = "the " + phrase[len("the number of "):]
    roll = rng.random()
    if roll < 0.55:
        target = _pick_name(program, list(names), name)
        prompt = f"{verb} {phrase} " + fill(choose(rng, STORE), {"v": program.quoted(target)})
        code, said = f"{target} = {expression}", ""
    elif roll < 0.75:
        target = program.fresh(names)
        prompt, code, said = f"{verb} {phrase}", f"{target} = {expression}", spoken(program, target)
    else:
        prompt = choose(rng, f"{SHOW} ") + phrase if not phrase.startswith("the ") or rng.random() < 0.6 or verb == "Count" else f"{verb} {phrase} and print it"
        if phrase.startswith("the ") and verb == "Count" and prompt.startswith(("Print the", "Show the", "Display the", "Output the")) and not phrase.startswith("the number"):
            prompt = f"Count {phrase} and print the result"
        program.add(prompt, f"print({expression})")
        return
    program.add(prompt, code)
    program.define(target, said)


def show_variable(program: Program) -> None:
    """Prints a variable."""
    rng = program.rng
    if not program.order:
        raise Unsuitable
    name = program.latest if program.latest in program.kinds and rng.random() < 0.75 else rng.choice(program.order)
    kind = program.kinds[name]
    roll = rng.random()
    ref = program.ref(name)
    if roll < 0.62:
        prompt = choose(rng, f"{SHOW} (the value of |the value of the variable |||||){ref}" if not ref.startswith(("the ", "it")) else f"{SHOW} {ref}")
        code = f"print({name})"
    elif roll < 0.70 and kind in ("nums", "words"):
        sep = rng.choice((", ", " ", "-", "; ", " | "))
        said = {", ": "commas", " ": "spaces", "-": "hyphens", "; ": "semicolons", " | ": "bars"}[sep]
        said = choose(rng, f"(separated by {said}|on one line separated by {said})") if sep in (", ", " ", "-") else f"separated by {program.say(sep)}"
        inner = name if kind == "words" else f"str({program.element(name)}) for {program.element(name)} in {name}"
        prompt, code = choose(rng, f"{SHOW} (the elements of |){ref} {said}"), f'print("{sep}".join({inner}))'
    elif roll < 0.85:
        label = name.replace("_", " ").capitalize() if name.isidentifier() and len(name) > 1 else "Result"
        label = rng.choice((label, label, "Result", "The " + label.lower(), "Answer", "Value"))
        style = rng.random()
        if style < 0.4:
            prompt, code = choose(rng, f"{SHOW} ({program.say(label + ':')} followed by {ref}|{ref} with the label {program.say(label)}|the label {program.say(label + ':')} and {ref})"), f'print("{label}:", {name})'
        elif style < 0.75:
            prompt, code = choose(rng, f"{SHOW} (a (message|sentence|line) (like|of the form)|in the form) '{label}: <value>' (for|with the value of) {ref}|{SHOW} '{label}: X' where X is {ref}|{SHOW} '{label}: ' and {ref} (with|using) an f-string"), f'print(f"{label}: {{{name}}}")'
        else:
            prompt, code = choose(rng, f"{SHOW} 'The {name.replace('_', ' ')} is X' (where X is|with) the value of {ref}|{SHOW} (a message|a sentence) (that says|saying) what {ref} is"), f'print(f"The {name.replace("_", " ")} is {{{name}}}")'
    elif roll < 0.92 and kind == "float":
        prompt, code = choose(rng, f"{SHOW} {ref} (rounded to|with) (2|two) decimals( places|)"), rng.choice((f'print(f"{{{name}:.2f}}")',))
        if "rounded" in prompt:
            code = f"print(round({name}, 2))"
    elif len(program.order) > 1:
        other = rng.choice([n for n in program.order if n != name])
        prompt, code = choose(rng, f"{SHOW} {program.quoted(other)} and {program.quoted(name)}"), f"print({other}, {name})"
    else:
        prompt, code = f"Print {ref}", f"print({name})"
    program.add(prompt, code)


def loop(program: Program) -> None:
    """Loops over a list, a dictionary, a string or a range, and prints or accumulates."""
    rng = program.rng
    kinds = program.of_kind("nums", "words", "counts", "str", "int", "matrix", "records", "pairs", "set")
    if not kinds:
        raise Unsuitable
    name = program.latest if program.latest in kinds and rng.random() < 0.6 else rng.choice(kinds)
    kind, ref, e = program.kinds[name], program.ref(name), program.element(name)
    value = program.namespace[name]
    item = _item(program, name) if kind in ("nums", "words") else "item"
    target, said = "", ""
    roll = rng.random()
    if kind in ("nums", "words") and roll < 0.45:
        if roll < 0.12:
            options = [(f"{SHOW} (each|every) {item} (in|of) {ref} (on (its own|a separate|a new) line|one per line|on its own line)|Loop over {ref} and print (each|every) {item}|Iterate over {ref} and print (each|every) {item}|(Use|Write) a (for |)loop to print (each|every) {item} (in|of) {ref}|For each {item} in {ref}, print it", f"for {e} in {name}:\n    print({e})")]
        elif roll < 0.2:
            options = [(f"{SHOW} (each|every) {item} (in|of) {ref} (with|together with|preceded by) its index|Loop over {ref} and print (the |)(index|position) and (the |)(value|{item})|For each {item} in {ref}, print its index and the {item}", f"for i, {e} in enumerate({name}):\n    print(i, {e})"),
                       (f"{SHOW} a numbered list of the {_items(program, name)} (in|of) {ref}( starting (at|from|with) 1|)", f"for i, {e} in enumerate({name}, start=1):\n    print(f\"{{i}}. {{{e}}}\")")]
        elif kind == "words" and roll < 0.33:
            options = [(f"{SHOW} (each|every) {item} (in|of) {ref} (together |)with its length|For (each|every) {item} in {ref}, print (the {item}|it) and its length|Loop over {ref} and print (each|every) {item} and its length", f"for {e} in {name}:\n    print({e}, len({e}))"),
                       (f"{SHOW} (each|every) {item} (in|of) {ref} in (upper case|uppercase)|For (each|every) {item} in {ref}, print it in (upper case|uppercase)", f"for {e} in {name}:\n    print({e}.upper())"),
                       (f"{SHOW} a greeting like 'Hello, NAME!' for (each|every) {item} (in|of) {ref}|For each {item} in {ref}, print 'Hello, ' followed by the {item}", f"for {e} in {name}:\n    print(f\"Hello, {{{e}}}!\")")]
            if "followed" in options[2][0] and rng.random() < 0.5:
                options[2] = (f"For each {item} in {ref}, print 'Hello, ' followed by the {item}", f"for {e} in {name}:\n    print(\"Hello, \" + {e})")
            else:
                options[2] = (f"{SHOW} a greeting like 'Hello, NAME!' for (each|every) {item} (in|of) {ref}", f"for {e} in {name}:\n    print(f\"Hello, {{{e}}}!\")")
        else:
            if kind == "nums":
                options = [(f"{SHOW} the square of (each|every) {item} (in|of) {ref}|For (each|every) {item} in {ref}, print its square|Loop over {ref} and print the square of (each|every) {item}", f"for {e} in {name}:\n    print({e} ** 2)"),
                           (f"For (each|every) {item} in {ref}, print (whether it is even or odd|'even' if it is even and 'odd' otherwise)", f"for {e} in {name}:\n    if {e} % 2 == 0:\n        print(\"even\")\n    else:\n        print(\"odd\")")]
            else:
                options = [(f"{SHOW} the first letter of (each|every) {item} (in|of) {ref}", f"for {e} in {name}:\n    print({e}[0])")]
        prompt, code = rng.choice(options)
    elif kind in ("nums", "words"):
        if rng.random() < 0.5:
            many, one, text, parameters, _ = _condition(program, name)
            e = parameters.element
            prompt, code = rng.choice((
                (f"{SHOW} (the|all|all the) {_items(program, name)} (in|of) {ref} {_that(program, many)}( (using|with) a (for |)loop|)|For (each|every) {item} in {ref}, print it if it {one}|Loop over {ref} and print (each|every) {item} that {one}", f"for {e} in {name}:\n    if {text}:\n        print({e})"),
                (f"(Use|Write) a (for |)loop to count the {_items(program, name)} (in|of) {ref} {_that(program, many)}", f"count = 0\nfor {e} in {name}:\n    if {text}:\n        count += 1"),
            ))
            if code.startswith("count"):
                target, said = "count", "the count"
        elif kind == "nums":
            target, said = rng.choice((("total", "the total"), ("largest", "the largest"), ("product", "the product"), ("smallest", "the smallest")))
            body = {"total": f"total = 0\nfor {e} in {name}:\n    total += {e}", "product": f"product = 1\nfor {e} in {name}:\n    product *= {e}",
                    "largest": f"largest = {name}[0]\nfor {e} in {name}:\n    if {e} > largest:\n        largest = {e}", "smallest": f"smallest = {name}[0]\nfor {e} in {name}:\n    if {e} < smallest:\n        smallest = {e}"}[target]
            what = {"total": "(sum|total)", "product": "product", "largest": "(largest number|maximum|largest value)", "smallest": "(smallest number|minimum|smallest value)"}[target]
            prompt, code = f"(Use a (for |)loop to (compute|find|calculate)|Compute) the {what} of {ref}" + "", body
            if not prompt.startswith("(Use a (for |)loop to (compute|find|calculate)|"):
                raise Unsuitable
            prompt = choose(rng, f"(Use a (for |)loop to (compute|find|calculate) the {what} (of|in) {ref}|(Compute|Find|Calculate) the {what} (of|in) {ref} (with|using) a (for |)loop)")
            if rng.random() < 0.5:
                prompt += f" and store it in {target}"
        else:
            target, said = rng.choice((("lengths", "the lengths"), ("longest", "the longest"), ("counts", "the counts"), ("text", "the text")))
            body = {"lengths": f"lengths = {{}}\nfor {e} in {name}:\n    lengths[{e}] = len({e})", "longest": f"longest = \"\"\nfor {e} in {name}:\n    if len({e}) > len(longest):\n        longest = {e}",
                    "counts": f"counts = {{}}\nfor {e} in {name}:\n    counts[{e}] = counts.get({e}, 0) + 1", "text": f"text = \"\"\nfor {e} in {name}:\n    text += {e}"}[target]
            what = {"lengths": f"build a (dictionary|dict) (with|of) the length of (each|every) {item} in {ref}", "longest": f"find the longest {item} (in|of) {ref}",
                    "counts": f"count how often each {item} (occurs|appears) in {ref}", "text": f"join (all |)the {_items(program, name)} of {ref} into one string"}[target]
            prompt, code = choose(rng, f"(Use|Write) a (for |)loop to {what}"), body
            if rng.random() < 0.5:
                prompt += f" and store {'them' if target == 'lengths' else 'it'} in {target}" if target != "counts" else " and store the result in counts"
    elif kind == "counts":
        prompt, code = rng.choice((
            (f"{SHOW} (each|every|the) key and (its |)value (of|in) {ref}( on its own line|)|Loop over {ref} and print (each|every) key and value|For each (key|entry) in {ref}, print the key and the value", f"for key, value in {name}.items():\n    print(key, value)"),
            (f"{SHOW} (each|every) entry of {ref} (as|in the form) 'key: value'|For (each|every) entry of {ref}, print a line like 'key: value'", f"for key, value in {name}.items():\n    print(f\"{{key}}: {{value}}\")"),
            (f"{SHOW} (each|every) key of {ref}( on its own line|)|Loop over the keys of {ref} and print them", f"for key in {name}:\n    print(key)"),
            (f"{SHOW} the keys of {ref} in (sorted|alphabetical) order( with their values|, each with its value)", f"for key in sorted({name}):\n    print(key, {name}[key])"),
            (f"(Use a (for |)loop to (add|increase)|(Increase|Raise)) (each|every) value (of|in) {ref} by KK", f"for key in {name}:\n    {name}[key] += KK"),
        ))
        k = str(rng.choice((1, 2, 5, 10)))
        prompt, code = prompt.replace("KK", k).replace("to (add|increase)", "to increase"), code.replace("KK", k)
    elif kind == "str":
        prompt, code = rng.choice((
            (f"{SHOW} (each|every) (character|letter) of {ref} on (its own|a separate|a new) line|Loop over {ref} and print (each|every) (character|letter)|For (each|every) (character|letter) in {ref}, print it", f"for char in {name}:\n    print(char)"),
            (f"(Use|Write) a (for |)loop to count the (letters|characters) of {ref} in a (dictionary|dict)( (named|called) counts|)|Count how often each (character|letter) occurs in {ref} in a (dictionary|dict)( (named|called) counts|)", f"counts = {{}}\nfor char in {name}:\n    counts[char] = counts.get(char, 0) + 1"),
            (f"(Use|Write) a (for |)loop to build (the reverse of {ref}|{ref} in reverse)", f"backwards = \"\"\nfor char in {name}:\n    backwards = char + backwards"),
            (f"{SHOW} (each|every) word of {ref} on (its own|a separate|a new) line", f"for word in {name}.split():\n    print(word)"),
        ))
        target, said = {"c": ("counts", "the counts"), "b": ("backwards", "the result")}.get(code[0], ("", "")) if not code.startswith("for") else ("", "")
    elif kind == "int":
        if not 0 < value <= 20:
            raise Unsuitable
        prompt, code = rng.choice((
            (f"{SHOW} the numbers from 1 to {ref}( on separate lines|)|(Use|Write) a (for |)loop to print the numbers from 1 to {ref}", f"for i in range(1, {name} + 1):\n    print(i)"),
            (f"{SHOW} the squares of the numbers from 1 to {ref}", f"for i in range(1, {name} + 1):\n    print(i ** 2)"),
            (f"{SHOW} the multiplication table of {ref} (up to|from 1 to) 10", f"for i in range(1, 11):\n    print(f\"{{{name}}} x {{i}} = {{{name} * i}}\")"),
            (f"Count down from {ref} to 1( and print each number| (with|using) a while loop|)", f"while {name} > 0:\n    print({name})\n    {name} -= 1"),
            (f"(Use|Write) a (for |while |)loop to (compute|calculate) the sum of the numbers from 1 to {ref}", f"total = 0\nfor i in range(1, {name} + 1):\n    total += i"),
            (f"{SHOW} a (triangle|right triangle) of stars with {ref} rows", f"for i in range(1, {name} + 1):\n    print(\"*\" * i)"),
            (f"{SHOW} a square of stars with {ref} rows and columns", f"for _ in range({name}):\n    print(\"*\" * {name})"),
            (f"{SHOW} the even numbers (from 1 to|up to) {ref}", f"for i in range(2, {name} + 1, 2):\n    print(i)"),
        ))
        if code.startswith("total"):
            prompt, target, said = prompt.replace("while |", ""), "total", "the total"
        if code.startswith("while"):
            prompt = prompt.replace("|)", "|)")
    elif kind == "matrix":
        prompt, code = rng.choice((
            (f"{SHOW} (each|every) row of {ref}( on its own line|)|For (each|every) row in {ref}, print it", f"for row in {name}:\n    print(row)"),
            (f"{SHOW} the sum of (each|every) row of {ref}|For (each|every) row in {ref}, print its sum", f"for row in {name}:\n    print(sum(row))"),
            (f"{SHOW} (each|every) (element|value|number) of {ref}|(Use|Write) (nested loops|two loops) to print (each|every) (element|value) of {ref}", f"for row in {name}:\n    for value in row:\n        print(value)"),
            (f"(Use|Write) (nested loops|two loops) to (compute|calculate) the sum of all (elements|values|numbers) (of|in) {ref}", f"total = 0\nfor row in {name}:\n    for value in row:\n        total += value"),
        ))
        if code.startswith("total"):
            target, said = "total", "the total"
    elif kind == "records":
        r = Parameters(program, name).pair("r")[1]
        key = rng.choice(list(value[0]))
        prompt, code = rng.choice((
            (f"{SHOW} the {key} of (each|every) {r} (in|of) {ref}|For (each|every) {r} in {ref}, print (its|the) {key}", f"for {r} in {name}:\n    print({r}[\"{key}\"])"),
            (f"Loop over {ref} and print (each|every) {r}|{SHOW} (each|every) {r} (in|of) {ref}", f"for {r} in {name}:\n    print({r})"),
        ))
    elif kind == "pairs":
        prompt, code = rng.choice((
            (f"{SHOW} the two (elements|parts) of (each|every) pair in {ref}|Loop over {ref} and print the two elements of (each|every) pair", f"for key, value in {name}:\n    print(key, value)"),
            (f"{SHOW} (each|every) pair (in|of) {ref} (as|in the form) 'name: value'", f"for key, value in {name}:\n    print(f\"{{key}}: {{value}}\")"),
        ))
    else:
        prompt, code = f"{SHOW} the elements of {ref} in (sorted|ascending) order( on separate lines|, one per line|)", f"for item in sorted({name}):\n    print(item)"
    if target and target in program.namespace:
        raise Unsuitable
    program.add(choose(rng, prompt), code)
    if target:
        program.define(target, said)
    elif kind == "int" and code.startswith("while"):
        program.order.remove(name)
        program.latest = program.order[-1] if program.order else ""
        if not program.latest:
            raise Unsuitable
    elif "+= " in code and kind == "counts":
        program.define(name)


def decide(program: Program) -> None:
    """Prints or assigns one of two texts."""
    rng = program.rng
    name = program.pick("int", "float", "str", "nums", "words", "counts", "bool")
    kind, ref, parameters = program.kinds[name], program.ref(name), Parameters(program, name)
    if kind in ("int", "float"):
        options = [("is greater than {t}", "{x} > {t}"), ("is less than {t}", "{x} < {t}"), ("is at least {t}", "{x} >= {t}"), ("is positive", "{x} > 0"), ("is at most {t}", "{x} <= {t}"), ("is negative", "{x} < 0")]
        if kind == "int":
            options += [("is even", "{x} % 2 == 0"), ("is odd", "{x} % 2 == 1"), ("is divisible by {k}", "{x} % {k} == 0"), ("is equal to {t}", "{x} == {t}")]
    elif kind == "str":
        options = [("starts with {c}", "{x}.startswith({c})"), ("contains {c}", "{c} in {x}"), ("has more than {k} characters", "len({x}) > {k}"), ("is longer than {k} characters", "len({x}) > {k}"), ("ends with {c}", "{x}.endswith({c})"), ("is empty", "not {x}"), ("is in upper case", "{x}.isupper()")]
    elif kind == "nums":
        options = [("contains {v}", "{v} in {x}"), ("has more than {k} elements", "len({x}) > {k}"), ("is sorted", "{x} == sorted({x})"), ("contains {num}", "{num} in {x}"), ("is empty", "not {x}"), ("has duplicates", "len({x}) != len(set({x}))")]
    elif kind == "words":
        options = [("contains {v}", "{v} in {x}"), ("has more than {k} elements", "len({x}) > {k}"), ("contains {word}", "{word} in {x}"), ("is empty", "not {x}")]
    elif kind == "counts":
        options = [("contains the key {key}", "{key} in {x}"), ("has the key {missing}", "{missing} in {x}"), ("has more than {k} entries", "len({x}) > {k}")]
    else:
        options = [("is true", "{x}")]
    said, test = rng.choice(options)
    said, test = parameters.prompt(said), parameters.code(test)
    first, second = rng.choice((("yes", "no"), ("big", "small"), ("even", "odd"), ("pass", "fail"), ("high", "low"), ("found", "not found"), ("long", "short"), ("positive", "negative"), ("ok", "error"), ("valid", "invalid"), ("hot", "cold"), ("True", "False"), ("open", "closed"), ("hello", "goodbye"), ("adult", "minor"), ("rich", "poor"), ("good", "bad"), ("present", "missing"), ("win", "lose"), ("A", "B")))
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
        prompt = choose(rng, f"(If {ref} {said}, print {a}(,|;) otherwise print {b}|If {ref} {said}, print {a}, else print {b}|Print {a} if {ref} {said}(, otherwise|, else| and|, or) {b}( otherwise|)|Check (if|whether) {ref} {said} and print {a} or {b}|Print {a} if {ref} {said} and {b} (otherwise|if not))")
        code = f"if {test}:\n    print({literal(first)})\nelse:\n    print({literal(second)})"
        if ", otherwise" in prompt or ", else" in prompt:
            prompt = prompt.replace(" otherwise otherwise", " otherwise")
            if prompt.endswith(f"{b} otherwise") and (", otherwise" in prompt or ", else" in prompt):
                prompt = prompt[: -len(" otherwise")]
        program.add(prompt, code)
        return
    if roll < 0.65:
        program.add(choose(rng, f"(If {ref} {said}, print {a}|Print {a} if {ref} {said}|Print {a} (only |)if {ref} {said})"), f"if {test}:\n    print({literal(first)})")
        return
    target = _pick_name(program, ["label", "status", "kind", "answer", "size", "message"], name)
    var = program.quoted(target)
    prompt = choose(rng, f"Set {var} to {a} if {ref} {said}( and (to |)|, otherwise (to |)|, else (to |)){b}|If {ref} {said}, (set|let) {var} (to|be) {a}, otherwise (to|be) {b}|Let {var} be {a} if {ref} {said} and {b} otherwise|(Create|Define) a variable {var} that is {a} if {ref} {said} and {b} otherwise|Assign {a} to {var} if {ref} {said}, otherwise {b}")
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
    three = rng.choice((("high", "medium", "low"), ("large", "medium", "small"), ("hot", "warm", "cold"), ("A", "B", "C"), ("gold", "silver", "bronze"), ("old", "adult", "young"), ("fast", "normal", "slow")))
    a, b, c = (program.say(t) for t in three)
    prompt = choose(rng, f"Print {a} if {ref} is greater than {high}, {b} if it is greater than {low}, and {c} otherwise|If {ref} is (above|greater than) {high}, print {a}; if it is (above|greater than) {low}, print {b}; otherwise print {c}")
    code = f"if {name} > {high}:\n    print({literal(three[0])})\nelif {name} > {low}:\n    print({literal(three[1])})\nelse:\n    print({literal(three[2])})"
    program.add(prompt, code)


def compose_text(program: Program) -> None:
    """A text made of several variables."""
    rng = program.rng
    names = program.of_kind("str", "int", "float")
    if not names:
        raise Unsuitable
    name = rng.choice(names)
    ref = program.quoted(name)
    target = _pick_name(program, ["message", "text", "greeting", "line", "sentence"], name)
    var = program.quoted(target)
    kind = program.kinds[name]
    roll = rng.random()
    if kind == "str" and roll < 0.4:
        before, after = rng.choice((("Hello, ", "!"), ("Welcome, ", "!"), ("Dear ", ","), ("My name is ", "."), ("I like ", "."), ("Good morning, ", "!"), ("<", ">"), ("I am from ", "."), ("This is ", "."), ("The answer is ", ".")))
        shape = before + "{" + name + "}" + after
        prompt = choose(rng, f"(Create|Build|Make) (a (string|message|greeting|text)|the (string|message|greeting)) {var} (of the form|like) '{before}X{after}' where X is {ref}|(Create|Define) a string {var} that consists of {program.say(before)}, {ref} and {program.say(after)}|(Use an f-string to create|Format) (the string |)'{before}X{after}' with X replaced by {ref} and store it in {var}")
        code = f"{target} = f\"{shape}\""
    elif len(names) > 1 and roll < 0.8:
        other = rng.choice([n for n in names if n != name])
        middle, words = rng.choice(((" ", "a space"), ("-", "a hyphen"), (": ", "a colon and a space"), (", ", "a comma and a space"), ("/", "a slash"), (" is ", "' is '"), (" and ", "' and '"), ("=", "an equals sign"), (" x ", "' x '")))
        prompt = choose(rng, f"(Join|Combine) {ref} and {program.quoted(other)} with {words} between them and store (it|the result) in {var}|(Create|Build) a string {var} (with|from) {ref}, {words} and {program.quoted(other)}|(Create|Build) the string {var} by putting {words} between {ref} and {program.quoted(other)}")
        code = f"{target} = f\"{{{name}}}{middle}{{{other}}}\""
    else:
        label = name.replace("_", " ")
        prompt = choose(rng, f"(Create|Build|Make) a (string|message|text) {var} that says '(The |)LABEL is X' where X is (the value of |){ref}|(Create|Format) a (string|message) 'The LABEL is X' with the value of {ref} and store it in {var}")
        the = "The " if "The LABEL" in prompt else ""
        prompt, code = prompt.replace("LABEL", label), f"{target} = f\"{the}{label} is {{{name}}}\""
    program.add(prompt, code)
    program.define(target)


def function(program: Program) -> None:
    """Defines a small function of one value; a later turn calls it."""
    rng = program.rng
    kind = rng.choice([k for k in ("nums", "words", "str", "int", "float", "counts") if program.of_kind(k)] or [""])
    if not kind:
        raise Unsuitable
    name = rng.choice(program.of_kind(kind))
    row = rng.choice(tables.rows()[kind])
    _guard(program, row, name, "")
    parameter = {"nums": rng.choice(("numbers", "values", "nums", "items", "lst")), "words": rng.choice(("words", "strings", "items", "names")), "str": rng.choice(("text", "s", "string", "word")),
                 "int": rng.choice(("n", "x", "number", "num", "value")), "float": rng.choice(("x", "value", "amount")), "counts": rng.choice(("d", "mapping", "data"))}[kind]
    local = Program(rng, quote="")
    local.quote, local.string_quote = program.quote, program.string_quote
    local.namespace[parameter] = program.namespace[name]
    local.kinds[parameter] = kind
    parameters = Parameters(local, parameter)
    parameters.drawn["x"] = (program.quoted(parameter), parameter)
    phrase, expression = parameters.prompt(row.phrase), parameters.code(row.expression)
    if phrase.startswith(("how ", "'")):
        raise Unsuitable
    names = _names(row.names, parameters)
    head = (names or ["compute"])[0].rstrip("_")
    truth = phrase.startswith(("whether", "if"))
    target = program.fresh([rng.choice((f"get_{head}", f"find_{head}", f"compute_{head}", head if head != parameter else f"get_{head}")) if not truth else head, f"get_{head}", rng.choice("fgh"), "func", "compute"])
    noun = {"nums": "a list of numbers", "words": "a list of strings", "str": "a string", "int": "a number", "float": "a number", "counts": "a dictionary"}[kind]
    verb = "(returns|computes and returns|gives back)" if not truth else "(returns|checks)"
    prompt = choose(rng, f"(Define|Write|Create) a function (named |called |){program.quoted(target)} that takes {noun} {program.quoted(parameter)} and {verb} NP|(Define|Write) a function {target}\\({parameter}\\) that {verb} NP|Define a function {program.quoted(target)} with (a|one) parameter {program.quoted(parameter)} that {verb} NP").replace("NP", phrase)
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
        result = _pick_name(program, [program.functions[target][1], "result"], name)
        prompt = choose(rng, f"(Call|Use|Apply) {function_name} (with|on|for) {ref} {STORE}|Apply {function_name} to {ref} {STORE}|Call {function_name} with {ref} {STORE}")
        program.add(fill(prompt, {"v": program.quoted(result)}), f"{result} = {target}({name})")
        program.define(result)
    elif roll < 0.9:
        program.add(choose(rng, f"(Call|Use) {function_name} (with|on) {ref} and print the result|Print the result of (calling |applying |){function_name} (on|with|for|to) {ref}|Print {target}\\({name}\\)|Print the result of {function_name} for {ref}"), f"print({target}({name}))")
    else:
        value = program.namespace[name]
        lists = {"int": "nums", "float": "nums", "str": "words"}.get(kind)
        if not lists or not program.of_kind(lists):
            raise Unsuitable(str(value))
        source = rng.choice(program.of_kind(lists))
        e = program.element(source)
        result = _pick_name(program, ["results", "values", "mapped"], source)
        program.add(choose(rng, f"Apply {function_name} to (each|every) {_item(program, source)} (in|of) {program.ref(source)} and store the results in {program.quoted(result)}"), f"{result} = [{target}({e}) for {e} in {source}]")
        program.define(result)


def two_argument_function(program: Program) -> None:
    """Defines a function of two numbers, or with a default."""
    rng = program.rng
    options = [
        ("add_tax", "price, rate", "the price increased by rate percent", "price * (1 + rate / 100)"), ("area", "width, height", "the area of a rectangle", "width * height"),
        ("perimeter", "width, height", "the perimeter of a rectangle", "2 * (width + height)"), ("average", "a, b", "the average of a and b", "(a + b) / 2"), ("difference", "a, b", "the absolute difference of a and b", "abs(a - b)"),
        ("power", "base, exponent", "base raised to the power of exponent", "base ** exponent"), ("ratio", "a, b", "a divided by b", "a / b"), ("multiply", "a, b", "the product of a and b", "a * b"),
        ("subtract", "a, b", "a minus b", "a - b"), ("larger", "a, b", "the larger of a and b", "max(a, b)"), ("full_name", "first, last", "first and last separated by a space", 'first + " " + last'),
        ("repeat", "text, times", "text repeated times times", "text * times"), ("speed", "distance, time", "distance divided by time", "distance / time"), ("percent", "part, whole", "part as a percentage of whole", "part / whole * 100"),
        ("scale", "values, factor", "a list with every value multiplied by factor", "[value * factor for value in values]"), ("above", "values, limit", "the values that are greater than limit", "[value for value in values if value > limit]"),
        ("join_with", "words, separator", "the words joined with separator", "separator.join(words)"), ("is_multiple", "n, k", "whether n is divisible by k", "n % k == 0"), ("hypotenuse", "a, b", "the square root of the sum of the squares of a and b", "(a ** 2 + b ** 2) ** 0.5"),
        ("greet", "name, greeting", "a greeting for name", 'f"{greeting}, {name}!"'), ("longer_than", "words, n", "the words that are longer than n", "[word for word in words if len(word) > n]"), ("total_price", "price, quantity", "price times quantity", "price * quantity"),
        ("take", "items, n", "the first n items", "items[:n]"), ("bmi", "weight, height", "weight divided by the square of height", "weight / height ** 2"), ("discount", "price, percent", "the price reduced by percent percent", "price * (1 - percent / 100)"),
    ]
    target, parameters, phrase, expression = rng.choice(options)
    if target in program.namespace:
        raise Unsuitable
    first, second = parameters.split(", ")
    prompt = choose(rng, f"(Define|Write|Create) a function (named |called |){program.quoted(target)} that takes {first} and {second} and returns {phrase}|(Define|Write) a function {target}\\({parameters}\\) that returns {phrase}|Define a function {program.quoted(target)} with (the |)parameters {first} and {second} that returns {phrase}")
    program.add(prompt, f"def {target}({parameters}):\n    return {expression}")
    samples = {"text": "ab", "times": 3, "name": "Ann", "greeting": "Hi", "first": "Ada", "last": "Byron", "values": [3, 8, 12], "limit": 5, "factor": 2, "words": ["tree", "oak"], "separator": "-", "items": [4, 5, 6], "n": 2}
    one, two = (rng.choice(values.NAMES) if p in ("name", "first", "last") else rng.choice(values.WORDS) if p == "text" else rng.choice(("Hello", "Hi", "Welcome")) if p == "greeting"
                else samples[p] if p in ("values", "words", "items", "separator") else rng.randint(2, 5) if p in ("n", "times", "k", "exponent") else rng.randint(1, 60) for p in (first, second))
    shown = f"{program.say(one)} and {program.say(two)}"
    call_code = f"{target}({literal(one)}, {literal(two)})"
    if rng.random() < 0.5:
        result = program.fresh(("result", "value", "answer"))
        program.add(fill(choose(rng, f"Call (it|{program.quoted(target)}|the function) with {shown} {STORE}"), {"v": program.quoted(result)}), f"{result} = {call_code}")
        program.define(result)
    else:
        program.add(choose(rng, f"(Call (it|{program.quoted(target)}|the function) with {shown} and print the result|Print the result of {target} (for|with) {shown}|Print {target} of {shown})"), f"print({call_code})")


def unpack(program: Program) -> None:
    """Takes a tuple, a list or a pair of numbers apart, or swaps."""
    rng = program.rng
    roll = rng.random()
    if roll < 0.4 and program.of_kind("tuple"):
        name = rng.choice(program.of_kind("tuple"))
        parts = {2: ("x", "y"), 3: ("a", "b", "c"), 4: ("a", "b", "c", "d")}.get(len(program.namespace[name]))
        if not parts or any(p in program.namespace for p in parts):
            raise Unsuitable
        program.add(choose(rng, f"Unpack {program.ref(name)} into ((the |)variables |){define.enumeration(list(parts))}|Assign the elements of {program.ref(name)} to {define.enumeration(list(parts))}"), f"{', '.join(parts)} = {name}")
        for part in parts:
            program.define(part)
        return
    names = program.of_kind("int", "float") if rng.random() < 0.7 else program.of_kind("str")
    if len(names) < 2:
        raise Unsuitable
    a, b = rng.sample(names, 2)
    program.add(choose(rng, f"Swap (the values of |){program.quoted(a)} and {program.quoted(b)}|Exchange (the values of |){program.quoted(a)} and {program.quoted(b)}"), f"{a}, {b} = {b}, {a}")
    program.define(a)
    program.define(b)


def more_data(program: Program) -> None:
    """A second value, often of a kind that goes with the first."""
    rng = program.rng
    kinds = set(program.kinds.values())
    options = [define.number, define.text]
    if "nums" in kinds:
        options += [define.numbers, define.number]
    if "words" in kinds:
        options += [define.text, define.words]
        source = rng.choice(program.of_kind("words"))
        if rng.random() < 0.5:
            name = define.new_name(program, ("prices", "ages", "scores", "counts", "points", "amounts", "weights"))
            define.assign(program, name, [rng.randint(1, 99) for _ in program.namespace[source]], define.SET_TO if rng.random() < 0.5 else define.WITH_ITEMS, "numbers")
            return
    if "counts" in kinds:
        options.append(define.mapping)
    if "array" in kinds:
        options = [define.array]
    if "date" in kinds:
        options = [define.day]
    if "set" in kinds:
        options.append(define.collection)
    rng.choice(options)(program)


def parse(program: Program) -> None:
    """Takes a text apart that holds data."""
    rng = program.rng
    name = program.fresh(rng.sample(("line", "data", "text", "record", "raw", "s", "entry", "csv_line"), 4))
    var = program.quoted(name)
    roll = rng.random()
    if roll < 0.35:
        sep = rng.choice((",", " ", ";", "-"))
        value = sep.join(str(rng.randint(1, 99)) for _ in range(rng.randint(3, 6)))
        define.assign(program, name, value)
        target = program.fresh(("numbers", "values", "nums"))
        words = {",": "commas", " ": "spaces", ";": "semicolons", "-": "hyphens"}[sep]
        split = f"{name}.split()" if sep == " " else f'{name}.split("{sep}")'
        program.add(choose(rng, f"(Split {program.ref(name)} (at|by|on) (the |){words} and convert the parts to (integers|ints|numbers)|Parse {program.ref(name)} into a list of integers|Convert {program.ref(name)} to a list of integers|Get the (integers|numbers) from {program.ref(name)} as a list) (and (store|save) (it|them|the result) in|called|into) {program.quoted(target)}"), f"{target} = [int(part) for part in {split}]")
        program.define(target)
    elif roll < 0.6:
        fields = rng.sample(("name", "age", "city", "color", "size", "price", "id", "status"), rng.randint(2, 3))
        value = rng.choice((";", ",", "&")).join(f"{f}={rng.choice(values.WORDS)}" for f in fields)
        sep = next(s for s in ";,&" if s in value)
        define.assign(program, name, value)
        target = program.fresh(("settings", "fields", "d", "values", "parsed"))
        program.add(choose(rng, f"(Parse|Split) {program.ref(name)} into a (dictionary|dict) (called |named |){program.quoted(target)}( of keys and values|)|(Create|Build) a (dictionary|dict) {program.quoted(target)} from the (pairs|key=value pairs) in {program.ref(name)}"), f'{target} = dict(part.split("=") for part in {name}.split("{sep}"))')
        program.define(target)
    elif roll < 0.8:
        a, b = rng.choice(values.NAMES), rng.randint(18, 80)
        define.assign(program, name, f"{a},{b}")
        program.add(choose(rng, f"Split {program.ref(name)} at the comma into (the variables |)name and age"), f'name, age = {name}.split(",")')
        program.define("name")
        program.define("age")
        program.add(choose(rng, "Convert age to an (integer|int|number)"), "age = int(age)")
        program.define("age")
    else:
        value = {k: rng.randint(1, 99) for k in rng.sample(values.WORDS, 2)}
        import json

        text = json.dumps(value)
        program.need("json")
        program.add(choose(rng, f"Assign (the (JSON |)string|) '{text}' to (a variable |){var}|Set {var} to (the string |)'{text}'").strip() + ".", f"{name} = '{text}'")
        program.define(name)
        target = program.fresh(("data", "parsed", "obj", "d"))
        program.add(choose(rng, f"(Parse|Load|Decode) {program.ref(name)} as JSON (into|and store (it|the result) in) {program.quoted(target)}|Parse the JSON (in {program.quoted(name)} |)(into|and store it in) {program.quoted(target)}"), f"{target} = json.loads({name})")
        program.define(target)


def files(program: Program) -> None:
    """Writes a file and reads it back."""
    rng = program.rng
    name = program.pick("words", "str", "nums", "counts")
    kind, ref = program.kinds[name], program.ref(name)
    path = rng.choice(("data", "notes", "output", "items", "log", "result", "words", "test")) + {"counts": ".json"}.get(kind, ".txt")
    said = program.say(path) if rng.random() < 0.5 else path
    if kind == "counts":
        program.need("json")
        program.add(choose(rng, f"(Save|Write) {ref} (to|in|into) (the |a )(JSON |)file {said}( as JSON|)"), f'with open("{path}", "w") as file:\n    json.dump({name}, file)')
        target = program.fresh(("loaded", "data", "content"))
        program.add(choose(rng, f"(Load|Read) (the |)(JSON |)(file |){said} (into|and store (it|the result) in) {program.quoted(target)}"), f'with open("{path}") as file:\n    {target} = json.load(file)')
    else:
        if kind == "str":
            program.add(choose(rng, f"(Write|Save) {ref} (to|into) (the |a )file (named |called |){said}"), f'with open("{path}", "w") as file:\n    file.write({name})')
        else:
            e = program.element(name)
            text = f"{e}" if kind == "words" else f"str({e})"
            program.add(choose(rng, f"Write (the elements of |each element of |){ref} to (the |a )file (named |called |){said}(, one per line| on separate lines|, each on its own line)"), f'with open("{path}", "w") as file:\n    for {e} in {name}:\n        file.write({text} + "\\n")')
        target = program.fresh(("lines", "content"))
        if rng.random() < 0.5:
            target = program.fresh(("lines", "rows"))
            program.add(choose(rng, f"Read the lines of (the file |){said} into (a list (called |named |)|){program.quoted(target)}|Read (the file |){said} into a list of lines (called |named |){program.quoted(target)}"), f'with open("{path}") as file:\n    {target} = file.read().splitlines()')
        else:
            target = program.fresh(("content", "text", "contents"))
            program.add(choose(rng, f"Read (the (content|contents) of |)(the file |){said} (into|and store (it|them) in) {program.quoted(target)}"), f'with open("{path}") as file:\n    {target} = file.read()')
    program.define(target)


def guard_errors(program: Program) -> None:
    """Tries something that may fail."""
    rng = program.rng
    name = program.pick("int", "str", "counts", "nums", "words")
    kind, ref = program.kinds[name], program.ref(name)
    if kind == "int":
        prompt, code = f"Try to divide {ref} by (zero|0) and print 'error' if (it fails|that fails|this raises an exception)", f'try:\n    print({name} / 0)\nexcept ZeroDivisionError:\n    print("error")'
    elif kind == "str":
        target = program.fresh(("number", "value", "result"))
        prompt, code = f"(Try to convert|Convert) {ref} to an integer {target}, (and use|or use|using) 0 if (that fails|it is not a number)", f"try:\n    {target} = int({name})\nexcept ValueError:\n    {target} = 0"
        program.add(choose(rng, prompt), code)
        program.define(target)
        return
    elif kind == "counts":
        missing = Parameters(program, name).pair("missing")
        prompt, code = f"(Try to print|Print) the value of {missing[0]} in {ref}, (or|and) print 'missing' if there is no such key", f'try:\n    print({name}[{missing[1]}])\nexcept KeyError:\n    print("missing")'
    else:
        index = rng.randint(3, 20)
        prompt, code = f"(Try to print|Print) the element of {ref} at index {index}, (or|and) print 'out of range' if there is none", f'try:\n    print({name}[{index}])\nexcept IndexError:\n    print("out of range")'
    program.add(choose(rng, prompt), code)


def group(program: Program) -> None:
    """Groups the elements of a list under a key."""
    rng = program.rng
    name = program.pick("words", "nums")
    e, ref, item = program.element(name), program.ref(name), _item(program, name)
    if program.kinds[name] == "words":
        key, said, usual = rng.choice((("len({e})", "(its|their) length", "by_length"), ("{e}[0]", "(its|their) first letter", "by_letter"), ("{e}[-1]", "(its|their) last letter", "by_last_letter")))
    else:
        key, said, usual = rng.choice((("{e} % 2", "(its|their) remainder (modulo|when divided by) 2", "by_parity"), ("{e} % 3", "(its|their) remainder (modulo|when divided by) 3", "by_remainder"), ("{e} // 10", "(its|their) tens", "by_tens")))
    key = key.replace("{e}", e)
    target = program.fresh(("groups", usual, "grouped")) if rng.random() < 0.6 else program.fresh((usual, "groups"))
    plural = _items(program, name)
    prompt = choose(rng, f"Group (the {plural} (of|in) {ref}|the {plural} in {ref}|{ref}) by {said} (in|into) a (dictionary|dict) (called |named |){program.quoted(target)}").replace("(its|their)", "their").replace(" its ", " their ")
    if rng.random() < 0.5:
        code = f"{target} = {{}}\nfor {e} in {name}:\n    {target}.setdefault({key}, []).append({e})"
    else:
        code = f"{target} = defaultdict(list)\nfor {e} in {name}:\n    {target}[{key}].append({e})"
        prompt += choose(rng, " (using|with) (a |)defaultdict")
        program.need("defaultdict")
    program.add(prompt, code)
    program.namespace[target] = dict(program.namespace[target])
    program.order.append(target)
    program.kinds[target] = "other"
    program.latest = target


MIDDLE: list[tuple[float, object]] = [
    (26, compute), (9, act), (11, select), (9, transform), (4, select_and_transform), (8, quantify), (4, show), (7, loop), (6, decide), (1.2, grade), (4, compose_text), (3.5, function), (6, call),
    (2.5, two_argument_function), (1.5, unpack), (5, more_data), (2, parse), (1.5, files), (1, guard_errors), (1.5, group), (3, show_variable),
]
_FUNCTIONS, _WEIGHTS = [f for _, f in MIDDLE], [w for w, _ in MIDDLE]
ENDS: list[tuple[float, object]] = [(55, show_variable), (12, show), (8, quantify), (8, loop), (8, decide), (6, call)]
_END_FUNCTIONS, _END_WEIGHTS = [f for _, f in ENDS], [w for w, _ in ENDS]


def _try(program: Program, functions, weights) -> bool:
    """Adds a turn of one of the kinds; what an unsuitable one left behind is taken back."""
    for _ in range(12):
        function_ = program.rng.choices(functions, weights)[0]
        before = len(program.turns)
        state = (dict(program.kinds), list(program.order), list(program.imports), dict(program.phrase_of), dict(program.functions), program.latest)
        saved = {k: copy.copy(v) if isinstance(v, (list, dict, set)) else v for k, v in program.namespace.items()}
        try:
            function_(program)
            return True
        except Unsuitable:
            del program.turns[before:]
            program.namespace = saved
            program.kinds, program.order, program.imports, program.phrase_of, program.functions, program.latest = state
            program.pending.clear()
    return False


def build(program: Program, size: int) -> bool:
    """Adds turns until there are `size`, the last of which prints. False if it could not be done."""
    first = parse if program.rng.random() < 0.04 else two_argument_function if program.rng.random() < 0.02 else define.start
    for _ in range(6):
        try:
            first(program)
            break
        except Unsuitable:
            return False
    while len(program.turns) < size - 1:
        if not _try(program, _FUNCTIONS, _WEIGHTS):
            return False
    if not program.printed or program.rng.random() < 0.5:
        for _ in range(5):
            if program.latest and _try(program, _END_FUNCTIONS, _END_WEIGHTS) and "print(" in program.turns[-1].code:
                break
        else:
            return False
    return bool(program.turns)

