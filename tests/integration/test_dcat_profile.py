"""The RDF profile on one dataset dictionary: every statement that the profile promises, every IRI valid."""

from __future__ import annotations

import re

import pytest
from ckanext.dcat.processors import RDFSerializer
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, RDF, SKOS, XSD

DCAT = Namespace("http://www.w3.org/ns/dcat#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
EU = "http://publications.europa.eu/resource/authority/"
URI = re.compile(
    r"^(https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*)?|mailto:|tel:\+)[!-~]*$"
)
SHA = "ab" * 32


def a_dataset(base):
    return {
        "id": "6b0f7c5e-0000-4000-8000-000000000001",
        "name": "092096_evacuation_space",
        "type": "dataset",
        "title": "指定緊急避難場所一覧",
        "title_en": "Emergency evacuation sites",
        "title_easy": "にげる ところ",
        "notes": "災害のときに逃げる場所です。",
        "notes_en": "Where to go in a disaster.",
        "notes_easy": "じしんの ときに にげる ところです。",
        "tags": [{"name": "防災"}, {"name": "避難所・避難場所"}],
        "theme": "14",
        "license_id": "CC-BY-4.0",
        "license_url": "https://creativecommons.org/licenses/by/4.0/deed.ja",
        "update_frequency": "annual",
        "spatial_coverage": "旧二宮町の区域",
        "temporal_start": "2026-04-01",
        "temporal_end": "2027-03-31",
        "contact_name": "くらし安全課 防災係",
        "contact_email": "bosai@city.example.jp",
        "contact_phone": "0285-83-8396",
        "source_note": "国土数値情報を加工して作成",
        "standard_dataset": "03",
        "language": "ja",
        "metadata_created": "2026-04-01T01:02:03.000000",
        "metadata_modified": "2026-05-01T01:02:03.456789",
        "organization": {"id": "org-1", "name": "bosai", "title": "くらし安全課"},
        "resources": [
            {
                "id": "r-1",
                "name": "避難場所（CSV）",
                "description": "2026年4月1日現在",
                "url": f"{base}/dataset/x/resource/r-1/download/指定緊急避難場所 一覧(最新).csv",
                "url_type": "upload",
                "format": "CSV",
                "mimetype": "text/csv",
                "size": 1234,
                "hash": f"sha256:{SHA}",
                "released_at": "2026-04-02T00:00:00",
                "created": "2026-04-01T01:02:03",
                "last_modified": "2026-04-01T01:02:03",
            },
            {"id": "r-2", "name": "案内ページ", "url": "https://例え.jp/避難?区=二宮", "format": "HTML"},
        ],
    }


@pytest.fixture
def base(app):
    from ckanext.dcat.utils import catalog_uri

    return catalog_uri().rstrip("/")


@pytest.fixture
def make_graph(base, app):
    def _make(format_="ttl", parse="turtle", **changes):
        serializer = RDFSerializer(profiles=["moka_dcat_ap"])
        text = serializer.serialize_dataset({**a_dataset(base), **changes}, _format=format_)
        return Graph().parse(data=text, format=parse)

    return _make


@pytest.fixture
def ref(base):
    return URIRef(f"{base}/dataset/6b0f7c5e-0000-4000-8000-000000000001")


@pytest.mark.parametrize(("format_", "parse"), [("xml", "xml"), ("jsonld", "json-ld"), ("n3", "n3")])
def test_all_formats_say_the_same(make_graph, format_, parse):
    turtle = set(make_graph())
    assert len(turtle) > 80
    assert set(make_graph(format_, parse)) == turtle


def test_text_has_its_language(make_graph, ref):
    g = make_graph()
    assert set(g.objects(ref, DCTERMS.title)) == {
        Literal("指定緊急避難場所一覧", lang="ja"),
        Literal("Emergency evacuation sites", lang="en"),
    }
    assert Literal("じしんの ときに にげる ところです。", lang="ja-simple") in set(
        g.objects(ref, DCTERMS.description)
    )
    assert set(g.objects(ref, DCAT.keyword)) == {
        Literal("防災", lang="ja"),
        Literal("避難所・避難場所", lang="ja"),
    }


def test_identifiers_and_dates(make_graph, ref):
    g = make_graph()
    assert g.value(ref, DCTERMS.identifier) == Literal("6b0f7c5e-0000-4000-8000-000000000001")
    assert str(g.value(g.value(ref, ADMS.identifier), SKOS.notation)) == "092096_evacuation_space"
    assert g.value(ref, DCTERMS.issued) == Literal("2026-04-02T00:00:00Z", datatype=XSD.dateTime)
    assert g.value(ref, DCTERMS.modified) == Literal("2026-05-01T01:02:03Z", datatype=XSD.dateTime)


def test_publisher_is_the_department_of_the_municipality(make_graph, ref, base):
    g = make_graph()
    agent = g.value(ref, DCTERMS.publisher)
    assert agent == URIRef(f"{base}/organization/org-1")
    assert FOAF.Organization in set(g.objects(agent, RDF.type))
    assert g.value(agent, FOAF.name) == Literal("くらし安全課", lang="ja")
    city = g.value(agent, ORG.unitOf)
    assert city == URIRef(f"{base}/id/agent/092096")
    assert Literal("真岡市", lang="ja") in set(g.objects(city, FOAF.name))


def test_contact(make_graph, ref):
    g = make_graph()
    card = g.value(ref, DCAT.contactPoint)
    assert g.value(card, VCARD.fn) == Literal("くらし安全課 防災係", lang="ja")
    assert g.value(card, VCARD.hasEmail) == URIRef("mailto:bosai@city.example.jp")
    assert g.value(card, VCARD.hasTelephone) == URIRef("tel:+81-285-83-8396")


def test_vocabularies(make_graph, ref, base):
    g = make_graph()
    assert g.value(ref, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert g.value(ref, DCTERMS.accrualPeriodicity) == URIRef(f"{EU}frequency/ANNUAL")
    assert g.value(ref, DCTERMS.language) == URIRef(f"{EU}language/JPN")
    assert g.value(ref, DCTERMS.accessRights) == URIRef(f"{EU}access-right/PUBLIC")
    themes = set(g.objects(ref, DCAT.theme))
    assert themes == {
        URIRef(f"{base}/id/theme/14"),
        URIRef(f"{EU}data-theme/JUST"),
        URIRef(f"{EU}data-theme/ENVI"),
    }
    assert Literal("司法・安全・環境", lang="ja") in set(
        g.objects(URIRef(f"{base}/id/theme/14"), SKOS.prefLabel)
    )
    assert g.value(ref, DCTERMS.conformsTo) == URIRef(f"{base}/id/standard/03")


def test_place_and_period(make_graph, ref, base):
    g = make_graph()
    places = set(g.objects(ref, DCTERMS.spatial))
    assert URIRef(f"{base}/id/place/092096") in places
    assert Literal("旧二宮町の区域", lang="ja") in {g.value(place, SKOS.prefLabel) for place in places}
    period = g.value(ref, DCTERMS.temporal)
    assert g.value(period, DCAT.startDate) == Literal("2026-04-01", datatype=XSD.date)
    assert g.value(period, DCAT.endDate) == Literal("2027-03-31", datatype=XSD.date)


@pytest.mark.parametrize("wrong", ["去年", "2026-13-45", ""])
def test_a_period_that_is_none_is_left_out(make_graph, ref, wrong):
    g = make_graph(temporal_start=wrong, temporal_end="")
    assert g.value(ref, DCTERMS.temporal) is None


def test_an_uploaded_file(make_graph, ref, base):
    g = make_graph()
    file = URIRef(f"{base}/dataset/{str(ref).rsplit('/', 1)[1]}/resource/r-1")
    assert file in set(g.objects(ref, DCAT.distribution))
    assert g.value(file, DCTERMS.title) == Literal("避難場所（CSV）", lang="ja")
    download = str(g.value(file, DCAT.downloadURL))
    assert download.endswith(
        "/download/%E6%8C%87%E5%AE%9A%E7%B7%8A%E6%80%A5%E9%81%BF%E9%9B%A3%E5%A0%B4%E6%89%80"
        "%20%E4%B8%80%E8%A6%A7(%E6%9C%80%E6%96%B0).csv"
    )
    assert g.value(file, DCAT.accessURL) == file
    assert g.value(file, DCAT.mediaType) == URIRef("https://www.iana.org/assignments/media-types/text/csv")
    assert g.value(file, DCTERMS["format"]) == URIRef(f"{EU}file-type/CSV")
    assert g.value(file, DCAT.byteSize) == Literal(1234, datatype=XSD.nonNegativeInteger)
    checksum = g.value(file, SPDX.checksum)
    assert str(g.value(checksum, SPDX.algorithm)) == "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
    assert g.value(checksum, SPDX.checksumValue) == Literal(SHA, datatype=XSD.hexBinary)
    assert g.value(file, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")


def test_a_link_elsewhere(make_graph, ref):
    g = make_graph()
    link = next(d for d in g.objects(ref, DCAT.distribution) if str(d).endswith("/r-2"))
    assert str(g.value(link, DCAT.accessURL)).startswith("https://xn--r8jz45g.jp/%E9%81%BF")
    assert g.value(link, DCAT.downloadURL) is None
    assert g.value(link, DCAT.byteSize) is None


def test_every_iri_is_valid_and_there_are_no_blank_nodes(make_graph):
    for triple in make_graph():
        for node in triple:
            assert isinstance(node, URIRef | Literal)
            if isinstance(node, URIRef):
                assert URI.match(str(node)), node


def test_a_bare_dataset_still_has_what_dcat_ap_requires(make_graph, ref, base):
    bare = {key: "" for key in a_dataset(base) if key not in ("id", "name", "type")}
    g = make_graph(**{**bare, "tags": [], "resources": [], "organization": None})
    assert g.value(ref, DCTERMS.title) == Literal("092096_evacuation_space", lang="ja")
    assert g.value(ref, DCTERMS.description) is not None
    assert g.value(ref, DCTERMS.publisher) == URIRef(f"{base}/id/agent/092096")
    assert g.value(ref, DCTERMS.license) is None


def test_text_that_xml_cannot_carry_does_not_break_the_page(make_graph, ref):
    g = make_graph("xml", "xml", title="人口\x0b一覧\x00 <script>&", notes="]]>")
    assert g.value(ref, DCTERMS.title, any=True) is not None
    assert Literal("人口一覧 <script>&", lang="ja") in set(g.objects(ref, DCTERMS.title))
