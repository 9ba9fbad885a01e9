"""The template library of every desk: words in two languages, dates, masks, and the components (模板标签)."""

from django import template
from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from xueji.catalogue.fields import POLICY_NAMES, Policy
from xueji.desks.acting import viewer_of
from xueji.desks.components import charts, languages, masks, moments, rows, states

register = template.Library()


@register.simple_tag
def say(zh, en, **values):
    """`{% say "还差 {n} 份" "{n} missing" n=count %}`: one of the two, values escaped, literals trusted."""
    sentence = en if languages.current() == "en" else zh
    if not isinstance(sentence, SafeString):
        sentence = conditional_escape(sentence)
    if not values:
        return mark_safe(sentence)  # a literal of our own template, or escaped just above
    return format_html(sentence, **{name: languages.said(value) for name, value in values.items()})


@register.filter
def said(text):
    """A bilingual text in the language of the page."""
    return languages.said(text)


@register.filter
def named(thing):
    """The name of a college, an office, a contact in the language of the page; the Chinese one where it has no other."""
    return (getattr(thing, "name_en", "") if languages.current() == "en" else "") or getattr(thing, "name", "")


@register.filter
def moment(at):
    """`9月10日（周四）17:00`; a dash for nothing."""
    return moments.moment_text(at, languages.current(), year=moments.this_year()) if at else "—"


@register.filter
def closing(at):
    """The end of a window: like `moment`, with 24:00 for midnight."""
    return moments.closing_text(at, languages.current(), year=moments.this_year()) if at else "—"


@register.filter
def day(on):
    """`9月10日（周四）`; a dash for nothing."""
    if not on:
        return "—"
    on = on.astimezone(moments.SHANGHAI).date() if hasattr(on, "astimezone") else on
    return moments.day_text(on, languages.current(), year=moments.this_year())


@register.filter
def dated(on):
    """`2026年11月22日`: a date as it stands on a paper; a dash for nothing."""
    return moments.dated_text(on, languages.current()) if on else "—"


@register.filter
def span(left):
    """A length of time in words: `2 天 2 小时`."""
    return moments.span_text(left, languages.current())


@register.filter
def masked(value):
    """`3201**********2415`."""
    return masks.masked(value)


@register.filter
def percent(part, whole):
    """A share as a whole number; 100 only when nothing is missing, 0 only when nothing is there."""
    if not whole:
        return "0%"
    share = 100 * part / whole
    rounded = round(share)
    if rounded == 100 and part < whole:
        rounded = 99
    if rounded == 0 and part > 0:
        rounded = 1
    return f"{rounded}%"


@register.simple_tag
def icon(name, word=""):
    """A symbol of the sprite. Without `word` it is decoration, and the word stands beside it."""
    if word:
        return format_html('<svg class="i" role="img" aria-label="{}"><use href="#i-{}"/></svg>', word, name)
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def chip(state, word=None):
    """A status chip: shape, word, colour. `word` overrules the usual word of the state."""
    usual = states.WORDS[state][1 if languages.current() == "en" else 0]
    return format_html(
        '<span class="chip" data-state="{}"><svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>{}</span>',
        state, state, languages.said(word) or usual,
    )  # fmt: skip


@register.inclusion_tag("components/policy.html")
def policy(code):
    """What may be done with a field: fixed, free, approval, correction."""
    return _badge(code)


def _badge(code):
    if not code:
        return {}
    return {"policy": languages.said(POLICY_NAMES[Policy(code)]), "policy_icon": states.POLICY_ICONS[str(code)]}


@register.inclusion_tag("components/finding.html")
def finding(it, href="", link=""):
    """One message: number, sentence, next step. `href` leads to the field it is about."""
    return {"it": it, "state": states.STATE_OF_LEVEL[str(it.level)], "href": href, "link": languages.said(link)}


@register.inclusion_tag("components/findings.html")
def finding_list(findings, title=""):
    """All messages at once, the gravest first."""
    gravest = sorted(findings, key=lambda it: -list(states.STATE_OF_LEVEL).index(str(it.level)))
    return {"findings": gravest, "title": languages.said(title)}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form, title=""):
    """What must be mended on this form, each with a link to its field."""
    found = [(bound, mistake) for bound in form for mistake in rows.mistakes_of(bound)]
    general = [rows.mistake_of(error) for error in form.non_field_errors().as_data()]
    return {
        "found": found,
        "general": general,
        "count": len(found) + len(general),
        "title": languages.said(title),
        "form_id": form.auto_id,
    }


