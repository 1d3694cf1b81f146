"""Accounts, the people who are members of them, and how they become it.

May not know how somebody shows who they are.
"""
