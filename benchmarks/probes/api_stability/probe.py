"""Breaking changes per 1,000 public objects and year (PROBES §8)."""

from pathlib import Path

from benchmarks.workload import load_module, read_toml

DOCUMENTATION = Path(__file__).parent.parent / "documentation"
NOT_SCORED = ("default changed", "kind of object changed")
DAYS_PER_YEAR = 365.25


def judge(config, facts):
    for framework, packages in facts.items():
        topics = topic_patterns(framework)
        for variant, counted in {
            "": lambda one: one["kind"] not in NOT_SCORED,
            "names_only": lambda one: one["kind"] == "removed",
            "with_defaults": lambda one: True,
            "unannounced": lambda one: one["kind"] not in NOT_SCORED and not one["announced"],
            "matched_topics": lambda one: one["kind"] not in NOT_SCORED and in_topics(one["owner"], topics),
        }.items():
            scope = topics if variant == "matched_topics" else None
            yield {
                "framework": framework,
                "metric": "probe.api_breaks",
                "variant": variant,
                "value": rate(packages, counted, scope),
                "items": items(packages) if variant == "" else (),
            }


def rate(packages, counted, topics):
    """Breaks a year of all packages of a side, over the public objects of all of them."""
    per_year = sum(
        sum(counted(one) for pair in package["pairs"] for one in pair["breaks"])
        / (sum(pair["days"] for pair in package["pairs"]) / DAYS_PER_YEAR)
        for package in packages
    )
    objects = sum(len(package["names"]) if topics is None else named(package, topics) for package in packages)
    return 1000 * per_year / objects


def named(package, topics):
    return sum(in_topics(name, topics) for name in package["names"])


def items(packages):
    """One item per pair of releases with its denominators, then its changes."""
    for package in packages:
        if not all(pair["objects"] for pair in package["pairs"]):
            raise ValueError(f"{package['package']}: a release without public names was not read rightly")
    return tuple(
        item
        for package in packages
        for pair in package["pairs"]
        for item in (
            {key: value for key, value in pair.items() if key != "breaks"} | {"breaks": scored(pair)},
            *({"to": pair["to"], **{k: v for k, v in one.items() if k != "owner"}} for one in pair["breaks"]),
        )
    )


def scored(pair):
    return sum(one["kind"] not in NOT_SCORED for one in pair["breaks"])


def topic_patterns(framework):
    topics = read_toml(DOCUMENTATION / "probe.toml")["topics"]
    return [sides[framework] for sides in topics.values() if framework in sides]


def in_topics(name, topics):
    pick = load_module(DOCUMENTATION / "probe.py").pick
    return any(pick([{"name": name, "kind": "function"}], patterns) for patterns in topics)
