#!/usr/bin/env bash
# make setup: leaves .venv in the project's root with the command .venv/bin/xueji.
# Needs Python 3.11 to 3.14, git and make. Everything else comes from PyPI, or (as root on Debian/Ubuntu) from apt.
# Quick when nothing changed: a stamp in .venv holds the fingerprint of the lock, the project file and the interpreter.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
stop() { say "$1"; shift; for line in "$@"; do printf '       %s\n' "$line" >&2; done; exit 1; }

fingerprint() { cat pyproject.toml uv.lock tools/setup.sh | sha256sum | cut -d' ' -f1; }
if [ -x .venv/bin/xueji ] && [ "$(cat .venv/xueji.stamp 2>/dev/null || true)" = "$(fingerprint)" ] \
   && [ -e .venv/share/xueji/models/iris_landmark.tflite ] && .venv/bin/python -c 'import django, xueji' 2>/dev/null; then
  exit 0
fi

# The oldest version that fits is the one the project is developed on; a version manager's shim may stand on PATH and yet not run.
python=""
for name in python3.11 python3.12 python3.13 python3.14 python3; do
  if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
    python="$("$name" -c 'import sys; print(sys.executable)')"; break
  fi
done
[ -n "$python" ] || stop "no Python 3.11 to 3.14 found on PATH." \
  "Install one (Debian 12, Ubuntu 24.04 and newer: apt-get install python3) and run make setup again."

as_root() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say "installing $* with apt-get"
  DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}

works() { [ -n "$1" ] && "$1" --version >/dev/null 2>&1; }

own_uv() {   # uv from PyPI into .tools, by whichever of venv and pip this machine has
  local wanted="uv>=0.9,<1" version
  works .tools/bin/uv && return 0
  rm -rf .tools
  if "$python" -m venv .tools >/dev/null 2>&1 && .tools/bin/python -m pip install --quiet "$wanted" >&2; then return 0; fi
  rm -rf .tools
  if "$python" -m pip --version >/dev/null 2>&1 && "$python" -m pip install --quiet --target .tools "$wanted" >&2 && works .tools/bin/uv; then return 0; fi
  rm -rf .tools
  version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
  if as_root "python$version-venv" || as_root python3-venv; then
    "$python" -m venv .tools && .tools/bin/python -m pip install --quiet "$wanted" >&2 && return 0
  fi
  stop "this Python has neither venv nor pip, and only root may install them." \
    "Ask for it once:  sudo apt-get install python3-venv   then run make setup again."
}

export UV_PYTHON_DOWNLOADS=never
# A campus proxy may sign with a certificate that only the machine's own store knows.
if [ -s /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true; fi
sync() { "$1" sync --frozen --quiet --python "$python" </dev/null; }

say "installing the locked packages into .venv (Python: $python)"
uv="$(command -v uv || true)"
if ! { works "$uv" && sync "$uv"; }; then
  own_uv
  sync .tools/bin/uv || stop "the packages could not be installed; the lines above say why." \
    "If it was the network, run make setup again: what was fetched is kept."
fi
[ -x .venv/bin/xueji ] || stop ".venv has no command xueji although the packages are installed." "Remove .venv and run make setup again."
if .venv/bin/python tools/fetch_models.py >&2; then fingerprint > .venv/xueji.stamp
else say "the photo models are missing: photos will be called not checked; the next make setup tries again"; fi
# The same nets in a browser, for the camera pages. Without them these pages ask the server, so set-up goes on.
.venv/bin/python tools/fetch_browser.py >&2 || say "camera pages will send stills to the server; to try again:  .venv/bin/python tools/fetch_browser.py"
# Names beyond the two fonts of the lock (𠮷 …) print where Debian's rare characters are; without them the form is refused with the character named.
if [ ! -e /usr/share/fonts/truetype/hanazono ] && [ ! -e /usr/share/fonts/opentype/noto ]; then
  as_root fonts-hanazono || say "no font for the rarest characters: a form that needs one is refused, naming it (Debian: apt-get install fonts-hanazono)"
fi
say "ready: .venv/bin/xueji"
