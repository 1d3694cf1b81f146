"""The compiler: a site's definition as text in, artifacts for browsers and relays out, or findings.

Pure. May not know where text comes from or where artifacts go; begin with `compiler.py`.
"""
