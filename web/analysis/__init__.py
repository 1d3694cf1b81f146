"""Counts become an answer: pure functions from one experiment's counts to what may be said about them.

May not know where counts came from or how an answer is shown. A number that cannot be computed is a `Refusal`.
"""
