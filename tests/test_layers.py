"""Imports point one way: training -> insight_classifier <- service, and scoring needs no torch."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT


def test_the_import_contracts_hold():
    result = subprocess.run(
        [str(__import__("pathlib").Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("module", ["insight_classifier.cli", "insight_classifier.predictor", "service.app"])
def test_neither_scoring_nor_serving_imports_torch(module: str):
    program = f"import sys, {module}; sys.exit('torch' in sys.modules or 'transformers' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0
