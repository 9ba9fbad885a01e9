"""The cast is what its page says."""

from xueji.campaigns.queries import cases_for
from xueji.records.queries import records_for


def test_n1_calls_the_new_postgraduates_and_nobody_else(world):
    called = {case.record.person.name for case in cases_for(world.actor("刘老师"), world.campaign)}
    assert called == {"李明", "王芳", "赵强", "SCHMIDT ANNA"}


def test_each_secretary_sees_the_own_college_only(world):
    assert {r.person.name for r in records_for(world.actor("王秘书"))} == {"李明", "王芳", "SCHMIDT ANNA", "欧阳静"}
    assert {r.person.name for r in records_for(world.actor("赵秘书"))} == {"赵强"}
    assert {r.person.name for r in records_for(world.actor("高辅导员"))} == {"李明", "王芳"}
