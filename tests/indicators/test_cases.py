"""Rows in, value out: a case for every indicator, on a real database. All figures are made up."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from invented_world import MOMENT, World, catalog_folder

from evidence import catalog as catalogs
from evidence.types import Catalog
from flows import definitions

Case = tuple[Callable[[World], object], dict[str, float]]


def counters(metric: str) -> Case:
    """alpha grows by 10 a week, beta by 4."""

    def fill(world: World) -> None:
        world.counter(metric, "alpha", 50_000, 10).counter(metric, "beta", 20_000, 4)

    return fill, {"alpha": 520, "beta": 208}


def levels(metric: str) -> Case:
    """A level seen every week; beta's last year began with half of its level."""

    def fill(world: World) -> None:
        world.counter(metric, "alpha", 1000, 0).counter(metric, "beta", 500, 0)

    return fill, {"alpha": 1000, "beta": 500}


def single(metric: str) -> Case:
    def fill(world: World) -> None:
        world.stock(metric, "alpha", 30).stock(metric, "beta", 12)

    return fill, {"alpha": 30, "beta": 12}


def shares(part: str, whole: str) -> Case:
    def fill(world: World) -> None:
        for framework, value in (("alpha", 9), ("beta", 6)):
            world.stock(part, framework, value).stock(whole, framework, 12)

    return fill, {"alpha": 0.75, "beta": 0.5}


def probes(metric: str, subject: str, *, share: bool = False) -> Case:
    def fill(world: World) -> None:
        for framework, value in (("alpha", 60), ("beta", 45)):
            if share:
                world.probe(metric, framework, value / 100, subject=subject, successes=value, trials=100)
            else:
                world.probe(metric, framework, value, subject=subject)
            world.probe(metric, framework, 1, subject=subject, variant="another protocol")

    return fill, {"alpha": 0.6, "beta": 0.45} if share else {"alpha": 60, "beta": 45}


def rounds(metric: str, subject: str, phase: str = "") -> Case:
    """The newest run counts, by the median of its rounds; the older one has other values."""

    def fill(world: World) -> None:
        for framework, value in (("alpha", 2.0), ("beta", 3.0)):
            world.measure(metric, framework, [value, value + 0.1, value + 9], subject=subject, phase=phase)
            world.measure(
                metric, framework, [99.0], subject=subject, run="older", phase=phase,
                started_at=datetime(2025, 1, 1),  # noqa: DTZ001 - as the database holds it
            )  # fmt: skip

    return fill, {"alpha": 2.1, "beta": 3.1}


def efficiencies(metric: str, subject: str, phase: str) -> Case:
    """An efficiency above one (a cache that grows with the processes) counts as one."""

    def fill(world: World) -> None:
        world.measure(metric, "alpha", [0.7, 0.71, 0.9], subject=subject, phase=phase)
        world.measure(metric, "beta", [1.1, 1.2, 1.3], subject=subject, phase=phase)

    return fill, {"alpha": 0.71, "beta": 1.0}


