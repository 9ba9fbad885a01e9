"""How many names a second get a proposal, against the dictionary library alone (which reads no surname)."""

import random
from pathlib import Path

from xueji.pinyin import spell, suggest

COUNT = 50_000
PERSONS = Path(__file__).resolve().parent.parent / "tests" / "pinyin" / "known_persons.txt"


def run(report):
    from pypinyin import lazy_pinyin

    known = [line.split(" ", 1)[0] for line in PERSONS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    draw = random.Random(7)
    names = [draw.choice(known)[0] + "".join(draw.choice(known)[-1] for _ in range(draw.choice((1, 2, 2, 2)))) for _ in range(COUNT)]

    def ours():
        for name in names:
            one = suggest(name)
            spell(one.name, one.syllables, one.surname_length)

    seconds = report.seconds(ours)
    peer = report.seconds(lambda: [lazy_pinyin(name) for name in names], times=1)
    report.figure(
        "propose and spell a name", COUNT / seconds, "names/s", peer=COUNT / peer, peer_name="pypinyin alone", less=False,
        goal="50,000 names/s",
    )  # fmt: skip
