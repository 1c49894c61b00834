from ckanext.moka.migration import environment

environment.run("moka_publication")
