"""Files are kept byte for byte, unreadable on disk, opened by whom they concern, and gone when their time is over."""

import io
import os
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.accounts.queries import SystemActor
from xueji.journal.command import ANYWHERE, Act, Refused, Scope, Stopped
from xueji.journal.models import Event
from xueji.vault import keys, store
from xueji.vault.addresses import file_by_ticket, ticket_for
from xueji.vault.commands import (
    add_key,
    note_opening,
    purge_due,
    reseal_cells,
    reseal_files,
    set_term,
    store_file,
    sweep_orphans,
)
from xueji.vault.models import VaultFile
from xueji.vault.queries import file_for, files_for, key_use, read_file
from xueji.vault.sniffing import seen_in_bytes

NOON = datetime(2024, 9, 10, 4, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + b"one page " * 20 + b"\ntrailer <</Size 4>>\n%%EOF"


class Person:
    """Somebody with permissions in one college, or a student with none but the own."""

    def __init__(self, id_text, college="", permissions=(), own=("vault.keep",)):
        self.id_text, self.label, self.college, self.permissions, self.own = id_text, id_text, college, permissions, own

    def may(self, permission, scope):
        if scope.account == self.id_text and permission in self.own:
            return True
        return permission in self.permissions and scope.college == self.college


LI_MING = Person("account:1")
ANNA = Person("account:2")
WANG = Person("account:11", "A", ("correction.review", "vault.keep", "case.read", "student.read"))
ZHAO = Person("account:12", "B", ("correction.review", "vault.keep", "case.read", "student.read"))
SYSTEM = SystemActor("worker")
HIS = Scope(college="A", account="account:1")


def act(person, at=NOON):
    return Act(person, at, "student")


def jpeg(width=480, height=640, end=b"\xff\xd9"):
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08"
        + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01" + b"\0" * 50 + end
    )  # fmt: skip


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.XUEJI_HOME = tmp_path
    settings.XUEJI_KEYS = {0: b"i" * 32, 1: b"a" * 32}
    return tmp_path


def evidence(content=PDF, **more):
    return store_file(act(LI_MING), content, purpose="evidence", scope=HIS, title="李明身份证.pdf", **more).result


@pytest.mark.django_db
def test_a_file_comes_back_byte_for_byte_and_cannot_be_read_on_disk(home):
    kept = evidence()
    assert read_file(LI_MING, kept.pk) == PDF
    [path] = [p for p in (home / "vault").rglob("*") if p.is_file()]
    assert b"one page" not in path.read_bytes() and kept.pk.hex not in path.name
    assert path.stat().st_mode & 0o077 == 0
    assert (kept.content, kept.size, kept.title) == ("application/pdf", len(PDF), "李明身份证.pdf")
    event = Event.objects.get(kind="file.stored")
    assert "李明" not in str(event.detail) + event.subject


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "opens"), [(LI_MING, True), (WANG, True), (SYSTEM, True), (ANNA, False), (ZHAO, False)])
def test_evidence_is_there_for_its_owner_and_the_own_college_only(who, opens):
    kept = evidence()
    if opens:
        assert file_for(who, kept.pk) == kept and files_for(who, [kept.pk]) == {kept.pk: kept}
    else:
        with pytest.raises(VaultFile.DoesNotExist):
            file_for(who, kept.pk)
        assert files_for(who, [kept.pk]) == {}


@pytest.mark.django_db
def test_a_signed_sheet_is_not_shown_to_a_student_whose_account_it_names():
    kept = store_file(act(SYSTEM), PDF, purpose="scan", scope=HIS).result
    with pytest.raises(VaultFile.DoesNotExist):
        file_for(LI_MING, kept.pk)
    assert file_for(WANG, kept.pk) == kept


@pytest.mark.django_db
def test_the_result_of_a_job_is_for_who_asked_for_it():
    kept = store_file(act(SYSTEM), PDF, purpose="result", scope=Scope(college="A", account=WANG.id_text)).result
    assert file_for(WANG, kept.pk) == kept
    with pytest.raises(VaultFile.DoesNotExist):
        file_for(LI_MING, kept.pk)


@pytest.mark.django_db
def test_nobody_stores_a_file_for_somebody_else():
    with pytest.raises(Refused):
        store_file(act(ANNA), PDF, purpose="evidence", scope=HIS)
    assert not VaultFile.objects.exists() and not list(store.places_on_disk())


@pytest.mark.django_db
@pytest.mark.parametrize("nonsense", ["", "1", "../../etc/passwd", "zz" * 16, None])
def test_an_address_that_was_made_up_finds_nothing(nonsense):
    with pytest.raises(VaultFile.DoesNotExist):
        file_for(SYSTEM, nonsense)
    with pytest.raises(VaultFile.DoesNotExist):
        file_by_ticket(SYSTEM, str(nonsense), now=NOON)


