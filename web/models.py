"""The web's own tables, as Tortoise models. `migrations.py` creates them; a test holds the two together.

Times are in milliseconds since 1970-01-01 UTC. May not know what a definition says.
"""

from __future__ import annotations

from typing import TypeAlias

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet


class Site(Model):
    """A website that is looked after here; its key is that of its definition."""

    key = fields.CharField(40, primary_key=True)
    revision = fields.BigIntField()
    """The newest one; 0 before the first is saved."""
    published_revision = fields.BigIntField(null=True)
    published_digest = fields.CharField(16, null=True)
    """What was last published from here, so that the next publish can be checked against it."""
    account = fields.BigIntField(default=1)

    class Meta:
        table = "web_site"


class Revision(Model):
    """A definition as it was saved once; never changed afterwards."""

    id = fields.BigIntField(primary_key=True)
    site = fields.CharField(40)
    number = fields.BigIntField()
    saved_ms = fields.BigIntField()
    saved_by = fields.TextField()

    class Meta:
        table = "web_revision"
        unique_together = (("site", "number"),)


class File(Model):
    """One file of a revision, such as `site.yaml` or `experiments/hero.yaml`."""

    id = fields.BigIntField(primary_key=True)
    site = fields.CharField(40)
    number = fields.BigIntField()
    name = fields.TextField()
    text = fields.TextField()

    class Meta:
        table = "web_file"
        unique_together = (("site", "number", "name"),)


class Push(Model):
    """A revision that a program saved, beside `Revision`; `edited` is the newest one before it that a person saved."""

    id = fields.BigIntField(primary_key=True)
    site = fields.CharField(40)
    number = fields.BigIntField()
    edited = fields.BigIntField()

    class Meta:
        table = "web_push"
        unique_together = (("site", "number"),)


class ApiToken(Model):
    """What lets a program at one site's definition; only the SHA-256 of the token is kept."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(64, unique=True)
    site = fields.CharField(40)
    name = fields.TextField()
    may_write = fields.BigIntField()
    """1 where it may write, else 0."""
    made_by = fields.TextField()
    made_ms = fields.BigIntField()
    expires_ms = fields.BigIntField()
    used_ms = fields.BigIntField(null=True)
    """About when it was used last."""

    class Meta:
        table = "web_api_token"


class AuditLine(Model):
    """Somebody changed something; never changed afterwards. What no deed of its kind has is empty."""

    id = fields.BigIntField(primary_key=True)
    account = fields.BigIntField(null=True)
    site = fields.CharField(40)
    """Empty for what was done to an account as a whole."""
    at_ms = fields.BigIntField()
    who = fields.TextField()
    did = fields.TextField()
    environment = fields.TextField(null=True)
    number = fields.BigIntField(null=True)
    """Of the release that went live."""
    digest = fields.CharField(16, null=True)
    revision = fields.BigIntField(null=True)
    """Of the definition that the release was compiled from, where that is kept here."""
    note = fields.TextField()

    class Meta:
        table = "web_audit"


class SignInLink(Model):
    """A link that signs in once; only the SHA-256 of its token is kept."""

    digest = fields.CharField(64, primary_key=True)
    expires_ms = fields.BigIntField()

    class Meta:
        table = "web_sign_in_link"


class Account(Model):
    """Whose sites these are; the first one is that of whoever runs this Leadbright."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    made_ms = fields.BigIntField()

    class Meta:
        table = "web_account"


class Person(Model):
    """Somebody whom a provider knows: nothing but an opaque name within an issuer."""

    id = fields.BigIntField(primary_key=True)
    issuer = fields.TextField()
    subject = fields.TextField()
    made_ms = fields.BigIntField()

    class Meta:
        table = "web_person"
        unique_together = (("issuer", "subject"),)


class Member(Model):
    """What a person may do in an account."""

    id = fields.BigIntField(primary_key=True)
    account = fields.BigIntField()
    person = fields.BigIntField()
    role = fields.TextField()
    since_ms = fields.BigIntField()

    class Meta:
        table = "web_member"
        unique_together = (("account", "person"),)


class Invitation(Model):
    """A link that makes one person a member; only the SHA-256 of its token is kept."""

    digest = fields.CharField(64, primary_key=True)
    account = fields.BigIntField()
    role = fields.TextField()
    made_by = fields.TextField()
    expires_ms = fields.BigIntField()

    class Meta:
        table = "web_invitation"


class Attempt(Model):
    """A sign-in that was begun at a provider; only the SHA-256 of what its browser carries is kept."""

    digest = fields.CharField(64, primary_key=True)
    provider = fields.TextField()
    expires_ms = fields.BigIntField()

    class Meta:
        table = "web_attempt"


class Newcomer(Model):
    """Somebody whom a provider knows and we do not yet; only the SHA-256 of what the browser carries is kept."""

    digest = fields.CharField(64, primary_key=True)
    issuer = fields.TextField()
    subject = fields.TextField()
    way = fields.TextField()
    expires_ms = fields.BigIntField()

    class Meta:
        table = "web_newcomer"


class Session(Model):
    """Somebody signed in; only the SHA-256 of the session's id is kept."""

    digest = fields.CharField(64, primary_key=True)
    person = fields.BigIntField(null=True)
    """None for whoever opened a sign-in link."""
    account = fields.BigIntField()
    way = fields.TextField()
    """The key of the provider; empty for a sign-in link."""
    begun_ms = fields.BigIntField()
    seen_ms = fields.BigIntField()

    class Meta:
        table = "web_signed_in"


Sessions: TypeAlias = QuerySet[Session]
"""Some of them, yet to be fetched."""
