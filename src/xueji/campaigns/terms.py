"""Words of the engine: the closed list of step kinds and what each of them needs."""

from __future__ import annotations

from dataclasses import dataclass

from xueji.catalogue.text import Text


@dataclass(frozen=True, slots=True)
class StepKind:
    """A kind of step (步骤类型): what it is called, and which keys a notice must declare for it."""

    code: str
    label: Text
    needs: tuple[str, ...] = ()


STEP_KINDS = {
    kind.code: kind
    for kind in (
        StepKind("fill", Text("填写", "fill in"), ("fields",)),
        StepKind("acknowledge", Text("阅知", "acknowledge")),
        StepKind("upload", Text("上传", "upload")),
        StepKind("attend", Text("到场", "attend")),
        StepKind("confirm", Text("确认", "confirm")),
        StepKind("print", Text("打印", "print"), ("document",)),
        StepKind("hand_in", Text("交表", "hand in"), ("document",)),
        StepKind("review", Text("审核", "review")),
        StepKind("sign_off", Text("签字盖章", "sign off"), ("document",)),
        StepKind("file", Text("报送", "file")),
    )
}
