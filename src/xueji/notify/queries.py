"""Reading messages, viewer first: the own inbox, the proof for the staff, and what is public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import AccountActor, Viewer
from xueji.accounts.roles import ROLES, Role
from xueji.catalogue.text import Text
from xueji.notify.models import Delivery, Message
from xueji.notify.terms import FAILURES, REACHES, SHANGHAI, Failure, Kind, Reach, Way


def inbox_for(viewer: Viewer) -> QuerySet[Delivery]:
    """The viewer's own messages in the application, newest first."""
    if not isinstance(viewer, AccountActor):
        return Delivery.objects.none()
    return Delivery.objects.filter(account=viewer.account, way=Way.APP).select_related("message")


def unread_count(viewer: Viewer) -> int:
    """How many of the own messages were never opened."""
    return inbox_for(viewer).filter(opened_at=None).count()


def own_delivery(viewer: Viewer, message_id: UUID | str) -> Delivery:
    """The viewer's copy of a message. Raises Delivery.DoesNotExist."""
    try:
        return inbox_for(viewer).get(message_id=UUID(str(message_id)))
    except ValueError:
        raise Delivery.DoesNotExist from None


def message_by_code(code: str) -> Message | None:
    """The message with a typed code; spaces, hyphens and the case of letters do not matter. Public."""
    typed = "".join(ch for ch in code.upper() if ch.isalnum())
    return Message.objects.filter(code=typed).first() if typed else None


def reminded_on(day: date, accounts: list[int]) -> set[int]:
    """Those of the accounts that were sent a reminder on a day (in Shanghai)."""
    begins = datetime.combine(day, time(), SHANGHAI)
    return set(
        Delivery.objects.filter(
            message__kind=Kind.REMINDER, queued_at__gte=begins, queued_at__lt=begins + timedelta(days=1), account__in=accounts
        ).values_list("account", flat=True)
    )


@dataclass(frozen=True, slots=True)
class Reminded:
    """How often somebody was reminded in a campaign, and when last (提醒记录)."""

    times: int
    last: datetime


def reminders_of(campaign: str, accounts: Iterable[int]) -> dict[int, Reminded]:
    """The reminders each of the accounts got in a campaign. One query. For accounts the caller was allowed to see."""
    rows = (
        Delivery.objects.filter(message__campaign=campaign, message__kind=Kind.REMINDER, way=Way.APP, account__in=list(accounts))
        .order_by()
        .values_list("account")
        .annotate(times=Count("pk"), last=Max("queued_at"))
    )
    return {account: Reminded(times, last) for account, times, last in rows}


def unreached_among(campaign: str, accounts: Iterable[int]) -> set[int]:
    """Those of the accounts to whom something was sent in a campaign and nothing came through. One query."""
    rows = (
        Delivery.objects.filter(message__campaign=campaign, account__in=list(accounts))
        .order_by()
        .values("account")
        .annotate(
            seen=Count("pk", filter=Q(opened_at__isnull=False) | Q(acknowledged_at__isnull=False)),
            under_way=Count("pk", filter=Q(way=Way.EMAIL, failed_at=None)),
        )
        .filter(seen=0, under_way=0)
    )
    return {row["account"] for row in rows}


def waiting_mail(now: datetime) -> QuerySet[Delivery]:
    """E-mails whose turn has come, the oldest first."""
    return Delivery.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")


def by_reference(reference: UUID) -> Delivery | None:
    """The delivery that an e-mail's Message-ID names."""
    return Delivery.objects.filter(reference=reference, way=Way.EMAIL).select_related("message").first()


@dataclass(frozen=True, slots=True)
class Reached:
    """The proof for one person in one campaign (送达证明): how far, when, and why not."""

    account: int
    username: str
    name: str
    college: str
    class_number: str
    reach: Reach
    opened_at: datetime | None
    acknowledged_at: datetime | None
    mailed_at: datetime | None
    failure: Text | None
    server_code: str

    @property
    def word(self) -> Text:
        return REACHES[self.reach]


def _seen_by(viewer: Viewer) -> Q:
    """The condition "a grant of the viewer covers where the recipient belongs"."""
    if not isinstance(viewer, AccountActor):
        return Q() if viewer.holds(Permission.CASE_READ) else Q(pk__in=[])
    seen = Q(pk__in=[])
    for grant in viewer.grants:
        if Permission.CASE_READ in ROLES[Role(grant.role)]:
            held = {k: v for k in ("college", "campus", "class_number") if (v := getattr(grant, k))}
            if not held:
                return Q()
            seen |= Q(**held)
    return seen


