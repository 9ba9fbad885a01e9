"""Nothing a browser can send crashes a page: every address, asked and posted to with what no form of ours would send.

What is sent comes from the page itself: the names of its fields and buttons, with one hostile value after the other.
"""

import re
from urllib.parse import quote

import pytest
from tests.house.test_access import TABLE, address, names, who_may

WORDS = {
    "a NUL": "S2024\0a",
    "digits that are none": "²③",
    "Arabic digits": "٢٠٢٤",
    "four bytes": "𠮷𬱖\U0010ffff",
    "half of a pair": "\ud842x",
    "controls": "\x01\x1b[31m\u202e\ufeff\r\n",
    "a formula": "=cmd|' /C calc'!A0",
    "a tag": "\"><script>alert(1)</script>{{7*7}}{% now %}",
    "a wild card": "%_'\"\\;--",
    "far too long": "长" * 2_000,
    "a huge number": "9" * 400,
    "less than nothing": "-1",
    "a date that is none": "0000-00-00T99:99",
    "the first day of all": "0001-01-01",
    "nothing": "",
}
ASKED = ("page", "q", "number", "college", "stage", "step", "order", "subject", "notice", "student", "show", "field", "code", "campaign",
         "reach", "defence", "language", "next", "base", "as", "number", "class", "row")  # fmt: skip
USUAL = ("reason", "note", "words", "case", "present", "new", "again", "username", "seen")
_NAMED = re.compile(r'<(?:input|select|textarea|button)[^>]*?\bname="([^"]+)"[^>]*>')
_BUTTON = re.compile(r'<(?:button|input)[^>]*?\bname="([^"]+)"[^>]*?\bvalue="([^"]*)"')
ADDRESSES = sorted(set(TABLE) & names())


def sent(client, method, where, values=None):
    """The status; a page of ours, never a trace of the program."""
    client.raise_request_exception = False
    answer = getattr(client, method)(where, values or {})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"Traceback" not in body and b"<script>alert(1)" not in body
    return answer.status_code


def encoded(word: str) -> str:
    return word.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if "\ud842" in word else word


def who_comes(name: str) -> str:
    """Somebody who may; where nobody may, somebody with rights elsewhere."""
    return min(who_may(TABLE[name]), default="王秘书")


SHARPEST = ("a NUL", "digits that are none", "four bytes", "a formula", "far too long")


@pytest.mark.parametrize("name", ADDRESSES)
def test_nothing_a_browser_can_send_crashes_the_page(world, name):
    good, client = address(world, name), world.client(who_comes(name))
    client.raise_request_exception = False
    where = good.partition("?")[0]
    wrong = [("asked", what) for what, word in WORDS.items() if sent(client, "get", where, dict.fromkeys(ASKED, encoded(word))) >= 500]
    wrong += [("address", place, what) for place, what, one in hostile_addresses(where) if sent(client, "get", one) >= 500]
    if name != "sign-out":
        fields, presses = what_is_on(client, good, TABLE[name])
        for what, word in WORDS.items():
            values = dict.fromkeys(fields, encoded(word))
            for press in presses if what in SHARPEST else presses[:1]:
                wrong += [("sent", what, *press)] if sent(client, "post", good, values | dict([press])) >= 500 else []
    assert wrong == []


def hostile_addresses(where: str):
    """The address with one part after the other (but the first) replaced."""
    parts = [part for part in where.split("/") if part]
    for place in range(1, len(parts)):
        for what in SHARPEST:
            hostile = quote(encoded(WORDS[what])[:3000], safe="")
            yield place, what, "/" + "/".join([*parts[:place], hostile, *parts[place + 1 :]]) + ("/" if where.endswith("/") else "")


def what_is_on(client, where: str, entry: dict) -> tuple[list[str], list[tuple[str, str]]]:
    """The names of every field of the page, and what its buttons say; the usual names where it is no page."""
    page = None if entry.get("posts") else client.get(where)
    text = "" if page is None or page.streaming or "html" not in page.headers.get("Content-Type", "") else page.content.decode()
    fields = dict.fromkeys([*_NAMED.findall(text), *ASKED, *USUAL])
    fields.pop("csrfmiddlewaretoken", None)
    presses = {(button, value) for button, value in _BUTTON.findall(text) if button in {"action", "act", "send", "verdict"}}
    return list(fields), [("action", ""), *sorted(presses)[:6]]
