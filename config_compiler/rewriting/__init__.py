"""A file of a definition with some of its values changed in place: comments, order and unknown keys stay as they are.

May not know what a value is for, or who wants it changed.
"""
