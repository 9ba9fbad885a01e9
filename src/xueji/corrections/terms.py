"""Words of corrections: where a request stands and who acts next (更正申请)."""

from __future__ import annotations

from django.db import models

from xueji.catalogue.text import Text


class Stage(models.TextChoices):
    """Where a request stands (申请状态)."""

    AT_COLLEGE = "at_college", "待学院审核"
    AT_REGISTRY = "at_registry", "待学校审定"
    IN_FORCE = "in_force", "已同意，已生效"
    RETURNED = "returned", "已退回"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"


STAGE_WORDS: dict[str, Text] = {
    Stage.AT_COLLEGE: Text("待学院审核", "waiting for the college"),
    Stage.AT_REGISTRY: Text("待学校审定", "waiting for the registry"),
    Stage.IN_FORCE: Text("已同意，已生效", "approved and in force"),
    Stage.RETURNED: Text("已退回", "returned"),
    Stage.REFUSED: Text("不同意", "refused"),
    Stage.WITHDRAWN: Text("已撤回", "withdrawn"),
}
OPEN = (Stage.AT_COLLEGE, Stage.AT_REGISTRY)
STATES = {
    Stage.AT_COLLEGE: "review",
    Stage.AT_REGISTRY: "review",
    Stage.IN_FORCE: "done",
    Stage.RETURNED: "back",
    Stage.REFUSED: "late",
    Stage.WITHDRAWN: "idle",
}
"""How each stage is drawn: one of the six states of a page."""


class Verdict(models.TextChoices):
    """What a reviewer says (审核意见)."""

    APPROVE = "approve", "同意"
    RETURN = "return", "退回补充"
    REFUSE = "refuse", "不同意"


class Origin(models.TextChoices):
    """Where a request came from (申请来源)."""

    STEP = "step", "填报时修改"
    REQUEST = "request", "凭材料申请"
