"""The tables that programs are composed of: what can be said of a value, and the expression that computes it.

A line is `what it is called => expression => names for the result`. The left side is a noun phrase in the language of `phrases`; `{x}` is the value
that it is about, the other fields are parameters that `builder.Parameters` draws so that they fit the value. Lines after a `!` are actions: an
imperative phrase, the statement that does it in place, and the expression that gives the new value.
"""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Row:
    """A noun phrase, the expression that computes what it names, and names for the result, the usual one first."""

    phrase: str
    expression: str
    names: tuple[str, ...]
    needs: str = ""


@dataclass(frozen=True)
class Action:
    """An imperative phrase, the statement that does it to `{x}` in place, and the expression of the new value (empty if there is none)."""

    phrase: str
    statement: str
    expression: str = ""
    needs: str = ""


NUMS = """
the (sum|total) of (the (numbers|values|elements) in |all (numbers|values|elements) in |all |){x} => sum({x}) => total sum_ total_sum s
the (average|mean) of (the (numbers|values|elements) in |all (numbers|values) in |){x} => sum({x}) / len({x}) => average mean avg mean_value
the (maximum|largest (number|value|element)|biggest (number|value)|highest (number|value)) (in|of) {x} => max({x}) => maximum largest max_value biggest highest
the (minimum|smallest (number|value|element)|lowest (number|value)) (in|of) {x} => min({x}) => minimum smallest min_value lowest
the difference between the (largest and (the |)smallest|maximum and (the |)minimum) (value|number|element) (in|of) {x} => max({x}) - min({x}) => difference spread value_range
the range of {x} \\(max minus min\\) => max({x}) - min({x}) => value_range spread
the (number|count) of (elements|values|items|numbers) in {x} => len({x}) => count length n size
the length of {x} => len({x}) => length n size count
the first (element|value|number|item) (of|in) {x} => {x}[0] => first first_value head
the last (element|value|number|item) (of|in) {x} => {x}[-1] => last last_value
the second (element|value|number) (of|in) {x} => {x}[1] => second second_value
the third (element|value|number) (of|in) {x} => {x}[2] => third third_value
the (element|value) of {x} at index {i} => {x}[{i}] => value element item
the (element|value) at (position|index) {i} (of|in) {x} => {x}[{i}] => value element item
the (middle) element of {x} => {x}[len({x}) // 2] => middle
the second (largest|highest|biggest) (number|value|element) (in|of) {x} => sorted({x})[-2] => second_largest
the second (smallest|lowest) (number|value|element) (in|of) {x} => sorted({x})[1] => second_smallest
the median of {x} => statistics.median({x}) => median_value median => statistics
the mean of {x} (using|with) the statistics module => statistics.mean({x}) => mean average => statistics
the product of (the numbers in |all (numbers|values|elements) in |){x} => math.prod({x}) => product => math
the index of the (largest|maximum|highest) (number|value|element) (in|of) {x} => {x}.index(max({x})) => index max_index position
the index of the (smallest|minimum|lowest) (number|value|element) (in|of) {x} => {x}.index(min({x})) => index min_index position
the index of {v} in {x} => {x}.index({v}) => index position
(how (often|many times) {v} (occurs|appears) in {x}|the number of times {v} (occurs|appears) in {x}|the number of occurrences of {v} in {x}) => {x}.count({v}) => count occurrences
the (number of (distinct|different|unique) (values|numbers|elements)) in {x} => len(set({x})) => unique_count distinct
the sum of the squares of (the (numbers|values) in |){x} => sum({e} ** 2 for {e} in {x}) => sum_of_squares total
the sum of the absolute values (of|in) {x} => sum(abs({e}) for {e} in {x}) => total absolute_sum
the sum of the first {n} (numbers|elements|values) (of|in) {x} => sum({x}[:{n}]) => total partial_sum
the sum of the last {n} (numbers|elements|values) (of|in) {x} => sum({x}[-{n}:]) => total partial_sum
the (average|mean) of {x} rounded to (2|two) decimals => round(sum({x}) / len({x}), 2) => average mean
the sum of the first and (the |)last (element|number|value)s? of {x} => {x}[0] + {x}[-1] => total ends_sum
the sum of the (largest|maximum) and the (smallest|minimum) (number|value) (in|of) {x} => max({x}) + min({x}) => total
(whether|if) {v} is in {x} => {v} in {x} => found contains is_present
(whether|if) {x} contains {num} => {num} in {x} => found contains has_value
(whether|if) {x} is sorted => {x} == sorted({x}) => is_sorted
(whether|if) {x} (has|contains) (any |)duplicates => len({x}) != len(set({x})) => has_duplicates
(whether|if) {x} is empty => len({x}) == 0 => is_empty
{x} sorted in (ascending|increasing) order => sorted({x}) => sorted_{x} sorted_list ordered
{x} sorted in (descending|decreasing|reverse) order => sorted({x}, reverse=True) => sorted_{x} descending ranked
the (sorted (list|version) of) {x} => sorted({x}) => sorted_{x}
a sorted copy of {x} => sorted({x}) => sorted_{x}
({x} in reverse order|{x} reversed|a reversed copy of {x}|the reverse of {x}) => {x}[::-1] => reversed_{x} reversed_list backwards
the (distinct|unique|different) (values|numbers|elements) (of|in) {x} in (sorted|ascending) order => sorted(set({x})) => unique_{x} unique distinct
the set of (values|numbers|elements) in {x} => set({x}) => unique_values value_set
a set (of|with|from) (the (elements|numbers|values) (of|in) |){x} => set({x}) => unique unique_values
the first {n} (elements|values|numbers|items) of {x} => {x}[:{n}] => first_{n} head start top
the last {n} (elements|values|numbers|items) of {x} => {x}[-{n}:] => last_{n} tail end
the {n} (largest|highest|biggest) (numbers|values|elements) (in|of) {x} => sorted({x}, reverse=True)[:{n}] => top_{n} largest top
the {n} (smallest|lowest) (numbers|values|elements) (in|of) {x} => sorted({x})[:{n}] => smallest lowest bottom
all (elements|values|numbers|items) of {x} (except|but) the first (one|) => {x}[1:] => rest tail
all (elements|values|numbers|items) of {x} (except|but) the last (one|) => {x}[:-1] => rest head
every (second|other) (element|value|number) of {x} => {x}[::2] => every_second
the (elements|values|numbers) (of|in) {x} at even (indices|indexes|positions) => {x}[::2] => even_positions
the (elements|values|numbers) (of|in) {x} at odd (indices|indexes|positions) => {x}[1::2] => odd_positions
the (cumulative sums|running (total|sum)s?) of {x} => list(itertools.accumulate({x})) => running_total cumulative => itertools
the differences between (consecutive|neighboring|adjacent) (elements|values|numbers) of {x} => [b - a for a, b in zip({x}, {x}[1:])] => differences diffs
(a list of the|the) pairs of (consecutive|neighboring|adjacent) (elements|values|numbers) of {x} => list(zip({x}, {x}[1:])) => pairs
the (elements|values|numbers) of {x} joined (with|by) (commas|a comma) => ",".join(str({e}) for {e} in {x}) => text joined line
the (elements|values|numbers) of {x} (as a string |)separated by spaces => " ".join(str({e}) for {e} in {x}) => text line
a tuple (of|with) the (elements|values|numbers) (of|in) {x} => tuple({x}) => as_tuple values_tuple
a (dictionary|dict) (that maps|mapping) each (number|value|element) (of|in) {x} to its square => {{e}: {e} ** 2 for {e} in {x}} => squares
a (dictionary|dict) (that maps|mapping) each (number|value|element) (of|in) {x} to (how often it (occurs|appears)|its count|the number of times it (occurs|appears)) => {{e}: {x}.count({e}) for {e} in {x}} => counts frequencies
a list of (tuples|pairs) with the index and the value of each element of {x} => list(enumerate({x})) => indexed pairs
(a numpy array (from|of|with) (the (values|numbers) (in|of) |){x}|{x} as a numpy array) => np.array({x}) => arr array values => numpy
the standard deviation of {x} (using|with) numpy => np.std({x}) => std deviation => numpy
the (mean|average) of {x} (using|with) numpy => np.mean({x}) => mean average => numpy
the median of {x} (using|with) numpy => np.median({x}) => median => numpy
the cumulative sum of {x} (using|with) numpy => np.cumsum({x}) => cumulative => numpy
the percentage that the first (element|value|number) of {x} is of the (sum|total) => {x}[0] / sum({x}) * 100 => percentage share
the most (common|frequent) (value|number|element) (in|of) {x} => Counter({x}).most_common(1)[0][0] => most_common => Counter
{x} split into two halves => [{x}[:len({x}) // 2], {x}[len({x}) // 2:]] => halves
{x} split into (chunks|groups|parts) of {k3} => [{x}[i:i + {k3}] for i in range(0, len({x}), {k3})] => chunks groups
{x} rotated (left |to the left |)by (one|1)( position|) => {x}[1:] + {x}[:1] => rotated
{x} rotated (to the |)right by (one|1)( position|) => {x}[-1:] + {x}[:-1] => rotated
{x} repeated (twice|two times) => {x} * 2 => repeated doubled_list
{x} followed by its reverse => {x} + {x}[::-1] => mirrored
a copy of {x} => {x}.copy() => copy_of_{x} copied
"""

