"""``xueji notify …``: returned e-mails, waiting e-mails, the proof of who was reached."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import click


@click.group()
def notify() -> None:
    """Send what waits, read what came back, see who was reached (消息)."""
    import django

    django.setup()


def _act() -> Any:
    from django.utils import timezone

    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act

    return Act(SystemActor("命令行"), timezone.now(), "cli")


@notify.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def bounces(file: Path) -> None:
    """Read returned e-mails from an mbox file, a maildir folder or .eml files (登记退信).

    Reading the same file twice changes nothing.
    """
    from xueji.notify.bounces import NotMail, mails_in, report_in
    from xueji.notify.commands import note_bounce, note_delivery
    from xueji.notify.queries import by_reference

    counts = {"mails": 0, "bounced": 0, "delivered": 0, "late": 0, "foreign": 0, "known": 0}
    act = _act()
    try:
        for raw in mails_in(file):
            counts["mails"] += 1
            report = report_in(raw)
            delivery = by_reference(report.reference) if report else None
            if report is None or delivery is None:
                counts["foreign"] += 1
            elif report.failed is None:
                counts["late"] += 1
            else:
                change = note_bounce(act, delivery, code=report.code) if report.failed else note_delivery(act, delivery)
                counts["known" if change.unchanged else "bounced" if report.failed else "delivered"] += 1
    except NotMail:
        raise click.ClickException(f"{file}: 不是邮件文件 / not an mbox, maildir or .eml file") from None
    click.echo(
        "邮件 {mails}：退信 {bounced}，送达 {delivered}，延迟 {late}，已登记过 {known}，无关 {foreign} / "
        "{mails} mails: {bounced} bounced, {delivered} delivered, {late} late, {known} noted before, {foreign} not ours".format(**counts)
    )


@notify.command()
def send() -> None:
    """Send the e-mails whose turn has come, here and now (立即发送待发邮件)."""
    from xueji.notify.channels import email_is_set_up
    from xueji.notify.tasks import send_all

    if not email_is_set_up():
        raise click.ClickException("没有设置邮件服务器（XUEJI_SMTP_HOST） / no mail server is set")
    tried = send_all(_act, lambda number: None)
    click.echo(f"处理邮件 {tried} 封 / {tried} e-mails tried")


@notify.command()
@click.argument("campaign")
@click.option("--unreached", is_flag=True, help="Only those who were never reached.")
def reach(campaign: str, unreached: bool) -> None:
    """Who was reached how far, as CSV (送达证明)."""
    from xueji.accounts.queries import SystemActor
    from xueji.notify.queries import reach_for
    from xueji.notify.terms import SHANGHAI, Reach

    people = reach_for(SystemActor("命令行"), campaign, reach=Reach.UNREACHED if unreached else None)
    out = csv.writer(sys.stdout)
    out.writerow(["学号", "姓名", "学院", "班号", "送达", "打开时间", "确认时间", "原因"])
    for one in people:
        times = [f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else "" for at in (one.opened_at, one.acknowledged_at)]
        why = f"{one.failure.zh} {one.server_code}".strip() if one.failure else ""
        out.writerow([one.username, one.name, one.college, one.class_number, one.word.zh, *times, why])