@pytest.mark.django_db
def test_a_ticket_opens_for_five_minutes_for_one_person():
    kept = evidence()
    ticket = ticket_for(LI_MING, kept, now=NOON)
    assert file_by_ticket(LI_MING, ticket, now=NOON + timedelta(seconds=300)) == kept
    for who, later in ((LI_MING, 301), (WANG, 0), (ANNA, 0)):
        with pytest.raises(VaultFile.DoesNotExist):
            file_by_ticket(who, ticket, now=NOON + timedelta(seconds=later))
    with pytest.raises(VaultFile.DoesNotExist):  # one character changed
        file_by_ticket(LI_MING, ("x" if ticket[0] != "x" else "y") + ticket[1:], now=NOON)


@pytest.mark.django_db
def test_opening_evidence_leaves_a_trace_but_opening_ones_own_does_not():
    kept = evidence()
    note_opening(act(LI_MING), kept)
    assert not Event.objects.filter(kind="file.opened").exists()
    note_opening(act(WANG), kept)
    assert Event.objects.get(kind="file.opened").actor == WANG.id_text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", "FILE.001"),
        (PDF + b" " * (20 * 1024 * 1024), "FILE.002"),
        (b"MZ\x90\x00 a program", "FILE.003"),
        (b"<html><script>alert(1)</script>", "FILE.003"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "FILE.003"),
        (jpeg(60000, 60000), "FILE.004"),
        (jpeg(end=b""), "FILE.005"),
        (jpeg()[:30], "FILE.005"),
        (PDF.replace(b"/Size", b"/Encrypt 3 0 R /Size"), "FILE.006"),
    ],
)
def test_what_is_not_evidence_is_refused_with_a_reason_and_leaves_nothing(content, finding):
    with pytest.raises(Stopped) as refused:
        evidence(content)
    assert [f.id for f in refused.value.findings] == [finding]
    assert not VaultFile.objects.exists() and not list(store.places_on_disk())


def workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"PK\x03\x04 not really", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "application/vnd.ms-excel"),
        ("学号,姓名\n".encode("gb18030"), "text/csv"),
        ("学号,姓名\n".encode("utf-8-sig"), "text/csv"),
        ("学号,姓名\n".encode("utf-16"), "text/csv"),
        ("<html><table><tr><td>学号".encode(), "text/html"),
        (b"\x03\x7c\x09\x0a" + b"\x01\0\0\0" + b"\x61\0\x20\0" + b"\0" * 20 + b"XH" + b"\0" * 40, "application/x-dbf"),
        (b"\x00\x01\x02\x03", ""),
        (jpeg(), "image/jpeg"),
    ],
)
def test_a_file_is_what_its_bytes_are(content, kind):
    assert seen_in_bytes(content).content == kind


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"PK\x03\x04", b"\x03"]))
def test_hostile_bytes_never_stop_the_looking(content, start):
    seen = seen_in_bytes(start + content)
    assert seen.size == len(start + content)


@given(st.lists(st.binary(max_size=100_000), max_size=4))
def test_any_stream_is_read_back_as_written(chunks):
    place, size, _, _ = store.write(chunks)
    assert b"".join(store.read(place)) == b"".join(chunks) and size == sum(map(len, chunks))
    store.remove(place)


@pytest.mark.parametrize("harm", ["flip", "cut", "drop_last_chunk", "swap", "other_place"])
def test_a_harmed_file_is_noticed_not_delivered(harm):
    chunk = store.CHUNK + keys.TAG_BYTES
    place, *_ = store.write([os.urandom(store.CHUNK * 3)])
    path = store.path_of(place)
    sealed = bytearray(path.read_bytes())
    head, body = sealed[: store.HEADER], sealed[store.HEADER :]
    if harm == "flip":
        body[chunk + 5] ^= 1
    elif harm == "cut":
        body = body[:-7]
    elif harm == "drop_last_chunk":
        body = body[: 2 * chunk]
    elif harm == "swap":
        body = body[chunk : 2 * chunk] + body[:chunk] + body[2 * chunk :]
    path.write_bytes(head + body)
    if harm == "other_place":
        other, *_ = store.write([b"another"])
        store.path_of(other).write_bytes(path.read_bytes())
        place = other
    with pytest.raises(keys.WrongSeal):
        b"".join(store.read(place))


@pytest.mark.django_db
def test_a_photo_is_never_recoded():
    photo = jpeg()
    kept = store_file(act(SYSTEM), io.BytesIO(photo), purpose="photo", scope=HIS).result
    assert read_file(LI_MING, kept.pk) == photo and (kept.width, kept.height) == (480, 640)