def records(part: str, whole: str) -> Case:
    """Five rounds; the oldest falls out of the last four."""

    def fill(world: World) -> None:
        for round_, (alpha, beta) in enumerate([(90, 0), (10, 5), (20, 5), (20, 5), (30, 5)]):
            at = datetime(2024 + round_ // 2, 1 + 5 * (round_ % 2), 1, tzinfo=UTC)
            world.stock(part, "alpha", alpha, at).stock(part, "beta", beta, at)
            for framework in ("alpha", "beta"):
                world.stock(whole, framework, 100, at, name="*")

    return fill, {"alpha": 80 / 400, "beta": 20 / 400}


def papers(conference: str) -> Case:
    def fill(world: World) -> None:
        for year, (alpha, beta) in ((2024, (1, 99)), (2025, (30, 10))):
            at = datetime(year, 6, 1, tzinfo=UTC)
            for framework, value in (("alpha", alpha), ("beta", beta)):
                world.stock("published.conference_papers_mentioning", framework, value, at, name=conference)
                world.stock("published.conference_papers", framework, 200, at, name=conference)

    return fill, {"alpha": 0.15, "beta": 0.05}


def python_lag(world: World) -> None:
    """Of five lags of alpha the oldest falls out; beta keeps one more Python waiting for 200 days."""
    world.stock("pypi.python_waiting_days", "alpha", 0).stock("pypi.python_waiting_days", "beta", 200)
    for framework, lags in (("alpha", [500, 0.2, 4, 10, 30]), ("beta", [1, 40, 60])):
        for minor, lag in enumerate(lags):
            at = datetime(2021 + minor, 11, 1, tzinfo=UTC)
            world.stock("pypi.python_lag_days", framework, lag, at)


def organisations(world: World) -> None:
    """The newest window in which both are listed is the older one."""
    old = (datetime(2024, 7, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))
    new = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    world.flow("published.cncf_authors", "alpha", 900, *old).flow("published.cncf_authors", "beta", 300, *old)
    world.flow("published.cncf_authors", "alpha", 9000, *new)


def backlog(world: World) -> None:
    """alpha closes 520 a year and has 1,040 open; beta 208 and 52."""
    world.counter("bestof.github_issues_closed", "alpha", 50_000, 10)
    world.counter("bestof.github_issues_closed", "beta", 20_000, 4)
    for framework, value in (("alpha", 1040), ("beta", 52)):
        world.stock("bestof.github_issues_open", framework, value)


def vision(world: World) -> None:
    for framework, now in (("alpha", 40), ("beta", 10)):
        world.stock(
            "published.transformers_architectures_vision", framework, 1, datetime(2024, 1, 1, tzinfo=UTC)
        )
        world.stock("published.transformers_architectures_vision", framework, now)


def text(world: World) -> None:
    for framework, everything, images in (("alpha", 240, 40), ("beta", 60, 10)):
        world.stock("published.transformers_architectures", framework, everything)
        world.stock("published.transformers_architectures_vision", framework, images)


def jobs(world: World) -> None:
    for month in range(1, 14):
        start = datetime(2024 + month // 12, 1 + month % 12, 1, tzinfo=UTC)
        end = datetime(2024 + (month + 1) // 12, 1 + (month + 1) % 12, 1, tzinfo=UTC)
        for framework, named in (("alpha", 6), ("beta", 3)):
            first = 99 if month == 1 else named
            world.flow("published.hn_hiring_mentions", framework, first, start, end)
            world.flow("published.hn_hiring_posts", framework, 300, start, end, name="*")


def flows_by_year(metric: str) -> Case:
    """beta lacks the newest finished year; the one that is going on does not count."""

    def fill(world: World) -> None:
        for year, alpha, beta in ((2023, 10, 20), (2024, 30, 15), (2025, 99, None)):
            span = (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
            world.flow(metric, "alpha", alpha, *span)
            if beta is not None:
                world.flow(metric, "beta", beta, *span)
        for framework in ("alpha", "beta"):
            world.flow(
                metric, framework, 1, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
            )

    return fill, {"alpha": 30, "beta": 15}


def rates(metric: str, weeks: int = 60) -> Case:
    """A flow seen week by week."""

    def fill(world: World) -> None:
        for week in range(weeks):
            end = MOMENT - timedelta(weeks=week)
            for framework, value in (("alpha", 70), ("beta", 28)):
                world.flow(metric, framework, value, end - timedelta(weeks=1), end)

    return fill, {"alpha": 70, "beta": 28}


def yearly(metric: str) -> Case:
    """The same flow, told per year."""
    fill, per_week = rates(metric)
    return fill, {framework: value * 52 for framework, value in per_week.items()}


def fixes(world: World) -> None:
    """beta has too few advisories to have a median."""
    for framework, days in (("alpha", [1, 5, 10, 20, 400]), ("beta", [3, 4])):
        for place, value in enumerate(days):
            at = datetime(2025, 1 + place, 1, tzinfo=UTC)
            world.flow("osv.days_to_fix", framework, value, at - timedelta(days=value), at, name=f"{place}")


def checks(world: World) -> None:
    """One check is undetermined for beta and leaves both."""
    for name, alpha, beta in (("Pinned", 10, 4), ("Reviewed", 6, 2), ("Fuzzed", 10, -1)):
        world.stock("scorecard.check", "alpha", alpha, name=name)
        world.stock("scorecard.check", "beta", beta, name=name)


def breaks(world: World) -> None:
    """Over everything importable the order is another one; it is not scored."""
    for framework, topics, everything in (("alpha", 30, 40), ("beta", 12, 90)):
        for variant, value in (("matched_topics", topics), ("", everything), ("names_only", 1)):
            world.probe("probe.api_breaks", framework, value, subject="api_stability", variant=variant)


def advisories(world: World) -> None:
    for framework, count in (("alpha", 4), ("beta", 9)):
        for place in range(count):
            at = datetime(2025, 1, 1 + place, tzinfo=UTC)
            world.flow("osv.advisory", framework, 1, at, at + timedelta(seconds=1), name=f"{place}")


def posts(world: World) -> None:
    for month in range(1, 13):
        start = datetime(2025, month, 1, tzinfo=UTC)
        end = datetime(2025 + month // 12, 1 + month % 12, 1, tzinfo=UTC)
        for framework, named in (("alpha", 6), ("beta", 3)):
            world.flow("hn_hiring.mentions", framework, named, start, end)
            world.flow("hn_hiring.posts", framework, 300, start, end, name="*")


def architectures(metric: str) -> Case:
    def fill(world: World) -> None:
        world.stock(metric, "alpha", 40).stock(metric, "beta", 10)

    return fill, {"alpha": 1.0, "beta": 0.25}


def health(world: World) -> None:
    world.stock("github_rest.health_percent", "alpha", 90).stock("github_rest.health_percent", "beta", 75)


def rounds_read(world: World) -> None:
    """The newest round alone counts; one framework goes by two names."""
    for year, (alpha, beta) in ((2024, (14, 90)), (2025, (27, 2))):
        at = datetime(year, 9, 1, tzinfo=UTC)
        world.stock("published.mlperf_inference_systems", "alpha", alpha, at)
        world.stock("published.mlperf_inference_systems", "beta", beta, at, name="beta")
        world.stock("published.mlperf_inference_systems", "beta", 2, at, name="beta_lite")
        for framework in ("alpha", "beta"):
            world.stock("published.mlperf_inference_systems_total", framework, 100, at, name="*")


def speeds(metric: str) -> Case:
    """Geometric means; what one side lacks, or what is years older than the rest, is left out."""

    def fill(world: World) -> None:
        old, new = datetime(2019, 1, 31, tzinfo=UTC), datetime(2025, 5, 31, tzinfo=UTC)
        for name, alpha, beta, at in (("a", 100, 50, new), ("b", 400, 800, new), ("c", 1, 1000, old)):
            world.stock(metric, "alpha", alpha, at, name=name)
            world.stock(metric, "beta", beta, at - timedelta(days=200), name=name)
        world.stock(metric, "alpha", 7, new, name="of one side alone")

    return fill, {"alpha": 200, "beta": 200}


def repairs(world: World) -> None:
    """alpha repairs lines for 30, 60 and 120 days, beta none; one line is too young, one too old."""
    for framework, days in (("alpha", (30, 60, 120)), ("beta", (0, 0, 0))):
        for line, last in zip((2022, 2023, 2024), days, strict=True):
            start = datetime(line, 6, 1, tzinfo=UTC)
            second = start + timedelta(seconds=1)
            world.flow("pypi.support_days", framework, 0, start, second)
            if last:
                world.flow("pypi.support_days", framework, last, start, start + timedelta(days=last))
        for line, last in ((2019, 900), (2025, 200)):
            start = datetime(line, 6, 1, tzinfo=UTC)
            world.flow("pypi.support_days", framework, last, start, start + timedelta(days=last))


def in_time(world: World) -> None:
    """Four of six in time, one late, one never; a seventh is too young to tell; beta has too few."""
    for place, days in enumerate((0, 10, 89, 90, 91)):
        at = datetime(2024, 6, 1 + place, tzinfo=UTC)
        for metric, value in (("osv.advisory", 1), ("osv.days_to_fix", days)):
            world.flow(metric, "alpha", value, at, at + timedelta(seconds=1), name=f"{place}")
    never = datetime(2025, 1, 1, tzinfo=UTC)
    world.flow("osv.advisory", "alpha", 1, never, never + timedelta(seconds=1), name="never")
    young = MOMENT - timedelta(days=30)
    world.flow("osv.advisory", "alpha", 1, young, young + timedelta(seconds=1), name="young")
    world.flow("osv.advisory", "beta", 1, never, never + timedelta(seconds=1), name="one")


def shared_accounts(world: World) -> None:
    for week in range(60):
        end = MOMENT - timedelta(weeks=week)
        for framework, shared in (("alpha", 5), ("beta", 20)):
            world.flow("git.unattributed_commits", framework, shared, end - timedelta(weeks=1), end)
            world.flow("git.all_commits", framework, 50, end - timedelta(weeks=1), end)


def quoted(metric: str) -> Case:
    """beta has no figure of the newest year."""

    def fill(world: World) -> None:
        old, new = datetime(2023, 12, 31, tzinfo=UTC), datetime(2025, 5, 31, tzinfo=UTC)
        world.stock(metric, "alpha", 0.4, old).stock(metric, "beta", 0.2, old).stock(
            metric, "alpha", 0.9, new
        )

    return fill, {"alpha": 0.4, "beta": 0.2}


def totals(world: World) -> None:
    world.stock("scorecard.score", "alpha", 6.5).stock("scorecard.score", "beta", 4)


RESULTS = "published.mlperf_training_results"
CASES: dict[str, Case] = {
    "program_size": probes("probe.program_tokens", "program_size"),
    "program_vocabulary": probes("probe.program_vocabulary", "program_size"),
    "custom_code_size": probes("probe.custom_code_tokens", "program_size"),
    "typed_parameters": probes("probe.typed_parameters", "documentation", share=True),
    "documented_parameters": probes("probe.documented_parameters", "documentation", share=True),
    "docstrings": probes("probe.docstrings", "documentation", share=True),
    "installed_bytes": probes("probe.installed_bytes", "footprint"),
    "first_result": rounds("bench.first_result", "first_result"),
    "import_memory": rounds("bench.import_memory", "first_result"),
    "train_step_mlp": rounds("bench.train_step", "mlp", "train"),
    "warm_up_mlp": rounds("bench.warm_up", "mlp", "train"),
    "peak_memory_mlp": rounds("bench.peak_memory", "mlp", "train"),
    "infer_cnn": rounds("bench.infer_step", "cnn_small", "infer"),
    "installable_cells": shares("pypi.cells_with_wheel", "pypi.cells_planned"),
    "python_lag": (python_lag, {"alpha": 7, "beta": 50}),
    "training_records": records(RESULTS, f"{RESULTS}_total"),
    "vision_records": records(f"{RESULTS}_cv", f"{RESULTS}_cv_total"),
    "language_records": records(f"{RESULTS}_nlp", f"{RESULTS}_nlp_total"),
    "vision_papers": papers("CVPR"),
    "language_papers": papers("ACL"),
    "learning_papers": papers("ICML"),
    "new_contributors": counters("bestof.github_contributors"),
    "new_stars": counters("bestof.github_stars"),
    "new_forks": counters("bestof.github_forks"),
    "commits": counters("bestof.github_commits_total"),
    "issues_closed": counters("bestof.github_issues_closed"),
    "new_dependents": counters("bestof.github_dependents"),
    "conda_downloads": counters("bestof.conda_downloads_total"),
    "downloads": levels("bestof.pypi_downloads_month"),
    "dependent_packages": levels("bestof.pypi_dependents"),
    "issue_backlog": (backlog, {"alpha": 2.0, "beta": 0.25}),
    "organisation_authors": (organisations, {"alpha": 900, "beta": 300}),
    "authors": single("git.authors_year"),
    "absence_factor": single("git.absence_factor"),
    "new_authors_retained": shares("git.retained_authors", "git.first_time_authors"),
    "vision_architectures": (vision, {"alpha": 1.0, "beta": 0.25}),
    "text_architectures": (text, {"alpha": 1.0, "beta": 0.25}),
    "error_quality": probes("probe.error_quality", "error_quality", share=True),
    "running_examples": probes("probe.running_examples", "docstring_examples", share=True),
    "compiles_as_is": probes("probe.compiles_as_is", "compiles_as_is", share=True),
    "transforms": probes("probe.transforms", "transforms", share=True),
    "api_breaks": (breaks, {"alpha": 30, "beta": 12}),
    "custom_op_cost": probes("probe.custom_op_cost", "custom_op_cost"),
    "introspection": probes("probe.introspection", "introspection", share=True),
    "deterministic_runs": probes("probe.deterministic_runs", "determinism", share=True),
    "determinism_cost": probes("probe.determinism_cost", "determinism"),
    "vision_export": probes("probe.export_vision", "export", share=True),
    "text_export": probes("probe.export_text", "export", share=True),
    "export": probes("probe.export", "export", share=True),
    "thread_efficiency": probes("bench.thread_efficiency", "bert_mini", share=True),
    "batch_gain": probes("bench.batch_gain", "bert_mini"),
    "input_rate": rounds("bench.input_rate", "image_pipeline", "infer"),
    "data_parallel_efficiency": efficiencies("bench.data_parallel_efficiency", "bert_mini", "train"),
    "infer_step_mlp": rounds("bench.infer_step", "mlp", "infer"),
    "infer_resnet50": rounds("bench.infer_step", "resnet50", "infer"),
    "train_resnet50": rounds("bench.train_step", "resnet50", "train"),
    "infer_vit": rounds("bench.infer_step", "vit_s16", "infer"),
    "infer_bert": rounds("bench.infer_step", "bert_mini", "infer"),
    "train_bert": rounds("bench.train_step", "bert_mini", "train"),
    "train_gpt": rounds("bench.train_step", "gpt_nano", "train"),
    "infer_lstm": rounds("bench.infer_step", "lstm", "infer"),
    "train_lstm": rounds("bench.train_step", "lstm", "train"),
    "newcomers_helped": shares(
        "stackexchange.sampled_newcomer_questions_helped", "stackexchange.sampled_newcomer_questions"
    ),
    "time_to_first_answer": single("stackexchange.time_to_first_answer"),
    "dependent_packages_now": single("ecosystems.dependent_packages"),
    "living_extensions": single("dependents.packages"),
    "training_records_now": records("mlperf.results", "mlperf.results_total"),
    "vision_records_now": records("mlperf.vision_results", "mlperf.vision_results_total"),
    "language_records_now": records("mlperf.language_results", "mlperf.language_results_total"),
    "first_response": single("github.issue_first_response"),
    "outside_changes_landed": shares(
        "github.sampled_outside_pull_requests_landed", "github.sampled_outside_pull_requests"
    ),
    "issues_resolved": shares("github.sampled_issues_resolved", "github.sampled_issues"),
    "questions_answered": shares(
        "stackexchange.sampled_questions_answered", "stackexchange.sampled_questions"
    ),
    "dependent_repositories_now": single("ecosystems.dependent_repositories"),
    "stars_now": yearly("github_rest.stars_gained"),
    "stars_ever": single("bestof.github_stars"),
    "community_profile": (health, {"alpha": 0.9, "beta": 0.75}),
    "installs_pypistats": rates("pypistats.downloads"),
    "installs_clickpy": rates("clickpy.downloads"),
    "conda_now": counters("conda.downloads"),
    "container_pulls": counters("dockerhub.pulls"),
    "job_posts_now": (posts, {"alpha": 0.02, "beta": 0.01}),
    "company_papers": flows_by_year("openalex.citing_works_company"),
    "days_to_fix": (fixes, {"alpha": 10}),
    "supply_chain_checks": (checks, {"alpha": 0.8, "beta": 0.3}),
    "advisories": (advisories, {"alpha": 4, "beta": 9}),
    "naming_works": flows_by_year("openalex.naming_works"),
    "full_text_works": flows_by_year("openalex.full_text_naming_works"),
    "citing_works": flows_by_year("openalex.citing_works"),
    "other_sciences": flows_by_year("openalex.citing_works_elsewhere"),
    "citations_gained": counters("semantic_scholar.citations"),
    "learning_abstracts": rates("arxiv.abstracts_lg"),
    "vision_abstracts": rates("arxiv.abstracts_cv"),
    "language_abstracts": rates("arxiv.abstracts_cl"),
    "vision_models": counters("huggingface.vision_models"),
    "language_models": counters("huggingface.language_models"),
    "vision_citing_works": flows_by_year("openalex.citing_works_vision"),
    "language_citing_works": flows_by_year("openalex.citing_works_language"),
    "vision_census": architectures("census.vision_architectures"),
    "text_census": architectures("census.text_architectures"),
    "job_posts": (jobs, {"alpha": 0.02, "beta": 0.01}),
    "human_commits": yearly("git.commits"),
    "outside_change_response": single("github.outside_pull_request_first_response"),
    "outside_change_days": single("github.outside_pull_request_time_to_land"),
    "support_window": (repairs, {"alpha": 60 * 12 / 365.25, "beta": 12 / 365.25}),
    "fixed_in_90_days": (in_time, {"alpha": 4 / 6}),
    "inference_records": (rounds_read, {"alpha": 0.27, "beta": 0.04}),
    "published_step_time": speeds("published.step_time"),
    "published_throughput": speeds("published.throughput"),
    "roofline_mlp": efficiencies("bench.roofline_share", "mlp", "train"),
    "paper_code": quoted("published.paper_implementations"),
    "university_works": flows_by_year("openalex.citing_works_education"),
    "newcomer_wait": single("stackexchange.newcomer_time_to_first_answer"),
    "scorecard_total": (totals, {"alpha": 0.65, "beta": 0.4}),
    "forks_ever": single("bestof.github_forks"),
    "pull_requests_ever": single("bestof.github_pull_requests"),
    "unattributed_commits": (shared_accounts, {"alpha": 0.1, "beta": 0.4}),
    "survey_companies": quoted("published.oreilly_ai_adoption"),
    "survey_professionals": quoted("published.stackoverflow_usage_professional"),
    "survey_data_scientists": quoted("published.kaggle_usage"),
    "survey_loved": quoted("published.stackoverflow_loved"),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return catalogs.load(catalog_folder(), metrics=definitions.metrics(), names=definitions.names())


def test_every_indicator_has_a_case(catalog: Catalog) -> None:
    assert set(CASES) == {indicator.id for indicator in catalog.indicators}


@pytest.mark.parametrize(("id_", "case"), CASES.items(), ids=CASES.keys())
def test_rows_in_value_out(catalog: Catalog, id_: str, case: Case) -> None:
    fill, expected = case
    world = World()
    fill(world)
    indicator = next(item for item in catalog.indicators if item.id == id_)
    found = world.values(indicator, catalog)
    assert found.keys() == expected.keys()
    for framework, value in expected.items():
        assert math.isclose(found[framework], value, rel_tol=1e-9), (framework, found)


@pytest.mark.parametrize("id_", CASES.keys())
def test_nothing_in_nothing_out(catalog: Catalog, id_: str) -> None:
    indicator = next(item for item in catalog.indicators if item.id == id_)
    assert World().values(indicator, catalog) == {}
