"""Turns that print a variable, or put several into a text."""

from .builder import Program, Unsuitable
from .phrases import choose
from .wording import SHOW, pick_name


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
        prompt = choose(
            rng, f"{SHOW} (the value of |the value of the variable |||||){ref}" if not ref.startswith(("the ", "it")) else f"{SHOW} {ref}"
        )
        code = f"print({name})"
    elif roll < 0.70 and kind in ("nums", "words"):
        sep = rng.choice((", ", " ", "-", "; ", " | "))
        said = {", ": "commas", " ": "spaces", "-": "hyphens", "; ": "semicolons", " | ": "bars"}[sep]
        said = (
            choose(rng, f"(separated by {said}|on one line separated by {said})") if sep in (", ", " ", "-") else f"separated by {program.say(sep)}"
        )
        inner = name if kind == "words" else f"str({program.element(name)}) for {program.element(name)} in {name}"
        prompt, code = choose(rng, f"{SHOW} (the elements of |){ref} {said}"), f'print("{sep}".join({inner}))'
    elif roll < 0.85:
        label = name.replace("_", " ").capitalize() if name.isidentifier() and len(name) > 1 else "Result"
        label = rng.choice((label, label, "Result", "The " + label.lower(), "Answer", "Value"))
        style = rng.random()
        if style < 0.4:
            prompt, code = (
                choose(
                    rng,
                    f"{SHOW} ({program.say(label + ':')} followed by {ref}|{ref} with the label {program.say(label)}|the label {program.say(label + ':')} and {ref})",
                ),
                f'print("{label}:", {name})',
            )
        elif style < 0.75:
            prompt, code = (
                choose(
                    rng,
                    f"{SHOW} (a (message|sentence|line) (like|of the form)|in the form) '{label}: <value>' (for|with the value of) {ref}|{SHOW} '{label}: X' where X is {ref}|{SHOW} '{label}: ' and {ref} (with|using) an f-string",
                ),
                f'print(f"{label}: {{{name}}}")',
            )
        else:
            prompt, code = (
                choose(
                    rng,
                    f"{SHOW} 'The {name.replace('_', ' ')} is X' (where X is|with) the value of {ref}|{SHOW} (a message|a sentence) (that says|saying) what {ref} is",
                ),
                f'print(f"The {name.replace("_", " ")} is {{{name}}}")',
            )
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


def compose_text(program: Program) -> None:
    """A text made of several variables."""
    rng = program.rng
    names = program.of_kind("str", "int", "float")
    if not names:
        raise Unsuitable
    name = rng.choice(names)
    ref = program.quoted(name)
    target = pick_name(program, ["message", "text", "greeting", "line", "sentence"], name)
    var = program.quoted(target)
    kind = program.kinds[name]
    roll = rng.random()
    if kind == "str" and roll < 0.4:
        before, after = rng.choice(
            (
                ("Hello, ", "!"),
                ("Welcome, ", "!"),
                ("Dear ", ","),
                ("My name is ", "."),
                ("I like ", "."),
                ("Good morning, ", "!"),
                ("<", ">"),
                ("I am from ", "."),
                ("This is ", "."),
                ("The answer is ", "."),
            )
        )
        shape = before + "{" + name + "}" + after
        prompt = choose(
            rng,
            f"(Create|Build|Make) (a (string|message|greeting|text)|the (string|message|greeting)) {var} (of the form|like) '{before}X{after}' where X is {ref}|(Create|Define) a string {var} that consists of {program.say(before)}, {ref} and {program.say(after)}|(Use an f-string to create|Format) (the string |)'{before}X{after}' with X replaced by {ref} and store it in {var}",
        )
        code = f'{target} = f"{shape}"'
    elif len(names) > 1 and roll < 0.8:
        other = rng.choice([n for n in names if n != name])
        middle, words = rng.choice(
            (
                (" ", "a space"),
                ("-", "a hyphen"),
                (": ", "a colon and a space"),
                (", ", "a comma and a space"),
                ("/", "a slash"),
                (" is ", "' is '"),
                (" and ", "' and '"),
                ("=", "an equals sign"),
                (" x ", "' x '"),
            )
        )
        prompt = choose(
            rng,
            f"(Join|Combine) {ref} and {program.quoted(other)} with {words} between them and store (it|the result) in {var}|(Create|Build) a string {var} (with|from) {ref}, {words} and {program.quoted(other)}|(Create|Build) the string {var} by putting {words} between {ref} and {program.quoted(other)}",
        )
        code = f'{target} = f"{{{name}}}{middle}{{{other}}}"'
    else:
        label = name.replace("_", " ")
        prompt = choose(
            rng,
            f"(Create|Build|Make) a (string|message|text) {var} that says '(The |)LABEL is X' where X is (the value of |){ref}|(Create|Format) a (string|message) 'The LABEL is X' with the value of {ref} and store it in {var}",
        )
        the = "The " if "The LABEL" in prompt else ""
        prompt, code = prompt.replace("LABEL", label), f'{target} = f"{the}{label} is {{{name}}}"'
    program.add(prompt, code)
    program.define(target)
