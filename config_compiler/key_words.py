"""What each key of the language is for, in a sentence that an editor shows.

May not know how a key is read.
"""

from __future__ import annotations

SITE = {
    "site": "The site's key, which appears in addresses: lower-case letters, digits and hyphens.",
    "name": "The site's name for people.",
    "domains": 'Where the site is: host names; "*.shop.example" stands for every host below.',
    "timezone": "An IANA name such as Europe/Berlin; days begin at midnight there. UTC where it is left out.",
    "consent": "required: store nothing before the visitor has agreed.",
    "honour": "Browser signals that mean: run nothing, store nothing. [gpc, dnt] where it is left out.",
    "goals": "What counts as a conversion.",
    "single-page": "Whether a change of address without a new page is looked for.",
    "engagement": "on: pages report how long they had attention, and how far down they were seen.",
    "scripts": "Whether changes may run JavaScript; forbidden where it is left out.",
    "holdout": "Share of the visitors who are in no experiment at all, such as 5%.",
    "audiences": "Conditions with a key, for several experiments.",
    "layers": "Experiments in one layer share no visitor.",
}

GOAL = {
    "key": "The goal's key: lower-case letters, digits and hyphens.",
    "on": "What sets it off; exactly one of click, submit, visit and event.",
    "value": "The event's property that holds an amount.",
    "currency": "What the amount is in, such as EUR.",
    "cap": "What one visitor may count for at most.",
}

TRIGGER = {
    "click": 'A click on, or inside, what this CSS selector matches. In quotes, where it begins with "#".',
    "submit": "A form that is sent: its CSS selector.",
    "visit": "A page: /thank-you, or /thank-you/* for all below.",
    "event": 'A name that the page reports with leadbright("event", NAME).',
}

AUDIENCE = {
    "key": "The audience's key, which experiments name.",
    "when": "The condition that a visit has to meet, such as {device: mobile}.",
}

LAYER = {"key": "The layer's key, which experiments name."}

EXPERIMENT = {
    "experiment": "The experiment's key: lower-case letters, digits and hyphens.",
    "name": "The experiment's name for people.",
    "hypothesis": "What is believed, and would be learnt.",
    "type": "personalisation: one variation for its audience, without a control. test where it is left out.",
    "status": "Only running reaches visitors; draft where it is left out.",
    "phase": "A higher number deals every visitor out anew, and counts apart from the phases before.",
    "pages": "Where the experiment is; every page where it is left out.",
    "audience": "The key of an audience, or a condition in place; everybody where it is left out.",
    "traffic": "Share of the visitors of these pages who take part; 100% where it is left out.",
    "layer": "The layer that the experiment is in, and its share of it.",
    "schedule": "From when to when, at the site's time zone.",
    "goals": "What the experiment is judged by.",
    "analysis": "How results are computed.",
    "allocation": "Whether the weights stay as they are.",
    "variations": "What visitors are dealt out to; the first one is what others are compared with. 100% together.",
    "sections": "Instead of variations: parts of the page whose variations are combined.",
}

PAGES = {
    "include": 'Pages such as "/landing/*", "regex:^/p/[0-9]+$" or "https://shop.example/"; any of them will do.',
    "exclude": "Pages to leave out.",
}

JUDGED_BY = {
    "primary": "The key of the goal that decides.",
    "secondary": "Keys of goals that are shown beside it.",
    "guardrails": "Keys of goals that must not get worse.",
}

LAYER_SHARE = {"key": "The key of a layer in site.yaml.", "share": "Share of the layer's visitors, such as 50%."}

SCHEDULE = {
    "start": 'A time at the site such as "2026-12-01T09:00".',
    "end": 'A time at the site such as "2026-12-31T18:00".',
}

ANALYSIS = {
    "method": "How results are judged.",
    "alpha": "How often a difference may be seen where none is, such as 5%.",
    "prior": "How large a difference is thought possible beforehand, such as 10%.",
    "cuped": "Whether what visitors did before is taken into account.",
}

VARIATION = {
    "key": "The variation's key; the first one is usually called control.",
    "weight": "Share of the visitors who take part, such as 50%; 100% together.",
    "changes": "What is changed for them; nothing for the page as it is.",
}

SECTION = {"key": "The section's key.", "variations": "What the section can be."}

CHANGE = {
    "select": 'The CSS selector of the elements to change. In quotes, where it begins with "#".',
    "text": "The elements' new text.",
    "html": "The elements' new content, without scripts.",
    "style": "CSS properties and values, which win over the page's own.",
    "attributes": "Attributes and values; null takes an attribute away.",
    "add-class": "A class, or a list of them.",
    "remove-class": "A class, or a list of them.",
    "before": "HTML to put before the elements.",
    "prepend": "HTML to put into the elements, first.",
    "append": "HTML to put into the elements, last.",
    "after": "HTML to put after the elements.",
    "move": "Where the elements go.",
    "remove": "true: the elements are taken out of the page.",
    "hide": "true: the elements are not shown, and keep no place.",
    "css": "A style sheet for the whole page; without select.",
    "redirect": "The page that is shown instead, such as /landing-b; without select.",
    "script": "JavaScript that runs once; without select, and only where the site allows scripts.",
}

MOVE = {
    "before": "The CSS selector of what they go before.",
    "prepend": "The CSS selector of what they go into, first.",
    "append": "The CSS selector of what they go into, last.",
    "after": "The CSS selector of what they go after.",
}

PAGE = {"path": "A page such as /landing/*.", "query": "Parameters that the address must have, with their values."}

TESTS = {"tests": "Visits, and what is expected of the experiments."}

TEST = {
    "name": "What is tested, in words.",
    "visit": "A visit such as {url: …, device: mobile, country: DE}.",
    "expect": "For each experiment: in, out, a variation, or shares such as {control: 50%, bold: 50%}.",
    "visitor": "8 hex digits such as 0badcafe: one visitor, who always gets the same.",
    "visitors": "How many visitors are dealt out, where shares are expected.",
}

FIELDS = {
    "device": "desktop, mobile or tablet.",
    "platform": "The operating system.",
    "browser": "The browser.",
    "country": "Two capitals such as DE, guessed from the browser's time zone.",
    "language": "The browser's first language, such as de or pt-BR; pt takes pt-BR too.",
    "channel": "Where the visitor comes from, as in the reports.",
    "visitor": "new or returning.",
    "path": "The path of the page's address, with contains or matches too.",
    "host": "The host of the page's address.",
    "referrer": "The host of the page that led here; empty for none.",
    "width": "The window's width in CSS pixels, with gte and lte.",
    "hour": "0 to 23, at the site.",
    "weekday": "1 to 7, or mon to sun, at the site.",
    "all": "A list of conditions that all have to be met.",
    "any": "A list of conditions of which one has to be met.",
    "not": "What must not be.",
}
"""The words of a condition."""
