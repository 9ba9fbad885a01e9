"""A whole college's forms as one file (学院登记表汇总): the contents sheet first, then every form in its order.

A large college has hundreds of forms; they are set in portions so that memory stays flat, and joined. The joined file
is for the college's printer; each student's own PDF is the one made to last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO

import pypdfium2

from xueji.documents import record_form, signed_list
from xueji.documents.engine import Press, Unprintable
from xueji.documents.record_form import RecordForm
from xueji.documents.signed_list import SignedList
from xueji.documents.words import reading_order

_IDENTIFIER = re.compile(rb"(/ID\s*\[\s*<)[0-9A-Fa-f]{32}(>\s*<)[0-9A-Fa-f]{32}(>\s*\])")
_CREATED = re.compile(rb"(/CreationDate\(D:)\d{14}(\+00'00'\))")
PORTION = 20
"""Forms set at once: more are hardly faster, and the typesetter's memory grows with them."""


def render(
    press: Press,
    contents: SignedList,
    forms: Iterable[RecordForm],
    *,
    portion: int = PORTION,
    by_number: bool = False,
    done: Callable[[int], None] = lambda count: None,
) -> bytes:
    """One PDF: the contents sheet, then ``forms`` by class and student number, each beginning on a front side.

    ``done`` is told after each portion how many forms are set. Raises Unprintable with every reason of every form
    before anything is set: a file that silently lacks a student is worse than none. ``by_number`` leaves names out of
    the reasons.
    """
    ordered = sorted(forms, key=lambda form: (reading_order(form.class_number), form.student_number))
    if found := record_form.findings_for(press, ordered, by_number=by_number):
        raise Unprintable(found)
    sheets = [_even(signed_list.render(press, contents))]
    for start in range(0, len(ordered), portion):
        part = ordered[start : start + portion]
        sheets.append(_even(record_form.render_many(press, part)))
        done(start + len(part))
    return joined(sheets, at=contents.frozen_at)


def joined(sheets: Iterable[bytes], *, at: datetime) -> bytes:
    """Several PDFs one after the other as one, dated ``at``; the same sheets give the same bytes."""
    whole = pypdfium2.PdfDocument.new()
    for sheet in sheets:
        part = pypdfium2.PdfDocument(sheet)
        whole.import_pages(part)
        part.close()
    out = BytesIO()
    whole.save(out)
    whole.close()
    return _reproducible(out.getvalue(), at)


def _reproducible(sheet: bytes, at: datetime) -> bytes:
    """The PDF with its clock reading and its random identifier replaced by ``at`` and one drawn from the content."""
    dated = _CREATED.sub(at.astimezone(UTC).strftime(r"\g<1>%Y%m%d%H%M%S\g<2>").encode(), sheet)
    blank = _IDENTIFIER.sub(rb"\g<1>" + b"0" * 32 + rb"\g<2>" + b"0" * 32 + rb"\g<3>", dated)
    drawn = sha256(blank).hexdigest()[:32].upper().encode()
    return _IDENTIFIER.sub(rb"\g<1>" + drawn + rb"\g<2>" + drawn + rb"\g<3>", blank)


def _even(sheet: bytes) -> bytes:
    """The PDF with a blank last page if its pages are odd in number, so that the next begins on a front side."""
    pages = pypdfium2.PdfDocument(sheet)
    if len(pages) % 2 == 0:
        pages.close()
        return sheet
    size = pages[len(pages) - 1].get_size()
    pages.new_page(*size)
    out = BytesIO()
    pages.save(out)
    pages.close()
    return out.getvalue()
