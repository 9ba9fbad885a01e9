"""Words of the graduation review (毕业审核用词)."""

from __future__ import annotations

from enum import StrEnum

from xueji.catalogue.text import Text
from xueji.rules.conclusions import Conclusion

CONCLUSION_WORDS: dict[str, Text] = {
    Conclusion.GRADUATION: Text("毕业", "Graduation"),
    Conclusion.COMPLETION: Text("结业", "Completion"),
    Conclusion.INCOMPLETION: Text("肄业", "Incompletion"),
    Conclusion.UPGRADE: Text("结业转毕业", "Completion upgraded to graduation"),
    Conclusion.WITHDRAWAL: Text("退学", "Withdrawal"),
    Conclusion.PROLONG: Text("延长学习年限", "Prolonged studies"),
}
ON_THE_LIST = (Conclusion.GRADUATION, Conclusion.COMPLETION, Conclusion.INCOMPLETION, Conclusion.UPGRADE)
"""The conclusions that N3 附件8 reports."""
ADVERSE = (Conclusion.COMPLETION, Conclusion.INCOMPLETION, Conclusion.WITHDRAWAL)
MOVE_OF = {
    Conclusion.GRADUATION: "graduate", Conclusion.COMPLETION: "complete", Conclusion.INCOMPLETION: "leave",
    Conclusion.UPGRADE: "upgrade", Conclusion.WITHDRAWAL: "withdraw", Conclusion.PROLONG: "prolong",
}  # fmt: skip
DELIVERIES: dict[str, Text] = {
    "in_person": Text("当面送达", "In person"),
    "left": Text("留置送达", "Left at the residence"),
    "post": Text("邮寄送达", "By post"),
    "public": Text("公告送达", "By public notice"),
}
"""教育部令第41号 第五十五条: 直接送达, 留置, 邮寄, 公告."""


class Answer(StrEnum):
    """What the authority says of a row (回执)."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
