"""Geometric mean of the ratios of the operations that agree with the built-in ones on every side.

A ratio below one counts as one: that a built-in operation is slow is no merit of the hand-written one.
"""

import math
from statistics import median

CLOSE = 1e-4
DISTURBED = 0.5
"""Spread of the ratios of a cell beyond which a median of 21 is no better than a tenth."""


def judge(config, facts):
    wrong = {one["op"] for found in facts.values() for one in found if not agrees(one)}
    for framework, found in facts.items():
        for variant, chosen in scopes(config["ops"], found).items():
            lowest = 0.0 if variant == "without_floor" else 1.0
            ratios = [max(lowest, one["ratio"]) for one in chosen if one["op"] not in wrong]
            yield {
                "framework": framework,
                "metric": "probe.custom_op_cost",
                "variant": variant,
                "value": math.exp(sum(map(math.log, ratios)) / len(ratios)),
                "quality": "noisy" if median(one["spread"] for one in chosen) > DISTURBED else "ok",
                "items": tuple(item(config, one, wrong) for one in found) if variant == "" else (),
            }


def agrees(one):
    return one["error"] is not None and one["error"] <= CLOSE


def scopes(ops, found):
    """The headline mode; both sides eager (the mode of that name, or the headline where that is eager)."""
    headline = [one for one in found if one["mode"] == ""]
    eager = [one for one in found if one["mode"] == "eager"] or headline
    chosen = {"": headline, "without_floor": headline, "eager": eager}
    for size in ("small", "large"):
        chosen[size] = [one for one in headline if one["size"] == size]
    for side in sorted({op["side"] for op in ops.values()}):
        chosen[f"{side}_sourced"] = [one for one in headline if ops[one["op"]]["side"] == side]
    return chosen


def item(config, one, wrong):
    state = "differs from the built-in one" if one["op"] in wrong else "counted"
    return {
        "op": one["op"],
        "side": config["ops"][one["op"]]["side"],
        "size": one["size"],
        "mode": one["mode"],
        "ratio": round(one["ratio"], 3),
        "custom_s": one["first_s"],
        "built_in_s": one["second_s"],
        "error": one["error"],
        "spread": round(one["spread"], 2),
        "state": state,
    }
