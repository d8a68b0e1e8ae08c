"""Turns on the elements of a list: select, transform, count, group."""

from . import tables
from .builder import Parameters, Program, Unsuitable
from .phrases import choose, fill
from .wording import COMPUTE, SHOW, STORE, TRUTH, item_word, items_word, pick_name, spoken


def condition(program: Program, name: str) -> tuple[str, str, str, Parameters, bool]:
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


def that_clause(program: Program, many: str) -> str:
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
    many, _, text, parameters, _ = condition(program, name)
    e, source, items = parameters.element, program.ref(name), items_word(program, name)
    that = that_clause(program, many)
    kept = f"[{e} for {e} in {name} if {text}]"
    roll = rng.random()
    if roll < 0.25:
        prompt = choose(
            rng,
            "(Keep|Retain) only (the |)ITEMS THAT (in|of|from) SOURCE|(Keep|Retain) only (the |)ITEMS (in|of|from) SOURCE (THAT)|Filter SOURCE to keep only (the |)ITEMS THAT|In SOURCE, keep only the ITEMS THAT",
        )
        target = name
    elif roll < 0.37:
        prompt = choose(
            rng,
            "(Remove|Delete|Drop|Filter out) (all |all |the |all the |every )ITEMS THAT from SOURCE|(Remove|Delete|Drop) (all |the )ITEMS from SOURCE (THAT)",
        )
        prompt = prompt.replace("every ITEMS", "all ITEMS")
        kept = f"[{e} for {e} in {name} if {negated(text)}]"
        target = name
    else:
        target = ""
    if target:
        if rng.random() < 0.35:
            target = pick_name(program, ["filtered", "kept", "remaining", "selected"], name)
            prompt += " " + fill(choose(rng, STORE.replace("(it|the result)", "the result")), {"v": program.quoted(target)})
        prompt = prompt.replace("ITEMS", items).replace("THAT", that).replace("SOURCE", source)
        code = f"{target} = {kept}"
        program.add(prompt, code)
        program.define(target, program.phrase_of.get(target, "") if target == name else "")
        return
    adjective = next((w for w in ("even", "odd", "positive", "negative") if w in many and "not" not in many and "number of" not in many), "")
    what = f"the {adjective} {items}" if adjective and rng.random() < 0.8 else ""
    base = (
        adjective
        or {
            "words": rng.choice(("selected", "matching", "filtered", "matches")),
            "nums": rng.choice(("selected", "filtered", "large" if ">" in text else "small" if "<" in text else "matching")),
        }[program.kinds[name]]
    )
    usual = {"even": "evens", "odd": "odds", "positive": "positives", "negative": "negatives"}.get(base, base)
    usual_names = [f"{base}_{name}", usual, base] if rng.random() < 0.6 else [usual, base, f"{base}_{name}"]
    target = program.novel_name(plural=True) or program.fresh(usual_names)
    phrase = choose(
        rng,
        "(all |only |)"
        + (
            f"{what} (in|of|from) {source}"
            if what
            else f"(the |the |){items} (in|of|from) {source} {that}|(the |the ){items} {that} (in|of|from) {source}"
        ),
    )
    if not what and "|" in phrase:
        phrase = choose(rng, f"({phrase})")
    with_loop = rng.random() < 0.12
    var = program.quoted(target)
    if rng.random() < 0.8:
        prompt = choose(
            rng,
            f"(Create|Make|Build) a (new |)list (named |called |){var} (with|of|containing|that contains) NP|(Find|Get|Select|Collect|Extract) NP (and (store|save|put) (them|the result) in|into) (a (new |)list (named |called |)|){var}|(Store|Save|Put) NP in (a (new |)list (named |called |)|){var}|Let {var} be the list of NP|Assign (a list of |)NP to {var}",
        )
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


