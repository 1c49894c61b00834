"""The house rules that a machine can check: who may import whom, sizes, and that everything is documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MOKA = ROOT / "ckanext-moka" / "ckanext" / "moka"
ORDER = [
    "moka_schemas",
    "core",
    "tables",
    "moka_harvesters",
    "journal",
    "jobs",
    "search",
    "demand",
    "catalog",
    "quality",
    "publication",
    "harvest",
    "dcat",
    "portal",
    "stack",
]
PURE = ("moka_schemas", "core", "tables", "moka_harvesters")
FOLDERS = {
    **{stage: MOKA / stage for stage in ORDER if not stage.startswith("moka_")},
    "moka_schemas": ROOT / "schemas" / "moka_schemas",
    "moka_harvesters": ROOT / "harvesters" / "moka_harvesters",
}
REFERENCE = "\n".join(
    page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs" / "reference").glob("*.md"))
)


def modules(package: str) -> list[Path]:
    return sorted(FOLDERS[package].rglob("*.py"))


def package_of(dotted: str) -> tuple[str, str] | None:
    """Return (package, rest) when ``dotted`` names one of ours, else None."""
    parts = dotted.split(".")
    if parts[:2] == ["ckanext", "moka"] and len(parts) > 2:
        return parts[2], ".".join(parts[3:])
    if parts[0] in ("moka_schemas", "moka_harvesters"):
        return parts[0], ".".join(parts[1:])
    return None


def imported(path: Path) -> list[str]:
    """Return the dotted names that the module imports, anywhere in it."""
    names: list[str] = []
    base = path.relative_to(ROOT / "ckanext-moka").parts[:-1] if "ckanext-moka" in path.parts else ()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            prefix = node.module or ""
            if node.level and base:
                prefix = ".".join([*base[: len(base) - node.level + 1], *filter(None, [prefix])])
            names += [f"{prefix}.{alias.name}" for alias in node.names]
    return names


def violations(package: str, names: list[str]) -> list[str]:
    """Return what of ``names`` the package may not import."""
    wrong = []
    for name in names:
        target = package_of(name)
        if target is None:
            if package in PURE and name.split(".")[0] in ("ckan", "flask", "sqlalchemy"):
                wrong.append(f"{name}: {package} is plain Python")
            continue
        other, rest = target
        if other == package or other not in ORDER:
            continue
        if ORDER.index(other) > ORDER.index(package):
            wrong.append(f"{name}: {other} stands above {package}")
        elif other not in PURE[:2] and other not in ("moka_harvesters",) and not rest.startswith("api"):
            wrong.append(f"{name}: only {other}.api is open to others")
    return wrong


@pytest.mark.parametrize("package", ORDER)
def test_a_package_imports_only_what_stands_before_it(package):
    assert FOLDERS[package].is_dir(), f"{package} is missing"
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in modules(package)
        if (found := violations(package, imported(path)))
    }
    assert wrong == {}


def test_the_import_rule_notices_an_upward_import_and_a_back_door():
    assert violations("search", ["ckanext.moka.portal.api"])
    assert violations("search", ["ckanext.moka.jobs.model.Job"])
    assert violations("tables", ["ckan.plugins"])
    assert not violations("search", ["ckanext.moka.jobs.api.defer", "ckanext.moka.core.text.fold"])


def test_modules_and_plugins_stay_small():
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for package in ORDER
        for path in modules(package)
    }
    assert len(sizes) > 30
    assert {name: n for name, n in sizes.items() if n > 400} == {}
    assert {name: n for name, n in sizes.items() if name.endswith("/plugin.py") and n > 60} == {}


def declared_options() -> list[str]:
    keys: list[str] = []
    for path in MOKA.glob("*/config_declaration.yaml"):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            keys += [option["key"] for option in group["options"]]
    return keys


def public_functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("moka_")
    ]


def test_every_option_is_documented():
    options = declared_options()
    assert "ckanext.moka.municipality_code" in options
    assert [key for key in options if f"`{key}`" not in REFERENCE] == []


def test_every_action_is_documented():
    actions = [
        name
        for pattern in ("*/logic/action.py", "*/logic/action/*.py")
        for path in MOKA.glob(pattern)
        for name in public_functions(path)
    ]
    assert "moka_publication_submit" in actions
    assert [name for name in actions if name not in REFERENCE] == []


def cli_commands() -> list[str]:
    """Return the names of click commands and groups declared in the stages' command modules."""
    names: list[str] = []
    for path in [*MOKA.glob("*/cli.py"), *MOKA.glob("*/*_cli.py"), MOKA / "stack" / "main.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                source = ast.unparse(decorator)
                if re.search(r"\.(command|group)\b", source) and "hidden=True" not in source:
                    given = re.search(r"\(['\"]([\w-]+)['\"]", source)
                    names.append(given.group(1) if given else node.name.replace("_", "-"))
    return names


def test_every_command_is_documented():
    commands = cli_commands()
    assert {"check", "fix", "convert"} <= set(commands)
    assert [name for name in commands if not re.search(rf"\b{re.escape(name)}\b", REFERENCE)] == []
