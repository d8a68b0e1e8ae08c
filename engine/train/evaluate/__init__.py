"""Measures of a model folder: bits per byte, completions of statements in held-out files, the multi-turn development set."""
