"""Reading correction requests, viewer first."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.catalogue.fields import EVIDENCE, FIELDS, Field, Policy
from xueji.catalogue.text import Text
from xueji.corrections.models import Correction
from xueji.corrections.terms import OPEN, Stage
from xueji.journal.command import Scope
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of, visible
from xueji.vault.models import VaultFile
from xueji.vault.queries import files_for


def corrections_for(viewer: Viewer, permission: str = Permission.STUDENT_READ) -> QuerySet[Correction]:
    """The requests of records the viewer may see, newest first, with record, person and college."""
    return Correction.objects.filter(visible(viewer, permission, "record__")).select_related("record__person", "record__college")


def waiting_for(viewer: Viewer, stage: Stage) -> QuerySet[Correction]:
    """The requests at this stage that the viewer may decide, oldest first."""
    permission = Permission.CORRECTION_REVIEW if stage == Stage.AT_COLLEGE else Permission.CORRECTION_DECIDE
    return corrections_for(viewer, permission).filter(stage=stage).order_by("requested_at")


def correction_for(viewer: Viewer, correction_id: UUID) -> Correction:
    """One request that the viewer may see. Raises Correction.DoesNotExist."""
    return corrections_for(viewer).prefetch_related("evidence__file").get(pk=correction_id)


def open_of(record: StudentRecord) -> dict[str, Correction]:
    """The requests of a record that somebody still has to decide, by field; one query."""
    return {one.field: one for one in Correction.objects.filter(record=record, stage__in=OPEN)}


def scope_of_correction(correction: Correction) -> Scope:
    """Where a request belongs: where its record belongs."""
    return scope_of(correction.record)


def correctable(code: str) -> Field | None:
    """The field, if a correction of it can be asked for; None for fixed, free and unknown ones."""
    field = FIELDS.get(code)
    return field if field is not None and field.policy in (Policy.CORRECTION, Policy.APPROVAL) else None


def missing_evidence(correction: Correction) -> list[Text]:
    """What a request still has to bring: of a name or number, at least one kind its field lists."""
    wanted = FIELDS[correction.field].evidence
    if not wanted or correction.evidence.exists():
        return []
    return [EVIDENCE[kind] for kind in wanted]


def kept_aside(viewer: Viewer, record: StudentRecord, file_ids: Iterable[str]) -> dict[str, VaultFile]:
    """The viewer's proofs for this record that belong to no request yet, by id as it was sent; anything else is left out."""
    wanted = {}
    for sent in file_ids:
        try:
            wanted[UUID(sent)] = sent
        except ValueError:
            continue
    files = files_for(viewer, wanted)
    scope = scope_of(record)
    return {
        wanted[key]: file
        for key, file in files.items()
        if file.purpose == "evidence" and file.made_by == viewer.id_text and file.purge_on is not None and file.scope == scope
    }
