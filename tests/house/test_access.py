"""What is not yours does not exist: every address, tried by a visitor, another student, another college, and the right person."""

import tomllib
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import URLResolver
from tests.house.repository import ROOT
from tests.world import SHANGHAI, STAFF, World

from xueji.journal.command import ANYWHERE

TABLE = tomllib.loads((Path(__file__).with_name("access.toml")).read_text("utf-8"))
STUDENTS = ("李明", "王芳", "赵强", "SCHMIDT ANNA", "欧阳静")
EVERYBODY = ("", *STUDENTS, *STAFF)
GROUPS = {"everybody": EVERYBODY, "signed in": EVERYBODY[1:], "students": STUDENTS, "staff": tuple(STAFF)}


def names(resolver=None, space="") -> set[str]:
    """The name of every address in the URL configuration, with its namespace."""
    found = set()
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            found |= names(one, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            found.add(f"{space}{one.name}" if one.name else f"{space}(without a name) {one.pattern}")
    return found


def who_may(entry: dict) -> set[str]:
    opens = entry["opens"]
    return set(GROUPS[opens]) if isinstance(opens, str) else set(opens)


def test_every_address_is_in_the_table():
    assert names() - set(TABLE) == set(), "add these to tests/house/access.toml"
    assert set(TABLE) - names() == set(), "these no longer exist"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_table_names_the_cast(name):
    entry = TABLE[name]
    assert set(entry) <= {"opens", "with", "posts", "list", "visitor", "query", "why"}
    assert who_may(entry) <= set(EVERYBODY)


def things(world: World) -> dict[str, object]:
    """What addresses may need, each belonging to 李明 or to college A; made only when asked for."""
    record = world.record("李明")
    return {
        "record": lambda: record.pk,
        "number": lambda: record.student_number,
        "account": lambda: record.account_id,
        "college": lambda: "A",
        "class": lambda: record.class_number,
        "campaign": lambda: world.campaign.code,
        "case": lambda: world.case_of("李明").pk,
        "check_code": lambda: printed_code(world),
        "message_code": lambda: sent_code(world),
        "message": lambda: received_message(world),
        "case_with_receipt": lambda: submitted_case(world),
        "correction": lambda: asked_correction(world),
        "extension_request": lambda: asked_extension(world, "李明"),
        "job": lambda: started_job(world),
        "ticket": lambda: own_ticket(world),
        "staff": lambda: world.account("王秘书").pk,
        "roster": lambda: compared_roster(world).pk,
        "graduating": lambda: graduating(world).code,
        "case_to_conclude": lambda: graduating(world).cases.get(record=record).pk,
        "filing": lambda: made_filing(world).pk,
        "round": lambda: confirming(world).code,
        "case_to_confirm": lambda: confirming(world).cases.get(record=record).pk,
        "photo_round": lambda: photo_round(world).code,
        "case_to_photograph": lambda: photo_round(world).cases.get(record=record).pk,
        "turn": lambda: own_turn(world).pk,
        "dispute": lambda: disputed_photo(world, record).pk,
        "batch": lambda: frozen_sheet(world).pk,
        "copy": lambda: edited_copy(world).pk,
        "proposal": lambda: proposed_name(world).pk,
        "certificate": lambda: released_certificate(world).pk,
        "run": lambda: released_certificate(world).run_id,
        "master": lambda: released_certificate(world).run.master_id,
        "comparison": lambda: kept_comparison(world),
        "disclosed_photo": lambda: disclosed_photo(world),
        "issuer_key": lambda: signing_key(world),
        "judgement": lambda: rejected_photo(world, record).pk,
    }


def rejected_photo(world: World, record):
    """The verdict on a photo of the student that shows no face."""
    from xueji.photos.models import Judgement

    said = {"zh": "没有找到人脸。", "en": "No face was found."}
    found = {"rule": "face_count", "level": "reject", "measured": 0, "limit": 1, "id": "PHOTO.030", "region": [0, 0, 1, 1], "part": "whole", "message": said, "remedy": said, "source": ""}
    return Judgement.objects.create(record=record, taken="station", photo_digest="0" * 64, profile="chsi-graduation", profile_digest="0" * 16,
                                    outcome="reject", findings=[found], judged_at=world.now, judged_by="system:tests")  # fmt: skip


def compared_roster(world: World):
    """A roster of the registrar's with one row that is rejected, so that it has a marked copy."""
    from xueji.exchange.commands.rosters import receive_roster
    from xueji.exchange.roster import running

    kept = receive_roster(world.act("刘老师"), "学号,姓名\nS24010999,\n".encode(), title="名册.csv").result
    running.compare(world.act("刘老师"), kept)
    return kept


def taken_photo() -> bytes:
    """A JPEG as a camera makes it."""
    from PIL import Image

    kept = BytesIO()
    Image.new("RGB", (480, 640), (60, 130, 200)).save(kept, "JPEG", quality=95)
    return kept.getvalue()


def kept_comparison(world: World) -> str:
    """A comparison of everybody that has a workbook; the address asks for no notice."""
    from xueji.confirmation.commands.comparisons import keep_comparison

    facts = {"students": 0, "differs": 0}
    keep_comparison(world.act("刘老师"), campaign=None, facts=facts, taken=[], lines=b"PK\x05\x06" + bytes(18), workbook=b"PK\x05\x06" + bytes(18))
    return ""


def signing_key(world: World) -> int:
    """A key that signs certificates and the list of revoked ones."""
    from xueji.certificates.commands.runs import make_issuer_key

    return make_issuer_key(world.act("刘老师")).result.number


def released_certificate(world: World):
    """李明's certificate in a run that two people released, with a seal for its electronic copy."""
    from xueji.certificates.commands.copies import install_seal
    from xueji.certificates.models import Certificate, Master, PrintRun
    from xueji.vault.commands import store_file

    kept = Certificate.objects.select_related("run").first()
    if kept is not None:
        return kept
    install_seal(world.act("刘老师"))
    at = {"first_at": world.now, "first_by": "a", "second_at": world.now, "second_by": "b"}
    master = Master.objects.create(kind="graduation", version=1, text="", sha256="0" * 64, drafted_at=world.now, drafted_by="a", **at)
    file = store_file(world.act("刘老师"), b"%PDF-1.4\n%%EOF\n", purpose="certificate", scope=ANYWHERE).result
    run = PrintRun.objects.create(master=master, issued_on=world.now.date(), title="2024届", made_at=world.now, made_by="a", file=file, **at)
    words = {"title": "毕业证书", "body": "准予毕业。", "school": "东湖理工大学", "date": "二〇二四年六月三十日"}
    return Certificate.objects.create(record=world.record("李明"), kind="graduation", run=run, position=1, values=words, issued_on=world.now.date(),
                                      token="t", statement="XJ1.x.y", college_id="A")  # fmt: skip


def disclosed_photo(world: World) -> str:
    """A ticket for the photo that 李明 lets verifiers see."""
    from datetime import UTC, timedelta

    from xueji.certificates.models import Disclosure
    from xueji.certificates.queries.disclosures import photo_ticket
    from xueji.records.queries import scope_of
    from xueji.vault.commands import store_file

    one = released_certificate(world)
    one.photo = store_file(world.act("李明"), taken_photo(), purpose="photo", scope=scope_of(world.record("李明"))).result
    one.save()
    now = datetime.now(UTC)
    return photo_ticket(Disclosure.objects.create(certificate=one, items=["photo"], made_at=now, until=now + timedelta(days=1)))


def confirming(world: World):
    """The campaign of N2 part two with 李明 in it."""
    from xueji.campaigns.commands import open_campaign
    from xueji.records.commands import change_record

    change_record(world.system(), world.record("李明"), values={"expected_on": "2025-06-30"}, reason="2025届")
    text = (ROOT / "campaigns" / "2025-bit-names.toml").read_text("utf-8")
    return open_campaign(world.act("刘老师", at=datetime(2024, 11, 20, 9, tzinfo=SHANGHAI)), text=text).result[0]


def graduating(world: World):
    """The campaign of N3 part three with 李明 in it."""
    from xueji.campaigns.commands import open_campaign
    from xueji.records.commands import change_record

    change_record(world.system(), world.record("李明"), values={"expected_on": "2020-06-30"}, reason="2020届")
    text = (ROOT / "campaigns" / "N3-bit-2020-conclusions.toml").read_text("utf-8")
    return open_campaign(world.act("刘老师", at=datetime(2020, 6, 3, 9, tzinfo=SHANGHAI)), text=text).result[0]


def photo_round(world: World):
    """N2's photo round with 李明 in it, its timetable and its keys."""
    from tests.apps.photos.day import opened

    from xueji.campaigns.models import Campaign

    return Campaign.objects.filter(code="2025-bit-photo").first() or opened(world).campaign


def own_turn(world: World):
    """李明's turn at the station."""
    from xueji.photos.day.models import Turn

    case = photo_round(world).cases.get(record=world.record("李明"))
    return Turn.objects.create(case=case, campaign=case.campaign, on=world.now.date(), campus="东湖校区", number=1, light="green", station="1", arrived_at=world.now)


def disputed_photo(world: World, record):
    """The student's photo of the round, disputed with material, waiting; CHSI doubts the face as well."""
    from tests.apps.photos.day import jpeg

    from xueji.photos.day.models import Capture, Dispute, FaceCase, Nomination
    from xueji.records.queries import scope_of
    from xueji.vault.commands import store_file

    file = store_file(world.system(), jpeg(), purpose="evidence", scope=scope_of(record), title="证件.jpg").result
    taken = Capture.objects.create(record=record, campaign=photo_round(world), version=1, origin="bureau", taken_on=date(2024, 11, 26), taken_by="易拍",
                                   recorded_at=world.now, recorded_by="系统", file=file)  # fmt: skip
    FaceCase.objects.create(record=record, capture=taken, result="failed", found_at=world.now, source="在校生.dbf", evidence=file)
    Nomination.objects.create(campaign=photo_round(world), record=record, reason="名单外", reported_at=world.now, reported_by="王秘书")
    return Dispute.objects.create(capture=taken, reason="照片不是本人", evidence=file, made_at=world.now)


def made_filing(world: World):
    """A filing without rows, made by the registrar."""
    from xueji.exchange.layouts import filing_layouts
    from xueji.graduation.models import Filing

    profile = next(iter(filing_layouts()))
    return Filing.objects.create(campaign=graduating(world), profile=profile, number=1, sha256="0" * 64, row_count=0, made_at=world.now, made_by="刘老师")


def frozen_sheet(world: World):
    """A sheet of college A, frozen."""
    from xueji.campaigns.batches.commands import freeze_batch
    from xueji.campaigns.batches.terms import KINDS
    from xueji.confirmation.commands.confirmations import confirm_record
    from xueji.confirmation.commands.majors import publish_majors
    from xueji.confirmation.commands.spellings import choose_spelling
    from xueji.records.models import College

    round, record, at = confirming(world), world.record("李明"), datetime(2024, 11, 25, 9, tzinfo=SHANGHAI)
    choose_spelling(world.act("李明", at=at), record, syllables=["li", "ming"], surname_length=1)
    confirm_record(world.act("李明", at=at), round.cases.get(record=record), step="verify")
    publish_majors(world.act("刘老师", at=at), rows=[("081200", "计算机科学与技术", "Computer Science")], effective="2025届")
    college = College.objects.get(code="A")
    return freeze_batch(world.act("王秘书", at=at), round, college=college, kind=KINDS["verification_sheet"]).result


def edited_copy(world: World):
    """The workbook of a sheet, sent back as it was."""
    from xueji.campaigns.batches.commands import receive_copy
    from xueji.campaigns.batches.papers import workbook_of

    batch = frozen_sheet(world)
    return receive_copy(world.act("王秘书"), batch, content=workbook_of(batch)).result


def proposed_name(world: World):
    """A proposal of college A for an English name."""
    from xueji.confirmation.commands.majors import propose_major_name
    from xueji.records.models import College

    college = College.objects.get(code="A")
    new = {"code": "081200", "name": "计算机科学与技术", "new": "Computer Science"}
    return propose_major_name(world.act("王秘书"), college, **new, reason="没有英文名").result


def printed_code(world: World) -> str:
    """The check code of a form that 李明 printed."""
    from xueji.collection.models import PrintedForm

    made = PrintedForm(case=world.case_of("李明"), document="record_form", version=1, code="7K3M9QXA2T", digest="0" * 64, printed_at=world.now)
    made.values = {}
    made.save()
    return made.code


def received_message(world: World) -> str:
    """The id under which 李明 opens a message; as the own pages call it."""
    from xueji.notify.models import Delivery, Message

    sent_code(world)
    made = Delivery.objects.create(message=Message.objects.get(code="K7M2P9QX"), account=world.account("李明"), way="app", queued_at=world.now)
    return str(made.message_id)


def submitted_case(world: World) -> str:
    """李明's case after the first step was submitted."""
    from xueji.stories import enrolment

    case = world.case_of("李明")
    enrolment.submit(case, "semester", world.now)
    return str(case.pk)


def asked_correction(world: World) -> str:
    """A correction that 李明 asked for."""
    from xueji.corrections.models import Correction

    made = Correction(record=world.record("李明"), field="name", requested_at=world.now, requested_by="李明", reviewer="")
    made.old, made.new, made.reason = "李明", "李鸣", "户口本是“鸣”"
    made.save()
    return str(made.pk)


def asked_extension(world: World, name: str) -> str:
    """A later end that the counsellor asked for."""
    from xueji.campaigns.commands import request_extension

    until = world.campaign.closes + timedelta(days=1)
    return str(request_extension(world.act("高辅导员"), world.case_of(name), until=until, reason="住院").result.pk)


def started_job(world: World) -> str:
    """Background work that 王秘书 started for college A."""
    from xueji.jobs.models import Job

    actor = world.actor("王秘书")
    made = Job.objects.create(kind="none", asked_by=actor.id_text, asked_by_label=actor.label, college="A", class_number="S240101", created_at=world.now)
    return str(made.pk)


def own_ticket(world: World) -> str:
    """A ticket of the moment that opens 李明's own picture for 李明."""
    from django.utils import timezone

    from xueji.records.queries import scope_of
    from xueji.stories.portrait import portrait
    from xueji.vault.addresses import ticket_for
    from xueji.vault.commands import store_file

    file = store_file(world.act("李明"), portrait(1), purpose="form_photo", scope=scope_of(world.record("李明")), title="form.png").result
    return ticket_for(world.actor("李明"), file, now=timezone.now())


def sent_code(world: World) -> str:
    """The code of a message that was sent."""
    from xueji.notify.models import Message

    made = Message.objects.create(
        code="K7M2P9QX", campaign=world.campaign.code, kind="notice", number="1", title_zh="通知", subject_zh="通知", subject_en="Notice",
        body_zh="", body_en="", made_by="system:tests", made_by_label="", created_at=world.now,
    )  # fmt: skip
    return made.code


def address(world: World, name: str) -> str:
    kit = things(world)
    wanted = TABLE[name].get("with", {})
    arguments = {key: kit[value[1:]]() if isinstance(value, str) and value.startswith("@") else value for key, value in wanted.items()}
    try:
        found = reverse(name, kwargs=arguments)
    except NoReverseMatch as wrong:
        pytest.fail(f"{name} in access.toml needs `with`: {wrong}")
    query = TABLE[name].get("query", "")
    for key, make in kit.items():
        if f"@{key}" in query:
            query = query.replace(f"@{key}", str(make()))
    return found + (f"?{query}" if query else "")


def answer(world: World, who: str, name: str, where: str) -> str:
    """What that person gets: page, hidden (404), sign-in, or another status."""
    may = who in who_may(TABLE[name])
    client = world.client(who)
    response = client.post(where) if TABLE[name].get("posts") and not may else client.get(where)
    if response.status_code in {301, 302} and "/sign-in/" in response.headers["Location"]:
        return "sign-in"
    if response.status_code in {200, 302} or (response.status_code == 405 and TABLE[name].get("posts")):
        return "page"
    return "hidden" if response.status_code == 404 else f"status {response.status_code}"


@pytest.mark.parametrize("name", sorted(set(TABLE) & names()))
def test_an_address_opens_for_whom_it_is_and_is_hidden_from_everybody_else(world, name):
    where, may = address(world, name), who_may(TABLE[name])
    seen = {who: answer(world, who, name, where) for who in EVERYBODY}
    outside = TABLE[name].get("visitor", "sign-in")
    wanted = {who: "page" if who in may else (outside if not who else "hidden") for who in EVERYBODY}
    assert seen == wanted, {who: (seen[who], "wanted", wanted[who]) for who in EVERYBODY if seen[who] != wanted[who]}


LISTS = sorted(name for name in set(TABLE) & names() if "list" in TABLE[name])


def grow(world: World, what: str, count: int) -> None:
    """Add `count` more rows of a kind to college A, so that a list page has more to show."""
    from xueji.accounts.models import Account
    from xueji.campaigns.commands import follow_audience
    from xueji.notify.models import Delivery, Message

    first = 100 + Account.objects.count() + Message.objects.count() + (photo_round(world).sessions.count() if what == "sessions" else 0)
    for number in range(first, first + count):
        if what in {"records", "cases", "events"}:
            world.enrol(f"孙{number}", f"S202401{number:03d}", "A", class_number="S240101", id_number="")
        elif what == "extension_requests":
            world.enrol(f"孙{number}", f"S202401{number:03d}", "A", class_number="S240101", id_number="")
            follow_audience(world.system(), world.campaign)
            asked_extension(world, f"孙{number}")
        elif what == "photographed":
            world.enrol(f"周{number}", f"S202401{number:03d}", "A", class_number="S240101", id_number="", expected_on=date(2025, 6, 30))
        elif what == "disputed":
            disputed_photo(world, world.enrol(f"郑{number}", f"S202401{number:03d}", "A", class_number="S240101", id_number=""))
        elif what == "sessions":
            at = datetime(2024, 12, 1, 8, tzinfo=SHANGHAI) + timedelta(days=number)
            photo_round(world).sessions.create(campus="东湖校区", room="报告厅", opens=at, closes=at + timedelta(hours=4), capacity=9, open_day=True)
        elif what == "printed":
            photo_round(world).prints.create(college_id="A", entry="received", count=number, at=world.now, by="王秘书")
        elif what == "staff":
            Account.objects.create(username=f"T{number}", name=f"钱{number}", kind=Account.Kind.STAFF).grants.create(role="secretary", college="A")
        elif what == "judgements":
            rejected_photo(world, world.enrol(f"孙{number}", f"S202401{number:03d}", "A", class_number="S240101", id_number=""))
        elif what == "rosters":
            compared_roster(world)
        elif what == "messages":
            made = Message.objects.create(
                code=f"M{number}", campaign="x", kind="notice", number="1", title_zh="通知", subject_zh="通知", subject_en="Notice", body_zh="",
                body_en="", made_by="system:tests", made_by_label="", created_at=world.now,
            )  # fmt: skip
            for account in Account.objects.all():
                Delivery.objects.create(message=made, account=account, way="app", queued_at=world.now)
        else:
            pytest.fail(f"access.toml: list = {what!r} is unknown; say in grow() how one is made")
    if what in {"cases", "events"}:
        follow_audience(world.system(), world.campaign)
    if what == "photographed":
        follow_audience(world.system(), photo_round(world))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_with_three_rows_asks_the_database_as_often_as_with_one(world, name, django_assert_max_num_queries):
    where, entry = address(world, name), TABLE[name]
    who = sorted(who_may(entry))[0]
    grow(world, entry["list"], 1)
    client = world.client(who)
    client.get(where)  # what is asked once and kept
    with django_assert_max_num_queries(60) as few:
        assert client.get(where).status_code == 200
    grow(world, entry["list"], 2)
    with django_assert_max_num_queries(len(few)):
        assert client.get(where).status_code == 200


def test_every_page_that_lists_something_says_so():
    """An address that takes no argument of one thing and shows a queryset is a list; its templates are asked."""
    from tests.house.repository import SOURCE

    pages = {path.stem for path in (SOURCE / "desks" / "templates").rglob("*.html") if "components/pages.html" in path.read_text("utf-8")}
    listed = {name.split(":")[-1].replace("-", "_") for name in LISTS}
    assert not {page.replace("-", "_") for page in pages} - listed - {"pages", "gallery"}, "paged templates without `list` in access.toml"
