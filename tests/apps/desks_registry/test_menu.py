"""The registry's menu: seven places, below them the pages of the place one is in; where one is can be heard."""

import re

import pytest
from django.urls import reverse

from xueji.desks.templatetags.menu import REGISTRY

pytestmark = pytest.mark.django_db
PAGES = [(place, entry) for place in REGISTRY for entry in place.entries]


def menu(page):
    """Label and aria-current of the links of the first line, and of the second."""
    navs = re.findall(r'<nav class="(desk-nav|desk-pages)"[^>]*>(.*?)</nav>', page, re.S)
    found = {name: re.findall(r'<a href="([^"]+)"(?: aria-current="(\w+)")?>([^<]+)</a>', inside) for name, inside in navs}
    return found["desk-nav"], found.get("desk-pages", [])


@pytest.mark.parametrize(("place", "entry"), PAGES, ids=[entry.name for _, entry in PAGES])
def test_every_page_says_in_which_place_it_is_and_which_it_is(world, place, entry):
    page = world.client("刘老师").get(reverse(entry.name))
    assert page.status_code == 200
    places, pages = menu(page.content.decode())
    alone = len(place.entries) == 1
    assert [(label, current) for _, current, label in places if current] == [(place.label.zh, "page" if alone else "true")]
    assert [(label, current) for _, current, label in pages if current] == ([] if alone else [(entry.label.zh, "page")])
    assert len(pages) == (0 if alone else len(place.entries))


def test_every_topic_of_the_registry_is_in_the_menu_once(world):
    from xueji.desks.registry.urls import TOPICS

    names = [entry.name for _, entry in PAGES]
    addresses = [reverse(name) for name in names]
    assert len(set(names)) == len(names)
    for topic in TOPICS:
        assert any(address.startswith(f"/registry/{topic}/") for address in addresses), topic


def test_a_page_below_an_entry_belongs_to_it(world):
    places, pages = menu(world.client("刘老师", language="en").get("/registry/notices/open/").content.decode())
    assert [label for _, current, label in places if current] == ["Notices"]
    assert [label for _, current, label in pages if current] == ["All notices"]


def test_a_page_of_no_place_marks_none(world):
    places, pages = menu(world.client("刘老师").get("/jobs/").content.decode())
    assert len(places) == 7 and not pages and not any(current for _, current, _ in places)
