"""``python -m emscher`` is the command ``emscher``."""

from emscher.cli import main

main()
