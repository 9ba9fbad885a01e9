"""``xueji photo``: judge portraits before they are handed in; calibrate the rules on a school's own archive."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from xueji.imaging.batch import Judged, json_line, judged, photos_under
from xueji.imaging.calibration import LabelsFault, read_labels, records
from xueji.imaging.gallery import write_report
from xueji.imaging.models import missing_models
from xueji.imaging.preview import PreviewRefused, card_preview
from xueji.rules.photo_profile import Profile, ProfileFault, load_profile, profile_codes
from xueji.rules.photo_verdict import RULE_NAMES

SOME_REJECTED, SOME_UNCHECKED = 1, 3
OUTCOMES = {"pass": ("通过", "passed"), "warn": ("存疑", "to look at"), "reject": ("不通过", "rejected"),
            "unchecked": ("未检查", "not checked")}  # fmt: skip

profile_option = click.option(
    "--profile", "-p", "profile_code", default="chsi-graduation", show_default=True,
    help="What the photo is for: " + ", ".join(profile_codes()) + ", or the path of a profile file.",
)  # fmt: skip
lang_option = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
jobs_option = click.option("--jobs", "-j", type=click.IntRange(1, 256), default=None, help="Processes; all cores if not given.")
models_option = click.option(
    "--models", type=click.Path(path_type=Path, file_okay=False), default=None, help="Folder of the nets, if not the usual one."
)


@click.group()
def photo() -> None:
    """Portraits (照片): check, calibrate, preview."""


def _profile(code: str) -> Profile:
    try:
        return load_profile(code)
    except ProfileFault as why:
        raise click.UsageError(str(why)) from why


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _progress() -> Progress:
    """On standard error, so that the results stay clean; silent where nobody watches."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TextColumn("剩余 left"), TimeRemainingColumn(), console=Console(stderr=True), transient=False,
        disable=not sys.stderr.isatty() and not os.environ.get("FORCE_COLOR"),
    )  # fmt: skip


def _run(
    files: list[Path], profile: Profile, code: str, models: Path | None, jobs: int | None,
    thumbs: Path | None = None, log: Path | None = None, each=lambda result: None,
) -> list[Judged]:  # fmt: skip
    results: list[Judged] = []
    with _progress() as bar:
        task = bar.add_task("照片 photos", total=len(files), rate="")
        for result in judged(files, profile, profile_code=code, models=models, workers=jobs or _cores(), thumbs=thumbs, log=log):
            results.append(result)
            each(result)
            speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
            bar.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")
    return results


@photo.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@profile_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line per file on standard output.")
@click.option("--report", type=click.Path(path_type=Path, file_okay=False), help="Write an HTML report with thumbnails here.")
@click.option("--resume", type=click.Path(path_type=Path, dir_okay=False), help="Keep verdicts here; go on where it stopped.")
@jobs_option
@models_option
@lang_option
def check(
    paths: tuple[Path, ...], profile_code: str, as_json: bool, report: Path | None, resume: Path | None, jobs: int | None,
    models: Path | None, lang: str,
) -> None:  # fmt: skip
    """Judge photos (files and folders). Nothing is changed, nothing leaves this machine.

    Exit status: 0 nothing rejected, 1 at least one rejected, 3 at least one not checked, 2 wrong use.
    A run with --report or --resume that was stopped goes on where it stopped.
    """
    profile = _profile(profile_code)
    files = photos_under(paths)
    if not files:
        raise click.UsageError("没有找到照片。 No photos found.")
    if faults := missing_models(models):
        click.echo("缺少模型，只能查文件。 Nets are missing, only files are examined:\n  " + "\n  ".join(faults), err=True)
    thumbs, log = None, resume
    if report:
        thumbs = report / "thumbs"
        thumbs.mkdir(parents=True, exist_ok=True)
        os.chmod(report, 0o700)
        log = resume or report / "verdicts.jsonl"

    def show(result: Judged) -> None:
        if as_json:
            click.echo(json_line(result.as_json()))
        else:
            click.echo(_line(result, lang))

    results = _run(files, profile, profile_code, models, jobs, thumbs, log, show)
    if report:
        click.echo(f"报告 report: {write_report(report, results, profile, lang=lang)}", err=True)
    outcomes = Counter(r.verdict["verdict"] for r in results)
    words = "，".join(f"{OUTCOMES[k][0]} {OUTCOMES[k][1]} {n}" for k in OUTCOMES if (n := outcomes[k]))
    click.echo(f"共 {len(results)} photos: {words}", err=True)
    if outcomes["reject"]:
        sys.exit(SOME_REJECTED)
    if outcomes["unchecked"]:
        sys.exit(SOME_UNCHECKED)


