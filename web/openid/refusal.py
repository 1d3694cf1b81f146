"""Why somebody could not sign in: a closed set, and what each is told.

Nothing that a provider or a browser sent is repeated. May not know how it was found out.
"""

from __future__ import annotations

from enum import Enum


class Refusal(Enum):
    """The status, what is, and what to do. `{provider}` is the provider's label."""

    NO_SUCH_PROVIDER = (404, "Nobody signs in that way here", "Choose one of the ways on the sign-in page.")
    NOT_BEGUN_HERE = (
        400,
        "That sign-in was not begun here",
        "It was begun in another browser, more than ten minutes ago, or it was used already. Begin again.",
    )
    MIXED_UP = (
        400,
        "That answer came from somebody else",
        "It was not from {provider}, so it was not used. Begin again; if it happens once more, tell whoever runs this.",
    )
    DECLINED = (
        403,
        "You have not signed in",
        "{provider} was not allowed to say who you are. Begin again if you wish.",
    )
    REFUSED_THERE = (
        502,
        "{provider} did not sign you in",
        "It refused the request. Begin again; if it happens once more, tell whoever runs this Leadbright.",
    )
    AWAY = (
        503,
        "{provider} does not answer",
        "Whoever is signed in stays so. Wait a moment, then begin again.",
    )
    NOT_TRUSTED = (
        502,
        "What {provider} said could not be trusted",
        "You are not signed in. Begin again; if it happens once more, tell whoever runs this Leadbright.",
    )
    TOO_MANY = (503, "Too many people are signing in just now", "Wait a moment, then begin again.")
    NOT_INVITED = (
        403,
        "Nobody here knows you yet",
        "Ask an owner of the account for an invitation, open its link, and sign in from there.",
    )
    INVITATION_OVER = (
        410,
        "This invitation no longer works",
        "It was used, taken back, or is older than a week. Ask for another one.",
    )


class Untrusted(Enum):
    """What was wrong with a token that says who somebody is; for the log, never for the browser."""

    MALFORMED = "it is not a token, or one that is too long"
    HEADER = "its header brings a key along, names none, or asks for what is not understood"
    ALGORITHM = "it is signed by an algorithm that is not taken"
    KEY = "the provider has no such key"
    SIGNATURE = "the signature is not that of the provider's key"
    ISSUER = "it is another issuer's"
    AUDIENCE = "it is for somebody else"
    NONCE = "it answers another question"
    TIMES = "it has expired, is not good yet, or was made too long ago"
    SUBJECT = "it names nobody"
