"""Envelopes at the station's door: a bad one keeps no other back, and none is answered as delivered that was not kept."""

import base64
import json
from uuid import uuid4

import pytest
from tests.apps.photos.day import at, jpeg, opened

from xueji.photos.day.commands.codes import make_keys
from xueji.photos.day.models import Capture, Envelope, Turn
from xueji.photos.day.queries import keys_now
from xueji.photos.day.tokens import sealed_envelope

pytestmark = pytest.mark.django_db
EAST = "东湖校区"


@pytest.fixture
def day(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 60 * 86400
    it = opened(world)
    it.now = at(11, 26)
    monkeypatch.setattr("django.utils.timezone.now", lambda: it.now)
    return it


def of(day, name, photo=None, **changed):
    """What the station tells of 李明 in the chair at ten to nine."""
    shot = base64.b64encode(jpeg() if photo is None else photo).decode()
    return {"token": day.token(name), "at": at(11, 26, 8, 50).isoformat(), "outcome": "done", "method": "cash", "photo": shot} | changed


def sealed(inside, key=None, keys=None):
    """An envelope as it travels; whoever has the school's public key can seal anything into one."""
    key, keys = key or str(uuid4()), keys or keys_now()
    parts = sealed_envelope(bytes.fromhex(keys.envelope_public), json.dumps(inside).encode(), str(key))
    ephemeral, nonce, closed = (base64.b64encode(part).decode() for part in parts)
    return {"id": key, "key": keys.number, "ephemeral": ephemeral, "nonce": nonce, "sealed": closed}


def delivered(day, *bundle):
    sent = day.world.client("周操作员").post(f"/capture/{day.campaign.code}/{EAST}/envelopes/", json.dumps(bundle), content_type="application/json")
    assert sent.status_code == 200, sent.status_code
    return sent.json()["answers"]


STRANGE = {
    "a list inside": lambda good: sealed([good]),
    "a text inside": lambda good: sealed("photo"),
    "a number inside": lambda good: sealed(7),
    "nothing inside": lambda good: sealed(None),
    "brackets without end inside": lambda good: sealed(good) | {"sealed": "W1tb" * 9999},
    "a photo that is a number": lambda good: sealed(good | {"photo": 7}),
    "a photo that is a list": lambda good: sealed(good | {"photo": ["/9j/"]}),
    "a moment that is a number": lambda good: sealed(good | {"at": 20241126}),
    "a moment before all time": lambda good: sealed(good | {"at": "0001-01-01T00:00:00+00:00"}),
    "a moment east of all time": lambda good: sealed(good | {"at": "0001-01-01T00:00:00+14:00"}),
    "a moment after all time": lambda good: sealed(good | {"at": "9999-12-31T23:59:59-14:00", "token": "XJ1"}),
    "an ending that there is not": lambda good: sealed(good | {"outcome": "banana"}),
    "an ending longer than its column": lambda good: sealed(good | {"outcome": "x" * 80}),
    "an ending that is a list": lambda good: sealed(good | {"outcome": ["done"]}),
    "a way of paying with a null": lambda good: sealed(good | {"method": "ca\0sh"}),
    "a way of paying with half a letter": lambda good: sealed(good | {"method": "\ud800"}),
    "a token with half a letter": lambda good: sealed(good | {"token": "XJ1\ud800"}),
    "a token that is a list": lambda good: sealed(good | {"token": [good["token"]]}),
    "a number for an id": lambda good: sealed(good) | {"id": 7},
    "a list for an id": lambda good: sealed(good) | {"id": ["x"]},
    "a short nonce": lambda good: sealed(good) | {"nonce": "AAAA"},
    "truth for a key number": lambda good: sealed(good) | {"key": None},
}


@pytest.mark.parametrize("what", STRANGE)
def test_a_strange_one_among_others_keeps_none_back_and_is_never_said_to_be_taken_over_in_silence(day, what):
    strange, good = STRANGE[what](of(day, "王芳")), sealed(of(day, "李明"))
    answers = delivered(day, strange, good, strange)
    assert answers[1] == {"delivered": good["id"], "conflicts": []}
    for answer in (answers[0], answers[2]):
        assert answer.get("findings") or answer.get("conflicts"), answer
    assert Turn.objects.get().case.record.person.name == "李明"


def test_the_same_envelope_twice_in_one_list_is_one(day):
    one = sealed(of(day, "李明"))
    assert delivered(day, one, one) == [{"delivered": one["id"], "conflicts": []}] * 2
    assert (Turn.objects.count(), Capture.objects.count(), Envelope.objects.count()) == (1, 1, 1)


def test_a_photo_as_large_as_the_vault_takes_is_delivered_from_offline_too(day):
    note = b"\xff\xfe\xff\xff" + b"x" * 65_533  # a comment of the camera, as long as one can be
    large = jpeg()[:2] + note * 300 + jpeg()[2:]
    assert 19_000_000 < len(large) < 20 * 1024 * 1024
    one = sealed(of(day, "李明", photo=large))
    assert delivered(day, one) == [{"delivered": one["id"], "conflicts": []}]
    assert Capture.objects.get().file.size == len(large)


def test_what_was_sealed_before_the_keys_were_replaced_is_kept_as_a_conflict_with_its_photo(day):
    one = sealed(of(day, "李明"))
    make_keys(day.act("刘老师", day.now), retire=True)
    answer, = delivered(day, one)
    row = Envelope.objects.get()
    assert answer["delivered"] == one["id"] and [f["id"] for f in row.conflicts] == ["STAT.003"]
    assert row.photo is not None and not Turn.objects.exists()


def test_a_photo_without_an_ending_is_not_taken_over_and_thrown_away(day):
    answer, = delivered(day, sealed(of(day, "李明", outcome="")))
    assert answer["findings"][0]["id"] == "STAT.004" and not Envelope.objects.exists()


def test_a_photo_of_who_left_is_not_taken_over_and_thrown_away(day):
    answer, = delivered(day, sealed(of(day, "李明", outcome="left", method="")))
    assert answer["findings"][0]["id"] == "STAT.004" and not Envelope.objects.exists()


def test_a_signed_out_station_and_one_of_another_campus_deliver_nothing(day):
    one, client = json.dumps([sealed(of(day, "李明"))]), day.world.client("周操作员")
    day.world.account("周操作员").grants.update(campus=EAST)
    other = client.post(f"/capture/{day.campaign.code}/西山校区/envelopes/", one, content_type="application/json")
    client.post("/sign-out/")
    out = client.post(f"/capture/{day.campaign.code}/{EAST}/envelopes/", one, content_type="application/json")
    assert (other.status_code, out.status_code, Envelope.objects.count()) == (404, 302, 0)


def test_an_act_before_its_code_was_given_out_is_the_word_of_a_wrong_clock(day):
    answer, = delivered(day, sealed(of(day, "李明", at="1970-01-01T00:10:00+00:00")))
    row = Envelope.objects.get()
    assert [f["id"] for f in row.conflicts] == ["STAT.022"] and "1970-01-01 08:10" in answer["conflicts"][0]
    assert row.photo is not None and not Capture.objects.exists() and not Turn.objects.exists()
