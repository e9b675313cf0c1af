"""Building, showcases and trusteeship again, project by project and school by school, from the settings as typed."""

import math
from collections import defaultdict
from fractions import Fraction

from reference.funding import share_out

YEARS = (6, 3)
SQUARE_METRES = (4.5, 5.8)  # teaching area a student of the official standard


class Works:
    """Schools as plain objects, and what projects did to them and cost so far."""

    def __init__(self, schools, zones, prices, fidelity=None, b_trust=0.0):
        self.schools, self.zones, self.prices = schools, zones, prices
        self.fidelity, self.b_trust = fidelity, b_trust
        self.paid = defaultdict(int)
        self.costs = defaultdict(lambda: [0, 0])  # yuan, primary and junior

    def concerned(self, project):
        if project.get("school") is not None:
            return [s for s in self.schools if s.name == project["school"]]
        return [s for s in self.schools if s.zone >= 0 and self.zones[s.zone].name == project["zone"]]

    def shares(self, project, total):
        own = self.concerned(project)
        return list(zip(own, share_out(total, [s.residents * YEARS[s.level] for s in own]), strict=True))

    def instalment(self, key, schools, yuan, years_at_work, years):
        part = min(Fraction(years_at_work, max(1, years)), 1)
        due = round(yuan * part)
        if due > self.paid[key]:
            self.book(key[0], schools, due - self.paid[key])
            self.paid[key] = due

    def book(self, lever, schools, yuan):
        """Schools share what it costs by the children of their catchments."""
        for school, own in zip(schools, share_out(yuan, [s.residents * YEARS[s.level] for s in schools]), strict=True):
            self.costs[lever][school.level] += own

    def build(self, projects, lag, year):
        for k, project in enumerate(projects):
            age = year - project["start_year"]
            if age < 0:
                continue
            money = project.get("money")
            yuan = self.prices["seat"] * project["seats"] if money is None else money
            self.instalment(("building", k), self.concerned(project), Fraction(yuan), age + 1, lag)
            if age >= lag and not project.get("opened"):
                project["opened"] = True
                shares = self.shares(project, project["seats"])
                for level, years in enumerate(YEARS):
                    own = [(school, seats) for school, seats in shares if school.level == level]
                    entry = share_out(round(Fraction(sum(seats for _, seats in own), years)), [n for _, n in own])
                    for (school, seats), more in zip(own, entry, strict=True):
                        school.seats += more
                        school.teaching_area += seats * SQUARE_METRES[level]

    def show(self, projects, year):
        for k, project in enumerate(projects):
            if year < project["start_year"] or project.get("opened"):
                continue
            project["opened"] = True
            money = project.get("money")
            yuan = round(self.prices["showcase"] if money is None else money)
            self.instalment(("showcase", k), self.concerned(project), Fraction(yuan), 1, 1)
            for school, own in self.shares(project, yuan):
                room = self.prices["multimedia_room"]
                rooms = math.floor(own * project.get("rooms_share", 0.5) / room)
                school.multimedia_rooms += rooms
                school.equipment += own - rooms * room

    def entrust(self, contracts, year):
        for school in self.schools:
            school.lent = 0.0
        for contract in contracts:
            years = contract.get("years") or math.inf
            if not contract["start_year"] <= year < contract["start_year"] + years:
                continue
            money = contract.get("money")
            run = self.concerned(contract)
            self.book("trusteeship", run, round(self.prices["trusteeship"] if money is None else money))
            for school in run:
                gap = self.trustee(contract, school).principal - school.principal
                school.lent = self.b_trust * self.fidelity[school.zone] * gap

    def trustee(self, contract, school):
        """Its part of the same level, if the trustee has one."""
        if contract.get("trustee") is None:
            return self.schools[self.zones[school.zone].lead]
        parts = [s for s in self.schools if s.name == contract["trustee"]]
        return min(parts, key=lambda s: s.level != school.level)
