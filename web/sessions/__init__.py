"""Who is signed in, in which browser, and for how long.

May not know how they showed who they are.
"""
