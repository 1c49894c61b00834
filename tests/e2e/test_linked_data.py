"""A linked-data consumer reads the catalogue, follows a dataset's address and finds the file behind it."""

from __future__ import annotations

import rdflib
import requests
from rdflib.namespace import DCAT, DCTERMS, RDF


def graph_of(address: str) -> rdflib.Graph:
    answer = requests.get(address, timeout=60)
    assert answer.status_code == 200, address
    assert answer.headers["Content-Type"].startswith("text/turtle")
    return rdflib.Graph().parse(data=answer.text, format="turtle")


def test_the_catalogue_lists_datasets_with_licence_and_files(url):
    graph = graph_of(f"{url}/catalog.ttl")
    assert len(list(graph.subjects(RDF.type, DCAT.Catalog))) >= 1
    datasets = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert len(datasets) >= 20
    titles = {str(t) for d in datasets for t in graph.objects(d, DCTERMS.title)}
    assert any("一覧" in title for title in titles)


def test_a_dataset_leads_to_its_file(url, api):
    found = api("package_search", fq="title:指定緊急避難場所一覧", rows=5)["results"]
    name = next(d["name"] for d in found if d["title"] == "指定緊急避難場所一覧")
    graph = graph_of(f"{url}/dataset/{name}.ttl")
    dataset = next(iter(graph.subjects(RDF.type, DCAT.Dataset)))
    assert "指定緊急避難場所一覧" in {str(t) for t in graph.objects(dataset, DCTERMS.title)}
    downloads = [
        str(address)
        for distribution in graph.objects(dataset, DCAT.distribution)
        for address in graph.objects(distribution, DCAT.downloadURL)
    ]
    assert downloads
    assert all(requests.get(address, timeout=30).status_code == 200 for address in downloads)
