"""One module a page: what it shows, worked out in plain values, and the handler that answers with it.

May not know who may see it; the table of routes says.
"""