NUMS_ACTIONS = """
(Append|Add) {num} to (the end of |){x} => {x}.append({num})
(Add|Append) the (number|value) {num} to {x} => {x}.append({num})
Insert {num} at the (beginning|start|front) of {x} => {x}.insert(0, {num})
Insert {num} at index {i} of {x} => {x}.insert({i}, {num})
(Remove|Delete) the last (element|value|number|item) (of|from) {x} => {x}.pop() => {x}[:-1]
(Remove|Delete) the first (element|value|number|item) (of|from) {x} => {x}.pop(0) => {x}[1:]
(Remove|Delete) (the (element|value) at |)index {i} (of|from) {x} => del {x}[{i}]
Remove (the (value|number) |the first occurrence of |){v} from {x} => {x}.remove({v})
Sort {x} in place => {x}.sort()
Sort {x}( in (ascending|increasing) order| from (smallest|lowest) to (largest|highest)|) => {x}.sort() => sorted({x})
Sort {x} (in (descending|decreasing|reverse) order|from (largest|highest) to (smallest|lowest)) => {x}.sort(reverse=True) => sorted({x}, reverse=True)
Reverse {x}( in place|) => {x}.reverse() => {x}[::-1]
Reverse the order of (the elements in |){x} => {x}.reverse() => {x}[::-1]
(Extend {x} with|Add all (elements|numbers) of) {nums} (to {x}|) => {x}.extend({nums}) => => extend
(Replace|Change|Set) the first (element|value|number) of {x} (with|to) {num} => {x}[0] = {num}
(Replace|Change|Set) the last (element|value|number) of {x} (with|to) {num} => {x}[-1] = {num}
(Replace|Change|Set) the (element|value) (of {x} at|at) index {i} (of {x} |)(with|to) {num} => {x}[{i}] = {num}
Swap the first and (the |)last (elements|values|numbers) of {x} => {x}[0], {x}[-1] = {x}[-1], {x}[0]
(Remove|Delete|Drop) (the |all |any |)duplicates (from|in) {x}( (while |)keeping the order|) => {x} = list(dict.fromkeys({x})) => list(dict.fromkeys({x}))
Remove (the |all |)duplicates from {x} and sort it => {x} = sorted(set({x})) => sorted(set({x}))
Clear {x} => {x}.clear()
(Double|Multiply by (2|two)) the first (element|number) of {x} => {x}[0] *= 2
(Increase|Increment) the last (element|number) of {x} by {k} => {x}[-1] += {k}
"""

WORDS = """
the (number|count) of (elements|words|items|strings|entries) in {x} => len({x}) => count length n
the length of {x} => len({x}) => length n count
(how many (elements|items|{nouns}) {x} (has|contains)|the number of (elements|items|{nouns}) in {x}) => len({x}) => count n
the first (element|item|{noun}) (of|in) {x} => {x}[0] => first first_{noun}
the last (element|item|{noun}) (of|in) {x} => {x}[-1] => last last_{noun}
the second (element|item|{noun}) (of|in) {x} => {x}[1] => second second_{noun}
the third (element|item|{noun}) (of|in) {x} => {x}[2] => third third_{noun}
the (element|item|{noun}) (of {x} at|at) index {i} (of {x}|) => {x}[{i}] => item element {noun}
the longest (string|word|element|item|{noun}) (in|of) {x} => max({x}, key=len) => longest longest_{noun}
the shortest (string|word|element|item|{noun}) (in|of) {x} => min({x}, key=len) => shortest shortest_{noun}
the length of the longest (string|word|element|{noun}) (in|of) {x} => max(len({e}) for {e} in {x}) => max_length longest
the length of the shortest (string|word|element|{noun}) (in|of) {x} => min(len({e}) for {e} in {x}) => min_length shortest
the (total (length|number of (characters|letters))) of (all (strings|words|elements|{nouns}) in |){x} => sum(len({e}) for {e} in {x}) => total_length total
the average length of the (strings|words|elements|{nouns}) in {x} => sum(len({e}) for {e} in {x}) / len({x}) => average_length average
the alphabetically (first|smallest) (string|word|element|{noun}) (in|of) {x} => min({x}) => first_{noun} smallest
the alphabetically (last|largest) (string|word|element|{noun}) (in|of) {x} => max({x}) => last_{noun} largest
the (strings|words|elements|items|{nouns}) (of|in) {x} (joined (with|by)|separated by) (a comma and a space|commas and spaces|', ') => ", ".join({x}) => joined text line
the (strings|words|elements|items|{nouns}) (of|in) {x} (joined (with|by)|separated by) (a space|spaces) => " ".join({x}) => joined sentence text
the (strings|words|elements|items|{nouns}) (of|in) {x} (joined (with|by)|separated by) (a hyphen|hyphens|dashes|'-') => "-".join({x}) => joined text
the (strings|words|elements|items|{nouns}) (of|in) {x} (joined (with|by)|separated by) (commas|a comma|',') => ",".join({x}) => joined line csv
the (strings|words|elements|items|{nouns}) (of|in) {x} (joined (with|by)|separated by) (newlines|line breaks) => "\\n".join({x}) => lines text
(the concatenation of (all |)the (strings|words|elements|{nouns}) in {x}|all (strings|words|elements|{nouns}) (of|in) {x} joined together) => "".join({x}) => joined combined text
{x} joined (into (a|one) string |)(with|by) {sep} => {sep}.join({x}) => joined text
(whether|if) {v} is in {x} => {v} in {x} => found contains
(whether|if) {x} contains {word} => {word} in {x} => found contains has_{noun}
the index of {v} in {x} => {x}.index({v}) => index position
(how (often|many times) {v} (occurs|appears) in {x}|the number of times {v} (occurs|appears) in {x}|the number of occurrences of {v} in {x}) => {x}.count({v}) => count occurrences
{x} sorted (alphabetically|in alphabetical order) => sorted({x}) => sorted_{x} ordered
{x} sorted in reverse alphabetical order => sorted({x}, reverse=True) => sorted_{x}
a sorted copy of {x} => sorted({x}) => sorted_{x}
{x} sorted by length( (from shortest to longest|in ascending order)|) => sorted({x}, key=len) => by_length sorted_{x}
{x} sorted by length (from longest to shortest|in descending order) => sorted({x}, key=len, reverse=True) => by_length sorted_{x}
{x} sorted by (the |their |)last (letter|character) => sorted({x}, key=lambda {e}: {e}[-1]) => by_last_letter sorted_{x}
({x} in reverse order|{x} reversed|a reversed copy of {x}|the reverse of {x}) => {x}[::-1] => reversed_{x} reversed_list
the first {n} (elements|items|{nouns}) of {x} => {x}[:{n}] => first_{n} start
the last {n} (elements|items|{nouns}) of {x} => {x}[-{n}:] => last_{n} end
all (elements|items|{nouns}) of {x} (except|but) the first( one|) => {x}[1:] => rest others
all (elements|items|{nouns}) of {x} (except|but) the last( one|) => {x}[:-1] => rest others
every (second|other) (element|item|{noun}) of {x} => {x}[::2] => every_second
the set of (distinct |unique |)(elements|words|{nouns}) in {x} => set({x}) => unique unique_{x}
a set (of|with|from) (the (elements|words|{nouns}) (of|in) |){x} => set({x}) => unique unique_{x}
the (distinct|unique|different) (elements|words|{nouns}) (of|in) {x} in (sorted|alphabetical) order => sorted(set({x})) => unique_{x} unique
the number of (distinct|unique|different) (elements|words|{nouns}) in {x} => len(set({x})) => unique_count
a (dictionary|dict) (that maps|mapping) each (string|word|element|item|{noun}) (of|in) {x} to its length => {{e}: len({e}) for {e} in {x}} => lengths
a (dictionary|dict) (that maps|mapping) each (string|word|element|item|{noun}) (of|in) {x} to its (index|position) => {{e}: i for i, {e} in enumerate({x})} => positions indices
a (dictionary|dict) (that maps|mapping) each (string|word|element|item|{noun}) (of|in) {x} to its first (letter|character) => {{e}: {e}[0] for {e} in {x}} => initials first_letters
a (dictionary|dict) (that maps|mapping) each (string|word|element|item|{noun}) (of|in) {x} to (how often it (occurs|appears)|its count|the number of times it (occurs|appears)) => {{e}: {x}.count({e}) for {e} in {x}} => counts frequencies
a (dictionary|dict) (that maps|mapping) each (string|word|element|item|{noun}) (of|in) {x} to its (uppercase|upper case) (version|form) => {{e}: {e}.upper() for {e} in {x}} => uppercase
a Counter (of|with) the (elements|words|{nouns}) (in|of) {x} => Counter({x}) => counts counter => Counter
the most (common|frequent) (element|word|{noun}) (in|of) {x} => Counter({x}).most_common(1)[0][0] => most_common => Counter
a tuple (of|with) the (elements|words|{nouns}) (of|in) {x} => tuple({x}) => as_tuple
a list of (tuples|pairs) with each (element|word|{noun}) of {x} and its length => [({e}, len({e})) for {e} in {x}] => pairs
a list of (tuples|pairs) with the index and (the |)(value|{noun}) for each element of {x} => list(enumerate({x})) => indexed pairs
a list of the lengths of the (elements|words|strings|{nouns}) in {x} => [len({e}) for {e} in {x}] => lengths
a list of the first (letters|characters) of the (elements|words|strings|{nouns}) in {x} => [{e}[0] for {e} in {x}] => first_letters initials
a string (made|built) (from|of) the first (letters|characters) of the (elements|words|strings|{nouns}) in {x} => "".join({e}[0] for {e} in {x}) => initials acronym
the first (letter|character) of the first (element|word|{noun}) of {x} => {x}[0][0] => letter first_letter
the first (element|word|{noun}) of {x} in (upper case|uppercase) => {x}[0].upper() => upper
the number of (letters|characters) in the first (element|word|{noun}) of {x} => len({x}[0]) => length
{x} as (a |)JSON( string|) => json.dumps({x}) => text json_text data => json
a copy of {x} => {x}.copy() => copied copy_of_{x}
{x} split into (chunks|groups) of {k3} => [{x}[i:i + {k3}] for i in range(0, len({x}), {k3})] => groups chunks
"""

WORDS_ACTIONS = """
(Append|Add) {word} to (the end of |){x} => {x}.append({word})
(Add|Append) the (string|word|{noun}) {word} to {x} => {x}.append({word})
Insert {word} at the (beginning|start|front) of {x} => {x}.insert(0, {word})
Insert {word} at index {i} of {x} => {x}.insert({i}, {word})
(Remove|Delete) the last (element|item|{noun}) (of|from) {x} => {x}.pop() => {x}[:-1]
(Remove|Delete) the first (element|item|{noun}) (of|from) {x} => {x}.pop(0) => {x}[1:]
(Remove|Delete) (the (element|item) at |)index {i} (of|from) {x} => del {x}[{i}]
Remove {v} from {x} => {x}.remove({v})
Sort {x}( alphabetically| in alphabetical order|) => {x}.sort() => sorted({x})
Sort {x} in reverse( alphabetical|) order => {x}.sort(reverse=True) => sorted({x}, reverse=True)
Sort {x} by length => {x}.sort(key=len) => sorted({x}, key=len)
Sort {x} by length (from longest to shortest|in descending order) => {x}.sort(key=len, reverse=True) => sorted({x}, key=len, reverse=True)
Reverse {x}( in place|) => {x}.reverse() => {x}[::-1]
(Replace|Change|Set) the first (element|item|{noun}) of {x} (with|to) {word} => {x}[0] = {word}
(Replace|Change|Set) the last (element|item|{noun}) of {x} (with|to) {word} => {x}[-1] = {word}
(Replace|Change|Set) the (element|item) at index {i} of {x} (with|to) {word} => {x}[{i}] = {word}
(Remove|Delete|Drop) (the |all |any |)duplicates (from|in) {x}( (while |)keeping the order|) => {x} = list(dict.fromkeys({x})) => list(dict.fromkeys({x}))
Swap the first and (the |)last (elements|items|{nouns}) of {x} => {x}[0], {x}[-1] = {x}[-1], {x}[0]
"""

