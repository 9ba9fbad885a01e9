"""Signing in: by number in either case, a first password that opens one page and dies, throttling that tells nothing."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.utils import timezone
from tests.world import PASSWORD

from xueji.accounts import throttle
from xueji.accounts.commands import (
    add_staff,
    admit_students,
    change_password,
    choose_language,
    grant_role,
    reset_password,
    reset_staff_password,
    take_role,
)  # fmt: skip
from xueji.accounts.hashers import OpeningDayArgon2
from xueji.accounts.models import Account, SignInFailure
from xueji.accounts.permissions import Permission
from xueji.accounts.queries import actor_for, staff_accounts, staff_of
from xueji.accounts.roles import Role
from xueji.accounts.sessions import SessionStore
from xueji.accounts.sign_in import recognise
from xueji.journal.command import Refused, Scope, Stopped
from xueji.journal.models import Event

pytestmark = pytest.mark.django_db


def new_student(world, first="10001X", until=None):
    account = Account(username="s202409999", name="新生")
    admit_students(world.system(), students=[(account, first)], until=until or world.now + timedelta(days=5), reason="test")
    return Account.objects.get(username="S202409999")


@pytest.mark.parametrize("typed", ["S202401001", "s202401001", " s202401001 "])
def test_the_case_of_the_student_number_does_not_matter(world, typed):
    assert recognise(typed, PASSWORD, world.now) == world.account("李明")


@pytest.mark.parametrize("first", ["10001X", "10001x", " 10001X "])
def test_a_first_password_opens_in_either_case(world, first):
    account = new_student(world)
    assert recognise("S202409999", first, world.now) == account


def test_a_first_password_dies_with_the_campaign_to_the_instant(world):
    account = new_student(world)
    until = account.first_password_until
    assert recognise("S202409999", "10001X", until - timedelta(microseconds=1))
    assert recognise("S202409999", "10001X", until) is None


def test_a_first_password_dies_with_the_first_own_password(world):
    account = new_student(world)
    change_password(world.act("新生"), account, new="a quiet lake 88")
    assert recognise("S202409999", "10001X", world.now) is None
    assert recognise("S202409999", "a quiet lake 88", world.now) == account


def test_a_locked_account_opens_to_nobody(world):
    Account.objects.filter(name="李明").update(is_active=False)
    assert recognise("S202401001", PASSWORD, world.now) is None


@pytest.mark.parametrize(("new", "finding"), [("short", "ACCT.011"), ("password123", "ACCT.012"), ("82736451903", "ACCT.013"), ("S202401001x", "ACCT.014")])
def test_a_weak_password_is_refused_with_its_reason(world, new, finding):
    with pytest.raises(Stopped) as stopped:
        change_password(world.act("李明"), world.account("李明"), new=new)
    assert finding in [f.id for f in stopped.value.findings]


def test_the_first_password_cannot_be_kept(world):
    account = new_student(world, first="X1234567Y90")
    with pytest.raises(Stopped) as stopped:
        change_password(world.act("新生"), account, new="x1234567y90")
    assert [f.id for f in stopped.value.findings] == ["ACCT.015"]


def test_nobody_changes_the_password_of_another(world):
    with pytest.raises(Refused):
        change_password(world.act("王芳"), world.account("李明"), new="a quiet lake 88")


def test_the_own_secretary_resets_and_hands_over_a_code_once(world):
    account = world.account("李明")
    code = reset_password(world.act("王秘书"), account, within=Scope(college="A")).result
    assert recognise("S202401001", PASSWORD, world.now) is None, "the old password is gone"
    assert recognise("S202401001", code.lower(), world.now) == account
    assert recognise("S202401001", code, world.now + timedelta(hours=72)) is None
    assert code not in str(Event.objects.order_by("-seq").values().first())


def test_another_colleges_secretary_never_resets(world):
    with pytest.raises(Refused):
        reset_password(world.act("赵秘书"), world.account("李明"), within=Scope(college="A"))


def test_the_parameters_of_the_hash_are_those_that_were_measured():
    assert (OpeningDayArgon2.memory_cost, OpeningDayArgon2.time_cost, OpeningDayArgon2.parallelism) == (19456, 2, 1)
    assert "m=19456,t=2,p=1" in OpeningDayArgon2().encode("x" * 10, "saltsalt")


def test_the_ninth_try_waits_and_a_success_forgets(world):
    for left in range(7, -1, -1):
        assert throttle.failed("S202401001", "10.0.0.1", world.now) == left
    until = throttle.waiting_until("s202401001", "10.0.0.2", world.now)
    assert until == world.now + throttle.WINDOW
    assert throttle.waiting_until("S202401001", "10.0.0.2", until) is None
    throttle.succeeded("S202401001", "10.0.0.1")
    assert throttle.waiting_until("S202401001", "10.0.0.2", world.now) is None


def test_failures_that_are_old_no_longer_count(world):
    for _ in range(5):
        throttle.failed("S202401001", "10.0.0.1", world.now)
    assert throttle.failed("S202401001", "10.0.0.1", world.now + throttle.WINDOW) == 7


def test_one_address_cannot_try_every_account(world):
    for n in range(throttle.PER_ADDRESS):
        throttle.failed(f"S{n:09}", "10.0.0.1", world.now)
    assert throttle.waiting_until("S202401001", "10.0.0.1", world.now)
    assert throttle.waiting_until("S202401001", "10.0.0.9", world.now) is None


def test_a_success_costs_the_address_nothing_and_forgives_it_nothing(world):
    for n in range(throttle.PER_ADDRESS - 1):
        throttle.failed(f"S{n:09}", "10.0.0.1", world.now)
    for _ in range(3):
        throttle.failed("S202401001", "10.0.0.1", world.now)
        throttle.succeeded("S202401001", "10.0.0.1")
    assert throttle.waiting_until("S202401002", "10.0.0.1", world.now) is None
    throttle.failed("S202401002", "10.0.0.1", world.now)
    assert throttle.waiting_until("S202401003", "10.0.0.1", world.now)


@pytest.mark.parametrize(("one", "other", "same"), [
    ("2001:da8:200::1", "2001:da8:200:0:ffff::7", True), ("2001:da8:200::1", "2001:da8:200:1::1", False),
    ("::ffff:10.0.0.1", "10.0.0.1", True), ("fe80::1%eth0", "fe80::2%eth0", True), ("nonsense", "rubbish", False)])  # fmt: skip
def test_a_host_that_owns_a_whole_network_counts_as_one(world, one, other, same):
    for n in range(throttle.PER_ADDRESS):
        throttle.failed(f"S{n:09}", one, world.now)
    assert bool(throttle.waiting_until("S202401001", other, world.now)) is same


@pytest.mark.django_db(transaction=True)
def test_forty_guesses_at_the_same_instant_are_counted_as_forty():
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection
    from tests.world import build

    now = build().now

    def guess(n: int) -> int:
        try:
            return throttle.failed("S202401001", f"10.0.0.{n}", now)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        left = sorted(crowd.map(guess, range(40)))
    assert left == list(range(-32, 8)), "nobody is told the same number twice; all but eight are turned away unlooked"


def test_the_table_of_failures_holds_neither_names_nor_addresses(world):
    throttle.failed("S202401001", "10.0.0.1", world.now)
    assert not [k for k in SignInFailure.objects.values_list("key", flat=True) if "S2024" in k or "10.0" in k]


def test_a_grant_reaches_as_far_as_its_scope(world):
    secretary, counsellor, registrar = world.actor("王秘书"), world.actor("高辅导员"), world.actor("刘老师")
    assert secretary.may(Permission.CASE_RECEIVE, Scope(college="A", class_number="S240101"))
    assert not secretary.may(Permission.CASE_RECEIVE, Scope(college="B"))
    assert not secretary.may(Permission.CASE_RECEIVE, Scope())
    assert counsellor.may(Permission.CASE_READ, Scope(college="A", class_number="S240101"))
    assert not counsellor.may(Permission.CASE_READ, Scope(college="A", class_number="S240102"))
    assert registrar.may(Permission.CASE_READ, Scope(college="B", class_number="x"))


def test_roles_are_granted_and_taken_back_by_the_registrar_only(world):
    account = world.account("赵秘书")
    with pytest.raises(Refused):
        grant_role(world.act("赵秘书"), account, role=Role.REGISTRAR)
    grant = grant_role(world.act("刘老师"), account, role=Role.SECRETARY, college="A").result
    assert grant_role(world.act("刘老师"), account, role=Role.SECRETARY, college="A").unchanged
    assert actor_for(account).may(Permission.CASE_RECEIVE, Scope(college="A"))
    take_role(world.act("刘老师"), grant)
    assert not actor_for(account).may(Permission.CASE_RECEIVE, Scope(college="A"))


def test_a_new_colleague_gets_a_code_and_chooses_a_password(world):
    account, code = add_staff(world.act("刘老师"), username="t900", name="新同事").result
    assert recognise("T900", code, world.now) == account
    other = reset_staff_password(world.act("刘老师"), account).result
    assert recognise("T900", code, world.now) is None and recognise("T900", other, world.now) == account


def test_the_language_is_remembered(world):
    account = world.account("李明")
    choose_language(world.act("李明"), account, language="en")
    assert choose_language(world.act("李明"), account, language="en").unchanged
    assert world.account("李明").language == "en"


def test_who_may_see_the_staff(world):
    assert not staff_accounts(world.actor("王秘书"))
    assert "王秘书" in {a.name for a in staff_accounts(world.actor("刘老师"))}
    assert [a.name for a in staff_of("A", Role.SECRETARY)] == ["王秘书"]


# the door in the browser, without JavaScript


def sign_in(world, username, password, **more):
    client = world.client()
    return client, client.post("/sign-in/", {"username": username, "password": password}, **more)


def test_the_door_says_the_same_whether_or_not_the_account_exists(world):
    _, wrong = sign_in(world, "S202401001", "nonsense")
    _, nobody = sign_in(world, "S999999999", "nonsense")
    assert "ACCT.001" in wrong.content.decode() and "还可以试 7 次" in wrong.content.decode()
    strip = lambda r, name: r.content.decode().replace(name, "").split("</header>")[1].split("csrfmiddlewaretoken")[0]  # noqa: E731
    assert strip(wrong, "S202401001") == strip(nobody, "S999999999")
    assert "S202401001" in wrong.content.decode(), "what was typed stays"


def test_the_door_closes_after_too_many_tries_with_the_time(world):
    for _ in range(8):
        sign_in(world, "S202401001", "nonsense")
    _, answer = sign_in(world, "S202401001", PASSWORD)
    assert answer.status_code == 429 and "ACCT.002" in answer.content.decode()


def test_a_guess_that_is_one_too_many_is_not_looked_at(world, monkeypatch):
    """As when a hundred arrive together: each passes the door before the others are counted."""
    monkeypatch.setattr(throttle, "waiting_until", lambda *_: None)
    for _ in range(8):
        sign_in(world, "S202401001", "nonsense")
    client, answer = sign_in(world, "S202401001", PASSWORD)
    assert answer.status_code == 429 and client.get("/student/").status_code == 302


def test_who_signs_in_every_minute_never_waits(world):
    for _ in range(12):
        assert sign_in(world, "S202401001", PASSWORD)[1].status_code == 302
    assert SignInFailure.objects.filter(count__gt=0).count() == 0


def test_guessing_the_present_password_at_an_open_screen_is_slowed_down(world):
    client = world.client("李明")
    for _ in range(8):
        assert "ACCT.017" in client.post("/password/", {"present": "x", "new": "a quiet lake 88", "again": "a quiet lake 88"}).content.decode()
    answer = client.post("/password/", {"present": PASSWORD, "new": "a quiet lake 88", "again": "a quiet lake 88"})
    assert "ACCT.002" in answer.content.decode() and recognise("S202401001", PASSWORD, world.now)


def test_a_first_password_that_dies_closes_the_page_it_had_opened(world):
    from django.utils import timezone

    new_student(world, until=timezone.now() + timedelta(days=1))
    client, _ = sign_in(world, "S202409999", "10001x")
    Account.objects.filter(username="S202409999").update(first_password_until=timezone.now())
    answer = client.post("/password/", {"new": "a quiet lake 88", "again": "a quiet lake 88"})
    assert answer.headers["Location"] == "/sign-in/"
    assert recognise("S202409999", "a quiet lake 88", timezone.now()) is None


def test_a_reset_a_lock_and_a_new_password_end_every_other_session(world):
    account = world.account("李明")
    phone, library = world.client("李明"), world.client("李明")
    phone.post("/password/", {"present": PASSWORD, "new": "a quiet lake 88", "again": "a quiet lake 88"})
    assert phone.get("/student/").status_code == 200 and library.get("/student/").status_code == 302
    code = reset_password(world.act("王秘书"), account, within=Scope(college="A")).result
    assert phone.get("/student/").status_code == 302
    stranger = world.client()
    stranger.force_login(world.account("李明"))
    reset_password(world.act("王秘书"), world.account("李明"), within=Scope(college="A"))
    assert stranger.get("/password/").status_code == 302, "a second code ends what the first one opened"
    assert recognise("S202401001", code, world.now) is None
    other = world.client("王芳")
    Account.objects.filter(name="王芳").update(is_active=False)
    assert other.get("/student/").status_code == 302


def test_signing_in_gives_the_session_another_name(world):
    client = world.client()
    client.get("/sign-in/")
    client.session.save()
    planted = client.session.session_key
    client.cookies["sessionid"] = planted or "planted"
    client.post("/sign-in/", {"username": "S202401001", "password": PASSWORD})
    assert client.cookies["sessionid"].value not in {planted, "planted"}


def test_a_first_password_opens_nothing_but_the_page_that_replaces_it(world):
    from django.utils import timezone

    new_student(world, until=timezone.now() + timedelta(days=1))
    client, answer = sign_in(world, "S202409999", "10001x")
    assert answer.headers["Location"] == "/password/"
    assert client.get("/student/").headers["Location"] == "/password/"
    refused = client.post("/password/", {"new": "a quiet lake 88", "again": "a quiet lake 89"})
    assert "ACCT.016" in refused.content.decode()
    assert client.post("/password/", {"new": "a quiet lake 88", "again": "a quiet lake 88"}).headers["Location"] == "/"
    assert client.get("/", follow=False).headers["Location"] == "/student/"


def test_changing_the_password_later_asks_for_the_present_one(world):
    client = world.client("李明")
    answer = client.post("/password/", {"present": "wrong", "new": "a quiet lake 88", "again": "a quiet lake 88"})
    assert "ACCT.017" in answer.content.decode()
    client.post("/password/", {"present": PASSWORD, "new": "a quiet lake 88", "again": "a quiet lake 88"})
    assert recognise("S202401001", "a quiet lake 88", world.now)


def test_a_password_that_is_weak_and_typed_differently_hears_both_at_once(world):
    said = world.client("李明").post("/password/", {"present": PASSWORD, "new": "short", "again": "shirt"}).content.decode()
    assert "ACCT.016" in said and "ACCT.011" in said


def test_the_door_sends_nobody_to_another_site(world):
    client = world.client()
    answer = client.post("/sign-in/", {"username": "S202401001", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(("who", "desk"), [("李明", "/student/"), ("王秘书", "/college/"), ("高辅导员", "/college/"), ("陈院长", "/college/"), ("刘老师", "/registry/"), ("周操作员", "/capture/")])
def test_everybody_comes_to_the_own_desk(world, who, desk):
    assert world.client(who).get("/").headers["Location"] == desk


def test_signing_out_takes_a_post(world):
    client = world.client("李明")
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/").headers["Location"] == "/sign-in/"


def test_failures_older_than_the_window_are_taken_away(world):
    throttle.failed("S202401001", "10.0.0.1", world.now)
    assert throttle.forget_old(world.now) == 0
    assert throttle.forget_old(world.now + throttle.WINDOW) == 2 and not SignInFailure.objects.exists()


def test_a_role_that_is_taken_or_given_counts_at_the_very_next_request(world):
    client, account = world.client("刘老师"), world.account("刘老师")
    assert client.get("/registry/").status_code == 200
    held = [(grant.role, grant.college, grant.campus, grant.class_number) for grant in account.grants.all()]
    account.grants.all().delete()
    assert client.get("/registry/").status_code == 404
    for role, college, campus, class_number in held:
        account.grants.create(role=role, college=college, campus=campus, class_number=class_number)
    assert client.get("/registry/").status_code == 200


def test_who_is_made_inactive_or_gets_another_password_is_signed_out_at_once(world):
    for changed in ({"is_active": False}, {"password": "!"}):
        client = world.client("王秘书")
        assert client.get("/college/").status_code == 200
        before = {name: getattr(world.account("王秘书"), name) for name in changed}
        Account.objects.filter(name="王秘书").update(**changed)
        assert client.get("/college/").status_code == 302, changed
        Account.objects.filter(name="王秘书").update(**before)


def test_a_session_that_has_ended_opens_nothing(world):
    client = world.client("刘老师")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/registry/").status_code == 302
    client.cookies["sessionid"] = "never-given-to-anybody"
    assert client.get("/registry/").status_code == 302


def test_somebody_signed_in_is_recognised_by_two_questions(world, django_assert_num_queries, rf):
    client, request = world.client("刘老师"), rf.get("/")
    request.session = SessionStore(client.cookies["sessionid"].value)
    with django_assert_num_queries(2):
        assert actor_for(get_user(request)).holds(Permission.CAMPAIGN_MANAGE)
