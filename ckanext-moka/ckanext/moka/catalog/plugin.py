"""Wire the catalogue into CKAN: form, uploader, file names, keywords, downloads, filters."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk

from ckanext.moka.catalog import codelists, patches, search_fields
from ckanext.moka.catalog.uploader import ContentUploader


@tk.blanket.blueprints
@tk.blanket.config_declarations
@tk.blanket.helpers
@tk.blanket.validators
class MokaCatalogPlugin(p.SingletonPlugin):
    p.implements(p.IConfigurer)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IUploader, inherit=True)

    def update_config(self, config):
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "moka_catalog")
        patches.keep_file_names()
        if not config.get("licenses_group_url"):
            config["licenses_group_url"] = f"file://{codelists.licenses_path()}"

    def get_uploader(self, upload_to, old_filename):
        return None

    def get_resource_uploader(self, resource):
        return ContentUploader(resource)

    def before_dataset_index(self, pkg_dict):
        return search_fields.index_fields(pkg_dict)

    def after_dataset_search(self, search_results, search_params):
        return search_fields.name_items(search_results)

    def dataset_facets(self, facets_dict, package_type):
        return search_fields.facets(facets_dict)

    def organization_facets(self, facets_dict, organization_type, package_type):
        return search_fields.facets(facets_dict)
