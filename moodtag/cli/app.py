"""The commands and their options."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from moodtag import __version__
from moodtag.cli.train import train
from moodtag.core.errors import MoodtagError
from moodtag.core.settings import DEFAULT_MODEL, config_defaults, index_path

app = typer.Typer(
    name="moodtag",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Writes what your music feels like into its files: moods, valence and arousal. Offline.",
)
models = typer.Typer(no_args_is_help=True, help="The models that judge: what they are and how good.")
app.add_typer(models, name="models")
app.add_typer(train, name="train")


class Existing(StrEnum):
    """What becomes of moods that a person wrote."""

    KEEP = "keep"
    MERGE = "merge"
    REPLACE = "replace"


class Device(StrEnum):
    """Where the network runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


Paths = Annotated[list[Path], typer.Argument(help="Files, folders or .m3u lists.", show_default=False)]
IndexFile = Annotated[
    Path, typer.Option("--index", envvar="MOODTAG_INDEX", default_factory=index_path, help="The index to use.", show_default="the user's")
]
ModelName = Annotated[str, typer.Option("--model", envvar="MOODTAG_MODEL", help="The model that judges.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]


def print_version(wanted: bool) -> None:
    """Prints the version and ends, if it is wanted."""
    if wanted:
        typer.echo(f"moodtag {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=print_version)] = False,
) -> None:
    """Options before the command."""
    context.default_map = config_defaults()


@app.command()
def scan(
    paths: Paths,
    index: IndexFile,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be judged: costs nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Judge and show old -> new, write nothing into files.")] = False,
    no_write: Annotated[bool, typer.Option("--no-write", help="Judge into the index only.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Judge again what is current.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, envvar="MOODTAG_JOBS", help="Tracks side by side.", show_default="all cores")
    ] = None,
    device: Annotated[Device, typer.Option(envvar="MOODTAG_DEVICE", help="Where the network runs.")] = Device.AUTO,
    existing: Annotated[Existing, typer.Option(envvar="MOODTAG_EXISTING", help="Moods that a person wrote.")] = Existing.KEEP,
    model: ModelName = DEFAULT_MODEL,
    hidden: Annotated[bool, typer.Option("--hidden", help="Take files and folders whose names begin with a dot.")] = False,
    follow_links: Annotated[bool, typer.Option("--follow-links", help="Follow links inside folders.")] = False,
    json: Json = False,
) -> None:
    """Judge music and write its moods into the files."""
    from moodtag.cli.console import available_cores
    from moodtag.cli.scan import Request, run_scan
    from moodtag.scan import ScanOptions

    chosen = ScanOptions(
        dry_run=dry_run, write=not (diff or no_write), force=force, existing=existing.value, jobs=jobs or available_cores()
    )
    request = Request(paths, index, model, device.value, chosen, diff=diff, json=json, hidden=hidden, follow_links=follow_links)
    raise typer.Exit(run_scan(request))


@app.command()
def show(paths: Paths, index: IndexFile, json: Json = False) -> None:
    """Show what is known of tracks, and what their files hold."""
    from moodtag.cli.show import run_show

    raise typer.Exit(run_show(paths, index, json=json))


@app.command()
def doctor(index: IndexFile, model: ModelName = DEFAULT_MODEL) -> None:
    """Check the installation: libraries, model, index."""
    from moodtag.cli.doctor import run_doctor

    raise typer.Exit(run_doctor(index, model))


@models.command("list")
def list_models(json: Json = False) -> None:
    """List the models, with their accuracy and licence."""
    from moodtag.cli.models import run_list

    run_list(json=json)


@models.command("show")
def show_model(name: str) -> None:
    """Show a model's card: data, figures, limits, licence."""
    from moodtag.cli.models import run_show_model

    run_show_model(name)


@models.command("verify")
def verify_models(name: Annotated[str | None, typer.Argument(show_default="all")] = None) -> None:
    """Check the models' weights against their sha256."""
    from moodtag.cli.models import run_verify

    raise typer.Exit(run_verify(name))


def main() -> None:
    """The `moodtag` command. Exit 0: all well; 1: some file failed; 2: wrong usage; 130: stopped."""
    from moodtag.cli.console import printable

    try:
        app(prog_name="moodtag")
    except MoodtagError as error:
        remedy = f" ({error.remedy})" if error.remedy else ""
        sys.stderr.write(printable(f"moodtag: {error.message}{remedy}") + "\n")
        sys.exit(2)
