"""Certificates: pages a second on two cores, read back; against WeasyPrint with the same look; verifying; looking one up.
5,000 is the size of a large school's summer. What is read back covers every word, every photo and every code.
"""

import html
import io
import resource
import sqlite3
import time
from datetime import UTC, date, datetime
from pathlib import Path

from PIL import Image

from xueji.documents.certificate import CertificatePage, render_by
from xueji.documents.certificate_reading import compare, photo_digest, read_pages
from xueji.documents.faces import MACHINE_FOLDERS
from xueji.formats.statement import Statement, content_digest, new_key, sign, verify
from xueji.rules.masters import body_of, issue_words, read_master, values_of

AT = datetime(2020, 6, 30, tzinfo=UTC)
NAMES = ("单雄信", "阿卜杜热西提·买买提依明·阿布都热合曼", "䶮思远", "刘𬱖", "陈㛃", "吕绿女", "欧阳文", "KOWALSKA ANNA MARIA")
MASTER = Path(__file__).resolve().parents[1] / "src" / "xueji" / "documents" / "masters" / "graduation.toml"
PRIVATE, PUBLIC = new_key()
PAGES = 5000


def portrait(number: int) -> bytes:
    noise = Image.effect_noise((120, 160), 20 + number % 40).resize((480, 640))
    out = io.BytesIO()
    Image.merge("RGB", (noise, noise.point(lambda v: v // 2 + 80), noise)).save(out, "JPEG", quality=60)
    return out.getvalue()


def statement(number: int, name: str, digest: str) -> str:
    one = Statement(1, "graduation", "19990", f"token{number:012d}", f"199901202002{number:06d}", name, date(2020, 6, 30), digest)
    return f"https://xueji.donghu.example/verify/#{sign(one, PRIVATE)}"


def pages(count: int) -> list[CertificatePage]:
    master, _ = read_master(MASTER.read_text("utf-8"))
    made, photos = [], [portrait(n) for n in range(200)]
    for n in range(count):
        name = NAMES[n % len(NAMES)]
        facts = {"name": name, "sex": "12"[n % 2], "born_on": "1995-05-06", "enrolled_on": "2017-09-01", "graduated_on": "2020-06-30", "level": "master",
                 "major_name": "计算机科学与技术", "schooling_years": "3", "certificate_number": f"199901202002{n:06d}", "conclusion": "graduation"}  # fmt: skip
        values, _ = values_of(facts, master)
        photo = photos[n % 200]
        made.append(CertificatePage(
            whose=f"S{n:06d}", title=master.title, body=body_of(master, "master", values), school=master.phrases["school_name"], number=values["number"],
            president=master.phrases["president"], date=issue_words(date(2020, 6, 30)).zh, unit="培养单位：计算机学院", labels=dict(master.labels),
            qr_text=statement(n, name, content_digest(str(n), photo_digest(photo))), photo=photo, mark=f"{n:04d}",
        ))  # fmt: skip
    return made


def setting(report, count: int) -> None:
    listed = pages(count)
    began = time.perf_counter()
    pdf = render_by(2, MACHINE_FOLDERS, listed, at=AT)
    seconds = time.perf_counter() - began
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    began_reading = time.perf_counter()
    wrong = sum(len(compare(page, read)) for page, read in zip(listed, read_pages(pdf), strict=True))
    reading = time.perf_counter() - began_reading
    peer = with_the_peer(listed[:6])
    report.figure(f"set {count:,} certificates on two cores", count / seconds, "pages/s", peer=peer or None, peer_name="WeasyPrint, same look",
                  goal="≥ 100, ≥ 25×")  # fmt: skip
    report.figure("largest process", peak, "MB", goal="< 800")
    report.figure("read back and compared", count / reading, "pages/s", note=f"{wrong} differences; a missing glyph would be one")


def with_the_peer(listed: list[CertificatePage]) -> float:
    try:
        from weasyprint import HTML
    except ImportError:
        return 0
    import base64

    from xueji.documents.engine import qr

    look = ("@page{size:A4 landscape;margin:0}body{font-family:'Noto Serif SC','Noto Serif CJK SC',serif;margin:0}section{page-break-after:always;"
            "border:2pt solid #a98b4d;margin:11mm;height:186mm;position:relative}h1{text-align:center;color:#9b1c1f;letter-spacing:.4em;font-size:42pt}"
            ".p{position:absolute;left:20mm;top:50mm;width:33mm;height:48mm}.b{position:absolute;left:66mm;top:46mm;width:184mm;font-size:19.5pt;"
            "line-height:1.9}.q{position:absolute;left:20mm;top:138mm;width:25mm}.n{position:absolute;left:52mm;top:150mm}.s{position:absolute;left:170mm;top:130mm}")  # fmt: skip
    parts = []
    for page in listed:
        picture = base64.b64encode(page.photo or b"").decode()
        code = base64.b64encode(qr(page.qr_text).encode()).decode()
        parts.append(f'<section><h1>{page.title}</h1><img class="p" src="data:image/jpeg;base64,{picture}"><p class="b">{html.escape(page.body)}</p>'
                     f'<img class="q" src="data:image/svg+xml;base64,{code}"><p class="n">证书编号：{page.number}</p>'
                     f'<p class="s">{page.school}<br>校长：{page.president}<br>{page.date}</p></section>')  # fmt: skip
    HTML(string=f"<style>{look}</style>{parts[0]}").write_pdf()
    began = time.perf_counter()
    HTML(string=f"<style>{look}</style>{''.join(parts)}").write_pdf()
    return len(listed) / (time.perf_counter() - began)


def verifying(report) -> None:
    texts = [statement(n, NAMES[n % len(NAMES)], "d" * 22) for n in range(4000)]
    began = time.perf_counter()
    good = sum(verify(text, {1: PUBLIC})[1] is not None for text in texts)
    report.figure("verify statements offline, one core", good / (time.perf_counter() - began), "/s", goal="≥ 2,000")


def looking_up(report, rows: int) -> None:
    """The table's own index on the token, in SQLite on disk; PostgreSQL has the same index."""
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        table = sqlite3.connect(file.name)
        table.execute("create table certificate (id integer primary key, token varchar(24) unique, place varchar(12), revoked_at text)")
        table.executemany("insert into certificate (token, place) values (?, 'holder')", ((f"token{n * 7919 % rows:012d}",) for n in range(rows)))
        table.commit()
        slowest = 0.0
        for n in range(2000):
            began = time.perf_counter()
            assert table.execute("select place, revoked_at from certificate where token = ?", (f"token{n * 499 % rows:012d}",)).fetchone()
            slowest = max(slowest, time.perf_counter() - began)
        report.figure(f"look one up among {rows:,}, slowest of 2,000", slowest * 1000, "ms", goal="< 10")


def run(report) -> None:
    setting(report, PAGES)
    verifying(report)
    looking_up(report, 1_000_000)
