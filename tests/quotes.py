"""Quotes in the sources of a configuration, as they can be looked up in a text."""

import re


def quotes(text):
    """What stands in the outermost “...” of a source, cut where the quote leaves something out."""
    depth, quoted, found = 0, "", []
    for sign in text:
        depth -= sign == "”"
        if sign == "”" and depth == 0:
            found += quoted.split("……")
            quoted = ""
        quoted += sign if depth else ""
        depth += sign == "“"
    assert depth == 0, f"a quote is not closed: {text}"
    return found


def plain(text):
    """Without spaces, and with the narrow punctuation of the original."""
    return re.sub(r"\s", "", text).translate(str.maketrans("，（）：；", ",():;"))
