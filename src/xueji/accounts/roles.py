"""The roles, and what each may do. A grant is a role in a scope: a college, a campus, a class, or the school."""

from __future__ import annotations

from enum import StrEnum

from xueji.accounts.permissions import Permission as P
from xueji.catalogue.text import Text


class Role(StrEnum):
    """What a member of staff is here for (角色)."""

    COUNSELLOR = "counsellor"
    SECRETARY = "secretary"
    DEAN = "dean"
    REGISTRAR = "registrar"
    OPERATOR = "operator"
    ARCHIVIST = "archivist"


TITLES: dict[Role, Text] = {
    Role.COUNSELLOR: Text("辅导员", "Counsellor"),
    Role.SECRETARY: Text("学院秘书", "College secretary"),
    Role.DEAN: Text("主管院长", "Dean in charge"),
    Role.REGISTRAR: Text("学籍管理", "Registrar"),
    Role.OPERATOR: Text("采集台操作员", "Station operator"),
    Role.ARCHIVIST: Text("档案室", "Archive office"),
}

_WATCH = {P.CASE_READ, P.STUDENT_READ, P.CASE_REMIND, P.CASE_EXPORT, P.JOURNAL_READ, P.JOB_START, P.MESSAGE_SEND,
          P.VAULT_KEEP}  # fmt: skip

ROLES: dict[Role, frozenset[P]] = {
    Role.COUNSELLOR: frozenset(_WATCH | {P.CONFIRM_ON_BEHALF, P.CORRECTION_REQUEST, P.CASE_ASK_EXTENSION}),
    Role.SECRETARY: frozenset(
        _WATCH
        | {P.CASE_RECEIVE, P.CASE_EXTEND, P.CASE_NOMINATE, P.CONFIRM_ON_BEHALF, P.STUDENT_REVEAL, P.PASSWORD_RESET,
           P.CORRECTION_REVIEW, P.CORRECTION_REQUEST, P.MAJOR_NAME_REVIEW, P.BATCH_PREPARE, P.CONCLUSION_PROPOSE,
           P.CERTIFICATE_HAND_OVER}
    ),
    Role.DEAN: frozenset(_WATCH | {P.BATCH_SIGN, P.CONCLUSION_APPROVE, P.CORRECTION_REVIEW}),
    Role.REGISTRAR: frozenset(
        _WATCH
        | {P.ROSTER_IMPORT, P.SOURCE_IMPORT, P.RECORD_CHANGE, P.CAMPAIGN_MANAGE, P.CORRECTION_REVIEW, P.CORRECTION_DECIDE,
           P.MAJOR_NAME_DECIDE, P.BATCH_ACCEPT, P.CASE_APPROVE, P.CASE_EXTEND, P.FILING_MAKE, P.FILING_OVERRIDE,
           P.CERTIFICATE_NUMBER, P.CERTIFICATE_MASTER, P.CERTIFICATE_RELEASE, P.GRANT_ROLES, P.STUDENT_REVEAL,
           P.SCHEDULE_MANAGE, P.PHOTO_OVERRULE, P.CERTIFICATE_HAND_OVER, P.CASE_RECEIVE}
    ),
    Role.OPERATOR: frozenset({P.STATION_OPERATE, P.PHOTO_OVERRULE, P.VAULT_KEEP}),
    Role.ARCHIVIST: frozenset({P.ARCHIVE_RECEIVE}),
}  # fmt: skip

EVERYBODY: frozenset[P] = frozenset({P.OWN_PASSWORD, P.MESSAGE_ANSWER})
"""What every account may do with what is its own."""

STUDENT: frozenset[P] = frozenset({P.CASE_FILL, P.CORRECTION_REQUEST, P.CASE_CONFIRM, P.CASE_READ, P.VAULT_KEEP}) | EVERYBODY
"""What a student may do with what is the student's own."""
