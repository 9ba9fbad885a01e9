"""Comparing 50,000 records of 25 fields in three sources: ours against a pandas script that does the same.

The pandas script merges by the three numbers, makes every column normal with the same rules, applies the same authority and
lists the differences; it is written as a registrar's analyst would write it. Both must find exactly the planted differences.
"""

import random

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Kind
from xueji.rules.comparison import Rules, Source, compare, normal_form, right_source
from xueji.stories.students import students

COUNT = 50_000
CODES = (
    "name sex born_on id_number ethnic_group political_status student_number candidate_number major_code major_name college "
    "department class_number level schooling_years study_mode intake_year enrolled_on expected_on record_state commissioned "
    "origin_region nationality id_document population"
).split()


def invented(count: int) -> list[dict[str, str]]:
    """The school's rows: some thousands of invented students, repeated under new numbers."""
    some = list(students(min(count, 4000)))
    rows = []
    for n in range(count):
        row = {code: some[n % len(some)].get(code, "") for code in CODES}
        row["student_number"] = f"2024{n:08d}"
        row["candidate_number"] = f"24{n:013d}"
        row["id_number"] = f"11010120000101{n % 10000:04d}" if n < 10000 else f"{110000 + n // 10000:06d}20000101{n % 10000:04d}"
        rows.append(row)
    return rows


def as_exported(rows: list[dict[str, str]], draw: random.Random, planted: int) -> tuple[list[dict[str, str]], set[tuple[str, str]]]:
    """The same rows as another system exports them: words, dates without dashes, another order; and what was changed."""
    exported, changed = [], set()
    victims = set(draw.sample(range(len(rows)), planted))
    for n, row in enumerate(rows):
        other = {}
        for code, value in row.items():
            entry = FIELDS[code]
            if value and entry.kind is Kind.CODE:
                value = code_table(entry.codes).word(value).zh
            elif entry.kind is Kind.DATE:
                value = value.replace("-", "")
            other[code] = value
        if n in victims:
            code = draw.choice(["major_name", "class_number", "department", "college"])
            other[code] += "二"
            changed.add((row["student_number"], code))
        exported.append(other)
    draw.shuffle(exported)
    return exported, changed


def with_pandas(ours: list[dict], others: dict[str, list[dict]]) -> set[tuple[str, str, str, str]]:
    """The script: merge, normalise, compare, decide."""
    import pandas as pd

    def normal(frame):
        return frame.apply(lambda column: column.map(normal_form(FIELDS[column.name])))

    mine = pd.DataFrame(ours).fillna("")
    keyed = normal(mine)
    found = set()
    for source, rows in others.items():
        theirs = pd.DataFrame(rows).fillna("")
        other = normal(theirs)
        merged = keyed.reset_index().merge(other.reset_index(), on="student_number", how="left", suffixes=("", "_there"))
        for key in ("candidate_number", "id_number"):
            missing = merged["index_there"].isna()
            if missing.any():
                more = keyed.reset_index()[missing.values].merge(other.reset_index(), on=key, how="left", suffixes=("", "_there"))
                merged.loc[missing, "index_there"] = more["index_there"].values
        for code in CODES:
            if code == "student_number":
                continue
            differing = merged[(merged[code] != merged[f"{code}_there"]) & merged["index_there"].notna()]
            for _, row in differing.iterrows():
                values = {"school": mine.at[row["index"], code], source: theirs.at[int(row["index_there"]), code]}
                found.add((row["student_number"], code, source, right_source(FIELDS[code], values, Rules(prevails="chsi"))))
    return found


def run(report):
    draw = random.Random(7)
    ours = invented(COUNT)
    chsi, planted = as_exported(ours, draw, COUNT // 100)
    degrees, more = as_exported(ours, draw, COUNT // 200)
    seen = {}

    def mine():
        sources = [Source.of_rows("chsi", chsi), Source.of_rows("degrees", degrees)]
        school = Source.of_rows("school", ours)
        found = compare([FIELDS[code] for code in CODES], school, sources, rules=Rules(prevails="chsi"))
        seen["ours"] = {(ours[one.row]["student_number"], one.field) for one in found.differences}

    def script():
        seen["script"] = {(number, code) for number, code, _, _ in with_pandas(ours, {"chsi": chsi, "degrees": degrees})}

    seconds = report.seconds(mine)
    memory = report.peak_megabytes()
    peer = report.seconds(script, times=1)
    exact = seen["ours"] == seen["script"] == planted | more
    report.figure(
        f"compare {COUNT:,} records × {len(CODES)} fields in three sources", seconds, "s", peer=peer, peer_name="pandas script",
        goal="< 5 s, ≥ 10×", note=f"all {len(planted | more)} planted differences and no other: {exact}",
    )  # fmt: skip
    report.figure("memory while comparing", memory, "MB", goal="< 500 MB", note="with all three lists in memory")
