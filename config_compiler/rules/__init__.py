"""The rules of the language, one a file: each takes what was written and yields what is wrong with it.

A rule may not know the other rules, and is silent about what could not be read: that is already reported.
"""