STR = """
{x} in (upper case|uppercase|capital letters|upper-case letters) => {x}.upper() => upper upper_{x} shout uppercase
(the (upper case|uppercase) version of {x}) => {x}.upper() => upper upper_{x}
{x} in (lower case|lowercase|small letters|lower-case letters) => {x}.lower() => lower lower_{x} lowercase
(the (lower case|lowercase) version of {x}) => {x}.lower() => lower lower_{x}
{x} in title case => {x}.title() => title titled
{x} with (its|the) first letter capitalized => {x}.capitalize() => capitalized
(the length of {x}|the number of (characters|letters) in {x}|how many characters {x} has) => len({x}) => length n count
({x} reversed|the reverse of {x}|{x} spelled backwards|{x} in reverse) => {x}[::-1] => reversed_{x} backwards reversed_text
the words (of|in) {x} (as a list|in a list) => {x}.split() => words parts
a list (of|with) the words (of|in) {x} => {x}.split() => words parts
(the number of words in {x}|how many words {x} has) => len({x}.split()) => word_count count
the first word of {x} => {x}.split()[0] => first_word first
the last word of {x} => {x}.split()[-1] => last_word last
the longest word (in|of) {x} => max({x}.split(), key=len) => longest longest_word
the shortest word (in|of) {x} => min({x}.split(), key=len) => shortest shortest_word
the (characters|letters) of {x} (as|in) a list => list({x}) => letters chars
a list (of|with) the (characters|letters) (of|in) {x} => list({x}) => letters chars
the (sorted characters|characters sorted|letters in sorted order) of {x} (as a list|) => sorted({x}) => letters sorted_letters
{x} with its (letters|characters) sorted( alphabetically|) => "".join(sorted({x})) => sorted_text ordered
the set of (characters|letters) in {x} => set({x}) => letters unique_letters
the number of (distinct|different|unique) (characters|letters) in {x} => len(set({x})) => unique_count distinct
the first (character|letter) (of|in) {x} => {x}[0] => first first_letter initial
the last (character|letter) (of|in) {x} => {x}[-1] => last last_letter
the first {n} (characters|letters) of {x} => {x}[:{n}] => prefix start first_part
the last {n} (characters|letters) of {x} => {x}[-{n}:] => suffix end last_part
the (character|letter) (of {x} |)at index {i} (of {x}|) => {x}[{i}] => letter char
{x} without (its|the) first (character|letter) => {x}[1:] => rest shorter
{x} without (its|the) last (character|letter) => {x}[:-1] => rest shorter
every (second|other) (character|letter) of {x} => {x}[::2] => every_second
{x} without (any |)spaces => {x}.replace(" ", "") => compact no_spaces
{x} with (all |)spaces replaced (by|with) (underscores|an underscore) => {x}.replace(" ", "_") => snake slug
{x} with (all |)spaces replaced (by|with) (hyphens|dashes|a hyphen) => {x}.replace(" ", "-") => slug
{x} with (every |all |each |){c} replaced (by|with) {c2} => {x}.replace({c}, {c2}) => replaced new_{x}
{x} without (the letter |){c} => {x}.replace({c}, "") => cleaned shorter
(how (often|many times) (the letter |){c} (occurs|appears) in {x}|the number of times (the letter |){c} (occurs|appears) in {x}|the (number|count) of {c} in {x}) => {x}.count({c}) => count
(whether|if) {x} contains (the letter |){c} => {c} in {x} => contains found
(whether|if) {x} contains {word} => {word} in {x} => contains found
(whether|if) {x} starts with {c} => {x}.startswith({c}) => starts
(whether|if) {x} ends with {c} => {x}.endswith({c}) => ends
(whether|if) {x} (is in|is all) (upper case|uppercase) => {x}.isupper() => is_upper
(whether|if) {x} (contains|consists of) only (digits) => {x}.isdigit() => is_number
(whether|if) {x} (contains|consists of) only letters => {x}.isalpha() => is_alpha
(whether|if) {x} (has|is) more than {k} characters( long|) => len({x}) > {k} => is_long
the (index|position) of (the first |){c} in {x} => {x}.index({c}) => index position
{x} repeated {k3} times => {x} * {k3} => repeated
{x} (twice|repeated twice) => {x} * 2 => doubled
{x} followed by (an exclamation mark|'!') => {x} + "!" => excited shout
{x} (surrounded by|in|between) (asterisks|stars) => "*" + {x} + "*" => starred
{x} (surrounded by|in) (square |)brackets => "[" + {x} + "]" => bracketed
{x} with {word} (appended|added (at|to) the end) => {x} + {word} => combined
{x} with {word} (prepended|added (at|to) the (beginning|start|front)) => {word} + {x} => combined
a (dictionary|dict) (with|of) (the count of each|how often each|the number of times each) (character|letter) (occurs |appears |)in {x} => {c: {x}.count(c) for c in {x}} => counts frequencies
a Counter (of|with|for) the (characters|letters) (in|of) {x} => Counter({x}) => counts letter_counts => Counter
the most (common|frequent) (character|letter) (in|of) {x} => Counter({x}).most_common(1)[0][0] => most_common => Counter
a list of the lengths of the words in {x} => [len(word) for word in {x}.split()] => lengths
the words of {x} in reverse order( as (a|one) string|) => " ".join({x}.split()[::-1]) => reversed_words
{x} with (the first letter of |)(each|every) word capitalized => " ".join(word.capitalize() for word in {x}.split()) => capitalized titled
(the initials of {x}|a string of the first letters of the words in {x}) => "".join(word[0] for word in {x}.split()) => initials
the digits (of|in) {x} as a (string) => "".join(c for c in {x} if c.isdigit()) => digits
the (numbers|integers) in {x} as a list of (ints|integers) => [int(m) for m in re.findall(r"\\d+", {x})] => numbers found => re
all words of {x} (using|with) a regular expression => re.findall(r"\\w+", {x}) => words => re
{x} with all digits removed (using|with) a regular expression => re.sub(r"\\d", "", {x}) => cleaned => re
the number of (uppercase|upper case|capital) letters in {x} => sum(1 for c in {x} if c.isupper()) => count upper_count
the number of (lowercase|lower case) letters in {x} => sum(1 for c in {x} if c.islower()) => count lower_count
the number of digits in {x} => sum(1 for c in {x} if c.isdigit()) => digit_count count
the number of spaces in {x} => {x}.count(" ") => spaces
{x} with (upper and lower case|the case of its letters) swapped => {x}.swapcase() => swapped
{x} centered in {w} characters => {x}.center({w}) => centered
{x} padded (with (zeros|0) |)to {w} characters with zeros => {x}.zfill({w}) => padded
{x} padded on the left with stars to {w} characters => {x}.rjust({w}, "*") => padded
a list of the (ASCII|Unicode|character) codes of the (characters|letters) (in|of) {x} => [ord(c) for c in {x}] => codes
{x} split at (every |each |)(comma|commas) => {x}.split(",") => parts
{x} encoded as UTF-8 bytes => {x}.encode("utf-8") => data encoded
the (middle (character|letter)) of {x} => {x}[len({x}) // 2] => middle
{x} split into two halves => [{x}[:len({x}) // 2], {x}[len({x}) // 2:]] => halves
{x} with each (character|letter) repeated twice => "".join(c * 2 for c in {x}) => doubled
{x} with (hyphens|dashes|a hyphen) between its (characters|letters) => "-".join({x}) => spaced
the first letter of {x} in (upper case|uppercase) => {x}[0].upper() => initial
"""

STR_ACTIONS = """
Convert {x} to (upper case|uppercase)( letters|) => {x} = {x}.upper() => {x}.upper()
(Make|Turn) {x} (into |)(upper case|uppercase) => {x} = {x}.upper() => {x}.upper()
Convert {x} to (lower case|lowercase)( letters|) => {x} = {x}.lower() => {x}.lower()
(Make|Turn) {x} (into |)(lower case|lowercase) => {x} = {x}.lower() => {x}.lower()
Capitalize {x} => {x} = {x}.capitalize() => {x}.capitalize()
Convert {x} to title case => {x} = {x}.title() => {x}.title()
Reverse {x} => {x} = {x}[::-1] => {x}[::-1]
(Split {x} into words|Split {x} (at|by|on) (spaces|whitespace)) => {x}.split() => {x}.split()
(Remove|Delete|Strip) (all |the |)spaces from {x} => {x} = {x}.replace(" ", "") => {x}.replace(" ", "")
(Strip|Remove) (the |)(leading and trailing |surrounding |)(whitespace|spaces) (from|around) {x} => {x} = {x}.strip() => {x}.strip()
Replace (all |the |)spaces in {x} (with|by) (underscores) => {x} = {x}.replace(" ", "_") => {x}.replace(" ", "_")
Replace (every |all |each |){c} in {x} (with|by) {c2} => {x} = {x}.replace({c}, {c2}) => {x}.replace({c}, {c2})
(Remove|Delete) (every |all |each |){c} from {x} => {x} = {x}.replace({c}, "") => {x}.replace({c}, "")
(Append|Add) {word} to (the end of |){x} => {x} += {word} => {x} + {word}
(Append|Add) an exclamation mark to (the end of |){x} => {x} += "!" => {x} + "!"
Prepend {word} to {x} => {x} = {word} + {x} => {word} + {x}
Repeat {x} {k3} times => {x} = {x} * {k3} => {x} * {k3}
"""

