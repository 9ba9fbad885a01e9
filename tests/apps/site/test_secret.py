"""The secret of the sessions at the first start: one for all processes, whole or not there."""

import os
import stat
import threading

from xueji.site import env


def test_two_processes_that_start_at_the_same_moment_have_one_secret(tmp_path, monkeypatch):
    open_file, others, seen = os.fdopen, [], []

    def half_made(descriptor, mode):
        if not others:  # the file is being made and nothing is in it yet
            others.append(threading.Thread(target=lambda: seen.append(env.secret(tmp_path, "session"))))
            others[0].start()
            others[0].join(timeout=0.2)
        return open_file(descriptor, mode)

    monkeypatch.setattr(os, "fdopen", half_made)
    mine = env.secret(tmp_path, "session")
    others[0].join()
    assert seen == [mine] and len(mine) == 32


def test_a_secret_is_read_back_belongs_to_its_owner_and_leaves_nothing_beside_it(tmp_path):
    folder = tmp_path / "keys"
    assert env.secret(folder, "session") == env.secret(folder, "session")
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()] == [("session", 0o600)]


def test_an_empty_file_that_a_full_disk_left_is_no_secret(tmp_path):
    (tmp_path / "session").touch()
    assert len(env.secret(tmp_path, "session")) == 32
