"""``xueji numbers`` and ``xueji certificate verify``: what an operator at the machine types, and what is answered in both languages."""

from io import BytesIO

import pytest
from click.testing import CliRunner
from django.utils import timezone
from python_calamine import CalamineWorkbook

from xueji.certificates.commands.copies import electronic_copy, install_seal
from xueji.certificates.models import Number
from xueji.certificates.queries.publishing import published_keys, signed_revocations
from xueji.cli.certificate import certificate
from xueji.cli.numbers import numbers

pytestmark = pytest.mark.django_db


def typed(group, *words):
    return CliRunner().invoke(group, [str(word) for word in words])


def rows(path):
    return [[str(cell) for cell in row] for row in CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())).get_sheet_by_index(0).to_python()]


def test_degree_numbers_are_allocated_once_and_listed_for_the_degree_office(office, tmp_path):
    seen = typed(numbers, "allocate", "--year", 2024, "--degree")
    assert seen.exit_code == 0 and "1999032024000001  S202401001" in seen.output and "3 人有号 / 3 numbered" in seen.output
    assert "0 人有号" in typed(numbers, "allocate", "--year", 2024, "--degree").output
    out = tmp_path / "degree.xlsx"
    assert typed(numbers, "degree-list", "--out", out).exit_code == 0
    assert [row[0] for row in rows(out)[1:]] == ["1999032024000001", "1999032024000002", "1999032024000003"]


def test_numbers_are_skipped_and_voided_with_a_reason_and_reported(office, tmp_path):
    assert typed(numbers, "skip", "199901202402", "--count", 2, "--reason", "污损").output.split() == ["199901202402000004", "199901202402000005"]
    for words in (("skip", "000", "--count", 1, "--reason", "x"), ("skip", "199901202402", "--count", 0, "--reason", "x"),
                  ("void", "199901202402999999", "--reason", "x"), ("void", "199901202402000001", "--reason", " ")):  # fmt: skip
        refused = typed(numbers, *words)
        assert refused.exit_code == 1 and "NUM." in refused.output and "  " in refused.output, words
    assert "NUM.010" in typed(numbers, "skip", "000", "--count", 1, "--reason", "x").output
    assert "NUM.009" in typed(numbers, "skip", "199901202402", "--count", 501, "--reason", "x").output
    assert typed(numbers, "void", "199901202402000003", "--reason", "结论撤回").exit_code == 0
    out = tmp_path / "gaps.xlsx"
    assert typed(numbers, "gaps", "--out", out).exit_code == 0
    assert [row[1:4] for row in rows(out)[1:]] == [["199901202402000003", "结论撤回", "命令行"], ["199901202402000004", "污损", "命令行"], ["199901202402000005", "污损", "命令行"]]
    Number.objects.filter(text="199901202402000004").delete()  # a hole that nobody explained
    unknown = typed(numbers, "gaps", "--out", out)
    assert unknown.exit_code == 1 and "199901202402000004 没有原因 / has no reason" in unknown.output


@pytest.fixture
def published(office, tmp_path):
    """李明's statement and signed copy, and the school's files."""
    office.approved("graduation")
    one = office.printed(names=("李明",)).certificates.select_related("record__person", "photo").get()
    install_seal(office.first)
    (tmp_path / "keys.json").write_text(published_keys(), "utf-8")
    (tmp_path / "copy.pdf").write_bytes(electronic_copy(one, timezone.now()))
    one.folder = tmp_path
    return one


def verified(paper, subject, *more):
    return typed(certificate, "verify", subject, "--keys", paper.folder / "keys.json", *more)


def test_what_the_command_says_of_good_forged_cut_and_foreign_texts(published):
    text = published.statement
    good = verified(published, text)
    assert good.exit_code == 0 and "真实" in good.output and "genuine" in good.output and "李明" in good.output
    forged = verified(published, text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:])
    assert forged.exit_code == 1 and "签名不符" in forged.output and "forged" in forged.output and "李明" not in forged.output
    for cut in (text[:-7], text[: len(text) // 2], text.partition("#")[0], "", "x" * 5000):
        answer = verified(published, cut)
        assert answer.exit_code == 1 and "李明" not in answer.output and ("读不出" in answer.output or "签名不符" in answer.output), cut


def test_what_the_command_says_of_a_revoked_paper_and_of_files(published):
    published.revoked_at = timezone.now()
    published.save()
    (published.folder / "revoked.json").write_text(signed_revocations(timezone.now()), "utf-8")
    revoked = verified(published, published.statement, "--revoked", published.folder / "revoked.json")
    assert revoked.exit_code == 1 and "已失效" in revoked.output and "revoked" in revoked.output
    good = verified(published, published.folder / "copy.pdf")
    assert good.exit_code == 0 and "seal" in good.output and "真实" in good.output
    whole = (published.folder / "copy.pdf").read_bytes()
    for name, content in (("half.pdf", whole[: len(whole) // 2]), ("empty.pdf", b""), ("text.txt", "你好".encode())):
        (published.folder / name).write_bytes(content)
        answer = verified(published, published.folder / name)
        assert answer.exit_code == 1 and answer.exception.__class__ is SystemExit and "李明" not in answer.output, name
    (published.folder / "list.json").write_text("{}", "utf-8")
    assert verified(published, published.statement, "--revoked", published.folder / "list.json").exit_code == 2


def test_a_record_forms_statement_is_verified_too(published):
    from xueji.certificates.queries.publishing import statement_signer
    from xueji.records.issuing import Stated

    text = statement_signer()(Stated("form", "ABCD234567", "S202401001", "李明", timezone.now().date(), "0" * 64))
    answer = verified(published, f"http://127.0.0.1/f/ABCD234567#{text}")
    assert answer.exit_code == 0 and "form" in answer.output and "S202401001" in answer.output
