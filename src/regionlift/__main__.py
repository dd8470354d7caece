"""``python -m regionlift`` is the command line."""

from regionlift.cli import main

if __name__ == "__main__":
    main()
