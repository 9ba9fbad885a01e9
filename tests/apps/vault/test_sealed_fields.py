"""What lies in a table is sealed; what a person reads is not; and no cell opens in another's place."""

import pickle
import threading
import uuid

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from xueji.vault import keys
from xueji.vault.fields import (
    BlindIndexField,
    EncryptedJSONField,
    EncryptedTextField,
    Sealed,
    WrongSeal,
    blind_index,
    open_sealed,
    seal,
)

pytestmark = pytest.mark.django_db

LI_MING = "110105200203151238"
WANG_FANG = "320106200107022424"


@pytest.fixture
def ring(settings):
    settings.XUEJI_KEYS = {0: b"i" * 32, 1: b"a" * 32}
    return settings


@pytest.fixture
def Holder(ring, db):
    """A table made for one test: an identity number, its index, a note, a document."""
    with isolate_apps("xueji.vault"):

        class Holder(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid.uuid4)
            id_number = EncryptedTextField(max_length=30, blank=True)
            id_number_index = BlindIndexField(purpose="id_number", of="id_number", unique=True)
            note = EncryptedTextField(null=True, blank=True)
            details = EncryptedJSONField(default=dict, blank=True)
            number = models.IntegerField(default=0, unique=True)

            class Meta:
                app_label = "vault"
                db_table = "vault_test_holder"

        create, parameters = connection.schema_editor().table_sql(Holder)
        with connection.cursor() as cursor:
            cursor.execute(create, parameters)
        yield Holder
        # the test's transaction takes the table away again on both databases


def in_the_table(column: str, pk: uuid.UUID) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {column} from vault_test_holder where id = %s",
            [pk if connection.vendor == "postgresql" else pk.hex],
        )
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def test_a_sealed_text_comes_back_and_is_nowhere_in_the_table(Holder):
    kept = Holder.objects.create(id_number=LI_MING, details={"家庭": [{"姓名": "李建国"}]})
    read = Holder.objects.get(pk=kept.pk)
    assert read.id_number == LI_MING
    assert read.details == {"家庭": [{"姓名": "李建国"}]}
    stored = in_the_table("id_number", kept.pk)
    assert LI_MING.encode() not in stored and stored[0] == 1 and len(stored) == 18 + 29
    assert "李建国".encode() not in in_the_table("details", kept.pk)
    assert in_the_table("note", kept.pk) is None


def test_a_cell_copied_into_another_row_or_column_does_not_open(Holder):
    li = Holder.objects.create(id_number=LI_MING, note="a", number=1)
    wang = Holder.objects.create(id_number=WANG_FANG, note="b", number=2)
    rows = Holder.objects.filter(pk=wang.pk)
    rows.update(id_number=li.id_number_sealed)
    with pytest.raises(WrongSeal, match="vault_test_holder.id_number"):
        _ = rows.get().id_number
    rows.update(note=wang.id_number_sealed)
    with pytest.raises(WrongSeal):
        _ = rows.get().note


def test_one_flipped_bit_is_noticed(Holder):
    kept = Holder.objects.create(id_number=LI_MING)
    blob = bytearray(kept.id_number_sealed.blob)
    blob[-1] ^= 1
    with pytest.raises(WrongSeal):
        open_sealed("vault_test_holder", "id_number", kept.pk, bytes(blob))
    with pytest.raises(WrongSeal):
        open_sealed("vault_test_holder", "id_number", kept.pk, b"\x01short")


def test_a_list_that_does_not_show_a_cell_never_opens_it(Holder, monkeypatch):
    Holder.objects.bulk_create(Holder(id_number=str(n), number=n) for n in range(5))
    monkeypatch.setattr(keys, "open_bytes", lambda *a, **k: pytest.fail("opened without being asked"))
    assert [row.number for row in Holder.objects.order_by("number")] == [0, 1, 2, 3, 4]


def test_bulk_create_and_bulk_update_seal_every_row_for_itself(Holder):
    Holder.objects.bulk_create(Holder(id_number=f"N{n}", number=n) for n in range(3))
    rows = list(Holder.objects.order_by("number"))
    for row in rows:
        row.id_number = f"M{row.number}"
        row.details["n"] = row.number
    Holder.objects.bulk_update(rows, ["id_number", "id_number_index", "details"])
    fresh = Holder.objects.order_by("number")
    assert [(row.id_number, row.details) for row in fresh] == [(f"M{n}", {"n": n}) for n in range(3)]
    assert fresh.get(id_number_index=blind_index("M2", purpose="id_number")).number == 2


