"""Background work is a row that people see: started once, told how far, ended with its result or its reason."""

import logging
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from xueji.accounts.models import Account, Grant
from xueji.accounts.queries import SystemActor, actor_for
from xueji.catalogue.text import Text
from xueji.jobs import terms
from xueji.jobs.commands import ask_to_cancel, begin_again, end_job, start_job
from xueji.jobs.models import Job
from xueji.jobs.queries import job_for, jobs_for
from xueji.jobs.reaper import forget_old, reap
from xueji.jobs.tasks import run_job
from xueji.jobs.terms import Progress, job_kind
from xueji.journal.command import Act, Refused, Scope, Stopped
from xueji.journal.models import Event
from xueji.records.commands import declare_college
from xueji.records.models import College
from xueji.rules.findings import finding

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 9, 10, 4, 0, tzinfo=UTC)
OPERATOR = SystemActor("cli")
COLLEGE_A = Scope(college="A")


@pytest.fixture(autouse=True)
def waiting_queue(settings):
    """The real queue's table instead of the immediate one: nothing runs until a test runs it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def kinds(monkeypatch):
    """Kinds declared by one test are forgotten after it."""
    monkeypatch.setattr(terms, "KINDS", terms.KINDS)
    before = dict(terms.KINDS)
    yield
    terms.KINDS.clear()
    terms.KINDS.update(before)


def declared(work, **more):
    return job_kind("counting_forms", title=Text("清点登记表", "Counting forms"), unit=Text("份", "forms"), **more)(work)


def secretary(college="A", username="S1"):
    account = Account.objects.create(username=username, name="王秘书", kind="staff")
    Grant.objects.create(account=account, role="secretary", college=college)
    return account


def started(by=OPERATOR, **arguments):
    return start_job(Act(by, NOON, "college"), "counting_forms", arguments=arguments, scope=COLLEGE_A).result


def test_a_job_counts_to_its_end_and_keeps_its_result(kinds):
    result = uuid.uuid4()

    def counting_forms(report, upto):
        for _ in report.counted(range(upto), upto):
            assert report.act().desk == "job" and report.act().by.id_text == "system:cli"
        return result

    declared(counting_forms)
    job = started(upto=40)
    assert job.progress is Progress.WAITING
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert (job.progress, job.done, job.total, job.result) == (Progress.DONE, 40, 40, result)
    assert list(Event.objects.values_list("kind", flat=True)) == ["job.started", "job.ended"]


def test_a_second_click_does_not_start_it_twice(kinds):
    declared(lambda report: None)
    assert started().pk == started().pk and Job.objects.count() == 1 and DBTaskResult.objects.count() == 1


def test_a_job_taken_by_one_worker_is_not_run_by_another(kinds):
    runs = []
    declared(lambda report: runs.append(1))
    job = started()
    run_job.call(str(job.pk))
    run_job.call(str(job.pk))
    assert runs == [1]


def test_a_mistake_of_the_program_is_told_without_quoting_anybody(kinds, caplog):
    def counting_forms(report):
        report.progress(3, 9)
        raise ValueError("李明 110105200203151238")

    declared(counting_forms)
    job = started()
    with caplog.at_level(logging.ERROR):
        run_job.call(str(job.pk))
    job.refresh_from_db()
    assert job.progress is Progress.FAILED and job.why().id == "JOB.002"
    assert "3/9" in job.why().message.zh and str(job.pk)[:8] in job.why().message.en
    assert "test_jobs.py" in caplog.text and "ValueError" in caplog.text
    stored = str(Job.objects.values().get()) + str(Event.objects.values("detail")) + caplog.text
    assert "110105" not in stored and "李明" not in stored


def test_a_rule_that_stops_a_job_leaves_its_findings_in_the_row(kinds):
    def counting_forms(report):
        report.found(finding("FILE.001", place="第 3 行"))
        raise Stopped([finding("FILE.005", place="第 7 行")])

    declared(counting_forms)
    job = started()
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert job.why().id == "JOB.006" and [f.place for f in job.found()] == ["第 7 行", "第 3 行"]
    assert job.finding_count == 2


def test_very_many_findings_are_counted_and_not_all_kept(kinds):
    def counting_forms(report):
        report.found(*[finding("FILE.001")] * 300)
        report.found(*[finding("FILE.001")] * 300)

    declared(counting_forms)
    job = started()
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert (job.finding_count, len(job.found())) == (600, 500)


def test_who_asked_can_cancel_before_and_during_the_work(kinds):
    steps = []

    def counting_forms(report):
        report.progress(0, 100)
        ask_to_cancel(Act(OPERATOR, NOON, "college"), report.job)
        for step in report.counted(range(100), 100):
            steps.append(step)
            report.write()

    declared(counting_forms)
    job = started()
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert job.progress is Progress.CANCELLED and len(steps) < 2 and job.why().id == "JOB.005"
    waiting = started()
    ask_to_cancel(Act(OPERATOR, NOON, "college"), waiting)
    run_job.call(str(waiting.pk))
    waiting.refresh_from_db()
    assert waiting.progress is Progress.CANCELLED and waiting.attempts == 0


def test_rights_are_those_of_the_moment_the_work_is_done(kinds):
    runs = []
    declared(lambda report: runs.append(1))
    account = secretary()
    job = started(by=actor_for(account))
    account.grants.all().delete()
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert runs == [] and job.why().id == "JOB.004"


def test_another_college_neither_starts_nor_sees_it(kinds):
    declared(lambda report: None)
    zhao = actor_for(secretary("B", "S2"))
    with pytest.raises(Refused):
        started(by=zhao)
    wang = actor_for(secretary("A", "S1"))
    job = started(by=wang)
    assert list(jobs_for(wang)) == [job] and list(jobs_for(zhao)) == []
    with pytest.raises(Job.DoesNotExist):
        job_for(zhao, job.pk)
    with pytest.raises(Job.DoesNotExist):
        job_for(wang, "nonsense")
    assert job_for(wang, str(job.pk)) == job


@pytest.mark.django_db
def test_who_looks_after_one_class_sees_the_work_of_that_class_only(world):
    def work(**where):
        return Job.objects.create(kind="none", asked_by="account:0", asked_by_label="王秘书", college="A", created_at=world.now, **where)

    college, own, other = work(), work(class_number="S240101"), work(class_number="S240102")
    assert set(jobs_for(world.actor("高辅导员"))) == {own}
    assert set(jobs_for(world.actor("王秘书"))) == {college, own, other} == set(jobs_for(world.actor("刘老师")))
    assert not jobs_for(world.actor("赵秘书")) and not jobs_for(world.actor("李明"))


def test_work_of_an_unknown_kind_ends_with_advice(kinds):
    declared(lambda report: None)
    job = started()
    del terms.KINDS["counting_forms"]
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert job.why().id == "JOB.003" and job.title.zh == "counting_forms"


def killed(job, heartbeat=NOON, worker=""):
    """As a worker that was killed leaves things: the job running, the queue's row running."""
    import socket

    worker = worker or f"{socket.gethostname()}:999999:1"
    Job.objects.filter(pk=job.pk).update(started_at=NOON, heartbeat_at=heartbeat, worker=worker, attempts=job.attempts + 1)
    DBTaskResult.objects.update(status="RUNNING", started_at=NOON)


