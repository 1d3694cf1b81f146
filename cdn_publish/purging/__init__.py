"""Tells a CDN that a site's pointers have moved: one file for each CDN, all asked in the same way.

Knows the requests that CDNs document; may not know how a request is sent, nor what a release is.
"""
