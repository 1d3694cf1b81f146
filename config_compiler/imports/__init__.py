"""Definitions made from what other tools export, each with a list of what could not be carried over.

Pure: parsed JSON in, files as text out. May not know where either is kept.
"""
