"""Each role, put together from its parts as the settings say, and taken apart again in the opposite order.

Long, dull and complete: nothing is constructed anywhere else. A file a role, so that each loads only what it needs.
May not know business rules.
"""
