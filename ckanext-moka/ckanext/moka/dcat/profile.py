"""Our RDF profile: a released dataset and the catalogue as DCAT-AP 3, filled from the portal's own fields.

It derives from ckanext-dcat's DCAT-AP 3 profile (reading RDF stays its work) and writes the graph itself:
that profile writes text without language, formats and media types as text, and walks the whole growing
graph for every dataset. Sources: DCAT-AP 3.0.1; DCAT-GoJ (DS-469) for what is required in Japan.

No blank nodes: everything has an address below its dataset's, so that the same data always give the same
triples.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from ckanext.dcat.profiles.base import ADMS, DCAT, DCT, FOAF, SKOS, SPDX, VCARD, namespaces
from ckanext.dcat.utils import publisher_uri_organization_fallback, resource_uri
from rdflib import Literal, URIRef
from rdflib.namespace import ORG, RDF, RDFS, XSD

from ckanext.moka.dcat import vocabularies as voc
from ckanext.moka.dcat.config import Site, site
from ckanext.moka.dcat.iris import encode_iri, mailto, tel

__all__ = ["MokaDcatApProfile"]

EASY = "ja-simple"
_PERIODS = (
    (re.compile(r"\d{4}-\d{2}-\d{2}"), XSD.date),
    (re.compile(r"\d{4}-\d{2}"), XSD.gYearMonth),
    (re.compile(r"\d{4}"), XSD.gYear),
)


class MokaDcatApProfile(EuropeanDCATAP3Profile):
    """DCAT-AP 3 for a Japanese municipality (``moka_dcat_ap``)."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Add the dataset and its distributions to the graph; the dictionary is ``package_show``'s."""
        here = site()
        self._bind()
        self.g.add((dataset_ref, RDF.type, DCAT.Dataset))
        self._describe(dataset_dict, dataset_ref)
        self._identify(dataset_dict, dataset_ref, here)
        self._classify(dataset_dict, dataset_ref, here)
        self._locate(dataset_dict, dataset_ref, here)
        self._publisher(dataset_dict, dataset_ref, here)
        self._contact(dataset_dict, dataset_ref)
        self._terms(dataset_dict, dataset_ref)
        for resource in dataset_dict.get("resources", []):
            self._distribution(dataset_dict, dataset_ref, resource, here)

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        """Add the catalogue itself (title, publisher, licence, themes) to the graph."""
        here = site()
        given = catalog_dict or {}
        self._bind()
        g = self.g
        g.add((catalog_ref, RDF.type, DCAT.Catalog))
        title = given.get("title") or here.title
        self._text(catalog_ref, DCT.title, title, "ja")
        self._text(catalog_ref, DCT.description, given.get("description") or here.description or title, "ja")
        self._link(catalog_ref, FOAF.homepage, given.get("homepage") or f"{here.base}/", FOAF.Document)
        self._link(catalog_ref, DCT.language, voc.JAPANESE, DCT.LinguisticSystem)
        self._link(catalog_ref, DCT.license, voc.license_uri(here.license_id), DCT.LicenseDocument)
        g.add((catalog_ref, DCT.publisher, self._municipality(here)))
        g.add((catalog_ref, DCT.spatial, self._place(here)))
        g.add((catalog_ref, DCAT.themeTaxonomy, URIRef(f"{here.base}/id/theme")))
        g.add((catalog_ref, DCAT.themeTaxonomy, URIRef(f"{voc.EU}data-theme")))
        modified = self._last_catalog_modification()
        if modified:
            self._time(catalog_ref, DCT.modified, modified)

    def graph_of_vocabulary(self) -> None:
        """Add the concepts that have addresses of ours: themes, standards, the municipality."""
        here = site()
        self._bind()
        scheme = URIRef(f"{here.base}/id/theme")
        self.g.add((scheme, RDF.type, SKOS.ConceptScheme))
        self._text(scheme, DCT.title, "分野（16分野）", "ja")
        for item in voc.code_items("theme16"):
            self._theme(item, here)
            for target in voc.eu_themes(item["code"]):
                concept = URIRef(here.iri("theme", item["code"]))
                self.g.add((concept, SKOS.relatedMatch, URIRef(target)))
        for item in voc.code_items("standard_datasets"):
            self._standard(item, here)
        self._municipality(here)
        self._place(here)

    # -- a dataset -----------------------------------------------------------------------------------

    def _describe(self, data: dict[str, Any], ref: URIRef) -> None:
        """Titles, descriptions, keywords in their languages; dates."""
        self._text(ref, DCT.title, data.get("title") or data["name"], "ja")
        self._text(ref, DCT.title, data.get("title_en"), "en")
        self._text(ref, DCT.alternative, data.get("title_easy"), EASY)
        self._text(ref, DCT.description, data.get("notes") or data.get("title") or data["name"], "ja")
        self._text(ref, DCT.description, data.get("notes_en"), "en")
        self._text(ref, DCT.description, data.get("notes_easy"), EASY)
        for tag in data.get("tags", []):
            self._text(ref, DCAT.keyword, tag.get("display_name") or tag["name"], "ja")
        released = [r["released_at"] for r in data.get("resources", []) if r.get("released_at")]
        self._time(ref, DCT.issued, min(released, default=None) or data.get("metadata_created"))
        self._time(ref, DCT.modified, data.get("metadata_modified"))

    def _identify(self, data: dict[str, Any], ref: URIRef, here: Site) -> None:
        """The id that never changes, the readable name as a further identifier, the page."""
        self.g.add((ref, DCT.identifier, Literal(data["id"])))
        other = URIRef(f"{ref}#identifier")
        self.g.add((ref, ADMS.identifier, other))
        self.g.add((other, RDF.type, ADMS.Identifier))
        self.g.add((other, SKOS.notation, Literal(data["name"], datatype=XSD.token)))
        self._link(ref, DCAT.landingPage, f"{here.base}/dataset/{data['name']}", FOAF.Document)

    def _classify(self, data: dict[str, Any], ref: URIRef, here: Site) -> None:
        """Theme (ours and the EU's), language, frequency, the standard that the dataset follows."""
        code = str(data.get("theme") or "")
        item = next((item for item in voc.code_items("theme16") if item["code"] == code), None)
        if item:
            self.g.add((ref, DCAT.theme, self._theme(item, here)))
            for target in voc.eu_themes(code):
                self._link(ref, DCAT.theme, target, SKOS.Concept)
        self._link(ref, DCT.language, voc.language(data.get("language") or ""), DCT.LinguisticSystem)
        self._link(
            ref, DCT.accrualPeriodicity, voc.frequency(str(data.get("update_frequency") or "")), DCT.Frequency
        )
        standard = voc.conforming_standard(str(data.get("standard_dataset") or ""))
        if standard:
            self.g.add((ref, DCT.conformsTo, self._standard(standard, here)))

    def _locate(self, data: dict[str, Any], ref: URIRef, here: Site) -> None:
        """Where and when: the municipality, a further area in words, the period."""
        self.g.add((ref, DCT.spatial, self._place(here)))
        area = str(data.get("spatial_coverage") or "").strip()
        if area and area not in (here.publisher, here.code):
            place = URIRef(f"{ref}#spatial")
            self.g.add((ref, DCT.spatial, place))
            self.g.add((place, RDF.type, DCT.Location))
            self._text(place, SKOS.prefLabel, area, "ja")
        ends = [(DCAT.startDate, data.get("temporal_start")), (DCAT.endDate, data.get("temporal_end"))]
        literals = [(predicate, _period(str(value or ""))) for predicate, value in ends]
        if any(literal is not None for _, literal in literals):
            period = URIRef(f"{ref}#temporal")
            self.g.add((ref, DCT.temporal, period))
            self.g.add((period, RDF.type, DCT.PeriodOfTime))
            for predicate, literal in literals:
                if literal is not None:
                    self.g.add((period, predicate, literal))

    def _publisher(self, data: dict[str, Any], ref: URIRef, here: Site) -> None:
        """The department, as a part of the municipality; without one, the municipality itself."""
        city = self._municipality(here)
        organization = data.get("organization")
        if not organization:
            self.g.add((ref, DCT.publisher, city))
            return
        agent = URIRef(publisher_uri_organization_fallback(data))
        self.g.add((ref, DCT.publisher, agent))
        for kind in (FOAF.Agent, FOAF.Organization, ORG.OrganizationalUnit):
            self.g.add((agent, RDF.type, kind))
        self._text(agent, FOAF.name, organization.get("title") or organization.get("name"), "ja")
        self.g.add((agent, ORG.unitOf, city))
        self.g.add((agent, DCT.isPartOf, city))

    def _contact(self, data: dict[str, Any], ref: URIRef) -> None:
        """Who answers questions: the contact fields, else the department's name."""
        organization = data.get("organization") or {}
        name = data.get("contact_name") or organization.get("title")
        if not name:
            return
        card = URIRef(f"{ref}#contact")
        self.g.add((ref, DCAT.contactPoint, card))
        self.g.add((card, RDF.type, VCARD.Kind))
        self.g.add((card, RDF.type, VCARD.Organization))
        self._text(card, VCARD.fn, name, "ja")
        for predicate, uri in (
            (VCARD.hasEmail, mailto(data.get("contact_email") or "")),
            (VCARD.hasTelephone, tel(data.get("contact_phone") or "")),
        ):
            if uri:
                self.g.add((card, predicate, URIRef(uri)))

    def _terms(self, data: dict[str, Any], ref: URIRef) -> None:
        """Licence, access, and where the data come from."""
        self._link(ref, DCT.license, self._license(data), DCT.LicenseDocument)
        self._link(ref, DCT.accessRights, voc.ACCESS_PUBLIC, DCT.RightsStatement)
        if data.get("source_note"):
            origin = URIRef(f"{ref}#provenance")
            self.g.add((ref, DCT.provenance, origin))
            self.g.add((origin, RDF.type, DCT.ProvenanceStatement))
            self._text(origin, RDFS.label, data["source_note"], "ja")

    # -- a distribution ------------------------------------------------------------------------------

    def _distribution(
        self, data: dict[str, Any], dataset_ref: URIRef, resource: dict[str, Any], here: Site
    ) -> None:
        iri = encode_iri(resource_uri({**resource, "package_id": data["id"]}))
        if iri is None:
            return
        ref = URIRef(iri)
        self.g.add((dataset_ref, DCAT.distribution, ref))
        self.g.add((ref, RDF.type, DCAT.Distribution))
        self._text(ref, DCT.title, resource.get("name") or data.get("title") or data["name"], "ja")
        self._text(ref, DCT.description, resource.get("description"), "ja")
        self._link(ref, DCT.language, voc.language(data.get("language") or ""), DCT.LinguisticSystem)
        self._link(ref, DCT.license, self._license(data), DCT.LicenseDocument)
        self._rights(data, resource, ref, here)
        self._time(ref, DCT.issued, resource.get("released_at") or resource.get("created"))
        self._time(ref, DCT.modified, resource.get("last_modified") or resource.get("metadata_modified"))
        self._addresses(resource, ref)
        self._bytes(resource, ref)

    def _rights(self, data: dict[str, Any], resource: dict[str, Any], ref: URIRef, here: Site) -> None:
        """How to name the source (出典), ready to copy, as CC BY and PDL 1.0 ask for it."""
        department = (data.get("organization") or {}).get("title") or ""
        credit = f"出典：「{data.get('title') or data['name']}」（{here.publisher}{department}）"
        statement = URIRef(f"{ref}#rights")
        self.g.add((ref, DCT.rights, statement))
        self.g.add((statement, RDF.type, DCT.RightsStatement))
        self._text(statement, RDFS.label, credit, "ja")

    def _addresses(self, resource: dict[str, Any], ref: URIRef) -> None:
        """The page (accessURL) and the file (downloadURL); a link to elsewhere is its own access address."""
        url = encode_iri(resource.get("url") or "")
        uploaded = resource.get("url_type") == "upload"
        access = ref if uploaded or url is None else URIRef(url)
        self.g.add((ref, DCAT.accessURL, access))
        self.g.add((access, RDF.type, RDFS.Resource))
        known = voc.file_type(resource.get("format") or "")
        if url and (uploaded or (known and not known.endswith("/HTML"))):
            self._link(ref, DCAT.downloadURL, url, RDFS.Resource)

    def _bytes(self, resource: dict[str, Any], ref: URIRef) -> None:
        """Format, media type, size and checksum."""
        format_ = resource.get("format") or ""
        self._link(
            ref, DCT["format"], voc.file_type(format_, resource.get("url") or ""), DCT.MediaTypeOrExtent
        )
        self._link(
            ref, DCAT.mediaType, voc.media_type(resource.get("mimetype") or "", format_), DCT.MediaType
        )
        size = str(resource.get("size") or "")
        if size.isdigit():
            self.g.add((ref, DCAT.byteSize, Literal(int(size), datatype=XSD.nonNegativeInteger)))
        digest = str(resource.get("hash") or "").lower().removeprefix("sha256:")
        if re.fullmatch(r"[0-9a-f]{64}", digest):
            checksum = URIRef(f"{ref}#checksum")
            self.g.add((ref, SPDX.checksum, checksum))
            self.g.add((checksum, RDF.type, SPDX.Checksum))
            self._link(checksum, SPDX.algorithm, voc.SHA256, SPDX.ChecksumAlgorithm)
            self.g.add((checksum, SPDX.checksumValue, Literal(digest, datatype=XSD.hexBinary)))

    # -- shared nodes --------------------------------------------------------------------------------

    def _municipality(self, here: Site) -> URIRef:
        agent = URIRef(here.iri("agent", here.code))
        for kind in (FOAF.Agent, FOAF.Organization, ORG.FormalOrganization):
            self.g.add((agent, RDF.type, kind))
        self._text(agent, FOAF.name, here.publisher, "ja")
        self._text(agent, FOAF.name, here.publisher_en, "en")
        self._text(agent, DCT.identifier, here.code)
        return agent

    def _place(self, here: Site) -> URIRef:
        place = URIRef(here.iri("place", here.code))
        self.g.add((place, RDF.type, DCT.Location))
        self._text(place, SKOS.prefLabel, here.publisher, "ja")
        self._text(place, SKOS.prefLabel, here.publisher_en, "en")
        self._text(place, DCT.identifier, here.code)
        return place

    def _theme(self, item: dict[str, Any], here: Site) -> URIRef:
        concept = URIRef(here.iri("theme", item["code"]))
        self.g.add((concept, RDF.type, SKOS.Concept))
        self.g.add((concept, SKOS.inScheme, URIRef(f"{here.base}/id/theme")))
        self.g.add((concept, SKOS.notation, Literal(item["code"])))
        self._text(concept, SKOS.prefLabel, item["label"], "ja")
        self._text(concept, SKOS.prefLabel, item.get("label_en"), "en")
        return concept

    def _standard(self, item: dict[str, Any], here: Site) -> URIRef:
        standard = URIRef(here.iri("standard", item["code"]))
        self.g.add((standard, RDF.type, DCT.Standard))
        self._text(standard, DCT.title, f"自治体標準オープンデータセット {item['label']}", "ja")
        self._text(standard, DCT.identifier, item["code"])
        return standard

    def _license(self, data: dict[str, Any]) -> str | None:
        return voc.license_uri(data.get("license_id") or "", data.get("license_url") or "")

    # -- triples -------------------------------------------------------------------------------------

    def _bind(self) -> None:
        for prefix, namespace in namespaces.items():
            self.g.bind(prefix, namespace)

    def _text(self, subject: URIRef, predicate: URIRef, value: Any, lang: str | None = None) -> None:
        text = _XML_FORBIDDEN.sub("", str(value)).strip() if value else ""
        if text:
            self.g.add((subject, predicate, Literal(text, lang=lang)))

    def _link(self, subject: URIRef, predicate: URIRef, url: str | None, kind: URIRef) -> None:
        iri = encode_iri(url or "")
        if iri:
            self.g.add((subject, predicate, URIRef(iri)))
            self.g.add((URIRef(iri), RDF.type, kind))

    def _time(self, subject: URIRef, predicate: URIRef, value: str | None) -> None:
        """CKAN's times are UTC without saying so; the RDF says so."""
        if not value:
            return
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        text = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        self.g.add((subject, predicate, Literal(text, datatype=XSD.dateTime)))


# Characters that XML 1.0 cannot carry at all: they would break the RDF/XML of the whole page.
_XML_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _period(text: str) -> Literal | None:
    """Return a date, a month or a year as a typed literal; None for anything else."""
    value = text.strip()[:10]
    for pattern, datatype in _PERIODS:
        if pattern.fullmatch(value):
            literal = Literal(value, datatype=datatype)
            return None if literal.ill_typed else literal
    return None
