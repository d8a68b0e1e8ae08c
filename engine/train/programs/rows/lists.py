"""What can be said of a list of numbers and of a list of words, and done to it."""

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
