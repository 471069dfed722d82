"""The wheel carries what an installation needs: the pages of the app, the types, the two commands."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as build; print(build.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_has_the_pages_the_types_and_the_commands(unpacked):
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").rglob("*.py")}
    assert len(pages) >= 5
    for name in ("streamlit_app.py", ".streamlit/config.toml", *pages):
        assert (unpacked / "rowid" / "_app" / name).read_bytes() == (ROOT / name).read_bytes()
    for name in ("py.typed", "gate/login.html", "gate/login.css"):
        assert (unpacked / "rowid" / name).exists()
    (commands,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "rowid = rowid.cli:console" in commands.read_text()
    assert "row-id-generator = rowid.cli:console" in commands.read_text()
    assert not (unpacked / "tests").exists()


def test_the_wheel_has_the_test_vectors_for_a_proof(unpacked):
    vectors = Path("rowid", "sql", "rowid-v1.json")
    assert (unpacked / vectors).read_bytes() == (ROOT / vectors).read_bytes()


def test_an_installed_package_finds_its_own_pages(unpacked, tmp_path):
    script = "from rowid import server; print(server.script())"
    environment = os.environ | {"PYTHONPATH": str(unpacked), "ROWID_STATE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert Path(done.stdout.strip()) == unpacked / "rowid" / "_app" / "streamlit_app.py"
