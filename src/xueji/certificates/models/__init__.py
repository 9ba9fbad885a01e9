"""The tables of certificates (证书)."""

from xueji.certificates.models.certificates import Box as Box
from xueji.certificates.models.certificates import Certificate as Certificate
from xueji.certificates.models.certificates import Disclosure as Disclosure
from xueji.certificates.models.certificates import IssuerKey as IssuerKey
from xueji.certificates.models.certificates import Move as Move
from xueji.certificates.models.certificates import PaperRequest as PaperRequest
from xueji.certificates.models.certificates import PrintRun as PrintRun
from xueji.certificates.models.masters import Master as Master
from xueji.certificates.models.masters import Wording as Wording
from xueji.certificates.models.numbers import Number as Number
from xueji.certificates.models.numbers import Series as Series
