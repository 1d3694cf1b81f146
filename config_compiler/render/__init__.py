"""Findings as people and tools read them: a terminal, JSON, annotations on GitHub.

May not know how findings come about.
"""
