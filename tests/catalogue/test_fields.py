"""The field catalogue: complete, bilingual, without contradictions, and readable by its headings."""

import pytest

from xueji.catalogue.codes import code_table, folded, table_names
from xueji.catalogue.fields import (
    APPROVERS,
    EVIDENCE,
    FIELDS,
    GROUPS,
    OFFICIAL_COLUMNS,
    POLICY_MEANINGS,
    POLICY_NAMES,
    RETENTIONS,
    CatalogueError,
    Kind,
    Policy,
    Population,
    field_for_heading,
    field_from,
    fields_for,
    load_fields,
    load_groups,
)

CHSI = "KSH SYSSDM XH XM XB CSRQ SFZH ZZMM MZ YXDM YXMC ZYDM ZYMC FY XSH BH CC XZ XXXS DQSZJ RXRQ YJBYRQ ZCZT SX"
DEGREE = "XM XMPY XBM GBM MZM ZZMMM CSRQ ZJLXM ZJHM XWSYDWM XZXM ZXXM PYDWM XWLBM ZYDM ZSZYMC KSH RXNY"
ALL = [*FIELDS.values(), *(column for field in FIELDS.values() for column in field.columns)]


def test_the_twenty_four_columns_of_the_official_file_are_there():
    assert set(OFFICIAL_COLUMNS) == set(CHSI.split())


def test_the_columns_of_the_degree_file_are_there():
    assert set(DEGREE.split()) <= {field.degree_column for field in FIELDS.values()}


@pytest.mark.parametrize("field", ALL, ids=lambda field: f"{field.group}.{field.code}")
def test_an_entry_is_complete(field):
    assert field.label.zh and field.label.en and field.source
    assert bool(field.hint.zh) == bool(field.hint.en)
    assert field.retention in RETENTIONS and set(field.approvers) <= set(APPROVERS) and set(field.evidence) <= set(EVIDENCE)
    assert not field.codes or code_table(field.codes)
    assert bool(field.codes) == (field.kind in (Kind.CODE, Kind.REGION))
    assert set(field.required_when) <= set(FIELDS)
    assert field.required_of <= field.applies_to
    if field.policy is Policy.CORRECTION:
        assert field.evidence and field.approvers
    if field.policy in (Policy.FIXED, Policy.FREE):
        assert not field.approvers


def test_a_condition_names_words_that_the_other_field_can_have():
    for field in FIELDS.values():
        for other, wanted in field.required_when.items():
            assert set(wanted) <= {entry.code for entry in code_table(FIELDS[other].codes)}


def test_identity_numbers_contacts_and_health_are_sensitive():
    sensitive = {field.code for field in FIELDS.values() if field.sensitive}
    assert {"id_number", "mobile", "email", "address", "health", "marital_state", "family", "form_photo"} <= sensitive
    assert FIELDS["family"].column_named("phone").sensitive


def test_a_heading_means_one_field():
    claimed = {}
    for field in FIELDS.values():
        for heading in {folded(word) for word in (field.column, field.label.zh, field.label.en, field.code, *field.synonyms) if word}:
            assert claimed.setdefault(heading, field.code) == field.code, heading


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("XM", "name"), ("xm", "name"), ("姓名", "name"), ("姓 名", "name"), ("姓名*", "name"), ("ＳＦＺＨ", "id_number"),
        ("身份证号：", "id_number"), ("学科(专业)名称", "major_name"), ("英文学科(专业)名称", "major_name_en"),
        ("Passport number", "id_number"), ("培养单位", "college"), ("预计毕业日期", "expected_on"),
    ],
)  # fmt: skip
def test_a_heading_of_a_roster_is_recognised(heading, code):
    assert field_for_heading(heading).code == code


def test_an_unknown_heading_is_left_to_a_person():
    assert field_for_heading("宠物名") is None


