"""How one document's prompts are worded: how they name things, how they ask, and what slips its writer makes."""

import random
import re
from dataclasses import dataclass, field

from ..builder import literal
from ..phrases import choose, sentence

# Ways to ask, each a share of the prompts of a document that keeps to it.
MANNERS = ("imperative", "imperative", "imperative", "definition", "question", "fragment", "wish", "two", "mixed", "mixed")
WORDS = re.compile(r"(?<![\w`'\"])[a-z]{5,}(?![\w`'\"])")

STORE = {
    "imperative": (
        "(Compute|Calculate|Find|Get|Determine|Work out) {noun}(,|) and (store|save|put) (it|the result) (in|in a variable called|in the variable|in a variable named) {v}",
        "(Compute|Calculate|Find|Get|Determine) {noun} and (call|name) (it|the result) {v}",
        "(Assign {noun} to|Store {noun} in|Save {noun} in|Put {noun} in|Save {noun} as) (a variable (called|named) |the variable ||){v}",
        "{Verb} and (store|save|put) the result in (a variable (called|named) |the variable ||){v}",
        "{Verb} and (call|name) the result {v}",
        "{Verb}, (storing|saving) the result (in|as) {v}",
        "In {v}, store {noun}",
    ),
    "definition": (
        "Let {v} be {noun}",
        "Set {v} to {noun}",
        "Define {v} as {noun}",
        "(Create|Make|Define) (a variable |the variable |){v} (that holds|holding|with|containing|equal to) {noun}",
        "{v} (is|should be|becomes|is to be) {noun}",
        "The variable {v} (holds|should hold|is) {noun}",
        "Initialize {v} (as|with|to) {noun}",
    ),
    "question": (
        "What is {noun}? (Store|Save|Put) (it|the answer) in {v}",
        "(What|Which value) is {noun}? Call it {v}",
        "What's {noun}? Assign it to {v}",
    ),
    "fragment": ("{v}: {noun}", "{v} = {noun}", "{noun}, (stored in|as|called|named) {v}", "{noun} -> {v}", "{v} as {noun}", "{noun} in {v}"),
    "wish": (
        "(I need|I want|We need|I would like|I'd like) {noun} (in|stored in|saved as|as) (a variable called ||){v}",
        "(Please |Now |Then |Next, |Could you )(compute|find|get|determine) {noun} and (store|save) it in {v}",
        "(Please|Now|Then) {verb} and (store|save|keep) the result (in|as) {v}",
    ),
    "two": (
        "(We need|I need|We want) {noun}. (Store it in|Save it as|Call it|Put it in) {v}",
        "{Verb}. (Store|Save|Put) the result in {v}",
        "{Verb}. (Call|Name) the result {v}",
        "(Compute|Find|Get|Determine) {noun}. (Assign it to|Store it in|Save it in) {v}",
    ),
}
SHOW = {
    "imperative": (
        "(Print|Print|Show|Display|Output|Print out) {noun}",
        "(Compute|Calculate|Find|Determine) {noun} and print (it|the result)",
        "{Verb} and (print|show|display) the result",
    ),
    "definition": ("Print {noun}", "The output (is|should be) {noun}", "{noun} (is|should be) printed"),
    "question": ("What is {noun}?", "What's {noun}?", "What is {noun}? Print it", "Can you (print|show me|tell me) {noun}?"),
    "fragment": ("print {noun}", "print: {noun}", "output {noun}", "show {noun}"),
    "wish": ("(Please |Now |Finally, |Then )print {noun}", "I want to see {noun}", "(Show|Tell|Give) me {noun}", "I would like to (see|know) {noun}"),
    "two": ("(We need|I need) {noun}. Print it", "{Verb}. Print the result", "(Compute|Find) {noun}. (Then print|Print|Show) it"),
}
BOOLEAN = re.compile(r"^whether (.+?) (is|are|has|contains|occurs|appears|starts|begins|ends|equals) (.+)$")
PLAIN = {
    "contains": "contain",
    "occurs": "occur",
    "appears": "appear",
    "starts": "start",
    "begins": "begin",
    "ends": "end",
    "equals": "equal",
    "has": "have",
}