def negated(text: str) -> str:
    """The condition's opposite, as one would write it."""
    for sign, opposite in (
        (" >= ", " < "),
        (" <= ", " > "),
        (" > ", " <= "),
        (" < ", " >= "),
        (" != ", " == "),
        (" not in ", " in "),
        (" == ", " != "),
        (" in ", " not in "),
    ):
        if text.count(sign) == 1 and not (sign.strip() in ("<", ">") and "=" in text) and text.count("<=") < 2:
            return text.replace(sign, opposite)
    return text[4:] if text.startswith("not ") else f"not {text}" if "<=" not in text else f"not ({text})"


def transform(program: Program) -> None:
    """Does something to each element of a list."""
    rng = program.rng
    name = program.pick("nums", "words")
    verb, noun, expression, names = rng.choice(tables.maps()[program.kinds[name]])
    parameters = Parameters(program, name)
    item, source, e = item_word(program, name), program.ref(name), parameters.element
    if "Round" in verb.title() and not any(isinstance(v, float) for v in program.namespace[name]):
        raise Unsuitable
    each = choose(
        rng,
        f"(each|every) {item} (in|of) {source}|(each|every) {item} (in|of) {source}|all (the |){items_word(program, name)} (in|of) {source}|the {items_word(program, name)} (in|of) {source}",
    )
    text = parameters.code(expression)
    mapped = f"[{text} for {e} in {name}]"
    roll = rng.random()
    if roll < 0.35:
        prompt = fill_each(parameters, verb, each)
        if rng.random() < 0.5:
            target, said = pick_name(program, list(names), name), ""
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
                    phrase = phrase.replace(f"the {one} of {each}", f"the {many} of (all |)the {items_word(program, name)} (in|of) {source}")
        phrase = choose(rng, phrase)
        if rng.random() < 0.75:
            target, said = pick_name(program, list(names), name), ""
            var = program.quoted(target)
            prompt = choose(
                rng,
                f"(Create|Make|Build) a (new |)list (named |called |){var} (with|of|containing) NP|Store NP in (a (new |)list (named |called |)|){var}|Let {var} be the list of NP|Compute NP and store the results in (a list (named |called |)|){var}",
            ).replace("NP", phrase)
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
    many, _, text, parameters, _ = condition(program, name)
    _, noun, expression, names = rng.choice(tables.maps()[program.kinds[name]])
    e = parameters.element
    try:
        value = parameters.code(expression)
    except Unsuitable:
        raise
    each = f"(each|every) {item_word(program, name)} (in|of) {program.ref(name)} {choose(rng, '(that|which)')} {{one}}"
    one = many
    for plural, single in (
        ("are ", "is "),
        ("start ", "starts "),
        ("begin ", "begins "),
        ("end ", "ends "),
        ("contain ", "contains "),
        ("have ", "has "),
        ("do not ", "does not "),
    ):
        if one.startswith(plural):
            one = single + one[len(plural) :]
            break
    else:
        one = "is " + one if not one.startswith("is ") else one
    phrase = fill_each(parameters, noun, choose(rng, each).replace("{one}", one))
    target = pick_name(program, list(names) + ["selected"], name)
    var = program.quoted(target)
    prompt = choose(
        rng, f"(Create|Make|Build) a (new |)list (named |called |){var} (with|of|containing) NP|Store NP in (a (new |)list (named |called |)|){var}"
    ).replace("NP", phrase)
    program.add(prompt, f"{target} = [{value} for {e} in {name} if {text}]")
    program.define(target)


