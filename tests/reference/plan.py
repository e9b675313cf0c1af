"""A policy as a reader of its file would understand it: which lever is how in which year."""

from copy import deepcopy
from types import SimpleNamespace


class Plan:
    """Settings as written, a value or values by year.

    Parameters
    ----------
    levers : dict
        Settings by group, `{"rotation": {"rate": {2021: 0.1, 2023: 0.2}}}`.
    off : dict
        By group, every setting's value when nothing is said of it.
    """

    def __init__(self, levers, off, first_year, last_year=None, ends=False, spending_never_falls=False):
        self.levers, self.off = deepcopy(levers), off
        self.spending_never_falls = spending_never_falls
        self.first_year, self.last_year, self.ends = first_year, last_year, ends

    def settings(self, group, year):
        """The lever in a year; None where it is absent, not begun, ended, or off in every setting."""
        over = self.last_year is not None and year > self.last_year
        if year < self.first_year or group not in self.levers or (over and self.ends):
            return None
        values = dict(self.off[group])
        for name, stated in self.levers[group].items():
            values[name] = self.value(stated, self.last_year if over else year, values[name])
        return None if values == self.off[group] else SimpleNamespace(**values)

    @staticmethod
    def value(stated, year, off):
        """A value by year holds until the next listed one; before the first it is off."""
        if isinstance(stated, list):
            return tuple(stated)
        if not isinstance(stated, dict) or any(isinstance(key, str) for key in stated):
            return stated
        begun = [since for since in stated if since <= year]
        return stated[max(begun)] if begun else off

    def holds_spending(self, year):
        """Whether public spending on a student may not fall."""
        over = self.ends and year > self.last_year
        return self.spending_never_falls and year >= self.first_year and not over

    def years_running(self, year):
        """Years since the first, which is the first; 0 where no lever acts."""
        acts = any(self.settings(group, year) for group in self.levers)
        return year - self.first_year + 1 if acts else 0
