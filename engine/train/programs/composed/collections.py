"""Operations on lists, sets, dictionaries and records, in the language of operations.py."""

LISTS = """
ints -> int :: sum of {0*} :: (add up|sum|sum up|total) {0*} :: sum({0}) :: total sum_of
ints -> int :: product of {0*} :: multiply {0*} (together|with each other) :: math.prod({0}) :: product :: math
ints -> int :: (largest|biggest|greatest) of {0*} :: find the (largest|biggest|greatest|maximum) of {0*} :: max({0}) :: largest maximum
ints -> int :: smallest of {0*} :: find the (smallest|lowest|minimum) of {0*} :: min({0}) :: smallest minimum
ints -> int :: number of {0*} :: count {0*} :: len({0}) :: count size
ints -> int :: (range|difference between the largest and the smallest) of {0*} :: subtract the smallest of {0*} from the largest :: max({0}) - min({0}) :: spread range_
ints -> int :: second (largest|highest|biggest) of {0*} :: find the second (largest|highest|biggest) of {0*} :: sorted({0})[-2] ;; sorted({0}, reverse=True)[1] :: second runner_up
ints -> int :: second (smallest|lowest) of {0*} :: find the second (smallest|lowest) of {0*} :: sorted({0})[1] :: second
ints -> int :: number of (distinct|different|unique) values (in|among) {0*} :: count the (distinct|different|unique) values (in|among) {0*} :: len(set({0})) :: distinct
ints -> int :: sum of the squares of {0*} :: add up the squares of {0*} :: sum(x ** 2 for x in {0}) ;; sum(x * x for x in {0}) :: square_sum
ints -> int :: most (common|frequent) of {0*} :: find the most (common|frequent) of {0*} :: Counter({0}).most_common(1)[0][0] ;; max(set({0}), key={0}.count) ;; statistics.mode({0}) :: mode most_common :: Counter statistics mode
ints -> int :: (position|index) of the (largest|biggest) of {0*} :: find the (position|index) of the (largest|biggest) of {0*} :: {0}.index(max({0})) :: position index
ints -> int :: (largest|maximum) (sum of neighbours|sum of two neighbouring numbers) in {0} :: find the (largest|maximum) sum of two neighbouring numbers in {0} :: max(a + b for a, b in zip({0}, {0}[1:])) :: best
ints -> int :: (maximum|largest) sum of {s} consecutive (elements|numbers|values) of {0} :: find the (maximum|largest) sum of {s} consecutive (elements|numbers|values) of {0} :: max(sum({0}[i:i + {s}]) for i in range(len({0}) - {s} + 1)) :: best window_sum
ints -> int :: number of pairs of {0*} (that add up to|with the sum) {t} :: count the pairs of {0*} (that add up to|with the sum) {t} :: sum(1 for a, b in itertools.combinations({0}, 2) if a + b == {t}) :: pairs pair_count :: itertools
ints -> int :: number of times {m} (appears|occurs) in {0} :: count (how often|how many times) {m} (appears|occurs) in {0} :: {0}.count({m}) :: count occurrences
ints -> int :: alternating sum of {0*} :: compute the alternating sum of {0*}(, starting with plus|) :: sum({0}[::2]) - sum({0}[1::2]) ;; sum(x if i % 2 == 0 else -x for i, x in enumerate({0})) :: alternating
ints -> float :: (average|mean|arithmetic mean) of {0*} :: (average|take the average of|take the mean of) {0*} :: sum({0}) / len({0}) ;; statistics.mean({0}) :: average mean avg :: statistics
ints -> float :: median of {0*} :: find the median of {0*} :: statistics.median({0}) ;; float(np.median({0})) :: median :: statistics numpy
ints -> float :: (population |)variance of {0*} :: compute the (population |)variance of {0*} :: sum((x - sum({0}) / len({0})) ** 2 for x in {0}) / len({0}) ;; statistics.pvariance({0}) :: variance :: statistics
ints -> float :: (population |)standard deviation of {0*} :: compute the (population |)standard deviation of {0*} :: statistics.pstdev({0}) :: deviation std :: statistics
ints -> float :: root mean square of {0*} :: compute the root mean square of {0*} :: math.sqrt(sum(x ** 2 for x in {0}) / len({0})) :: rms :: math
ints -> ints :: {0*} (in ascending order|sorted in ascending order|from smallest to largest) :: sort {0*} (in ascending order|from smallest to largest|) :: sorted({0}) :: ordered ascending sorted_values
ints -> ints :: {0*} (in descending order|from largest to smallest) :: sort {0*} (in descending order|from largest to smallest|in reverse order) :: sorted({0}, reverse=True) :: descending ranking
ints -> ints :: {0*} sorted by (absolute value|their absolute values) :: sort {0*} by absolute value :: sorted({0}, key=abs) :: by_size ordered
ints -> ints :: {0*} in reverse order :: reverse (the order of |){0*} :: {0}[::-1] ;; list(reversed({0})) :: reversed_values backwards
ints -> ints :: (distinct|unique) (values|numbers) (in|among) {0*} in (ascending|sorted) order :: remove duplicates from {0*} and sort what is left :: sorted(set({0})) :: unique distinct
ints -> ints :: {0*} without (duplicates|repetitions)(, in their order|) :: (remove|drop) (the duplicates|duplicates|repeated values) (from|in) {0}(, keeping the order|) :: list(dict.fromkeys({0})) :: unique deduplicated
ints -> ints :: first {n} of {0*} :: (take|keep|get) the first {n} of {0*} :: {0}[:{n}] :: head first_part
ints -> ints :: last {n} of {0*} :: (take|keep|get) the last {n} of {0*} :: {0}[-{n}:] :: tail last_part
ints -> ints :: {n} (largest|biggest) of {0*}(, largest first|) :: find the {n} (largest|biggest) of {0*}(, largest first|) :: sorted({0}, reverse=True)[:{n}] ;; heapq.nlargest({n}, {0}) :: top largest :: heapq
ints -> ints :: {n} smallest of {0*}(, smallest first|) :: find the {n} smallest of {0*}(, smallest first|) :: sorted({0})[:{n}] ;; heapq.nsmallest({n}, {0}) :: bottom smallest :: heapq
ints -> ints :: (every second|every other) of {0*}(, starting with the first|) :: take (every second|every other) (element|item|value) of {0}(, starting with the first|) :: {0}[::2] :: alternate
ints -> ints :: {0*} at odd (positions|indices) :: (take|keep) {0*} at odd (positions|indices) :: {0}[1::2] :: odd_places
ints -> ints :: (running totals|cumulative sums|cumulative sum|prefix sums) of {0*} :: compute the (running totals|cumulative sums|prefix sums) of {0*} :: list(itertools.accumulate({0})) ;; [sum({0}[:i + 1]) for i in range(len({0}))] :: running cumulative totals :: itertools
ints -> ints :: running maximum of {0*} :: compute the running maximum of {0*} :: list(itertools.accumulate({0}, max)) ;; [max({0}[:i + 1]) for i in range(len({0}))] :: running_max :: itertools
ints -> ints :: differences between (neighbouring|consecutive|adjacent) (elements|numbers|values) of {0} :: compute the differences between (neighbouring|consecutive|adjacent) (elements|numbers|values) of {0} :: [b - a for a, b in zip({0}, {0}[1:])] ;; [{0}[i + 1] - {0}[i] for i in range(len({0}) - 1)] :: differences gaps
ints -> ints :: sums of (neighbouring|consecutive|adjacent) (elements|numbers|values) of {0} :: add up (neighbouring|consecutive|adjacent) (elements|numbers|values) of {0} :: [a + b for a, b in zip({0}, {0}[1:])] :: sums pair_sums
ints -> ints :: {0*} rotated (to the left |)by {n} (places|positions) :: rotate {0} (to the left |)by {n} (places|positions) :: {0}[{n}:] + {0}[:{n}] :: rotated
ints -> ints :: {0*} rotated to the right by {n} (places|positions) :: rotate {0} to the right by {n} (places|positions) :: {0}[-{n}:] + {0}[:-{n}] :: rotated
ints -> ints :: ranks of {0*}(, 1 for the largest|, where 1 is the largest) :: rank {0*}(, 1 being the largest) :: [sorted({0}, reverse=True).index(x) + 1 for x in {0}] :: ranks
ints -> ints :: (positions|indices) of {0*} in ascending order of value :: list the (positions|indices) that would sort {0} :: sorted(range(len({0})), key=lambda i: {0}[i]) :: order indices
ints -> ints :: {0*} limited to (at most |){t} :: (cap|limit) {0*} at {t} :: [min(x, {t}) for x in {0}] :: capped limited
ints -> ints :: values that (appear|occur) more than once in {0} :: find the values that (appear|occur) more than once in {0} :: sorted(x for x in set({0}) if {0}.count(x) > 1) ;; [x for x, n in Counter({0}).items() if n > 1] :: repeated duplicates :: Counter
ints -> ints :: {0*} (followed by|and after them) {k} :: append {k} to {0} :: {0} + [{k}] :: extended
ints -> matrix :: (chunks|groups|pieces) of {s} of {0*} :: split {0} into (chunks|groups|sublists) of (size |){s} :: [{0}[i:i + {s}] for i in range(0, len({0}), {s})] :: chunks groups_of
ints -> matrix :: (windows|runs) of {s} (consecutive|neighbouring) (elements|numbers) of {0} :: list all windows of {s} consecutive (elements|numbers) of {0} :: [{0}[i:i + {s}] for i in range(len({0}) - {s} + 1)] :: windows
ints -> floats :: shares of {0*} in their (sum|total) :: divide {0*} by their (sum|total) :: [x / sum({0}) for x in {0}] :: shares normalized
ints -> floats :: {0*} scaled to (the range |)(from |)0 to 1 :: scale {0*} to the range from 0 to 1 :: [(x - min({0})) / (max({0}) - min({0})) for x in {0}] :: scaled normalized
ints -> floats :: moving averages of {s} (elements|values) of {0} :: compute the moving average of {0} over {s} (elements|values) :: [sum({0}[i:i + {s}]) / {s} for i in range(len({0}) - {s} + 1)] :: moving_averages smoothed
ints -> floats :: deviations of {0*} from their (mean|average) :: subtract the (mean|average) from each of {0*} :: [x - sum({0}) / len({0}) for x in {0}] :: deviations centered
ints -> bool :: whether {0*} are (sorted|in ascending order) :: (check|test) (if|whether) {0*} are (sorted|in ascending order) :: {0} == sorted({0}) ;; all(a <= b for a, b in zip({0}, {0}[1:])) :: is_sorted
ints -> bool :: whether {0} contains duplicates :: (check|test) (if|whether) {0} contains duplicates :: len(set({0})) < len({0}) ;; len({0}) != len(set({0})) :: has_duplicates
ints -> bool :: whether {m} (is|occurs) in {0} :: (check|test) (if|whether) {m} (is|occurs) in {0} :: {m} in {0} :: found contains
ints -> set :: set of {0*} :: (convert|turn) {0} (in|)to a set :: set({0}) :: unique as_set
ints -> intcounts :: (counts|number of occurrences) of (each|every) (value|number) in {0} :: count how often (each|every) (value|number) (occurs|appears) in {0} :: dict(Counter({0})) ;; {{x: {0}.count(x) for x in {0}}} :: counts frequencies :: Counter
ints -> str :: {0*} joined (with|by) {d} :: join {0*} (with|by|using) {d} :: {d}.join(str(x) for x in {0}) ;; {d}.join(map(str, {0})) :: joined line
ints ints -> ints :: (elementwise sums|element-wise sum|sums of the corresponding elements) of {0} and {1} :: add {0} and {1} (element by element|elementwise|element-wise) :: [a + b for a, b in zip({0}, {1})] :: sums combined
ints ints -> ints :: (elementwise products|element-wise product|products of the corresponding elements) of {0} and {1} :: multiply {0} and {1} (element by element|elementwise) :: [a * b for a, b in zip({0}, {1})] :: products
ints ints -> int :: (dot product|scalar product|inner product) of {0} and {1} :: compute the (dot product|scalar product) of {0} and {1} :: sum(a * b for a, b in zip({0}, {1})) ;; int(np.dot({0}, {1})) :: dot :: numpy
ints ints -> ints :: {0} (followed by|concatenated with|joined with) {1} :: (concatenate|join|append) {0} and {1} :: {0} + {1} :: combined merged
ints ints -> ints :: {0} and {1} merged into one sorted list :: merge {0} and {1} into one sorted list :: sorted({0} + {1}) :: merged
ints ints -> ints :: (numbers|values|elements) that (are|occur) in both {0} and {1}(, sorted|) :: find the (numbers|values|elements) that (are|occur) in both {0} and {1} :: sorted(set({0}) & set({1})) :: common shared
ints ints -> ints :: (numbers|values|elements) of {0} that are not in {1} :: find the (numbers|values|elements) of {0} that are not in {1} :: [x for x in {0} if x not in {1}] :: missing only_first
ints ints -> float :: Euclidean distance (between|of) {0} and {1} :: compute the Euclidean distance (between|of) {0} and {1} :: math.sqrt(sum((a - b) ** 2 for a, b in zip({0}, {1}))) ;; math.dist({0}, {1}) :: distance :: math
matrix -> ints :: {0} flattened (in|)to one list :: flatten {0}( into one list|) :: [x for row in {0} for x in row] ;; list(itertools.chain.from_iterable({0})) :: flat flattened :: itertools
matrix -> ints :: sums of the rows of {0} :: (add up|sum) each row of {0} :: [sum(row) for row in {0}] ;; list(map(sum, {0})) :: row_sums
matrix -> ints :: sums of the columns of {0} :: (add up|sum) each column of {0} :: [sum(column) for column in zip(*{0})] :: column_sums
matrix -> ints :: (largest (number|element|value) of each row|row maxima) of {0} :: find the largest (number|element|value) of each row of {0} :: [max(row) for row in {0}] :: row_maxima
matrix -> matrix :: transpose of {0} :: transpose {0} :: [list(row) for row in zip(*{0})] ;; [[row[i] for row in {0}] for i in range(len({0}[0]))] :: transposed
matrix -> matrix :: {0} with (each|every) row reversed :: reverse (each|every) row of {0} :: [row[::-1] for row in {0}] :: mirrored
matrix -> matrix :: {0} with its rows sorted by their sums :: sort the rows of {0} by their sums :: sorted({0}, key=sum) :: ordered
matrix -> matrix :: {0} with (each|every) (element|entry|number) multiplied by {k} :: multiply (each|every) (element|entry|number) of {0} by {k} :: [[{k} * x for x in row] for row in {0}] :: scaled
matrix -> int :: (sum of all (elements|numbers|entries)|total) (of|in) {0} :: add up all (elements|numbers|entries) of {0} :: sum(sum(row) for row in {0}) ;; sum(map(sum, {0})) :: total
matrix -> int :: largest (element|number|entry) (of|in) {0} :: find the largest (element|number|entry) (of|in) {0} :: max(max(row) for row in {0}) ;; max(map(max, {0})) :: largest
matrix -> int :: (trace|sum of the (main |)diagonal) of {0} :: add up the (main |)diagonal of {0} :: sum({0}[i][i] for i in range(len({0}))) :: trace diagonal_sum :: square
floats -> float :: (sum|total) of {0*} :: (add up|sum|total) {0*} :: sum({0}) :: total
floats -> float :: (average|mean) of {0*} :: (average|take the mean of) {0*} :: sum({0}) / len({0}) ;; statistics.mean({0}) :: average mean :: statistics
floats -> float :: (largest|highest|maximum) of {0*} :: find the (largest|highest) of {0*} :: max({0}) :: highest maximum
floats -> float :: (smallest|lowest|minimum) of {0*} :: find the (smallest|lowest) of {0*} :: min({0}) :: lowest minimum
floats -> float :: median of {0*} :: find the median of {0*} :: statistics.median({0}) ;; float(np.median({0})) :: median :: statistics numpy
floats -> floats :: {0*} in ascending order :: sort {0*}( in ascending order|) :: sorted({0}) :: ordered
floats -> floats :: {0*} rounded to {r} (decimals|decimal places) :: round (each of |){0*} to {r} (decimals|decimal places) :: [round(x, {r}) for x in {0}] :: rounded
floats -> ints :: {0*} rounded to (whole numbers|integers|the nearest integers) :: round {0*} to (whole numbers|integers|the nearest integers) :: [round(x) for x in {0}] ;; list(map(round, {0})) :: rounded
set -> int :: number of (elements|members) (of|in) {0} :: count the (elements|members) (of|in) {0} :: len({0}) :: size count
set -> ints :: (elements|members) of {0} (in|as a list in) (sorted|ascending) order :: (sort|list) the (elements|members) of {0} (in ascending order|) :: sorted({0}) :: ordered
set set -> set :: (union of {0} and {1}|elements that are in {0} or {1}) :: (form|compute) the union of {0} and {1} :: {0} | {1} ;; {0}.union({1}) :: union combined
set set -> set :: (intersection of {0} and {1}|elements that are in both {0} and {1}) :: (form|compute) the intersection of {0} and {1} :: {0} & {1} ;; {0}.intersection({1}) :: common intersection
set set -> set :: (difference of {0} and {1}|elements of {0} that are not in {1}) :: (remove|take) the elements of {1} (from|out of) {0} :: {0} - {1} ;; {0}.difference({1}) :: difference only_first
set set -> set :: (symmetric difference of {0} and {1}|elements that are in exactly one of {0} and {1}) :: compute the symmetric difference of {0} and {1} :: {0} ^ {1} :: either
set set -> bool :: whether {0} is a subset of {1} :: (check|test) (if|whether) {0} is a subset of {1} :: {0} <= {1} ;; {0}.issubset({1}) :: is_subset
"""

