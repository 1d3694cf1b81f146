"""Who changed what, and when.

May not know how anything is changed.
"""
