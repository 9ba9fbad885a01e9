"""Certificates: pages a second on two cores, read back; against WeasyPrint with the same look; verifying offline.
5,000 is the size of a large school's summer. What is read back covers every word, every photo and every code.
"""

import base64
import html
import io
import os
import resource
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

from PIL import Image
from pylopdf_fonts_zh_cn import serif_path

from xueji.documents.certificate import CertificatePage, render_by
from xueji.documents.certificate_reading import compare, photo_digest, read_pages
from xueji.documents.faces import MACHINE_FOLDERS
from xueji.documents.ornament import certificate_art
from xueji.formats.statement import Statement, content_digest, new_key, sign, verify
from xueji.rules.masters import body_of, issue_words, read_master, values_of

AT = datetime(2020, 6, 30, tzinfo=UTC)
NAMES = ("单雄信", "阿卜杜热西提·买买提依明·阿布都热合曼", "䶮思远", "刘𬱖", "陈㛃", "吕绿女", "欧阳文", "KOWALSKA ANNA MARIA")
MASTER = Path(__file__).resolve().parents[1] / "src" / "xueji" / "documents" / "masters" / "graduation.toml"
PRIVATE, PUBLIC = new_key()
PAGES, PEER = 5000, 12


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


class Tree:
    """The largest memory of this process and its children together, looked at five times a second: shared pages counted once for each."""

    def __enter__(self) -> "Tree":
        self.peak, self._over = 0.0, threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(0.2):
            mine = str(os.getpid())
            sizes = []
            for status in Path("/proc").glob("[0-9]*/stat"):
                try:
                    fields = status.read_text().rpartition(")")[2].split()
                    if status.parent.name == mine or fields[1] == mine:
                        sizes.append(int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6)
                except (OSError, IndexError):
                    continue
            self.peak = max(self.peak, sum(sizes))