def test_an_upsert_keeps_cells_readable_when_it_brings_the_key_of_the_row(Holder):
    old = Holder.objects.create(id_number=LI_MING, number=7)
    Holder.objects.bulk_create(
        [Holder(id=old.pk, id_number=WANG_FANG, number=7), Holder(id_number="new", number=8)],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["id_number", "id_number_index"],
    )
    assert [row.id_number for row in Holder.objects.order_by("number")] == [WANG_FANG, "new"]


def test_values_give_a_sealed_cell_that_the_key_of_the_row_opens(Holder):
    kept = Holder.objects.create(id_number=LI_MING)
    [(pk, cell)] = Holder.objects.values_list("pk", "id_number")
    assert isinstance(cell, Sealed) and repr(cell) == "<sealed id_number>" and LI_MING not in f"{cell}"
    assert pk == kept.pk and cell.open(pk) == LI_MING


def test_the_index_follows_the_text_and_finds_it(Holder):
    kept = Holder.objects.create(id_number=LI_MING)
    found = Holder.objects.filter(id_number_index=blind_index(LI_MING, purpose="id_number"))
    assert found.get() == kept
    kept.id_number = WANG_FANG
    kept.save()
    assert not found.exists()
    part = Holder.objects.only("id").get()
    part.id_number = LI_MING
    part.save()
    assert found.get() == kept
    kept = found.get()
    kept.id_number = ""
    kept.save()
    assert Holder.objects.get().id_number_index is None


