"""A notice read from its TOML: what is declared, as plain values, and everything that is wrong with it (通知).

Pure: no table, no clock. ``read_notice`` answers with the notice or with findings, each with its line.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from xueji.campaigns.audience import CONDITIONS, Condition, conditions_of
from xueji.campaigns.terms import STEP_KINDS
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text, listed
from xueji.rules.findings import Finding, finding
from xueji.rules.progress import Doer
from xueji.rules.windows import Window

KINDS = ("enrolment", "photo", "confirmation", "graduation", "certificates")
POLICIES = ("fixed", "free", "approval", "correction", "not_now")


@dataclass(frozen=True, slots=True)
class Audience:
    """One way to belong to a group (采集对象): all of ``include`` holds and no ``exclude`` holds in full."""

    group: str
    include: tuple[Condition, ...]
    exclude: tuple[tuple[Condition, ...], ...]
    nominated: str
    label: Text
    clause: str


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """One step as declared (步骤)."""

    code: str
    kind: str
    who: Doer
    after: tuple[str, ...]
    window: Window
    title: Text
    guide: Text
    clause: str
    groups: tuple[str, ...]
    fields: tuple[str, ...]
    document: str
    optional: bool
    extra: dict[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask (联系方式)."""

    office: Text
    name: str
    name_en: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything a notice declares."""

    code: str
    number: str
    kind: str
    title: Text
    source: str
    issuer: Text
    issued_on: date | None
    bilingual: bool
    window: Window
    makeup: datetime | None
    first_password: str
    audiences: tuple[Audience, ...]
    steps: tuple[NoticeStep, ...]
    contacts: tuple[Contact, ...]
    policies: dict[str, str]
    silence: str
    lateness: dict[str, Text]
    remarks: tuple[Text, ...]
    reminders: tuple[int, ...]
    tables: dict[str, Any]
    text: str
    sha256: str

    def step(self, code: str) -> NoticeStep:
        """The step of that code. Raises KeyError when the notice has none."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)

    def groups(self) -> tuple[str, ...]:
        """The groups in the order of the notice."""
        return tuple(dict.fromkeys(a.group for a in self.audiences))

    def steps_for(self, group: str) -> tuple[NoticeStep, ...]:
        """The steps a group has to do: those that name it, and those that name none."""
        return tuple(s for s in self.steps if not s.groups or group in s.groups)