# A noun in the plural, by its ending: `the divisors of n`, `the first 3 words of s`.
PLURAL = re.compile(r"the ((first|last|distinct|unique|different|common|even|odd|positive|negative|\d+) )*[a-z]+[^suia]s\b")


def agreeing(text: str) -> str:
    """A question about one thing as a question about many."""
    return re.sub(r"\bWhat's\b", "What are", re.sub(r"\b(What|Which value) is\b", "What are", text))


def asked(noun: str) -> str:
    """`whether x is even` as `Is x even?`, `the number of ...` as it is; an empty string where there is no such question."""
    found = BOOLEAN.match(noun)
    if not found:
        return ""
    subject, verb, rest = found.groups()
    if " there " in f" {subject} " or subject == "there":
        return f"{'Are' if verb == 'are' else 'Is'} {subject} {rest}?"
    return f"{verb.capitalize()} {subject} {rest}?" if verb in ("is", "are") else f"Does {subject} {PLAIN[verb]} {rest}?"


@dataclass
class Style:
    """The style of one document."""

    rng: random.Random
    mark: str = ""
    quote: str = '"'
    manner: str = "imperative"
    low: bool = False
    stop: bool = True
    slips: float = 0.0
    names: set[str] = field(default_factory=set)

    @classmethod
    def drawn(cls, rng: random.Random) -> "Style":
        """A style: most write carefully, some do not."""
        return cls(
            rng,
            mark=rng.choices(("", "`", '"', "'"), (46, 22, 20, 12))[0],
            quote=rng.choices(('"', "'"), (75, 25))[0],
            manner=rng.choice(MANNERS),
            low=rng.random() < 0.12,
            stop=rng.random() < 0.78,
            slips=0.25 if rng.random() < 0.08 else 0.0,
        )

    def name(self, name: str) -> str:
        """A variable's name as the prompts of the document write it."""
        self.names.add(name)
        return f"{self.mark}{name}{self.mark}"

    def text(self, value: str) -> str:
        """A string's value in quotes."""
        written = literal(value)
        return f"'{value}'" if self.quote == "'" and "'" not in value and written[0] == '"' else written

    def value(self, value) -> str:
        """A value as a prompt writes it."""
        return self.text(value) if isinstance(value, str) else repr(value) if self.quote == "'" else literal(value)

    def way(self) -> str:
        """How the next prompt asks."""
        return self.rng.choice(tuple(STORE)) if self.manner == "mixed" or self.rng.random() < 0.2 else self.manner

    def prompt(self, templates, noun: str, verb: str, v: str = "") -> str:
        """A prompt by one of the templates; those with a verb only where there is one."""
        fitting = [t for t in templates if verb or "erb}" not in t]
        if noun.startswith("whether ") and not v:
            if (question := asked(noun)) and self.rng.random() < 0.5:
                return self.finished(question)
            fitting = [t for t in fitting if "What" not in t] or ["Print {noun}"]
        template = choose(self.rng, self.rng.choice(fitting))
        filled = template
        for place, text in (("{noun}", noun), ("{verb}", verb), ("{Verb}", verb[:1].upper() + verb[1:]), ("{v}", v)):
            filled = filled.replace(place, text)
        return self.finished(agreeing(filled) if PLURAL.match(noun) else filled)

    def finished(self, text: str) -> str:
        """The prompt with its first letter and its stop as the style has it, and now and then a slip."""
        # A name stays as it is, also where it begins a sentence.
        text = text if re.split(r"\W", text, maxsplit=1)[0] in self.names else sentence(text)
        if self.slips and self.rng.random() < self.slips * 2:
            text = slipped(self.rng, text, self.names)
        if self.low:
            text = re.sub(r"(^|[.?] )([A-Z])(?=[a-z' ])", lambda m: m.group(1) + m.group(2).lower(), text)
        return text if text.endswith(("?", "!")) or not self.stop else text + "."


def slipped(rng: random.Random, text: str, names: set[str]) -> str:
    """The text with a typing error in one of its words that is no name."""
    found = [match for match in WORDS.finditer(text) if match.group() not in names]
    if not found:
        return text
    match = rng.choice(found)
    word, at = match.group(), rng.randrange(1, len(match.group()) - 1)
    wrong = rng.choice((word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]))
    return text[: match.start()] + wrong + text[match.end() :]
