"""``python -m refquant``."""

from refquant.cli.main import main

if __name__ == "__main__":
    main()