def test_a_killed_worker_s_job_begins_again_once_and_is_then_given_up(kinds):
    declared(lambda report: None)
    job = started()
    killed(job)
    assert reap(NOON + timedelta(seconds=5)) == [job]
    job.refresh_from_db()
    assert job.progress is Progress.WAITING and DBTaskResult.objects.get().status == "READY"
    killed(job)
    assert reap(NOON + timedelta(seconds=9)) == [job]
    job.refresh_from_db()
    assert job.progress is Progress.FAILED and job.why().id == "JOB.001" and not DBTaskResult.objects.exists()
    assert reap(NOON + timedelta(hours=1)) == []


def test_work_that_must_not_be_done_twice_is_never_begun_again(kinds):
    declared(lambda report: None, restartable=False)
    job = started()
    killed(job)
    reap(NOON + timedelta(seconds=5))
    job.refresh_from_db()
    assert job.progress is Progress.FAILED


def test_a_worker_of_another_machine_is_given_three_silent_minutes(kinds):
    declared(lambda report: None)
    job = started()
    killed(job, worker="elsewhere:1:1")
    assert reap(NOON + timedelta(minutes=2)) == []
    assert reap(NOON + timedelta(minutes=4)) == [job]


def test_a_living_worker_is_never_taken_for_dead(kinds):
    from xueji.jobs.processes import this_process

    declared(lambda report: None)
    job = started()
    killed(job, worker=this_process())
    assert reap(NOON + timedelta(hours=5)) == []


def test_a_job_whose_queue_row_was_lost_is_queued_again(kinds):
    declared(lambda report: None)
    job = started()
    DBTaskResult.objects.all().delete()
    assert reap(NOON + timedelta(minutes=1)) == []
    assert reap(NOON + timedelta(minutes=3)) == [job]
    assert DBTaskResult.objects.get().args_kwargs["args"] == [str(job.pk)]


def test_old_rows_are_forgotten_and_the_journal_remembers(kinds):
    declared(lambda report: None)
    job = started()
    run_job.call(str(job.pk))
    Job.objects.update(finished_at=NOON)
    assert forget_old(NOON + timedelta(days=89)) == 0
    assert forget_old(NOON + timedelta(days=91)) == 1
    assert Event.objects.filter(subject=f"job:{job.pk}").count() == 2


def test_work_that_ended_stays_as_it_ended(kinds):
    declared(lambda report: None)
    job = started()
    run_job.call(str(job.pk))
    job.refresh_from_db()
    worker = Act(SystemActor("worker"), NOON, "job")
    assert end_job(worker, job, outcome=Job.Outcome.FAILED, reason=finding("JOB.004")).unchanged
    assert begin_again(worker, Job.objects.get(pk=job.pk)).unchanged
    assert Job.objects.get(pk=job.pk).progress is Progress.DONE


def test_work_that_another_worker_took_meanwhile_is_not_begun_again(kinds):
    declared(lambda report: None)
    job = started()
    killed(job)
    seen = Job.objects.get(pk=job.pk)
    Job.objects.filter(pk=job.pk).update(worker="elsewhere:2:2")
    assert begin_again(Act(SystemActor("reaper"), NOON, "job"), seen).unchanged
    assert Job.objects.get(pk=job.pk).progress is Progress.RUNNING


def test_work_that_is_run_at_once_inside_an_act_and_fails_leaves_no_event_of_what_was_undone(kinds, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

    def counting_forms(report):
        declare_college(report.act(), code="Z", name="半途学院")
        raise Stopped([finding("JOB.003", kind="x")])

    declared(counting_forms)
    job = started()
    job.refresh_from_db()
    assert job.progress is Progress.FAILED and not College.objects.filter(code="Z").exists()
    assert not Event.objects.filter(kind="college.declared").exists()
