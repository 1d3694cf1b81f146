"""The demo: a shop with the snippet installed, and a crowd of simulated visitors who walk through it.

May not know how roles are wired or started.
"""
