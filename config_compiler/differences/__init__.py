"""What visitors would notice of a new plan beside the one that they load now, said as a person would.

May not know where either plan is kept.
"""
