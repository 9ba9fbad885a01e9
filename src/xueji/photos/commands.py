"""Writes about photos: keep a verdict, overrule a finding."""

from __future__ import annotations

import hashlib

from xueji.accounts.permissions import Permission
from xueji.imaging import judge_photo
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.photos.models import Judgement, Overrule
from xueji.photos.queries import rejecting_rules
from xueji.photos.terms import Taken
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of
from xueji.rules.findings import finding
from xueji.rules.photo_verdict import RULE_NAMES

LEAST_REASON, LONGEST_REASON = 5, 200


def _of_judgement(judgement: Judgement, **_: object) -> Scope:
    return scope_of(judgement.record)


@command(needs=Permission.STATION_OPERATE, records="photo.judged", scope=lambda record, **_: scope_of(record))
def judge_captured_photo(
    act: Act, record: StudentRecord, content: bytes, *, profile: str = "chsi-graduation", taken: str = Taken.STATION
) -> Change:
    """Judge a photo of a student and keep the verdict (照片判断). The result is the Judgement.

    The same bytes judged again by the same profile change nothing. Raises ProfileFault for an unknown profile.
    """
    digest = hashlib.sha256(content).hexdigest()
    verdict = judge_photo(content, profile)
    same = Judgement.objects.filter(
        record=record, photo_digest=digest, profile_digest=verdict.profile_digest, outcome=verdict.outcome
    ).first()
    if same is not None:
        return Change(f"record:{record.student_number}", scope_of(record), {}, same, unchanged=True)
    kept = Judgement.objects.create(
        record=record, taken=taken, photo_digest=digest, profile=verdict.profile, profile_digest=verdict.profile_digest,
        outcome=verdict.outcome, findings=verdict.as_json()["findings"], judged_at=act.at, judged_by=act.by.id_text,
    )  # fmt: skip
    rejecting = rejecting_rules(kept)
    return Change(
        f"record:{record.student_number}", scope_of(record), {"outcome": kept.outcome, "rules": rejecting, "taken": str(taken)}, kept
    )


@command(needs=Permission.PHOTO_OVERRULE, records="photo.overruled", scope=_of_judgement)
def overrule_finding(act: Act, judgement: Judgement, *, rule: str, reason: str) -> Change:
    """Let a photo pass against one rule, with the reason (人工放行). The result is the Overrule.

    Stopped when the rule did not reject this photo, was overruled already, or the reason is no reason.
    """
    reason = reason.strip()
    faults = []
    if rule not in rejecting_rules(judgement):
        faults.append(finding("PHOTO.200", field="rule", rule=RULE_NAMES.get(rule, rule)))
    elif judgement.overrules.filter(rule=rule).exists():
        faults.append(finding("PHOTO.201", field="rule", rule=RULE_NAMES[rule]))
    if not LEAST_REASON <= len(reason) <= LONGEST_REASON:
        faults.append(finding("PHOTO.202", field="reason", least=LEAST_REASON, most=LONGEST_REASON))
    if faults:
        raise Stopped(faults)
    made = Overrule.objects.create(judgement=judgement, rule=rule, reason=reason, overruled_at=act.at, overruled_by=act.by.id_text)
    return Change(f"record:{judgement.record.student_number}", scope_of(judgement.record), {"rule": rule, "reason": reason}, made)
