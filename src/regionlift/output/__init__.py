"""What leaves the house: the report page, charts, documents and tables."""
