"""Every code that a finding can have: the closed set that cases, pages and renderers walk.

E1xx is about how a definition is written, E2xx about what it means, E3xx about what is live already, W about what works
but is likely not meant. May not know how any of them is found.
"""

from __future__ import annotations

from enum import Enum


class Severity(Enum):
    """Whether a definition with such a finding can be compiled."""

    ERROR = "error"
    WARNING = "warning"


class Code(Enum):
    """Code = (file that looks for it, what is wrong in a few words)."""

    E101 = ("tree", "text that is not YAML")
    E102 = ("tree", "a key written twice")
    E103 = ("tree", "YAML that goes beyond plain values")
    E104 = ("tree", "a file too large or too deep")
    E105 = ("parse", "a file missing, or not one that is read")
    E111 = ("shapes", "an unknown key")
    E112 = ("shapes", "a missing key")
    E113 = ("kinds", "a value of the wrong kind")
    E114 = ("kinds", "a word that is not one of the choices")
    E201 = ("weights", "weights that are not 100 %")
    E202 = ("shares", "a share outside 0 % to 100 %")
    E203 = ("names", "a key that is not lower-case letters, digits and hyphens")
    E204 = ("duplicates", "two things with one key")
    E205 = ("references", "a goal that the site does not have")
    E206 = ("arms", "fewer than two variations")
    E207 = ("pages", "a page pattern that matches no address")
    E208 = ("pages", "a regular expression that is not safe everywhere")
    E209 = ("selectors", "a CSS selector that browsers do not read")
    E210 = ("styles", "a CSS declaration that browsers do not read")
    E211 = ("markup", "HTML that could run a script")
    E212 = ("attributes", "an attribute or class that cannot be set")
    E213 = ("changes", "a change without anything to change, or with two contents")
    E221 = ("domains", "a domain that is not a host name")
    E222 = ("timezone", "an unknown time zone")
    E223 = ("triggers", "a goal that is not set off by exactly one thing")
    E224 = ("amounts", "a goal's value, currency and cap that do not fit together")
    E241 = ("overlap", "two experiments that set the same thing for the same visit")
    E225 = ("conditions", "a condition on something that a visit does not have")
    E226 = ("conditions", "a value that a visit never has there")
    E227 = ("conditions", "a question that a field cannot be asked")
    E228 = ("conditions", "a regular expression in a condition that is not safe everywhere")
    E229 = ("audiences", "an audience that the site does not have")
    E230 = ("layers", "a layer that the site does not have")
    E231 = ("layers", "a layer given away more than once")
    E232 = ("schedules", "a schedule with a time that is none, or an end before its start")
    E233 = ("sections", "sections that cannot be combined")
    E234 = ("stylesheets", "a style sheet that browsers do not read, or that loads from elsewhere")
    E235 = ("redirects", "a redirect that leads nowhere, or away from the site")
    E236 = ("redirects", "redirects that lead in a circle")
    E237 = ("scripts", "a script that may not run, or cannot be read")
    E238 = ("budget", "more than visitors should have to load")
    E239 = ("judging", "an analysis or allocation that is not possible")
    E251 = ("tests", "a test that cannot be run")
    E301 = ("continuity", "a running experiment that takes a variation away from its visitors")
    E302 = ("dealing", "a running experiment that deals its visitors out anew")
    W401 = ("sameness", "variations that are all alike")
    W402 = ("reach", "pages on which an experiment can never run")
    W403 = ("repeats", "a goal named twice in one experiment")
    W404 = ("styles", "a CSS property that browsers do not know")
    W441 = ("overlap", "two experiments that change the same element for the same visit")
    W442 = ("overlap", "two experiments of which it is not known whether they meet")

    W405 = ("emptiness", "an audience that nobody belongs to")
    W406 = ("budget", "an experiment that costs every visitor much")
    W407 = ("standstill", "an experiment that can never run")
    W408 = ("misleading", "a name that could mislead")
    W409 = ("without_effect", "something that has no effect yet")
    W410 = ("chains", "a redirect to a page from which another one leads on")

    @property
    def rule(self) -> str:
        """The name of the file that looks for it."""
        return self.value[0]

    @property
    def title(self) -> str:
        """What is wrong, in a few words."""
        return self.value[1]

    @property
    def severity(self) -> Severity:
        """By the first letter."""
        return Severity.ERROR if self.name.startswith("E") else Severity.WARNING


DISPLACING = frozenset({Code.E301, Code.E302})
"""What is said where visitors would get another variation than they have."""