INT = """
the square of {x} => {x} ** 2 => square squared
{x} squared => {x} ** 2 => square squared
the cube of {x} => {x} ** 3 => cube
{x} (multiplied by|times) {k} => {x} * {k} => product result
(twice|double) {x} => {x} * 2 => double doubled
half of {x} => {x} / 2 => half
{x} plus {k} => {x} + {k} => result total
{x} minus {k} => {x} - {k} => result difference
{x} divided by {k} => {x} / {k} => quotient result
{x} integer divided by {k} => {x} // {k} => quotient result
the remainder of {x} divided by {k} => {x} % {k} => remainder
the remainder (of dividing|when dividing) {x} by {k} => {x} % {k} => remainder
{x} modulo {k} => {x} % {k} => remainder mod
{x} (raised )?to the power of {k3} => {x} ** {k3} => power result
the absolute value of {x} => abs({x}) => absolute
the square root of {x} => math.sqrt({x}) => root square_root => math
the square root of {x} rounded to (2|two) decimals => round(math.sqrt({x}), 2) => root => math
(whether|if) {x} is even => {x} % 2 == 0 => is_even
(whether|if) {x} is odd => {x} % 2 == 1 => is_odd
(whether|if) {x} is (positive|greater than (zero|0)) => {x} > 0 => is_positive
(whether|if) {x} is (greater|larger|bigger) than {t} => {x} > {t} => is_greater is_large
(whether|if) {x} is (less|smaller) than {t} => {x} < {t} => is_less is_small
(whether|if) {x} is divisible by {k} => {x} % {k} == 0 => divisible is_divisible
(whether|if) {x} is between {t} and {t2} => {t} <= {x} <= {t2} => in_range
(whether|if) {x} equals {t} => {x} == {t} => is_equal
{x} as a string => str({x}) => text s
{x} (converted to a float|as a float) => float({x}) => as_float f
the (digits of {x} as a list|list of (the |)digits of {x}) => [int(d) for d in str({x})] => digits
the number of digits (of|in) {x} => len(str({x})) => digit_count
the sum of the digits (of|in) {x} => sum(int(d) for d in str({x})) => digit_sum
the binary (representation|form) of {x} (as a string|) => bin({x})[2:] => binary
the hexadecimal (representation|form) of {x} => hex({x}) => hexadecimal
a list (of|with) the numbers from 1 to {x} => list(range(1, {x} + 1)) => numbers => small
a list (of|with) the numbers from 0 to {x} => list(range({x} + 1)) => numbers => small
a list (of|with) the squares of the numbers from 1 to {x} => [i ** 2 for i in range(1, {x} + 1)] => squares => small
a list of the even numbers (from 1 to|up to) {x} => [i for i in range(1, {x} + 1) if i % 2 == 0] => evens => small
a list of the odd numbers (from 1 to|up to) {x} => [i for i in range(1, {x} + 1) if i % 2 == 1] => odds => small
a list of the multiples of {k} (from 1 to|up to) {x} => [i for i in range(1, {x} + 1) if i % {k} == 0] => multiples => small
the sum of the numbers from 1 to {x} => sum(range(1, {x} + 1)) => total => small
the sum of the squares of the numbers from 1 to {x} => sum(i ** 2 for i in range(1, {x} + 1)) => total => small
the factorial of {x} => math.factorial({x}) => factorial => math small
a list of {x} zeros => [0] * {x} => zeros => small
a string of {x} stars => "*" * {x} => stars => small
a list of the divisors of {x} => [i for i in range(1, {x} + 1) if {x} % i == 0] => divisors => small
{x} minutes in (hours and minutes as a tuple) => divmod({x}, 60) => parts
the last digit of {x} => {x} % 10 => last_digit
{x} (increased by|plus) {pct} percent => {x} * (1 + {pct} / 100) => increased
{x} (reduced|decreased) by {pct} percent => {x} * (1 - {pct} / 100) => reduced
{pct} percent of {x} => {x} * {pct} / 100 => share
{x} padded with zeros to {k3} digits => str({x}).zfill({k3}) => padded
the larger of {x} and {t} => max({x}, {t}) => larger
the smaller of {x} and {t} => min({x}, {t}) => smaller
the negative of {x} => -{x} => negative
a string that says 'even' if {x} is even and 'odd' otherwise => "even" if {x} % 2 == 0 else "odd" => kind parity
"""

INT_ACTIONS = """
(Add {k} to|Increase|Increment) {x} (by {k}|) => {x} += {k} => {x} + {k} => addk
(Increment|Increase) {x} by {k} => {x} += {k} => {x} + {k}
Add {k} to {x} => {x} += {k} => {x} + {k}
(Subtract {k} from) {x} => {x} -= {k} => {x} - {k}
(Decrease|Decrement|Reduce) {x} by {k} => {x} -= {k} => {x} - {k}
Multiply {x} by {k} => {x} *= {k} => {x} * {k}
Double {x} => {x} *= 2 => {x} * 2
Square {x} => {x} = {x} ** 2 => {x} ** 2
Divide {x} by {k} => {x} /= {k} => {x} / {k}
"""

FLOAT = """
{x} rounded to (2|two) decimals( places|) => round({x}, 2) => rounded
{x} rounded to (1|one) decimal( place|) => round({x}, 1) => rounded
{x} rounded to the nearest integer => round({x}) => rounded
{x} rounded down => math.floor({x}) => floor => math
{x} rounded up => math.ceil({x}) => ceiling => math
the integer part of {x} => int({x}) => whole
{x} (times|multiplied by) {k} => {x} * {k} => product result
(twice|double) {x} => {x} * 2 => double
half of {x} => {x} / 2 => half
{x} squared => {x} ** 2 => square
{x} divided by {k} => {x} / {k} => quotient
{x} plus {k} => {x} + {k} => result
{x} minus {k} => {x} - {k} => result
{x} (increased by|plus) {pct} percent => {x} * (1 + {pct} / 100) => increased with_tax
{x} (reduced|decreased) by {pct} percent => {x} * (1 - {pct} / 100) => reduced discounted
{pct} percent of {x} => {x} * {pct} / 100 => share tax
{x} as a string => str({x}) => text
{x} (formatted |as a string |)with (2|two) decimals => f"{{x}:.2f}" => text formatted
(whether|if) {x} is (greater|larger|higher) than {t} => {x} > {t} => is_greater
(whether|if) {x} is (less|smaller|lower) than {t} => {x} < {t} => is_less
the square root of {x} => math.sqrt({x}) => root => math pos
{x} (degrees |)(Celsius|celsius) in (Fahrenheit|fahrenheit) => {x} * 9 / 5 + 32 => fahrenheit
the area of a circle with radius {x} => math.pi * {x} ** 2 => area => math
the circumference of a circle with radius {x} => 2 * math.pi * {x} => circumference => math
"""

FLOAT_ACTIONS = """
Round {x} to (2|two) decimals( places|) => {x} = round({x}, 2) => round({x}, 2)
Add {k} to {x} => {x} += {k} => {x} + {k}
Multiply {x} by {k} => {x} *= {k} => {x} * {k}
(Increase|Raise) {x} by {pct} percent => {x} *= 1 + {pct} / 100 => {x} * (1 + {pct} / 100)
(Reduce|Decrease|Lower) {x} by {pct} percent => {x} *= 1 - {pct} / 100 => {x} * (1 - {pct} / 100)
"""

COUNTS = """
(a list of the keys (of|in) {x}|the keys of {x} as a list) => list({x}) => keys
(a list of the values (of|in) {x}|the values of {x} as a list) => list({x}.values()) => values
(a |the |)sorted (list of the |)keys of {x} => sorted({x}) => sorted_keys keys
the keys of {x} (sorted alphabetically|in alphabetical order) => sorted({x}) => sorted_keys keys
the (sum|total) of (all |the |all the |)values (in|of) {x} => sum({x}.values()) => total
the (average|mean) (of (the|all) values|value) (in|of) {x} => sum({x}.values()) / len({x}) => average mean
the (largest|highest|maximum|biggest) value (in|of) {x} => max({x}.values()) => highest largest max_value
the (smallest|lowest|minimum) value (in|of) {x} => min({x}.values()) => lowest smallest min_value
the key (with|that has) the (largest|highest|maximum|biggest) value (in|of) {x} => max({x}, key={x}.get) => best_key top best
the key of {x} (with|that has) the (largest|highest|maximum|biggest) value => max({x}, key={x}.get) => best_key top best
the key (with|that has) the (smallest|lowest|minimum) value (in|of) {x} => min({x}, key={x}.get) => worst_key worst lowest
the key of {x} (with|that has) the (smallest|lowest|minimum) value => min({x}, key={x}.get) => worst_key worst lowest
the (number|count) of (keys|entries|items|pairs) in {x} => len({x}) => count size n
the value (of|for|stored under) (the key |){key} in {x} => {x}[{key}] => value {key_name}
the value (of|for) {x} at key {key} => {x}[{key}] => value
the value (of|for) {missing} in {x}, or 0 if (it is missing|there is none) => {x}.get({missing}, 0) => value
(whether|if) {key} is (a key (in|of)|in) {x} => {key} in {x} => found has_key
(whether|if) {missing} is (a key (in|of)|in) {x} => {missing} in {x} => found has_key
a list of the (items|entries) of {x} sorted by value => sorted({x}.items(), key=lambda item: item[1]) => by_value sorted_items ranked
a list of the (items|entries) of {x} sorted by value in descending order => sorted({x}.items(), key=lambda item: item[1], reverse=True) => ranked by_value
a list of the keys of {x} sorted by (their |)value => sorted({x}, key={x}.get) => ranked sorted_keys
a list of the keys of {x} sorted by (their |)value in descending order => sorted({x}, key={x}.get, reverse=True) => ranked sorted_keys
a list of the (items|entries) of {x} sorted by key => sorted({x}.items()) => by_key sorted_items
a (new |)(dictionary|dict) with the keys and (the |)values of {x} swapped => {value: key for key, value in {x}.items()} => swapped inverted
the (inverse|inverted (dictionary|dict)) of {x} => {value: key for key, value in {x}.items()} => inverted
a (new |)(dictionary|dict) with (the entries|only the entries|only those entries) of {x} whose value is (greater|larger|higher) than {tv} => {key: value for key, value in {x}.items() if value > {tv}} => large filtered selected
a (new |)(dictionary|dict) with (the entries|only the entries) of {x} whose value is (less|smaller|lower) than {tv} => {key: value for key, value in {x}.items() if value < {tv}} => small filtered selected
a list of the keys of {x} whose value is (greater|larger|higher|more) than {tv} => [key for key, value in {x}.items() if value > {tv}] => keys large selected
a list of the keys of {x} whose value is (less|smaller|lower) than {tv} => [key for key, value in {x}.items() if value < {tv}] => keys small selected
a list of the keys of {x} (with|that have) a value of at least {tv} => [key for key, value in {x}.items() if value >= {tv}] => keys selected passed
the number of (values|entries) in {x} (that are |)(greater|larger) than {tv} => sum(value > {tv} for value in {x}.values()) => count
a (new |)(dictionary|dict) with (all |the |)values of {x} doubled => {key: value * 2 for key, value in {x}.items()} => doubled
a (new |)(dictionary|dict) with (all |the |)values of {x} (multiplied by|times) {k} => {key: value * {k} for key, value in {x}.items()} => scaled
a (new |)(dictionary|dict) with (all |the |)keys of {x} in (upper case|uppercase) => {key.upper(): value for key, value in {x}.items()} => upper
{x} as (a |)JSON( string|) => json.dumps({x}) => text json_text => json
{x} as a list of (tuples|pairs) => list({x}.items()) => pairs items
the difference between the (largest|highest) and the (smallest|lowest) value (in|of) {x} => max({x}.values()) - min({x}.values()) => difference spread
the longest key (in|of) {x} => max({x}, key=len) => longest
a copy of {x} => {x}.copy() => copied
a string (with|of) (lines of the form|one line) 'key: value' for (each|every) entry of {x} => "\\n".join(f"{lb}key{rb}: {lb}value{rb}" for key, value in {x}.items()) => text lines
the first key of {x} => list({x})[0] => first_key
the (sum|total) of the values of {x} (for|under) {key} and {key2} => {x}[{key}] + {x}[{key2}] => total
"""

