"""Asking for a correction on the spot (当场更正): the right value, the reason and the papers, wherever a field is found wrong.

What was typed comes back with every finding, and so do files: a browser never shows a chosen file again, so a good one
is kept aside and named in the form until the request is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from xueji.accounts.queries import Viewer
from xueji.catalogue.fields import APPROVERS, EVIDENCE, Field
from xueji.catalogue.text import Text
from xueji.corrections.commands import keep_evidence_aside, request_correction
from xueji.corrections.queries import kept_aside
from xueji.journal.command import Act, Stopped
from xueji.rules.findings import Finding
from xueji.vault.terms import PURPOSES

from .controls import control_of
from .languages import said
from .rows import FieldRow, Mistake

if TYPE_CHECKING:
    from xueji.corrections.models import Correction
    from xueji.records.models import StudentRecord
    from xueji.vault.models import VaultFile

RIGHT = Text("正确的{label}", "The right {label}")
REASON = Text("理由", "Reason")
REASON_HINT = Text("哪里不对，依据是什么，什么时候变的。", "What is wrong, what proves it, and since when.")
KEPT = Text("已收到“{title}”，不用再选；要换就另选一个。", "“{title}” is here, no need to choose it again; choose another to replace it.")
ANY_OF = Text("至少传一项", "at least one of these")
ACCEPTED = "image/jpeg,image/png,application/pdf"
LIMIT = PURPOSES["evidence"].limits.bytes


@dataclass(slots=True)
class Asked:
    """What was typed about one field; ``taken`` is another source's value that was ticked as the right one."""

    field: Field
    prefix: str = ""
    new: str = ""
    reason: str = ""
    taken: str = ""
    takes: bool = False
    sent: dict[str, UploadedFile] = field(default_factory=dict)
    kept: dict[str, VaultFile] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        """Whether anything was typed, ticked or chosen."""
        return bool(self.new.strip() or self.reason.strip() or self.takes or self.sent or self.kept)

    @property
    def value(self) -> str:
        return self.taken if self.takes and not self.new.strip() else self.new

    @property
    def opened(self) -> bool:
        return self.filled or bool(self.findings)

    @property
    def chain(self) -> list[Text]:
        return [APPROVERS[who] for who in self.field.approvers]

    @property
    def rows(self) -> list[FieldRow]:
        return _rows(self)

    @property
    def linked(self) -> list[tuple[Finding, str]]:
        """Every finding with the address of the control it is about."""
        names = {row.name: row.id for row in self.rows}
        return [(one, f"#{names.get(self.prefix + (one.field or ''), f'id_{self.prefix}new')}") for one in self.findings]


def typed(request: HttpRequest, viewer: Viewer, record: StudentRecord, one: Field, *, prefix: str = "", taken: str = "") -> Asked:
    """What a form holds about a field. ``taken`` is the value that its tick (``take``) stands for, never sent by a browser."""
    post, names = request.POST, {kind: prefix + kind for kind in one.evidence}
    sent = {kind: request.FILES[name] for kind, name in names.items() if name in request.FILES}
    ids = {kind: post[f"{name}.kept"] for kind, name in names.items() if post.get(f"{name}.kept") and kind not in sent}
    here = kept_aside(viewer, record, ids.values()) if ids else {}
    return Asked(
        one, prefix, post.get(f"{prefix}new", "")[:1000], post.get(f"{prefix}reason", "")[:2000], taken,
        bool(taken) and post.get(f"{prefix}take") == "yes", sent, {kind: here[key] for kind, key in ids.items() if key in here},
    )  # fmt: skip


def ask(act: Act, record: StudentRecord, asked: Asked) -> Correction:
    """Make the request. Raises Stopped; the findings are then kept in ``asked`` too, each about a control of the form."""
    evidence: Mapping[str, Any] = {**asked.kept, **asked.sent}
    try:
        return request_correction(act, record, field=asked.field.code, new=asked.value, reason=asked.reason, evidence=evidence).result
    except Stopped as stopped:
        asked.findings = [_about(one, asked.field.code) for one in stopped.findings]
        raise Stopped(asked.findings) from None


def keep_files(act: Act, record: StudentRecord, boxes: Iterable[Asked]) -> None:
    """Keep the files of forms that come back, outside the transaction that failed; what is no evidence is said at its control."""
    for asked in boxes:
        for kind, file in asked.sent.items():
            try:
                asked.kept[kind] = keep_evidence_aside(act, record, content=file).result
            except Stopped as stopped:
                asked.findings = [one for one in asked.findings if one.field != "file"] + [_at(one, kind) for one in stopped.findings]
        asked.sent = {}


def _about(one: Finding, code: str) -> Finding:
    """A finding about the field is a finding about what was typed as its new value."""
    return _at(one, "new") if one.field == code else one


def _at(one: Finding, control: str) -> Finding:
    return Finding(one.id, one.level, control, one.message, one.remedy, one.source, one.place)


def _rows(asked: Asked) -> list[FieldRow]:
    one, prefix = asked.field, asked.prefix
    by_control: dict[str, list[Finding]] = {}
    for problem in asked.findings:
        by_control.setdefault(problem.field or "", []).append(problem)
    new = control_of(one, f"{prefix}new", asked.new, found=by_control.get("new", []), needed=not asked.taken)
    new.label = str(said(RIGHT.format(label=one.label)))
    reason = FieldRow(
        f"{prefix}reason", str(said(REASON)), "textarea", asked.reason, hint=str(said(REASON_HINT)),
        mistakes=_mistakes(by_control.get("reason", [])), attrs={"rows": "3", "maxlength": "1000"},
    )  # fmt: skip
    first = next(iter(one.evidence), "")
    files = [
        FieldRow(
            prefix + kind, str(said(EVIDENCE[kind])), "file", attrs={"accept": ACCEPTED, "data-preview": "", "data-limit": str(LIMIT)},
            mistakes=_mistakes(by_control.get(kind, []) + (by_control.get("evidence", []) if kind == first else [])),
            hint=str(said(KEPT.format(title=asked.kept[kind].title))) if kind in asked.kept else "",
            kept=str(asked.kept[kind].pk) if kind in asked.kept else "",
        )
        for kind in one.evidence
    ]  # fmt: skip
    return [new, reason, *files]


def _mistakes(found: Iterable[Finding]) -> list[Mistake]:
    return [Mistake(str(said(one.message)), one.id, str(said(one.remedy))) for one in found]
