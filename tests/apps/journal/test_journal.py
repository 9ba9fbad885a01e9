"""The journal: one event for every write, never changed, a broken chain named."""

import contextlib
import threading
from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import SystemActor
from xueji.cli.main import main
from xueji.journal import queries
from xueji.journal.chain import digest, first_bad_row
from xueji.journal.command import Act, Change, Refused, Stopped, command, undoable
from xueji.journal.models import Event
from xueji.journal.wording import worded
from xueji.records.commands import declare_college, declare_school
from xueji.records.models import College

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 9, 5, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
ACT = Act(SystemActor("测试"), NOW, "cli")


def two_events():
    declare_college(ACT, code="X1", name="甲学院")
    declare_school(ACT, code="10005", name="某大学", name_en="Some University")


def test_every_write_leaves_an_event_with_a_sentence():
    two_events()
    first, second = Event.objects.all()
    assert (first.kind, first.subject, first.actor, first.college) == ("college.declared", "college:X1", "system:测试", "X1")
    assert second.previous == first.hash
    assert worded(first).sentence.zh == "登记了学院信息"


def test_doing_the_same_again_writes_nothing():
    declare_college(ACT, code="X1", name="甲学院")
    assert declare_college(ACT, code="X1", name="甲学院").unchanged
    assert Event.objects.count() == 1


@pytest.mark.parametrize("statement", ["UPDATE journal_event SET actor = 'x'", "DELETE FROM journal_event", "UPDATE journal_event SET detail = '{}' WHERE seq > 0"])
def test_plain_sql_cannot_change_or_delete_an_event(statement):
    two_events()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 2


def test_plain_sql_cannot_empty_the_journal():
    two_events()
    reason = "never changed" if connection.vendor == "postgresql" else "syntax error"  # SQLite has no TRUNCATE
    with pytest.raises(DatabaseError, match=reason), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE journal_event")
    assert Event.objects.count() == 2


def test_the_orm_cannot_change_or_delete_an_event_either():
    two_events()
    event = Event.objects.first()
    event.actor = "somebody else"
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.all().delete()


def rows():
    two_events()
    declare_college(ACT, code="X2", name="乙学院")
    return [SimpleNamespace(**{f.name: getattr(e, f.name) for f in Event._meta.fields}) for e in Event.objects.order_by("seq")]


def test_a_whole_chain_is_whole():
    assert first_bad_row(rows()) is None
    assert queries.broken_at() is None


@pytest.mark.parametrize("column", ["kind", "actor", "actor_label", "desk", "subject", "college", "account"])
def test_a_changed_column_is_found_at_its_row(column):
    chain = rows()
    setattr(chain[1], column, "other")
    assert first_bad_row(chain)[0] == chain[1].seq


def test_a_changed_time_or_detail_is_found():
    chain = rows()
    chain[2].detail = {"columns": ["other"]}
    assert first_bad_row(chain)[0] == chain[2].seq


def test_a_removed_row_is_found_at_the_row_after_it():
    chain = rows()
    assert first_bad_row([chain[0], chain[2]]) == (chain[2].seq, "the link to the row before is broken: a row was removed, inserted or moved")


def test_a_row_rewritten_with_a_fitting_hash_breaks_the_next_link():
    chain = rows()
    chain[0].actor = "system:forger"
    chain[0].hash = digest(chain[0], chain[0].previous)
    assert first_bad_row(chain)[0] == chain[1].seq


