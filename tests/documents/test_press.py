"""印刷 — what the press can draw, and what it says when it cannot."""

import json
import shutil
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from pylopdf_fonts_zh_cn import serif_path

from xueji.documents.engine import Press, Unprintable
from xueji.documents.faces import Faces, drawn_by_latin

NOW = datetime(2024, 9, 8, tzinfo=UTC)
DEBIAN = Path("/usr/share/fonts/opentype/noto")


def test_latin_and_cyrillic_letters_that_chinese_fonts_lack_are_drawn():
    assert Faces().missing("ŁĄęźğŞöüéńňžЖөҒіңẾữ") == []


def test_a_missing_character_is_found_once_in_order():
    assert Faces().missing("吉\ue000𠮷\ue000田") == ["\ue000", "𠮷"]


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\x00", "\ud800", "\u3164", "\U000e0041"])
def test_characters_that_hide_are_refused_not_swallowed(hidden):
    assert Faces().missing(f"李{hidden}明") == [hidden]


def test_a_lone_half_of_a_pair_is_named_without_breaking_the_message(press):
    (found,) = press.unprintable({"name": "李\ud800明"}, place="S1 李")
    assert "U+D800" in found.message.zh and found.message.zh.encode()


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="fonts-noto-cjk is not installed here")
def test_a_school_adds_a_font_for_its_rare_names_by_a_folder():
    assert Faces().missing("𠮷") == ["𠮷"]
    assert Faces([DEBIAN]).missing("𠮷") == []


def test_a_folder_may_be_missing_or_hold_anything(tmp_path):
    (tmp_path / "broken.otf").write_bytes(b"OTTO, but not really")
    (tmp_path / "notes.txt").write_text("not a font")
    shutil.copy(serif_path(), tmp_path / "again.otf")
    faces = Faces([tmp_path / "nowhere", tmp_path])
    assert faces.unreadable == [tmp_path / "broken.otf"]
    assert faces.missing("单雄信") == []


def test_a_font_whose_table_promises_more_than_it_draws_is_caught_by_the_export():
    press = Press()
    press.faces.covered.add(ord("𠮷"))
    values = {"lang": "zh", "title": "甲", "heading": "𠮷田", "school": "", "notice": "", "audience": "", "window": "", "steps": [],
              "words": {k: "" for k in ("guide", "notice", "audience", "window", "who", "when", "notes", "contacts", "address")},
              "notes": [], "contacts": [], "address": "", "picture_qr": None}  # fmt: skip
    with pytest.raises(Unprintable) as stopped:
        press.print("guide", values, at=NOW, place="研通知")
    assert [f.id for f in stopped.value.findings] == ["DOC.002"]


def test_a_mistake_in_a_template_is_not_taken_for_a_missing_glyph(press):
    with pytest.raises(typst.TypstError):
        press.print("guide", {"title": "缺字段"}, at=NOW)


def test_the_latin_font_is_asked_for_letters_only_it_has():
    assert drawn_by_latin("Ł") and not drawn_by_latin("𠮷") and not drawn_by_latin("\ue000")


def test_widths_are_those_of_the_font_that_draws_the_character(press):
    """Read from the file's own tables, they agree with what the typesetter measures."""
    source = "#set page(width: auto, height: auto)\n#context metadata(json(bytes(sys.inputs.asked)).map(c => measure(text(font: sys.inputs.face, size: 1000pt, fallback: false, c)).width.pt() / 1000))"
    for family, characters in (("Noto Serif SC", "单雄信AWi1々㛃"), ("Noto Sans SC", "证书编号0Wi")):
        compiler = typst.Compiler(
            source.encode(),
            sys_inputs={"asked": json.dumps(list(characters)), "face": family},
            font_paths=press.faces.loaded,
            ignore_system_fonts=True,
        )
        measured = json.loads(compiler.query("metadata", field="value", one=True))
        reckoned = press.faces.advance if family == "Noto Serif SC" else press.faces.sans_advance
        assert [round(reckoned(c), 3) for c in characters] == [round(wide, 3) for wide in measured]


def test_a_font_of_eighty_thousand_glyphs_takes_little_memory():
    """Four fonts read into objects took 40 MB in each process that prints."""
    tracemalloc.start()
    Faces([DEBIAN])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 12e6
