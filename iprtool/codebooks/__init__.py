"""The shipped vocabularies as TOML, and their loader."""
