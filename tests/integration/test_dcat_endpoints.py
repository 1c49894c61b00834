"""The RDF over HTTP: what is released is there and nothing else, paging, conditional requests, negotiation."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import pytest
from ckan import plugins as p
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS
from werkzeug.datastructures import FileStorage

DCAT = Namespace("http://www.w3.org/ns/dcat#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
CSV = "名称,住所,緯度,経度\n真岡市役所,真岡市荒町5191番地,36.4404,140.0134\n"


@pytest.fixture
def make_dataset(call, org, unique, make_user):
    """Return ``make(release=True, **fields)``: a dataset with one CSV, released by two people."""
    clerk, chief = make_user(), make_user()
    for user, role in ((clerk, "editor"), (chief, "admin")):
        call("organization_member_create", id=org["id"], username=user["name"], role=role)

    def make(release=True, **fields):
        values = {
            "name": f"092096_{unique('d').replace('-', '_')}",
            "title": "指定緊急避難場所一覧",
            "notes": "災害のときに逃げる場所です。",
            "owner_org": org["id"],
            "theme": "14",
            "private": True,
            **fields,
        }
        dataset = call("package_create", user=clerk["name"], **values)
        upload = FileStorage(io.BytesIO(CSV.encode()), filename="避難場所 一覧.csv")
        call(
            "resource_create",
            user=clerk["name"],
            package_id=dataset["id"],
            name="一覧",
            url="x",
            upload=upload,
        )
        if release:
            release_dataset(call, dataset["id"], clerk, chief)
        return call("package_show", id=dataset["id"])

    return make


_shared = {}


@pytest.fixture
def released(request):
    """A released dataset that the tests of this module only read."""
    if not _shared:
        _shared.update(request.getfixturevalue("make_dataset")())
    return dict(_shared)


def release_dataset(call, dataset_id, clerk, chief):
    from ckanext.moka.jobs import api as jobs

    call("moka_publication_submit", user=clerk["name"], id=dataset_id)
    call("moka_publication_approve", user=chief["name"], id=dataset_id)
    jobs.run_once()
    assert call("moka_publication_show", id=dataset_id)["state"] == "released"


def parse(response, format_="turtle"):
    assert response.status_code == 200, response.body
    return Graph().parse(data=response.get_data(), format=format_)


@pytest.mark.parametrize(
    ("ending", "media", "format_"),
    [
        ("ttl", "text/turtle", "turtle"),
        ("jsonld", "application/ld+json", "json-ld"),
        ("xml", "application/rdf+xml", "xml"),
        ("rdf", "application/rdf+xml", "xml"),
        ("n3", "text/n3", "n3"),
    ],
)
def test_a_released_dataset_in_every_format(app, released, ending, media, format_):
    dataset = released
    response = app.get(f"/dataset/{dataset['id']}.{ending}")
    assert response.headers["Content-Type"] == f"{media}; charset=utf-8"
    g = parse(response, format_)
    ref = next(g.subjects(RDF.type, DCAT.Dataset))
    assert str(ref).endswith(f"/dataset/{dataset['id']}")
    assert g.value(ref, DCTERMS.title) == Literal("指定緊急避難場所一覧", lang="ja")
    downloads = [str(url) for url in g.objects(None, DCAT.downloadURL)]
    assert any(
        url.endswith("/%E9%81%BF%E9%9B%A3%E5%A0%B4%E6%89%80%20%E4%B8%80%E8%A6%A7.csv") for url in downloads
    )


def test_the_download_address_in_the_rdf_works(app, released):
    dataset = released
    g = parse(app.get(f"/dataset/{dataset['id']}.ttl"))
    url = next(str(url) for url in g.objects(None, DCAT.downloadURL) if "%E4%B8%80%E8%A6%A7.csv" in str(url))
    response = app.get(urlsplit(url).path)
    assert response.status_code == 200
    assert response.get_data() == CSV.encode()


def test_the_name_serves_as_well_as_the_id(app, released):
    dataset = released
    assert set(parse(app.get(f"/dataset/{dataset['name']}.ttl"))) == set(
        parse(app.get(f"/dataset/{dataset['id']}.ttl"))
    )


def test_a_draft_does_not_exist_for_anybody(app, make_dataset, sysadmin):
    dataset = make_dataset(release=False)
    for headers in ({}, {"Authorization": sysadmin["token"]}):
        assert app.get(f"/dataset/{dataset['id']}.ttl", headers=headers, status=404)
    whole = app.get(f"/catalog.ttl?fq=name:{dataset['name']}", headers={"Authorization": sysadmin["token"]})
    assert dataset["id"] not in whole.body


@pytest.mark.parametrize(
    "address", ["/catalog.foo", "/dataset/x.foo", "/dataset/no-such.ttl", "/id/vocabulary.foo"]
)
def test_what_does_not_exist_is_404(app, address):
    app.get(address, status=404)


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=9999999999", "modified_since=gestern", "profiles=nope"]
)
def test_bad_parameters_are_400_with_a_sentence(app, query):
    response = app.get(f"/catalog.ttl?{query}", status=400)
    assert response.body.strip()


def test_the_catalogue(app, released):
    dataset = released
    g = parse(app.get(f"/catalog.ttl?fq=name:{dataset['name']}"))
    catalog = next(g.subjects(RDF.type, DCAT.Catalog))
    assert [str(ref).rsplit("/", 1)[1] for ref in g.objects(catalog, DCAT.dataset)] == [dataset["id"]]
    assert g.value(catalog, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert g.value(catalog, DCTERMS.publisher) is not None
    assert g.value(catalog, DCTERMS.description) is not None


@pytest.mark.ckan_config("ckanext.dcat.datasets_per_page", 1)
def test_pages_lead_through_everything_once(app, make_dataset, unique):
    tag = unique("しるし")
    made = {make_dataset(tags=[{"name": tag}])["id"] for _ in range(3)}
    address, seen = f"/catalog.ttl?fq=tags:{tag}", []
    for _ in range(10):
        g = parse(app.get(address))
        seen += [str(ref).rsplit("/", 1)[1] for ref in g.objects(None, DCAT.dataset)]
        page = next(g.subjects(RDF.type, HYDRA.PartialCollectionView))
        assert g.value(page, HYDRA.totalItems).toPython() == 3
        following = g.value(page, HYDRA.next)
        if following is None:
            break
        assert isinstance(following, URIRef)
        parts = urlsplit(str(following))
        assert parts.path == "/catalog.ttl"
        address = f"{parts.path}?{parts.query}"
    assert len(seen) == 3 and set(seen) == made


def test_modified_since(app, released):
    dataset = released
    wanted = f"fq=name:{dataset['name']}"
    assert dataset["id"] in app.get(f"/catalog.ttl?{wanted}&modified_since=2020-01-01").body
    assert dataset["id"] in app.get(f"/catalog.ttl?{wanted}&modified_since=2020-01-01T09:00:00%2B09:00").body
    assert dataset["id"] not in app.get(f"/catalog.ttl?{wanted}&modified_since=2099-01-01T00:00:00Z").body


def test_conditional_requests(app, released):
    dataset = released
    address = f"/dataset/{dataset['id']}.ttl"
    tag = app.get(address).headers["ETag"]
    assert app.get(address).headers["ETag"] == tag
    again = app.get(address, headers={"If-None-Match": tag}, status=304)
    assert again.get_data() == b""
    assert app.get(f"/dataset/{dataset['id']}.jsonld").headers["ETag"] != tag


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml;q=0.9, text/turtle;q=0.4", "rdf"),
        ("text/html;q=0.5, text/turtle", "ttl"),
        ("text/html, text/turtle;q=0.9", None),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None),
        ("*/*", None),
        ("", None),
        ("text/turtle;q=zzz,,;", None),
    ],
)
def test_accept_leads_programs_to_the_document(app, released, accept, ending):
    dataset = released
    page = app.get(f"/dataset/{dataset['name']}", headers={"Accept": accept}, follow_redirects=False)
    home = app.get("/", headers={"Accept": accept}, follow_redirects=False)
    if ending is None:
        assert page.status_code == 200 and home.status_code == 200
    else:
        assert (page.status_code, home.status_code) == (303, 303)
        assert page.headers["Location"].endswith(f"/dataset/{dataset['name']}.{ending}")
        assert home.headers["Location"].endswith(f"/catalog.{ending}")
    assert "Accept" in page.headers["Vary"] and "Accept" in home.headers["Vary"]


def test_the_page_names_its_documents(app, released):
    dataset = released
    body = app.get(f"/dataset/{dataset['name']}").body
    assert 'type="text/turtle" href="http' in body and f"/dataset/{dataset['id']}.ttl" in body


def test_concepts_have_addresses_that_lead_somewhere(app):
    g = parse(app.get("/id/vocabulary.ttl"))
    concepts = list(g.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) == 16
    for ref in concepts:
        path = urlsplit(str(ref)).path
        people = app.get(path, follow_redirects=False)
        assert people.status_code == 303 and "/dataset" in people.headers["Location"]
        programs = app.get(path, headers={"Accept": "text/turtle"}, follow_redirects=False)
        assert programs.headers["Location"].endswith("/id/vocabulary.ttl")


def test_the_actions_give_the_same(app, call, released):
    dataset = released
    text = call("dcat_dataset_show", id=dataset["id"], format="ttl")
    assert set(Graph().parse(data=text, format="turtle")) == set(
        parse(app.get(f"/dataset/{dataset['id']}.ttl"))
    )
    with pytest.raises(p.toolkit.ValidationError):
        call("dcat_dataset_show", id=dataset["id"], format="foo")
