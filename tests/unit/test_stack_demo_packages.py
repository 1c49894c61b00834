"""The demo data that ships with the project is complete and says where it comes from."""

from __future__ import annotations

import json

import pytest

from ckanext.moka.stack import demo_packages

FOLDER = demo_packages.find_datasets()


def test_the_checkout_has_enough_datasets_to_feel_inhabited():
    packages = list(demo_packages.packages(FOLDER))
    assert len([p for p in packages if p.publish]) >= 25
    assert len({p.fields["theme"] for p in packages}) >= 8
    assert len({p.organization for p in packages}) >= 5
    assert len({p.fields["standard_dataset"] for p in packages} - {""}) >= 3


def test_every_package_belongs_to_a_known_department_and_has_files():
    names = {organization["name"] for organization in demo_packages.organizations(FOLDER)}
    for package in demo_packages.packages(FOLDER):
        assert package.organization in names
        assert package.files and all(file.path.stat().st_size > 0 for file in package.files)


@pytest.mark.parametrize("descriptor", sorted(FOLDER.glob("*/datapackage.json")), ids=lambda p: p.parent.name)
def test_every_descriptor_states_origin_and_licence(descriptor):
    data = json.loads(descriptor.read_text(encoding="utf-8"))
    assert data["licenses"][0]["name"] and data["licenses"][0]["title"]
    assert data["sources"] and all(source["title"] for source in data["sources"])
    assert data["moka"]["source_note"]
    assert all(resource["origin"] for resource in data["resources"])


def test_a_package_whose_file_is_missing_is_named(tmp_path):
    folder = tmp_path / "lost"
    folder.mkdir()
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "lost", "moka": {}, "resources": [{"path": "無い.csv", "title": "無い"}]}),
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="無い.csv"):
        list(demo_packages.packages(tmp_path))


def test_a_path_that_leaves_its_folder_is_refused(tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    folder = tmp_path / "sly"
    folder.mkdir()
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "sly", "moka": {}, "resources": [{"path": "../secret.csv", "title": "x"}]}),
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="secret"):
        list(demo_packages.packages(tmp_path))
