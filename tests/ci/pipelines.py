"""A local copy of what the runners of GitHub, GitLab and Azure do with the examples: jobs in order, steps in a shell.

Each takes the file as it is and knows only what the examples use; anything else fails, so that no line of an example is
passed over in silence. May not know what the steps are for.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.ci.expressions import azure_holds, azure_text, github_holds, github_text, gitlab_holds
from tests.ci.machine import Machine, Packages, StepFailed, new_machine
from tests.services.federation import CLIENT, TENANT, Issuer, issuing

BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]


@dataclass
class Pipeline:
    """One run: where from, why, as whom; `done` says how each job ended that was run, with what it printed."""

    folder: Path
    packages: Packages
    repository: Path
    branch: str
    reason: str
    """`push`, or `pull` for a pull or merge request."""
    settings: Mapping[str, str]
    """What the owner of the repository has set: no secrets."""
    surroundings: Mapping[str, str]
    issuer: Issuer
    done: dict[str, tuple[bool, str]] = field(default_factory=dict)
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def statuses(self) -> dict[str, bool]:
        """Whether each job went well."""
        return {name: well for name, (well, _) in self.done.items()}

    def said(self, job: str) -> str:
        """What a job printed."""
        return self.done[job][1]

    @contextmanager
    def job(self, name: str) -> Iterator[Machine]:
        """A new machine for a job; notes how it ended."""
        machine = new_machine(self.folder / name, self.packages, self.surroundings)
        try:
            yield machine
        except StepFailed:
            self.done[name] = (False, "".join(machine.said))
        else:
            self.done[name] = (True, "".join(machine.said))


def load(path: Path) -> Any:  # noqa: ANN401 - whatever YAML holds
    """A file of YAML."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def _known(name: str, given: Mapping[str, Any], *known: str) -> None:
    unknown = set(given) - set(known)
    assert not unknown, f"the copy of the runner knows no {sorted(unknown)} of {name}"


def run_github(path: Path, run: Pipeline, action: Path | None = None) -> None:
    """A workflow; `action` is what stands for `uses: ./action`."""
    workflow = load(path)
    _known("a workflow", workflow, "name", "on", "permissions", "concurrency", "env", "jobs")
    assert workflow["permissions"] == {}, "nothing is permitted unless a job says so"
    values = _github_values(run)
    for name, job in workflow["jobs"].items():
        _known("a job", job, "needs", "if", "runs-on", "timeout-minutes", "environment", "permissions", "env", "steps")
        if not run.statuses.get(job.get("needs"), not job.get("needs")):
            continue
        if "if" in job and not github_holds(job["if"], values):
            continue
        with run.job(name) as machine, issuing(run.issuer) as asked:
            if job["permissions"].get("id-token") == "write":
                machine.environment |= asked
            _github_environment(machine, run)
            environment = {**workflow.get("env", {}), **job.get("env", {})}
            machine.environment |= {key: github_text(str(value), values) for key, value in environment.items()}
            for step in job["steps"]:
                _github_step(machine, run, step, dict(values), job["permissions"], action)
            run.summary += (machine.folder / "runner/summary").read_text()


def _github_values(run: Pipeline) -> dict[str, str]:
    event = {"push": "push", "pull": "pull_request"}[run.reason]
    ref = f"refs/heads/{run.branch}" if run.reason == "push" else "refs/pull/1/merge"
    github = {"event_name": event, "ref": ref, "actor": "anna", "repository": "shop/site"}
    github["event.pull_request.head.repo.full_name"] = "shop/site" if run.reason == "pull" else ""
    values = {f"github.{key}": value for key, value in github.items()}
    return values | {f"vars.{key}": value for key, value in run.settings.items()}