def _lines(text: str) -> dict[str, int]:
    """Where each table of the file begins: "step:2" → line of the second [[step]], "window" → line of [window]."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*\[\[\s*([\w.]+)\s*\]\]", line):
            name = match[1]
            counts[name] = counts.get(name, 0) + 1
            found[f"{name}:{counts[name]}"] = number
        elif match := re.match(r"\s*\[\s*([\w.]+)\s*\]", line):
            found[match[1]] = number
        elif match := re.match(r"\s*(\w+)\s*=", line):
            found.setdefault(f"={match[1]}", number)
    return found


def moved_by_days(text: str, days: int) -> str:
    """The same notice with every date and time moved by whole days: for a demonstration, never for a real notice."""

    def later(match: re.Match[str]) -> str:
        whole = match[0]
        moved = date.fromisoformat(whole[:10]) + timedelta(days=days)
        return moved.isoformat() + whole[10:]

    return re.sub(
        r"(?m)^(?!\s*(?:#|issued_on|number|source|title|include|exclude)).*$",
        lambda line: re.sub(r'(?<![\d"\w-])\d{4}-\d{2}-\d{2}(?:T[\d:]+(?:[+-]\d{2}:\d{2})?)?', later, line[0]),
        text,
    )


def read_notice(text: str) -> tuple[Notice | None, list[Finding]]:
    """The notice declared by ``text``, or None with every problem found, each placed at its line."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [finding("CAMP.001", problem=str(error), place=f"line {getattr(error, 'lineno', '?')}")]
    lines = _lines(text)
    found: list[Finding] = []

    def wrong(id: str, where: str, **values: Any) -> None:
        found.append(finding(id, place=f"line {lines.get(where, 1)}", **values))

    def both(table: dict[str, Any], key: str, where: str, needed: bool = True) -> Text:
        zh, en = str(table.get(key, "")), str(table.get(f"{key}_en", ""))
        if needed and not zh:
            wrong("CAMP.002", where, key=key)
        if zh and not en and raw.get("bilingual"):
            wrong("CAMP.003", where, key=f"{key}_en")
        return Text(zh, en)

    def moment(table: dict[str, Any], key: str, where: str) -> datetime | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            wrong("CAMP.004", where, key=key, value=value)
            return None
        return value

    for key in ("code", "number", "title", "kind", "source"):
        if not raw.get(key):
            wrong("CAMP.002", f"={key}", key=key)
    if raw.get("code") and not re.fullmatch(r"[a-z0-9-]{3,60}", str(raw["code"])):
        wrong("CAMP.005", "=code", value=raw["code"])
    if raw.get("kind") and raw["kind"] not in KINDS:
        wrong("CAMP.006", "=kind", key="kind", value=raw["kind"], allowed=listed(KINDS))

    span = raw.get("window", {})
    opens, closes = moment(span, "opens", "window"), moment(span, "closes", "window")
    if opens is None or closes is None:
        wrong("CAMP.007", "window")
    elif closes <= opens:
        wrong("CAMP.008", "window", opens=opens, closes=closes)

    audiences = []
    for n, entry in enumerate(raw.get("audience", []), 1):
        where = f"audience:{n}"
        include, problems = conditions_of(entry.get("include", {}))
        exclude = []
        for group in entry.get("exclude", []):
            members, more = conditions_of(group)
            exclude.append(members)
            problems += more
        for key, value in problems:
            id_ = "CAMP.009" if key not in CONDITIONS else "CAMP.010"
            wrong(id_, where, key=key, value=value, allowed=listed(sorted(CONDITIONS)))
        if not entry.get("group"):
            wrong("CAMP.002", where, key="group")
        if not include and not entry.get("nominated"):
            wrong("CAMP.011", where, group=entry.get("group", ""))
        audiences.append(
            Audience(entry.get("group", ""), include, tuple(exclude), entry.get("nominated", ""),
                     both(entry, "label", where, needed=False), entry.get("clause", ""))
        )  # fmt: skip
    if not audiences:
        wrong("CAMP.012", "=code")

    steps: list[NoticeStep] = []
    groups = {a.group for a in audiences}
    for n, entry in enumerate(raw.get("step", []), 1):
        where = f"step:{n}"
        code, kind = entry.get("code", ""), entry.get("kind", "")
        if not code:
            wrong("CAMP.002", where, key="code")
        if code in {s.code for s in steps}:
            wrong("CAMP.013", where, step=code)
        if kind not in STEP_KINDS:
            wrong("CAMP.006", where, key="kind", value=kind, allowed=listed(STEP_KINDS))
        else:
            for key in STEP_KINDS[kind].needs:
                if not entry.get(key):
                    wrong("CAMP.014", where, step=code, key=key)
        if entry.get("who", "student") not in list(Doer):
            wrong("CAMP.006", where, key="who", value=entry.get("who"), allowed=listed(Doer))
        earlier = {s.code for s in steps}
        for before in entry.get("after", []):
            if before not in earlier:
                wrong("CAMP.015", where, step=code, before=before)
        for group in entry.get("groups", []):
            if group not in groups:
                wrong("CAMP.016", where, step=code, group=group)
        fields = _fields(entry.get("fields", []))
        for name in fields:
            if name not in FIELDS:
                wrong("CAMP.017", where, step=code, field_name=name)
        from_, until = moment(entry, "opens", where) or opens, moment(entry, "until", where) or closes
        if from_ and until and until <= from_:
            wrong("CAMP.008", where, opens=from_, closes=until)
        known = {"code", "kind", "who", "after", "groups", "fields", "opens", "until", "title", "title_en", "guide",
                 "guide_en", "clause", "document", "optional"}  # fmt: skip
        steps.append(
            NoticeStep(
                code=code,
                kind=kind,
                who=Doer(entry.get("who", "student")) if entry.get("who", "student") in list(Doer) else Doer.STUDENT,
                after=tuple(entry.get("after", [])),
                window=Window(from_, until),
                title=both(entry, "title", where),
                guide=both(entry, "guide", where, needed=False),
                clause=entry.get("clause", ""),
                groups=tuple(entry.get("groups", [])),
                fields=fields,
                document=entry.get("document", ""),
                optional=bool(entry.get("optional", False)),
                extra={k: v for k, v in entry.items() if k not in known},
            )
        )
    for group in groups:
        if group and steps and not any(not s.groups or group in s.groups for s in steps):
            wrong("CAMP.018", "=code", group=group)
    if not steps:
        wrong("CAMP.019", "=code")
    for name, policy in raw.get("policies", {}).items():
        if name not in FIELDS:
            wrong("CAMP.017", "policies", step="policies", field_name=name)
        if policy not in POLICIES:
            wrong("CAMP.006", "policies", key=name, value=policy, allowed=listed(POLICIES))
    first = raw.get("sign_in", {}).get("first_password", "activation_code")
    if first not in {"activation_code", "document_suffix"}:
        wrong("CAMP.006", "sign_in", key="first_password", value=first, allowed="activation_code、document_suffix")
    title, issuer = both(raw, "title", "=title", needed=False), both(raw, "issuer", "=issuer", needed=False)
    if found:
        return None, found
    return Notice(
        code=raw["code"],
        number=raw["number"],
        kind=raw["kind"],
        title=title,
        source=raw["source"],
        issuer=issuer,
        issued_on=raw.get("issued_on"),
        bilingual=bool(raw.get("bilingual", False)),
        window=Window(opens, closes),
        makeup=moment(span, "makeup", "window"),
        first_password=first,
        audiences=tuple(audiences),
        steps=tuple(steps),
        contacts=tuple(
            Contact(Text(c.get("office", ""), c.get("office_en", "")), c.get("name", ""), c.get("name_en", ""),
                    c.get("phone", ""), c.get("email", ""))
            for c in raw.get("contact", [])
        ),
        policies=dict(raw.get("policies", {})),
        silence=raw.get("silence", "unconfirmed"),
        lateness={who: Text(entry.get("zh", ""), entry.get("en", "")) for who, entry in raw.get("lateness", {}).items()},
        remarks=tuple(Text(r.get("zh", ""), r.get("en", "")) for r in raw.get("remark", [])),
        reminders=tuple(sorted(raw.get("reminders", {}).get("days_before", [3, 1]), reverse=True)),
        tables={k: v for k, v in raw.items() if isinstance(v, dict | list)},
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    ), []  # fmt: skip


def _fields(declared: list[str]) -> tuple[str, ...]:
    """Field codes of a step; ``group:contact`` stands for every field of that section of the catalogue."""
    codes: list[str] = []
    for name in declared:
        if name.startswith("group:"):
            codes += [f.code for f in FIELDS.values() if f.group == name.removeprefix("group:")] or [name]
        else:
            codes.append(name)
    return tuple(dict.fromkeys(codes))