def tamper(statement):
    """What somebody with the right to take triggers away could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER journal_refuses_update")
        cursor.execute(statement)


def test_verify_on_the_command_line_names_the_first_bad_row():
    chain = rows()
    whole = CliRunner().invoke(main, ["journal", "verify"])
    assert whole.exit_code == 0 and chain[-1].hash in whole.output
    tamper(f"UPDATE journal_event SET actor_label = '别人' WHERE seq = {chain[1].seq}")
    broken = CliRunner().invoke(main, ["journal", "verify"])
    assert broken.exit_code == 1 and f"row {chain[1].seq}" in broken.output


def test_a_hash_noted_elsewhere_shows_that_the_end_was_cut_off():
    chain = rows()
    assert CliRunner().invoke(main, ["journal", "verify", "--head", chain[-1].hash]).exit_code == 0
    assert CliRunner().invoke(main, ["journal", "verify", "--head", "f" * 64]).exit_code == 1


def test_a_command_that_stops_or_is_refused_writes_nothing(world):
    before = Event.objects.count()
    with pytest.raises(Refused):
        declare_college(world.act("李明"), code="Z", name="李明学院")

    @command(needs=Permission.GRANT_ROLES, records="college.declared")
    def write_then_stop(act):
        """Writes half, then stops."""
        declare_college(act, code="Z", name="半途学院")
        raise Stopped([])

    with pytest.raises(Stopped):
        write_then_stop(ACT)
    assert Event.objects.count() == before


def test_what_was_undone_inside_a_command_leaves_no_event_and_the_rest_keeps_its_order():
    @command(needs=Permission.GRANT_ROLES, records="school.declared")
    def write_and_undo(act):
        """Writes, undoes a part, writes on."""
        declare_college(act, code="Z1", name="一学院")
        with contextlib.suppress(Stopped), undoable():
            declare_college(act, code="Z2", name="二学院")
            raise Stopped([])
        with contextlib.suppress(Stopped), undoable():
            write_then_stop(act)
        declare_college(act, code="Z4", name="四学院")
        return Change("school:all")

    @command(needs=Permission.GRANT_ROLES, records="school.declared")
    def write_then_stop(act):
        """Writes half, then stops."""
        declare_college(act, code="Z3", name="三学院")
        raise Stopped([])

    write_and_undo(ACT)
    assert [event.subject for event in Event.objects.all()] == ["college:Z1", "college:Z4", "school:all"]
    assert College.objects.filter(code__startswith="Z").count() == 2
    assert queries.broken_at() is None
    declare_college(ACT, code="Z5", name="五学院")
    assert Event.objects.count() == 4, "nothing was left over for the next command"


def test_a_command_that_goes_on_after_another_has_stopped_without_undoing_it_can_write_nothing():
    @command(needs=Permission.GRANT_ROLES, records="school.declared")
    def write_on(act):
        """Swallows that a part stopped half way."""
        with contextlib.suppress(Stopped):
            write_then_stop(act)
        declare_college(act, code="Z7", name="七学院")
        return Change("school:all")

    @command(needs=Permission.GRANT_ROLES, records="school.declared")
    def write_then_stop(act):
        """Writes half, then stops."""
        declare_college(act, code="Z6", name="六学院")
        raise Stopped([])

    with pytest.raises(TransactionManagementError):
        write_on(ACT)
    assert not Event.objects.exists() and not College.objects.filter(code__startswith="Z").exists()


def test_the_events_of_a_command_cost_two_statements_however_many_they_are():
    @command(needs=Permission.GRANT_ROLES, records="school.declared")
    def declare_many(act, names):
        """Declares colleges one by one."""
        for name in names:
            declare_college(act, code=name, name=name)
        return Change("school:all")

    def statements(names):
        with CaptureQueriesContext(connection) as asked:
            declare_many(ACT, names)
        return [one["sql"] for one in asked if "journal" in one["sql"]]

    assert len(statements(["A1"])) == len(statements(["B1", "B2", "B3"])) == 2


def test_an_event_kind_without_a_sentence_is_refused_when_the_command_is_declared():
    with pytest.raises(LookupError):
        command(needs=Permission.GRANT_ROLES, records="nobody.wrote_this")(lambda act: Change("x"))


def test_an_act_needs_a_time_with_its_zone():
    with pytest.raises(ValueError, match="zone"):
        Act(SystemActor("x"), datetime(2024, 9, 5), "cli")


def test_who_may_read_which_events(world):
    declare_college(world.system(), code="A", name="计算机学院", phone="1")
    declare_college(world.system(), code="B", name="化学与化工学院", phone="2")
    subjects = {who: {e.subject for e in queries.events_for(world.actor(who), college=college)}
                for who, college in (("刘老师", ""), ("王秘书", "A"), ("赵秘书", "A"), ("李明", ""))}  # fmt: skip
    assert subjects["刘老师"] >= {"college:A", "college:B"}
    assert subjects["王秘书"] == {"college:A"}
    assert subjects["赵秘书"] == set() and subjects["李明"] == set()


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain():
    def write(number):
        declare_college(ACT, code=f"N{number}", name=f"第{number}学院")
        connections.close_all()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queries.broken_at() is None
    assert Event.objects.count() == 8


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_several_commands_that_stand_or_fall_together_hold_the_chain_at_their_end_only():
    """Held from the first command on, the chain and the second command's row would wait for each other."""
    for n in (1, 2):
        declare_college(ACT, code=f"R{n}", name=f"第{n}学院")
    problems, begun, waited = [], threading.Event(), threading.Event()

    def many():
        with undoable():
            declare_college(ACT, code="R1", name="甲")
            begun.set()
            waited.wait(1)
            declare_college(ACT, code="R2", name="乙")

    def one():
        begun.wait(5)
        declare_college(ACT, code="R2", name="丙")
        waited.set()

    def at_a_desk(work):
        try:
            work()
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    desks = [threading.Thread(target=at_a_desk, args=(work,)) for work in (many, one)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    assert not problems, problems
    assert queries.broken_at() is None