TEXT_LISTS = """
strs -> int :: number of {0*} :: count {0*} :: len({0}) :: count
strs -> int :: (total number of (letters|characters)|total length) (in|of) {0*} :: count all (letters|characters) (in|of) {0*} :: sum(len(s) for s in {0}) ;; sum(map(len, {0})) ;; len("".join({0})) :: total_length letters
strs -> int :: length of the longest of {0*} :: find the length of the longest of {0*} :: max(len(s) for s in {0}) ;; max(map(len, {0})) :: longest_length
strs -> int :: number of (distinct|different|unique) (strings|values|words) (in|among) {0*} :: count the (distinct|different|unique) (strings|values|words) (in|among) {0*} :: len(set({0})) :: distinct
strs -> int :: (position|index) of {w} in {0} :: find the (position|index) of {w} in {0} :: {0}.index({w}) :: position index
strs -> int :: number of times {w} (appears|occurs) in {0} :: count (how often|how many times) {w} (appears|occurs) in {0} :: {0}.count({w}) :: count occurrences
strs -> str :: longest of {0*} :: (find|get) the longest of {0*} :: max({0}, key=len) :: longest
strs -> str :: shortest of {0*} :: (find|get) the shortest of {0*} :: min({0}, key=len) :: shortest
strs -> str :: (alphabetically first|first in alphabetical order) of {0*} :: find the alphabetically first of {0*} :: min({0}) ;; sorted({0})[0] :: first
strs -> str :: (alphabetically last|last in alphabetical order) of {0*} :: find the alphabetically last of {0*} :: max({0}) :: last
strs -> str :: {0*} joined (with|by) {d} :: join {0*} (with|by|using) {d} :: {d}.join({0}) :: joined line
strs -> str :: {0*} (joined|concatenated) into one string( without spaces|) :: (join|concatenate) {0*} into one string( without spaces|) :: "".join({0}) :: joined text
strs -> str :: (first letters|initials) of {0*} (as one string|joined together) :: join the first letters of {0*} (in|)to one string :: "".join(s[0] for s in {0}) :: initials
strs -> str :: most (common|frequent) of {0*} :: find the most (common|frequent) of {0*} :: Counter({0}).most_common(1)[0][0] ;; max(set({0}), key={0}.count) :: most_common :: Counter mode
strs -> str :: {i} of {0*} :: (take|pick|get) the {i} of {0*} :: {0}[{j}] :: chosen item
strs -> str :: longest common prefix of {0*} :: find the longest common prefix of {0*} :: os.path.commonprefix({0}) :: prefix :: os
strs -> strs :: {0*} in alphabetical order :: sort {0*} (alphabetically|in alphabetical order|) :: sorted({0}) :: ordered alphabetical sorted_words
strs -> strs :: {0*} in reverse alphabetical order :: sort {0*} in reverse alphabetical order :: sorted({0}, reverse=True) :: descending
strs -> strs :: {0*} sorted by (length|their lengths)(, shortest first|) :: sort {0*} by (length|their lengths)(, shortest first|) :: sorted({0}, key=len) ;; sorted({0}, key=lambda s: len(s)) :: by_length
strs -> strs :: {0*} sorted by (length|their lengths), longest first :: sort {0*} from (longest to shortest|the longest to the shortest) :: sorted({0}, key=len, reverse=True) :: by_length
strs -> strs :: {0*} sorted by (their |)last (letter|letters) :: sort {0*} by their last letters :: sorted({0}, key=lambda s: s[-1]) :: by_ending
strs -> strs :: {0*} sorted (first |)by length and (then |)alphabetically :: sort {0*} by length and then alphabetically :: sorted({0}, key=lambda s: (len(s), s)) :: ordered
strs -> strs :: {0*} in reverse order :: reverse (the order of |){0*} :: {0}[::-1] ;; list(reversed({0})) :: reversed_list backwards
strs -> strs :: {0*} without duplicates(, in their order|) :: (remove|drop) (the |)duplicates (from|in) {0}(, keeping the order|) :: list(dict.fromkeys({0})) :: unique
strs -> strs :: first {n} of {0*} :: (take|keep|get) the first {n} of {0*} :: {0}[:{n}] :: head
strs -> strs :: last {n} of {0*} :: (take|keep|get) the last {n} of {0*} :: {0}[-{n}:] :: tail
strs -> strs :: {0*} without {w} :: (remove|drop|leave out) {w} from {0} :: [s for s in {0} if s != {w}] :: remaining rest
strs -> strs :: {0*} (numbered|with their numbers before them)(, from 1|, starting at 1) :: number {0*} from 1, as in "1. {W0}" :: [f"{{i}}. {{s}}" for i, s in enumerate({0}, start=1)] ;; [f"{{i}}. {{s}}" for i, s in enumerate({0}, 1)] :: numbered
strs -> strs :: (distinct|unique|different) letters (in|of) {0*}, sorted :: collect the (distinct|different) letters of {0*} in sorted order :: sorted(set("".join({0}))) :: letters
strs -> strs :: pairs of (neighbours|neighbouring strings) in {0} joined (with|by) {d} :: join (neighbours|neighbouring strings) in {0} (with|by) {d} :: [a + {d} + b for a, b in zip({0}, {0}[1:])] :: joined_pairs
strs -> counts :: (dictionary|dict|mapping) from (each|every) of {0*} to its length :: map (each|every) of {0*} to its length :: {{s: len(s) for s in {0}}} ;; dict(zip({0}, map(len, {0}))) :: lengths
strs -> counts :: (counts|number of occurrences) of (each|every) (string|value|word) in {0} :: count how often (each|every) (string|value|word) (occurs|appears) in {0} :: dict(Counter({0})) ;; {{s: {0}.count(s) for s in {0}}} :: counts frequencies :: Counter
strs -> counts :: (dictionary|dict|mapping) from (each|every) of {0*} to its (position|index) :: map (each|every) of {0*} to its (position|index) :: {{s: i for i, s in enumerate({0})}} :: positions
strs -> groups :: {0*} grouped by (first letter|their first letters) :: group {0*} by (first letter|their first letters) :: {{letter: [s for s in {0} if s[0] == letter] for letter in sorted({{s[0] for s in {0}}})}} :: groups by_letter
strs -> intgroups :: {0*} grouped by (length|their lengths) :: group {0*} by (length|their lengths) :: {{n: [s for s in {0} if len(s) == n] for n in sorted({{len(s) for s in {0}}})}} :: groups by_length
strs -> bool :: whether {w} (is|occurs) in {0} :: (check|test) (if|whether) {w} (is|occurs) in {0} :: {w} in {0} :: found
strs ints -> counts :: (dictionary|dict|mapping) from {0} to {1} :: (build|make) a (dictionary|dict) (from|that maps) {0} to {1} :: dict(zip({0}, {1})) ;; {{key: value for key, value in zip({0}, {1})}} :: mapping table
strs ints -> pairs :: (pairs|tuples) of the corresponding elements of {0} and {1} :: (pair|zip) {0} (with|and) {1} :: list(zip({0}, {1})) :: pairs zipped
strs ints -> strs :: {0*} sorted by (the values in|the corresponding numbers in) {1} :: sort {0*} by the (values|corresponding numbers) in {1} :: [s for _, s in sorted(zip({1}, {0}))] :: ordered
strs ints -> str :: (string|element) of {0} (with|that has) the largest (number|value) in {1} :: find the (string|element) of {0} with the largest (number|value) in {1} :: {0}[{1}.index(max({1}))] ;; max(zip({1}, {0}))[1] :: best winner
strs strs -> strs :: (strings|words|values) that are in both {0} and {1}(, sorted|) :: find the (strings|words|values) that are in both {0} and {1} :: sorted(set({0}) & set({1})) :: common
strs strs -> strs :: {0} (followed by|concatenated with) {1} :: concatenate {0} and {1} :: {0} + {1} :: combined
strs strs -> strs :: all combinations of (one of|a string of) {0} and one of {1}, joined by {d} :: combine each of {0} with each of {1}, joined by {d} :: [a + {d} + b for a in {0} for b in {1}] ;; [{d}.join(pair) for pair in itertools.product({0}, {1})] :: combinations :: itertools
pairs -> counts :: {0} as a dictionary :: (convert|turn) {0} (in|)to a dictionary :: dict({0}) :: mapping
pairs -> pairs :: {0} sorted by (the |)(second element|number)( of each pair|) :: sort {0} by the (second element|number) of each pair :: sorted({0}, key=lambda pair: pair[1]) :: ordered
pairs -> strs :: (first elements|names) (of|in) (the pairs in |){0} :: (collect|list) the first elements of (the pairs in |){0} :: [name for name, _ in {0}] ;; [pair[0] for pair in {0}] :: firsts names
pairs -> ints :: (second elements|numbers) (of|in) (the pairs in |){0} :: (collect|list) the second elements of (the pairs in |){0} :: [number for _, number in {0}] ;; [pair[1] for pair in {0}] :: seconds
"""

