"""Run tiphub as ``python -m tiphub``."""

from tiphub.cli import main

if __name__ == "__main__":
    main()
