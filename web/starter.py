"""What a new site and a new experiment begin as: small, valid, and commented where it is edited.

Values are written as JSON strings, which YAML reads as nothing but text. May not know who asked for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from domain.names import ExperimentKey, GoalKey, SiteKey

NOT_A_KEY = "A key is lower-case letters, digits and hyphens, begins with a letter and has at most 40 characters."
"""What is said of one that is not."""


_HOST = re.compile(r"[^\W_](?:[\w.-]{0,250}[^\W_])?")
_LONGEST_STEM = 34
_MOST_KEYS = 1000


def experiment_file(key: str) -> str:
    """The name of the file that holds an experiment."""
    return f"experiments/{key}.yaml"


def host_of(website: str) -> str:
    """The host in what somebody wrote of their website: an address, or the host alone; empty where there is none."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def keys_for(host: str) -> Iterator[SiteKey]:
    """Keys for the site on a host, best first: `shop-example`, `shop-example-2` and so on."""
    words = re.sub(r"[^a-z0-9]+", "-", host.removeprefix("www.").lower()).strip("-")
    first = (words if words[:1].isalpha() else f"site-{words}")[:_LONGEST_STEM].strip("-")
    return (SiteKey(first if n == 1 else f"{first}-{n}") for n in range(1, _MOST_KEYS))


def new_site(key: SiteKey, name: str, domain: str, timezone: str) -> str:
    """The text of `site.yaml`."""
    return f"""site: {key}
name: {json.dumps(name, ensure_ascii=False)}
domains:                 # where the site is; "*.shop.example" stands for every host below
  - {json.dumps(domain, ensure_ascii=False)}
timezone: {json.dumps(timezone, ensure_ascii=False)}
consent: none            # or required: nothing is stored until the visitor agrees
honour: [gpc, dnt]       # browser signals that mean: run nothing, store nothing
goals:                   # what counts as a conversion
  - key: signup
    on: {{click: "#signup"}}          # a click on what this CSS selector finds
  - key: thanks
    on: {{visit: "/thank-you"}}       # a page; * stands for any run of characters
"""


def new_experiment(key: ExperimentKey, goal: GoalKey) -> str:
    """The text of an experiment's file: a draft, so that nothing of it reaches a visitor yet."""
    return f"""experiment: {key}
name: {json.dumps(key.replace("-", " ").capitalize())}
hypothesis: ""           # what should change, and why
status: draft            # draft, running, paused or stopped
pages:
  include: ["/"]         # where it runs
goals:
  primary: {goal}
variations:
  - key: control         # the first one is what the others are compared with
    weight: 50%
  - key: bold
    weight: 50%
    changes:
      - {{select: "h1", text: "A new headline"}}
"""