def deliveries_seen(viewer: Viewer, campaign: str) -> QuerySet[Delivery]:
    """The deliveries of a campaign to people the viewer looks after."""
    return Delivery.objects.filter(_seen_by(viewer), message__campaign=campaign)


def reach_for(viewer: Viewer, campaign: str, *, college: str = "", class_number: str = "", reach: Reach | None = None) -> list[Reached]:
    """The proof for every recipient the viewer looks after, the least reached first. One query.

    ``reach`` narrows to one degree; ``Reach.UNREACHED`` are those the college must still find (N4: 务必通知到每一名学生).
    """
    rows = deliveries_seen(viewer, campaign)
    if college:
        rows = rows.filter(college=college)
    if class_number:
        rows = rows.filter(class_number=class_number)
    mail = Q(way=Way.EMAIL)
    people = (
        rows.order_by()
        .values("account", "account__username", "account__name")
        .annotate(
            of_college=Max("college"),
            of_class=Max("class_number"),
            acknowledged=Min("acknowledged_at"),
            opened=Min("opened_at"),
            delivered=Max("delivered_at", filter=mail),
            sent=Max("sent_at", filter=mail & Q(failed_at=None)),
            waiting=Max("next_attempt_at"),
            failure=Max("failure"),
            server_code=Max("server_code"),
        )
    )
    found = [
        Reached(
            account=row["account"],
            username=row["account__username"],
            name=row["account__name"],
            college=row["of_college"],
            class_number=row["of_class"],
            reach=_degree(row),
            opened_at=row["opened"],
            acknowledged_at=row["acknowledged"],
            mailed_at=row["sent"],
            failure=FAILURES[Failure(row["failure"])] if row["failure"] else None,
            server_code=row["server_code"],
        )
        for row in people
    ]
    order = {degree: number for number, degree in enumerate(reversed(Reach))}
    found = [one for one in found if reach is None or one.reach == reach]
    return sorted(found, key=lambda one: (order[one.reach], one.college, one.class_number, one.username))


def _degree(row: dict[str, object]) -> Reach:
    for column, degree in (
        ("acknowledged", Reach.ACKNOWLEDGED),
        ("opened", Reach.OPENED),
        ("delivered", Reach.DELIVERED),
        ("sent", Reach.SENT),
        ("waiting", Reach.WAITING),
    ):
        if row[column]:
            return degree
    return Reach.UNREACHED


def reach_counts(viewer: Viewer, campaign: str) -> dict[str, Counter[Reach]]:
    """How many people of each college were reached how far. One query, counted by the database."""
    mail = Q(way=Way.EMAIL)
    reached = Q(pk__in=[])
    farther: dict[str, Count] = {}
    for degree, more in (
        (Reach.ACKNOWLEDGED, Q(acknowledged_at__isnull=False)),
        (Reach.OPENED, Q(opened_at__isnull=False)),
        (Reach.DELIVERED, mail & Q(delivered_at__isnull=False)),
        (Reach.SENT, mail & Q(sent_at__isnull=False, failed_at=None)),
        (Reach.WAITING, Q(next_attempt_at__isnull=False)),
    ):
        reached |= more  # each degree contains those before it, so the differences are the degrees themselves
        farther[degree] = Count("account", distinct=True, filter=reached)
    rows = deliveries_seen(viewer, campaign).order_by().values("college").annotate(everybody=Count("account", distinct=True), **farther)
    counts: dict[str, Counter[Reach]] = {}
    for row in rows.order_by("college"):
        before, counted = 0, Counter()
        for degree in Reach:
            upto = row["everybody"] if degree is Reach.UNREACHED else row[degree]
            counted[degree], before = upto - before, upto
        counts[row["college"]] = counted
    return counts


def messages_on(campaign: str, kind: Kind, occasions: Iterable[str]) -> set[str]:
    """Those of the occasions that were written about (to the whole school)."""
    return set(Message.objects.filter(campaign=campaign, kind=kind, occasion__in=list(occasions)).values_list("occasion", flat=True))


def messages_of(viewer: Viewer, campaign: str) -> QuerySet[Message]:
    """The messages of a campaign that went to people the viewer looks after, newest first."""
    seen = deliveries_seen(viewer, campaign).values("message")
    return Message.objects.filter(pk__in=seen)