@pytest.mark.django_db
def test_equal_files_have_equal_digests_that_a_stranger_cannot_compute():
    first, second, other = evidence(), evidence(), evidence(PDF + b"\n")
    assert first.digest == second.digest != other.digest
    import hashlib

    assert bytes(first.digest) != hashlib.sha256(PDF).digest()


@pytest.mark.django_db
def test_a_file_whose_time_is_over_is_gone_and_the_row_says_since_when(django_capture_on_commit_callbacks):
    gone, stays = evidence(purge_on=date(2024, 9, 9)), evidence()
    with django_capture_on_commit_callbacks(execute=True):
        assert purge_due(act(SYSTEM), on=date(2024, 9, 9)).result == 1
    assert purge_due(act(SYSTEM), on=date(2024, 9, 9)).result == 0
    gone.refresh_from_db()
    assert gone.purged_at == NOON
    with pytest.raises(VaultFile.DoesNotExist):
        file_for(SYSTEM, gone.pk)
    with pytest.raises(store.FileGone):
        store.read(gone.place)
    assert read_file(LI_MING, stays.pk) == PDF
    set_term(act(WANG), stays, purge_on=date(2024, 9, 10))
    assert Event.objects.get(kind="file.term_set").detail == {"purge_on": "2024-09-10"}


@pytest.mark.django_db
def test_bytes_that_no_row_names_are_swept_after_a_day(home):
    kept = evidence()
    orphan, *_ = store.write([b"left by a crash"])
    fresh, *_ = store.write([b"just being written"])
    yesterday = (NOON - timedelta(days=2)).timestamp()
    for place in (kept.place, orphan):
        os.utime(store.path_of(place), (yesterday, yesterday))
    os.utime(store.path_of(fresh), (NOON.timestamp(), NOON.timestamp()))
    assert sweep_orphans(NOON) == 1
    assert {place for place, _ in store.places_on_disk()} == {kept.place, fresh}


@pytest.mark.django_db
def test_rotation_seals_everything_anew_and_the_old_key_may_leave(settings, django_capture_on_commit_callbacks):
    kept = evidence()
    settings.XUEJI_KEYS = {0: b"i" * 32, 1: b"a" * 32, 2: b"b" * 32}
    assert {n: c for n, c in key_use()[0].items()} == {1: 1}
    with django_capture_on_commit_callbacks(execute=True):
        last, changed = reseal_cells(act(SYSTEM), "vault.VaultFile").result
        assert (last, changed) == (None, 1)
        assert reseal_files(act(SYSTEM)).result == 1
    assert reseal_cells(act(SYSTEM), "vault.VaultFile").unchanged and reseal_files(act(SYSTEM)).unchanged
    assert key_use() == ({2: 1}, {2: 1})
    assert len(list(store.places_on_disk())) == 1
    settings.XUEJI_KEYS = {0: b"i" * 32, 2: b"b" * 32}
    kept = file_for(LI_MING, kept.pk)
    assert kept.title == "李明身份证.pdf" and read_file(LI_MING, kept.pk) == PDF


@pytest.mark.django_db
def test_a_ring_of_another_database_is_recognised(settings, tmp_path):
    from xueji.vault import marks
    from xueji.vault.models import KeyMark

    KeyMark.objects.all().delete()
    folder = tmp_path / "keys"
    settings.XUEJI_KEYS = folder
    keys.forget_cached_keys()
    marks.after_migrate(None, using="default")
    assert sorted(keys.read_keys(folder)) == [0, 1] and marks.problem() == ""
    assert add_key(act(SYSTEM)).result == 2 and KeyMark.objects.count() == 3
    (folder / "1.key").unlink()
    keys.forget_cached_keys()
    assert "1.key" in marks.problem()
    assert keys.add_key(folder, 1) == 1  # somebody makes a new one instead of restoring the old
    assert "1.key" in marks.problem() and "backup" in marks.problem()
    with pytest.raises(keys.KeysUnusable, match="1.key"):
        marks.after_migrate(None, using="default")
    for path in folder.glob("*.key"):
        path.unlink()
    keys.forget_cached_keys()
    with pytest.raises(keys.KeysUnusable):  # an empty folder beside a database that has marks makes no new keys
        marks.after_migrate(None, using="default")
    keys.forget_cached_keys()


@pytest.mark.django_db
def test_a_whole_school_command_is_not_for_a_college():
    for command in (purge_due, add_key, reseal_files):
        with pytest.raises(Refused):
            command(act(WANG), **({"on": date(2024, 1, 1)} if command is purge_due else {}))
    assert ANYWHERE.college == ""
