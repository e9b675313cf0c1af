"""A table of a page, as a reader of English sees it."""

from html.parser import HTMLParser


class Table(HTMLParser):
    """Cells of one table of the page: the texts a reader of English sees, by row."""

    def __init__(self, html, table):
        super().__init__()
        self.wanted, self.inside, self.chinese, self.rows = table, False, 0, []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "table" and given.get("id") == self.wanted:
            self.inside = True
        elif self.inside and tag == "tr":
            self.rows.append((given, []))
        elif self.inside and tag in ("td", "th") and self.rows:
            self.rows[-1][1].append("")
        elif tag == "span" and given.get("lang") == "zh":
            self.chinese += 1

    def handle_endtag(self, tag):
        if tag == "table":
            self.inside = False
        elif tag == "span" and self.chinese:
            self.chinese -= 1

    def handle_data(self, data):
        if self.inside and self.rows and self.rows[-1][1] and not self.chinese:
            self.rows[-1][1][-1] += data

    @property
    def cells(self):
        return [(given, [" ".join(cell.split()) for cell in cells]) for given, cells in self.rows]
