"""The scoreboard again, one replicate and one number at a time."""

import math
import statistics


def quantile(values, share):
    """Linear between order statistics."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def wilson_bounds(successes, n, z=1.959963984540054):
    """Both roots p of |successes / n - p| = z sqrt(p (1 - p) / n)."""
    share = successes / n
    a, b, c = 1 + z * z / n, -(2 * share + z * z / n), share * share
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def level_of(target, rows, scenario, replicate, year):
    """Values of the target's measure by unit, in its unit: one for the district, or one a school."""
    of_schools = target.each or target.per_school
    scope = "school" if of_schools else "district"
    sums, weights = {}, {}
    for row in rows:
        same = (row["scenario"], row["replicate"], row["year"], row["scope"]) == (
            scenario,
            replicate,
            year,
            scope,
        )
        if not same or target.level not in ("both", row["level"]) or math.isnan(row[target.indicator]):
            continue
        unit = (row["level"], row["unit"]) if target.each else ""
        weight = row[target.weight] if target.weight and not of_schools else 1
        sums[unit] = sums.get(unit, 0) + row[target.indicator] * weight
        weights[unit] = weights.get(unit, 0) + weight if target.weight or of_schools else 1
    return {unit: target.factor * sums[unit] / weights[unit] for unit in sums if weights[unit] > 0}


def measured(target, rows, scenario, replicate, year):
    """What is compared with the goal, by unit."""
    now = level_of(target, rows, scenario, replicate, year)
    if target.step == "target":
        return now
    first = min(row["year"] for row in rows)
    before = level_of(target, rows, scenario, replicate, first if target.step == "since_baseline" else year - 1)
    both = [unit for unit in now if unit in before]
    if target.step in ("change", "since_baseline"):
        return {unit: now[unit] - before[unit] for unit in both}
    return {unit: 100 * (now[unit] - before[unit]) / before[unit] for unit in both if before[unit] > 0}


def kept(target, goal, value):
    if target.comparator == "<=":
        return value <= goal + 1e-9
    if target.comparator == "<":
        return value < goal - 1e-9
    if target.comparator == "=" and not (target.unit == "%" and goal == 100):
        return abs(value - goal) <= 1e-9
    return value >= goal - 1e-9


def judged(target, goal, table, year):
    """The figures of one row of the scoreboard."""
    farthest = max if target.comparator[0] == "<" else min
    rows = table.to_dict("records")
    worst = {"policy": {}, "counterfactual": {}}
    schools = []
    for scenario, values in worst.items():
        for replicate in sorted(set(table["replicate"])):
            units = measured(target, rows, scenario, replicate, year)
            if units:
                values[replicate] = farthest(units.values())
            if scenario == "policy":
                schools.append(sum(kept(target, goal, value) for value in units.values()))
    policy, without = worst["policy"], worst["counterfactual"]
    successes = sum(kept(target, goal, value) for value in policy.values())
    by_luck = sum(kept(target, goal, value) for value in without.values()) / len(without)
    low, high = wilson_bounds(successes, len(policy))
    probability = successes / len(policy)
    effect = statistics.fmean(policy[r] - without[r] for r in policy if r in without)
    noise = statistics.stdev(without.values())
    return {
        "mean": statistics.fmean(policy.values()),
        "p05": quantile(policy.values(), 0.05),
        "p95": quantile(policy.values(), 0.95),
        "mean_counterfactual": statistics.fmean(without.values()),
        "probability": probability,
        "probability_counterfactual": by_luck,
        "luck_share": min(1, by_luck / probability) if probability else None,
        "noise_sd": noise,
        "informative": abs(effect) > noise + 1e-9,
        "expected_schools": statistics.fmean(schools) if target.each else None,
        "gap": statistics.fmean(policy.values()) - goal,
        "status": "met" if low >= 0.8 else "missed" if high <= 0.2 else "uncertain",
    }
