"""Operations on numpy arrays and pandas frames and series, in the language of operations.py."""

ARRAYS = """
ints -> array :: {0} as (a numpy array|a NumPy array|an array) :: (convert|turn) {0} (in|)to a (numpy|NumPy) array :: np.array({0}) :: arr array :: numpy
matrix -> array2 :: {0} as (a numpy array|a two-dimensional array) :: (convert|turn) {0} (in|)to a (numpy|NumPy) array :: np.array({0}) :: arr grid :: numpy
array -> int :: (sum|total) of (the elements of|all elements of|) {0} :: (add up|sum) (the|all) (elements|values) of {0} :: int({0}.sum()) ;; int(np.sum({0})) :: total :: numpy
array -> float :: (mean|average) of {0} :: (take|compute) the mean of {0} :: float({0}.mean()) ;; float(np.mean({0})) :: mean :: numpy
array -> float :: standard deviation of {0} :: compute the standard deviation of {0} :: float({0}.std()) ;; float(np.std({0})) :: deviation std :: numpy
array -> float :: median of {0} :: compute the median of {0} :: float(np.median({0})) :: median :: numpy
array -> float :: (norm|Euclidean norm|length) of the vector {0} :: compute the (norm|Euclidean norm) of {0} :: float(np.linalg.norm({0})) :: norm :: numpy
array -> int :: (index|position) of the (largest|maximum) (element|value) of {0} :: find the (index|position) of the (largest|maximum) element of {0} :: int({0}.argmax()) ;; int(np.argmax({0})) :: position index :: numpy
array -> int :: number of (elements|values) of {0} (greater|larger) than {t} :: count the (elements|values) of {0} (greater|larger) than {t} :: int(({0} > {t}).sum()) ;; int(np.sum({0} > {t})) :: count :: numpy
array -> array :: {0} (with each element multiplied by|times) {k} :: multiply (each element of |){0} by {k} :: {0} * {k} :: scaled :: numpy
array -> array :: {0} plus {k} :: add {k} to (each element of |){0} :: {0} + {k} :: shifted :: numpy
array -> array :: squares of (the elements of|) {0} :: square (each element of |){0} :: {0} ** 2 ;; np.square({0}) :: squares :: numpy
array -> array :: (elements|values) of {0} (greater|larger) than {t} :: (select|keep) the (elements|values) of {0} (greater|larger) than {t} :: {0}[{0} > {t}] :: selected above :: numpy
array -> array :: (even (elements|values) of {0}|elements of {0} that are even) :: (select|keep) the even (elements|values) of {0} :: {0}[{0} % 2 == 0] :: evens :: numpy
array -> array :: {0} in (sorted|ascending) order :: sort {0} :: np.sort({0}) :: ordered :: numpy
array -> array :: (cumulative sum|running totals) of {0} :: compute the (cumulative sum|running totals) of {0} :: np.cumsum({0}) ;; {0}.cumsum() :: running :: numpy
array -> array :: (differences between neighbouring elements|first differences) of {0} :: compute the (first differences|differences between neighbouring elements) of {0} :: np.diff({0}) :: differences :: numpy
array -> array :: {0} in reverse order :: reverse {0} :: {0}[::-1] :: reversed_array :: numpy
array -> array :: distinct values (of|in) {0} :: find the distinct values (of|in) {0} :: np.unique({0}) :: unique :: numpy
array -> array :: {0} with (values|elements) (above|greater than) {t} replaced by {t} :: clip {0} (at|to) at most {t} :: np.minimum({0}, {t}) ;; np.where({0} > {t}, {t}, {0}) :: clipped :: numpy
array -> array :: {0} with (negative values|values below zero) replaced by 0 :: replace the negative values of {0} by 0 :: np.maximum({0}, 0) ;; np.where({0} < 0, 0, {0}) :: clipped :: numpy
array -> array :: {0} minus its mean :: subtract the mean from {0} :: {0} - {0}.mean() :: centered :: numpy
array -> array2 :: {0} reshaped to (2|two) rows :: reshape {0} to (2|two) rows :: {0}.reshape(2, -1) :: grid :: numpy even_length
array -> ints :: {0} as a (plain |)list :: convert {0} to a (plain |)list :: {0}.tolist() :: items :: numpy
array array -> int :: dot product of {0} and {1} :: compute the dot product of {0} and {1} :: int(np.dot({0}, {1})) ;; int({0} @ {1}) :: dot :: numpy
array array -> array :: (elementwise |)sum of {0} and {1} :: add {0} and {1}( element by element|) :: {0} + {1} :: total :: numpy
array array -> array :: (elementwise |)product of {0} and {1} :: multiply {0} and {1} element by element :: {0} * {1} :: product :: numpy
array array -> array :: {0} and {1} (joined|concatenated)( to one array|) :: concatenate {0} and {1} :: np.concatenate([{0}, {1}]) :: joined :: numpy
array2 -> array :: sums of the rows of {0} :: (add up|sum) each row of {0} :: {0}.sum(axis=1) ;; np.sum({0}, axis=1) :: row_sums :: numpy
array2 -> array :: sums of the columns of {0} :: (add up|sum) each column of {0} :: {0}.sum(axis=0) ;; np.sum({0}, axis=0) :: column_sums :: numpy
array2 -> array :: means of the columns of {0} :: average each column of {0} :: {0}.mean(axis=0) :: column_means :: numpy
array2 -> array :: (largest|maximum) (element|value) of each row of {0} :: find the (largest|maximum) (element|value) of each row of {0} :: {0}.max(axis=1) :: row_maxima :: numpy
array2 -> array :: {0} flattened( to one dimension|) :: flatten {0}( to one dimension|) :: {0}.flatten() ;; {0}.ravel() :: flat :: numpy
array2 -> array2 :: transpose of {0} :: transpose {0} :: {0}.T :: transposed :: numpy
array2 -> array2 :: {0} multiplied by its transpose :: multiply {0} by its transpose :: {0} @ {0}.T ;; np.dot({0}, {0}.T) :: product :: numpy
array2 -> int :: (sum|total) of all (elements|entries) of {0} :: (add up|sum) all (elements|entries) of {0} :: int({0}.sum()) :: total :: numpy
array2 -> tuple :: shape of {0} :: get the shape of {0} :: {0}.shape :: shape :: numpy
"""

