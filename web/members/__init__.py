"""The members of an account: listed, given another role, removed.

May not know how they became members.
"""