def test_each_population_has_its_own_fields():
    domestic = {field.code for field in fields_for(Population.DOMESTIC)}
    international = {field.code for field in fields_for(Population.INTERNATIONAL)}
    assert {"ethnic_group", "household_place"} <= domestic - international
    assert {"passport_expires_on", "visa_kind"} <= international - domestic
    assert {field.group for field in fields_for(Population.DOMESTIC, group="contact")} == {"contact"}


def test_every_policy_has_a_name_and_a_meaning():
    assert set(POLICY_NAMES) == set(POLICY_MEANINGS) == set(Policy)


def test_a_column_that_a_table_does_not_have_is_a_key_error():
    with pytest.raises(KeyError, match="salary"):
        FIELDS["family"].column_named("salary")


GOOD = {
    "label": "颜色", "label_en": "Colour", "type": "text", "authority": "student", "policy": "free", "privacy": "public", "source": "x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"colour": 1}, "unknown keys colour"),
        ({"type": "colour"}, "colour"),
        ({"policy": "perhaps"}, "perhaps"),
        ({"required": "martians"}, "martians"),
        ({"type": "table"}, "a table has columns"),
        ({"columns": {"a": {"label": "a", "label_en": "a", "type": "text"}}}, "a table has columns"),
        ({"source": ""}, "no source"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(wrong, said):
    with pytest.raises(CatalogueError, match=rf"identity.toml \[colour\]: .*{said}"):
        field_from("colour", "identity", {**GOOD, **wrong})


def test_an_entry_without_a_label_is_refused():
    with pytest.raises(CatalogueError, match="label_en"):
        field_from("colour", "identity", {key: value for key, value in GOOD.items() if key != "label_en"})


def test_a_code_declared_twice_is_refused(tmp_path):
    (tmp_path / "fields").mkdir()
    entry = '[colour]\nlabel="颜色"\nlabel_en="Colour"\ntype="text"\nauthority="student"\npolicy="free"\nprivacy="public"\nsource="x"\n'
    (tmp_path / "groups.toml").write_text('[a]\nlabel="甲"\nlabel_en="A"\n[b]\nlabel="乙"\nlabel_en="B"\n', "utf-8")
    for name in "ab":
        (tmp_path / "fields" / f"{name}.toml").write_text(entry, "utf-8")
    with pytest.raises(CatalogueError, match="used twice"):
        load_fields(tmp_path, load_groups(tmp_path))


def test_every_group_has_fields():
    assert {field.group for field in FIELDS.values()} == set(GROUPS)


@pytest.mark.parametrize("name", table_names())
def test_a_code_table_is_bilingual_and_knows_its_own_words(name):
    table = code_table(name)
    assert table.title.zh and table.title.en and table.source and len(table)
    for entry in table:
        assert entry.word.zh and (entry.word.en or name == "region")
        assert table.entry(entry.code) is entry and entry.code in table and table.code_of(entry.code) == entry.code
        assert name == "region" or table.code_of(entry.word.zh) == entry.code == table.code_of(entry.word.en)


def test_a_word_stands_for_one_code_only():
    for name in set(table_names()) - {"region"}:
        claimed = {}
        for entry in code_table(name):
            for word in {folded(word) for word in (entry.code, entry.word.zh, entry.word.en, *entry.aliases)}:
                assert claimed.setdefault(word, entry.code) == entry.code, (name, word)


@pytest.mark.parametrize(
    ("table", "rows"), [("ethnic_group", 58), ("nationality", 249), ("political_status", 13), ("sex", 4), ("movement", 30)]
)
def test_a_national_table_has_all_its_rows(table, rows):
    assert len(code_table(table)) == rows


def test_an_old_code_stands_for_itself_and_an_unknown_word_for_nothing():
    assert code_table("sex").word("7").zh == "7"
    assert code_table("sex").code_of("外星") is None


def test_historic_regions_are_kept_because_birth_places_never_change():
    regions = code_table("region")
    assert regions.word("5123").zh == "四川省涪陵地区" and regions.word("3206").zh == "江苏省南通市"
    assert sum(len(entry.code) == 2 for entry in regions) == 35
