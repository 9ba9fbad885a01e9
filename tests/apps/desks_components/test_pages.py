"""The language switch, the pages that say what went wrong, and the content policy."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import RequestFactory

from xueji.desks.components import pages
from xueji.desks.components.middleware import FirstPassword, RefusedIsNotFound
from xueji.journal.command import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.apps.desks_components.gallery_addresses")]


def test_the_switch_keeps_the_page(client):
    answer = client.post("/language/", {"language": "en", "next": "/gallery/?page=2"})
    assert answer.status_code == 302 and answer.url == "/gallery/?page=2"
    page = client.get("/gallery/").content.decode()
    assert '<html lang="en">' in page and "Where the two differ, the Chinese text prevails." in page


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_switch_leads_nowhere_else(client, elsewhere):
    assert client.post("/language/", {"language": "en", "next": elsewhere}).url == "/"


def test_an_unknown_language_changes_nothing(client):
    client.post("/language/", {"language": "xx", "next": "/"})
    assert '<html lang="zh-CN">' in client.get("/gallery/").content.decode()


def test_reading_does_not_switch(client):
    assert client.get("/language/").status_code == 405


def test_every_page_forbids_what_is_inline_and_what_is_elsewhere(client):
    for address in ("/gallery/", "/gallery/staff/", "/nowhere/"):
        answer = client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy
        page = answer.content.decode()
        assert " style=" not in page and "<style" not in page and " onclick=" not in page and "http://" not in page


def test_a_missing_page_says_so_in_both_languages(client):
    answer = client.get("/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "这里没有这一页" in page and "There is no such page here" in page


def test_a_request_that_is_too_large_is_told_apart_from_one_that_cannot_be_read():
    request = RequestFactory().post("/")
    assert pages.bad_request(request, RequestDataTooBig()).status_code == 413
    assert pages.bad_request(request, ValueError()).status_code == 400


def test_the_page_for_a_failure_needs_nothing_that_may_have_failed():
    answer = pages.failed(RequestFactory().get("/"))
    assert answer.status_code == 500 and "系统出了错" in answer.content.decode()


def test_the_page_for_a_failure_stands_without_the_list_of_static_files(settings, monkeypatch):
    def missing(path):
        raise ValueError(f"Missing staticfiles manifest entry for {path!r}")

    monkeypatch.setattr("xueji.desks.templatetags.xueji.static", missing)
    answer = pages.failed(RequestFactory().get("/"))
    assert answer.status_code == 500 and 'href="/static/xueji/shell.css"' in answer.content.decode()


def test_a_refusal_looks_like_a_page_that_does_not_exist():
    answer = RefusedIsNotFound(None).process_exception(RequestFactory().get("/"), Refused("no"))
    assert answer.status_code == 404
    assert RefusedIsNotFound(None).process_exception(RequestFactory().get("/"), ValueError()) is None


def test_an_expired_form_token_is_explained(settings):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "en"})
    assert answer.status_code == 403 and "页面放得太久了" in answer.content.decode()


class Visitor:
    is_authenticated = True
    first_password_digest = "x"
    first_password_until = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("name", "goes_on"), [("gallery", False), ("change-password", True), ("sign-out", True), ("language", True)])
def test_a_first_password_opens_nothing_but_the_page_that_replaces_it(monkeypatch, name, goes_on):
    request = RequestFactory().get("/")
    request.user = Visitor()
    request.resolver_match = type("Match", (), {"view_name": name})
    monkeypatch.setattr("xueji.desks.components.middleware.reverse", lambda name: f"/{name}/")
    answer = FirstPassword(None).process_view(request, None, (), {})
    assert (answer is None) is goes_on
    assert goes_on or answer.url == "/change-password/"
