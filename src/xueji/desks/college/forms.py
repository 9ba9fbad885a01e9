"""What a browser may send to the college desk."""

from __future__ import annotations

from datetime import datetime

from django import forms

from xueji.campaigns.notice import Notice
from xueji.campaigns.queries import SHANGHAI
from xueji.catalogue.text import Text
from xueji.desks.components.languages import said
from xueji.rules.progress import State

PAGE = 50
ORDERS = {"class": ("record__class_number", "record__student_number"), "touched": ("-touched_at", "record__student_number")}


def stage_words(notice: Notice) -> dict[str, Text]:
    """What the stages of a case are called in this campaign: 已收表 where a form is handed in."""
    paper = any(step.kind == "hand_in" for step in notice.steps)
    return {
        State.IDLE: Text("未开始", "Not started"),
        State.GOING: Text("进行中", "In progress"),
        State.REVIEW: Text("待收表", "To hand in") if paper else Text("待学院办理", "With the college"),
        State.BACK: Text("退回", "Returned"),
        State.DONE: Text("已收表", "Received") if paper else Text("已完成", "Done"),
        State.LATE: Text("逾期", "Overdue"),
    }


class CaseFilter(forms.Form):
    """The filters over the list of people. What makes no sense is left out, never an error page."""

    q = forms.CharField(required=False, max_length=60, label=Text("姓名或学号", "Name or number"))
    number = forms.CharField(required=False, max_length=32, label=Text("班级", "Class"))
    stage = forms.ChoiceField(required=False, label=Text("状态", "State"))
    step = forms.ChoiceField(required=False, label=Text("停在哪一步", "Stopped at"))
    order = forms.ChoiceField(required=False, choices=[(key, key) for key in ORDERS])

    def __init__(self, asked, notice: Notice):
        super().__init__(asked)
        words = stage_words(notice)
        kept = [State.IDLE, State.GOING, State.BACK, State.REVIEW, State.DONE]
        self.fields["stage"].choices = [
            ("open", said(Text("全部未完成", "All unfinished"))),
            ("all", said(Text("所有人", "Everybody"))),
            *((str(state), said(words[state])) for state in kept),
        ]
        self.fields["step"].choices = [("", said(Text("任意", "Any"))), *((s.code, said(s.title)) for s in notice.steps)]
        self.is_valid()

    def value(self, name: str, default: str = "") -> str:
        """What was asked for, or the default where nothing sensible was."""
        return self.cleaned_data.get(name) or default

    def narrowing(self) -> dict[str, str]:
        """The arguments of `campaigns.queries.narrowed`."""
        stage = self.value("stage", "open")
        return {
            "words": self.value("q"),
            "class_number": self.value("number"),
            "stage": "" if stage == "all" else stage,
            "step": self.value("step"),
        }

    @property
    def counted(self) -> bool:
        """Whether the tallies by class already say how many match."""
        return not self.value("q") and not self.value("step")

    @property
    def order_by(self) -> tuple[str, ...]:
        """By class and number, as the index of the register has them; or by the last act."""
        return ORDERS[self.value("order", "class")]


class ExtendForm(forms.Form):
    """A later end for the chosen students."""

    day = forms.DateField(
        label=Text("延长到哪一天", "Until which day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": Text("请选择日期。", "Choose a day."),
            "invalid": Text("请写成 2024-09-12 的形式。", "Write it like 2024-09-12."),
        },
    )
    clock = forms.TimeField(
        label=Text("几点", "At what time"),
        initial="17:00",
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=Text("北京时间，到这一刻为止，秒到即止。", "Beijing time; at that very second it closes."),
        error_messages={
            "required": Text("请写明几点。", "Give the time."),
            "invalid": Text("请写成 17:00 的形式。", "Write it like 17:00."),
        },
    )
    reason = forms.CharField(
        max_length=300,
        label=Text("理由", "Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=Text(
            "学生看得到，也记入操作记录。不要写病情等隐私。",
            "The student sees it and the journal keeps it. Nothing private, such as an illness.",
        ),
        error_messages={"required": Text("请写明理由。", "Give the reason.")},
    )

    def until(self) -> datetime:
        """The chosen end in Shanghai."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["clock"], SHANGHAI)


class AskExtensionForm(ExtendForm):
    """A later end asked for by the counsellor; the reason is kept sealed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = Text(
            "审批的老师和学生本人看得到，加密保存。写到能作决定为止，不用写病情。",
            "Those who decide and the student see it; it is kept encrypted. As much as a decision needs, no diagnosis.",
        )


