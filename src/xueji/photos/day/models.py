"""Tables of the photo day: versions of photos with their provenance, sessions, codes, turns, fees, disputes, prints.

CHSI's own capture code is stored nowhere (教学服〔2022〕10号): that the student has it is an acknowledgement, nothing more.
"""

from __future__ import annotations

import uuid

from django.db import models

from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI
from xueji.records.models import College, StudentRecord
from xueji.vault.fields import EncryptedJSONField, EncryptedTextField
from xueji.vault.models import VaultFile


class Capture(models.Model):
    """One version of a student's photo, or the knowledge that one exists elsewhere (照片版本与来历). Whether it counts is computed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # what begins another index needs none of its own: a photo is written at every turn
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="captures", db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="captures", db_index=False)
    version = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=8)
    taken_on = models.DateField("采集日期")
    taken_by = models.CharField("采集单位或操作人", max_length=120)
    file = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    judgement = models.ForeignKey("photos.Judgement", models.PROTECT, null=True, blank=True, related_name="+")
    face = models.CharField("人脸比对", max_length=10, blank=True)
    confirmed_at = models.DateTimeField("本人核对", null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["record", "version"], name="versions_of_a_photo_are_numbered")]
        indexes = [models.Index(fields=["record", "taken_on"], name="capture_by_day"), models.Index(fields=["campaign", "record"], name="capture_by_round")]

    def __str__(self) -> str:
        return f"v{self.version}"


class Session(models.Model):
    """A room at a time for some colleges (采集场次). ``colleges`` empty with ``open_day`` means anybody who could not come."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="sessions")
    campus = models.CharField("校区", max_length=40)
    room = models.CharField("地点", max_length=80)
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    capacity = models.PositiveIntegerField("容量")
    colleges = models.JSONField("学院", default=list)
    open_day = models.BooleanField("开放时段", default=False)
    part_time = models.BooleanField("面向在职学生", default=False)
    moved_from = models.CharField("原安排", max_length=200, blank=True)
    moved_because = models.CharField("调整原因", max_length=200, blank=True)

    class Meta:
        ordering = ["opens", "room"]
        constraints = [models.CheckConstraint(condition=models.Q(closes__gt=models.F("opens")), name="a_session_ends_after_it_begins")]

    def __str__(self) -> str:
        return f"{self.campus} {self.room} {self.opens.astimezone(SHANGHAI):%m-%d %H:%M}"


class Slot(models.Model):
    """One student's place in a session (个人时段)."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="slot")
    session = models.ForeignKey(Session, models.PROTECT, related_name="slots")
    position = models.PositiveIntegerField()
    starts = models.DateTimeField()

    class Meta:
        ordering = ["session", "position"]
        indexes = [models.Index(fields=["session", "starts"], name="slot_by_time")]

    def __str__(self) -> str:
        return f"{self.position}"


class StationKeys(models.Model):
    """The keys of one round of codes and envelopes (采集密钥): all secrets sealed, replaced by a new row when rotated."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    signing = EncryptedTextField("签名私钥", max_length=64)
    verifying = models.CharField("验签公钥", max_length=64)
    opening = EncryptedTextField("采集台密钥", max_length=64)
    envelope = EncryptedTextField("信封私钥", max_length=64)
    envelope_public = models.CharField("信封公钥", max_length=130)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.number)


class Code(models.Model):
    """A capture code as given to a student (采集凭证). The token itself is made when shown and stored nowhere."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="codes")
    serial = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "serial"], name="codes_of_a_case_are_numbered")]

    def __str__(self) -> str:
        return str(self.serial)


class Line(models.Model):
    """The last number given out at a place on a day (排队号). Its row is the lock under which numbers are given."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="lines")
    on = models.DateField()
    campus = models.CharField(max_length=40)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "on", "campus"], name="one_line_per_place_and_day")]

    def __str__(self) -> str:
        return str(self.last)


