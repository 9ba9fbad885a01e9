"""One field on a form (表单项): everything its row needs, worked out before the template is reached."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from .languages import said

KINDS = {
    "TextInput": "text", "NumberInput": "number", "EmailInput": "email", "URLInput": "url",
    "PasswordInput": "password", "DateInput": "date", "DateTimeInput": "datetime-local",
    "Textarea": "textarea", "Select": "select", "NullBooleanSelect": "select",
    "RadioSelect": "radios", "CheckboxSelectMultiple": "checks", "SelectMultiple": "checks",
    "CheckboxInput": "tick", "FileInput": "file", "ClearableFileInput": "file", "HiddenInput": "hidden",
}  # fmt: skip
PASSED_ON = (
    "autocomplete", "inputmode", "maxlength", "minlength", "min", "max", "step", "pattern", "accept", "capture",
    "autocapitalize", "spellcheck", "rows", "lang", "list", "autofocus", "placeholder", "multiple", "readonly", "size",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mistake:
    """An error beside its field (错误): the sentence, and the number of the finding where there is one."""

    sentence: str
    number: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool = False
    note: str = ""


@dataclass(slots=True)
class FieldRow:
    """A labelled control, or a value that cannot be changed here.

    `kind` is an input type, or one of textarea, select, radios, checks, tick, value. `policy` is one of
    the catalogue's `Policy`. `certificate` sets the value in Song, because it will stand on a certificate.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    id: str = ""
    policy: str = ""
    hint: str = ""
    required: bool = True
    conditional: bool = False  # needed only with certain other answers: the hint says with which
    choices: list[Choice] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    certificate: bool = False
    attrs: dict[str, str] = field(default_factory=dict)
    link: str = ""  # where a correction is asked for
    link_text: str = ""
    kept: str = ""  # of a file: what was received of it already, sent along again

    def __post_init__(self):
        self.id = self.id or f"id_{self.name}"

    @property
    def grouped(self) -> bool:
        """Whether the label is a legend over several controls."""
        return self.kind in ("radios", "checks")

    @property
    def described_by(self) -> str:
        """The ids that a screen reader reads after the label."""
        names = [f"{self.id}_hint"] if self.hint else []
        return " ".join(names + ([f"{self.id}_error"] if self.mistakes else []))


def row_of(bound: BoundField, *, policy: str = "", certificate: bool = False) -> FieldRow:
    """The row of a Django form's field, with labels and errors in the language of the page."""
    widget = bound.field.widget
    kind = KINDS.get(type(widget).__name__) or getattr(widget, "input_type", "text")
    if kind == "text":
        kind = widget.attrs.get("type", getattr(widget, "input_type", "text"))
    value = bound.value()
    row = FieldRow(
        name=bound.html_name,
        id=bound.auto_id or f"id_{bound.html_name}",
        label=str(said(bound.label)),
        kind=kind,
        hint=str(said(bound.help_text) or ""),
        required=bound.field.required,
        conditional=getattr(bound.field, "conditional", False),
        policy=policy,
        certificate=certificate,
        mistakes=mistakes_of(bound),
        attrs={name: widget.attrs[name] for name in PASSED_ON if widget.attrs.get(name) not in (None, False, "")},
    )
    if kind in ("select", "radios", "checks"):
        row.choices = list(_choices(bound.field.choices, value))
    elif kind == "tick":
        row.value = "on" if value in (True, "True", "on", "1") else ""
    elif kind not in ("file", "password") and value is not None:
        row.value = value if isinstance(value, str) else widget.format_value(value) or ""
    return row


def _choices(choices, value):
    wanted = {str(item) for item in value} if isinstance(value, list | tuple | set) else {str(value or "")}
    for key, label in choices:
        yield Choice(str(key), str(said(label)), str(key) in wanted)


def mistakes_of(bound: BoundField) -> list[Mistake]:
    """The field's errors, each with its finding's number where it has one."""
    return [mistake_of(error) for error in bound.errors.as_data()]


def mistake_of(error: ValidationError) -> Mistake:
    finding = getattr(error, "finding", None)
    if finding is not None:
        return Mistake(str(said(finding.message)), finding.id, str(said(finding.remedy)))
    sentence = said(error.message)
    if error.params:
        sentence %= error.params
    return Mistake(str(sentence))


def refusal(finding) -> ValidationError:
    """A finding as a form's error, which keeps its number and its next step."""
    error = ValidationError(str(said(finding.message)), code=finding.id)
    error.finding = finding
    return error