COUNTS_ACTIONS = """
(Add|Insert) (the |a |)(key |new key |entry |){missing} with (the |)value {num} (to|into) {x} => {x}[{missing}] = {num}
(Set|Change|Update) the value (of|for) {key} in {x} to {num} => {x}[{key}] = {num}
(Add|Put) {missing} (to|in) {x} with (a |the |)value (of |){num} => {x}[{missing}] = {num}
(Increase|Increment) the value (of|for) {key} in {x} by {k} => {x}[{key}] += {k}
(Decrease|Reduce) the value (of|for) {key} in {x} by {k} => {x}[{key}] -= {k}
Double the value (of|for) {key} in {x} => {x}[{key}] *= 2
(Remove|Delete) (the key |the entry (for|of) |){key} from {x} => del {x}[{key}]
Update {x} with \\{{missing}: {num}\\} => {x}.update({{missing}: {num}})
Double (all|every) values? (in|of) {x} => {x} = {key: value * 2 for key, value in {x}.items()} => {key: value * 2 for key, value in {x}.items()}
"""

SETS = """
the (number|count) of elements in {x} => len({x}) => size count
{x} as a sorted list => sorted({x}) => sorted_list ordered
(a sorted list of the elements (of|in) {x}) => sorted({x}) => sorted_list ordered
(whether|if) {v} is in {x} => {v} in {x} => found contains
the (largest|maximum) element of {x} => max({x}) => largest
the (smallest|minimum) element of {x} => min({x}) => smallest
{x} as a list sorted in descending order => sorted({x}, reverse=True) => descending
"""

TUPLES = """
the first (element|item|value) of {x} => {x}[0] => first
the last (element|item|value) of {x} => {x}[-1] => last
the (number of elements|length) (in|of) {x} => len({x}) => length
{x} as a list => list({x}) => as_list items
{x} (reversed|in reverse order) => {x}[::-1] => reversed_{x}
(whether|if) {v} is in {x} => {v} in {x} => found
the element of {x} at index {i} => {x}[{i}] => element
"""

MATRIX = """
the number of rows (of|in) {x} => len({x}) => rows row_count
the number of columns (of|in) {x} => len({x}[0]) => columns column_count
the (sum|total) of (all |the |)(elements|numbers|values) (of|in) {x} => sum(sum(row) for row in {x}) => total
(a list of the sums of the rows of {x}|the (sum of each row|row sums) of {x}( as a list|)) => [sum(row) for row in {x}] => row_sums
(a list of the sums of the columns of {x}|the (sum of each column|column sums) of {x}( as a list|)) => [sum(column) for column in zip(*{x})] => column_sums
(the (maximum|largest (number|value)) (of|in) each row of {x}( as a list|)) => [max(row) for row in {x}] => row_maxima
the (largest|maximum|biggest) (number|value|element) (in|of) {x} => max(max(row) for row in {x}) => largest
the (smallest|minimum) (number|value|element) (in|of) {x} => min(min(row) for row in {x}) => smallest
the transpose of {x} => [list(row) for row in zip(*{x})] => transposed
(a flat list (of|with) (all |the |)(elements|numbers|values) (of|in) {x}|{x} flattened( into (a|one) list|)) => [value for row in {x} for value in row] => flat flattened
the first row of {x} => {x}[0] => row first_row
the last row of {x} => {x}[-1] => row last_row
(the first column of {x}( as a list|)) => [row[0] for row in {x}] => column first_column
(the last column of {x}( as a list|)) => [row[-1] for row in {x}] => column last_column
(the second column of {x}( as a list|)) => [row[1] for row in {x}] => column
{x} with (all |the |)(elements|numbers|values) doubled => [[value * 2 for value in row] for row in {x}] => doubled
the first (element|number|value) of the first row of {x} => {x}[0][0] => first corner
{x} with its rows (reversed|in reverse order) => {x}[::-1] => flipped
the rows of {x} sorted by their sum => sorted({x}, key=sum) => sorted_rows
{x} as a numpy array => np.array({x}) => arr => numpy
the main diagonal of {x} as a list => [{x}[i][i] for i in range(len({x}))] => diagonal => square
"""

PAIRS = """
a (dictionary|dict) (made |)from {x} => dict({x}) => d mapping as_dict
{x} (converted to|as) a (dictionary|dict) => dict({x}) => d mapping as_dict
{x} sorted by the second element( of each pair|) => sorted({x}, key=lambda pair: pair[1]) => by_second sorted_pairs
{x} sorted by the second element in descending order => sorted({x}, key=lambda pair: pair[1], reverse=True) => ranked sorted_pairs
{x} sorted by the first element( of each pair|) => sorted({x}) => sorted_pairs
(a list of|) the first elements of (the (pairs|tuples) in |){x} => [pair[0] for pair in {x}] => firsts keys
(a list of|) the second elements of (the (pairs|tuples) in |){x} => [pair[1] for pair in {x}] => seconds values
the sum of the second elements of (the (pairs|tuples) in |){x} => sum(pair[1] for pair in {x}) => total
the pair (in|of) {x} with the (largest|highest) second element => max({x}, key=lambda pair: pair[1]) => best
the pair (in|of) {x} with the (smallest|lowest) second element => min({x}, key=lambda pair: pair[1]) => lowest
the number of (pairs|tuples) in {x} => len({x}) => count
the first (pair|tuple) of {x} => {x}[0] => first
the last (pair|tuple) of {x} => {x}[-1] => last
the pairs (in|of) {x} whose second element is (greater|larger) than {tp} => [pair for pair in {x} if pair[1] > {tp}] => large selected
"""

RECORDS = """
a list of the {field} (values|fields) (in|of) {x} => [{r}["{field}"] for {r} in {x}] => {field}s
(a list of |)the {field} of (each|every) {r} in {x}( as a list|) => [{r}["{field}"] for {r} in {x}] => {field}s
a list of the {sfield}s of all {r}s in {x} => [{r}["{sfield}"] for {r} in {x}] => {sfield}s
{x} sorted by {field} => sorted({x}, key=lambda {r}: {r}["{field}"]) => by_{field} sorted_{x}
{x} sorted by {nfield} in descending order => sorted({x}, key=lambda {r}: {r}["{nfield}"], reverse=True) => by_{nfield} sorted_{x}
the {r} (in {x} |)with the (highest|largest|greatest) {nfield}( in {x}|) => max({x}, key=lambda {r}: {r}["{nfield}"]) => best top_{r}
the {r} (in {x} |)with the (lowest|smallest) {nfield}( in {x}|) => min({x}, key=lambda {r}: {r}["{nfield}"]) => lowest lowest_{r}
the (sum|total) of the {nfield} (values|fields) (in|of) {x} => sum({r}["{nfield}"] for {r} in {x}) => total total_{nfield}
the (total|sum of the) {nfield} of all {r}s in {x} => sum({r}["{nfield}"] for {r} in {x}) => total total_{nfield}
the (average|mean) {nfield} (of (the|all) {r}s in|in|of) {x} => sum({r}["{nfield}"] for {r} in {x}) / len({x}) => average average_{nfield}
the (largest|highest|maximum) {nfield} (in|of) {x} => max({r}["{nfield}"] for {r} in {x}) => highest max_{nfield}
(the |a list of the |){r}s in {x} (whose {nfield} is|with a {nfield}) (greater|larger|higher|more) than {tr} => [{r} for {r} in {x} if {r}["{nfield}"] > {tr}] => selected filtered
(the |a list of the |){r}s in {x} (whose {nfield} is|with a {nfield}) (less|lower|smaller) than {tr} => [{r} for {r} in {x} if {r}["{nfield}"] < {tr}] => selected filtered
(a list of |)the {sfield}s of (the |all |){r}s in {x} (whose {nfield} is|with a {nfield}) (greater|higher|more) than {tr} => [{r}["{sfield}"] for {r} in {x} if {r}["{nfield}"] > {tr}] => {sfield}s selected
the number of {r}s in {x} => len({x}) => count
the {field} of the first {r} in {x} => {x}[0]["{field}"] => {field} first_{field}
the {field} of the last {r} in {x} => {x}[-1]["{field}"] => {field} last_{field}
a (dictionary|dict) (that maps|mapping|from) (the |each |){sfield} to (the |its |){nfield} (for|of) (each|every|all) {r}s? in {x} => {{r}["{sfield}"]: {r}["{nfield}"] for {r} in {x}} => mapping {nfield}_by_{sfield}
{x} as (a |)JSON( string|) => json.dumps({x}) => text json_text => json
"""

