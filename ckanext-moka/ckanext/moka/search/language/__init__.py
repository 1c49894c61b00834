"""The query language of CKAN's clients: parameters, Lucene syntax, functions, boxes, refusals; compiled to SQL."""