class DecideExtensionForm(forms.Form):
    """Grant or refuse: the end may be another one than asked for; a refusal needs its reason."""

    day = forms.DateField(label=Text("延长到哪一天", "Until which day"), widget=forms.DateInput(attrs={"type": "date"}),
                          error_messages=ExtendForm.base_fields["day"].error_messages)  # fmt: skip
    clock = forms.TimeField(label=Text("几点", "At what time"), widget=forms.TimeInput(attrs={"type": "time"}),
                            error_messages=ExtendForm.base_fields["clock"].error_messages)  # fmt: skip
    note = forms.CharField(max_length=300, required=False, label=Text("意见（不批准时必填）", "Note (needed to refuse)"),
                           widget=forms.TextInput(attrs={"autocomplete": "off"}))  # fmt: skip

    until = ExtendForm.until

    @classmethod
    def of(cls, request) -> DecideExtensionForm:
        """The form of a request as it was asked for."""
        until = request.until.astimezone(SHANGHAI)
        return cls(initial={"day": f"{until:%Y-%m-%d}", "clock": f"{until:%H:%M}"}, auto_id=f"id_{request.pk}_%s")


class RevealForm(forms.Form):
    """Why a sensitive value must be seen in full."""

    reason = forms.CharField(
        max_length=200,
        label=Text("为什么要看", "Why it must be seen"),
        help_text=Text("例如：当面核对证件。会记入操作记录。", "For example: comparing the ID in person. It goes into the journal."),
        error_messages={"required": Text("请写明为什么要看。", "Say why it must be seen.")},
    )


class ResetForm(forms.Form):
    """A password is reset only for somebody whose document was seen."""

    seen = forms.BooleanField(
        label=Text("本人已到场，我已核对其证件。", "The student is here and I have seen the identity document."),
        error_messages={"required": Text("请先当面核对证件，再勾选。", "See the document first, then tick.")},
    )


USUAL_REASONS = {
    "unsigned": Text("本人没有签字。", "It is not signed."),
    "empty": Text("有空着的项目。", "Items are empty."),
    "photo": Text("照片不清楚或不是本人近照。", "The photo is unclear or not recent."),
    "pages": Text("缺页，或没有正反面打印在一张纸上。", "A page is missing, or it is not on both sides of one sheet."),
    "damaged": Text("纸面涂改、污损。", "The sheet is altered or damaged."),
}


class ReturnForm(forms.Form):
    """Why a form goes back: the usual reasons, or own words."""

    usual = forms.MultipleChoiceField(
        required=False,
        choices=list(USUAL_REASONS.items()),
        widget=forms.CheckboxSelectMultiple,
        label=Text("哪里要改", "What must be mended"),
        error_messages={"invalid_choice": Text("请从列出的原因里选。", "Choose from the reasons listed.")},
    )
    words = forms.CharField(
        required=False,
        max_length=300,
        label=Text("补充说明", "In your own words"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=Text("学生会看到这句话，请写清楚怎么改。", "The student sees this sentence; say how to mend it."),
    )

    def reason(self) -> str:
        """The reasons as the student reads them, in both languages where they are the usual ones."""
        usual = [USUAL_REASONS[code] for code in self.cleaned_data["usual"]]
        own = self.cleaned_data["words"].strip()
        return " ".join(["".join(one.zh for one in usual), own, " ".join(one.en for one in usual)]).strip()
