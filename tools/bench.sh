#!/usr/bin/env bash
# make bench: the measurements, in a virtual environment of their own that also holds the peers (the lock's group `bench`).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=bench/.venv
if [ -s /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true; fi
uv="$(command -v uv || echo .tools/bin/uv)"
stamp="$(sha256sum uv.lock | cut -d' ' -f1)"
if [ "$(cat bench/.venv/xueji.stamp 2>/dev/null || true)" != "$stamp" ]; then
  echo "bench: installing the peers into bench/.venv" >&2
  "$uv" sync --frozen --quiet --group bench --python .venv/bin/python
  echo "$stamp" > bench/.venv/xueji.stamp
fi
exec bench/.venv/bin/python bench/run.py "$@"