FRAMES = """
records -> frame :: {0} as a (pandas |)(DataFrame|data frame) :: (convert|turn) {0} (in|)to a (pandas |)(DataFrame|data frame) :: pd.DataFrame({0}) :: df frame table :: pandas
frame -> int :: number of rows (of|in) {0} :: count the rows (of|in) {0} :: len({0}) ;; {0}.shape[0] :: rows :: pandas
frame -> strs :: (column names|columns) of {0}( as a list|) :: list the (column names|columns) of {0} :: list({0}.columns) ;; {0}.columns.tolist() :: columns :: pandas
frame -> int :: (sum|total) of (the column|the|column) {g} (column |)(of|in) {0} :: (add up|sum) the {g} column of {0} :: int({0}[{G}].sum()) :: total :: pandas
frame -> float :: (mean|average) of (the column|column) {g} (of|in) {0} :: average the {g} column of {0} :: float({0}[{G}].mean()) :: mean average :: pandas
frame -> float :: median of (the column|column) {g} (of|in) {0} :: compute the median of the {g} column of {0} :: float({0}[{G}].median()) :: median :: pandas
frame -> int :: (largest|highest|maximum) {g} (of|in) {0} :: find the (largest|highest|maximum) {g} in {0} :: int({0}[{G}].max()) :: highest :: pandas
frame -> str :: {f} (of|in) the row (with|that has) the (largest|highest) {g} in {0} :: find the {f} of the row with the (largest|highest) {g} in {0} :: {0}.loc[{0}[{G}].idxmax(), {F}] :: best :: pandas
frame -> frame :: rows of {0} (with|where|whose) {g} (is |)(greater than|above|over) {T} :: (select|keep) the rows of {0} (with|where) {g} (is |)(greater than|above) {T} :: {0}[{0}[{G}] > {T}] :: selected filtered :: pandas
frame -> frame :: {0} sorted by {g}( in ascending order|) :: sort {0} by {g} :: {0}.sort_values({G}) :: ordered :: pandas
frame -> frame :: {0} sorted by {g} in descending order :: sort {0} by {g} in descending order :: {0}.sort_values({G}, ascending=False) :: ranking :: pandas
frame -> frame :: first {s} rows of {0} :: take the first {s} rows of {0} :: {0}.head({s}) :: head :: pandas
frame -> series :: (column {g}|{g} column) of {0} :: (select|take) the (column {g}|{g} column) of {0} :: {0}[{G}] :: column :: pandas
frame -> ints :: {g} column of {0} as a list :: convert the {g} column of {0} to a list :: {0}[{G}].tolist() :: values :: pandas
frame -> strs :: {f} column of {0} as a list :: convert the {f} column of {0} to a list :: {0}[{F}].tolist() :: names :: pandas
frame -> counts :: (number of rows|row count) (for|of) each {f} (in|of) {0}( as a dictionary|) :: count the rows of {0} for each {f} :: {0}[{F}].value_counts().to_dict() ;; {0}.groupby({F}).size().to_dict() :: counts :: pandas
frame -> counts :: (sum|total) of {g} (for|by|per) (each |){f} (in|of) {0} :: (sum|add up) {g} (for|by|per) (each |){f} in {0} :: {0}.groupby({F})[{G}].sum().to_dict() :: totals :: pandas
frame -> frame :: {0} with {g} (multiplied by|times) {k} in a new column :: add a column to {0} that holds {g} times {k} :: {0}.assign(scaled={0}[{G}] * {k}) :: extended :: pandas
series -> int :: (sum|total) of (the values in |){0} :: (add up|sum) (the values in |){0} :: int({0}.sum()) :: total :: pandas
series -> float :: (mean|average) of (the values in |){0} :: average {0} :: float({0}.mean()) :: mean :: pandas
series -> ints :: (values of |){0} as a list :: convert {0} to a list :: {0}.tolist() ;; list({0}) :: values :: pandas
series -> series :: {0} in (sorted|ascending) order :: sort {0} :: {0}.sort_values() :: ordered :: pandas
series -> series :: (values|entries) of {0} (greater than|above) {t} :: (select|keep) the (values|entries) of {0} (greater than|above) {t} :: {0}[{0} > {t}] :: above :: pandas
series -> series :: (cumulative sum|running totals) of {0} :: compute the (cumulative sum|running totals) of {0} :: {0}.cumsum() :: running :: pandas
ints -> series :: {0} as a (pandas |)Series :: (convert|turn) {0} (in|)to a (pandas |)Series :: pd.Series({0}) :: series :: pandas
"""
