"""Surplus teachers again, one move after the other: who fills a vacancy of which school."""


def even_out(staff, establishment):
    """Move teachers above their school's establishment within each pool; costs by lever go to `staff.costs`."""
    for pool, attribute in (("zone", "zone"), ("district", "level")):
        if pool not in staff.terms.surplus_pools:
            continue
        public = [s for s in staff.schools if not s.private and getattr(s, attribute) >= 0]
        for number in sorted({getattr(s, attribute) for s in public}):
            members = [s for s in public if getattr(s, attribute) == number]
            while fill_one(staff, members, establishment):
                staff.book(staff.terms.surplus_pools[pool], members[0], staff.prices["move"])


def fill_one(staff, schools, establishment):
    """Fill one vacancy of the school that is furthest below its establishment; whether anyone could."""
    missing = {s.row: establishment(s) - len(staff.teachers(s)) for s in schools}
    short = [s for s in schools if missing[s.row] > 0]
    spare = [t for s in schools if missing[s.row] < 0 for t in staff.teachers(s) if t.posting_end == 0 and not t.bought]
    if not short or not spare:
        return False
    there = max(short, key=lambda s: round(missing[s.row] / establishment(s), 9))
    empty = [post for post in staff.posts if post.school < 0 and post.home_school == there.row]
    fitting = [t for t in spare if t.subject in {post.subject for post in empty}]
    one = min(fitting or spare, key=lambda t: (staff.lot("surplus", t), t.id))
    same = [post for post in empty if post.subject == one.subject]
    if same:
        min(same, key=lambda post: post.id).home_school = one.school
    one.school = one.home_school = there.row
    one.years_here, one.moved = 0, True
    return True
