"""Signing in by a provider that speaks OpenID Connect, or GitHub's own way.

May not know what somebody who signed in may do.
"""
