"""The catalogue as linked data: DCAT-AP 3 in Japanese and English, for released datasets only."""