def processor() -> float:
    """Seconds of processor time of this process and its ended children."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def setting(report, count: int) -> None:
    listed = pages(count)
    began, used = time.perf_counter(), processor()
    with Tree() as memory:
        pdf = render_by(2, MACHINE_FOLDERS, listed, at=AT)
    seconds, used = time.perf_counter() - began, processor() - used
    peer, peer_processor = with_the_peer(listed[:PEER])  # afterwards: its memory is not ours
    began, read_used = time.perf_counter(), processor()
    wrong = sum(len(compare(page, read)) for page, read in zip(listed, read_pages(pdf), strict=True))
    reading, read_used = time.perf_counter() - began, processor() - read_used
    report.figure(f"set {count:,} certificates on two cores", count / seconds, "pages/s", peer=peer or None, peer_name="WeasyPrint, same look",
                  less=False, goal="≥ 100, ≥ 25×")  # fmt: skip
    report.figure("processor time for each, two processes and joining", used / count * 1000, "ms", peer=peer_processor or None,
                  peer_name="WeasyPrint, same look", goal="≤ 20")  # fmt: skip
    report.figure("largest memory of the three processes, photos and file included", memory.peak, "MB", goal="< 800")
    report.figure("read back and compared", count / reading, "pages/s", note=f"{wrong} differences; a missing glyph would be one")
    report.figure("processor time to read one back", read_used / count * 1000, "ms", goal="≤ 10")


def with_the_peer(listed: list[CertificatePage]) -> tuple[float, float]:
    """Pages a second and processor milliseconds a page of the same look from HTML: the same tiles, photo, code and words."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    from xueji.documents.pictures import qr

    art = certificate_art()

    def tile(name: str) -> str:
        return f"url(data:image/svg+xml;base64,{base64.b64encode(art[name].encode()).decode()})"

    edge, band, reach = art["edge"], art["band"], art["reach"]
    look = (
        f"@font-face{{font-family:Song;src:url(file://{serif_path()})}}@page{{size:A4 landscape;margin:0}}body{{font-family:Song;margin:0}}"
        "section{page-break-after:always;width:297mm;height:210mm;position:relative;background:#fffdf7}section *{position:absolute;margin:0}"
        f".x{{left:{reach}mm;width:{297 - 2 * reach}mm;height:{band}mm;background:{tile('picture_across')};background-size:{art['step_x']}mm {band}mm}}"
        f".y{{top:{reach}mm;height:{210 - 2 * reach}mm;width:{band}mm;background:{tile('picture_upright')};background-size:{band}mm {art['step_y']}mm}}"
        f".c{{width:{art['corner']}mm}}.w{{left:91mm;top:46.5mm;width:115mm;height:115mm;border-radius:50%;background:{tile('picture_coin')};background-size:5mm 5mm}}"
        f".o{{left:{edge}mm;top:{edge}mm;width:{297 - 2 * edge}mm;height:{210 - 2 * edge}mm;border:.7mm solid #a4864a;box-sizing:border-box}}"
        f".i{{left:{edge + band}mm;top:{edge + band}mm;width:{297 - 2 * edge - 2 * band}mm;height:{210 - 2 * edge - 2 * band}mm;border:.45mm solid #a4864a;box-sizing:border-box}}"
        "h1{top:25mm;width:297mm;text-align:center;color:#9b1c1f;letter-spacing:.42em;font-size:42pt;font-weight:400}"
        ".p{left:34mm;top:61mm;width:33mm;height:48mm;object-fit:cover}.b{left:80mm;top:59mm;width:184mm;font-size:19.5pt;line-height:1.74;"
        "letter-spacing:.05em;text-indent:2em;text-align:justify}.q{left:34mm;top:148mm;width:25mm}.n{left:65mm;top:157mm;font-size:11.5pt}"
        ".s{left:164mm;top:136mm;width:104mm;text-align:center;font-size:14pt;line-height:2}.m{left:0;width:297mm;bottom:2.4mm;text-align:center;font-size:5pt}"
    )
    corners = "".join(
        f'<img class="c" style="left:{x}mm;top:{y}mm" src="{tile("picture_corner")[4:-1]}">'
        for x in (reach - art["corner"], 297 - reach) for y in (reach - art["corner"], 210 - reach)
    )  # fmt: skip
    frame = (f'<div class="w"></div><div class="o"></div><div class="i"></div><div class="x" style="top:{edge}mm"></div><div class="x" style="bottom:{edge}mm"></div>'
             f'<div class="y" style="left:{edge}mm"></div><div class="y" style="right:{edge}mm"></div>{corners}')  # fmt: skip
    parts = []
    for page in listed:
        picture = base64.b64encode(page.photo or b"").decode()
        code = base64.b64encode(qr(page.qr_text).encode()).decode()
        parts.append(f'<section>{frame}<h1>{page.title}</h1><img class="p" src="data:image/jpeg;base64,{picture}"><p class="b">{html.escape(page.body)}</p>'
                     f'<img class="q" src="data:image/svg+xml;base64,{code}"><p class="n">证书编号：{page.number}<br>{page.unit}</p>'
                     f'<p class="s">{page.school}<br>校长：{page.president}<br>{page.date}</p><p class="m">{page.mark}</p></section>')  # fmt: skip
    fonts = FontConfiguration()
    HTML(string=f"<style>{look}</style>{parts[0]}").write_pdf(font_config=fonts)
    began, used = time.perf_counter(), processor()
    HTML(string=f"<style>{look}</style>{''.join(parts)}").write_pdf(font_config=fonts)
    return len(listed) / (time.perf_counter() - began), (processor() - used) / len(listed) * 1000


def verifying(report) -> None:
    texts = [statement(n, NAMES[n % len(NAMES)], "d" * 22) for n in range(4000)]
    began = time.perf_counter()
    good = sum(verify(text, {1: PUBLIC})[1] is not None for text in texts)
    assert good == len(texts)
    report.figure("verify statements offline, one core", good / (time.perf_counter() - began), "/s", goal="≥ 2,000")


def run(report) -> None:
    setting(report, PAGES)
    verifying(report)
