"""Archives: hostile until their directory was read, and sealed by a manifest when they leave."""

import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.formats import archive
from xueji.formats.archive import ArchiveLimits
from xueji.rules.findings import finding


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as package:
        for name, content in members:
            package.writestr(name, content)
    return target


def refusals(source: io.BytesIO, **limits: int) -> list[str]:
    with pytest.raises(archive.Refused) as refused, archive.opened(source, limits=ArchiveLimits(**limits)):
        pass
    for reason in refused.value.reasons:
        finding(reason.id, **reason.values)
    return [reason.id for reason in refused.value.reasons]


def test_an_archive_comes_back_with_its_manifest():
    target = io.BytesIO()
    digests = archive.write(target, [("照片/李明.jpg", b"one"), ("b.txt", b"two")])
    with archive.opened(target) as opened:
        assert opened.names == ["照片/李明.jpg", "b.txt", archive.MANIFEST]
        assert opened.read("照片/李明.jpg") == b"one"
        assert archive.verify(opened) == []
        assert f"{digests['b.txt']}  b.txt" in opened.read(archive.MANIFEST).decode()


def test_the_same_contents_give_the_same_bytes():
    first, second = io.BytesIO(), io.BytesIO()
    archive.write(first, [("a", b"1")])
    archive.write(second, [("a", b"1")])
    assert first.getvalue() == second.getvalue()


def test_a_file_that_changed_after_packing_is_named_and_so_is_one_that_was_added():
    target = io.BytesIO()
    digests = archive.write(io.BytesIO(), [("a", b"1"), ("gone", b"2")])
    manifest = "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()
    target = packed(("a", b"changed"), ("new", b"3"), (archive.MANIFEST, manifest))
    with archive.opened(target) as opened:
        wrong = archive.verify(opened)
        assert [reason.values["name"] for reason in wrong] == ["a", "gone", "new"]
        assert {reason.id for reason in wrong} == {"FORMAT.029"}


def test_a_name_in_the_encoding_of_chinese_windows_is_read():
    target = packed(("XXXXXXXX.jpg", b"1"))
    raw = target.getvalue().replace(b"XXXXXXXX", "李明䶮吕".encode("gb18030"))
    with archive.opened(io.BytesIO(raw)) as opened:
        assert opened.names == ["李明䶮吕.jpg"]


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "C:\\a", "a\\..\\..\\b", "a\x01b", "./"])
def test_a_path_that_points_outside_is_refused(name):
    assert refusals(packed((name, b"1"))) == ["FORMAT.026"]


def test_a_link_is_refused():
    member = zipfile.ZipInfo("link")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(member, "/etc/passwd")
    assert refusals(target) == ["FORMAT.026"]


def test_everything_that_is_wrong_is_said_at_once():
    source = packed(("../a", b"1"), ("big", bytes(3000)), ("zeros", bytes(2 * 2**20)))
    assert refusals(source, member_bytes=2500) == ["FORMAT.026", "FORMAT.023", "FORMAT.023"]


def test_a_bomb_is_refused():
    assert refusals(packed(("zeros", bytes(5 * 2**20)))) == ["FORMAT.025"]
    assert refusals(packed(*((str(n), b"1") for n in range(30))), members=20) == ["FORMAT.022"]
    assert refusals(packed(*((str(n), bytes(1000)) for n in range(30))), total_bytes=2**14) == ["FORMAT.024"]


def test_two_files_of_one_name_are_refused():
    with pytest.warns(UserWarning):
        source = packed(("a", b"1"), ("a", b"2"))
    assert refusals(source) == ["FORMAT.028"]


def test_members_that_claim_the_same_bytes_are_refused():
    raw = bytearray(packed(("a", b"1" * 50), ("b", b"2" * 50), method=zipfile.ZIP_STORED).getvalue())
    second = raw.rindex(b"PK\x01\x02")
    raw[second + 42 : second + 46] = bytes(4)
    assert "FORMAT.021" in refusals(io.BytesIO(bytes(raw)))


def test_an_encrypted_member_is_refused():
    raw = bytearray(packed(("a", b"1")).getvalue())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusals(io.BytesIO(bytes(raw))) == ["FORMAT.027"]


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 nothing", b"Rar!"])
def test_what_is_no_archive_is_refused(raw):
    assert refusals(io.BytesIO(raw)) == ["FORMAT.021"]


def test_a_member_whose_bytes_do_not_fit_their_checksum_is_refused_when_read():
    raw = bytearray(packed(("a", b"1" * 50), method=zipfile.ZIP_STORED).getvalue())
    raw[raw.index(b"1" * 50)] = 0x32
    with archive.opened(io.BytesIO(bytes(raw))) as opened, pytest.raises(archive.Unreadable) as refused:
        opened.read("a")
    assert refused.value.id == "FORMAT.021"


@pytest.mark.parametrize("name", ["../a", archive.MANIFEST])
def test_we_do_not_write_what_we_would_refuse(name):
    with pytest.raises(ValueError, match="no member"):
        archive.write(io.BytesIO(), [(name, b"1")])


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_the_reader_fall_over(raw):
    try:
        with archive.opened(io.BytesIO(b"PK\x05\x06" + raw)) as opened:
            list(opened)
    except (archive.Refused, archive.Unreadable):
        pass
