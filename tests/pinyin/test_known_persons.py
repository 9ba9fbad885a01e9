"""How good the proposals are, measured on persons whose reading is on record."""

from pathlib import Path

from pypinyin import lazy_pinyin

from xueji.pinyin import spell, suggest

LINES = (Path(__file__).parent / "known_persons.txt").read_text("utf-8").splitlines()
PERSONS = [tuple(line.split(" ", 1)) for line in LINES if line and not line.startswith("#")]


def _letters(text):
    return "".join(c for c in text.lower().replace("ü", "v") if c.isalpha())


def test_known_persons_are_read_as_they_are_known():
    missed = {}
    for name, form in PERSONS:
        proposed = suggest(name)
        written = spell(name, proposed.syllables, proposed.surname_length)
        if written != form:
            missed[name] = written
    assert len(PERSONS) > 600
    assert set(missed) <= {"贺若弼"}, missed


def test_the_proposals_are_better_than_the_dictionary_alone():
    alone = sum(_letters("".join(lazy_pinyin(name))) == _letters(form) for name, form in PERSONS)
    ours = sum(_letters("".join(suggest(name).syllables)) == _letters(form) for name, form in PERSONS)
    assert ours > alone + 0.05 * len(PERSONS)


def test_few_persons_are_asked():
    """Half of all names hold a character with several readings; asking them all would be noise."""
    asked = sum(bool(suggest(name).doubtful) for name, _ in PERSONS)
    assert asked < 0.1 * len(PERSONS)
