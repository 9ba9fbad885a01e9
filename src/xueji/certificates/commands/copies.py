"""The school's signing certificate, and electronic copies signed with it (电子证书)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from xueji.accounts.permissions import Permission
from xueji.certificates.commands.masters import font_folders
from xueji.certificates.models import Certificate, IssuerKey
from xueji.certificates.queries.runs import sheet_of
from xueji.documents.certificate import render
from xueji.documents.engine import press
from xueji.documents.signing import self_made, sign_pdf
from xueji.journal.command import ANYWHERE, Act, Change, Stopped, command
from xueji.records.queries import school
from xueji.rules.findings import finding


@command(needs=Permission.CERTIFICATE_RELEASE, records="issuer_key.made")
def install_seal(act: Act, *, private: str = "", certificate: str = "") -> Change:
    """Install the key and certificate that sign PDFs (启用电子签章), both PEM; without them the school makes its own."""
    if not (private and certificate):
        private, certificate = self_made(school().name_en, act.at)
    IssuerKey.objects.filter(purpose="document", retired_at=None).update(retired_at=act.at)
    number = (IssuerKey.objects.aggregate(top=Max("number"))["top"] or 0) + 1
    key = IssuerKey.objects.create(number=number, purpose="document", private=private, public=certificate, made_at=act.at)
    return Change(f"issuer-key:{number}", ANYWHERE, {"purpose": "document"}, key)


def electronic_copy(certificate: Certificate, at: datetime) -> bytes:
    """One certificate as a signed PDF without the printer's marks. Raises Stopped when no seal is installed."""
    key = IssuerKey.objects.filter(purpose="document", retired_at=None).first()
    if key is None:
        raise Stopped([finding("RUN.006", why="还没有电子签章", why_en="no seal is installed")])
    pdf = render(press(font_folders()), [sheet_of(certificate)], at=at)
    return sign_pdf(pdf, private=key.private, certificate=key.public, reason="学历证书电子版")
