"""The web pages: sign-in, sites, definitions as text, and results.

Has its own tables and asks for reports; may not know single beacons.
"""
