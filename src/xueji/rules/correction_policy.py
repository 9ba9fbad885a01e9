"""Whether a correction of a field may be asked for now (能否申请更正): its months, and the end of it all with the registration.

What may be asked for at all, with which papers and who decides stands in the field catalogue; here is only *when*.
"""

from datetime import date

from xueji.catalogue.fields import Field
from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding
from xueji.rules.values import NATIONAL, Values


def may_ask(field: Field, *, on: date, registered_on: date | None, values: Values = NATIONAL) -> list[Finding]:
    """What stands against asking for a correction of ``field`` on a day.  吉教学〔2018〕24号; 教育部令第41号 第三十四条

    ``registered_on`` is the day of the online registration of the certificate, None before it.
    """
    if registered_on is not None and registered_on <= on:
        return [finding("CORR.021", field=field.code, label=field.label, registered_on=f"{registered_on:%Y-%m-%d}")]
    months = values.at("corrections.months", on).get(field.code)
    if months and on.month not in months:
        named = Text("、".join(f"{month} 月" for month in months), ", ".join(f"{date(2000, month, 1):%B}" for month in months))
        return [finding("CORR.020", field=field.code, label=field.label, months=named)]
    return []
