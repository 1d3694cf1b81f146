"""Frames in, counts out: watermarks, nonces, the fold, cells, books, and the reports over them.

May not know addresses, user agents, browsers or where a definition comes from.
"""
