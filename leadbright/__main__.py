"""`python -m leadbright`: the same as the `leadbright` command, of the interpreter at hand.

May not know anything else.
"""

from leadbright.cli import main

if __name__ == "__main__":
    main()
