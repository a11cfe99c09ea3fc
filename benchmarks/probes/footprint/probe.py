"""Sum the sizes of the installed distributions that each side needs."""


def judge(config, facts):
    for framework, found in facts.items():
        yield {
            "framework": framework,
            "metric": "probe.installed_bytes",
            "value": float(sum(item["bytes"] for item in found)),
            "items": tuple(found),
        }