ARRAY = """
the (sum|total) of (the (elements|values) of |){x} => {x}.sum() => total
the (mean|average) of {x} => {x}.mean() => mean average
the (maximum|largest (value|element)) of {x} => {x}.max() => largest maximum
the (minimum|smallest (value|element)) of {x} => {x}.min() => smallest minimum
the standard deviation of {x} => {x}.std() => std
the index of the (largest|maximum) (element|value) of {x} => {x}.argmax() => index
the index of the (smallest|minimum) (element|value) of {x} => {x}.argmin() => index
{x} (multiplied by|times) {k} => {x} * {k} => scaled
{x} plus {k} => {x} + {k} => shifted
{x} squared => {x} ** 2 => squared
the square roots? of (the elements of |)(the absolute values of |){x} => np.sqrt(np.abs({x})) => roots
the elements of {x} (that are |)(greater|larger) than {ta} => {x}[{x} > {ta}] => large selected
the elements of {x} (that are |)(less|smaller) than {ta} => {x}[{x} < {ta}] => small selected
the number of elements of {x} (that are |)(greater|larger) than {ta} => (({x} > {ta}).sum()) => count
{x} as a list => {x}.tolist() => values as_list
the cumulative sum of {x} => np.cumsum({x}) => cumulative
{x} sorted => np.sort({x}) => sorted_{x}
{x} in reverse order => {x}[::-1] => reversed_{x}
the (unique|distinct) (elements|values) of {x} => np.unique({x}) => unique
the number of elements (in|of) {x} => {x}.size => size
the shape of {x} => {x}.shape => shape
the differences between (consecutive|neighboring) elements of {x} => np.diff({x}) => differences
{x} with (all |)negative values (set to|replaced by) (0|zero) => np.maximum({x}, 0) => positive clipped
{x} (clipped|limited) to the range from {lo} to {hi} => np.clip({x}, {lo}, {hi}) => clipped
the first {n} elements of {x} => {x}[:{n}] => head
"""

ARRAY2 = """
the number of elements (in|of) {x} => {x}.size => size
{x} plus {k} => {x} + {k} => shifted
{x} with {k} added to (each|every) element => {x} + {k} => shifted
the (sum|total) of (all (elements|values) of |){x} => {x}.sum() => total
the (mean|average) of (all (elements|values) of |){x} => {x}.mean() => mean
the (sum of each row|row sums) of {x} => {x}.sum(axis=1) => row_sums
the (sum of each column|column sums) of {x} => {x}.sum(axis=0) => column_sums
the (mean of each column|column means) of {x} => {x}.mean(axis=0) => column_means
the (maximum|largest value) of each row of {x} => {x}.max(axis=1) => row_maxima
the transpose of {x} => {x}.T => transposed
{x} flattened( into one dimension|) => {x}.flatten() => flat
the shape of {x} => {x}.shape => shape
the number of dimensions of {x} => {x}.ndim => dimensions
the first row of {x} => {x}[0] => row first_row
the first column of {x} => {x}[:, 0] => column first_column
the last column of {x} => {x}[:, -1] => column
the diagonal of {x} => np.diag({x}) => diagonal
{x} (multiplied by|times) {k} => {x} * {k} => scaled
{x} as a (nested list|list of lists) => {x}.tolist() => nested
the (maximum|largest value) of {x} => {x}.max() => largest
"""

DATES = """
the year of {x} => {x}.year => year
the month of {x}( as a number|) => {x}.month => month
the day of (the month of |){x} => {x}.day => day
the weekday of {x} as a number => {x}.weekday() => weekday
the name of the weekday of {x} => {x}.strftime("%A") => weekday day_name
the name of the month of {x} => {x}.strftime("%B") => month_name
{x} (in ISO format|as an ISO string) => {x}.isoformat() => text iso
{x} (formatted as|as a string in the form|in the format) DD.MM.YYYY => {x}.strftime("%d.%m.%Y") => text formatted
{x} (formatted as|as a string in the form|in the format) MM/DD/YYYY => {x}.strftime("%m/%d/%Y") => text formatted
the (date|day) {dd} days after {x} => {x} + timedelta(days={dd}) => later deadline new_date => timedelta
the (date|day) {dd} days before {x} => {x} - timedelta(days={dd}) => earlier start_date => timedelta
the (date|day) {k3} weeks after {x} => {x} + timedelta(weeks={k3}) => later => timedelta
(whether|if) {x} is (on a weekend|a Saturday or (a |)Sunday) => {x}.weekday() >= 5 => is_weekend
the number of days (from|between) the (start|first day) of its year (to|and) {x} => ({x} - date({x}.year, 1, 1)).days => days => date
the first day of the month of {x} => {x}.replace(day=1) => first_day
"""

BOOLS = """
the opposite of {x} => not {x} => opposite
'yes' if {x} is true and 'no' otherwise => "yes" if {x} else "no" => answer
{x} as an integer => int({x}) => as_int
"""