@register.inclusion_tag("components/field.html")
def field_row(bound, policy="", certificate=False):
    """One row of a form; takes a form's field or a ready `FieldRow`."""
    row = bound if isinstance(bound, rows.FieldRow) else rows.row_of(bound, policy=policy, certificate=certificate)
    return {"row": row} | _badge(row.policy)


@register.inclusion_tag("components/fields.html")
def form_rows(form):
    """Every field of a form, hidden ones included."""
    return {"rows": [rows.row_of(bound) for bound in form]}


@register.inclusion_tag("components/deadline.html")
def deadline(at, now, note="", state=""):
    """What is left, when it ends, what closes then. Amber in the last three days, red when over."""
    left = at - now
    if not state:
        state = "late" if left.total_seconds() < 0 else "back" if left.days < 3 else "going"
    return {
        "at": at, "left": left, "over": left.total_seconds() < 0, "state": state, "now": now,
        "note": languages.said(note), "language": languages.current(),
    }  # fmt: skip


@register.simple_tag
def progress_bar(label, total, done=0, review=0, going=0, big=False):
    """A bar of three patterns, and the same figures for who cannot see it."""
    counts = {"done": done or 0, "review": review or 0, "going": going or 0}  # a template says "" for a count it has not
    return mark_safe(charts.bar_svg(conditional_escape(languages.said(label)), counts, total, big=big))  # the label is escaped here


@register.inclusion_tag("components/line_chart.html")
def line_chart(values, label, top=100, unit="%", reference=(), reference_label="", caption=""):
    """A line over days, its figures in a table below; fewer than four values are not drawn."""
    values = list(values)
    drawn = charts.line(values, top=top, reference=list(reference), unit=unit)
    return {
        "line": drawn, "values": values, "label": languages.said(label), "unit": unit, "enough": len(drawn.points) > 3,
        "reference_label": languages.said(reference_label), "caption": languages.said(caption),
    }  # fmt: skip


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(values, label, unit=""):
    """Horizontal bars with their figures beside them."""
    return {"bars": charts.bars(list(values)), "label": languages.said(label), "unit": languages.said(unit)}


@register.inclusion_tag("components/steps.html")
def step_list(steps):
    """Ordered steps. Each has title, state, and may have note, href, link, current, done, total."""
    return {"steps": steps}


@register.inclusion_tag("components/signoff.html")
def sign_off_box(title, people, state="going", word=None, digest="", note="", seal=""):
    """A place for names, dates and a seal. `people` are (role, name, moment or None)."""
    return {
        "title": languages.said(title), "people": people, "state": state, "word": word, "digest": digest,
        "note": languages.said(note), "seal": languages.said(seal),
    }  # fmt: skip


@register.inclusion_tag("components/empty.html")
def empty_state(text, icon="done", href="", link=""):
    """Nothing here, said calmly, with what to do next where there is something."""
    return {"text": languages.said(text), "icon": icon, "href": href, "link": languages.said(link)}


@register.inclusion_tag("components/pages.html", takes_context=True)
def page_links(context, page):
    """Links to the other pages of a list; keeps the filters."""
    around = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "numbers": list(around), "request": context["request"], "gap": page.paginator.ELLIPSIS}


@register.simple_tag(takes_context=True)
def here(context, **changes):
    """This page's address with some parameters changed; None or "" takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return "?" + query.urlencode()


@register.inclusion_tag("components/job.html")
def job_progress(job, poll=""):
    """Background work as the person sees it; asks again every two seconds until it is over."""
    return {"job": job, "poll": poll}


@register.inclusion_tag("components/toasts.html", takes_context=True)
def notices(context):
    """What the last act did, said once."""
    request = context.get("request")
    return {"notices": get_messages(request) if request is not None else []}


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context, address, label, count=None, exact=False, current=None):
    """A link of the main navigation; marks itself when the page belongs to it, unless `current` says so."""
    path = getattr(context.get("request"), "path", "")
    if current is None:
        current = path == address if exact else path.startswith(address)
    return {"address": address, "label": languages.said(label), "count": count, "current": current}


@register.simple_tag(takes_context=True)
def holds(context, permission):
    """Whether the viewer holds this permission anywhere: a link that leads to a 404 is not shown."""
    request = context.get("request")
    return request is not None and viewer_of(request).holds(permission)


@register.simple_tag
def asset(path):
    """A static file's address that cannot fail: the page for a failure must not need what may have failed."""
    try:
        return static(path)
    except ValueError:  # the manifest of static files is missing or old
        return settings.STATIC_URL + path


@register.simple_block_tag
def grid(content, label):
    """A table that scrolls inside its own frame; the frame can be reached and scrolled by keyboard."""
    return format_html('<div class="grid" role="group" aria-label="{}" tabindex="0">{}</div>', languages.said(label), content)
