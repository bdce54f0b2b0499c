"""A scanner and a city in two network namespaces of our own: see README.md."""
