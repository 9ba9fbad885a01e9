"""What a student's photo page says first, as a table: must I come, have I been, what now."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from xueji.campaigns.notice import read_notice
from xueji.catalogue.text import Text
from xueji.desks.student.photo_now import Situation, answer, price
from xueji.photos.day.terms import capturing
from xueji.rules.capture import Duty
from xueji.rules.findings import finding
from xueji.rules.windows import Window

OPEN = Window(datetime(2024, 12, 11, tzinfo=UTC), datetime(2024, 12, 17, tzinfo=UTC))
BEFORE, DURING, AFTER = (datetime(2024, 12, day, tzinfo=UTC) for day in (1, 12, 20))
WHY = finding("CAPT.025")


def version(*, counts=False, disputed=False, refused=False):
    return SimpleNamespace(counts=counts, why=finding("CAPT.007", on=date(2024, 11, 26)), capture=SimpleNamespace(open_dispute=disputed, refused=refused))


def situation(duty=Duty.MUST, *, last=None, came=False, over=False, now=BEFORE, verify=OPEN, valid=None) -> Situation:
    return Situation(SimpleNamespace(duty=duty, reason=WHY, why=WHY, valid=valid), None, last, came, over, verify, now)


@pytest.mark.parametrize(("seen", "code", "state"), [
    (situation(Duty.MUST_NOT), "not_called", "idle"),
    (situation(Duty.STANDS), "not_called", "idle"),
    (situation(Duty.LATER, last=version()), "not_called", "idle"),
    (situation(), "must", "back"),
    (situation(Duty.AGAIN), "must", "back"),
    (situation(Duty.MAY), "may", "going"),
    (situation(Duty.MAY, valid=object()), "may", "done"),
    (situation(Duty.MAY, over=True), "may", "going"),
    (situation(over=True), "missed", "late"),
    (situation(Duty.AGAIN, over=True), "missed", "late"),
    (situation(Duty.MAY, last=version(refused=True), valid=object()), "counts", "done"),
    (situation(over=True, came=True), "came", "going"),
    (situation(Duty.MAY, last=version(counts=True), over=True), "counts", "done"),
    (situation(Duty.MAY, last=version(), now=BEFORE), "before_verify", "going"),
    (situation(Duty.MAY, last=version(), now=DURING), "verify", "back"),
    (situation(Duty.MAY, last=version(), now=AFTER), "unverified", "late"),
    (situation(Duty.MAY, last=version(), verify=None), "waits", "going"),
    (situation(Duty.MAY, last=version(disputed=True), now=AFTER), "disputed", "review"),
    (situation(Duty.MAY, last=version(refused=True), now=DURING), "again", "late"),
    (situation(Duty.AGAIN, last=version(), now=DURING), "again", "late"),
])  # fmt: skip
def test_the_first_sentence_follows_from_the_facts(seen, code, state):
    said = answer(seen)
    assert (said.code, said.state) == (code, state)
    assert said.title.zh and said.title.en and said.line.zh and said.line.en


@pytest.mark.parametrize(("notice", "words"), [
    ("2025-bit-photo", Text("20 元（支付宝、现金）", "20 yuan (Alipay, cash)")),
    ("2024-pku-photo", Text("20 元（支付宝、微信）", "20 yuan (Alipay, WeChat Pay)")),
])  # fmt: skip
def test_the_price_names_the_ways_to_pay(notice, words):
    from tests.apps.photos.day import text_of

    assert price(capturing(read_notice(text_of(notice))[0])) == words
