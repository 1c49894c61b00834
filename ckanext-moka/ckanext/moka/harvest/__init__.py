"""Harvesting: sources are compared with the portal; what is new or changed enters as drafts."""
