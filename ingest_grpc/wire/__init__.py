"""The only room that knows protobuf: generated modules, and the translation between them and the domain.

May not know HTTP or databases; channels and servers are handed in.
"""
