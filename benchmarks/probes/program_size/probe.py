"""Count tokens and names of the cells that every side offers and whose outputs agree (PROBES §4)."""

import math
from pathlib import Path

from benchmarks import programs

HERE = Path(__file__).parent / "programs"


def judge(config, facts):
    sizes = {name: programs.sizes(HERE, name) for name in facts}
    refused = programs.disagreements(config["programs"], facts)
    cells = [cell for cell in programs.common(sizes) if cell not in refused]
    for framework, found in sizes.items():
        items = tuple(item(framework, cell, found[cell], cells, refused, facts) for cell in sorted(found))
        for metric, key, chosen in (
            ("probe.program_tokens", "tokens", cells),
            ("probe.program_vocabulary", "names", cells),
            ("probe.custom_code_tokens", "tokens", custom(config, cells)),
        ):
            for variant, selection in variants(chosen).items():
                value = mean(found[cell][key] for cell in selection)
                listed = items if variant == "" else ()
                yield {
                    "framework": framework,
                    "metric": metric,
                    "variant": variant,
                    "value": value,
                    "items": listed,
                }
        for metric, only in (("probe.program_tokens", False), ("probe.custom_code_tokens", True)):
            yield shortest(
                framework,
                metric,
                found,
                refused,
                [c for c in cells if not only or c in custom(config, cells)],
            )


def item(framework, cell, size, cells, refused, facts):
    program, level = cell
    state = "counted" if cell in cells else refused.get(cell, "offered by one side only")
    error = facts[framework].get(f"{program}/{level}", {}).get("error", "")
    return {"program": program, "level": level, **size, "state": error or state}


def custom(config, cells):
    return [cell for cell in cells if config["programs"][cell[0]].get("custom", False)]


def variants(cells):
    """The declared cells, and by level where a level has several programs: the idiom moves the ratio most."""
    by_level = {
        level: [cell for cell in cells if cell[1] == level] for level in sorted({cell[1] for cell in cells})
    }
    return {"": cells} | {level: found for level, found in by_level.items() if len(found) > 1}


def shortest(framework, metric, found, refused, cells):
    """Each side's shortest official idiom per program, whatever its level."""
    wanted = sorted({program for program, _ in cells})
    best = [
        min(
            size["tokens"]
            for (name, level), size in found.items()
            if name == program and (name, level) not in refused
        )
        for program in wanted
    ]
    return {"framework": framework, "metric": metric, "variant": "shortest", "value": mean(best)}


def mean(values):
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))
