"""The three paths as data: links and conditions, evaluated; the first broken link; the order."""
