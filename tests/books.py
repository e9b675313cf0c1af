"""Books on one model: at every step students, teachers and yuan are where they must be, and none is lost or made."""

from dataclasses import replace

import numpy as np

from sim.model import CALENDAR, ZoneReform


class Books:
    """Follows one model step by step."""

    def __init__(self, model: ZoneReform) -> None:
        self.model = model
        self.subjects: np.ndarray | None = None
        self.open_the_year()

    def open_the_year(self) -> None:
        """What the year's flows are counted from."""
        schools = self.model.schools
        self.students_before = set(self.model.students.id.tolist())
        self.ledger, self.account = replace(self.model.ledger), schools.account.copy()
        self.equipment, self.rooms = schools.equipment.copy(), schools.multimedia_rooms.copy()

    def check(self, step: str) -> None:
        model = self.model
        students, teachers, classes, schools = model.students, model.teachers, model.classes, model.schools
        assert len(np.unique(students.id)) == len(students)
        assert len(np.unique(teachers.id)) == len(teachers)
        if step == "demography":
            flows = model.flows
            now = set(students.id.tolist())
            entered = flows["entered"] + flows["replaced"]
            assert len(now - self.students_before) == entered
            assert len(self.students_before - now) == flows["left"] + flows["replaced"]
            return
        assert (students.school >= 0).all()
        assert (classes.school[students.classroom] == students.school).all()
        assert (classes.grade[students.classroom] == students.grade).all()
        assert (classes.size == np.bincount(students.classroom, minlength=len(classes))).all()
        assert (schools.level[students.school] == (students.grade >= 7)).all()
        entered = students.school[np.isin(students.grade, (1, 7))]
        assert (np.bincount(entered, minlength=len(schools)) <= schools.seats)[schools.private].all()
        subject = np.bincount(
            teachers.school[teachers.employed].astype(np.int64) * 5 + teachers.subject[teachers.employed],
            minlength=5 * len(schools),
        )
        if step == "rotation":
            assert self.subjects is not None
            assert (subject == self.subjects).all()
        self.subjects = subject
        if step == "class_assignment":
            self.check_teams()
        self.check_money()
        if step == "funding":
            self.check_fund()

    def check_money(self) -> None:
        """Every yuan that was ever budgeted is spent or held; a level costs what was booked with it."""
        model, ledger = self.model, self.model.ledger
        held = int(model.zones.account.sum() + model.schools.account.sum())
        assert ledger.budgeted == ledger.spent_by_zones + ledger.spent_by_schools + held
        assert (model.schools.account >= 0).all() and (model.zones.account >= 0).all()
        assert model.level_costs.sum() == sum(sum(yuan) for yuan in model.terms.costs.values())

    def check_fund(self) -> None:
        """This year's fund is its cost, reaches schools but for what zones keep, and buys what it pays."""
        model, schools = self.model, self.model.schools
        budgeted = model.ledger.budgeted - self.ledger.budgeted
        kept = model.ledger.spent_by_zones - self.ledger.spent_by_zones
        received, booked = int(schools.received.sum()), {group: sum(yuan) for group, yuan in model.terms.costs.items()}
        assert budgeted == booked.get("funding", 0) == kept + received
        spent = model.ledger.spent_by_schools - self.ledger.spent_by_schools
        assert spent == int((self.account + schools.received - schools.account).sum())
        lever = model.policy.lever("funding", model.year)
        shares = lever.spending if lever else {}
        lessons = sum(int(np.floor(shares.get(name, 0) * schools.received).sum()) for name in ("training", "research"))
        posts = int(schools.bought_posts.sum()) * round(model.prices["new_teacher_pay"])
        rooms = round(float((schools.multimedia_rooms - self.rooms).sum())) * round(model.prices["multimedia_room"])
        shown = booked.get("showcase", 0) - rooms
        equipment = round(float((schools.equipment - self.equipment).sum())) - shown
        assert spent == lessons + posts + equipment

    def check_teams(self) -> None:
        model = self.model
        for one in model.classes:
            team = [int(row) for row in one.team if row >= 0]
            places = [(model.teachers.school[row], model.teachers.second_school[row]) for row in team]
            assert all(one.school in at for at in places)
            whole = model.district.by_level("core_teachers")[model.schools.level[one.school]]
            assert len(team) == whole or not one.covered


def watched(books: list[Books]) -> tuple:
    """The calendar with the books checked after every step."""

    def with_check(name, rule):
        def wrapped(model: ZoneReform) -> None:
            rule(model)
            if books and books[0].model is model:
                books[0].check(name)

        return name, wrapped

    return tuple(with_check(name, rule) for name, rule in CALENDAR)
