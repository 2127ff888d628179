"""wscope-recipes(7) as the tests need it: title → the commands below it, as a reader copies them."""

import re

from support.program import TOP

PAGE = TOP / "man/wscope-recipes.7"
ESCAPES = {"\\(aq": "'", "\\e": "\\"}


def _typed(text):
    """The text of a literal block as it is rendered; what we do not know is an error."""
    for line in text.splitlines():
        if line.startswith((".", "'")):
            raise AssertionError(f"{PAGE}: a request within a literal block: {line}")

    def replace(found):
        if found[0] not in ESCAPES:
            raise AssertionError(f"{PAGE}: unknown escape {found[0]}")
        return ESCAPES[found[0]]

    return re.sub(r"\\(\(..|.)", replace, text)


def recipes():
    """Title → list of commands, in the order of the page."""
    found = {}
    for section in re.split(r"^\.Ss ", PAGE.read_text(), flags=re.M)[1:]:
        title, _, body = section.partition("\n")
        blocks = re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", body, re.M)
        assert blocks, f"{PAGE}: no command below {title!r}"
        found[title] = [_typed(block) for block in blocks]
    return found
