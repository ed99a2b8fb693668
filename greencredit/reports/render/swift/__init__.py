"""Accelerations of the pinned WeasyPrint, behind one switch; every page stays what it is without them, to the byte.

A process lays out pages of the same few templates over and over. What WeasyPrint works out anew for each of them is
kept here: how a page is read, the styles that rules give to elements, the used lengths, how a text is broken and drawn,
and what is written of the file. Each of these answers is kept under everything it hangs on; where something else could
matter, WeasyPrint is asked. `GREENCREDIT_PRESS=plain` turns all of it off.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from greencredit.reports.render.swift import flow, reading, styles, text, writing
from greencredit.reports.render.swift.swaps import Swaps

_SWITCH: Final = "GREENCREDIT_PRESS"


@cache
def swaps() -> Swaps:
    """Give what is put in the place of WeasyPrint's own functions."""
    found = Swaps()
    for part in (reading, styles, flow, text, writing):
        part.swap(found)
    return found


def accelerate() -> None:
    """Apply them all, unless the switch says otherwise."""
    if os.environ.get(_SWITCH) != "plain":
        swaps().apply()


@contextmanager
def plain() -> Iterator[None]:
    """Do without while this lasts: for whoever wants to compare."""
    was_applied = swaps().applied
    swaps().withdraw()
    try:
        yield
    finally:
        if was_applied:
            swaps().apply()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off the search for garbage while a page is laid out: it would go through all of its boxes, over and over."""
    before = gc.isenabled() and swaps().applied
    if before:
        gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
