"""`python -m iprtool`: the command line."""

from iprtool.cli import main

main()
