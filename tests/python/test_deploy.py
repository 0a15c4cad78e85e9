"""What stands in deploy/ is checked as far as a machine without containers can: schemas, names, expressions."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import bus  # noqa: E402  (the folder must be on the path before)

try:
    import kubernetes_validate
    import yaml
except ImportError as absent:  # pragma: no cover
    yaml = None
    MISSING = str(absent)

DEPLOY = bus.ROOT / "deploy"
TOOLS = pathlib.Path(sys.executable).parent
BASE = DEPLOY / "kubernetes/base"
OVERLAY = DEPLOY / "kubernetes/overlays/three-nodes"


def documents(file):
    return [document for document in yaml.safe_load_all(file.read_text()) if document]


def merged(whole, patch):
    """A strategic merge as kustomize does it, for what our patches hold: objects by member, lists by name."""
    if isinstance(whole, dict) and isinstance(patch, dict):
        return whole | {key: merged(whole.get(key), value) for key, value in patch.items()}
    named = isinstance(patch, list) and all(isinstance(one, dict) and "name" in one for one in patch)
    if named and isinstance(whole, list):
        patches = {one["name"]: one for one in patch}
        kept = [merged(one, patches.pop(one["name"], {})) for one in whole]
        return kept + list(patches.values())
    return patch


class Deploy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if yaml is None:
            raise unittest.SkipTest(f"skipped: {MISSING}; ./tests/run installs it")

    def valid(self, document):
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)

    def test_every_manifest_fits_its_schema(self):
        files = yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
        for document in (document for file in files for document in documents(BASE / file)):
            with self.subTest(kind=document["kind"], name=document["metadata"]["name"]):
                self.valid(document)

    def test_the_overlay_patches_what_the_base_has_and_the_result_fits_its_schema(self):
        overlay = yaml.safe_load((OVERLAY / "kustomization.yaml").read_text())
        self.assertEqual([(OVERLAY / place).resolve() for place in overlay["resources"]], [BASE])
        base = yaml.safe_load((BASE / "kustomization.yaml").read_text())
        have = [document for file in base["resources"] for document in documents(BASE / file)]
        for patch in (document for one in overlay["patches"] for document in documents(OVERLAY / one["path"])):
            same = [one for one in have if (one["kind"], one["metadata"]["name"])
                    == (patch["kind"], patch["metadata"]["name"])]
            self.assertEqual(len(same), 1, patch["metadata"]["name"])
            self.valid(merged(same[0], patch))
        generated = {one["name"] for one in base["configMapGenerator"]}
        for one in overlay["configMapGenerator"]:
            self.assertIn(one["name"], generated)

    def test_kustomize_makes_of_the_overlay_what_fits_its_schema(self):
        kubectl = shutil.which("kubectl")
        if kubectl is None:
            self.skipTest("skipped: kubectl is absent; the overlay is merged by this test's own rules only")
        run = subprocess.run([kubectl, "kustomize", OVERLAY], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        made = [document for document in yaml.safe_load_all(run.stdout) if document]
        self.assertIn("StatefulSet", {document["kind"] for document in made})
        for document in made:
            with self.subTest(kind=document["kind"], name=document["metadata"]["name"]):
                self.valid(document)

    def test_every_file_and_name_a_manifest_uses_is_there(self):
        base = yaml.safe_load((BASE / "kustomization.yaml").read_text())
        for generator in base["configMapGenerator"]:
            for file in generator.get("files", []):
                self.assertTrue((BASE / file).is_file(), file)
        # kustomize reads no file outside its folder, so the bus's rules stand there once more.
        self.assertEqual((BASE / "nats.conf").read_text(), (DEPLOY / "nats.conf").read_text())
        have = {one["name"] for one in base["configMapGenerator"]}
        used = set(re.findall(r"configMap(?:Ref)?: \{ name: ([a-z-]+) \}",
                              "".join((BASE / file).read_text() for file in base["resources"])))
        self.assertEqual(used - have, set())

    def test_every_role_is_played_once_in_every_layout(self):
        roles = {"intake", "registration", "handoff", "ownership", "sentinel", "clock", "relay", "projector", "api"}

        def of(arguments):
            return arguments[arguments.index("--roles") + 1].split(",")

        compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
        played = [role for one in compose.values() if "--roles" in one.get("command", []) for role in of(one["command"])]
        self.assertEqual(sorted(played), sorted(roles))
        pods = [one["spec"]["template"]["spec"]["containers"][0] for one in documents(BASE / "roles.yaml")]
        self.assertEqual(sorted(role for pod in pods for role in of(pod["args"])), sorted(roles))

    def test_addresses_with_passwords_are_given_in_the_environment_and_to_each_only_its_own(self):
        compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
        for name, one in compose.items():
            if "--roles" in one.get("command", []):
                user = "relay" if name == "relay" else "roles"
                self.assertTrue(one["environment"]["CHAPERONE_NATS"].startswith(f"nats://{user}:"), name)
                self.assertNotIn("://", "".join(one["command"]))
        for document in documents(BASE / "roles.yaml"):
            name = document["metadata"]["name"]
            pod = document["spec"]["template"]["spec"]["containers"][0]
            self.assertEqual(re.findall(r"\$\((\w+)\)", " ".join(pod["args"])), ["REPLICAS"], name)
            self.assertEqual([list(one) for one in pod["envFrom"]], [["configMapRef"]], name)
            keys = {one["name"]: one["valueFrom"]["secretKeyRef"]["key"] for one in pod["env"]}
            bus_key = "BUS_RELAY" if name == "relay" else "BUS_ROLES"
            self.assertEqual(keys, {"CHAPERONE_JOURNAL": "JOURNAL", "CHAPERONE_NATS": bus_key}, name)
        start = re.search(r"^ExecStart=(.*)$", (DEPLOY / "chaperone@.service").read_text(), re.MULTILINE)
        self.assertNotIn("$", start.group(1))

    def test_compose_passes_its_linter(self):
        run = subprocess.run([TOOLS / "compose-lint", "check", DEPLOY / "compose.yaml"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_alerts_are_rules_and_say_what_they_should(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            self.skipTest("skipped: promtool is absent and cannot be installed here")
        for command in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts-test.yaml"]):
            run = subprocess.run([promtool, *command], cwd=DEPLOY / "prometheus", capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_alerts_and_dashboard_ask_only_for_what_the_program_counts(self):
        if not bus.NATS_SERVER.exists():
            self.skipTest("skipped: nats-server is not at tests/.tools/venv/bin; ./tests/run installs it")
        with bus.nats() as server, bus.chaperone(server) as address:
            with urllib.request.urlopen(f"{address}/v1/roles") as answer:
                self.assertEqual(len(json.load(answer)), 9)
            # What was never counted is not listed.
            one = urllib.request.Request(f"{address}/v1/events", json.dumps(bus.submission(1)).encode(),
                                         {"content-type": "application/cloudevents+json"})
            urllib.request.urlopen(one).close()
            with urllib.request.urlopen(f"{address}/metrics") as answer:
                counted = set(re.findall(r"^# TYPE (\w+) ", answer.read().decode(), re.MULTILINE))
        dashboard = (DEPLOY / "grafana/chaperone.json").read_text()
        for text in (dashboard, (DEPLOY / "prometheus/alerts.yaml").read_text()):
            asked = set(re.findall(r"\bchaperone_\w+", text))
            bare = {re.sub(r"_(bucket|total|count|sum)$", "", name) for name in asked}
            self.assertEqual(bare - counted, set())
        panels = json.loads(dashboard)["panels"]
        self.assertTrue(all(target["expr"] for panel in panels for target in panel["targets"]))


if __name__ == "__main__":
    unittest.main()
