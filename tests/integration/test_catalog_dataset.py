"""The dataset form's rules on a real site."""

import pytest
from ckan import model
from ckan.plugins import toolkit as tk


@pytest.fixture
def dataset(call, org):
    def make(**fields):
        return call("package_create", **{"title": "避難所一覧", "owner_org": org["id"], **fields})

    return make


def test_a_new_dataset_is_a_private_draft_with_a_proposed_name(dataset):
    made = dataset(title_en="Evacuation sites")
    assert made["private"] is True
    assert made["name"].startswith("092096_evacuation_sites")
    assert made["license_id"] == "CC-BY-4.0"
    assert made["license_title"].startswith("クリエイティブ・コモンズ 表示 4.0")


def test_the_same_proposal_twice_gets_a_number(dataset, unique):
    english = unique("sites")
    first, second = dataset(title_en=english), dataset(title_en=english)
    assert second["name"] == first["name"] + "_2"


def test_the_standard_dataset_names_it(dataset):
    assert dataset(standard_dataset="08")["name"].startswith("092096_aed")


def test_a_given_name_stays_and_an_empty_one_keeps_the_old(dataset, call, unique):
    name = unique("092096_x")
    made = dataset(name=name)
    assert made["name"] == name
    updated = call("package_update", **{**made, "name": "", "title": "名前を変えた"})
    assert (updated["name"], updated["title"]) == (name, "名前を変えた")


def test_updates_leave_the_visibility_alone(dataset, call):
    draft = dataset()
    body = {key: value for key, value in draft.items() if key != "private"}
    assert call("package_update", **{**body, "notes": "直した"})["private"] is True


def test_what_is_wrong_is_said_in_japanese(dataset):
    with pytest.raises(tk.ValidationError) as caught:
        dataset(title="", contact_phone="電話", temporal_start="2026-04-01", temporal_end="2025-04-01")
    errors = caught.value.error_dict
    assert errors["title"] == ["データセットの名前を入れてください。"]
    assert "例：0285-00-0000" in errors["contact_phone"][0]
    assert "前です" in errors["temporal_end"][0]


def test_unknown_themes_are_refused(dataset):
    assert dataset(theme="14")["theme"] == "14"
    with pytest.raises(tk.ValidationError):
        dataset(theme="99")


def test_japanese_keywords(dataset):
    made = dataset(tag_string="防災、避難場所・避難所，水, 支援制度（給付金）")
    assert {tag["name"] for tag in made["tags"]} == {"防災", "避難場所・避難所", "水", "支援制度（給付金）"}
    by_list = dataset(tags=[{"name": "農"}, {"name": "〇〇"}])
    assert {tag["name"] for tag in by_list["tags"]} == {"農", "〇〇"}


@pytest.mark.parametrize("tag", ["防災,避難", "見えない\u200b字", "あ" * 101])
def test_bad_keywords_are_refused(dataset, tag):
    with pytest.raises(tk.ValidationError) as caught:
        dataset(tags=[{"name": tag}])
    assert "キーワード" in str(caught.value.error_dict)


def test_the_licence_register_is_ours(call):
    ids = [item["id"] for item in call("license_list")]
    assert ids[:4] == ["CC-BY-4.0", "CC-BY-2.1-JP", "CC0-1.0", "PDL-1.0"]
    assert model.Package.get_license_register()["CC-BY-4.0"].isopen()


def test_the_form_is_japanese_and_saves(app, make_user, call, org, unique):
    clerk = make_user()
    call("organization_member_create", id=org["id"], username=clerk["name"], role="editor")
    headers = {"Authorization": clerk["token"]}
    page = app.get("/dataset/new", headers=headers)
    for words in (
        "データセットの名前",
        "必須",
        "例：指定緊急避難場所一覧",
        "司法・安全・環境",
        "クリエイティブ・コモンズ 表示 4.0",
    ):
        assert words in page.body
    assert 'name="private"' not in page.body
    title = unique("避難所")
    answer = app.post(
        "/dataset/new",
        headers=headers,
        data={
            "_ckan_phase": "dataset_new_1",
            "title": title,
            "owner_org": org["id"],
            "theme": "14",
            "save": "save",
        },
        follow_redirects=False,
    )
    assert answer.status_code == 302
    assert "/resource/new" in answer.headers["Location"]
    made = model.Session.query(model.Package).filter_by(title=title).one()
    assert (made.private, made.state, made.extras["theme"]) == (True, "draft", "14")


def test_form_errors_lead_to_their_fields(app, make_user, call, org):
    clerk = make_user()
    call("organization_member_create", id=org["id"], username=clerk["name"], role="editor")
    page = app.post(
        "/dataset/new",
        headers={"Authorization": clerk["token"]},
        data={"_ckan_phase": "dataset_new_1", "title": "", "owner_org": org["id"], "save": "save"},
    )
    assert 'href="#field-title"' in page.body
    assert "データセットの名前を入れてください。" in page.body


def test_themes_are_a_filter(dataset, call, org):
    for theme in ("14", "14", "02"):
        dataset(theme=theme)
    search = {"fq": f"owner_org:{org['id']}", "include_private": True, "facet.field": ["theme", "license_id"]}
    found = call("package_search", **search)
    items = {item["name"]: item for item in found["search_facets"]["theme"]["items"]}
    assert (items["14"]["count"], items["14"]["display_name"]) == (2, "司法・安全・環境")
    assert found["search_facets"]["license_id"]["items"][0]["display_name"].startswith("クリエイティブ")
    assert call("package_search", **{**search, "fq": search["fq"] + " theme:02"})["count"] == 1
