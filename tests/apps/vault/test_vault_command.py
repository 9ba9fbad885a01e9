"""What an operator does with keys and files at the command line, on a ring in real files."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from xueji.accounts.queries import SystemActor
from xueji.cli.vault import vault
from xueji.journal.command import Act, Scope
from xueji.journal.models import Event
from xueji.vault import keys, marks, store
from xueji.vault.commands import index_anew, store_file
from xueji.vault.models import KeyMark, VaultFile
from xueji.vault.queries import file_for, read_file

NOON = datetime(2024, 9, 10, 4, 0, tzinfo=UTC)
SYSTEM = SystemActor("operator")
PDF = b"%PDF-1.7\n" + b"one page " * 20 + b"\n%%EOF"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ring(settings, tmp_path):
    settings.XUEJI_HOME = tmp_path
    settings.XUEJI_KEYS = tmp_path / "keys"
    keys.forget_cached_keys()
    KeyMark.objects.all().delete()
    marks.after_migrate(None, using="default")
    yield tmp_path / "keys"
    keys.forget_cached_keys()


def kept(**more):
    act = Act(SYSTEM, NOON, "cli")
    return store_file(act, PDF, purpose="evidence", scope=Scope(college="A"), title="身份证.pdf", **more).result


def says(*words, fails=False):
    answer = CliRunner().invoke(vault, list(words))
    assert (answer.exit_code != 0) is fails, answer.output + str(answer.exception)
    return answer.output


def test_a_new_key_seals_everything_and_the_old_one_may_leave(ring):
    file = kept()
    says("rotate")
    table = says("keys")
    assert "2\t1\t1\t当前 current" in table and "1\t0\t0\t可以移走 may leave the ring" in table
    (ring / "1.key").unlink()
    KeyMark.objects.filter(number=1).delete()
    keys.forget_cached_keys()
    assert read_file(SYSTEM, file.pk) == PDF and file_for(SYSTEM, file.pk).title == "身份证.pdf"
    says("rotate", "--same-key")
    assert sorted(keys.read_keys(ring)) == [0, 2]


def test_a_missing_key_is_named(ring):
    kept()
    says("rotate")
    (ring / "2.key").unlink()
    keys.forget_cached_keys()
    assert "2.key" in says("keys", fails=True)


def test_the_index_key_is_replaced_with_everything_that_it_made(ring):
    file = kept()
    before, old = bytes(file.digest), (ring / "0.key").read_text()
    assert "重建索引" in says("rotate", "--index")
    file.refresh_from_db()
    assert bytes(file.digest) != before and (ring / "0.key").read_text() != old
    assert not (ring / "0.key.next").exists() and marks.problem() == ""
    assert "完好" in says("verify")
    assert Event.objects.filter(kind="vault.index_key_replaced").count() == 1


def test_a_replacement_that_was_interrupted_is_finished_by_the_next_run(ring):
    file = kept()
    index_anew(Act(SYSTEM, NOON, "cli"), keys.prepare_index_key(ring))  # the power fails before the file is renamed
    assert "0.key" in marks.problem()
    says("rotate", "--index")
    file.refresh_from_db()
    assert marks.problem() == "" and "完好" in says("verify")
    assert Event.objects.filter(kind="vault.index_key_replaced").count() == 1


def test_a_damaged_and_a_lost_file_are_named(ring):
    whole, damaged, lost = kept(), kept(), kept()
    path = store.path_of(damaged.place)
    path.write_bytes(path.read_bytes()[:-1])
    store.remove(lost.place)
    told = says("verify", fails=True)
    assert str(damaged.pk) in told and str(lost.pk) in told and str(whole.pk) not in told and "身份证" not in told


def test_files_whose_time_is_over_are_purged_by_hand_too(ring):
    file = kept(purge_on=date(2024, 9, 1))
    assert "清除到期文件 1 个" in says("purge", "--on", "2024-09-01")
    assert VaultFile.objects.get(pk=file.pk).purged_at and "清除到期文件 0 个" in says("purge")


def test_a_student_is_still_found_by_identity_number_after_the_index_key_was_replaced(ring, world):
    from xueji.records.queries import found

    assert [one.student_number for one in found(world.actor("刘老师"), "32060020020506001x")] == ["S202401001"]
    says("rotate", "--index")
    assert [one.student_number for one in found(world.actor("刘老师"), "32060020020506001x")] == ["S202401001"]
    assert world.record("李明").person.id_number == "32060020020506001X"
