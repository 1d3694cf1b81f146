"""The tables of the counts, as Tortoise models: names, columns and keys, which every statement is made from.

Tortoise knows no keys of several columns: the first column of each key is marked as the key here, `unique_together`
names all of them, and `migrations.py` creates the real one (a test compares the two). Counting needs increments and
`RETURNING`, which the object interface cannot say, so nothing is read or written through these classes' methods.
May not know what is counted.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Watermark(Model):
    """The last frame of an epoch that is committed."""

    relay = fields.CharField(100, primary_key=True)
    epoch = fields.BinaryField()
    sequence = fields.BigIntField()
    hash = fields.BinaryField()
    committed_ms = fields.BigIntField()

    class Meta:
        table = "counts_watermark"
        unique_together = (("relay", "epoch"),)


class Period(Model):
    """One row: the period that nonces are being written to, the same for every aggregator."""

    id = fields.BigIntField(primary_key=True, generated=False)
    current = fields.BigIntField()

    class Meta:
        table = "counts_period"
        unique_together = (("id",),)


class Nonce(Model):
    """A beacon that was counted. Kept for a while and dropped by the period."""

    period = fields.BigIntField(primary_key=True, generated=False)
    site = fields.TextField()
    nonce = fields.BinaryField()

    class Meta:
        table = "counts_nonce"
        unique_together = (("period", "site", "nonce"),)


class Cell(Model):
    """One count. `squares` is `squares_high * 2**40 + squares_low`: it can pass 64 bits."""

    site = fields.CharField(40, primary_key=True)
    dimension = fields.TextField()
    day = fields.BigIntField()
    what = fields.TextField()
    value = fields.TextField()
    n = fields.BigIntField()
    conversions = fields.BigIntField()
    total = fields.BigIntField()
    squares_high = fields.BigIntField()
    squares_low = fields.BigIntField()

    class Meta:
        table = "counts_cell"
        unique_together = (("site", "dimension", "day", "what", "value"),)


class Span(Model):
    """Page views over days that are over, added up; the row without a dimension says that this was done."""

    site = fields.CharField(40, primary_key=True)
    length = fields.BigIntField()
    first_day = fields.BigIntField()
    dimension = fields.TextField()
    value = fields.TextField()
    n = fields.BigIntField()

    class Meta:
        table = "counts_span"
        unique_together = (("site", "length", "first_day", "dimension", "value"),)


class Book(Model):
    """What became of the beacons that were accepted in one hour; site "" where it can no longer be known."""

    site = fields.CharField(40, primary_key=True)
    hour = fields.BigIntField()
    accepted = fields.BigIntField()
    counted = fields.BigIntField()
    duplicate = fields.BigIntField()
    rejected = fields.BigIntField()
    quarantined = fields.BigIntField()
    declared_lost = fields.BigIntField()

    class Meta:
        table = "counts_book"
        unique_together = (("site", "hour"),)


class Quarantine(Model):
    """A frame that was set aside for a person."""

    relay = fields.CharField(100, primary_key=True)
    epoch = fields.BinaryField()
    sequence = fields.BigIntField()
    reason = fields.TextField()
    sealed_ms = fields.BigIntField()
    beacons = fields.BigIntField()
    payload = fields.BinaryField()

    class Meta:
        table = "counts_quarantine"
        unique_together = (("relay", "epoch", "sequence"),)
