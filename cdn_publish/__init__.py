"""Puts a site's artifacts where browsers load them, so that nobody ever sees half a release.

Knows the object store; may not know what an experiment is or what the artifacts say.
"""
