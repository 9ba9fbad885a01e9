#!/usr/bin/env bash
# make demo: a demo university on 127.0.0.1, kept in var/demo. The second start takes seconds and keeps the data; --reset starts over.
# PORT=8001 serves elsewhere, STUDENTS=50000 builds a larger university (before the first start, or with demo-reset).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
port="${PORT:-8000}"
for name in $(compgen -e XUEJI_ || true); do unset "$name"; done    # never the database of a real installation
export XUEJI_HOME="$PWD/var/demo" XUEJI_DEMO=yes XUEJI_ADDRESS="http://127.0.0.1:$port"

.venv/bin/python - "$port" <<'PY' || exit 1
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        sys.exit(f"demo: port {sys.argv[1]} is in use. Stop what listens there, or choose another:  make demo PORT=8001")
PY

if [ "${1:-}" = --reset ]; then rm -rf "$XUEJI_HOME"; fi
.venv/bin/xueji demo build --students "${STUDENTS:-3000}"

children=()
finish() {
  trap - EXIT; trap '' INT TERM
  for child in "${children[@]}"; do kill -TERM "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  echo "demo: stopped; its data stays in var/demo"
}
trap finish EXIT
trap 'exit 0' INT TERM

workers=$(( 2 * $(getconf _NPROCESSORS_ONLN) ))
.venv/bin/xueji worker --processes 1 --grace 10 & children+=($!)
.venv/bin/gunicorn xueji.site.wsgi:application --bind "127.0.0.1:$port" --workers "$workers" --worker-class sync \
  --preload --timeout 60 --graceful-timeout 10 --log-level warning & children+=($!)
.venv/bin/xueji demo accounts --address "http://127.0.0.1:$port"
echo "demo: serving on http://127.0.0.1:$port  (Ctrl-C stops it)"
wait -n "${children[@]}"
echo "demo: a process ended by itself; stopping the other" >&2
exit 1
