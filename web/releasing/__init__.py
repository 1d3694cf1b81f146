"""Releases in the web: what would change, what is under way, what went live, in words.

May not know where releases are kept.
"""
