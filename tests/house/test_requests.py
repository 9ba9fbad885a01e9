"""Requests that no browser of an honest person makes: without a token, under another name, too large, through a forged proxy."""

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from tests.house.test_access import EVERYBODY, TABLE, address, names, who_may
from tests.world import PASSWORD

from xueji.accounts.models import SignInFailure
from xueji.desks.acting import address_of
from xueji.journal.models import Event

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def test_no_form_is_taken_without_its_token(world):
    taken = {}
    for name in sorted(set(TABLE) & names()):
        if TABLE[name].get("with", {}).get("campaign") or not TABLE[name].get("with"):
            who = min(who_may(TABLE[name]), default="王秘书")
            client = Client(enforce_csrf_checks=True)
            if who:
                client.force_login(world.account(who))
            taken[name] = client.post(address(world, name), {"reason": "x", "action": "submit"}).status_code
    assert len(taken) > 20 and {name: status for name, status in taken.items() if status not in {403, 404}} == {}


@pytest.mark.parametrize("name", sorted(one for one in set(TABLE) & names() if TABLE[one]["opens"] not in ("everybody", "signed in")))
def test_what_is_not_yours_takes_no_form_either(world, name):
    where = address(world, name)
    before, answers = Event.objects.count(), {}
    for who in set(EVERYBODY) - who_may(TABLE[name]) - {""}:
        answers[who] = world.client(who).post(where, {"action": "submit", "reason": "因为", "verdict": "approve", "act": "approve"}).status_code
    assert set(answers.values()) <= {404, 405}, answers  # 405: the page takes no form from anybody
    assert Event.objects.count() == before, "nothing was written"


def test_the_page_for_a_stale_form_says_so_and_names_no_reason_of_the_program(world):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in/", {"username": "S202401001", "password": PASSWORD})
    assert answer.status_code == 403 and "CSRF" not in answer.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "a b", ""])
def test_under_another_name_there_is_nothing(world, host):
    answer = Client(raise_request_exception=False).get("/sign-in/", HTTP_HOST=host)
    assert answer.status_code == 400 and "evil" not in answer.content.decode() and "ALLOWED_HOSTS" not in answer.content.decode()


def test_an_address_in_a_header_is_believed_behind_the_proxy_only(settings):
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="10.9.9.9, 10.8.8.8", REMOTE_ADDR="10.0.0.1")
    assert address_of(request) == "10.0.0.1"
    settings.XUEJI_BEHIND_PROXY = True
    assert address_of(request) == "10.8.8.8", "what the proxy saw, not what the visitor wrote before it"


def test_a_new_header_for_every_guess_does_not_reset_the_count(world):
    for n in range(9):
        answer = Client(HTTP_X_FORWARDED_FOR=f"10.9.9.{n}").post("/sign-in/", {"username": f"S2024{n:05}", "password": "x"})
        assert answer.status_code == 200
    assert sorted(SignInFailure.objects.values_list("count", flat=True))[-1] == 9, "one address, nine tries"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "///evil.example", "/" + "x" * 5000])
def test_neither_the_door_nor_the_language_leads_to_another_site(world, target):
    away = []
    for where, more in (("/sign-in/", {"username": "S202401001", "password": PASSWORD}), ("/language/", {"language": "en"})):
        answer = Client(raise_request_exception=False).post(where, {"next": target, **more})
        away.append(answer.headers.get("Location", ""))
    assert all(place in ("", "/") or place == target and place.startswith("/x") for place in away), away


@pytest.mark.parametrize(("body", "kind", "status"), [
    (b"x" * 3_000_000, FORM, 413), ("&".join(f"a{n}=1" for n in range(10_000)).encode(), FORM, 400), (b"username=1", f"{FORM}; charset=utf-16", 400),
    (b"nonsense", "multipart/form-data", 400), (b"{", "application/json", 200), (b"\xff\xfe\x00", FORM, 200)])  # fmt: skip
def test_what_is_no_form_gets_a_page_of_ours_with_the_policy(world, body, kind, status):
    answer = Client(raise_request_exception=False).post("/sign-in/", body, content_type=kind)
    assert answer.status_code == status
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"] and "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("where", ["/student/", "/sign-in/", "/notices/"])
def test_without_a_database_there_is_still_a_page_that_says_so_and_no_more(world, where):
    client = world.client("李明")
    client.raise_request_exception = False

    def down(execute, sql, params, many, context):
        raise OperationalError("could not connect to server db.internal")

    with connection.execute_wrapper(down):
        answer = client.get(where)
    assert answer.status_code == 500 and "系统出了错" in answer.content.decode() and "db.internal" not in answer.content.decode()


@pytest.mark.parametrize(("who", "where"), [("", "/sign-in/"), ("李明", "/student/"), ("王秘书", "/college/"), ("刘老师", "/registry/"), ("", "/nowhere/")])
def test_every_answer_carries_the_same_guards(world, who, where):
    headers = world.client(who).get(where, follow=True).headers
    policy = headers["Content-Security-Policy"]
    assert "'unsafe" not in policy and "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin" and headers["Cross-Origin-Opener-Policy"] == "same-origin"
    if who:
        assert headers["Cache-Control"] == "private, no-store" or "no-store" in headers["Cache-Control"]
