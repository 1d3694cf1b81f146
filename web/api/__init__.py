"""What programs ask of the web: definitions read and written with a token, answered in JSON.

May not know what a page looks like.
"""