def _github_environment(machine: Machine, run: Pipeline) -> None:
    files = {f"GITHUB_{name.upper()}": str(machine.file(name)) for name in ("env", "output")}
    files["GITHUB_STEP_SUMMARY"] = str(machine.file("summary"))
    machine.environment |= files | {
        "RUNNER_TEMP": machine.environment["TMPDIR"],
        "GITHUB_ACTIONS": "true",
        "CI": "true",
    }
    machine.environment["GITHUB_WORKSPACE"] = str(machine.checkout)


def _github_step(
    machine: Machine,
    run: Pipeline,
    step: Mapping[str, Any],
    values: dict[str, str],
    permissions: Mapping[str, str],
    action: Path | None,
) -> None:
    _known("a step", step, "name", "id", "if", "uses", "with", "run", "shell", "env")
    if "if" in step and not github_holds(step["if"], values):
        return
    match str(step.get("uses", "")).partition("@")[0]:
        case "actions/checkout":
            assert permissions.get("contents") == "read"
            machine.clone(run.repository, run.branch)
        case "actions/setup-python":
            machine.set_up_python()
        case "./action":
            assert action is not None
            _composite(machine, run, step, values, permissions, action)
        case "":
            _github_script(machine, step, values)
        case other:
            raise AssertionError(f"the copy of the runner knows no {other}")


def _github_script(machine: Machine, step: Mapping[str, Any], values: dict[str, str]) -> None:
    """With GitHub's two ways to call bash, and what the script leaves for the steps after it."""
    shell = BASH if step.get("shell") == "bash" else ["bash", "-e", "-c"]
    environment = {key: github_text(str(value), values) for key, value in step.get("env", {}).items()}
    assert "${{" not in step["run"], "what is filled into a script could be a script of its own: give it by env"
    machine.run([*shell, step["run"]], environment)
    machine.environment |= _assignments(Path(machine.environment["GITHUB_ENV"]))
    output = _assignments(Path(machine.environment["GITHUB_OUTPUT"]))
    values |= {f"steps.{step.get('id', '')}.outputs.{key}": value for key, value in output.items()}


def _composite(
    machine: Machine,
    run: Pipeline,
    step: Mapping[str, Any],
    values: dict[str, str],
    permissions: Mapping[str, str],
    folder: Path,
) -> None:
    """The steps of an action, which see its inputs and not the workflow's settings."""
    action = load(folder / "action.yml")
    _known("an action", action, "name", "description", "branding", "inputs", "outputs", "runs")
    given = {key: _scalar(value, values) for key, value in step.get("with", {}).items()}
    _known("the action's inputs", given, *action["inputs"])
    inputs = {f"inputs.{key}": given.get(key, said["default"]) for key, said in action["inputs"].items()}
    inside = {key: value for key, value in values.items() if key.startswith("github.")} | inputs
    machine.environment["GITHUB_ACTION_PATH"] = str(folder)
    for each in action["runs"]["steps"]:
        assert "run" not in each or each.get("shell") == "bash", "a step of an action names its shell"
        _github_step(machine, run, each, inside, permissions, None)
    run.outputs |= {key: github_text(said["value"], inside) for key, said in action["outputs"].items()}


def _scalar(value: object, values: Mapping[str, str]) -> str:
    """An input as its action gets it: a text, whatever YAML made of it."""
    return str(value).lower() if isinstance(value, bool) else github_text(str(value), values)