# Two values: the left side's `{y}` is the other.
TWO = {
    ("num", "num"): """
the (sum|total) of {x} and {y} => {x} + {y} => total result sum_
{x} plus {y} => {x} + {y} => total result
the difference (between|of) {x} and {y} => {x} - {y} => difference diff
{x} minus {y} => {x} - {y} => difference result
the product of {x} and {y} => {x} * {y} => product result
{x} (times|multiplied by) {y} => {x} * {y} => product result
{x} divided by {y} => {x} / {y} => quotient ratio => nonzero
the ratio of {x} to {y} => {x} / {y} => ratio => nonzero
the (average|mean) of {x} and {y} => ({x} + {y}) / 2 => average mean
the (larger|greater|bigger|maximum) of {x} and {y} => max({x}, {y}) => larger maximum
the (smaller|minimum) of {x} and {y} => min({x}, {y}) => smaller minimum
the absolute difference (between|of) {x} and {y} => abs({x} - {y}) => difference
(whether|if) {x} is (greater|larger) than {y} => {x} > {y} => is_greater
(whether|if) {x} is (less|smaller) than {y} => {x} < {y} => is_less
(whether|if) {x} (equals|is equal to) {y} => {x} == {y} => is_equal
{x} as a percentage of {y} => {x} / {y} * 100 => percentage => nonzero
the sum of the squares of {x} and {y} => {x} ** 2 + {y} ** 2 => total
a tuple (of|with) {x} and {y} => ({x}, {y}) => pair
a list (of|with) {x} and {y} => [{x}, {y}] => both
""",
    ("int", "int"): """
the remainder of {x} divided by {y} => {x} % {y} => remainder => nonzero
{x} modulo {y} => {x} % {y} => remainder => nonzero
{x} integer divided by {y} => {x} // {y} => quotient => nonzero
(whether|if) {x} is divisible by {y} => {x} % {y} == 0 => divisible => nonzero
the greatest common divisor of {x} and {y} => math.gcd({x}, {y}) => divisor => math
""",
    ("str", "str"): """
{x} (followed by|and|concatenated with) {y} => {x} + {y} => combined joined
the concatenation of {x} and {y} => {x} + {y} => combined joined
{x} and {y} (joined (with|by)|separated by) a space => {x} + " " + {y} => combined joined full
{x} and {y} (joined (with|by)|separated by) a (comma and a space) => {x} + ", " + {y} => combined
{x} and {y} (joined (with|by)|separated by) a (hyphen|dash) => {x} + "-" + {y} => combined
(whether|if) {x} (equals|is equal to|is the same as) {y} => {x} == {y} => same is_equal
(whether|if) {x} contains {y} => {y} in {x} => contains
(whether|if) {x} is longer than {y} => len({x}) > len({y}) => is_longer
the longer of {x} and {y} => max({x}, {y}, key=len) => longer
the total length of {x} and {y} => len({x}) + len({y}) => total_length
the (set of |)(letters|characters) that (occur|appear) in both {x} and {y} => set({x}) & set({y}) => common
a list (of|with) {x} and {y} => [{x}, {y}] => both
""",
    ("nums", "nums"): """
{x} (followed by|and) {y} (as|in) one list => {x} + {y} => combined
the concatenation of {x} and {y} => {x} + {y} => combined joined
a list (of|with) (all |the |)elements of {x} and {y} => {x} + {y} => combined
the (elements|numbers|values) that (are|occur|appear) in both {x} and {y} (in sorted order|as a sorted list) => sorted(set({x}) & set({y})) => common
the (elements|numbers|values) of {x} that are not in {y} => [{e} for {e} in {x} if {e} not in {y}] => missing only_first
the (elements|numbers|values) of {x} that are also in {y} => [{e} for {e} in {x} if {e} in {y}] => common shared
the (element-wise|elementwise|pairwise) sums? of {x} and {y} => [a + b for a, b in zip({x}, {y})] => sums
the (element-wise|elementwise|pairwise) products? of {x} and {y} => [a * b for a, b in zip({x}, {y})] => products
the (element-wise|elementwise|pairwise) differences? of {x} and {y} => [a - b for a, b in zip({x}, {y})] => differences
the dot product of {x} and {y} => sum(a * b for a, b in zip({x}, {y})) => dot_product dot
(a list of|the) pairs of (the |)elements (from|of) {x} and {y} => list(zip({x}, {y})) => pairs
(whether|if) {x} and {y} (have|are of) the same length => len({x}) == len({y}) => same_length
the larger of the sums of {x} and {y} => max(sum({x}), sum({y})) => larger
""",
    ("words", "words"): """
{x} (followed by|and) {y} (as|in) one list => {x} + {y} => combined
the concatenation of {x} and {y} => {x} + {y} => combined
a list (of|with) (all |the |)elements of {x} and {y} => {x} + {y} => combined
the (elements|strings) of {x} that are not in {y} => [{e} for {e} in {x} if {e} not in {y}] => missing
the (elements|strings) of {x} that are also in {y} => [{e} for {e} in {x} if {e} in {y}] => common
the (elements|strings) that (are|occur|appear) in both {x} and {y} (in sorted order|as a sorted list) => sorted(set({x}) & set({y})) => common
(a list of|the) pairs of (the |)elements (from|of) {x} and {y} => list(zip({x}, {y})) => pairs
a (dictionary|dict) (with|that has) {x} as (the |)keys and {y} as (the |)values => dict(zip({x}, {y})) => mapping d
""",
    ("words", "nums"): """
a (dictionary|dict) (with|that has) (the elements of |){x} as (the |)keys and (the elements of |){y} as (the |)values => dict(zip({x}, {y})) => mapping d lookup
a (dictionary|dict) (that maps|mapping) (each element of |){x} to (the (corresponding |)(element|value|number) of |){y} => dict(zip({x}, {y})) => mapping d lookup
a (dictionary|dict) from {x} (to|and) {y} => dict(zip({x}, {y})) => mapping d
(a list of|the) pairs (of|from) {x} and {y} => list(zip({x}, {y})) => pairs
{x} (zipped|paired|combined) with {y} (as|into) a list of (tuples|pairs) => list(zip({x}, {y})) => pairs
the (element|item|{noun}) of {x} (that belongs|corresponding) to the (largest|highest) (value|number) (in|of) {y} => {x}[{y}.index(max({y}))] => best
""",
    ("set", "set"): """
the union of {x} and {y} => {x} | {y} => union combined
the intersection of {x} and {y} => {x} & {y} => common intersection
the elements (that are |)in both {x} and {y} => {x} & {y} => common
the difference (of|between) {x} and {y} => {x} - {y} => difference
the elements of {x} that are not in {y} => {x} - {y} => difference only_first
the symmetric difference of {x} and {y} => {x} ^ {y} => symmetric
(whether|if) {x} is a subset of {y} => {x} <= {y} => is_subset
the number of elements (that |){x} and {y} (have|share) in common => len({x} & {y}) => count
a sorted list of the union of {x} and {y} => sorted({x} | {y}) => union
""",
    ("counts", "counts"): """
a (new |)(dictionary|dict) (with|of) the (entries|items) of (both |){x} and {y} => {**{x}, **{y}} => merged combined
{x} and {y} merged( into one (dictionary|dict)|) => {**{x}, **{y}} => merged combined
the keys (that are |)(in|common to) both {x} and {y} as a sorted list => sorted({x}.keys() & {y}.keys()) => common
""",
    ("nums", "int"): """
(whether|if) {y} is in {x} => {y} in {x} => found contains
(whether|if) {x} contains {y} => {y} in {x} => found contains
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => [{e} for {e} in {x} if {e} > {y}] => large above
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(less|smaller) than {y} => [{e} for {e} in {x} if {e} < {y}] => small below
the number of (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => sum({e} > {y} for {e} in {x}) => count
the number of (numbers|elements|values) (of|in) {x} (that are |)(less|smaller) than {y} => sum({e} < {y} for {e} in {x}) => count
(a list of |)the (numbers|elements|values) (of|in) {x} multiplied by {y} => [{e} * {y} for {e} in {x}] => scaled
(a list of |)(each|every) (number|element|value) (of|in) {x} (plus|increased by) {y} => [{e} + {y} for {e} in {x}] => shifted
(how (often|many times) {y} (occurs|appears) in {x}|the number of times {y} (occurs|appears) in {x}) => {x}.count({y}) => count
{x} (with {y} appended|with {y} added (at|to) the end) => {x} + [{y}] => extended
""",
    ("nums", "float"): """
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => [{e} for {e} in {x} if {e} > {y}] => above large
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)(less|smaller) than {y} => [{e} for {e} in {x} if {e} < {y}] => below small
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)above {y} => [{e} for {e} in {x} if {e} > {y}] => above
(a list of |)the (numbers|elements|values) (of|in) {x} (that are |)below {y} => [{e} for {e} in {x} if {e} < {y}] => below
the number of (numbers|elements|values) (of|in) {x} (that are |)(greater|larger) than {y} => sum({e} > {y} for {e} in {x}) => count
(a list of |)the differences (between|of) (each (number|element|value) of |){x} and {y} => [{e} - {y} for {e} in {x}] => differences deviations
(a list of |)(each|every) (number|element|value) (of|in) {x} minus {y} => [{e} - {y} for {e} in {x}] => differences
(a list of |)(each|every) (number|element|value) (of|in) {x} divided by {y} => [{e} / {y} for {e} in {x}] => scaled => nonzero
""",
    ("str", "int"): """
{x} repeated {y} times => {x} * {y} => repeated => small
the first {y} (characters|letters) of {x} => {x}[:{y}] => prefix
the last {y} (characters|letters) of {x} => {x}[-{y}:] => suffix
(whether|if) {x} (has|is) more than {y} characters( long|) => len({x}) > {y} => is_long
{x} with {y} (appended|added (at|to) the end) => {x} + str({y}) => combined
""",
    ("words", "str"): """
(whether|if) {y} is in {x} => {y} in {x} => found contains
(whether|if) {x} contains {y} => {y} in {x} => found contains
(how (often|many times) {y} (occurs|appears) in {x}|the number of times {y} (occurs|appears) in {x}) => {x}.count({y}) => count
(the (strings|words|elements|{nouns}) (of|in) ){x} (joined (with|by)|separated by) {y} => {y}.join({x}) => joined
(a list of |)the (strings|words|elements|{nouns}) (of|in) {x} (that |which |)(contain|containing) {y} => [{e} for {e} in {x} if {y} in {e}] => matches matching
(a list of |)the (strings|words|elements|{nouns}) (of|in) {x} that start with {y} => [{e} for {e} in {x} if {e}.startswith({y})] => matches
{x} with {y} (appended|added (at|to) the end) => {x} + [{y}] => extended
a list of (all |the |)(strings|words|elements|{nouns}) (of|in) {x} followed by {y} => [{e} + {y} for {e} in {x}] => labels
""",
    ("words", "int"): """
(a list of |)the (strings|words|elements|{nouns}) (of|in) {x} (that are |)longer than {y}( characters|) => [{e} for {e} in {x} if len({e}) > {y}] => long
the first {y} (strings|words|elements|{nouns}) of {x} => {x}[:{y}] => start
the number of (strings|words|elements|{nouns}) (of|in) {x} (that are |)longer than {y}( characters|) => sum(len({e}) > {y} for {e} in {x}) => count
""",
    ("counts", "str"): """
the value (of|for) {y} in {x}, or 0 if (it is missing|there is none) => {x}.get({y}, 0) => value
(whether|if) {y} is (a key (in|of)|in) {x} => {y} in {x} => found
""",
    ("counts", "int"): """
a list of the keys of {x} whose value is (greater|larger|higher) than {y} => [key for key, value in {x}.items() if value > {y}] => keys selected
a (new |)(dictionary|dict) with {y} added to (every|each) value of {x} => {key: value + {y} for key, value in {x}.items()} => updated
""",
    ("array", "array"): """
the dot product of {x} and {y} => np.dot({x}, {y}) => dot_product
the (element-wise |elementwise |)sum of {x} and {y} => {x} + {y} => total
the (element-wise |elementwise |)product of {x} and {y} => {x} * {y} => product
{x} and {y} (concatenated|joined|in one array) => np.concatenate([{x}, {y}]) => combined
{x} and {y} stacked as (two |)rows of a matrix => np.vstack([{x}, {y}]) => matrix
""",
    ("date", "date"): """
the number of days (between|from) {x} (and|to) {y} => ({y} - {x}).days => days
(whether|if) {x} is (before|earlier than) {y} => {x} < {y} => is_before
the (earlier|first) of {x} and {y} => min({x}, {y}) => earlier
the (later|last) of {x} and {y} => max({x}, {y}) => later
""",
}

# Actions on `{x}` by the value of `{y}`.
TWO_ACTIONS = {
    ("num", "num"): """
Add {y} to {x} => {x} += {y} => {x} + {y}
(Increase|Increment) {x} by {y} => {x} += {y} => {x} + {y}
Subtract {y} from {x} => {x} -= {y} => {x} - {y}
(Decrease|Reduce) {x} by {y} => {x} -= {y} => {x} - {y}
Multiply {x} by {y} => {x} *= {y} => {x} * {y}
Divide {x} by {y} => {x} /= {y} => {x} / {y} => nonzero
""",
    ("nums", "num"): """
(Append|Add) {y} to (the end of |){x} => {x}.append({y})
Insert {y} at the (beginning|start|front) of {x} => {x}.insert(0, {y})
(Replace|Set|Change) the first (element|number) of {x} (with|to) {y} => {x}[0] = {y}
(Replace|Set|Change) the last (element|number) of {x} (with|to) {y} => {x}[-1] = {y}
Add {y} to (each|every) (element|number|value) (of|in) {x} => {x} = [{e} + {y} for {e} in {x}] => [{e} + {y} for {e} in {x}]
Multiply (each|every) (element|number|value) (of|in) {x} by {y} => {x} = [{e} * {y} for {e} in {x}] => [{e} * {y} for {e} in {x}]
Subtract {y} from (each|every) (element|number|value) (of|in) {x} => {x} = [{e} - {y} for {e} in {x}] => [{e} - {y} for {e} in {x}]
Divide (each|every) (element|number|value) (of|in) {x} by {y} => {x} = [{e} / {y} for {e} in {x}] => [{e} / {y} for {e} in {x}] => nonzero
(Remove|Delete) (all |the )(numbers|values|elements) (that are |)(greater|larger) than {y} from {x} => {x} = [{e} for {e} in {x} if {e} <= {y}] => [{e} for {e} in {x} if {e} <= {y}]
Keep only the (numbers|values|elements) (in|of) {x} that are (greater|larger) than {y} => {x} = [{e} for {e} in {x} if {e} > {y}] => [{e} for {e} in {x} if {e} > {y}]
Keep only the (numbers|values|elements) (in|of) {x} that are (less|smaller) than {y} => {x} = [{e} for {e} in {x} if {e} < {y}] => [{e} for {e} in {x} if {e} < {y}]
""",
    ("words", "str"): """
(Append|Add) {y} to (the end of |){x} => {x}.append({y})
Insert {y} at the (beginning|start|front) of {x} => {x}.insert(0, {y})
(Replace|Set|Change) the first (element|item|{noun}) of {x} (with|to) {y} => {x}[0] = {y}
(Replace|Set|Change) the last (element|item|{noun}) of {x} (with|to) {y} => {x}[-1] = {y}
(Append|Add) {y} to (each|every) (string|word|element|{noun}) (of|in) {x} => {x} = [{e} + {y} for {e} in {x}] => [{e} + {y} for {e} in {x}]
""",
    ("str", "str"): """
(Append|Add) {y} to (the end of |){x} => {x} += {y} => {x} + {y}
Prepend {y} to {x} => {x} = {y} + {x} => {y} + {x}
(Remove|Delete) (every |all occurrences of |){y} from {x} => {x} = {x}.replace({y}, "") => {x}.replace({y}, "")
""",
    ("str", "num"): """
(Append|Add) {y} (as a string |)to (the end of |){x} => {x} += str({y}) => {x} + str({y})
""",
    ("nums", "nums"): """
Extend {x} with {y} => {x}.extend({y}) => {x} + {y}
(Add|Append) (all (elements|numbers) of |the elements of ){y} to {x} => {x}.extend({y}) => {x} + {y}
""",
    ("words", "words"): """
Extend {x} with {y} => {x}.extend({y}) => {x} + {y}
(Add|Append) (all elements of |the elements of ){y} to {x} => {x}.extend({y}) => {x} + {y}
Remove (the |all )(elements|strings) of {y} from {x} => {x} = [{e} for {e} in {x} if {e} not in {y}] => [{e} for {e} in {x} if {e} not in {y}]
""",
    ("counts", "str"): """
(Add|Insert) (the |a |)key {y} with (the |)value {num} (to|into) {x} => {x}[{y}] = {num}
Set the value of {y} in {x} to {num} => {x}[{y}] = {num}
""",
    ("counts", "counts"): """
Update {x} with {y} => {x}.update({y})
(Add|Merge) (the entries of |all entries of ){y} (to|into) {x} => {x}.update({y})
""",
    ("set", "int"): """
Add {y} to {x} => {x}.add({y})
""",
    ("set", "str"): """
Add {y} to {x} => {x}.add({y})
""",
    ("date", "int"): """
Add {y} days to {x} => {x} += timedelta(days={y}) => {x} + timedelta(days={y}) => timedelta
""",
    ("array", "num"): """
Add {y} to {x} => {x} = {x} + {y} => {x} + {y}
Multiply {x} by {y} => {x} = {x} * {y} => {x} * {y}
""",
}

