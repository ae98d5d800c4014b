"""The library's pure core: what a study has, what is missing and what is due, from the values of its roster."""