class Turn(models.Model):
    """One student's turn at the camera on one day (排队轮次). The constraint decides every race between stations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="turns", db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="turns", db_index=False)
    on = models.DateField()
    campus = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    light = models.CharField(max_length=6)
    words = models.JSONField("放行依据", default=list)
    station = models.CharField(max_length=40)
    offline = models.BooleanField(default=False)
    arrived_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    shots = models.PositiveSmallIntegerField("拍摄次数", default=0)
    draft = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    judgement = models.ForeignKey("photos.Judgement", models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "on"], name="one_turn_per_student_and_day"),
            models.UniqueConstraint(fields=["campaign", "on", "campus", "number"], name="a_number_is_given_once"),
        ]
        indexes = [models.Index(fields=["campaign", "on", "finished_at"], name="turn_waiting")]

    def __str__(self) -> str:
        return f"{self.on} {self.number}"


class Fee(models.Model):
    """Money taken at the station (现场收费), in fen."""

    turn = models.OneToOneField(Turn, models.PROTECT, related_name="fee")
    amount = models.PositiveIntegerField()
    method = models.CharField(max_length=8)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.amount}"


class Readiness(models.Model):
    """The student has read and prepared one thing (采集前准备)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="readiness")
    item = models.CharField(max_length=24)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "item"], name="one_acknowledgement_per_item")]

    def __str__(self) -> str:
        return self.item


class Nomination(models.Model):
    """Somebody outside the lists, reported by the college, decided by the registry (名单外上报)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="nominations")
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="nominations")
    reason = models.CharField(max_length=500)
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    approved = models.BooleanField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["reported_at"]
        constraints = [models.UniqueConstraint(fields=["campaign", "record"], condition=models.Q(decided_at=None), name="one_open_nomination")]

    def __str__(self) -> str:
        return str(self.pk)


class Dispute(models.Model):
    """The student says the photo is wrong (图像校对有误), with material; the college reviews, the registry decides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="disputes")
    reason = EncryptedTextField("说明", max_length=1000)
    evidence = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    college_at = models.DateTimeField(null=True, blank=True)
    college_by = models.CharField(max_length=120, blank=True)
    college_note = models.CharField("学院意见", max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    upheld = models.BooleanField("成立", null=True, blank=True)
    note = models.CharField("处理意见", max_length=500, blank=True)

    class Meta:
        ordering = ["made_at"]
        constraints = [models.UniqueConstraint(fields=["capture"], condition=models.Q(decided_at=None), name="one_open_dispute_per_photo")]

    def __str__(self) -> str:
        return str(self.pk)


class FaceCase(models.Model):
    """CHSI could not verify the face (身份复核): the school verifies, files online and on paper, the province agrees.

    Or a later answer of CHSI says that the comparison passed: then nothing is left to verify, and the case says by which.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="face_cases")
    capture = models.ForeignKey(Capture, models.PROTECT, null=True, blank=True, related_name="face_cases")
    result = models.CharField(max_length=10)
    found_at = models.DateTimeField()
    source = models.CharField(max_length=120)
    evidence = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField("学校核实", null=True, blank=True)
    verified_by = models.CharField(max_length=120, blank=True)
    filed_at = models.DateTimeField("线上备案", null=True, blank=True)
    filed_number = models.CharField("备案号", max_length=60, blank=True)
    agreed_at = models.DateTimeField("同意备案", null=True, blank=True)
    passed_at = models.DateTimeField("后来比对通过", null=True, blank=True)
    passed_source = models.CharField("通过的来源", max_length=120, blank=True)

    class Meta:
        ordering = ["found_at"]
        constraints = [models.UniqueConstraint(fields=["record"], condition=models.Q(agreed_at=None, passed_at=None), name="one_open_face_case_per_student")]

    def __str__(self) -> str:
        return self.result

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something: neither the authority nor a later answer has settled it."""
        return self.agreed_at is None and self.passed_at is None


class Envelope(models.Model):
    """What a station sent after an hour without network (离线信封). Its id makes the delivery happen once; a conflict keeps it all."""

    id = models.UUIDField(primary_key=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="envelopes")
    station = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    turn = models.ForeignKey(Turn, models.PROTECT, null=True, blank=True, related_name="envelopes")
    conflicts = models.JSONField(default=list)
    kept = EncryptedJSONField("信封内容", default=dict)
    photo = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    settled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["received_at"]

    def __str__(self) -> str:
        return str(self.pk)


class PrintEntry(models.Model):
    """One line of the register of prints (洗印照片登记): how many were received, used, returned, spoiled. Never edited.

    ``reverses`` names the line that this one takes out of the counts (冲销); ``form`` the page it was filled in on.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="prints")
    college = models.ForeignKey(College, models.PROTECT, related_name="prints")
    entry = models.CharField(max_length=10)
    count = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name="冲销")
    form = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.entry} {self.count}"