MAPPINGS = """
counts -> int :: (value of|value for|value under|entry for) {w} in {0} :: (look up|get) {w} in {0} :: {0}[{w}] :: value found
counts -> int :: (sum|total) of the values (in|of) {0} :: (add up|sum|total) the values (in|of) {0} :: sum({0}.values()) :: total
counts -> int :: (largest|highest|greatest) value (in|of) {0} :: find the (largest|highest) value (in|of) {0} :: max({0}.values()) :: highest
counts -> int :: number of (keys|entries) (in|of) {0} :: count the (keys|entries) (in|of) {0} :: len({0}) :: size
counts -> float :: (average|mean) of the values (in|of) {0} :: (average|take the mean of) the values (in|of) {0} :: sum({0}.values()) / len({0}) :: average
counts -> str :: key (with|that has) the (largest|highest|greatest) value (in|of) {0} :: find the key (with|that has) the (largest|highest) value (in|of) {0} :: max({0}, key={0}.get) ;; max({0}.items(), key=lambda item: item[1])[0] :: best top_key
counts -> str :: key (with|that has) the (smallest|lowest) value (in|of) {0} :: find the key (with|that has) the (smallest|lowest) value (in|of) {0} :: min({0}, key={0}.get) :: lowest_key
counts -> strs :: keys of {0} in (alphabetical|sorted) order :: (sort|list) the keys of {0} (alphabetically|in alphabetical order) :: sorted({0}) ;; sorted({0}.keys()) :: keys names
counts -> strs :: keys of {0} (whose values are|with (a value|values)) (greater|larger|more) than {t} :: (find|collect|list) the keys of {0} (whose values are|with values) (greater|larger) than {t} :: [key for key, value in {0}.items() if value > {t}] :: keys above
counts -> strs :: keys of {0} (sorted|ordered) by (value|their values)(, smallest first|) :: sort the keys of {0} by (value|their values) :: sorted({0}, key={0}.get) ;; sorted({0}, key=lambda key: {0}[key]) :: by_value
counts -> strs :: keys of {0} (sorted|ordered) by (value|their values), (largest|highest) first :: sort the keys of {0} by (value|their values), (largest|highest) first :: sorted({0}, key={0}.get, reverse=True) :: ranking
counts -> strs :: lines (of the form|like) "key: value" (of|for the entries of) {0} :: format the entries of {0} as "key: value" :: [f"{{key}}: {{value}}" for key, value in {0}.items()] :: lines
counts -> ints :: values (of|in) {0}( as a list|) :: (list|collect) the values (of|in) {0} :: list({0}.values()) :: values
counts -> ints :: values (of|in) {0} in ascending order :: sort the values (of|in) {0} :: sorted({0}.values()) :: ordered
counts -> pairs :: (items|entries) of {0} (sorted by value|in the order of their values) :: sort the (items|entries) of {0} by value :: sorted({0}.items(), key=lambda item: item[1]) :: ordered
counts -> pairs :: {n} (entries|items) of {0} with the (largest|highest) values :: find the {n} (entries|items) of {0} with the (largest|highest) values :: sorted({0}.items(), key=lambda item: item[1], reverse=True)[:{n}] ;; Counter({0}).most_common({n}) :: top :: Counter
counts -> counts :: (entries|items) of {0} (with values|whose value is) (of |)at least {t} :: (keep|select) (only |)the (entries|items) of {0} (with values|whose value is) (of |)at least {t} :: {{key: value for key, value in {0}.items() if value >= {t}}} :: filtered kept
counts -> counts :: {0} with (each|every) value (multiplied by {k}|times {k}) :: multiply (each|every) value (of|in) {0} by {k} :: {{key: value * {k} for key, value in {0}.items()}} :: scaled
counts -> counts :: {0} with (each|every) value increased by {k} :: add {k} to (each|every) value (of|in) {0} :: {{key: value + {k} for key, value in {0}.items()}} :: raised
counts -> counts :: {0} sorted by key :: sort {0} by key :: dict(sorted({0}.items())) ;; {{key: {0}[key] for key in sorted({0})}} :: ordered
counts -> counts :: {0} (sorted|ordered) by value(, largest first| in descending order) :: sort {0} by value(, largest first| in descending order) :: dict(sorted({0}.items(), key=lambda item: item[1], reverse=True)) :: ranking
counts -> counts :: {0} with its keys in (upper case|uppercase) :: convert the keys of {0} to (upper case|uppercase) :: {{key.upper(): value for key, value in {0}.items()}} :: upper
counts -> counts :: {0} without (the key|the entry for) {w} :: (remove|drop) the (key|entry for) {w} from {0} :: {{key: value for key, value in {0}.items() if key != {w}}} :: remaining
counts -> bool :: whether {w} is a key (of|in) {0} :: (check|test) (if|whether) {w} is a key (of|in) {0} :: {w} in {0} :: present
counts counts -> counts :: {0} and {1} merged( into one dictionary|), adding the values of common keys :: merge {0} and {1}, adding the values of common keys :: dict(Counter({0}) + Counter({1})) ;; {{key: {0}.get(key, 0) + {1}.get(key, 0) for key in [*{0}, *[k for k in {1} if k not in {0}]]}} :: merged :: Counter
counts counts -> counts :: {0} updated with {1} :: update {0} with (the entries of |){1} (in a new dictionary|) :: {{**{0}, **{1}}} ;; {0} | {1} :: updated merged
intcounts -> int :: key (with|that has) the (largest|highest) (value|count) (in|of) {0} :: find the key with the (largest|highest) (value|count) in {0} :: max({0}, key={0}.get) :: most_common
intcounts -> ints :: keys of {0} in (ascending|sorted) order :: sort the keys of {0} :: sorted({0}) :: keys
intcounts -> ints :: keys of {0} (that occur|with a (count|value) of|with) more than (once|one) :: find the keys of {0} with a (value|count) of more than one :: [key for key, value in {0}.items() if value > 1] :: repeated
groups -> counts :: (sizes|numbers of elements) of the (groups|lists) in {0} :: count the elements of each (group|list) in {0} :: {{key: len(items) for key, items in {0}.items()}} :: sizes
groups -> str :: key of the (largest|longest) (group|list) in {0} :: find the key of the (largest|longest) (group|list) in {0} :: max({0}, key=lambda key: len({0}[key])) :: largest
groups -> strs :: keys of {0} in (alphabetical|sorted) order :: sort the keys of {0} :: sorted({0}) :: keys
intgroups -> ints :: keys of {0} in (ascending|sorted) order :: sort the keys of {0} :: sorted({0}) :: keys
records -> strs :: (names|{f} values) (in|of) {0} :: (collect|list) the {f} of (each|every) (record|entry|dictionary) in {0} :: [record[{F}] for record in {0}] ;; [r[{F}] for r in {0}] :: names
records -> ints :: {g} values (in|of) {0} :: (collect|list) the {g} of (each|every) (record|entry|dictionary) in {0} :: [record[{G}] for record in {0}] ;; [r[{G}] for r in {0}] :: values
records -> int :: (sum|total) of the {g} values (in|of) {0} :: add up the {g} of (all|the) (records|entries|dictionaries) in {0} :: sum(record[{G}] for record in {0}) :: total
records -> float :: (average|mean) {g} (in|of) {0} :: average the {g} of the (records|entries) in {0} :: sum(record[{G}] for record in {0}) / len({0}) :: average
records -> str :: {f} of the (record|entry) with the (highest|largest) {g} in {0} :: find the {f} of the (record|entry) with the (highest|largest) {g} in {0} :: max({0}, key=lambda record: record[{G}])[{F}] :: best top
records -> records :: {0} sorted by {g} :: sort {0} by {g} :: sorted({0}, key=lambda record: record[{G}]) :: ordered
records -> records :: {0} sorted by {g}( in descending order|, highest first) :: sort {0} by {g}( in descending order|, highest first) :: sorted({0}, key=lambda record: record[{G}], reverse=True) :: ranking
records -> records :: (records|entries|dictionaries) (in|of) {0} (with|that have|whose) {g} (greater than|above) {T} :: (keep|select) the (records|entries) of {0} with {g} (greater than|above) {T} :: [record for record in {0} if record[{G}] > {T}] :: selected
records -> strs :: {f} of (each|every) (record|entry) in {0} (with|that has) {g} of at least {T} :: list the {f} of (each|every) (record|entry) in {0} with {g} of at least {T} :: [record[{F}] for record in {0} if record[{G}] >= {T}] :: names
records -> counts :: (dictionary|dict|mapping) from {f} to {g} (for|of) {0} :: map the {f} to the {g} (for the records in|of the entries of) {0} :: {{record[{F}]: record[{G}] for record in {0}}} :: table
"""