def _readable(name: str) -> str:
    """A file name that cannot break the line or the terminal: what does not print is shown as �."""
    return "".join(c if c.isprintable() else "�" for c in name)


def _line(result: Judged, lang: str) -> str:
    key = 1 if lang == "en" else 0
    head = f"{OUTCOMES[result.verdict['verdict']][key]}\t{_readable(result.file)}"
    said = [f"    [{f['id']}] {f['message'][lang]} {f['remedy'][lang]}" for f in result.verdict["findings"]
            if f["level"] in {"reject", "warn"}]  # fmt: skip
    unseen = [RULE_NAMES[f["rule"]].in_(lang) for f in result.verdict["findings"] if f["level"] == "unchecked"]
    if unseen:
        said.append(("    not checked: " if lang == "en" else "    未检查：") + ", ".join(unseen))
    return "\n".join([head, *said])


@photo.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--labels", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="CSV, see docs.")
@profile_option
@jobs_option
@models_option
def calibrate(folder: Path, labels: Path, profile_code: str, jobs: int | None, models: Path | None) -> None:
    """Each rule against labelled photos: caught, false alarms, 95 % intervals, and a proposal. Changes nothing."""
    profile = _profile(profile_code)
    if faults := missing_models(models):
        raise click.ClickException("缺少模型，无法校准。 Nets are missing:\n  " + "\n  ".join(faults))
    try:
        known = read_labels(labels)
    except LabelsFault as why:
        raise click.UsageError(str(why)) from why
    files = [path for path in photos_under([folder]) if path.name in known]
    if not files:
        raise click.UsageError(f"{labels}: 没有一行对应该文件夹的照片。 No line names a photo in {folder}.")
    results = _run(files, profile, profile_code, models, jobs)
    table = Table(title=f"{profile.code} · {len(files)} photos")
    for column in ("规则 rule", "查出 caught (reject)", "查出 caught (any)", "误拒 false rejects", "误报 false alarms",
                   "现为 now", "建议 proposed"):  # fmt: skip
        table.add_column(column)
    for r in records(results, known, profile):
        proposed = "样本太少 too few" if r.proposal is None else str(r.proposal)
        table.add_row(r.rule, str(r.caught_rejecting), str(r.caught_warning), str(r.false_rejecting), str(r.false_warning),
                      str(r.now), proposed)  # fmt: skip
    Console(width=max(150, Console().width)).print(table)
    click.echo("规则没有改动；要改，请在学校自己的照片规格文件里写明。 No rule was changed; write it in the school's own profile.")


@photo.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@models_option
def preview(source: Path, target: Path, models: Path | None) -> None:
    """A stamped preview of SOURCE for the campus card, written to TARGET; never for the register."""
    if target.exists() and target.samefile(source):
        raise click.UsageError("原图不会被覆盖，请换一个文件名。 The original is never written over; choose another name.")
    if target.exists():
        raise click.UsageError(f"{target} 已存在。 It exists already.")
    try:
        target.write_bytes(card_preview(source.read_bytes(), models=models))
    except PreviewRefused as why:
        raise click.ClickException(f"{why.said.message.zh} {why.said.remedy.zh} {why.said.message.en} {why.said.remedy.en}") from why
    click.echo(f"预览已写入 {target}，不得用于学历注册。 The preview must not be used for registration.")
