"""The process that serves one person: `python -m iprtool.serve --grant-fd N`.

It reads a grant from an inherited pipe; what that holds is all that it opens.
"""

import gc
import sys

import msgspec

from iprtool.launch import go_back, receive_grant
from iprtool.model.errors import IprtoolError
from iprtool.model.grant import Grant
from iprtool.opened import reading


def main() -> None:
    """Read the grant that was handed over, and serve."""
    if len(sys.argv) != 3 or sys.argv[1] != "--grant-fd":
        raise SystemExit("This is started by iprtool itself; say: iprtool recall, or iprtool review.")
    # What is made on the way to the first paint lives as long as the process: collecting finds nothing.
    gc.disable()
    grant: Grant = msgspec.msgpack.decode(receive_grant(int(sys.argv[2])), type=Grant)
    opened = reading(grant)
    # Imported only now: Textual takes longer to import than a large layer to read.
    from iprtool.app import serve

    try:
        serve(grant, opened)
    except IprtoolError as error:
        sys.stderr.write(f"iprtool: {error}\n")
        raise SystemExit(1) from None
    if grant.back:
        go_back(grant.back)


if __name__ == "__main__":
    main()
