"""An experiment as a form: what its file says, what somebody types, and what the file is to say then.

May not know how a form is drawn, or where files are kept.
"""
