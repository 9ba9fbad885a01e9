"""The comparison at the registry: made in the background, kept, shown page by page in both languages."""

from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.world import SHANGHAI

from xueji.confirmation.models import ComparisonRun
from xueji.exchange.chsi import import_source
from xueji.exchange.compare import BLOCK, KeptLines
from xueji.exchange.layouts import as_dbf, layout
from xueji.jobs.commands import start_job
from xueji.jobs.models import Job
from xueji.journal.models import Event
from xueji.records.queries import value_of
from xueji.vault.models import VaultFile
from xueji.vault.queries import read_file

pytestmark = pytest.mark.django_db(transaction=True)  # work is queued when the transaction is over
NOW = datetime(2024, 11, 25, 10, tzinfo=SHANGHAI)
PAGE = "/registry/compare/"


@pytest.fixture
def source(world, monkeypatch, settings):
    """CHSI's download with some values changed: 李明 has another ethnic group there, 王芳 another name, Anna is missing."""
    settings.SESSION_COOKIE_AGE = 30 * 86400
    seconds = count()  # a clock that goes on, so that what came later is later
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(seconds=next(seconds)))
    codes = [column.field for column in layout("chsi_students").columns]
    rows = [{code: str(value_of(world.record(name), code)) for code in codes} for name in ("李明", "王芳", "赵强")]
    rows[0]["ethnic_group"], rows[1]["name"] = "03", "王方"

    def kept(**more):
        rows[2].update(more)
        return as_dbf("chsi_students", rows, on=date(2024, 11, 20))

    return kept


@pytest.fixture
def imported(world, source):
    import_source(world.act("刘老师", at=NOW), source="chsi", taken_on=date(2024, 11, 20), content=source(), title="zxs.dbf")
    return world


def text(answer, code=200):
    assert answer.status_code == code, answer.content.decode()
    return answer.content.decode()


