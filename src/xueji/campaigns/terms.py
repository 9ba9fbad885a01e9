"""Words of the engine: the closed list of step kinds and what each of them needs."""

from __future__ import annotations

from dataclasses import dataclass

from xueji.catalogue.text import Text


@dataclass(frozen=True, slots=True)
class StepKind:
    """A kind of step (步骤类型): what it is called, which keys a notice must declare for it, what becomes of what comes late."""

    code: str
    label: Text
    needs: tuple[str, ...] = ()
    late: Text = Text("", "")


STEP_KINDS = {
    kind.code: kind
    for kind in (
        StepKind("fill", Text("填写", "fill in"), ("fields",), Text("你填的文字都留着，没有丢。", "What you typed is kept. ")),
        StepKind("acknowledge", Text("阅知", "acknowledge")),
        StepKind("upload", Text("上传", "upload"), late=Text("照片没有收下，请自己留好。", "The photo was not taken; keep it. ")),
        StepKind("attend", Text("到场", "attend")),
        StepKind("confirm", Text("确认", "confirm"), late=Text("没有记为已确认。", "It is not recorded as confirmed. ")),
        StepKind("print", Text("打印", "print"), ("document",)),
        StepKind("hand_in", Text("交表", "hand in"), ("document",)),
        StepKind("review", Text("审核", "review")),
        StepKind("sign_off", Text("签字盖章", "sign off"), ("document",)),
        StepKind("file", Text("报送", "file")),
    )
}
