"""The register: colleges, persons, and their student records (学籍).

Official fields that lists, lookups and filings need are columns; everything else of the catalogue (contact, family,
history …) is one sealed document, ``details``, keyed by the catalogue's field codes. Codes are stored, words shown.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from xueji.records.terms import Certificates, Population, Standing
from xueji.vault.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField


class College(models.Model):
    """A college or faculty that trains students (学院、研究生培养单位), with whom to ask there."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=120, blank=True)
    campus = models.CharField(max_length=40, blank=True)
    contact = models.CharField("联系人", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    room = models.CharField("办公室", max_length=80, blank=True)
    hours = models.CharField("办公时间", max_length=80, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A human being (人). One person may have several student records, one after the other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("姓名", max_length=100, db_index=True)
    name_pinyin = models.CharField("姓名拼音", max_length=120, blank=True)
    name_syllables = models.JSONField("拼音音节", default=list, blank=True)
    surname_length = models.PositiveSmallIntegerField("姓的字数", default=0)
    sex = models.CharField("性别", max_length=2, blank=True)
    born_on = models.DateField("出生日期", null=True, blank=True)
    id_document = models.CharField("证件类型", max_length=8, blank=True)
    id_number = EncryptedTextField("证件号码", max_length=40, blank=True, null=True)
    id_index = BlindIndexField(purpose="id_number", of="id_number")
    nationality = models.CharField("国家或地区", max_length=8, blank=True)
    population = models.CharField("学生类别", max_length=16, choices=Population, default=Population.DOMESTIC)
    ethnic_group = models.CharField("民族", max_length=8, blank=True)
    political_status = models.CharField("政治面貌", max_length=8, blank=True)

    class Meta:
        # a search for part of a name reads every name: from this index, not from rows full of sealed columns
        indexes = [models.Index(fields=["name", "id"], name="person_by_name")]

    def __str__(self) -> str:
        return str(self.pk)


class StudentRecord(models.Model):
    """One enrolment of one person (学籍), from admission to its conclusion."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="records")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="record"
    )
    student_number = models.CharField("学号", max_length=32, unique=True)
    candidate_number = models.CharField("考生号", max_length=32, blank=True, db_index=True)
    college = models.ForeignKey(College, models.PROTECT, related_name="records")
    campus = models.CharField("校区", max_length=40, blank=True)
    department = models.CharField("系所", max_length=60, blank=True)
    class_number = models.CharField("班号", max_length=32, blank=True)
    level = models.CharField("层次", max_length=24, blank=True)
    major_code = models.CharField("专业代码", max_length=12, blank=True)
    major_name = models.CharField("专业名称", max_length=100, blank=True)
    major_name_en = models.CharField("专业英文名", max_length=160, blank=True)
    schooling_years = models.CharField("学制", max_length=4, blank=True)
    study_mode = models.CharField("学习形式", max_length=16, blank=True)
    intake_year = models.PositiveSmallIntegerField("年级", null=True, blank=True)
    enrolled_on = models.DateField("入学日期", null=True, blank=True)
    expected_on = models.DateField("预计毕业日期", null=True, blank=True)
    first_expected_on = models.DateField("最初的预计毕业日期", null=True, blank=True)
    record_state = models.CharField("学籍注册状态", max_length=24, blank=True)
    standing = models.CharField("学籍状态", max_length=16, choices=Standing, default=Standing.ADMITTED)
    origin_region = models.CharField("生源地", max_length=12, blank=True)
    commissioned = models.CharField("定向委培", max_length=16, blank=True)
    certificates = models.CharField("双证或单证", max_length=8, choices=Certificates, default=Certificates.BOTH)
    programme = models.CharField("培养项目", max_length=40, blank=True)
    plan = models.CharField("计划内外", max_length=8, blank=True)
    continuous_programme = models.BooleanField("硕博连读", default=False)
    conclusion = models.CharField("毕业结论", max_length=16, blank=True)
    graduated_on = models.DateField("毕业日期", null=True, blank=True)
    certificate_number = models.CharField("证书编号", max_length=24, blank=True)
    details = EncryptedJSONField("其他信息", default=dict)
    revision = models.PositiveIntegerField("修订号", default=1)
    changed_at = models.DateTimeField("最近变更", null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["college", "class_number", "student_number"], name="record_by_class"),
            models.Index(fields=["college", "class_number", "id"], name="record_of_class_and_key"),
            models.Index(fields=["intake_year", "level"], name="record_by_intake"),
            models.Index(fields=["expected_on"], name="record_by_expected"),
            models.Index(fields=["conclusion", "college"], name="record_by_conclusion"),
        ]

    def __str__(self) -> str:
        return self.student_number


class School(models.Model):
    """The school itself, one row (学校): what is printed on forms and certificates."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    code = models.CharField("学校代码", max_length=10)
    name = models.CharField("学校名称", max_length=60)
    name_en = models.CharField("英文校名", max_length=120)
    office = models.CharField("主管部门", max_length=60, blank=True)
    office_en = models.CharField("主管部门英文名", max_length=120, blank=True)
    president = models.CharField("校长", max_length=60, blank=True)
    pinyin_style = models.CharField("拼音写法", max_length=24, default="gbt28039")
    notice_address = models.CharField("可手工输入的网址", max_length=120, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation_one_school")]

    def __str__(self) -> str:
        return self.name


class StandingChange(models.Model):
    """One change of standing (学籍异动): from where to where, from when, until when, by which document. Never edited."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="standing_changes")
    move = models.CharField("异动类别", max_length=16)
    before = models.CharField("异动前", max_length=16)
    after = models.CharField("异动后", max_length=16)
    effective_on = models.DateField("生效日期")
    until = models.DateField("至", null=True, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    expected_before = models.DateField("原预计毕业日期", null=True, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["effective_on", "decided_at"]

    def __str__(self) -> str:
        return f"{self.move} {self.effective_on}"