def quantify(program: Program) -> None:
    """Counts, sums, or finds among the elements that meet a condition; asks whether all or any do."""
    rng = program.rng
    name = program.pick("nums", "words")
    many, one, text, parameters, _ = condition(program, name)
    e, source, items, item = parameters.element, program.ref(name), items_word(program, name), item_word(program, name)
    that = that_clause(program, many)
    numeric = program.kinds[name] == "nums"
    options = [
        (
            3,
            f"the number of {items} (in|of) {source} {that}",
            f"sum({text} for {e} in {name})" if rng.random() < 0.0 else f"len([{e} for {e} in {name} if {text}])",
            ("count", "n", "matches"),
        ),
        (
            3,
            f"how many {items} (in|of) {source} {many if many.startswith(('are', 'start', 'begin', 'end', 'contain', 'have', 'do')) else 'are ' + many}",
            f"len([{e} for {e} in {name} if {text}])",
            ("count", "n"),
        ),
        (1, f"(whether|if) (any {item} (in|of) {source}) {one}", f"any({text} for {e} in {name})", ("found", "has_any")),
        (
            1,
            f"(whether|if) (all {items} (in|of) {source}) {many if many.startswith(('are', 'start', 'begin', 'end', 'contain', 'have', 'do')) else 'are ' + many}",
            f"all({text} for {e} in {name})",
            ("all_match", "ok", "valid"),
        ),
        (1, f"the first {item} (in|of) {source} (that|which) {one}", f"next({e} for {e} in {name} if {text})", ("first_match", "found", "first")),
    ]
    if numeric:
        options += [
            (3, f"the (sum|total) of the {items} (in|of) {source} {that}", f"sum({e} for {e} in {name} if {text})", ("total", "sum_", "partial_sum")),
            (
                1,
                f"the (largest|maximum|highest) {item} (in|of) {source} (that|which) {one}",
                f"max({e} for {e} in {name} if {text})",
                ("largest", "maximum"),
            ),
            (
                1,
                f"the (smallest|minimum|lowest) {item} (in|of) {source} (that|which) {one}",
                f"min({e} for {e} in {name} if {text})",
                ("smallest", "minimum"),
            ),
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
        phrase = "the " + phrase[len("the number of ") :]
    roll = rng.random()
    if roll < 0.55:
        target = pick_name(program, list(names), name)
        prompt = f"{verb} {phrase} " + fill(choose(rng, STORE), {"v": program.quoted(target)})
        code, said = f"{target} = {expression}", ""
    elif roll < 0.75:
        target = program.fresh(names)
        prompt, code, said = f"{verb} {phrase}", f"{target} = {expression}", spoken(program, target)
    else:
        prompt = (
            choose(rng, f"{SHOW} ") + phrase
            if not phrase.startswith("the ") or rng.random() < 0.6 or verb == "Count"
            else f"{verb} {phrase} and print it"
        )
        if (
            phrase.startswith("the ")
            and verb == "Count"
            and prompt.startswith(("Print the", "Show the", "Display the", "Output the"))
            and not phrase.startswith("the number")
        ):
            prompt = f"Count {phrase} and print the result"
        program.add(prompt, f"print({expression})")
        return
    program.add(prompt, code)
    program.define(target, said)


def group(program: Program) -> None:
    """Groups the elements of a list under a key."""
    rng = program.rng
    name = program.pick("words", "nums")
    e, ref = program.element(name), program.ref(name)
    if program.kinds[name] == "words":
        key, said, usual = rng.choice(
            (
                ("len({e})", "(its|their) length", "by_length"),
                ("{e}[0]", "(its|their) first letter", "by_letter"),
                ("{e}[-1]", "(its|their) last letter", "by_last_letter"),
            )
        )
    else:
        key, said, usual = rng.choice(
            (
                ("{e} % 2", "(its|their) remainder (modulo|when divided by) 2", "by_parity"),
                ("{e} % 3", "(its|their) remainder (modulo|when divided by) 3", "by_remainder"),
                ("{e} // 10", "(its|their) tens", "by_tens"),
            )
        )
    key = key.replace("{e}", e)
    target = program.fresh(("groups", usual, "grouped")) if rng.random() < 0.6 else program.fresh((usual, "groups"))
    plural = items_word(program, name)
    prompt = (
        choose(
            rng,
            f"Group (the {plural} (of|in) {ref}|the {plural} in {ref}|{ref}) by {said} (in|into) a (dictionary|dict) (called |named |){program.quoted(target)}",
        )
        .replace("(its|their)", "their")
        .replace(" its ", " their ")
    )
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