# Conditions on one element: `are` phrase, `is` phrase, expression.
NUM_CONDITIONS = """
(are |)even => is even => {e} % 2 == 0
(are |)odd => is odd => {e} % 2 == 1
(are |)(greater|larger|bigger) than {t} => is (greater|larger|bigger) than {t} => {e} > {t}
(are |)(less|smaller) than {t} => is (less|smaller) than {t} => {e} < {t}
are at least {t} => is at least {t} => {e} >= {t}
are at most {t} => is at most {t} => {e} <= {t}
are above {t} => is above {t} => {e} > {t}
are below {t} => is below {t} => {e} < {t}
are (greater than or equal to) {t} => is (greater than or equal to) {t} => {e} >= {t}
are (less than or equal to) {t} => is (less than or equal to) {t} => {e} <= {t}
are divisible by {k} => is divisible by {k} => {e} % {k} == 0
are not divisible by {k} => is not divisible by {k} => {e} % {k} != 0
are multiples of {k} => is a multiple of {k} => {e} % {k} == 0
are positive => is positive => {e} > 0
are negative => is negative => {e} < 0
are not (zero|0) => is not (zero|0) => {e} != 0
are not equal to {v} => is not equal to {v} => {e} != {v}
are equal to {v} => is equal to {v} => {e} == {v}
are between {t} and {t2} => is between {t} and {t2} => {t} <= {e} <= {t2}
"""
STR_CONDITIONS = """
start with {c} => starts with {c} => {e}.startswith({c})
begin with (the letter |){c} => begins with (the letter |){c} => {e}.startswith({c})
start with the letter {c} => starts with the letter {c} => {e}.startswith({c})
do not start with {c} => does not start with {c} => not {e}.startswith({c})
end with {c} => ends with {c} => {e}.endswith({c})
end with the letter {c} => ends with the letter {c} => {e}.endswith({c})
contain (the letter |){c} => contains (the letter |){c} => {c} in {e}
do not contain (the letter |){c} => does not contain (the letter |){c} => {c} not in {e}
(are longer than|have more than) {len} (characters|letters) => (is longer than|has more than) {len} (characters|letters) => len({e}) > {len}
(are shorter than|have (fewer|less) than) {len} (characters|letters) => (is shorter than|has (fewer|less) than) {len} (characters|letters) => len({e}) < {len}
have (exactly |){len} (characters|letters) => has (exactly |){len} (characters|letters) => len({e}) == {len}
have at least {len} (characters|letters) => has at least {len} (characters|letters) => len({e}) >= {len}
have at most {len} (characters|letters) => has at most {len} (characters|letters) => len({e}) <= {len}
are (not equal to|different from) {v} => is (not equal to|different from) {v} => {e} != {v}
have an even number of (characters|letters) => has an even number of (characters|letters) => len({e}) % 2 == 0
start with (a vowel) => starts with (a vowel) => {e}[0].lower() in "aeiou"
"""

# What to do with each element: verb phrase with `{each}`, noun phrase with `{each}`, expression, names for the list of results.
NUM_MAPS = """
square {each} => the square of {each} => {e} ** 2 => squares squared
cube {each} => the cube of {each} => {e} ** 3 => cubes
double {each} => twice {each} => {e} * 2 => doubled
triple {each} => three times {each} => {e} * 3 => tripled
halve {each} => half of {each} => {e} / 2 => halves
multiply {each} by {k} => {each} (times|multiplied by) {k} => {e} * {k} => scaled multiplied
add {k} to {each} => {each} plus {k} => {e} + {k} => shifted increased
increase {each} by {k} => {each} increased by {k} => {e} + {k} => increased
subtract {k} from {each} => {each} minus {k} => {e} - {k} => reduced
divide {each} by {k} => {each} divided by {k} => {e} / {k} => divided scaled
negate {each} => the negative of {each} => -{e} => negated
take the absolute value of {each} => the absolute value of {each} => abs({e}) => absolute
convert {each} to a string => {each} as a string => str({e}) => strings
convert {each} to a float => {each} as a float => float({e}) => floats
increase {each} by {pct} percent => {each} increased by {pct} percent => {e} * (1 + {pct} / 100) => increased
reduce {each} by {pct} percent => {each} reduced by {pct} percent => {e} * (1 - {pct} / 100) => reduced discounted
round {each} to one decimal => {each} rounded to one decimal => round({e}, 1) => rounded
round {each} to two decimals => {each} rounded to two decimals => round({e}, 2) => rounded
take {each} modulo {k} => the remainder of {each} divided by {k} => {e} % {k} => remainders
"""
STR_MAPS = """
(convert {each} to (upper case|uppercase)|uppercase {each}) => {each} in (upper case|uppercase) => {e}.upper() => upper uppercased
(convert {each} to (lower case|lowercase)|lowercase {each}) => {each} in (lower case|lowercase) => {e}.lower() => lower lowercased
capitalize {each} => {each} capitalized => {e}.capitalize() => capitalized
reverse {each} => {each} reversed => {e}[::-1] => reversed_words
replace {each} (with|by) its length => the length of {each} => len({e}) => lengths
(take|get) the first (letter|character) of {each} => the first (letter|character) of {each} => {e}[0] => initials first_letters
(take|get) the last (letter|character) of {each} => the last (letter|character) of {each} => {e}[-1] => last_letters
(take|get) the first {k3} (letters|characters) of {each} => the first {k3} (letters|characters) of {each} => {e}[:{k3}] => prefixes
append {suffix} to {each} => {each} followed by {suffix} => {e} + {suffix} => extended
add {suffix} to the end of {each} => {each} with {suffix} (appended|at its end) => {e} + {suffix} => extended
prepend {prefix} to {each} => {each} with {prefix} in front of it => {prefix} + {e} => prefixed
repeat {each} twice => {each} repeated twice => {e} * 2 => doubled
remove the last (letter|character) (of|from) {each} => {each} without its last (letter|character) => {e}[:-1] => shortened
remove the first (letter|character) (of|from) {each} => {each} without its first (letter|character) => {e}[1:] => shortened
count the (letters|characters) of {each} => the number of (letters|characters) of {each} => len({e}) => lengths
"""


def _lines(text: str, least: int) -> list[list[str]]:
    rows = []
    for line in text.strip().splitlines():
        parts = [part.strip() for part in line.split("=>")]
        if len(parts) < least:
            raise ValueError(f"too few parts: {line}")
        rows.append(parts)
    return rows


def _rows(text: str) -> list[Row]:
    return [Row(p[0].replace(")?", "|)").replace("s?", "(s|)"), p[1], tuple(p[2].split()), p[3] if len(p) > 3 else "") for p in _lines(text, 3)]


def _actions(text: str) -> list[Action]:
    return [Action(p[0].replace("s?", "(s|)"), p[1], p[2] if len(p) > 2 else "", p[3] if len(p) > 3 else "") for p in _lines(text, 2)]


@cache
def rows() -> dict[str, list[Row]]:
    """The rows about one value, by its kind."""
    return {
        "nums": _rows(NUMS),
        "words": _rows(WORDS),
        "str": _rows(STR),
        "int": _rows(INT),
        "float": _rows(FLOAT),
        "counts": _rows(COUNTS),
        "set": _rows(SETS),
        "tuple": _rows(TUPLES),
        "matrix": _rows(MATRIX),
        "pairs": _rows(PAIRS),
        "records": _rows(RECORDS),
        "array": _rows(ARRAY),
        "array2": _rows(ARRAY2),
        "date": _rows(DATES),
        "bool": _rows(BOOLS),
    }


@cache
def actions() -> dict[str, list[Action]]:
    """The actions on one value, by its kind."""
    return {
        "nums": _actions(NUMS_ACTIONS),
        "words": _actions(WORDS_ACTIONS),
        "str": _actions(STR_ACTIONS),
        "int": _actions(INT_ACTIONS),
        "float": _actions(FLOAT_ACTIONS),
        "counts": _actions(COUNTS_ACTIONS),
    }


@cache
def pair_rows() -> dict[tuple[str, str], list[Row]]:
    """The rows about two values, by their kinds."""
    return {kinds: _rows(text) for kinds, text in TWO.items()}


@cache
def pair_actions() -> dict[tuple[str, str], list[Action]]:
    """The actions on a value by another one, by their kinds; those on numbers hold for integers and decimals."""
    found: dict[tuple[str, str], list[Action]] = {}
    for (first, second), text in TWO_ACTIONS.items():
        for a in ("int", "float") if first == "num" else (first,):
            for b in ("int", "float") if second == "num" else (second,):
                found[a, b] = _actions(text)
    return found


@cache
def conditions() -> dict[str, list[tuple[str, str, str]]]:
    """Conditions on an element of a list, by the list's kind: for many, for one, and the expression."""
    return {"nums": [tuple(p[:3]) for p in _lines(NUM_CONDITIONS, 3)], "words": [tuple(p[:3]) for p in _lines(STR_CONDITIONS, 3)]}


@cache
def maps() -> dict[str, list[tuple[str, str, str, tuple[str, ...]]]]:
    """What can be done with each element of a list, by the list's kind: verb phrase, noun phrase, expression, names."""
    return {
        "nums": [(p[0], p[1], p[2], tuple(p[3].split())) for p in _lines(NUM_MAPS, 4)],
        "words": [(p[0], p[1], p[2], tuple(p[3].split())) for p in _lines(STR_MAPS, 4)],
    }
