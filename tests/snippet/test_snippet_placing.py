"""What a variation adds, moves and runs: where it was put it stays, once, whatever the page does meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.visits import drawn, settled
from tests.snippet.website import HEAD, SCRIPT, Reply, Website, page

PLACES = ("before", "prepend", "append", "after")
BODY = '<body><h1>Original</h1><ul id="list"><li>one</li><li>two</li></ul><p id="end">end</p></body></html>'
STREAM = [
    HEAD.format(script=SCRIPT) + '<body><ul id="list"><li>one</li>',
    *(f"<li>more {n}</li>" for n in range(6)),
    '</ul><p id="end">',
    "end</p></body></html>",
]


def shown(website: Website, visitor: BrowserContext, ops: Json, reply: Reply, *scripts: str) -> Page:
    website.script = linked(plan(relay=website.relay_address, experiments=[experiment("hero", ops=ops)]), scripts)
    website.pages["/"] = reply
    tab = visitor.new_page()
    tab.goto(website.address)
    return tab


def body(tab: Page) -> str:
    return str(tab.evaluate("document.body.innerHTML")).strip()


def inserted(place: str) -> list[str]:
    return ["insert", "#list", place, f"<li class=new>{place}</li>"]


@pytest.mark.parametrize("place", PLACES)
def test_html_is_put_where_it_is_to_be(place: str, website: Website, visitor: BrowserContext) -> None:
    tab = shown(website, visitor, [inserted(place)], page(BODY))
    new = f'<li class="new">{place}</li>'
    inner = {"prepend": f"{new}<li>one</li><li>two</li>", "append": f"<li>one</li><li>two</li>{new}"}
    middle = f'<ul id="list">{inner.get(place, "<li>one</li><li>two</li>")}</ul>'
    outer = {"before": new + middle, "after": middle + new}
    assert body(tab) == f'<h1>Original</h1>{outer.get(place, middle)}<p id="end">end</p>'
    settled(tab)


def test_what_is_appended_to_a_list_that_is_still_coming_ends_last(website: Website, visitor: BrowserContext) -> None:
    ops = [["insert", "#list", "append", f"<li>{name}</li>"] for name in ("first", "second")]
    tab = shown(website, visitor, ops, Reply(STREAM, 0.02))
    assert tab.locator("li").all_inner_texts() == ["one", *(f"more {n}" for n in range(6)), "first", "second"]


RENDERS = {
    "its inside is written again": "l.innerHTML = '<li>one</li><li>two</li>'",
    "it is replaced by a new one": "l.outerHTML = '<ul id=list><li>one</li><li>two</li></ul>'",
    "all around it is written again as it stands": "document.body.innerHTML += '<i></i>'",
    "it is taken out and put back": "const p = l.parentNode, n = l.nextSibling; l.remove(); p.insertBefore(l, n)",
    "everything is written again": f"document.body.innerHTML = '{BODY[6:-14]}'",
}


@pytest.mark.parametrize("render", RENDERS)
@pytest.mark.parametrize("place", PLACES)
def test_what_was_inserted_is_there_once_after_a_re_render(
    place: str, render: str, website: Website, visitor: BrowserContext
) -> None:
    tab = shown(website, visitor, [inserted(place)], page(BODY))
    before = body(tab)
    for _ in range(3):
        tab.evaluate(f"() => {{ const l = document.querySelector('#list'); {RENDERS[render]} }}")
        # A change that has to be made often waits before it is made once more.
        tab.wait_for_function(
            "before => document.body.innerHTML.replaceAll('<i></i>', '').trim() === before", arg=before
        )


def test_a_list_that_goes_on_growing_wins_and_does_not_hang(website: Website, visitor: BrowserContext) -> None:
    tab = shown(website, visitor, [inserted("append")], page(BODY))
    tab.evaluate(
        """() => {
            const l = document.querySelector('#list');
            new MutationObserver(() => {
              if (l.lastChild.textContent === 'append') l.append(document.createElement('li'));
            }).observe(l, {childList: true});
            l.append(document.createElement('li'));
        }"""
    )
    assert tab.locator(".new").count() == 1
    settled(tab)


MOVED = {
    "before": '<p id="end">end</p><h1>Original</h1><ul id="list"><li>one</li><li>two</li></ul>',
    "after": '<h1>Original</h1><p id="end">end</p><ul id="list"><li>one</li><li>two</li></ul>',
    "append": '<h1>Original<p id="end">end</p></h1><ul id="list"><li>one</li><li>two</li></ul>',
    "prepend": '<h1><p id="end">end</p>Original</h1><ul id="list"><li>one</li><li>two</li></ul>',
}


@pytest.mark.parametrize("place", MOVED)
def test_an_element_is_moved_and_stays_there(place: str, website: Website, visitor: BrowserContext) -> None:
    tab = shown(website, visitor, [["move", "#end", place, "h1"]], page(BODY))
    assert body(tab) == MOVED[place]
    tab.evaluate("() => document.body.append(document.querySelector('#end'))")
    drawn(tab)
    assert body(tab) == MOVED[place]
    tab.evaluate(f"() => {{ document.body.innerHTML = '{BODY[6:-14]}' }}")
    drawn(tab)
    assert body(tab) == MOVED[place]
    settled(tab)


def test_only_the_first_of_several_is_moved(website: Website, visitor: BrowserContext) -> None:
    tab = shown(website, visitor, [["move", "li", "after", "#end"]], page(BODY))
    assert body(tab) == '<h1>Original</h1><ul id="list"><li>two</li></ul><p id="end">end</p><li>one</li>'


@pytest.mark.patience
def test_a_target_that_never_comes_and_one_inside_are_reported(website: Website, visitor: BrowserContext) -> None:
    tab = shown(website, visitor, [["move", "#end", "after", "#gone"], ["move", "#list", "append", "li"]], page(BODY))
    assert website.relay.wait_for_outcomes(2) == [["miss", "hero", "bold", 0], ["error", "hero", "bold", 1]]
    settled(tab)


def test_html_goes_through_the_pages_policy(website: Website, visitor: BrowserContext) -> None:
    policy = "require-trusted-types-for 'script'; trusted-types leadbright; script-src 'self'"
    ops = [inserted("append"), ["html", "h1", "<b>New</b>"], inserted("after")]
    tab = shown(website, visitor, ops, page(BODY, Content_Security_Policy=policy))
    assert tab.locator(".new").all_inner_texts() == ["append", "after"]
    assert tab.inner_html("h1") == "<b>New</b>"
    settled(tab)


@pytest.mark.patience
def test_a_script_runs_once_when_the_page_is_there(website: Website, visitor: BrowserContext) -> None:
    scripts = ["throw new Error('x')", "document.querySelector('#end').textContent += '!'"]
    tab = shown(website, visitor, [["script", 1], ["script", 0], ["script", 1]], Reply(STREAM, 0.02), *scripts)
    assert tab.inner_text("#end") == "end!!"
    tab.evaluate("() => document.body.append('x')")
    drawn(tab)
    assert tab.inner_text("#end") == "end!!"
    went = ["ok", "error", "ok"]
    assert website.relay.wait_for_outcomes(3) == [[how, "hero", "bold", op] for op, how in enumerate(went)]
    settled(tab)


def test_a_form_that_is_sent_reaches_its_goal(website: Website, visitor: BrowserContext) -> None:
    goals = [
        ["lead", "submit", "form.contact"],
        ["other", "submit", "form.search"],
        ["signup", "click", "form.contact"],
    ]
    website.script = linked(plan(relay=website.relay_address, experiments=[], goals=goals))
    website.pages["/"] = page(
        '<body><h1></h1><form class="contact" action="/thanks"><input required name="a"><button>Send</button></form>'
        '<form class="search"></form></body>'
    )
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    tab.click("button")
    tab.fill("input", "x")
    tab.focus("input")
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    settled(tab)
    reached = [entry[1] for entry in website.relay.counted() if entry[0] == "goal"]
    assert reached.count("lead") == 1
    assert "other" not in reached
