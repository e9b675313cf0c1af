"""Pictures, a module each: `draw(*data, words, ax)` gives the Axes back, `alt_text(*data, words)` says what is seen.

`words` are the texts of a language (`sim.report.words`); `ax` is anybody's Axes, new ones without it.
"""
