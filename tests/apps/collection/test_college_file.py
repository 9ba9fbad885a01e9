"""A whole college's forms as one file, and a form that no font can print."""

import pytest
from tests.apps.collection.test_collection import finish_filling, printed
from tests.documents.reading import pages

from xueji.campaigns.queries import marks_of
from xueji.collection import printing
from xueji.collection.commands import print_form, receive_form
from xueji.collection.models import PrintedForm
from xueji.documents.engine import Press
from xueji.jobs.commands import start_job
from xueji.jobs.models import Job
from xueji.jobs.queries import job_for
from xueji.journal.command import Scope, Stopped
from xueji.vault.queries import read_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare_press(monkeypatch):
    """A press with the installed fonts only, as on a machine without further ones."""
    monkeypatch.setattr(printing, "press", lambda made=Press(): made)


def composed(world, who="王秘书", college="A") -> Job:
    arguments = {"campaign": world.campaign.code, "college": college}
    asked = start_job(world.act(who), "composing_forms", arguments=arguments, scope=Scope(college=college)).result
    return job_for(world.actor(who), asked.pk)


def test_the_file_begins_with_the_contents_and_holds_the_newest_form_of_each(world):
    finish_filling(world)
    finish_filling(world, "王芳")
    receive_form(world.act("王秘书"), printed(world))
    printed(world, "王芳")
    job = composed(world)
    assert job.outcome == Job.Outcome.DONE, job.reason
    sides = pages(read_file(world.actor("王秘书"), job.result))
    assert len(sides) == 6 and sides[1].strip() == ""
    assert "清册" in sides[0] and "已收 1 份，未收 2 份" in sides[0] and "未打印" in sides[0] and "经办人（签字）" in sides[0]
    assert "S202401001" in sides[2] and "S202401002" in sides[4]


def test_another_college_cannot_start_it_nor_open_its_result(world):
    finish_filling(world)
    printed(world)
    made = composed(world)
    with pytest.raises(Job.DoesNotExist):
        job_for(world.actor("赵秘书"), made.pk)
    theirs = composed(world, "赵秘书", "B")
    assert theirs.why().id == "JOB.006" and theirs.found()[0].id == "DOC.004"


def test_the_button_starts_the_job_and_leads_to_its_page(world):
    finish_filling(world)
    printed(world)
    client = world.client("王秘书")
    assert "汇总成一个文件" in client.get(f"/college/{world.campaign.code}/").content.decode()
    answer = client.post(f"/college/{world.campaign.code}/forms/")
    job = Job.objects.get()
    assert answer.status_code == 302 and str(job.pk) in answer.headers["Location"] and job.outcome == Job.Outcome.DONE


def test_a_name_that_no_font_can_print_stops_the_printing_before_a_version_comes_into_being(world, bare_press):
    world.enrol("𠮷田", "S202401009", "A", class_number="S240101", id_number="320600200205060052")
    finish_filling(world, "𠮷田")
    case = world.case_of("𠮷田")
    with pytest.raises(Stopped) as stopped:
        print_form(world.act("𠮷田"), case, step="print")
    (found,) = stopped.value.findings
    assert (found.id, found.place) == ("DOC.001", "S202401009 𠮷田") and "U+20BB7" in found.message.zh
    assert not PrintedForm.objects.exists() and "print" not in marks_of(case)


def test_a_job_that_cannot_print_names_the_number_but_never_the_name(world, bare_press, monkeypatch):
    world.enrol("𠮷田", "S202401009", "A", class_number="S240101", id_number="320600200205060052")
    finish_filling(world, "𠮷田")
    monkeypatch.setattr("xueji.collection.commands.unprintable_in", lambda form: [])  # printed before the font was taken away
    printed(world, "𠮷田")
    job = composed(world)
    (found,) = job.found()
    assert (job.outcome, found.id, found.place) == (Job.Outcome.FAILED, "DOC.001", "S202401009")
    assert "田" not in str(job.findings) and "田" not in str(job.reason)
