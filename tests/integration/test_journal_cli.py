"""``moka journal verify`` against a real site."""

from __future__ import annotations

from ckan import model
from ckan.plugins import toolkit as tk
from click.testing import CliRunner
from sqlalchemy import text

from ckanext.moka.journal import api
from ckanext.moka.journal.verify_cli import journal


def test_it_says_that_all_is_well_and_names_what_is_not(unique):
    name = unique("journal")
    api.record(name, "submitted", "tanaka", {})
    model.Session.commit()
    arguments = ["verify", "--config", tk.config["__file__"]]
    well = CliRunner().invoke(journal, arguments)
    assert (well.exit_code, "異常はありません" in well.output) == (0, True), well.output
    set_actor(name, "x")
    try:
        bad = CliRunner().invoke(journal, arguments)
    finally:
        set_actor(name, "tanaka")
    assert bad.exit_code == 1
    assert f"データセット {name} の記録 1: 記録の内容が書き換えられています" in bad.output


def set_actor(name, actor):
    """Write as the owner of the database would who switches the trigger off and on again."""
    for statement in (
        "ALTER TABLE moka_journal_entry DISABLE TRIGGER USER",
        "UPDATE moka_journal_entry SET actor = :actor WHERE dataset_id = :name",
        "ALTER TABLE moka_journal_entry ENABLE TRIGGER USER",
    ):
        model.Session.execute(
            text(statement), {"actor": actor, "name": name} if ":actor" in statement else {}
        )
    model.Session.commit()
