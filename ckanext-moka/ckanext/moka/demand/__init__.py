"""Demand: residents ask for data, others agree, and the list is ranked and explained."""
