"""The command line and the one place that wires concrete parts together.

May not know business rules; imported by nobody.
"""
