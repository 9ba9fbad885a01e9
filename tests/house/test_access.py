"""What is not yours does not exist: every address, tried by a visitor, another student, another college, and the right person."""

import tomllib
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import URLResolver
from tests.world import STAFF, World

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
    }


def printed_code(world: World) -> str:
    """The check code of a form that 李明 printed."""
    from xueji.collection.models import PrintedForm

    made = PrintedForm.objects.create(
        case=world.case_of("李明"), document="record_form", version=1, code="7K3M9QXA2T", digest="0" * 64, printed_at=world.now
    )
    return made.code


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
    if what not in {"records", "cases"}:
        pytest.fail(f"access.toml: list = {what!r} is unknown; say in grow() how one is made")
    first = 100 + len(list(world.record("李明").college.records.all()))
    for number in range(first, first + count):
        world.enrol(f"孙{number}", f"S202401{number:03d}", "A", class_number="S240101", id_number="")
    if what == "cases":
        from xueji.campaigns.commands import follow_audience

        follow_audience(world.system(), world.campaign)


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
