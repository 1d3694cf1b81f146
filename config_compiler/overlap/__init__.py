"""Whether two running experiments can meet: on a page, in a visit, at an element.

May not know how a definition is written or how findings are worded.
"""
