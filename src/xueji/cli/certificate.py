"""``xueji certificate …``: verify a certificate without trusting a web page, and publish what verifiers need."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from xueji.formats.statement import Statement, Verdict, content_digest, read_keys, read_revocations
from xueji.formats.statement import verify as verify_statement

WORDS = {
    Verdict.VALID: ("真实：由学校签发，内容未被改动", "genuine"),
    Verdict.REVOKED: ("已失效：签名真实，但学校已吊销", "revoked"),
    Verdict.FORGED: ("伪造或被改动：签名不符", "forged or changed"),
    Verdict.UNKNOWN_KEY: ("不是这些密钥签发的", "not signed by these keys"),
    Verdict.UNREADABLE: ("读不出凭证", "no statement to read"),
}


@click.group()
def certificate() -> None:
    """Certificates (证书): verify them, publish keys and revocations. Numbers are `xueji numbers`."""


@certificate.command()
@click.argument("subject", metavar="FILE|TEXT")
@click.option("--keys", "keys_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The school's published keys.")
@click.option("--revoked", "revoked_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The school's signed list of revoked papers.")
@click.option("--json", "as_json", is_flag=True)
def verify(subject: str, keys_file: Path, revoked_file: Path | None, as_json: bool) -> None:
    """Verify a PDF, a picture of the paper, or the TEXT of its code, offline. Exit 0 only for what is genuine and in force."""
    published = keys_file.read_text("utf-8")
    try:
        keys = read_keys(published)
        revoked = read_revocations(revoked_file.read_text("utf-8"), keys) if revoked_file else frozenset()
    except ValueError as wrong:
        click.echo(f"密钥或吊销名单不可用 / keys or list unusable: {wrong}", err=True)
        sys.exit(2)
    path = Path(subject) if len(subject) < 1000 else None
    is_file = path is not None and path.is_file()
    answers = _of_file(path.read_bytes(), keys, revoked, published) if is_file else [_answer(*verify_statement(subject, keys, revoked))]
    good = bool(answers) and all(one["verdict"] == Verdict.VALID and one.get("content") is not False for one in answers)
    if as_json:
        click.echo(json.dumps({"genuine": good, "papers": answers}, ensure_ascii=False, indent=1))
    else:
        for one in answers:
            zh, en = WORDS[one["verdict"]]
            click.echo(f"{zh} / {en}")
            for label in ("kind", "name", "number", "issued_on", "content", "seal"):
                if label in one:
                    click.echo(f"  {label}: {one[label]}")
        if not answers:
            click.echo("文件里没有凭证 / no statement in the file")
    sys.exit(0 if good else 1)


def _answer(verdict: Verdict, statement: Statement | None) -> dict[str, Any]:
    said: dict[str, Any] = {"verdict": verdict}
    if statement is not None:
        said |= {"kind": statement.kind, "name": statement.name, "number": statement.number, "issued_on": statement.issued_on.isoformat()}
    return said


def _of_file(content: bytes, keys: dict[int, bytes], revoked: frozenset[str], published: str) -> list[dict[str, Any]]:
    """A PDF: each page's code, its words and photo against the signed digest, and the signature of the file. A picture: its codes."""
    from xueji.documents.certificate_reading import read_pages
    from xueji.documents.signing import seal_of
    from xueji.imaging.codes import UnreadableScan, codes_on

    try:
        codes = codes_on(content)
    except UnreadableScan:
        return []
    if not content.startswith(b"%PDF"):
        return [_answer(*verify_statement(code, keys, revoked)) for code in codes]
    certificates = json.loads(published).get("documents", [])
    seal = seal_of(content, certificates[-1]["certificate"] if certificates else "")
    known = {one["sha256"] for one in certificates}
    answers = []
    for page in read_pages(content):
        verdict, statement = verify_statement(page.code, keys, revoked)
        said = _answer(verdict, statement)
        if statement is not None:
            said["content"] = any(content_digest(page.text, photo) == statement.digest for photo in page.photos or ("",))
        if seal is not None:
            said["seal"] = bool(seal.intact and seal.covers_all and seal.fingerprint in known)
            said["content"] = said.get("content", False) and said["seal"]
        answers.append(said)
    return answers


@certificate.command()
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the files go.")
def publish(folder: Path) -> None:
    """Write keys.json, revoked.json and verify.html: what the school publishes so that anybody can verify."""
    import django

    django.setup()
    from django.utils import timezone

    from xueji.certificates.offline import offline_page
    from xueji.certificates.queries.publishing import published_keys, signed_revocations

    keys = published_keys()
    revoked = signed_revocations(timezone.now())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keys.json").write_text(keys, "utf-8")
    (folder / "revoked.json").write_text(revoked, "utf-8")
    (folder / "verify.html").write_text(offline_page(keys, read_revocations(revoked, read_keys(keys))), "utf-8")
    click.echo(f"{folder}: keys.json, revoked.json, verify.html")
