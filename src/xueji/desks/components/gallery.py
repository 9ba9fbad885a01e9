"""The gallery (组件陈列): every component once, with invented content. Only while developing and in the demonstration."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, Level

from .rows import Choice, FieldRow, Mistake, refusal

NOW = datetime(2026, 9, 8, 14, 50, tzinfo=ZoneInfo("Asia/Shanghai"))
CLOSES = NOW + timedelta(days=2, hours=2, minutes=10)

SHORT_NUMBER = Finding(
    "GALLERY.001",
    Level.STOP,
    "mobile",
    Text("手机号只有 10 位。", "The mobile number has 10 digits."),
    Text("少了一位数字，请补全为 11 位。", "One is missing; enter all 11."),
    "研通知〔2024〕53号 四.2",
)
FINDINGS = [
    Finding(
        "GALLERY.003",
        Level.NOTE,
        None,
        Text("邮箱三个月没有收到过信。", "The address has received nothing for three months."),
        Text("请核对是否仍在使用。", "Look whether it is still in use."),
        "",
    ),
    Finding(
        "GALLERY.002",
        Level.DOUBT,
        "name",
        Text("姓名里有一个生僻字：䶮。", "The name holds a rare character: 䶮."),
        Text("请秘书与身份证逐笔核对后收表。", "Compare it with the ID card, stroke by stroke, before receiving."),
        "",
        "第 7 行",
    ),
    SHORT_NUMBER,
]


class ShownForm(forms.Form):
    """One field of each kind."""

    mobile = forms.CharField(
        label=Text("手机号", "Mobile phone"),
        help_text=Text("11 位数字。", "11 digits."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "numeric"}),
    )
    address = forms.CharField(label=Text("家庭住址", "Home address"), widget=forms.Textarea(attrs={"rows": 2}))
    politics = forms.ChoiceField(
        label=Text("政治面貌", "Political status"),
        choices=[("", "—"), ("03", Text("共青团员", "Youth League member")), ("13", Text("群众", "None"))],
    )
    sure = forms.ChoiceField(
        label=Text("姓名", "Name"),
        choices=[("right", Text("正确", "Right")), ("wrong", Text("有误", "Wrong"))],
        widget=forms.RadioSelect,
    )
    born = forms.DateField(label=Text("出生日期", "Date of birth"), widget=forms.DateInput(attrs={"type": "date"}))
    photo = forms.FileField(label=Text("照片", "Photo"), required=False, help_text=Text("JPEG，不超过 5 MB。", "JPEG, at most 5 MB."))
    agreed = forms.BooleanField(label=Text("我已逐项核对。", "I have looked at every item."), required=False)

    def clean_mobile(self):
        raise refusal(SHORT_NUMBER)


@dataclass
class Job:
    """Background work as a desk shows it."""

    id: str
    title: Text
    state: str
    done: int
    total: int
    finished: bool = False
    word: Text | None = None
    message: Text | None = None
    file: str = ""


@dataclass
class Step:
    title: Text
    state: str
    note: Text | None = None
    current: bool = False
    done: int = 0
    total: int = 0
    href: str = ""
    link: str = ""
    link_text: Text | None = None
    word: Text | None = field(default=None)


def _shown(request: HttpRequest) -> dict[str, Any]:
    form = ShownForm({"mobile": "1385550142", "address": "江苏省南通市崇川区濠南路 18 号", "politics": "03", "born": "2003-05-01"})
    form.is_valid()
    days = [("2日", 6), ("3日", 17), ("4日", 29), ("5日", 38), ("6日", 47), ("7日", 58), ("8日", 75), ("9日", None)]
    return {
        "now": NOW,
        "closes": CLOSES,
        "midnight": CLOSES.replace(hour=0, minute=0) + timedelta(days=10),
        "states": ["idle", "going", "review", "done", "back", "late"],
        "findings": FINDINGS,
        "form": form,
        "rows": [
            FieldRow("name", "姓名 Name", "value", "单知远", policy="correction", certificate=True, link="#", link_text="申请更正 Correct"),
            FieldRow("idno", "身份证号 ID number", "value", "3201**********2415", policy="fixed"),
            FieldRow("spouse", "配偶姓名 Spouse", "text", "单知远", policy="free", mistakes=[Mistake("与本人姓名相同。", "GALLERY.004")]),
            FieldRow("kin", "成员 Family", "checks", choices=[Choice("f", "父亲", True), Choice("m", "母亲")], policy="approval"),
        ],
        "steps": [
            Step(Text("学期注册", "Semester registration"), "done", Text("9月3日 10:12 完成", "Done 3 September, 10:12"), href="#", link="#", link_text=Text("查看回执", "Receipt")),
            Step(Text("个人信息修改", "Personal information"), "going", Text("上次保存 9月8日 14:32", "Saved 8 September, 14:32"), True, 19, 24, href="#"),
            Step(Text("打印、签字、交表", "Print, sign, hand in"), "idle", Text("第 2 步提交后开放。", "Opens after step 2.")),
        ],
        "people": [(Text("经办人", "Prepared by"), "周敏", NOW), (Text("主管院长", "Dean in charge"), "梁启文", None)],
        "days": days,
        "last_year": [4, 11, 20, 33, 45, 52, 60, 81],
        "per_college": [("机械与能源工程学院", 180), ("国际学院", 34), ("数学与统计学院", 95)],
        "page": Paginator(range(1, 941), 25).get_page(request.GET.get("page", 3)),
        "keys": [("/", Text("查找", "find")), ("J", Text("下一行", "next row")), ("K", Text("上一行", "previous row")), ("X", Text("选择", "select"))],
        "jobs": [
            Job("a", Text("生成登记表", "Making the record forms"), "going", 61, 224),
            Job("b", Text("导出名单", "Exporting the list"), "done", 15, 15, True, file="#", message=Text("15 人。", "15 people.")),
        ],
        "classes": [("机硕2601", 42, 38, 2, 1, 1), ("能动硕2601", 36, 21, 3, 8, 4), ("国际硕2601", 12, 6, 1, 3, 2)],
    }  # fmt: skip


def gallery(request: HttpRequest) -> HttpResponse:
    """The components as a student sees them."""
    return render(request, "components/gallery.html", _shown(request))


def staff(request: HttpRequest) -> HttpResponse:
    """The components as staff see them: denser, with tables, charts and keys."""
    return render(request, "components/gallery_staff.html", _shown(request))
