"""Tables, Parquet, dictionary and manifest: what leaves."""
