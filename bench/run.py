"""make bench: run bench/*_bench.py and write bench/results.md: figure, machine, and the ratio to a peer measured in the same run.

A bench file declares what it needs and measures:

    DATABASES = ("sqlite", "postgresql")        # leave it out where no table is touched

    def run(report):
        seconds = report.seconds(lambda: import_roster(...))          # best of three; times=1 for what is long
        report.figure("import 50,000 rows", seconds, "s", peer=peer_seconds, peer_name="django-import-export 4.4", goal="≥ 25×")

Each file runs in a process of its own (memory is its own, a crash is its own), once per database: Django set up, tables migrated,
XUEJI_HOME a temporary folder. `report.database` says which one. `bench/run.py NAME…` runs only those files and keeps the other
figures of the last run.
"""

import argparse
import gc
import importlib.util
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
KEPT = ROOT / "build" / "bench.json"


@dataclass
class Figure:
    """One measured number. `less` says that smaller is better; the ratio to the peer is written so that above 1 is faster."""

    bench: str
    database: str
    name: str
    value: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    less: bool = True
    goal: str = ""
    note: str = ""

    def ratio(self) -> float | None:
        if self.peer is None or not self.value or not self.peer:
            return None
        return self.peer / self.value if self.less else self.value / self.peer


@dataclass
class Report:
    """What a bench file writes into."""

    bench: str
    database: str = ""
    figures: list[Figure] = field(default_factory=list)

    def figure(self, name: str, value: float, unit: str, **more) -> None:
        """Keep a number: peer, peer_name, less (smaller is better), goal (what the project wants to reach), note."""
        made = Figure(self.bench, self.database, name, float(value), unit, **more)
        self.figures.append(made)
        ratio = f"  ({made.ratio():.1f}× {made.peer_name})" if made.ratio() else ""
        print(f"  {self.bench} {self.database}: {name} = {readable(made.value)} {unit}{ratio}", flush=True)

    @staticmethod
    def seconds(work: Callable[[], object], *, times: int = 3) -> float:
        """The best wall-clock time of `times` runs: what is above the best is the machine's noise."""
        best = float("inf")
        for _ in range(times):
            gc.collect()
            began = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - began)
        return best

    @staticmethod
    def percentile(values: list[float], percent: float) -> float:
        """The value below which `percent` of `values` lie (nearest rank)."""
        ordered = sorted(values)
        rank = math.ceil(len(ordered) * percent / 100)
        return ordered[max(0, rank - 1)]

    @staticmethod
    def peak_megabytes() -> float:
        """The largest memory this process ever held, in MB (10⁶ bytes)."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def readable(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def measure_one(path: Path, database: str, out: Path) -> None:
    """In the process of its own: set Django up where a database is asked for, run the file, write its figures."""
    sys.path[:0] = [str(HERE), str(ROOT)]
    if database:
        os.environ["DJANGO_SETTINGS_MODULE"] = "xueji.site.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
    report = Report(path.stem.removesuffix("_bench"), database)
    load(path).run(report)
    out.write_text(json.dumps([asdict(figure) for figure in report.figures], ensure_ascii=False))


def wanted_databases(path: Path) -> tuple[str, ...]:
    """Read from the source, so that choosing a database needs no Django yet."""
    import ast

    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "DATABASES" for target in node.targets):
            return tuple(ast.literal_eval(node.value))
    return ("",)


def run_all(paths: list[Path]) -> tuple[list[Figure], list[str]]:
    """Every file on every database it wants; figures, and sentences about what could not be run."""
    sys.path.insert(0, str(ROOT / "tools"))
    from postgres import NoPostgres, private_cluster

    figures, remarks = [], []
    runs = [(path, database) for path in paths for database in wanted_databases(path)]
    for path, database in runs:
        if database == "postgresql":
            continue
        with tempfile.TemporaryDirectory(prefix="xueji-bench-") as home:
            address = f"sqlite:///{home}/bench.sqlite3" if database else ""
            figures += run_apart(path, database, address, home, remarks)
    on_postgres = [path for path, database in runs if database == "postgresql"]
    for path in on_postgres:
        try:
            with private_cluster() as address, tempfile.TemporaryDirectory(prefix="xueji-bench-") as home:
                figures += run_apart(path, "postgresql", address, home, remarks)
        except NoPostgres as reason:
            remarks.append(f"{path.stem} on PostgreSQL was left out: {reason}")
    return figures, remarks


def run_apart(path: Path, database: str, address: str, home: str, remarks: list[str]) -> list[Figure]:
    out = Path(home) / "figures.json"
    env = {k: v for k, v in os.environ.items() if not k.startswith("XUEJI_")} | {"XUEJI_HOME": home, "XUEJI_DATABASE": address}
    print(f"{path.name} {database}", flush=True)
    ended = subprocess.run([sys.executable, __file__, "--one", str(path), "--database", database, "--out", str(out)], env=env, cwd=ROOT)
    if ended.returncode or not out.exists():
        remarks.append(f"{path.stem} {database} ended with code {ended.returncode}; its figures are missing")
        return []
    return [Figure(**one) for one in json.loads(out.read_text())]


def machine() -> str:
    """One line: what the figures were measured on."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores ({model}) · {memory:.0f} GiB · "
        f"{platform.system()} {platform.release()} · Python {platform.python_version()}"
    )


def write(figures: list[Figure], remarks: list[str]) -> None:
    lines = ["# Measured", "", machine(), "", "Written by `make bench`. Ratios compare with a peer measured in the same run; above 1 is faster.", ""]
    lines += ["| what | database | figure | peer | ratio | goal | note |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for one in figures:
        peer = f"{readable(one.peer)} {one.unit} ({one.peer_name})" if one.peer is not None else ""
        ratio = f"{one.ratio():.1f}×" if one.ratio() else ""
        figure = f"{readable(one.value)} {one.unit}"
        lines.append(f"| {one.bench}: {one.name} | {one.database} | {figure} | {peer} | {ratio} | {one.goal} | {one.note} |")
    lines += [""] + [f"- {remark}" for remark in remarks] if remarks else [""]
    (HERE / "results.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("names", nargs="*", help="only these bench files, for example: import progress")
    reader.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    reader.add_argument("--database", default="", help=argparse.SUPPRESS)
    reader.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    chosen = reader.parse_args()
    if chosen.one:
        measure_one(chosen.one, chosen.database, chosen.out)
        return 0
    paths = [p for p in sorted(HERE.glob("*_bench.py")) if not chosen.names or p.stem.removesuffix("_bench") in chosen.names]
    if not paths:
        print(f"bench: no file of that name; there are {', '.join(p.stem for p in HERE.glob('*_bench.py')) or 'none'}", file=sys.stderr)
        return 2
    figures, remarks = run_all(paths)
    names = {p.stem.removesuffix("_bench") for p in paths}
    if chosen.names and KEPT.exists():
        figures = [f for f in (Figure(**one) for one in json.loads(KEPT.read_text())) if f.bench not in names] + figures
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps([asdict(f) for f in figures], ensure_ascii=False))
    write(figures, remarks)
    print(f"bench: wrote bench/results.md ({len(figures)} figures)" + "".join(f"\n  {remark}" for remark in remarks))
    return 1 if remarks else 0


if __name__ == "__main__":
    sys.exit(main())
