"""A whole college's forms as one file (学院登记表汇总): the contents sheet first, then every form in its order.

A large college has hundreds of forms; they are set in portions so that memory stays flat, and joined with their tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from xueji.documents import record_form, signed_list
from xueji.documents.engine import Press, Unprintable
from xueji.documents.joining import Joining
from xueji.documents.record_form import RecordForm
from xueji.documents.signed_list import SignedList
from xueji.documents.words import reading_order

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
    whole = Joining()
    whole.add(signed_list.render(press, contents), even=True)
    for start in range(0, len(ordered), portion):
        part = ordered[start : start + portion]
        whole.add(record_form.render_many(press, part), even=True)
        done(start + len(part))
    return whole.whole()