def test_two_rows_cannot_hold_the_same_number_when_the_index_is_unique(Holder):
    Holder.objects.create(id_number=LI_MING, number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Holder.objects.create(id_number=LI_MING, number=2)


def test_an_index_of_one_purpose_says_nothing_about_another(ring):
    assert blind_index(LI_MING, purpose="id_number") == blind_index(LI_MING, purpose="id_number")
    assert blind_index(LI_MING, purpose="id_number") != blind_index(LI_MING, purpose="phone")
    assert blind_index(LI_MING, purpose="id_number") != blind_index(WANG_FANG, purpose="id_number")


def test_searching_or_updating_past_the_seal_is_refused_with_the_way_out(Holder):
    Holder.objects.create(id_number=LI_MING)
    with pytest.raises(FieldError, match="BlindIndexField"):
        Holder.objects.filter(id_number=LI_MING)
    with pytest.raises(FieldError, match="not update"), transaction.atomic():
        Holder.objects.update(id_number=LI_MING)
    with pytest.raises(FieldError, match="blind_index"):
        Holder.objects.filter(id_number_index=LI_MING).exists()
    assert Holder.objects.filter(note__isnull=True).count() == 1


def test_a_document_changed_in_place_is_saved(Holder):
    kept = Holder.objects.create(details={"phone": "1"})
    row = Holder.objects.get()
    row.details["phone"] = "2"
    row.save(update_fields=["details"])
    assert Holder.objects.get(pk=kept.pk).details == {"phone": "2"}


def test_a_copied_row_is_sealed_for_its_own_key(Holder):
    Holder.objects.create(id_number=LI_MING, number=1)
    row = Holder.objects.get()
    assert row.id_number == LI_MING and row.details == {}  # opened before the row gets another key
    row.pk, row.number, row._state.adding = uuid.uuid4(), 2, True
    row.id_number = WANG_FANG
    row.save()
    assert (Holder.objects.get(number=2).id_number, Holder.objects.get(number=2).details) == (WANG_FANG, {})
    assert Holder.objects.get(number=1).id_number == LI_MING


def test_refreshing_forgets_what_was_not_saved_and_deferred_cells_load_when_asked(Holder):
    kept = Holder.objects.create(id_number=LI_MING)
    kept.id_number = "typed"
    kept.refresh_from_db()
    assert kept.id_number == LI_MING
    assert Holder.objects.defer("id_number").get().id_number == LI_MING


def test_validation_sees_the_text(Holder):
    with pytest.raises(ValidationError) as problem:
        Holder(id_number="1" * 31).full_clean()
    assert list(problem.value.message_dict) == ["id_number"]
    Holder.objects.create(id_number=LI_MING)
    row = Holder.objects.get()
    row.full_clean()
    assert row.id_number == LI_MING
    with pytest.raises(TypeError, match="int"):
        row.id_number = 1101


def test_a_dump_holds_the_cell_sealed_and_loads_again(Holder):
    kept = Holder.objects.create(id_number=LI_MING)
    field = Holder._meta.get_field("id_number")
    dumped = field.value_to_string(kept)
    assert dumped.startswith("sealed:") and LI_MING not in dumped
    assert Holder(id=kept.pk, id_number=field.to_python(dumped)).id_number == LI_MING


def test_old_keys_still_open_and_a_lost_key_is_named(Holder, ring):
    kept = Holder.objects.create(id_number=LI_MING)
    ring.XUEJI_KEYS = {0: b"i" * 32, 1: b"a" * 32, 2: b"b" * 32}
    assert Holder.objects.get().id_number == LI_MING
    kept.id_number = LI_MING
    kept.save()
    assert in_the_table("id_number", kept.pk)[0] == 2
    ring.XUEJI_KEYS = {0: b"i" * 32, 1: b"a" * 32}
    with pytest.raises(keys.KeyMissing, match="2.key"):
        _ = Holder.objects.get().id_number
    assert Holder.objects.get(id_number_index=blind_index(LI_MING, purpose="id_number")).pk == kept.pk


def test_a_ring_that_cannot_seal_says_so(settings):
    from xueji.vault.checks import the_ring_is_usable

    for held in ({}, {1: b"a" * 32}, {0: b"a" * 32}, {0: b"a" * 32, 1: b"short"}, {0: b"a" * 32, 300: b"a" * 32}):
        settings.XUEJI_KEYS = held
        assert [problem.id for problem in the_ring_is_usable()] == ["xueji.vault.E001"], held
    settings.XUEJI_KEYS = {0: b"a" * 32, 1: b"b" * 32}
    assert the_ring_is_usable() == []


def test_who_migrates_at_the_same_moment_waits_for_a_whole_ring(tmp_path, monkeypatch):
    folder, write, others, waited = tmp_path / "keys", keys._write_key, [], []

    def half_made(path, key):
        if keys.read_keys(folder):  # the index key is there, the first sealing key is not yet
            others.append(threading.Thread(target=keys.make_ring, args=(folder,)))
            others[0].start()
            others[0].join(timeout=0.2)
            waited.append(others[0].is_alive())
        write(path, key)

    monkeypatch.setattr(keys, "_write_key", half_made)
    keys.make_ring(folder)
    others[0].join()
    assert waited == [True] and sorted(keys.read_keys(folder)) == [0, 1]


def test_a_ring_whose_making_was_interrupted_is_completed_and_a_whole_one_left_alone(tmp_path):
    folder = tmp_path / "keys"
    keys.add_key(folder, keys.INDEX_KEY)
    index = keys.read_keys(folder)[0]
    keys.make_ring(folder)
    keys.make_ring(folder)
    held = keys.read_keys(folder)
    assert sorted(held) == [0, 1] and held[0] == index


def test_key_files_are_private_never_overwritten_and_read_back(tmp_path):
    folder = tmp_path / "keys"
    assert keys.read_keys(folder) == {}
    assert keys.add_key(folder) == 1
    assert keys.add_key(folder) == 2
    held = keys.read_keys(folder)
    assert sorted(held) == [0, 1, 2] and len(set(held.values())) == 3
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    with pytest.raises(FileExistsError):
        keys.add_key(folder, 2)
    (folder / "3.key").write_text("not base64 at all")
    with pytest.raises(keys.KeysUnusable, match="3.key"):
        keys.read_keys(folder)


@pytest.mark.parametrize("put", [
    lambda path: path.symlink_to(path.with_name("nowhere")), lambda path: path.mkdir(), lambda path: path.write_text("not base64 at all"),
])  # fmt: skip
def test_a_key_file_that_cannot_be_read_is_named_by_the_check_and_crashes_nothing(tmp_path, settings, put):
    from xueji.vault.checks import the_ring_is_usable

    settings.XUEJI_KEYS = folder = tmp_path / "keys"
    keys.make_ring(folder)
    put(folder / "2.key")
    with pytest.raises(keys.KeysUnusable, match="2.key"):
        keys.read_keys(folder)
    assert ["2.key" in problem.msg for problem in the_ring_is_usable()] == [True]


def test_two_files_for_one_number_are_no_ring(tmp_path):
    folder = tmp_path / "keys"
    keys.make_ring(folder)
    keys._write_key(folder / "01.key", b"x" * 32)
    with pytest.raises(keys.KeysUnusable, match="1.key"):
        keys.read_keys(folder)


def test_raw_paths_and_fields_speak_the_same_format(Holder):
    pk = uuid.uuid4()
    Holder(id=pk, id_number="x").save()
    Holder.objects.filter(pk=pk).update(
        id_number=Sealed(seal("vault_test_holder", "id_number", pk, LI_MING), Holder._meta.get_field("id_number"))
    )
    assert Holder.objects.get().id_number == LI_MING
    assert open_sealed("vault_test_holder", "id_number", pk, in_the_table("id_number", pk)) == LI_MING


def test_a_sealed_cell_survives_pickling(Holder):
    kept = Holder.objects.create(id_number=LI_MING)
    cell = Holder.objects.values_list("id_number", flat=True).get()
    assert Sealed.__reduce__(cell)[1][0] == cell.blob
    assert pickle.dumps(cell.blob) and cell.open(kept.pk) == LI_MING
