"""What another process changes is seen at the next request; what a request does to its copy stays with it."""

import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, connections

from xueji.accounts.last_seen import LastSeen
from xueji.accounts.models import Account, Grant
from xueji.accounts.queries import with_grants
from xueji.campaigns.models import Campaign
from xueji.campaigns.queries import campaign_of

pytestmark = pytest.mark.django_db

ELSEWHERE = {
    "the role is taken away": (lambda who: Grant.objects.filter(account=who).delete(), 404),
    "the role is moved to another college": (lambda who: Grant.objects.filter(account=who).update(college="B"), 200),
    "the account is locked": (lambda who: Account.objects.filter(pk=who.pk).update(is_active=False), 302),
    "the account is gone": (lambda who: Account.objects.filter(pk=who.pk).delete(), 302),
    "the password is another": (lambda who: Account.objects.filter(pk=who.pk).update(password="argon2$another"), 302),
    "the session is ended": (lambda who: Session.objects.all().delete(), 302),
    "the session is over": (lambda who: Session.objects.update(expire_date="2000-01-01 00:00:00+00:00"), 302),
    "the session is damaged": (lambda who: Session.objects.update(session_data="garbage"), 302),
    "an own password is to be chosen": (lambda who: Account.objects.filter(pk=who.pk).update(first_password_digest="x"), 302),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_what_another_process_changes_is_seen_at_the_next_request(world, what):
    change, answer = ELSEWHERE[what]
    client = world.client("王秘书")
    pages = [client.get("/college/receive/") for _ in range(3)]
    assert [page.status_code for page in pages] == [200] * 3
    change(world.account("王秘书"))
    assert client.get("/college/receive/").status_code == answer
    if answer == 200:
        assert {grant.college for grant in with_grants(world.account("王秘书").pk).held_grants} == {"B"}


def test_a_language_chosen_elsewhere_is_spoken_at_the_next_request(world):
    account = world.account("王秘书")
    assert with_grants(account.pk).language == "zh-hans"
    Account.objects.filter(pk=account.pk).update(language="en")
    assert with_grants(account.pk).language == "en"


def test_a_notice_closed_or_supplemented_elsewhere_is_seen_at_once(world):
    held = campaign_of(world.campaign.code)
    Campaign.objects.update(closes=held.closes + timedelta(days=3), version=2)
    now = campaign_of(held.code)
    assert (now.closes - held.closes, now.version) == (timedelta(days=3), 2)


def test_what_a_request_does_to_its_copy_stays_with_it(world):
    pk = world.account("王秘书").pk
    with_grants(pk)
    mine = with_grants(pk)
    mine.name, mine.held_grants = "somebody else", ()
    assert with_grants(pk).name == "王秘书" and with_grants(pk).held_grants


def test_what_is_remembered_has_an_end(world):
    seen = LastSeen("SELECT id FROM accounts_account WHERE id = %s", lambda rows: Account(pk=rows[0]["id"]), most=2)
    for pk in [*Account.objects.values_list("pk", flat=True)] * 2:
        assert seen(pk).pk == pk
    assert len(seen._seen) == 2


def test_a_cookie_with_a_null_in_it_is_nobodys(world, client):
    answer = client.get("/college/receive/", headers={"cookie": 'sessionid="abcdefghijkl\\000mnopqrst"'})
    assert answer.status_code == 302


@pytest.mark.only_on("postgresql", "SQLite keeps no plans")
@pytest.mark.django_db(transaction=True)
def test_a_migration_that_adds_a_column_stops_no_worker_that_runs(world):
    def elsewhere(statement):
        def run():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    account, code = world.account("王秘书"), world.campaign.code
    tables = ("accounts_account", "campaigns_campaign")
    for _ in range(6):  # often enough for its plan to be kept
        assert with_grants(account.pk) == account and campaign_of(code).code == code
    for table in tables:
        elsewhere(f"ALTER TABLE {table} ADD COLUMN of_a_later_version integer")
    try:
        for _ in range(6):
            assert with_grants(account.pk) == account and campaign_of(code).code == code
    finally:
        connection.close()
        for table in tables:
            elsewhere(f"ALTER TABLE {table} DROP COLUMN of_a_later_version")
