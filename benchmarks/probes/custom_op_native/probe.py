"""The cost as the probe of hand-written gradients judges it, and what the build took."""

from pathlib import Path

from benchmarks.workload import load_module

COST = Path(__file__).parent.parent / "custom_op_cost" / "probe.py"


def judge(config, facts):
    cost = load_module(COST)
    for figure in cost.judge(config, {name: found["cells"] for name, found in facts.items()}):
        yield figure | {"metric": "probe.native_op_cost"}
    for framework, found in facts.items():
        yield {
            "framework": framework,
            "metric": "probe.native_op_build",
            "variant": "",
            "value": found["build_s"],
            "items": ({"compiler": found["compiler"], "library_bytes": found["library_bytes"]},),
        }
