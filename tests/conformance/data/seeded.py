"""A pytest plugin: CKAN's factories make the same random words in every run.

Some of the suite's tests count the datasets with a word such as "One" while the factories fill the notes with
words by chance, "one" among them; with chance words they fail about once in fifty runs on any search engine.
"""

from faker import Faker

Faker.seed(20260331)
