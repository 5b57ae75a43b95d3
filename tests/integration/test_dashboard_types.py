"""The JSON of the dashboards against the TypeScript types that Grafana publishes (npm package @grafana/schema)."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.document import DASHBOARDS, documents

TYPES = Path(__file__).parents[1] / "dashboard_types"
NPM = shutil.which("npm")
RAW = "@grafana/schema/dist/esm/raw/composable"
KINDS = {
    "timeseries": ("timeseries", "TimeSeries"),
    "stat": ("stat", "Stat"),
    "table": ("table", "Table"),
    "bargauge": ("bargauge", "BarGauge"),
    "state-timeline": ("statetimeline", "StateTimeline"),
    "heatmap": ("heatmap", "Heatmap"),
    "xychart": ("xychart", "XYChart"),
    "geomap": ("geomap", "Geomap"),
}
"""Folder and name of the types of each kind of panel."""
WITHOUT_FIELDS = {"stat", "bargauge", "geomap"}
"""Kinds whose fields have no settings of their own."""
OPTIONS = {"strict": True, "noEmit": True, "module": "esnext", "target": "esnext", "moduleResolution": "bundler"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which the types are installed."""
    if NPM is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("types")
    for name in ("package.json", "wire.ts"):
        shutil.copy(TYPES / name, folder)
    command = [NPM, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install the types: {done.stderr.strip().splitlines()[-1:]}")
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS | {"types": []}, "include": ["*.ts"]}))
    return folder


def _checked(board: dict[str, Any]) -> Iterator[str]:
    """Write a dashboard as TypeScript that only compiles where it fits."""
    yield "import type { Board, Wire } from './wire';"
    for kind, (folder, name) in KINDS.items():
        parts = "Options" if kind in WITHOUT_FIELDS else "Options, FieldConfig"
        named = ", ".join(f"{part} as {name}{part}" for part in parts.split(", "))
        yield f"import type {{ {named} }} from '{RAW}/{folder}/panelcfg/x/{name}PanelCfg_types.gen';"
    yield f"export const board = {json.dumps(board)} as const satisfies Wire<Board>;"
    for panel in board["panels"]:
        name = KINDS[panel["type"]][1]
        number = panel["id"]
        options = json.dumps(panel["options"])
        yield f"export const o{number} = {options} as const satisfies Partial<Wire<{name}Options>>;"
        if panel["type"] not in WITHOUT_FIELDS:
            custom = json.dumps(panel["fieldConfig"]["defaults"]["custom"])
            yield f"export const f{number} = {custom} as const satisfies Partial<Wire<{name}FieldConfig>>;"


def _compile(project: Path) -> subprocess.CompletedProcess[str]:
    command = [str(project / "node_modules" / ".bin" / "tsc"), "--project", str(project)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_json_fits_grafanas_types(project: Path) -> None:
    """Dashboards, the options and the fields of every panel are what Grafana's types say, no more and no less."""
    for path, text in documents():
        if path.is_relative_to(DASHBOARDS):
            lines = "\n".join(_checked(json.loads(text)))
            (project / f"{path.parent.name}-{path.stem}.ts").write_text(lines, encoding="utf-8")
    done = _compile(project)
    assert done.returncode == 0, done.stdout[:4000]


@pytest.mark.parametrize("wrong", ['{"legend": 1}', '{"noSuchOption": true}'])
def test_what_does_not_fit_is_found(project: Path, wrong: str) -> None:
    """An option of a wrong type, or one that Grafana does not have, fails."""
    lines = [
        "import type { Wire } from './wire';",
        f"import type {{ Options }} from '{RAW}/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';",
        f"export const one = {wrong} as const satisfies Partial<Wire<Options>>;",
    ]
    path = project / "wrong.ts"
    path.write_text("\n".join(lines))
    done = _compile(project)
    path.unlink()
    assert "wrong.ts" in done.stdout
