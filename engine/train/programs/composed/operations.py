"""What can be called on values of one kind to get one of another, with the words for it.

A line is `operands -> result :: noun :: verb :: code :: names of the result :: imports`. Nouns come without `the`. `{0}` and `{1}` are the operands; `{0*}`
are the elements of the first in the plural, `{0/}` each of them. `{k}` and other letters are constants that fit the operand's value (constants.py). The
verb may be left out. Alternatives of code are parted by `;;`. The kinds are those of kinds.py.
"""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Operation:
    """One call. `code` has alternatives that compute the same."""

    takes: tuple[str, ...]
    gives: str
    noun: str
    verb: str
    code: tuple[str, ...]
    names: tuple[str, ...]
    needs: tuple[str, ...] = ()


STRINGS = """
str -> str :: (uppercase|upper-case) version of {0} :: (convert|change) {0} to (uppercase|upper case) :: {0}.upper() :: upper shouted
str -> str :: (lowercase|lower-case) version of {0} :: (convert|make|change) {0} (to lowercase|all lowercase|to lower case) :: {0}.lower() :: lower lowered
str -> str :: title-cased version of {0} :: (convert {0} to title case|capitalize every word of {0}) :: {0}.title() :: titled title
str -> str :: (reverse|reversed version) of {0} :: (reverse|flip) {0} :: {0}[::-1] ;; "".join(reversed({0})) :: reversed_text backwards
str -> str :: {0} with the case of (each letter|every letter) swapped :: swap the case of (every|each) letter (of|in) {0} :: {0}.swapcase() :: swapped
str -> str :: {0} without (its |)(leading and trailing|surrounding) (whitespace|spaces) :: (strip|trim) {0} :: {0}.strip() :: stripped trimmed
str -> str :: {0} without vowels :: (remove|drop|delete) (the|all|all the) vowels from {0} :: "".join(ch for ch in {0} if ch.lower() not in "aeiou") :: consonants without_vowels
str -> str :: {0} without (digits|numbers) :: (remove|drop|delete) (all |every |)digits from {0} :: "".join(c for c in {0} if not c.isdigit()) ;; re.sub(r"\\d", "", {0}) :: no_digits letters_only :: re
str -> str :: {0} without (punctuation|punctuation marks) :: (remove|strip) (all |)punctuation from {0} :: "".join(c for c in {0} if c not in string.punctuation) ;; {0}.translate(str.maketrans("", "", string.punctuation)) :: no_punctuation cleaned :: string
str -> str :: {0} with (every|each) {c} replaced (by|with) {d} :: replace (every|each|all occurrences of) {c} (in|of) {0} (by|with) {d} :: {0}.replace({c}, {d}) :: replaced
str -> str :: first {n} (characters|letters) of {0} :: (keep only|take|get) the first {n} (characters|letters) of {0} :: {0}[:{n}] :: prefix head
str -> str :: last {n} (characters|letters) of {0} :: (keep only|take|get) the last {n} (characters|letters) of {0} :: {0}[-{n}:] :: suffix ending
str -> str :: (every second|every other) (character|letter) of {0} :: (take|pick|keep) (every second|every other) character of {0} :: {0}[::2] :: alternate every_second
str -> str :: {0} (repeated|written) {s} times :: repeat {0} {s} times :: {0} * {s} :: repeated
str -> str :: {0} with its words in reverse order :: reverse the order of the words (in|of) {0} :: " ".join({0}.split()[::-1]) ;; " ".join(reversed({0}.split())) :: reversed_words
str -> str :: {0} with (each|every) word reversed :: reverse (each|every) word (in|of) {0} (in place|but keep their order|, keeping the words in order) :: " ".join(word[::-1] for word in {0}.split()) :: mirrored
str -> str :: {0} with (its spaces|all spaces) replaced by (underscores|`_`) :: (replace|swap) the spaces (in|of) {0} (for|with) underscores :: {0}.replace(" ", "_") ;; "_".join({0}.split(" ")) :: snake slug
str -> str :: acronym (of|made from) {0} :: (make|build|form) (an acronym|the acronym) (of|from) {0} :: "".join(word[0].upper() for word in {0}.split()) :: acronym
str -> str :: {0} with repeated (characters|letters) removed :: remove repeated (characters|letters) from {0}(, keeping the first of each|) :: "".join(dict.fromkeys({0})) :: unique_letters deduplicated
str -> str :: (letters|characters) of {0} in (sorted|alphabetical) order(, joined together|, as one string) :: sort the (characters|letters) of {0} :: "".join(sorted({0})) :: sorted_text
str -> str :: longest word (in|of) {0} :: (find|get) the longest word (in|of) {0} :: max({0}.split(), key=len) :: longest_word longest
str -> str :: shortest word (in|of) {0} :: (find|get) the shortest word (in|of) {0} :: min({0}.split(), key=len) :: shortest_word shortest
str -> str :: most (common|frequent) (character|letter) (in|of) {0} :: find the most (common|frequent) (character|letter) (in|of) {0} :: Counter({0}).most_common(1)[0][0] ;; max({0}, key={0}.count) :: most_common frequent_letter :: Counter
str -> str :: {0} shifted by {s} (letters|places) in the alphabet(, small letters only|) :: encode {0} with a Caesar (cipher|shift) of {s} :: "".join(chr((ord(c) - 97 + {s}) % 26 + 97) if c.islower() else c for c in {0}) :: encoded cipher
str -> str :: {0} with {d} (between|in between) its (letters|characters) :: (put|insert) {d} between (all |the |)(letters|characters) of {0} :: {d}.join({0}) :: spaced joined
str -> str :: {0} centered in {W} (characters|columns) :: center {0} in (a field of|) {W} (characters|columns) :: {0}.center({W}) :: centered
str -> str :: {0} padded (on the left |)with zeros to {W} (characters|places) :: pad {0} (on the left |)with zeros (up |)to {W} (characters|places) :: {0}.zfill({W}) :: padded
str -> str :: run-length encoding of {0} :: run-length encode {0} :: "".join(f"{{key}}{{len(list(group))}}" for key, group in itertools.groupby({0})) :: encoded runs :: itertools
str -> int :: (length|number of characters) (of|in) {0} :: count the characters (of|in) {0} :: len({0}) :: length size
str -> int :: number of words (in|of) {0} :: count the words (in|of) {0} :: len({0}.split()) :: word_count words_total
str -> int :: number of vowels (in|of) {0} :: count (the|all) vowels (in|of) {0} :: sum(1 for ch in {0} if ch.lower() in "aeiou") ;; sum(c in "aeiouAEIOU" for c in {0}) ;; len([c for c in {0}.lower() if c in "aeiou"]) :: vowel_count vowels
str -> int :: number of consonants (in|of) {0} :: count (the|all) consonants (in|of) {0} :: sum(1 for c in {0}.lower() if c.isalpha() and c not in "aeiou") :: consonant_count
str -> int :: number of (uppercase|capital) letters (in|of) {0} :: count (the|all) (uppercase|capital) letters (in|of) {0} :: sum(1 for c in {0} if c.isupper()) ;; sum(c.isupper() for c in {0}) :: capitals upper_count
str -> int :: number of spaces (in|of) {0} :: count the spaces (in|of) {0} :: {0}.count(" ") :: spaces space_count
str -> int :: number of (distinct|different|unique) (characters|letters) (in|of) {0} :: count the (distinct|different|unique) (characters|letters) (in|of) {0} :: len(set({0})) :: distinct unique_count
str -> int :: number of times {c} (appears|occurs) in {0} :: count (how often|how many times) {c} (appears|occurs) in {0} :: {0}.count({c}) :: count occurrences
str -> int :: (position|index) of the first {c} (in|of) {0} :: find (where {c} first occurs in {0}|the position of the first {c} in {0}) :: {0}.index({c}) ;; {0}.find({c}) :: position index
str -> int :: sum of the (character codes|ASCII codes) of {0} :: add up the (character codes|ASCII codes) of {0} :: sum(ord(c) for c in {0}) ;; sum(map(ord, {0})) :: code_sum checksum
str -> strs :: words (in|of) {0} :: split {0} into (words|a list of words|its words) :: {0}.split() :: words parts tokens
str -> strs :: (letters|characters) (in|of) {0} :: (turn|split|convert) {0} into a list of (letters|characters) :: list({0}) :: letters chars
str -> strs :: (distinct|unique|different) words (in|of) {0}(, sorted| in alphabetical order) :: collect the (distinct|unique|different) words (in|of) {0} in alphabetical order :: sorted(set({0}.split())) :: vocabulary unique_words
str -> strs :: parts of {0} between {c} :: split {0} at (every|each) {c} :: {0}.split({c}) :: parts pieces
str -> strs :: (chunks|pieces) of {s} (characters|letters) of {0} :: (cut|split|break) {0} into (chunks|pieces) of {s} (characters|letters) :: [{0}[i:i + {s}] for i in range(0, len({0}), {s})] :: chunks pieces
str -> strs :: prefixes of {0}(, shortest first|) :: list (all |the |)prefixes of {0}(, shortest first|) :: [{0}[:i] for i in range(1, len({0}) + 1)] :: prefixes
str -> strs :: (bigrams|pairs of neighbouring letters) (in|of) {0} :: list the (bigrams|pairs of neighbouring letters) (in|of) {0} :: [{0}[i:i + 2] for i in range(len({0}) - 1)] ;; [a + b for a, b in zip({0}, {0}[1:])] :: bigrams pairs
str -> ints :: lengths of the words (in|of) {0} :: (list|collect|compute) the lengths of the words (in|of) {0} :: [len(word) for word in {0}.split()] ;; list(map(len, {0}.split())) :: lengths word_lengths
str -> ints :: (character codes|code points) (in|of) {0} :: (list|compute) the (character codes|code points) of {0} :: [ord(ch) for ch in {0}] ;; list(map(ord, {0})) :: codes
str -> ints :: (positions|indices) of {c} (in|of) {0} :: find (all |the |)(positions|indices) of {c} (in|of) {0} :: [i for i, ch in enumerate({0}) if ch == {c}] :: positions indices
str -> counts :: (counts|number of occurrences) of (each|every) (letter|character) (in|of) {0} :: count (how often|how many times) (each|every) (letter|character) (occurs|appears) in {0} :: dict(Counter({0})) ;; {{c: {0}.count(c) for c in {0}}} :: letter_counts frequencies counts :: Counter
str -> counts :: (counts|frequencies|number of occurrences) of (the words|each word|every word) (in|of) {0} :: count (how often|how many times) (each|every) word (occurs|appears) in {0} :: dict(Counter({0}.split())) :: word_counts frequencies :: Counter
str -> counts :: (dictionary|dict|mapping) from (each|every) word (in|of) {0} to its length :: map (each|every) word (in|of) {0} to its length :: {{word: len(word) for word in {0}.split()}} :: lengths word_lengths
str -> bool :: whether {0} is a palindrome :: (check|test|determine) (if|whether) {0} (is a palindrome|reads the same backwards) :: {0} == {0}[::-1] :: is_palindrome
str -> bool :: whether {0} (contains|has) {c} :: (check|test|find out) (if|whether) {0} (contains|has) {c} :: {c} in {0} :: contains found has_it
str -> bool :: whether {0} (starts|begins) with {c} :: (check|test) (if|whether) {0} (starts|begins) with {c} :: {0}.startswith({c}) :: starts
str -> bool :: whether all (letters|characters) of {0} are (different|distinct|unique) :: (check|test) (if|whether) all (letters|characters) of {0} are (different|distinct|unique) :: len(set({0})) == len({0}) :: all_unique is_unique
str -> bool :: whether {0} (contains|has) (a digit|any digits) :: (check|test) (if|whether) {0} (contains|has) (a digit|any digits) :: any(c.isdigit() for c in {0}) :: has_digit
str str -> bool :: whether {0} and {1} are anagrams( of each other|) :: (check|test) (if|whether) {0} and {1} are anagrams( of each other|) :: sorted({0}) == sorted({1}) :: is_anagram anagrams
str str -> strs :: letters that {0} and {1} (have in common|share)(, sorted| in alphabetical order) :: find the letters that {0} and {1} (have in common|share)(, sorted| in alphabetical order) :: sorted(set({0}) & set({1})) :: common shared
str str -> int :: number of positions (where|at which) {0} and {1} differ :: count the positions (where|at which) {0} and {1} differ :: sum(a != b for a, b in zip({0}, {1})) :: distance differences
str str -> str :: {0} and {1} (joined|concatenated)( with a space between them| by a space) :: (join|concatenate) {0} and {1} with a space( between them|) :: {0} + " " + {1} ;; f"{{{0}}} {{{1}}}" :: joined combined full
str str -> str :: {0} followed by {1} :: (append|add) {1} to (the end of |){0} :: {0} + {1} :: joined combined
str str -> bool :: whether {1} (occurs|appears|is contained) in {0} :: (check|test) (if|whether) {1} (occurs|appears|is contained) in {0} :: {1} in {0} :: contained found
"""

