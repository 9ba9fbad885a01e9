"""Background work of messages: e-mails on their way, and what the calendar does for the services below."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from xueji.accounts.queries import SystemActor
from xueji.catalogue.text import Text
from xueji.jobs.reporting import Reporter
from xueji.jobs.terms import job_kind
from xueji.journal.command import Act
from xueji.notify.channels import CHANNELS
from xueji.notify.commands import attempt, note_attempts, send_mail_by_job, take_waiting
from xueji.notify.queries import waiting_mail
from xueji.notify.terms import SHANGHAI, Way
from xueji.vault.commands import purge_due, sweep_orphans


@job_kind("sending_mail", title=Text("发送邮件", "Sending e-mails"), unit=Text("封", "e-mails"))
def sending_mail(report: Reporter) -> None:
    """Send every e-mail whose turn has come."""
    total = waiting_mail(report.act().at).count()
    send_all(report.act, lambda tried: report.progress(tried, max(total, tried)))


def send_all(act: Callable[[], Act], tell: Callable[[int], None]) -> int:
    """Send what waits, over one connection, and write down each batch; returns how many were tried."""
    channel = CHANNELS[Way.EMAIL]()
    tried = 0
    try:
        while batch := take_waiting(act().at):
            note_attempts(act(), [attempt(delivery, channel) for delivery in batch])
            tried += len(batch)
            tell(tried)
    finally:
        channel.close()
    return tried


def send_what_waits(now: datetime) -> None:
    """Start a sending job when an e-mail's second or later turn has come."""
    if waiting_mail(now).exists():
        send_mail_by_job(now)


def purge_files(now: datetime) -> None:
    """Remove files whose term is over, and what a crash left on the disk."""
    act = Act(SystemActor("calendar"), now, "job")
    while purge_due(act, on=now.astimezone(SHANGHAI).date()).result:
        pass
    sweep_orphans(now)
