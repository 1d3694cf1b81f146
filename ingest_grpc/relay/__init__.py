"""The relay at the edge: beacons in, checked, made durable, sent on to an aggregator.

Has sockets and its journal folder; may not know the database.
"""
