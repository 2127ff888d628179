"""Screen: what a terminal would show after some bytes: enough of a VT for readline and colours.

Cells, cursor, automatic wrap as xterm does it, wide and combining characters, scrolling with the
lines that left at the top kept. Sequences that only colour or switch modes are passed over; the
last window title and whether bracketed paste is on are kept. An unknown sequence is an error: a
test should not pass because something was overlooked.
"""

import codecs
import re
import unicodedata

_CSI = re.compile(r"\x1b\[([?>!]?)([0-9;:]*)([ -/]*)([@-~])")
_OSC = re.compile(r"\x1b\](.*?)(?:\x07|\x1b\\)", re.S)


def width(char):
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Screen:
    def __init__(self, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.left = []  # lines that scrolled off the top
        self.cells = [self._blank() for _ in range(rows)]
        self.row = self.column = 0
        self.title = None
        self.bracketed_paste = False
        self.bells = 0
        self._wrap_next = False
        self._saved = (0, 0)
        self._pending = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def _blank(self):
        return [" "] * self.columns

    # --- what is seen ----------------------------------------------------------------------------
    def lines(self):
        """The rows on the screen, without the blanks at their ends."""
        return ["".join(row).rstrip() for row in self.cells]

    def text(self):
        """All that was shown, what scrolled away included, without empty rows at the end."""
        return "\n".join([*self.left, *self.lines()]).rstrip("\n")

    def current_line(self):
        return self.lines()[self.row]

    def resize(self, rows, columns):
        """As xterm does it: no reflow; rows are cut or filled, the cursor's row is kept."""
        while self.row >= rows:
            self.left.append("".join(self.cells.pop(0)).rstrip())
            self.row -= 1
        self.rows, self.columns = rows, columns
        del self.cells[rows:]
        self.cells = [(row + [" "] * columns)[:columns] for row in self.cells]
        while len(self.cells) < rows:
            self.cells.append(self._blank())
        self.column = min(self.column, columns - 1)
        self._wrap_next = False

    # --- what is written -------------------------------------------------------------------------
    def feed(self, data: bytes):
        text = self._pending + self._decoder.decode(data)
        self._pending = ""
        at = 0
        while at < len(text):
            char = text[at]
            if char != "\x1b":
                self._char(char)
                at += 1
                continue
            rest = text[at:]
            if found := _CSI.match(rest):
                self._csi(*found.groups())
            elif found := _OSC.match(rest):
                if found[1][:2] in ("0;", "2;"):
                    self.title = found[1][2:]
            elif len(rest) >= 2 and rest[1] in "=>78MDE":
                found = re.match(r"..", rest, re.S)
                self._escape(rest[1])
            elif len(rest) >= 3 and rest[1] in "()":
                found = re.match(r"...", rest, re.S)
            elif len(rest) < 64:
                self._pending = rest  # not whole yet
                return
            else:
                raise AssertionError(f"unknown escape sequence {rest[:20]!r}")
            at += found.end()

    def _char(self, char):
        if char == "\r":
            self.column, self._wrap_next = 0, False
        elif char in "\n\v\f":
            self._line_feed()
        elif char == "\b":
            self.column, self._wrap_next = max(0, self.column - 1), False
        elif char == "\t":
            self.column = min((self.column // 8 + 1) * 8, self.columns - 1)
        elif char == "\a":
            self.bells += 1
        elif char < " " or char == "\x7f":
            pass
        else:
            self._put(char)

    def _put(self, char):
        wide = width(char)
        if wide == 0:
            before = self.column if self._wrap_next else max(0, self.column - 1)
            self.cells[self.row][before] += char
            return
        if self._wrap_next or self.column + wide > self.columns:
            self.column, self._wrap_next = 0, False
            self._line_feed()
        self.cells[self.row][self.column] = char
        if wide == 2:
            self.cells[self.row][self.column + 1] = ""
        self.column += wide
        if self.column >= self.columns:
            self.column, self._wrap_next = self.columns - 1, True

    def _line_feed(self):
        self._wrap_next = False
        if self.row + 1 < self.rows:
            self.row += 1
            return
        self.left.append("".join(self.cells.pop(0)).rstrip())
        self.cells.append(self._blank())

    def _escape(self, which):
        if which == "7":
            self._saved = (self.row, self.column)
        elif which == "8":
            self.row, self.column = self._saved
        elif which == "M":
            if self.row == 0:
                self.cells.insert(0, self._blank())
                self.cells.pop()
            else:
                self.row -= 1
        elif which == "D":
            self._line_feed()
        elif which == "E":
            self.column = 0
            self._line_feed()

    def _csi(self, private, numbers, between, final):
        values = [int(part) if part.isdigit() else 0 for part in re.split("[;:]", numbers)]
        count = max(values[0], 1)
        if private or between:
            if private == "?" and final in "hl" and 2004 in values:
                self.bracketed_paste = final == "h"
            return
        if final in "mhlnctqr" or final == "u":
            return
        self._wrap_next = False
        line = self.cells[self.row]
        if final == "A":
            self.row = max(0, self.row - count)
        elif final == "B":
            self.row = min(self.rows - 1, self.row + count)
        elif final == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif final == "D":
            self.column = max(0, self.column - count)
        elif final == "G":
            self.column = min(self.columns, count) - 1
        elif final == "d":
            self.row = min(self.rows, count) - 1
        elif final in "Hf":
            self.row = min(self.rows, count) - 1
            self.column = min(self.columns, max(values[1], 1) if len(values) > 1 else 1) - 1
        elif final == "K":
            begin = 0 if values[0] in (1, 2) else self.column
            end = self.column + 1 if values[0] == 1 else self.columns
            line[begin:end] = [" "] * (end - begin)
        elif final == "J":
            self._erase_display(values[0])
        elif final == "P":
            del line[self.column : self.column + count]
            line.extend([" "] * (self.columns - len(line)))
        elif final == "@":
            line[self.column : self.column] = [" "] * count
            del line[self.columns :]
        elif final == "X":
            end = min(self.columns, self.column + count)
            line[self.column : end] = [" "] * (end - self.column)
        elif final in "LM":
            for _ in range(count):
                self.cells.pop(self.row if final == "M" else self.rows - 1)
                self.cells.insert(self.rows - 1 if final == "M" else self.row, self._blank())
        else:
            raise AssertionError(f"unknown control sequence CSI {numbers} {final}")

    def _erase_display(self, how):
        if how in (2, 3):
            self.cells = [self._blank() for _ in range(self.rows)]
            return
        line = self.cells[self.row]
        if how == 0:
            line[self.column :] = [" "] * (self.columns - self.column)
            rest = range(self.row + 1, self.rows)
        else:
            line[: self.column + 1] = [" "] * (self.column + 1)
            rest = range(self.row)
        for row in rest:
            self.cells[row] = self._blank()