NUMBERS = """
int -> int :: factorial of {0} :: (compute|calculate) the factorial of {0} :: math.factorial({0}) :: factorial fact :: math small
int -> int :: sum of the digits of {0} :: (add up|sum) the digits of {0} :: sum(int(d) for d in str({0})) ;; sum(map(int, str({0}))) :: digit_sum
int -> int :: number of digits (of|in) {0} :: count the digits (of|in) {0} :: len(str({0})) :: digit_count digits
int -> int :: {0} with its digits reversed :: reverse the digits of {0} :: int(str({0})[::-1]) :: reversed_number
int -> int :: (remainder of {0} divided by {k}|{0} modulo {k}) :: (compute|get) the remainder of {0} divided by {k} :: {0} % {k} :: remainder rest
int -> int :: integer part of {0} divided by {k} :: divide {0} by {k} (and round down|, rounding down|with integer division) :: {0} // {k} :: quotient
int -> int :: sum of (all |the |)(numbers|integers) from 1 to {0} :: (add up|sum) (all |the |)(numbers|integers) from 1 (to|up to) {0} :: sum(range(1, {0} + 1)) ;; {0} * ({0} + 1) // 2 :: total :: small
int -> int :: sum of the squares (of the numbers |)from 1 to {0} :: add up the squares of the numbers from 1 to {0} :: sum(i ** 2 for i in range(1, {0} + 1)) ;; sum(i * i for i in range(1, {0} + 1)) :: square_sum :: small
int -> int :: integer square root of {0} :: (compute|take) the integer square root of {0} :: math.isqrt({0}) :: root :: math pos
int -> int :: number of (ones|1 bits) in the binary (form|representation) of {0} :: count the ones in the binary (form|representation) of {0} :: bin({0}).count("1") :: ones bits :: pos
int -> int :: number of divisors of {0} :: count the divisors of {0} :: sum(1 for d in range(1, {0} + 1) if {0} % d == 0) ;; len([d for d in range(1, {0} + 1) if {0} % d == 0]) :: divisor_count :: medium
int -> ints :: (digits|list of digits) of {0} :: (split {0} into its digits|list the digits of {0}) :: [int(d) for d in str({0})] ;; list(map(int, str({0}))) :: digits
int -> ints :: divisors of {0} :: (find|list) (all |the |)divisors of {0} :: [d for d in range(1, {0} + 1) if {0} % d == 0] :: divisors factors :: medium
int -> ints :: (prime numbers|primes) (up to|not greater than) {0} :: (find|list|collect) (all |the |)(prime numbers|primes) (up to|not greater than) {0} :: [n for n in range(2, {0} + 1) if all(n % d for d in range(2, int(n ** 0.5) + 1))] :: primes :: medium
int -> ints :: first {0} square numbers :: list the first {0} square numbers :: [i ** 2 for i in range(1, {0} + 1)] :: squares :: small
int -> ints :: multiples of {k} (below|smaller than) {0} :: list the (positive |)multiples of {k} (below|smaller than) {0} :: list(range({k}, {0}, {k})) ;; [i for i in range(1, {0}) if i % {k} == 0] :: multiples :: medium
int -> ints :: (numbers|integers) from 1 to {0} :: (list|make a list of) the (numbers|integers) from 1 to {0} :: list(range(1, {0} + 1)) :: numbers up_to :: small
int -> ints :: (numbers|integers) from {0} down to 1 :: count down from {0} to 1( in a list|) :: list(range({0}, 0, -1)) :: countdown :: small
int -> ints :: first {0} powers of (2|two)(, starting with 1|) :: list the first {0} powers of (2|two)(, starting with 1|) :: [2 ** i for i in range({0})] :: powers :: small
int -> ints :: first {k} multiples of {0} :: list the first {k} multiples of {0} :: [{0} * i for i in range(1, {k} + 1)] :: multiples
int -> str :: binary (form|representation) of {0}( as a string|) :: convert {0} to (binary|a binary string) :: bin({0})[2:] ;; format({0}, "b") :: binary :: pos
int -> str :: hexadecimal (form|representation) of {0}( as a string|) :: convert {0} to (hexadecimal|a hexadecimal string) :: hex({0})[2:] ;; format({0}, "x") :: hexadecimal hex_text :: pos
int -> str :: {0} as a string :: (convert|turn) {0} (in|)to a string :: str({0}) :: text as_text
int -> str :: {0} written with commas (between|separating) thousands :: format {0} with commas (between|separating) thousands :: f"{{{0}:,}}" ;; format({0}, ",") :: formatted
int -> bool :: whether {0} is (a prime number|prime) :: (check|test|determine) (if|whether) {0} is (a prime number|prime) :: {0} > 1 and all({0} % d for d in range(2, int({0} ** 0.5) + 1)) :: is_prime :: medium
int -> bool :: whether {0} is (a perfect square|a square number) :: (check|test) (if|whether) {0} is (a perfect square|a square number) :: math.isqrt({0}) ** 2 == {0} ;; int({0} ** 0.5) ** 2 == {0} :: is_square :: math pos
int -> bool :: whether {0} is (divisible by|a multiple of) {k} :: (check|test) (if|whether) {0} is (divisible by|a multiple of) {k} :: {0} % {k} == 0 :: divisible is_multiple
int -> bool :: whether {0} is (even|an even number) :: (check|test) (if|whether) {0} is even :: {0} % 2 == 0 :: is_even
int -> bool :: whether {0} is a palindrome( number|) :: (check|test) (if|whether) {0} reads the same backwards :: str({0}) == str({0})[::-1] :: is_palindrome
int -> bool :: whether {0} is a perfect number :: (check|test) (if|whether) {0} (is a perfect number|equals the sum of its proper divisors) :: sum(d for d in range(1, {0}) if {0} % d == 0) == {0} :: is_perfect :: medium
int -> bool :: whether {0} is a leap year :: (check|test) (if|whether) {0} is a leap year :: {0} % 4 == 0 and ({0} % 100 != 0 or {0} % 400 == 0) :: is_leap leap :: year
int -> float :: square root of {0} :: (compute|take) the square root of {0} :: math.sqrt({0}) ;; {0} ** 0.5 :: root sqrt :: math pos
int -> float :: (sum of the reciprocals|harmonic sum) of the numbers from 1 to {0} :: add up the reciprocals of the numbers from 1 to {0} :: sum(1 / i for i in range(1, {0} + 1)) :: harmonic :: small
int -> float :: {p} percent of {0} :: (compute|calculate) {p} percent of {0} :: {0} * {p} / 100 :: share percent_value
int int -> int :: greatest common divisor of {0} and {1} :: (find|compute) the greatest common divisor of {0} and {1} :: math.gcd({0}, {1}) :: gcd divisor :: math pos
int int -> int :: (least|lowest) common multiple of {0} and {1} :: (find|compute) the (least|lowest) common multiple of {0} and {1} :: {0} * {1} // math.gcd({0}, {1}) ;; math.lcm({0}, {1}) :: lcm multiple :: math pos
int int -> int :: (larger|greater|maximum) of {0} and {1} :: (find|take) the (larger|greater) of {0} and {1} :: max({0}, {1}) :: larger maximum
int int -> int :: (smaller|minimum) of {0} and {1} :: (find|take) the smaller of {0} and {1} :: min({0}, {1}) :: smaller minimum
int int -> int :: sum of {0} and {1} :: add {0} and {1} :: {0} + {1} :: total sum_
int int -> int :: product of {0} and {1} :: multiply {0} (by|with) {1} :: {0} * {1} :: product
int int -> int :: (absolute|positive) difference (between|of) {0} and {1} :: (compute|take) the absolute difference (between|of) {0} and {1} :: abs({0} - {1}) :: difference gap
int int -> int :: (remainder of {0} divided by {1}|{0} modulo {1}) :: (compute|get) the remainder of {0} divided by {1} :: {0} % {1} :: remainder rest :: nonzero
int int -> float :: (average|mean) of {0} and {1} :: average {0} and {1} :: ({0} + {1}) / 2 :: average mean
int int -> float :: {0} as a percentage of {1} :: express {0} as a percentage of {1} :: 100 * {0} / {1} ;; {0} / {1} * 100 :: percentage percent :: nonzero
int int -> float :: (hypotenuse of a right triangle with legs {0} and {1}|length of the hypotenuse for legs {0} and {1}) :: compute the hypotenuse of a right triangle with legs {0} and {1} :: math.sqrt({0} ** 2 + {1} ** 2) ;; math.hypot({0}, {1}) :: hypotenuse :: math pos
int int -> ints :: common divisors of {0} and {1} :: (find|list) the common divisors of {0} and {1} :: [d for d in range(1, min({0}, {1}) + 1) if {0} % d == 0 and {1} % d == 0] :: common_divisors :: pos
int int -> bool :: whether {0} is (greater|larger) than {1} :: (check|test) (if|whether) {0} is (greater|larger) than {1} :: {0} > {1} :: is_greater
int int -> int :: number of ways to choose {1} (items|things) (out of|from) {0} :: compute how many ways there are to choose {1} (items|things) (out of|from) {0} :: math.comb({0}, {1}) :: combinations ways :: math small pos
float -> float :: {0} rounded to {r} (decimals|decimal places|digits) :: round {0} to {r} (decimals|decimal places|digits) :: round({0}, {r}) :: rounded
float -> int :: {0} rounded to the nearest (integer|whole number) :: round {0} to the nearest (integer|whole number) :: round({0}) :: rounded
float -> int :: {0} rounded up :: round {0} up :: math.ceil({0}) :: ceiling rounded_up :: math
float -> int :: {0} rounded down :: round {0} down :: math.floor({0}) :: floor rounded_down :: math
float -> float :: {0} (converted |)from Celsius to Fahrenheit :: convert {0} from Celsius to Fahrenheit :: {0} * 9 / 5 + 32 :: fahrenheit
float -> float :: {0} (converted |)from Fahrenheit to Celsius :: convert {0} from Fahrenheit to Celsius :: ({0} - 32) * 5 / 9 :: celsius
float -> float :: {0} (converted |)from (miles|a length in miles) to kilometers :: convert {0} from miles to kilometers :: {0} * 1.609344 :: kilometers
float -> float :: area of a circle with (radius|a radius of) {0} :: compute the area of a circle with radius {0} :: math.pi * {0} ** 2 :: area :: math pos
float -> float :: circumference of a circle with (radius|a radius of) {0} :: compute the circumference of a circle with radius {0} :: 2 * math.pi * {0} :: circumference :: math pos
float -> float :: volume of a sphere with (radius|a radius of) {0} :: compute the volume of a sphere with radius {0} :: 4 / 3 * math.pi * {0} ** 3 :: volume :: math pos
float -> float :: {0} (increased|raised) by {p} percent :: increase {0} by {p} percent :: {0} * (1 + {p} / 100) :: increased raised
float -> float :: {0} (reduced|lowered) by {p} percent :: (reduce|lower) {0} by {p} percent :: {0} * (1 - {p} / 100) :: reduced discounted
float -> float :: square of {0} :: square {0} :: {0} ** 2 :: square squared
float -> str :: {0} (formatted|written) with two decimals( as a string|) :: format {0} with two decimals :: f"{{{0}:.2f}}" ;; format({0}, ".2f") :: formatted text
float float -> float :: (sum|total) of {0} and {1} :: add {0} and {1} :: {0} + {1} :: total
float float -> float :: product of {0} and {1} :: multiply {0} (by|with) {1} :: {0} * {1} :: product
float float -> float :: (quotient|ratio) of {0} and {1} :: divide {0} by {1} :: {0} / {1} :: quotient ratio :: nonzero
float float -> float :: area of a (rectangle|rectangle of|rectangle with sides) {0} (by|and) {1} :: compute the area of a rectangle with sides {0} and {1} :: {0} * {1} :: area
"""


def parsed(table: str) -> list[Operation]:
    """The operations of a table of lines."""
    found = []
    for line in table.strip().splitlines():
        kinds, *fields = [part.strip() for part in line.split(" :: ")]
        takes, _, gives = kinds.partition(" -> ")
        noun, verb, code, names = fields[:4]
        found.append(
            Operation(
                tuple(takes.split()),
                gives,
                noun,
                verb,
                tuple(c.strip() for c in code.split(" ;; ")),
                tuple(names.split()),
                tuple(" ".join(fields[4:]).split()),
            )
        )
    return found


@cache
def operations() -> dict[str, list[Operation]]:
    """All operations, by the kind of their first operand."""
    from . import collections, tables

    found: dict[str, list[Operation]] = {}
    for table in (STRINGS, NUMBERS, collections.LISTS, collections.TEXT_LISTS, collections.MAPPINGS, tables.ARRAYS, tables.FRAMES):
        for operation in parsed(table):
            found.setdefault(operation.takes[0], []).append(operation)
    return found
