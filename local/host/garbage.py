"""What the garbage collector looks at."""

import gc


def spare_what_stays() -> None:
    """Leave what is there out of later collections, and collect less often; to be called once, when all is loaded.

    The modules of an app are a million objects: to look through them stops all threads for a tenth of a second.
    """
    gc.freeze()
    gc.set_threshold(2_000, 20, 20)