def _assignments(path: Path) -> dict[str, str]:
    """What a script left in one of GitHub's files: NAME=VALUE, line by line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def run_gitlab(path: Path, run: Pipeline) -> None:
    """A pipeline: stages one after another, and none after one that failed."""
    file = load(path)
    stages, default = file.pop("stages"), file.pop("default")
    _known("default", default, "image", "before_script")
    variables = _gitlab_variables(run)
    assert gitlab_holds(file.pop("workflow")["rules"], variables)
    for stage in stages:
        if not all(run.statuses.values()):
            return
        for name, job in file.items():
            _known("a job", job, "stage", "script", "rules", "id_tokens", "environment", "resource_group")
            if job["stage"] == stage and gitlab_holds(job.get("rules", []), variables):
                _gitlab_job(run, name, job, default, variables)


def _gitlab_job(
    run: Pipeline, name: str, job: Mapping[str, Any], default: Mapping[str, Any], variables: Mapping[str, str]
) -> None:
    with run.job(name) as machine:
        machine.clone(run.repository, run.branch)
        assert default["image"].startswith("python:")
        machine.set_up_python()
        tokens = {key: run.issuer.issue(said["aud"]) for key, said in job.get("id_tokens", {}).items()}
        script = "\n".join([*default.get("before_script", []), *job["script"]])
        machine.run([*BASH, script], {**variables, **tokens})


def _gitlab_variables(run: Pipeline) -> dict[str, str]:
    given = {"CI_DEFAULT_BRANCH": "main", "GITLAB_USER_LOGIN": "anna", "CI": "true", **run.settings}
    if run.reason == "pull":
        return given | {"CI_PIPELINE_SOURCE": "merge_request_event"}
    return given | {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": run.branch}


def run_azure(path: Path, run: Pipeline) -> None:
    """A pipeline of jobs; `settings` stand for the variables of the same name in the file."""
    file = load(path)
    _known("a pipeline", file, "trigger", "pr", "pool", "variables", "jobs")
    assert run.settings.keys() <= file["variables"].keys()
    for job in file["jobs"]:
        _known("a job", job, "job", "dependsOn", "condition", "timeoutInMinutes", "steps")
        variables = {**file["variables"], **run.settings, **_azure_variables(run)}
        succeeded = all(run.statuses.values())
        if azure_holds(job.get("condition", "succeeded()"), variables, succeeded=succeeded):
            _azure_job(run, job, variables)


def _azure_variables(run: Pipeline) -> dict[str, str]:
    merge = {"Build.Reason": "PullRequest", "Build.SourceBranch": "refs/pull/1/merge"}
    pushed = {"Build.Reason": "IndividualCI", "Build.SourceBranch": f"refs/heads/{run.branch}"}
    return {**(merge if run.reason == "pull" else pushed), "Build.RequestedFor": "anna"}


def _azure_job(run: Pipeline, job: Mapping[str, Any], variables: dict[str, str]) -> None:
    with run.job(job["job"]) as machine:
        machine.clone(run.repository, run.branch)
        staging = machine.folder / "staging"
        staging.mkdir()
        variables |= {
            "Build.ArtifactStagingDirectory": str(staging),
            "Agent.TempDirectory": machine.environment["TMPDIR"],
        }
        machine.environment |= {key.upper().replace(".", "_"): value for key, value in variables.items()}
        failure: StepFailed | None = None
        for step in job["steps"]:
            if azure_holds(step.get("condition", "succeeded()"), variables, succeeded=failure is None):
                try:
                    _azure_step(machine, run, step, variables)
                except StepFailed as failed:
                    failure = failed
        if failure:
            raise failure


def _azure_step(machine: Machine, run: Pipeline, step: Mapping[str, Any], variables: Mapping[str, str]) -> None:
    _known("a step", step, "script", "task", "inputs", "displayName", "condition")
    inputs = {key: azure_text(str(value), variables) for key, value in step.get("inputs", {}).items()}
    match step.get("task", ""):
        case "UsePythonVersion@0":
            machine.set_up_python()
        case "AzureCLI@2":
            token = run.issuer.issue("api://AzureADTokenExchange") if inputs["addSpnToEnvironment"] == "True" else ""
            signed_in = {"idToken": token, "servicePrincipalId": CLIENT, "tenantId": TENANT}
            machine.run(["bash", "-c", inputs["inlineScript"]], signed_in)
        case "PublishBuildArtifacts@1":
            shutil.copytree(inputs["PathtoPublish"], run.folder / "artifacts" / inputs["ArtifactName"])
        case "":
            machine.run(["bash", "--noprofile", "--norc", "-e", "-c", azure_text(step["script"], variables)], {})
        case other:
            raise AssertionError(f"the copy of the agent knows no {other}")
