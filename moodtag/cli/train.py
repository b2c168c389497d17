"""`moodtag train`: prepare, fit, evaluate, card (extra `train`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moodtag.cli.console import available_cores, stderr, stdout
from moodtag.cli.usage import print_help_if_alone
from moodtag.core.errors import UsageError

if TYPE_CHECKING:
    from moodtag.training.fit import Recipe

train = typer.Typer(
    invoke_without_command=True,
    callback=print_help_if_alone,
    help="Train and judge models (extra `train`; data sets under MOODTAG_DATA).",
)

RecipeFile = Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe: a TOML file, or the name of one of moodtag's.")]
Models = Annotated[Path, typer.Option("--models", help="The folder of model folders.")]


@train.command()
def prepare(recipe: RecipeFile) -> None:
    """Describe every clip of the recipe's data sets; stop and run again as you like."""
    _need_extra()
    from moodtag.training.build import read_all
    from moodtag.training.prepare import data_root, prepare

    _, chosen = _recipe(recipe)
    clips = read_all(chosen, data_root())
    with progress_bar("describing", len(clips)) as advance:
        fresh = prepare(clips, data_root(), jobs=available_cores(), advance=advance)
    typer.echo(f"{len(clips)} clips, {fresh} of them described now")


@train.command()
def fit(recipe: RecipeFile, models: Models = Path("models")) -> None:
    """Train a model and write its folder: weights, config, metrics, recipe, card."""
    _need_extra()
    from moodtag.training.build import build
    from moodtag.training.prepare import data_root

    file, chosen = _recipe(recipe)
    with progress_bar("folds", 2 * chosen.folds) as advance:
        model = build(file, chosen, data_root(), models, jobs=available_cores(), advance=advance)
    typer.echo(f"{model.id} in {model.folder}")
    _print_figures(model.folder)


@train.command()
def evaluate(name: str, models: Models = Path("models")) -> None:
    """Cross-validate a model's recipe again, print its figures and renew metrics.json and the card."""
    _need_extra()
    from moodtag.networks.checkpoint import read_model
    from moodtag.training.build import assess, write_reports
    from moodtag.training.prepare import data_root

    model = read_model(models / name)
    _, recipe = _recipe(model.folder / "recipe.toml")
    with progress_bar("folds", 2 * recipe.folds) as advance:
        assessment = assess(recipe, data_root(), jobs=available_cores(), advance=advance)
    write_reports(model.folder, model, recipe, assessment.metrics)
    _print_figures(model.folder)


@train.command()
def card(name: str, models: Models = Path("models")) -> None:
    """Render a model's card from its recipe and metrics."""
    _need_extra()
    import json

    from moodtag.networks.checkpoint import read_model
    from moodtag.training.build import write_reports

    model = read_model(models / name)
    metrics = json.loads((model.folder / "metrics.json").read_text(encoding="utf-8"))
    write_reports(model.folder, model, _recipe(model.folder / "recipe.toml")[1], metrics)
    typer.echo(str(model.folder / "README.md"))


def _need_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("librosa", "sklearn") if find_spec(name) is None]
    if missing:
        raise UsageError(f"training needs {', '.join(missing)}", remedy="pip install 'moodtag[train]'")


def _recipe(path: Path) -> "tuple[Path, Recipe]":
    """The recipe file and what it says; a bare name means one that came with moodtag."""
    from moodtag.training import fit as fitting

    own = Path(fitting.__file__).parent / "recipes" / f"{path}.toml"
    file = own if not path.suffix and own.is_file() else path
    return file, fitting.read_recipe(file)


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr; yields the function that moves it on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr(), redirect_stdout=False, redirect_stderr=False) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def _print_figures(folder: Path) -> None:
    """The card's figures, as a terminal shows Markdown."""
    from rich.markdown import Markdown

    text = (folder / "README.md").read_text(encoding="utf-8")
    stdout().print(Markdown(text[text.index("## How good") : text.index("## Data")]), soft_wrap=False)
