"""Verifying without a network: a changed bit in a code or a PDF is seen; the page that does it is one file."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.utils import timezone

from xueji.certificates.commands.copies import electronic_copy, install_seal
from xueji.certificates.offline import offline_page
from xueji.certificates.queries.publishing import keys_in_force, published_keys, signed_revocations
from xueji.cli.certificate import certificate as command_line
from xueji.documents.signing import seal_of
from xueji.formats.statement import Verdict, read_revocations, verify
from xueji.journal.command import Stopped

AT = datetime(2024, 7, 1, tzinfo=UTC)


@pytest.fixture
def paper(office, tmp_path):
    """李明's certificate as a signed PDF beside the school's published keys."""
    office.approved("graduation")
    one = office.printed(names=("李明",)).certificates.select_related("record__person", "photo").get()
    with pytest.raises(Stopped):
        electronic_copy(one, AT)
    install_seal(office.first)
    office.paper = one
    (tmp_path / "keys.json").write_text(published_keys(), "utf-8")
    (tmp_path / "copy.pdf").write_bytes(electronic_copy(one, timezone.now()))
    return office


def run(tmp_path, subject, *more):
    return CliRunner().invoke(command_line, ["verify", str(subject), "--keys", str(tmp_path / "keys.json"), "--json", *more])


def test_a_signed_copy_is_genuine_and_one_changed_byte_anywhere_is_seen(paper, tmp_path):
    seen = run(tmp_path, tmp_path / "copy.pdf")
    (said,) = json.loads(seen.output)["papers"]
    assert seen.exit_code == 0 and (said["verdict"], said["name"], said["content"], said["seal"]) == ("valid", "李明", True, True)
    pdf = (tmp_path / "copy.pdf").read_bytes()
    for at in range(2000, len(pdf), len(pdf) // 12):
        changed = bytearray(pdf)
        changed[at] ^= 1
        (tmp_path / "changed.pdf").write_bytes(changed)
        assert run(tmp_path, tmp_path / "changed.pdf").exit_code == 1, at


def test_what_is_appended_to_a_signed_copy_is_seen(paper, tmp_path):
    (tmp_path / "more.pdf").write_bytes((tmp_path / "copy.pdf").read_bytes() + b"\n% more\n")
    assert run(tmp_path, tmp_path / "more.pdf").exit_code == 1


def test_another_persons_code_pasted_on_a_page_is_seen_by_its_words(paper, tmp_path):
    from xueji.certificates.composing import page_of
    from xueji.certificates.queries.photos import bytes_of
    from xueji.documents.certificate import render
    from xueji.documents.engine import Press

    words = paper.paper.values | {"body": paper.paper.values["body"].replace("李明", "李鬼")}
    page = page_of(words, whose="x", qr_text=paper.paper.statement, photo=bytes_of(paper.paper.photo))
    (tmp_path / "pasted.pdf").write_bytes(render(Press(), [page], at=AT))
    seen = run(tmp_path, tmp_path / "pasted.pdf")
    assert seen.exit_code == 1 and json.loads(seen.output)["papers"][0]["content"] is False


def test_the_text_of_a_code_is_verified_and_a_revoked_one_is_named(paper, tmp_path):
    text = paper.paper.statement
    assert run(tmp_path, text).exit_code == 0
    assert verify(text, keys_in_force())[0] is Verdict.VALID
    paper.paper.revoked_at = AT
    paper.paper.save()
    (tmp_path / "revoked.json").write_text(signed_revocations(AT), "utf-8")
    assert json.loads(run(tmp_path, text, "--revoked", str(tmp_path / "revoked.json")).output)["papers"][0]["verdict"] == "revoked"
    assert run(tmp_path, "nothing").exit_code == 1
    (tmp_path / "broken.json").write_text("{}")
    assert CliRunner().invoke(command_line, ["verify", text, "--keys", str(tmp_path / "broken.json")]).exit_code == 2
    plain = CliRunner().invoke(command_line, ["verify", text, "--keys", str(tmp_path / "keys.json")])
    assert "真实" in plain.output and "李明" in plain.output


def test_what_the_school_publishes_is_written_as_three_files(paper, tmp_path):
    seen = CliRunner().invoke(command_line, ["publish", "--out", str(tmp_path / "public")])
    assert seen.exit_code == 0, seen.output
    keys = (tmp_path / "public" / "keys.json").read_text("utf-8")
    assert "private" not in keys and "PRIVATE" not in keys
    assert read_revocations((tmp_path / "public" / "revoked.json").read_text("utf-8"), keys_in_force()) == frozenset()


def test_the_offline_page_verifies_in_a_browser_without_a_network(office, tmp_path, browser):
    office.approved("graduation")
    text = office.printed(names=("李明",)).certificates.get().statement
    address = tmp_path / "verify.html"
    address.write_text(offline_page(published_keys(), frozenset({"elsewhere"})), "utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(address.as_uri())
    forged = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]
    for typed, verdict in ((text, "valid"), (forged, "forged"), ("nothing", "unreadable")):
        page.get_by_label("二维码里的文字").fill(typed)
        page.get_by_role("button", name="核验").click()
        page.wait_for_selector(f"[data-verdict={verdict}]", timeout=5000)
    context.close()


def test_a_file_without_a_signature_has_no_seal():
    assert seal_of(b"%PDF-1.4 broken") is not None and not seal_of(b"%PDF-1.4 broken").intact
