"""``python -m refquant.cli``."""

from refquant.cli.main import main

main()
