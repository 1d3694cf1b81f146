"""Turns a definition in which nothing is wrong into the site that it means, defaults filled in.

May not know what could have been wrong: it takes for granted what the rules have made sure of.
"""

from __future__ import annotations

from config_compiler.choices import Engagement, SinglePage
from config_compiler.conditions import condition_of
from config_compiler.currencies import CURRENCIES
from config_compiler.given import certain, given_or, share, text, texts
from config_compiler.meaning_of_experiments import experiment_of, page_of
from config_compiler.syntax import Definition, GoalSyntax, Scripts, SiteSyntax, TriggerSyntax
from config_compiler.zones import time_zone
from domain.names import AudienceKey, EventName, GoalKey, LayerKey, SiteKey
from domain.site import Click, Consent, Event, Goal, PageVisit, Signal, Site, Submit, Trigger, Value

DEFAULT_TIMEZONE = "UTC"
DEFAULT_HONOUR = (Signal.GPC, Signal.DNT)


def site_of(definition: Definition) -> Site:
    """The site, its experiments in order of key."""
    syntax = certain(definition.site)
    key, timezone = text(syntax.key), given_or(syntax.timezone, DEFAULT_TIMEZONE)
    audiences = {text(a.key): condition_of(certain(a.when).value) for a in definition.audiences}
    zone = time_zone(timezone)
    return Site(
        key=SiteKey(key),
        name=given_or(syntax.name, key),
        domains=texts(syntax.domains),
        timezone=timezone,
        consent=given_or(syntax.consent, Consent.NONE),
        honour=_honour(syntax),
        goals=tuple(_goal(goal) for goal in definition.goals),
        experiments=tuple(
            sorted((experiment_of(x, audiences, zone) for x in definition.experiments), key=lambda x: x.key)
        ),
        audiences=tuple((AudienceKey(name), condition) for name, condition in audiences.items()),
        layers=tuple(LayerKey(text(layer.key)) for layer in definition.layers),
        holdout=share(syntax.holdout.value) if syntax.holdout else 0,
        scripts=given_or(syntax.scripts, Scripts.FORBIDDEN) is Scripts.ALLOWED,
        engagement=given_or(syntax.engagement, Engagement.OFF) is Engagement.ON,
        single_page=given_or(syntax.single_page, SinglePage.AUTO) is SinglePage.AUTO,
    )


def _honour(syntax: SiteSyntax) -> tuple[Signal, ...]:
    if syntax.honour is None:
        return DEFAULT_HONOUR
    written = {signal.value for signal in syntax.honour.values}
    return tuple(signal for signal in Signal if signal in written)


def _goal(goal: GoalSyntax) -> Goal:
    return Goal(GoalKey(text(goal.key)), _trigger(certain(goal.on)), _value(goal))


def _trigger(on: TriggerSyntax) -> Trigger:
    if on.click:
        return Click(on.click.value)
    if on.submit:
        return Submit(on.submit.value)
    if on.visit:
        return PageVisit(page_of(on.visit))
    return Event(EventName(text(on.event)))


def _value(goal: GoalSyntax) -> Value | None:
    if goal.value is None:
        return None
    currency = text(goal.currency)
    digits = CURRENCIES[currency]
    return Value(goal.value.value, currency, digits, int(goal.cap.value * 10**digits) if goal.cap else None)
