"""A message reaches people in their language, says nothing personal, and leaves a proof for every one of them."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core import mail

from xueji.accounts.models import Account, Grant
from xueji.accounts.queries import SystemActor, actor_for
from xueji.catalogue.text import Text
from xueji.journal.command import Act, Refused, Scope, Stopped
from xueji.journal.models import Event
from xueji.notify.commands import acknowledge_message, note_attempts, open_message, send_message, send_on
from xueji.notify.models import Delivery, Message
from xueji.notify.queries import (
    inbox_for,
    message_by_code,
    messages_of,
    own_delivery,
    reach_counts,
    reach_for,
    unread_count,
    waiting_mail,
)
from xueji.notify.sending import send_to_many
from xueji.notify.tasks import send_all, send_what_waits
from xueji.notify.terms import KINDS, Kind, Notice, Reach, Recipient, clock, worded, wording

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 9, 7, 4, 0, tzinfo=UTC)
CLOSES = datetime(2024, 9, 10, 9, 0, tzinfo=UTC)
SYSTEM = SystemActor("registry")
N1 = Notice(
    campaign="2024-postgraduate-enrolment",
    number="研通知[2024]53号",
    title=Text("2024级研究生新生信息采集", "Information of the postgraduates of 2024"),
    school=Text("东湖理工大学", "Donghu University of Technology"),
    contact=Text("研究生院 010-5555 0100", "Graduate School 010-5555 0100"),
    closes=CLOSES,
    path="/student/",
)


def act(by=SYSTEM, at=NOON):
    return Act(by, at, "registry")


def student(username, name="李明", email="", language="zh-hans", college="A", class_number="A2401"):
    account = Account.objects.create(username=username, name=name, email=email, language=language, kind="student")
    return account, Recipient(account.pk, Scope(college=college, class_number=class_number, account=f"account:{account.pk}"))


def staff(username, role="secretary", **where):
    account = Account.objects.create(username=username, name=username, kind="staff")
    Grant.objects.create(account=account, role=role, **where)
    return actor_for(account)


def sent(people, kind=Kind.NOTICE, at=NOON, by=SYSTEM, **more):
    return send_message(act(by, at), N1, kind, people, **more).result


# ------------------------------------------------------------------ what is said


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_words_in_both_languages(kind):
    assert set(wording()) == {*Kind, "every_message"} and set(KINDS) == set(Kind)
    subject, body = worded(kind, N1, "http://x/n/ABC234")
    for lang in ("zh", "en"):
        assert N1.title.in_(lang) in subject.in_(lang) and "{" not in subject.in_(lang) + body.in_(lang)
        assert N1.number in body.in_(lang) and "http://x/n/ABC234" in body.in_(lang) and N1.contact.in_(lang) in body.in_(lang)
        assert not set("!！") & set(subject.in_(lang) + body.in_(lang)) and "抱歉" not in body.in_(lang)


def test_times_are_those_of_beijing_and_midnight_is_2400():
    assert clock(CLOSES, english=False) == "北京时间 2024年9月10日（周二）17:00"
    assert clock(datetime(2024, 9, 10, 15, 59, 59, tzinfo=UTC), english=True) == "Tuesday 10 September 2024, 24:00 (Beijing time)"


def test_a_message_arrives_in_the_inbox_and_by_mail_in_the_language_of_the_reader():
    li, r1 = student("S1", email="li@example.edu.cn")
    anna, r2 = student("S2", "Anna", "anna@example.org", "en")
    message, notes = sent([r1, r2])
    assert notes == [] and unread_count(actor_for(li)) == 1
    by_address = {one.to[0]: one for one in mail.outbox}
    assert by_address["li@example.edu.cn"].subject.startswith("【东湖理工大学】研通知[2024]53号")
    assert "Where the two differ, the Chinese text prevails" in by_address["anna@example.org"].body
    for one in mail.outbox:
        assert f"/n/{message.code}" in one.body
        for personal in ("李明", "Anna", "S1", "S2"):
            assert personal not in one.subject + one.body
    assert Event.objects.filter(kind="message.sent").get().detail["people"] == 2


def test_a_long_title_cannot_smuggle_a_header_into_the_mail():
    _, one = student("S1", email="li@example.edu.cn")
    send_message(
        act(),
        Notice(**{**{f: getattr(N1, f) for f in N1.__slots__}, "title": Text("标题\nBcc: x@y.z", "t\nBcc: x@y.z")}),
        Kind.NOTICE,
        [one],
    )
    assert "\n" not in mail.outbox[0].subject and mail.outbox[0].message()["Bcc"] is None


def test_the_code_of_a_message_can_be_typed_by_anybody():
    _, one = student("S1")
    message, _ = sent([one])
    assert message_by_code(f" {message.code[:3].lower()}-{message.code[3:].lower()} ") == message
    assert message_by_code("") is None and message_by_code("NOSUCH") is None


# ------------------------------------------------------------------ who, and how often


def test_a_reminder_goes_once_a_day_and_person():
    _, r1 = student("S1")
    _, r2 = student("S2")
    sent([r1], Kind.REMINDER)
    message, notes = sent([r1, r2], Kind.REMINDER, NOON + timedelta(hours=11))
    assert set(message.deliveries.values_list("account", flat=True)) == {r2.account} and [n.id for n in notes] == ["MSG.003"]
    with pytest.raises(Stopped) as nobody:
        sent([r1, r2], Kind.REMINDER, NOON + timedelta(hours=11, minutes=30))
    assert [f.id for f in nobody.value.findings] == ["MSG.001"]
    sent([r1, r2], Kind.REMINDER, NOON + timedelta(hours=12))  # 24:00 in Beijing: another day


def test_a_message_to_nobody_is_refused():
    with pytest.raises(Stopped) as nobody:
        sent([])
    assert [f.id for f in nobody.value.findings] == ["MSG.002"] and not Message.objects.exists()


def test_a_scheduled_message_goes_once_per_occasion():
    _, one = student("S1")
    first, _ = sent([one], Kind.REMINDER, occasion="closes:3")
    second, _ = sent([one], Kind.REMINDER, at=NOON + timedelta(days=1), occasion="closes:3")
    assert first == second and Delivery.objects.filter(way="app").count() == 1


def test_a_secretary_writes_to_the_own_college_only():
    wang = staff("W1", college="A")
    _, of_a = student("S1", college="A")
    _, of_b = student("S2", college="B")
    sent([of_a], by=wang, scope=Scope(college="A"))
    with pytest.raises(Refused):
        sent([of_b], by=wang, scope=Scope(college="B"))
    with pytest.raises(ValueError, match="outside"):
        sent([of_a, of_b], by=wang, scope=Scope(college="A"))


def many(count):
    rows = Account.objects.bulk_create(Account(username=f"S{n}", name="x", kind="student", email=f"s{n}@x.cn") for n in range(count))
    return [Recipient(account.pk, Scope(college="A")) for account in rows]


def test_many_are_told_in_parts_and_nobody_saves_behind_all_of_them(django_assert_max_num_queries, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    heard = []
    with django_assert_max_num_queries(120):
        sent_to = send_to_many(act(), N1, Kind.NOTICE, many(650), occasion="v1", tell=lambda done, total: heard.append((done, total)))
    assert sent_to.people == 650 and Delivery.objects.filter(way="app").count() == 650 == waiting_mail(NOON).count()
    assert heard == [(200, 650), (400, 650), (600, 650)]
    assert [e["people"] for e in Event.objects.filter(kind="message.sent").order_by("seq").values_list("detail", flat=True)] == [
        200,
        200,
        200,
        50,
    ]


def test_an_interrupted_message_goes_on_where_it_stopped(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    people = many(450)

    def power_fails(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_to_many(act(), N1, Kind.NOTICE, people, occasion="v1", tell=power_fails)
    assert Delivery.objects.filter(way="app").count() == 400
    assert send_to_many(act(), N1, Kind.NOTICE, people, occasion="v1").people == 50
    assert Delivery.objects.filter(way="app").count() == 450 and Message.objects.count() == 1
    with pytest.raises(ValueError, match="outside"):
        send_on(act(), Message.objects.get(), people, scope=Scope(college="B"))


# ------------------------------------------------------------------ opened, acknowledged, proved


def test_opening_and_acknowledging_are_noted_once_and_only_by_the_reader():
    li, r1 = student("S1")
    other, _ = student("S2")
    message, _ = sent([r1])
    with pytest.raises(Delivery.DoesNotExist):
        own_delivery(actor_for(other), message.pk)
    with pytest.raises(Delivery.DoesNotExist):
        own_delivery(actor_for(li), "nonsense")
    his = own_delivery(actor_for(li), message.pk)
    with pytest.raises(Refused):
        open_message(act(actor_for(other)), his)
    open_message(act(actor_for(li), NOON + timedelta(hours=1)), his)
    assert open_message(act(actor_for(li), NOON + timedelta(hours=2)), his).unchanged
    acknowledge_message(act(actor_for(li), NOON + timedelta(hours=3)), his)
    assert acknowledge_message(act(actor_for(li)), his).unchanged
    his.refresh_from_db()
    assert (his.opened_at, his.acknowledged_at) == (NOON + timedelta(hours=1), NOON + timedelta(hours=3))
    assert unread_count(actor_for(li)) == 0


def test_the_staff_see_who_was_never_reached(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    accounts = {}
    people = []
    for username, email in (("READ", "a@x.cn"), ("KNOWS", ""), ("MAILED", "b@x.cn"), ("LOST", ""), ("OTHER", "")):
        accounts[username], one = student(username, email=email, college="B" if username == "OTHER" else "A")
        people.append(one)
    message, _ = sent(people)
    for name, done in (("READ", open_message), ("KNOWS", acknowledge_message)):
        viewer = actor_for(accounts[name])
        done(act(viewer), own_delivery(viewer, message.pk))
    wang = staff("W1", college="A")
    proof = {one.username: one.reach for one in reach_for(wang, N1.campaign)}
    assert proof == {"LOST": Reach.UNREACHED, "MAILED": Reach.SENT, "READ": Reach.OPENED, "KNOWS": Reach.ACKNOWLEDGED}
    assert [one.username for one in reach_for(wang, N1.campaign)][0] == "LOST"
    [lost] = reach_for(wang, N1.campaign, reach=Reach.UNREACHED)
    assert lost.failure.zh == "没有登记邮箱"
    assert reach_for(staff("C1", "counsellor", college="A", class_number="A2402"), N1.campaign) == []
    counts = reach_counts(SYSTEM, N1.campaign)
    assert {college: dict(+counted) for college, counted in counts.items()} == {
        "A": {Reach.ACKNOWLEDGED: 1, Reach.OPENED: 1, Reach.SENT: 1, Reach.UNREACHED: 1}, "B": {Reach.UNREACHED: 1},
    }  # fmt: skip
    assert list(messages_of(wang, N1.campaign)) == [message]
    assert reach_for(actor_for(accounts["READ"]), N1.campaign) == []


@pytest.mark.parametrize("size", [1, 3])
def test_the_proof_costs_one_query_however_many_there_are(size, django_assert_num_queries):
    sent([student(f"S{n}")[1] for n in range(size)])
    viewer = staff("W1", college="A")
    with django_assert_num_queries(1):
        assert len(reach_for(viewer, N1.campaign)) == size


@pytest.mark.parametrize("size", [1, 3])
def test_the_inbox_costs_one_query_however_many_there_are(size, django_assert_num_queries):
    account, one = student("S1")
    for _ in range(size):
        sent([one])
    viewer = actor_for(account)
    with django_assert_num_queries(1):
        assert [d.message.subject.zh for d in inbox_for(viewer)]


# ------------------------------------------------------------------ a real mail server


class Server:
    """A mail server that knows one person, greylists another, and refuses the rest."""

    def __init__(self):
        self.received = []
        self.busy = True

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("grey") and self.busy:
            return "451 4.7.1 Greylisted, try again in five minutes"
        if address.startswith("nobody"):
            return f"550 5.1.1 <{address}>: no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def smtp(settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    settings.DEFAULT_FROM_EMAIL = "学籍 <xueji@school.edu.cn>"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    yield handler
    controller.stop()


def post(at):
    return send_all(lambda: act(SystemActor("post"), at), lambda tried: None)


def test_a_real_server_takes_refuses_and_postpones(smtp):
    _, r1 = student("S1", email="li@example.edu.cn")
    _, r2 = student("S2", email="nobody@example.edu.cn")
    grey, r3 = student("S3", email="grey@example.edu.cn")
    sent([r1, r2, r3])
    assert smtp.received == [] and waiting_mail(NOON).count() == 3
    assert post(NOON) == 3
    by_name = {d.account.username: d for d in Delivery.objects.filter(way="email").select_related("account")}
    assert by_name["S1"].sent_at == NOON and by_name["S1"].failed_at is None
    assert (by_name["S2"].failure, by_name["S2"].server_code) == ("refused", "550 5.1.1")
    assert by_name["S3"].next_attempt_at == NOON + timedelta(minutes=5) and by_name["S3"].failed_at is None
    sender, to, content = smtp.received[0]
    assert sender == "xueji@school.edu.cn" and to == ["li@example.edu.cn"]
    assert f"<xueji.{by_name['S1'].reference.hex}@school.edu.cn>".encode() in content and b"auto-generated" in content
    assert "nobody@" not in str(list(Delivery.objects.values())) + str(list(Event.objects.values("detail")))
    smtp.busy = False
    assert post(NOON + timedelta(minutes=4)) == 0
    assert post(NOON + timedelta(minutes=5)) == 1
    assert Delivery.objects.get(account=grey, way="email").sent_at == NOON + timedelta(minutes=5)


def test_a_server_that_stays_away_is_given_up_after_a_day_and_the_person_counts_as_unreached(smtp, settings):
    settings.EMAIL_PORT = 1
    account, one = student("S1", email="li@example.edu.cn")
    sent([one])
    at, tries = NOON, 0
    while waiting := waiting_mail(at + timedelta(days=3)).first():
        at = waiting.next_attempt_at
        tries += post(at)
    delivery = Delivery.objects.get(account=account, way="email")
    assert (tries, delivery.failure) == (6, "gave_up") and timedelta(hours=20) < at - NOON < timedelta(hours=36)
    [proof] = reach_for(SYSTEM, N1.campaign)
    assert proof.reach is Reach.UNREACHED and proof.failure.en == "given up after several tries"


def test_mail_that_waits_is_sent_by_the_calendar(smtp):
    from django_tasks_db.models import DBTaskResult

    _, one = student("S1", email="li@example.edu.cn")
    send_what_waits(NOON)
    assert not DBTaskResult.objects.exists()
    sent([one])
    send_what_waits(NOON)
    assert DBTaskResult.objects.count() == 1


def test_a_mail_taken_by_one_worker_is_not_sent_by_another(smtp):
    from xueji.notify.commands import take_waiting

    _, one = student("S1", email="li@example.edu.cn")
    sent([one])
    assert len(take_waiting(NOON)) == 1 and take_waiting(NOON) == []
    assert len(take_waiting(NOON + timedelta(minutes=21))) == 1  # the first worker died with it
    assert note_attempts(act(), []).unchanged


def test_without_a_mail_server_nothing_waits_for_one(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    _, one = student("S1", email="li@example.edu.cn")
    sent([one])
    assert not Delivery.objects.filter(way="email").exists()
