"""Graduates with photos and numbers, approved masters, a second registrar."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from xueji.accounts.models import Account
from xueji.certificates.commands.masters import approve_master, confirm_wording, draft_master, lint_master, propose_wording
from xueji.certificates.commands.numbers import allocate_numbers
from xueji.certificates.commands.runs import draft_run, look_at_sample, make_issuer_key, receive_prints, release_run
from xueji.certificates.printing import prove
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of
from xueji.vault.commands import store_file

FOLDER = Path(__file__).resolve().parents[3] / "src" / "xueji" / "documents" / "masters"
DAY = date(2024, 6, 30)
WORDING = (("school_name", "东湖理工大学", "Donghu University of Technology"), ("school_name_pinyin", "Donghu Ligong Daxue", ""), ("president", "沈致远", "Shen Zhiyuan"))


def portrait(shade: int) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").point(lambda v: (v + shade) % 256).resize((480, 640)).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def master_text(kind):
    return (FOLDER / f"{kind}.toml").read_text("utf-8")


class Office:
    """The registry with two registrars, and what they need before anything can be printed."""

    def __init__(self, world):
        self.world = world
        second = Account.objects.create(username="T008", name="吴老师", kind=Account.Kind.STAFF)
        second.grants.create(role="registrar")
        self.first, self.second = world.act("刘老师"), world.act("吴老师", desk="registry")

    def register(self, **changed):
        for code, zh, en in WORDING:
            words = {"zh": zh, "en": en} | changed.get(code, {})
            row = propose_wording(self.first, code=code, since=date(2020, 1, 1), source="校办〔2020〕1号", **words).result
            confirm_wording(self.second, row)

    def approved(self, kind, text=None):
        row = draft_master(self.first, text=text or master_text(kind)).result
        assert lint_master(self.first, row, issued_on=DAY).result == []
        approve_master(self.first, row)
        approve_master(self.second, row)
        return row

    def photographed(self, record, shade):
        return store_file(self.world.system(), portrait(shade), purpose="photo", scope=scope_of(record)).result

    def records(self, *names):
        return list(StudentRecord.objects.filter(person__name__in=names).select_related("person", "college"))

    def printed(self, kind="graduation", names=("李明", "王芳", "赵强")):
        """A run, proved, looked at, released by two, and received from the printer."""
        run = draft_run(self.first, kind=kind, records=self.records(*names), issued_on=DAY, title="2024届毕业证书", must_be_filed=False).result
        run = prove(self.first, run, workers=1).result
        assert run.differences == []
        look_at_sample(self.first, run)
        release_run(self.first, run)
        run = release_run(self.second, run).result
        return receive_prints(self.first, run).result


@pytest.fixture
def office(world):
    """李明, 王芳 of A and 赵强 of B have graduated, with photo and number."""
    office = Office(world)
    for shade, name in enumerate(("李明", "王芳", "赵强")):
        StudentRecord.objects.filter(person__name=name).update(conclusion="graduation", graduated_on=DAY, standing="graduated")
        office.photographed(world.record(name), 40 * shade)
    office.register()
    allocate_numbers(office.first, records=office.records("李明", "王芳", "赵强"), year=2024)
    make_issuer_key(office.first)
    return office


