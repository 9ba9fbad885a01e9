"""The graduation review's tables: what is known of a student's studies, requests, proposals, adverse notices."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.campaigns.models import Case
from xueji.records.models import StudentRecord
from xueji.vault.fields import EncryptedJSONField, EncryptedTextField
from xueji.vault.models import VaultFile


class Studies(models.Model):
    """What has been reported of one student's studies (学业情况), each value with its source and day.

    ``known``: credits by module, courses with grades, tests, facts (holds, discipline …). A missing key is unknown.
    ``sources``: "credits.学位课" → [source, day].
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.OneToOneField(StudentRecord, models.PROTECT, related_name="studies")
    known = EncryptedJSONField("学业数据", default=dict)
    sources = models.JSONField("来源与日期", default=dict)
    defence_on = models.DateField("答辩日期", null=True, blank=True)
    defence_passed = models.BooleanField("答辩通过", null=True, blank=True)
    defence_grade = models.CharField("答辩成绩", max_length=20, blank=True)
    limit_years = models.DecimalField("最长学习年限", max_digits=3, decimal_places=1, null=True, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class ProgrammePlan(models.Model):
    """A plan as published (培养方案). A changed plan is a new row; the old one stays for the years it judged."""

    code = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="a_plan_version_is_published_once")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class RequirementException(models.Model):
    """A requirement waived for one student (例外): by whom, why, until when."""

    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="exceptions")
    requirement = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
    until = models.DateField(null=True, blank=True)
    approved_at = models.DateTimeField()
    approved_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "requirement"], name="one_exception_per_requirement")]

    def __str__(self) -> str:
        return self.requirement


class JointRequest(models.Model):
    """The joint written request of student and supervisor for 结业 or 肄业, and the college's approval (书面申请)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="joint_requests")
    conclusion = models.CharField(max_length=16)
    reason = EncryptedTextField("理由", max_length=1000)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=120)
    supervisor = models.CharField("导师", max_length=60)
    supervisor_at = models.DateTimeField(null=True, blank=True)
    supervisor_by = models.CharField(max_length=120, blank=True)
    scan = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    college_at = models.DateTimeField(null=True, blank=True)
    college_by = models.CharField(max_length=120, blank=True)
    college_opinion = models.CharField("学院审批意见", max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(withdrawn_at=None), name="one_open_joint_request_per_case"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Proposal(models.Model):
    """The conclusion proposed for one student, and its approval by somebody else (毕业结论的提出与批准)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="proposal")
    conclusion = models.CharField(max_length=16)
    by_rule = models.CharField("规则提议", max_length=16)
    cleared = models.JSONField("已由人判断的存疑项", default=list)
    note = models.CharField("判断依据", max_length=500, blank=True)
    prolong_until = models.DateField("延长至", null=True, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=64)
    proposed_label = models.CharField(max_length=120)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_label = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.conclusion


class AdverseNotice(models.Model):
    """What a student is told before an adverse conclusion, and what the student answers (告知与申辩, 41号令 第五十五条)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="adverse_notice")
    conclusion = models.CharField(max_length=16)
    facts = EncryptedTextField("事实、理由与依据", max_length=2000)
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=120)
    statement = EncryptedTextField("陈述和申辩", max_length=4000, null=True, blank=True)
    stated_at = models.DateTimeField(null=True, blank=True)
    legality_reviewed_at = models.DateTimeField("合法性审查", null=True, blank=True)
    legality_reviewed_by = models.CharField(max_length=120, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    delivered_how = models.CharField("送达方式", max_length=16, blank=True)
    delivered_by = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Filing(models.Model):
    """One file made for an authority (报库): an immutable snapshot with its digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="filings")
    layout = models.TextField("格式全文", blank=True)
    profile = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    left_out = models.JSONField("没有进入的人", default=list)
    overrides = models.JSONField("批准的容差", default=list)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "profile", "number"], name="a_filing_is_numbered_once")]

    def __str__(self) -> str:
        return f"{self.profile} {self.number}"


class FilingRow(models.Model):
    """One student's row in a filing, and what the authority answered (报库记录)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filing = models.ForeignKey(Filing, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="filing_rows")
    values = EncryptedJSONField("字段值")
    answer = models.CharField("回执", max_length=10, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.CharField("驳回原因", max_length=300, blank=True)
    answer_rule = models.CharField(max_length=40, blank=True)
    settled_at = models.DateTimeField("了结", null=True, blank=True)
    settled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["filing", "record"], name="a_student_is_filed_once_per_file")]
        indexes = [models.Index(fields=["filing", "answer"], name="filing_row_by_answer")]

    def __str__(self) -> str:
        return str(self.pk)


class Amendment(models.Model):
    """A change after filing, with the authority's reply as evidence (报库后更正)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="amendments")
    field = models.CharField(max_length=40)
    before = EncryptedTextField(max_length=300, blank=True, null=True)
    after = EncryptedTextField(max_length=300)
    reason = models.CharField(max_length=500)
    reply = models.ForeignKey(VaultFile, models.PROTECT, related_name="+")
    reply_number = models.CharField("批复文号", max_length=60)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.field
