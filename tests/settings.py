"""The settings of a test run: the real ones, with a home of their own that is removed at the end.

XUEJI_TEST_DATABASE chooses the database: sqlite (the default) or postgresql, with XUEJI_DATABASE naming a server that
tools/postgres.py started. A file, not memory, holds the SQLite tables, so that a second thread sees what a real one would.
"""

import atexit
import os
import shutil
import tempfile

if "XUEJI_TEST_HOME" not in os.environ:  # a worker process of the same run shares the home of the first
    os.environ["XUEJI_TEST_HOME"] = tempfile.mkdtemp(prefix="xueji-tests-")
    atexit.register(shutil.rmtree, os.environ["XUEJI_TEST_HOME"], ignore_errors=True)
os.environ["XUEJI_HOME"] = os.environ["XUEJI_TEST_HOME"]
os.environ["XUEJI_TESTING"] = "yes"
CHOSEN = os.environ.get("XUEJI_TEST_DATABASE", "sqlite")
if CHOSEN == "sqlite":
    os.environ.pop("XUEJI_DATABASE", None)
elif CHOSEN != "postgresql" or not os.environ.get("XUEJI_DATABASE", "").startswith("postgresql:"):
    raise SystemExit(
        "XUEJI_TEST_DATABASE is sqlite or postgresql. For the second run: .venv/bin/python tools/postgres.py .venv/bin/python -m pytest …"
    )

from xueji.site.settings import *
from xueji.site.settings import DATABASES, STATIC_ROOT

if CHOSEN == "sqlite":
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["XUEJI_HOME"], "tests.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
STATIC_ROOT.mkdir(exist_ok=True)  # nothing is collected in a test run; whitenoise asks for the folder
