"""The second generator: random typed programs of library calls, executed, then put in words.

The first one (the folder above) goes from sentences to code: a row of a table is a sentence and its expression. This one goes from code to sentences. It
draws an expression that fits the types of what is there, evaluates it, and describes it from the inside out: the phrase for a call holds the phrases
for what it is called on, so that one expression can be asked for in one prompt or in several, as a noun, as something to do, or as a question.
"""
