"""Photos: all rules at 480 × 640, per core and on all cores; memory; one answer at the station."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORTRAITS = ROOT.parent / "shared" / "photos"
MODELS = ROOT / ".venv" / "share" / "xueji" / "models"  # the bench has an environment of its own
PEER = ROOT.parent / "shared" / "prototypes" / "photo"
"""The study's measuring program, where it is at hand: the same five nets, each measure taken the plain way."""
MANY, WARM, PORTRAITS_USED = 800, 100, 16


def the_peer():
    """The prototype's examination of one photo, or None where it is not at hand. It wants the nets in ./models."""
    if not (PEER / "checks.py").is_file():
        return None
    sys.path.insert(0, str(PEER))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("models").symlink_to(MODELS)
        from checks import Checker

        return Checker()


def run(report) -> None:
    """CPU time is what a core gives; wall time depends on what else runs on the machine and is said beside it."""
    from planted import composite, jpeg
    from xueji.imaging import judge_photo
    from xueji.imaging.batch import judged
    from xueji.imaging.models import missing_models
    from xueji.imaging.nets import nets
    from xueji.rules.photo_profile import load_profile

    if missing_models(MODELS) or not PORTRAITS.is_dir():
        print("  photo: not measured, the nets or the portraits are not here (tools/fetch_models.py)")
        return
    began = time.process_time()
    ready = nets(MODELS)
    report.figure("load the nets", time.process_time() - began, "s CPU")
    made = [composite(p.name, p.read_bytes(), ready) for p in sorted(PORTRAITS.glob("*.jpg"))[:PORTRAITS_USED]]
    photos = [jpeg(c.rgb) for c in made if c is not None]
    judge_photo(photos[0], models=MODELS)
    peer = the_peer()
    answers, ours, theirs = [], [], []
    for _ in range(3):
        spent, spent_by_peer = 0.0, 0.0
        for photo in photos:  # in turn, so that whatever else runs on the machine slows both
            asked, began = time.perf_counter(), time.process_time()
            judge_photo(photo, models=MODELS)
            spent += time.process_time() - began
            answers.append(time.perf_counter() - asked)
            if peer is not None:
                began = time.process_time()
                peer(io.BytesIO(photo))
                spent_by_peer += time.process_time() - began
        ours.append(spent / len(photos))
        theirs.append(spent_by_peer / len(photos))
    rounds, plain = ours, {"peer": min(theirs) * 1000, "peer_name": "the study's prototype"} if peer is not None else {}
    load = os.getloadavg()[0]
    report.figure("all rules, one photo 480 × 640", min(rounds) * 1000, "ms CPU", goal="≤ 50", **plain, note=f"load {load:.1f}")
    report.figure("photos per core", 1 / min(rounds), "/s of CPU", less=False, goal="≥ 20", note=f"load {load:.1f}")
    report.figure("station answer, p95", report.percentile(answers, 95) * 1000, "ms", goal="< 150", note=f"load {load:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        alone = f"""
import sys
from pathlib import Path
from xueji.imaging import judge_photo
photo = Path(sys.argv[1]).read_bytes()
for _ in range(50):
    judge_photo(photo, models=Path({str(MODELS)!r}))
# not ru_maxrss: a child begins with the size of the process that started it
print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))
"""
        one = Path(folder) / "one.jpg"
        one.write_bytes(photos[0])
        said = subprocess.run([sys.executable, "-c", alone, str(one)], capture_output=True, text=True, check=True)
        report.figure("memory of a process that judges photos", int(said.stdout) * 1024 / 1e6, "MB", goal="< 400")
        files = []
        for n in range(MANY):
            files.append(Path(folder) / f"{n:05}.jpg")
            files[-1].write_bytes(photos[n % len(photos)])
        cores = len(os.sched_getaffinity(0))
        began = time.perf_counter()
        came = [time.perf_counter() - began for _ in judged(files, load_profile("chsi-graduation"), profile_code="chsi-graduation", models=MODELS, workers=cores)]
    # The workers start once, for 800 photos as for 30,000: what comes after the first hundred is the rate.
    rate, start = (MANY - WARM) / (came[-1] - came[WARM - 1]), came[WARM - 1] - WARM * (came[-1] - came[WARM - 1]) / (MANY - WARM)
    report.figure("start of the workers", start, "s", note=f"load {load:.1f}")
    report.figure(f"{MANY} photos on {cores} cores, once they have started", rate, "/s", less=False, note=f"load {load:.1f}")
    report.figure("30,000 photos at this rate, start included", (start + 30_000 / rate) / 60, "min", goal="< 15", note=f"load {load:.1f}")
