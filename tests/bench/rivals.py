"""The scripts of others as npm has them, fetched when a benchmark asks, and the lines that their documentation gives.

Each makes the same three changes to the landing page. None is a dependency. May not know what is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.bench.landing import WANTED_CTA, WANTED_HEADLINE
from tests.bench.slow_site import Setup

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "@growthbook/growthbook@1.8.0": "package/dist/bundles/auto.min.js",
    "posthog-js@1.449.2": "package/dist/array.js",
    "@plausible-analytics/tracker@0.4.6": "package/plausible.js",
}
FETCH_S = 120


def fetch(folder: Path) -> dict[str, str]:
    """The script of each package, by the package; `subprocess.CalledProcessError` without a registry."""
    command = [sys.executable, "hatch_build.py", "npm", "pack", "--silent", "--pack-destination", str(folder)]
    subprocess.run([*command, *PACKAGES], cwd=ROOT, check=True, timeout=FETCH_S, stdout=subprocess.DEVNULL)
    return {package: _unpacked(folder, package, script) for package, script in PACKAGES.items()}


def _unpacked(folder: Path, package: str, script: str) -> str:
    packed = package.removeprefix("@").replace("/", "-").replace("@", "-")
    with tarfile.open(folder / f"{packed}.tgz") as archive:
        member = archive.extractfile(script)
        assert member, f"{package} has no {script}"
        return member.read().decode()


def setups(scripts: dict[str, str]) -> list[Setup]:
    """GrowthBook and PostHog in the ways that they can be put into a head, and Plausible, which changes nothing."""
    growthbook, posthog, plausible = scripts.values()
    gb = '<script src="{cdn}/auto.min.js" data-api-host="{cdn}" data-client-key="sdk-demo"></script>'
    gb_files = {"/auto.min.js": growthbook, "/api/features/sdk-demo": json.dumps(_growthbook_payload())}
    ph = f"<script>window.posthog=[];posthog.__SV=1;posthog.people=[];posthog._i=[{json.dumps(_POSTHOG_INIT)}]</script>"
    ph_script = '<script async src="{cdn}/static/array.js"></script>'
    pl = '<script type="module">import {init} from "{cdn}/plausible.js"; init(OPTIONS)</script>'
    options = json.dumps({"domain": "shop.example", "endpoint": "{cdn}/event", "captureOnLocalhost": True})
    return [
        Setup("GrowthBook, blocking", gb, gb_files),
        Setup("GrowthBook, async", gb.replace("<script", "<script async"), gb_files),
        Setup("PostHog, async", ph + ph_script, {"/static/array.js": posthog}, _posthog_answers),
        Setup("Plausible", pl.replace("OPTIONS", options), {"/plausible.js": plausible}, lambda method, path: "{}"),
    ]


def _growthbook_payload() -> dict[str, object]:
    style = {"#cta": f";background-color:{WANTED_CTA} !important", "#promo": ";display:none !important"}
    mutations = [{"selector": "h1", "action": "set", "attribute": "html", "value": WANTED_HEADLINE}]
    mutations += [{"selector": s, "action": "append", "attribute": "style", "value": v} for s, v in style.items()]
    hero = {
        **dict.fromkeys(("key", "seed", "name"), "hero"),
        "phase": "0",
        "status": "running",
        "changeId": "1",
        "condition": {},
        "hashAttribute": "id",
        "hashVersion": 2,
        "coverage": 1,
        "weights": [0, 1],
        "meta": [{"key": "0"}, {"key": "1"}],
        "urlPatterns": [{"include": True, "type": "simple", "pattern": "/"}],
        "variations": [{"css": "", "js": "", "domMutations": each} for each in ([], mutations)],
    }
    return {"status": 200, "features": {}, "experiments": [hero], "dateUpdated": "2026-01-01T00:00:00Z"}


_POSTHOG_INIT = [
    "phc_demo",
    {
        "api_host": "{cdn}",
        "disable_web_experiments": False,
        "disable_session_recording": True,
        "disable_surveys": True,
        "opt_out_useragent_filter": True,
    },
    "posthog",
]


def _posthog_answers(method: str, path: str) -> str | None:
    """What PostHog's servers say: its settings, that the visitor is in the test, and what the test changes."""
    settings = {"token": "phc_demo", "hasFeatureFlags": True, "sessionRecording": False, "surveys": False}
    flag = {"key": "hero", "enabled": True, "variant": "test", "metadata": {"id": 1, "version": 1}}
    transforms = [
        {"selector": "h1", "html": WANTED_HEADLINE},
        {"selector": "#cta", "css": f"background-color:{WANTED_CTA}"},
        {"selector": "#promo", "css": "display:none"},
    ]
    variants = {"control": {"transforms": []}, "test": {"transforms": transforms}}
    experiments = [{"id": 1, "name": "hero", "feature_flag_key": "hero", "variants": variants}]
    remote = json.dumps({"phc_demo": {"config": settings, "siteApps": []}})
    answers: dict[str, str] = {
        "/array/phc_demo/config.js": f"window._POSTHOG_REMOTE_CONFIG={remote}",
        "/array/phc_demo/config": json.dumps(settings),
        "/flags/": json.dumps({"flags": {"hero": flag}, "featureFlags": {"hero": "test"}, "requestId": "1"}),
        "/api/web_experiments/": json.dumps({"experiments": experiments}),
    }
    return answers.get(path) or ('{"status": 1}' if method == "POST" else None)
