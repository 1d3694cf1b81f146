"""The shared words of Leadbright: sites, experiments, plans, ledgers, beacons, tallies, artifacts.

Standard library only. Knows no file, network, JSON, database or clock; what it needs is an argument.
"""