def test_nothing_is_compared_while_the_page_is_asked_for(imported, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("a page must not compare")

    monkeypatch.setattr("xueji.confirmation.queries.sources.compare", never)
    assert "还没有比对过" in text(imported.client("刘老师").get(PAGE))


def test_a_comparison_is_made_by_a_button_and_stays(imported):
    client = imported.client("刘老师")
    assert client.post(PAGE).headers["Location"] == PAGE
    page = text(client.get(PAGE))
    assert "回族" in page and "王方" in page and "刘老师" in page and "重新比对" in page
    made, job = ComparisonRun.objects.get(), Job.objects.get()
    assert job.outcome == "done" and job.result == made.workbook_id and job.total == job.done > 0
    assert made.facts["differs"] == 2 and made.facts["sources"][0]["rows"] == 3
    assert Event.objects.filter(kind="comparison.kept").count() == 1
    assert "ethnic" in text(imported.client("刘老师", language="en").get(PAGE, {"field": "ethnic_group"})).lower()


def test_an_import_is_compared_at_once_and_the_first_result_is_there(imported, source):
    client = imported.client("刘老师")
    sent = {"source": "chsi", "taken_on": "2024-11-22", "file": SimpleUploadedFile("b.dbf", source(sex="2"))}
    page = text(client.post("/registry/compare/import/", sent, follow=True))
    assert "正在与学籍比对" in page and ComparisonRun.objects.get().facts["differs"] == 3
    client.post("/registry/compare/import/", sent | {"file": SimpleUploadedFile("b.dbf", source(sex="2"))})
    assert ComparisonRun.objects.count() == 1, "the same file again is nothing new"


def test_the_page_says_when_newer_data_came(imported, source):
    client = imported.client("刘老师")
    client.post(PAGE)
    assert "还没有算上" not in text(client.get(PAGE))
    later = NOW.replace(hour=11)
    import_source(imported.act("刘老师", at=later), source="chsi", taken_on=date(2024, 11, 22), content=source(sex="2"), title="b.dbf")
    assert "又导入了 1 份数据" in text(client.get(PAGE))


def test_filters_choose_kind_and_field(imported):
    client = imported.client("刘老师")
    client.post(PAGE)
    only = text(client.get(PAGE, {"field": "ethnic_group"}))
    assert "回族" in only and "王方" not in only
    alone = text(client.get(PAGE, {"show": "alone"}))
    assert "SCHMIDT ANNA" in alone and "只在学校" in alone
    assert text(client.get(PAGE, {"show": "x", "field": "y", "page": "z"}))
    assert client.get(PAGE, {"campaign": "none"}).status_code == 404 and client.post(PAGE, {"campaign": "none"}).status_code == 404


def test_the_workbook_is_the_one_that_was_kept(imported):
    client = imported.client("刘老师")
    assert client.get(f"{PAGE}workbook/").status_code == 404
    client.post(PAGE)
    book = client.get(f"{PAGE}workbook/", follow=True)
    assert b"".join(book.streaming_content).startswith(b"PK")
    assert imported.client("王秘书").get(f"{PAGE}workbook/").status_code == 404


def test_values_lie_sealed_and_nowhere_else(imported):
    imported.client("刘老师").post(PAGE)
    made = ComparisonRun.objects.get()
    plain = f"{made.facts}{made.taken}{Job.objects.get().__dict__}" + " ".join(str(one.detail) for one in Event.objects.all())
    assert "王方" not in plain and "S2024" not in plain
    assert VaultFile.objects.get(pk=made.lines_id).purpose == "comparison"


def test_the_files_of_the_one_before_are_removed_later(imported):
    """keep_comparison sets the term of what it follows."""
    client = imported.client("刘老师")
    client.post(PAGE)
    client.post(PAGE)
    newest, before = ComparisonRun.objects.all()
    assert before.lines.purge_on is not None and before.workbook.purge_on is not None and newest.lines.purge_on is None


def test_work_that_is_cancelled_keeps_nothing_and_can_be_asked_for_again(imported, monkeypatch):
    client = imported.client("刘老师")
    monkeypatch.setattr("xueji.jobs.tasks.enqueue", lambda job: None)
    client.post(PAGE)
    page = text(client.get(PAGE))
    job = Job.objects.get()
    assert "取消比对" in page and "开始比对" not in page, "one at a time"
    client.post(f"/jobs/{job.pk}/cancel/")
    assert "开始比对" in text(client.get(PAGE)) and not ComparisonRun.objects.exists()


def test_cancelled_in_the_middle_nothing_is_kept(imported, monkeypatch):
    """Cancelling is seen between the parts of the work."""
    from xueji.exchange.tasks import comparing
    from xueji.jobs.commands import ask_to_cancel

    compared = comparing.compared

    def cancelling(*args, **kwargs):
        ask_to_cancel(imported.act("刘老师", at=NOW), Job.objects.get())
        return compared(*args, **kwargs)

    monkeypatch.setattr(comparing, "compared", cancelling)
    imported.client("刘老师").post(PAGE)
    assert Job.objects.get().outcome == "cancelled" and not ComparisonRun.objects.exists()


def test_a_finished_piece_of_work_reloads_the_page_around_it(imported):
    job = start_job(imported.act("刘老师", at=NOW), "comparing_sources", arguments={"campaign": ""}).result
    answer = imported.client("刘老师").get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert answer.status_code == 200 and answer.headers["HX-Refresh"] == "true"


def test_the_page_asks_the_database_no_more_often_with_more_differences(imported, source, django_assert_max_num_queries, django_assert_num_queries):
    client = imported.client("刘老师")
    client.post(PAGE)
    client.get(PAGE)
    with django_assert_max_num_queries(16) as asked:
        client.get(PAGE)
        few = len(asked)
    codes = {"sex": "2", "born_on": "1999-01-01", "ethnic_group": "02", "level": "doctor"}
    import_source(imported.act("刘老师", at=NOW), source="chsi", taken_on=date(2024, 11, 22), content=source(**codes), title="b.dbf")
    client.post(PAGE)
    assert ComparisonRun.objects.first().facts["differs"] > 4
    with django_assert_num_queries(few):
        client.get(PAGE)
    with django_assert_num_queries(few):
        client.get(PAGE, {"show": "alone"})


def test_a_long_list_opens_only_the_blocks_it_shows(imported):
    import json
    import zipfile
    from io import BytesIO

    imported.client("刘老师").post(PAGE)
    content = read_file(imported.actor("刘老师"), ComparisonRun.objects.get().lines_id)
    assert [one["field"] for one in KeptLines(content, "differs")[:9]] == ["ethnic_group", "name"]
    many, target = 3 * BLOCK + 7, BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("index.json", json.dumps([("differs" if n % 2 else "known", "sex") for n in range(many)]))
        for block in (0, 2, 3):  # block 1 is not there: whoever opens it fails
            archive.writestr(f"{block}.json", json.dumps([{"n": n} for n in range(block * BLOCK, min(many, (block + 1) * BLOCK))]))
    lines = KeptLines(target.getvalue(), "differs")
    assert len(lines) == many // 2 and [one["n"] for one in lines[:3]] == [1, 3, 5]
    assert [one["n"] for one in lines[len(lines) - 2 :]] == [many - 4, many - 2]
